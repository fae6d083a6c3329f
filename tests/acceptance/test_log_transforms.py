"""Views over a table's log: metadata, files and changes, against what the log itself says."""

import json

import pytest

from test_replay import PROJECT

CHANGES = ("--feature", "delta_cdf")


def spec_of(kind, **members):
    return PROJECT | {
        "input_relations": [{"logical_name": "things", "delta_location": "evidence/things"}],
        "view_definitions": [{"name": "log", "view_kind": "projection", "view_dependencies": [],
                              "transform": {"kind": kind, "source": "things"} | members, "output_schema": {"columns": {}}}],
        "output_targets": [{"table_name": "log_rows", "source_view": "log", "delta_location": "cpg/log_rows"}],
    }


@pytest.fixture
def things(tool, tmp_path):
    """A table of three versions: two rows, one more, all replaced."""
    root = tmp_path / "in" / "evidence" / "things"
    schema = ('{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{}},'
              '{"name":"name","type":"string","nullable":true,"metadata":{}}]}')
    (tmp_path / "schema.json").write_text(schema)
    for mode, rows in (("append", [(1, "a"), (2, "b")]), ("append", [(3, None)]), ("overwrite", [(2, "b"), (4, "d")])):
        text = "".join(json.dumps({"id": i, "name": n}) + "\n" for i, n in rows)
        done = tool.run("delta", "write", root, "--mode", mode, "--schema", tmp_path / "schema.json", "--rows", "-", input=text)
        if done.returncode != 0:
            pytest.fail(done.stderr)
    return tmp_path / "in"


@pytest.fixture
def run(tool, things, tmp_path):
    counter = iter(range(100))

    def run_spec(spec, *flags):
        (tmp_path / "spec.json").write_text(json.dumps(spec))
        into = tmp_path / f"o{next(counter)}"
        done = tool.run("run", tmp_path / "spec.json", "--build", things, "-o", into, "--format", "json", *flags)
        if done.returncode != 0:
            return done.returncode, done.stderr
        return tool.sql(into, "SELECT * FROM log_rows"), json.loads(done.stdout)

    return run_spec


def changes(rows):
    return sorted((r["_commit_version"], r["_change_type"], r["id"], r["name"]) for r in rows)


ALL = [(0, "insert", 1, "a"), (0, "insert", 2, "b"), (1, "insert", 3, None),
       (2, "delete", 1, "a"), (2, "delete", 2, "b"), (2, "delete", 3, None), (2, "insert", 2, "b"), (2, "insert", 4, "d")]


def test_changes_between_versions(run):
    rows, report = run(spec_of("IncrementalCdf"), *CHANGES)
    assert changes(rows) == ALL
    assert all(row["_commit_timestamp"] for row in rows)
    for first, last in ((0, 0), (1, 2), (2, None), (None, 1)):
        bounds = {k: v for k, v in (("starting_version", first), ("ending_version", last)) if v is not None}
        rows, other = run(spec_of("IncrementalCdf", **bounds), *CHANGES)
        assert changes(rows) == [c for c in ALL if (first or 0) <= c[0] <= (2 if last is None else last)]
        assert other["envelope_hash"] != report["envelope_hash"]
    # Inserts less deletes are the rows that are there.
    rows, _ = run(spec_of("IncrementalCdf"), *CHANGES)
    count = {}
    for row in rows:
        key = (row["id"], row["name"])
        count[key] = count.get(key, 0) + (1 if row["_change_type"] == "insert" else -1)
    assert sorted(key for key, n in count.items() if n) == [(2, "b"), (4, "d")]


def test_changes_between_times(run):
    assert changes(run(spec_of("IncrementalCdf", starting_timestamp="2020-01-01"), *CHANGES)[0]) == ALL
    rows, _ = run(spec_of("IncrementalCdf", ending_timestamp="2020-01-01 00:00:00"), *CHANGES)
    assert rows == []
    for text in ("yesterday", "2020-1-1", "2020-02-30", "2020-01-01T24:00:00", "2020-01-01T00:00:00+02:00"):
        for bound in ("starting_timestamp", "ending_timestamp"):
            status, told = run(spec_of("IncrementalCdf", **{bound: text}), *CHANGES)
            assert status != 0 and "no time in UTC" in told, (text, told)


