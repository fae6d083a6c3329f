"""interval_align and read_delta_cdf: table functions over relations and commits, against naive evaluations."""

import json

import pytest

from test_log_transforms import ALL, changes, things  # noqa: F401  (a fixture)

NODES = "SELECT node_id, path, bstart, bend, kind FROM ast_nodes WHERE bstart IS NOT NULL"
FITS = {
    "EXACT": lambda l, r: (l["bstart"], l["bend"]) == (r["bstart"], r["bend"]),
    "OVERLAP_BEST": lambda l, r: r["bstart"] < l["bend"] and r["bend"] > l["bstart"],
    "CONTAINED_BEST": lambda l, r: r["bstart"] <= l["bstart"] and r["bend"] >= l["bend"],
}


def naive(left, right, mode, tie=()):
    """The best right row of each left row by the rules of the declaration."""
    best = {}
    for l in left:
        fits = [r for r in right if r["path"] == l["path"] and FITS[mode](l, r)]
        key = lambda r: (-max(0, min(l["bend"], r["bend"]) - max(l["bstart"], r["bstart"])),
                         *(-r[name] if down else r[name] for name, down in tie), r["bstart"], r["bend"], r["node_id"])
        best[l["node_id"]] = min(fits, key=key) if fits else None
    return best


@pytest.mark.parametrize("mode", sorted(FITS))
@pytest.mark.parametrize("how", ["inner", "left"])
def test_the_best_interval_is_that_of_nested_loops(tool, built, mode, how):
    left = tool.sql(built, NODES + " AND kind IN ('Call', 'Name')")
    right = tool.sql(built, NODES)
    expected = naive(left, right, mode, [("bstart", True)])
    # Relations of a build have names; those of a statement have none, so the left is what a filter keeps.
    got = tool.sql(built, f"""
        SELECT node_id, kind, node_id__r, match_kind, match_score
        FROM interval_align('ast_nodes', 'ast_nodes', mode := '{mode}', how := '{how}', tie_breakers := 'bstart desc',
                            select_left := 'node_id, kind', select_right := 'node_id, bstart, bend')
        WHERE kind IN ('Call', 'Name')""")
    assert len(got) == len(left)
    for row in got:
        match = expected[row["node_id"]]
        assert row["node_id__r"] == match["node_id"], (row, match)
        assert row["match_kind"] == mode
    assert any(row["match_score"] > 0 for row in got)


def test_rows_without_a_match(tool, built):
    call = ("FROM interval_align('ast_nodes', 'ast_nodes', mode := 'EXACT', right_path := 'kind', select_left := 'node_id', "
            "select_right := 'line', right_suffix := '_2', how := '{}')")
    assert tool.sql(built, "SELECT count(*) AS n " + call.format("inner")) == [{"n": 0}]
    [row] = tool.sql(built, "SELECT DISTINCT match_kind, match_score, line " + call.format("left"))
    assert row == {"match_kind": "NO_MATCH", "match_score": None, "line": None}
    bare = call.format("left").replace("how :=", "emit_match_meta := false, how :=")
    assert list(tool.sql(built, f"SELECT * {bare} LIMIT 1")[0]) == ["node_id", "line"]


@pytest.mark.parametrize(
    "code, arguments",
    [
        ("INVALID_ARGUMENT", "'ast_nodes', 'ast_nodes', mode := 'CLOSEST'"),
        ("INVALID_ARGUMENT", "'ast_nodes', 'ast_nodes', how := 'right'"),
        ("INVALID_ARGUMENT", "'ast_nodes', 'ast_nodes', left_start := 'nothing'"),
        ("INVALID_ARGUMENT", "'ast_nodes', 'ast_nodes', tie_breakers := 'bstart up'"),
        ("UNKNOWN_SCHEMA", "'ast_nodes', 'no_such_table'"),
        ("SQL_POLICY_VIOLATION", "'ast_nodes', '/etc/passwd'"),
        ("SQL_INVALID", "'ast_nodes'"),
        ("SQL_INVALID", "'ast_nodes', 'ast_nodes', speed := 'fast'"),
        ("SQL_INVALID", "'ast_nodes', 'ast_nodes', mode := lower('EXACT')"),
        ("SQL_INVALID", "'ast_nodes', 'ast_' || 'nodes'"),
        ("SQL_INVALID", "'ast_nodes', 'a\"b'"),
    ],
)
def test_calls_that_do_not_fit(tool, built, code, arguments):
    tool.refused(code, 3, "sql", "--build", built, f"SELECT count(*) FROM interval_align({arguments})")


