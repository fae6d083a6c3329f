"""Every member of a spec that says how it is executed: it changes exactly the hashes and tables that it should, or is
refused by name. The members are read from the published JSON Schema, so a new one without a row here fails."""

import copy
import io
import json
import pathlib
import subprocess

import pyarrow
import pyarrow.parquet
import pytest
from pyarrow import ipc

from conftest import digests
from test_replay import PROJECT



@pytest.fixture(scope="module")
def schema(source_dir):
    return json.loads((source_dir / "docs/reference/spec.schema.json").read_text())


@pytest.fixture(scope="module")
def inputs(program, tmp_path_factory):
    from conftest import SMALL, Tool, write_files

    root = tmp_path_factory.mktemp("inputs")
    write_files(root / "repo", SMALL)
    Tool(program).build(root / "repo", root / "out")
    return root / "out"


def members(schema, at=()):
    """Paths of the leaves below an object of the schema; alternatives with null are looked through."""
    for option in schema.get("anyOf", [schema]):
        if option.get("type") == "object" and "properties" in option:
            for name, value in option["properties"].items():
                yield from members(value, (*at, name))
            return
    yield at


RUNS, PLANS, RULES, REFUSED = "runs", "plans", "rules", "refused"
MEDIUM = {"name": "medium"}
SAFETY = {"name": "safety", "class": "Safety", "params": {}}
# member → its value, and what follows. RUNS: another spec_hash and therefore envelope, equal tables. PLANS: the planning
# surface differs as well. RULES: the rule pack differs as well. REFUSED: INVALID_PLAN, naming the member.
CASES = {
    "runtime.compliance_capture": (True, RUNS),
    "runtime.capture_optimizer_lab": (True, RUNS),
    "runtime.tuner_mode": ("Observe", RUNS),
    "runtime.pushdown_enforcement_mode": ("warn", RUNS),
    "runtime.extension_governance_mode": ("warn_on_unregistered", PLANS),
    "runtime.enable_tracing": (True, RUNS),
    "runtime.enable_rule_tracing": (True, RUNS),
    "runtime.enable_plan_preview": (True, RUNS),
    "runtime.lineage_tags": ({"team": "graph"}, RUNS),
    "runtime.tracing_preset": ("Maximal", RUNS),
    "runtime_profile.name": ("small", RUNS),
    "runtime_profile.target_partitions": (1, RUNS),
    "runtime_profile.planning_concurrency": (1, RUNS),
    "runtime_profile.memory_pool_bytes": (400_000_000, RUNS),
    "runtime_profile.max_temp_directory_bytes": (1 << 30, RUNS),
    "runtime_profile.row_group_rows": (2048, RUNS),
    "runtime_profile.optimizer_max_passes": (1, RUNS),
    "runtime_profile.batch_size": (300, RUNS),
    "runtime_profile.meta_fetch_concurrency": (1, RUNS),
    "runtime_profile.snapshot_cache_limit": (1, RUNS),
    "runtime_profile.snapshot_cache_ttl": ("5m", RUNS),
    "runtime_profile.repartition_joins": (False, RUNS),
    "runtime_profile.repartition_aggregations": (False, RUNS),
    "runtime_profile.repartition_windows": (False, RUNS),
    "runtime_profile.repartition_sorts": (False, RUNS),
    "runtime_profile.repartition_file_scans": (False, RUNS),
    "runtime_profile.filter_null_join_keys": (False, RUNS),
    "runtime_profile.show_statistics": (True, RUNS),
    "runtime_profile.show_schema": (False, RUNS),
    "runtime_profile.file_pruning": (False, RUNS),
    "runtime_profile.pushdown_filters": (False, PLANS),
    "runtime_profile.enable_join_filter_pushdown": (False, PLANS),
    "runtime_profile.enable_top_n": (False, PLANS),
    "cache_policy.min_fanout": (1, RUNS),
    "cache_policy.min_estimated_rows": (10, RUNS),
    "cache_policy.cache_memory_budget": (10, RUNS),
    "cache_policy.use_historical_metrics": (True, RUNS),
    "cache_policy.overrides": ([{"view_name": "calls", "action": "ForceCache"}], RUNS),
    "rule_overlay.additional_intents": ([{"name": "cost_shape", "class": "CostShape", "params": {}}], RULES),
    "rule_overlay.exclude_rules": (["simplify"], RULES),
    "rule_overlay.priority_overrides": ([{"rule_name": "simplify", "priority": 1}], RUNS),
    "rule_overlay.explain_per_rule": (True, RUNS),
    "maintenance.target_tables": (["calls_here"], RUNS),
    "maintenance.compact.target_file_size": (1, RUNS),
    "maintenance.vacuum.retention_hours": (300, RUNS),
    "maintenance.vacuum.require_protocol_check": (False, RUNS),
    "maintenance.vacuum.dry_run_first": (True, RUNS),
    "maintenance.checkpoint": (True, RUNS),
    "maintenance.metadata_cleanup": (True, RUNS),
    "maintenance.constraints": ([{"name": "lines", "expression": {"fn": "gt", "args": [{"col": "line"}, {"lit": 0}]}}], RUNS),
    "maintenance.max_parallel_tables": (2, RUNS),
    "maintenance.require_table_quiescence": (True, RUNS),
}
TRACING = {"boolean": True, "integer": 77, "string": "text", "array": ["a"], "object": {"a": "b"}, "record_metrics": False,
           "otlp_endpoint": "http://127.0.0.1:1/v1/traces", "traces_sampler": "always_off", "traces_sampler_arg": "0.5", "bsp_max_queue_size": 777}