def test_the_gate_and_what_is_not_there(run):
    status, message = run(spec_of("IncrementalCdf"))
    assert status == 12 and "delta_cdf" in message
    status, message = run(spec_of("IncrementalCdf", starting_version=7, ending_version=8), *CHANGES)
    assert status == 3 and "NOT_FOUND" in message and "it has 0 to 2" in message


def test_a_file_that_is_gone_is_named(run, things):
    gone = sorted((things / "evidence/things").glob("*.parquet"), key=lambda p: p.stat().st_mtime)[0]
    gone.unlink()
    status, message = run(spec_of("IncrementalCdf"), *CHANGES)
    assert status == 3 and gone.name in message
    assert changes(run(spec_of("IncrementalCdf", starting_version=1, ending_version=1), *CHANGES)[0]) == [ALL[2]]


def test_metadata_and_files(run, things):
    [row], _ = run(spec_of("Metadata"))
    log = things / "evidence/things/_delta_log"
    assert (row["table_uri"], row["version"]) == ("evidence/things", 2)
    assert json.loads(row["partition_columns_json"]) == [] and [f["name"] for f in json.loads(row["schema_json"])["fields"]] == ["id", "name"]
    rows, _ = run(spec_of("FileManifest"))
    added = [json.loads(line)["add"] for line in (log / f"{2:020}.json").read_text().splitlines() if '"add"' in line]
    assert sorted((r["path"], r["size"]) for r in rows) == sorted((a["path"], a["size"]) for a in added)
    pinned = spec_of("Metadata")
    pinned["input_relations"][0] = pinned["input_relations"][0] | {"version_pin": 0}
    assert run(pinned)[0][0]["version"] == 0


@pytest.mark.parametrize("kind", ["Metadata", "FileManifest"])
def test_runs_over_logs_are_replayed(tool, things, tmp_path, kind):
    (tmp_path / "spec.json").write_text(json.dumps(spec_of(kind)))
    into = tmp_path / "o"
    done = tool.run("run", tmp_path / "spec.json", "--build", things, "-o", into, "--format", "json")
    assert done.returncode == 0, done.stderr
    [bundle] = (into / "run_bundles").iterdir()
    done = tool.run("replay", bundle)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_plan_says_what_is_read(tool, tmp_path, run):
    spec = spec_of("Metadata")
    spec["input_relations"] = [{"logical_name": "ast_nodes", "delta_location": "evidence/ast_nodes"}]
    spec["view_definitions"][0]["transform"]["source"] = "ast_nodes"
    (tmp_path / "s.json").write_text(json.dumps(spec))
    done = tool.run("plan", "--spec", tmp_path / "s.json", "--output-format", "json")
    assert done.returncode == 0, done.stderr


def test_a_table_without_files_has_the_declared_types(tool, things, tmp_path):
    """Columns come from the catalogue, not from rows: there are none."""
    tool.run("delta", "write", things / "evidence/things", "--mode", "overwrite", "--schema", tmp_path / "schema.json",
             "--rows", "-", input="")
    (tmp_path / "spec.json").write_text(json.dumps(spec_of("FileManifest")))
    done = tool.run("run", tmp_path / "spec.json", "--build", things, "-o", tmp_path / "o", "--format", "json")
    assert done.returncode == 0, done.stderr
    rows = tool.sql(tmp_path / "o", "SELECT column_name, column_type FROM (DESCRIBE log_rows)")
    types = {row["column_name"]: row["column_type"] for row in rows}
    assert types["version"] == types["size"] == types["modification_time"] == "BIGINT"
    assert types["data_change"] == "BOOLEAN" and types["path"] == types["stats"] == "VARCHAR"
    assert tool.sql(tmp_path / "o", "SELECT count(*) AS n FROM log_rows") == [{"n": 0}]