def relate(keys, predicates):
    return {
        "version": 4,
        "input_relations": [{"logical_name": "ast_nodes", "delta_location": "evidence/ast_nodes"}],
        "view_definitions": [{
            "name": "inside", "view_kind": "relate", "view_dependencies": [], "output_schema": {"columns": {}},
            "transform": {"kind": "Relate", "left": "ast_nodes", "right": "ast_nodes", "join_type": "Inner", "join_keys": keys,
                          "predicates": predicates,
                          "computed": [{"name": "outer", "expr": {"col": "l.node_id"}}, {"name": "inner", "expr": {"col": "r.node_id"}}]},
        }],
        "join_graph": {"edges": [], "constraints": []},
        "output_targets": [{"table_name": "inside", "source_view": "inside", "delta_location": "cpg/inside"}],
        "rule_intents": [], "rulepack_profile": "Default",
    }


def test_a_spec_that_joins_spans_runs_as_a_sweep(tool, built, tmp_path):
    """No plan joins on the file and two inequalities alone; what it gives is what such a join gives."""
    containment = relate([{"left_key": "bstart", "right_key": "bstart"}, {"left_key": "bend", "right_key": "bend"}], [])
    overlap = relate([{"left_key": "path", "right_key": "path"}],
                     [{"fn": "lt", "args": [{"col": "l.bstart"}, {"col": "r.bend"}]}, {"fn": "lt", "args": [{"col": "r.bstart"}, {"col": "l.bend"}]}])
    conditions = ("l.bstart <= r.bstart AND r.bend <= l.bend", "l.bstart < r.bend AND r.bstart < l.bend")
    for index, (spec, condition) in enumerate(zip((containment, overlap), conditions)):
        spec["runtime"] = {"compliance_capture": True}
        (tmp_path / "spec.json").write_text(json.dumps(spec))
        into = tmp_path / f"ran{index}"
        done = tool.run("run", tmp_path / "spec.json", "--build", built, "-o", into, "--format", "json")
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        [expected] = tool.sql(built, "SELECT count(*) AS n, sum(hash64(l.node_id, r.node_id) % 1000003) AS s FROM ast_nodes l JOIN "
                                       f"ast_nodes r ON l.path = r.path AND {condition}")
        assert tool.sql(into, 'SELECT count(*) AS n, sum(hash64("outer", "inner") % 1000003) AS s FROM inside') == [expected]
        assert expected["n"] > 0
        capture = (into / "run_bundles" / report["run_id"] / "compliance.json").read_text()
        assert "UNNEST" in capture and "bstart <= bstart" not in capture and "bstart < bend" not in capture


def test_changes_are_a_table_function(tool, things):  # noqa: F811
    (things / "CURRENT").exists() or write_current(tool, things)
    call = "SELECT * FROM read_delta_cdf('evidence/things'{})"
    assert changes(tool.sql(things, call.format(""), "--feature", "delta_cdf")) == ALL
    for first, last in ((0, 0), (1, 2), (2, None), (None, 1)):
        bounds = "".join(f", {name} := {value}" for name, value in (("start_version", first), ("end_version", last)) if value is not None)
        got = changes(tool.sql(things, call.format(bounds), "--feature", "delta_cdf"))
        assert got == [c for c in ALL if (first or 0) <= c[0] <= (2 if last is None else last)]
    assert tool.sql(things, call.format(", end_timestamp := '2020-01-01'"), "--feature", "delta_cdf") == []
    refused = tool.refused("SQL_POLICY_VIOLATION", 3, "sql", "--build", things, call.format(""))
    assert "delta_cdf" in refused
    assert tool.sql(things, call.format(", start_version := 9"), "--feature", "delta_cdf") == []
    tool.refused("INVALID_ARGUMENT", 3, "sql", "--build", things, call.format(", start_version := 'x'"), "--feature", "delta_cdf")
    tool.refused("SQL_POLICY_VIOLATION", 3, "sql", "--build", things, "FROM read_delta_cdf('../x')", "--feature", "delta_cdf")


def write_current(tool, root):
    """Makes a folder with a table a build: a spec that copies the table is run, and its CURRENT brought over."""
    spec = relate([{"left_key": "id", "right_key": "id"}], [])
    spec["input_relations"] = [{"logical_name": "things", "delta_location": "evidence/things"}]
    spec["view_definitions"] = [{"name": "copy", "view_kind": "projection", "view_dependencies": [], "output_schema": {"columns": {}},
                                 "transform": {"kind": "Project", "source": "things", "columns": []}}]
    spec["output_targets"] = [{"table_name": "copy", "source_view": "copy", "delta_location": "cpg/copy"}]
    (root.parent / "copy.json").write_text(json.dumps(spec))
    into = root.parent / "copied"
    done = tool.run("run", root.parent / "copy.json", "--build", root, "-o", into)
    assert done.returncode == 0, done.stderr
    for path in into.rglob("*"):
        if path.is_file():
            target = root / path.relative_to(into)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