def leaf(schema, path):
    for name in path:
        while "anyOf" in schema:
            schema = schema["anyOf"][0]
        schema = schema["properties"][name]
    while "anyOf" in schema:
        schema = schema["anyOf"][0]
    return schema


def spec_with(member, value):
    """The base spec with one member set; the other members of its object stay at their defaults."""
    top, *path = member.split(".")
    spec = copy.deepcopy(PROJECT)
    at = spec.setdefault(top, dict(MEDIUM) if top == "runtime_profile" else {})
    for name in path[:-1]:
        at = at.setdefault(name, {"retention_hours": 200} if name == "vacuum" else {})
    at[path[-1]] = value
    return spec


@pytest.fixture(scope="module")
def run(program, inputs, tmp_path_factory):
    from conftest import Tool

    tool, counter = Tool(program), iter(range(1000))

    def run_spec(spec, *flags, out=None):
        root = tmp_path_factory.mktemp("run")
        (root / "spec.json").write_text(json.dumps(spec))
        done = tool.run("run", root / "spec.json", "--build", inputs, "-o", out or root / f"o{next(counter)}", "--format", "json",
                        *flags)
        if done.returncode != 0:
            return done.returncode, done.stderr
        report = json.loads(done.stdout)
        bundle = pathlib.Path(report["output_dir"]) / "run_bundles" / report["run_id"]
        report["plan"] = json.loads((bundle / "plan.json").read_text())
        report["settings"] = json.loads((bundle / "settings.json").read_text())
        report["folder"] = pathlib.Path(report["output_dir"])
        return 0, report

    return run_spec


@pytest.fixture(scope="module")
def base(run):
    """The base spec, with the objects there that cases set members of, so that only the member differs."""
    bases = {}
    for top in ("runtime", "runtime_profile", "cache_policy", "rule_overlay", "maintenance"):
        spec = copy.deepcopy(PROJECT)
        spec[top] = dict(MEDIUM) if top == "runtime_profile" else {}
        bases[top] = run(spec)[1]
    return bases


def test_every_member_has_a_case(schema):
    tops = ("runtime", "runtime_profile", "cache_policy", "rule_overlay", "maintenance")
    named = {".".join(path) for top in tops for path in members(schema["properties"][top], (top,))}
    assert {path for path in named if not path.startswith("runtime.tracing.")} == set(CASES)


@pytest.mark.parametrize("member", CASES)
def test_a_member_changes_exactly_what_it_should(run, base, member):
    value, follows = CASES[member]
    status, report = run(spec_with(member, value))
    if follows is REFUSED:
        assert status == 12 and "INVALID_PLAN" in report
        assert f"$.{member}" in report
        return
    assert status == 0, report
    plain = base[member.split(".")[0]]
    assert report["spec_hash"] != plain["spec_hash"] and report["envelope_hash"] != plain["envelope_hash"]
    changed = {name for name in plain["plan"]["envelope"] if report["plan"]["envelope"][name] != plain["plan"]["envelope"][name]}
    assert changed == {"spec_hash"} | ({"planning_surface_hash"} if follows is PLANS else set())
    assert (report["rulepack_fingerprint"] != plain["rulepack_fingerprint"]) == (follows is RULES)
    rows = [[(t["table_name"], t["rows"]) for t in r["tables"]] for r in (report, plain)]
    assert rows[0] == rows[1]
    if member != "runtime_profile.row_group_rows":  # files are cut elsewhere: equal rows in other files
        assert digests(report) == digests(plain)


def test_every_member_of_tracing_changes_the_spec_hash_only(run, base, schema):
    """What each of them does is shown in test_tracing.py."""
    paths = list(members(schema["properties"]["runtime"]["properties"]["tracing"]))
    assert len(paths) >= 20
    plain = base["runtime"]
    for path in paths:
        member = ".".join(("runtime", "tracing", *path))
        kind = leaf(schema["properties"]["runtime"]["properties"]["tracing"], path)
        # Of the protocols the last one is refused; a protocol or an endpoint sends where tracing is on, which it is not here.
        value = TRACING.get(path[-1], kind["enum"][1] if "enum" in kind else TRACING.get(kind["type"]))
        status, report = run(spec_with(member, value))
        assert status == 0, (member, report)
        assert report["spec_hash"] != plain["spec_hash"] and report["rulepack_fingerprint"] == plain["rulepack_fingerprint"], member
        changed = {n for n, v in plain["plan"]["envelope"].items() if report["plan"]["envelope"][n] != v}
        assert changed == {"spec_hash"} and digests(report) == digests(plain), member


def test_knobs_of_the_profile_are_settings_of_the_session(run, base):
    cases = {
        "name": ("small", {"threads": "2", "memory_limit": f"{128 << 20}B", "max_temp_directory_size": f"{1 << 30}B"}),
        "target_partitions": (1, {"threads": "2", "external_threads": "2"}),
        "memory_pool_bytes": (400_000_000, {"memory_limit": "400000000B"}),
        "max_temp_directory_bytes": (1 << 30, {"max_temp_directory_size": f"{1 << 30}B"}),
        "pushdown_filters": (False, {"disabled_optimizers": "top_n_window_elimination,filter_pushdown"}),
        "enable_join_filter_pushdown": (False, {"disabled_optimizers": "top_n_window_elimination,join_filter_pushdown"}),
        "enable_top_n": (False, {"disabled_optimizers": "top_n_window_elimination,top_n"}),
    }
    for name, (value, settings) in cases.items():
        status, report = run(spec_with(f"runtime_profile.{name}", value))
        assert status == 0 and {key: report["settings"].get(key) for key in settings} == settings, name


def test_row_groups_have_the_rows_asked_for(run):
    _, report = run(spec_with("runtime_profile.row_group_rows", 2048))
    (path,) = (report["folder"] / "cpg/calls_here").glob("*.parquet")
    assert pyarrow.parquet.ParquetFile(path).metadata.num_rows == report["tables"][0]["rows"]


def test_batches_of_a_stream_have_the_rows_asked_for(run, tool, inputs):
    """By the spec of the build that is read, else by the profile of who reads."""
    statement = "SELECT i, CASE WHEN i % 7 > 0 THEN [{'a': 't' || i}] END AS l FROM range(5000) t(i)"

    def lengths(folder, *flags):
        done = subprocess.run([tool.program, "sql", "--build", str(folder), statement, "--format", "arrow", *flags],
                              capture_output=True, timeout=300)
        batches = list(ipc.open_stream(io.BytesIO(done.stdout)))
        table = pyarrow.Table.from_batches(batches)
        table.validate(full=True)
        assert table.column("i").to_pylist() == list(range(5000))
        assert table.column("l").to_pylist() == [[{"a": f"t{i}"}] if i % 7 else None for i in range(5000)]
        return [batch.num_rows for batch in batches]

    _, report = run(spec_with("runtime_profile.batch_size", 300))
    assert lengths(report["folder"]) == [300] * 16 + [200]
    assert lengths(inputs) == [5000] and lengths(inputs, "--engine-profile", "small") == [4096, 904]


def test_logs_are_kept_up_to_the_limit(run):
    def snapshots(**profile):
        _, report = run(PROJECT | {"runtime_profile": MEDIUM | profile})
        bundle = report["folder"] / "run_bundles" / report["run_id"]
        return json.loads((bundle / "manifest.json").read_text())["caches"]["snapshot"]

    kept, unkept = snapshots(), snapshots(snapshot_cache_limit=1)
    assert kept["entries"] == kept["misses"] == 1 and kept["hits"] == 1  # the input's log, asked again for its statistics
    assert unkept["entries"] == unkept["hits"] == 0 and unkept["misses"] == 2
    assert snapshots(snapshot_cache_ttl="1h")["hits"] == 1


RELATED = {
    "version": 4,
    "input_relations": [{"logical_name": name, "delta_location": f"evidence/{name}"} for name in ("ast_nodes", "repo_files")],
    "view_definitions": [
        {"name": "calls", "view_kind": "projection", "view_dependencies": [], "output_schema": {"columns": {}},
         "transform": {"kind": "Filter", "source": "ast_nodes", "predicate": {"fn": "eq", "args": [{"col": "kind"}, {"lit": "Call"}]}}},
        {"name": "pairs", "view_kind": "relate", "view_dependencies": ["calls"], "output_schema": {"columns": {}},
         "transform": {"kind": "Relate", "left": "calls", "right": "ast_nodes", "join_type": "Inner",
                       "join_keys": [{"left_key": "node_id", "right_key": "parent_id"}],
                       "computed": [{"name": n, "expr": {"col": c}} for n, c in
                                    (("call", "l.node_id"), ("part", "r.node_id"), ("slot", "r.slot"))]}},
        {"name": "first", "view_kind": "projection", "view_dependencies": ["pairs"], "output_schema": {"columns": {}},
         "transform": {"kind": "Rank", "source": "pairs", "partition_by": ["call"], "keep": 1,
                       "order_by": [{"expr": {"col": "part"}, "descending": False}]}},
        {"name": "counts", "view_kind": "aggregate", "view_dependencies": ["pairs"], "output_schema": {"columns": {}},
         "transform": {"kind": "Aggregate", "source": "pairs", "group_by": ["slot"],
                       "aggregations": [{"column": "part", "function": "count", "alias": "n"}]}},
    ],
    "join_graph": {"edges": [], "constraints": []},
    "output_targets": [{"table_name": f"{name}_here", "source_view": name, "delta_location": f"cpg/{name}_here"}
                       for name in ("calls", "first", "counts")],
    "rule_intents": [], "rulepack_profile": "Default", "runtime_profile": {"name": "medium", "target_partitions": 3},
}


def spans_of(report):
    bundle = report["folder"] / "run_bundles" / report["run_id"]
    spans = json.loads((bundle / "timings.json").read_text())["spans"]
    return {s["name"]: s for s in spans if s["name"].split()[0] in ("write", "compute")}


@pytest.mark.parametrize(
    "knob, alone",
    [
        ("joins", {"compute pairs": "joins"}),
        ("aggregations", {"write counts_here": "aggregations"}),
        ("windows", {"write first_here": "windows"}),
        ("file_scans", {"write calls_here": "file_scans", "compute pairs": "file_scans"}),
        ("sorts", {}),
    ],
)
def test_operators_that_are_kept_together_run_alone(run, knob, alone):
    """A task that holds one has a single thread of the engine, and no other task runs beside it; tables stay the same."""
    _, plain = run(RELATED)
    assert not any("threads" in s["attributes"] for s in spans_of(plain).values())
    status, report = run(RELATED | {"runtime_profile": RELATED["runtime_profile"] | {f"repartition_{knob}": False}})
    assert status == 0, report
    assert digests(report) == digests(plain)
    spans = spans_of(report)
    kept = {name.strip(): s["attributes"]["kept_together"] for name, s in spans.items() if "kept_together" in s["attributes"]}
    if knob != "sorts":
        assert kept == alone
    else:
        assert set(kept.values()) == {"sorts"}
    for name, span in spans.items():
        if "kept_together" not in span["attributes"]:
            continue
        assert span["attributes"]["threads"] == "1"
        begin, end = span["begin"], span["begin"] + span["seconds"]
        for other in spans.values():
            assert other is span or other["begin"] >= end or other["begin"] + other["seconds"] <= begin, (name, other["name"])


JOINS = {"Inner": True, "Semi": True, "Left": True, "Anti": True, "Right": False, "Full": False}


def joined(kind):
    """Nodes and the nodes at the place of their parents; module nodes have no parent."""
    computed = [{"name": "n", "expr": {"col": "l.node_id"}}]
    if kind not in ("Semi", "Anti"):
        computed.append({"name": "m", "expr": {"col": "r.node_id"}})
    return {"name": f"v_{kind}", "view_kind": "relate", "view_dependencies": [], "output_schema": {"columns": {}},
            "transform": {"kind": "Relate", "left": "ast_nodes", "right": "ast_nodes", "join_type": kind, "computed": computed,
                          "join_keys": [{"left_key": "node_id", "right_key": "parent_id"}]}}


def test_rows_without_a_key_do_not_reach_their_join(run):
    """`parent_id` is null in some rows of the right side: they are filtered where they only could match, and tables are equal."""
    spec = RELATED | {"view_definitions": [joined(kind) for kind in JOINS], "runtime": {"compliance_capture": True},
                      "output_targets": [{"table_name": f"t_{kind}", "source_view": f"v_{kind}", "delta_location": f"cpg/t_{kind}"}
                                         for kind in JOINS]}
    texts, tables = {}, []
    for wanted in (True, False):
        status, report = run(spec | {"runtime_profile": MEDIUM | {"filter_null_join_keys": wanted}})
        assert status == 0, report
        tables.append({t["table_name"]: (t["rows"], t["content_digest"]) for t in report["tables"]})
        texts[wanted] = {t["table_name"]: t["plan_text"] for t in compliance_of(report)["explain_traces"]}
    assert tables[0] == tables[1] and all(rows > 0 for rows, _ in tables[0].values())
    assert {kind: "parent_id IS NOT NULL" in texts[True][f"t_{kind}"] for kind in JOINS} == JOINS
    assert not any("IS NOT NULL" in text for text in texts[False].values())


def compliance_of(report):
    return json.loads((report["folder"] / "run_bundles" / report["run_id"] / "compliance.json").read_text())


def test_explanations_show_what_the_profile_says(run):
    for profile, shown in (({}, {"schema"}), ({"show_schema": False}, set()), ({"show_statistics": True}, {"schema", "statistics"})):
        spec = PROJECT | {"runtime_profile": MEDIUM | profile, "runtime": {"compliance_capture": True}}
        (trace,) = compliance_of(run(spec)[1])["explain_traces"]
        assert set(trace) == {"table_name", "part", "sql_text", "plan_type", "plan_text"} | shown
    assert {"name": "node_id", "type": "Int64"} in trace["schema"]
    scan = trace["statistics"][-1]
    assert scan["operator"].startswith("READ_PARQUET") and scan["estimated_rows"] > 0 and trace["statistics"][0]["depth"] == 0


def test_lineage_tags_and_the_profile_stand_in_the_commit(run):
    spec = spec_with("runtime.lineage_tags", {"team": "graph"})
    spec["runtime_profile"] = {"name": "small"}
    _, report = run(spec)
    log = (report["folder"] / "cpg/calls_here/_delta_log/00000000000000000000.json").read_text()
    info = next(json.loads(line)["commitInfo"] for line in log.splitlines() if "commitInfo" in line)
    assert info["codeanatomy.lineage_tag.team"] == "graph" and info["codeanatomy.runtime_profile"] == "small"


@pytest.mark.parametrize(
    "member, value, message",
    [
        ("runtime_profile.name", "huge", "small, medium or large"),
        ("runtime_profile.target_partitions", 0, "positive"),
        ("runtime_profile.row_group_rows", -5, "positive"),
        ("runtime_profile.batch_size", 0, "positive"),
        ("runtime_profile.snapshot_cache_limit", 0, "positive"),
        ("runtime_profile.meta_fetch_concurrency", 5000, "at most"),
        ("runtime_profile.snapshot_cache_ttl", "5w", "30s"),
        ("runtime_profile.snapshot_cache_ttl", "", "30s"),
        ("runtime_profile.snapshot_cache_ttl", "0s", "30s"),
        ("runtime_profile.snapshot_cache_ttl", "9999999999999d", "30s"),
        ("cache_policy.min_fanout", 0, "positive"),
        ("cache_policy.min_estimated_rows", -1, "negative"),
        ("cache_policy.cache_memory_budget", -1, "negative"),
        ("cache_policy.overrides", [{"view_name": "nothing", "action": "NeverCache"}], "unknown view"),
        ("cache_policy.overrides", [{"view_name": "calls", "action": "NeverCache"}] * 2, "two overrides"),
    ],
)
def test_values_that_make_no_sense(run, member, value, message):
    status, text = run(spec_with(member, value))
    assert status == 12 and message in text and f"$.{member}" in text


def test_kept_views_are_computed_once(run, inputs):
    """A view that a policy keeps is a table of the session; one that it does not keep is part of its readers."""
    spec = copy.deepcopy(PROJECT)
    spec["view_definitions"].append(
        {"name": "names", "view_kind": "projection", "view_dependencies": ["calls"], "output_schema": {"columns": {}},
         "transform": {"kind": "Project", "source": "calls", "columns": ["path", "node_id"]}})
    spec["output_targets"] = [{"table_name": "names", "source_view": "names", "delta_location": "cpg/names"}]
    spans = {}
    for action in ("ForceCache", "NeverCache"):
        _, report = run(spec | {"cache_policy": {"overrides": [{"view_name": "calls", "action": action}]}})
        bundle = report["folder"] / "run_bundles" / report["run_id"]
        spans[action] = "compute calls" in (bundle / "timings.json").read_text()
        spans[action, "digests"] = digests(report)
    assert spans["ForceCache"] and not spans["NeverCache"]
    assert spans["ForceCache", "digests"] == spans["NeverCache", "digests"]


def test_gates_in_both_positions(tool, run, inputs):
    def state(*flags):
        done = tool.run("sql", "--build", inputs, "SELECT name, is_on FROM feature_state()", "--format", "json", *flags)
        return {row["name"]: row["is_on"] for row in json.loads(done.stdout)}

    defaults = state()
    assert len(defaults) >= 3 and list(defaults) == sorted(defaults)
    for name, is_on in defaults.items():
        flipped = state("--feature", f"no-{name}" if is_on else name)
        assert {n for n in defaults if flipped[n] != defaults[n]} == {name}

    named = ("sql", "--build", inputs, 'SELECT count(*) AS n FROM "codeanatomy.cpg_nodes@0"')
    assert tool.run(*named).returncode == 0
    assert "input_plugins" in tool.refused("UNKNOWN_SCHEMA", 3, *named, "--feature", "no-input_plugins")

    query = "SELECT value FROM settings_snapshot() WHERE name = 'enable_external_file_cache'"
    for flags, value in (((), "true"), (("--feature", "no-metadata_cache"), "false")):
        done = tool.run("sql", "--build", inputs, query, "--format", "json", *flags)
        assert json.loads(done.stdout) == [{"value": value}]
    _, with_cache = run(PROJECT)
    _, without = run(PROJECT, "--feature", "no-metadata_cache")
    assert digests(with_cache) == digests(without) and with_cache["envelope_hash"] == without["envelope_hash"]

    repo = inputs.parent / "repo"
    for flags, quality in (((), "Estimated"), (("--feature", "no-statistics_collection"), "Unknown")):
        done = tool.run("plan", repo, "--build", inputs, "--output-format", "json", *flags)
        assert json.loads(done.stdout)["task_schedule"]["stats_quality"] == quality
    assert "features are" in tool.refused("INVALID_ARGUMENT", 3, *named, "--feature", "speed")
