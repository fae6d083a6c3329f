"""The `maintenance` of a spec: what each operation does to the table, as delta-rs reads it, and what it refuses."""

import copy
import json
import os
import pathlib
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, QueryBuilder, write_deltalake

from conftest import digests
from test_replay import PROJECT

DAY = 86_400
TABLE = "calls_here"
KINDS = ["Call", "Name", "Constant", "Attribute", "arg", "FunctionDef", "Return", "Assign"]


@pytest.fixture(scope="module")
def inputs(program, tmp_path_factory):
    from conftest import SMALL, Tool, write_files

    root = tmp_path_factory.mktemp("inputs")
    write_files(root / "repo", SMALL)
    Tool(program).build(root / "repo", root / "out")
    return root / "out"


def spec_of(kind, maintenance=None, mode="Append", location="mine/calls_here", **target):
    """Nodes of one kind, behind those that the table has, or instead of them."""
    spec = copy.deepcopy(PROJECT)
    spec["view_definitions"][0]["transform"]["predicate"]["args"][1]["lit"] = kind
    spec["output_targets"][0] |= {"materialization_mode": mode, "delta_location": location,
                                  "columns": ["path", "node_id", "kind", "line"], **target}
    return spec | ({} if maintenance is None else {"maintenance": maintenance})


class Runs:
    """Runs of specs into one folder."""

    def __init__(self, tool, inputs, folder):
        self.tool, self.inputs, self.folder = tool, inputs, folder
        self.table = folder / "out/mine" / TABLE
        folder.mkdir(exist_ok=True)

    def run(self, spec, *flags):
        path = self.folder / "spec.json"
        path.write_text(json.dumps(spec))
        done = self.tool.run("run", path, "--build", self.inputs, "-o", self.folder / "out", "--format", "json", *flags)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def maintain(self, kind, maintenance, **members):
        report = self.run(spec_of(kind, maintenance, **members))
        return {row["operation"]: row for row in report["maintenance_reports"]}, report

    def rows(self, version=None):
        table = DeltaTable(self.table, version=version)
        return sorted_rows(pa.table(QueryBuilder().register("t", table).execute("SELECT * FROM t").read_all()))

    def commits(self):
        log = self.table / "_delta_log"
        return {int(path.stem): [json.loads(line) for line in path.read_text().splitlines()]
                for path in sorted(log.glob("*.json"))}

    def files(self):
        return {path.name for path in self.table.glob("*.parquet")}

    def digest(self, version):
        return self.tool.run("delta", "digest", self.table, "--version", version).stdout

    def age(self, days):
        """As if all that was done so far had been done some days ago."""
        then = time.time() - days * DAY
        for path in [*self.table.rglob("*.parquet"), *(self.table / "_delta_log").iterdir()]:
            os.utime(path, (then, then))
        for version, actions in self.commits().items():
            for action in actions:
                if "remove" in action:
                    action["remove"]["deletionTimestamp"] -= days * DAY * 1000
            path = self.table / f"_delta_log/{version:020}.json"
            path.write_text("".join(json.dumps(action) + "\n" for action in actions))
            os.utime(path, (then, then))

    def current(self):
        return json.loads((self.folder / "out/CURRENT").read_text())


def sorted_rows(table):
    return sorted(tuple(row.values()) for row in table.select(["path", "node_id", "kind", "line"]).to_pylist())


@pytest.fixture
def runs(tool, inputs, tmp_path):
    return Runs(tool, inputs, tmp_path / "runs")


def test_compaction_keeps_rows_order_and_digest(runs, tool):
    for kind in KINDS[:4]:
        runs.run(spec_of(kind))
    before = runs.rows()
    done, report = runs.maintain(KINDS[4], {"compact": {}})
    version = report["tables"][0]["delta_version"]
    assert done["compact"] == {"table_name": TABLE, "operation": "compact", "success": True,
                               "message": "5 files of 5 became 1 in version 5"}
    assert version == DeltaTable(runs.table).version() == 5
    # One commit without change of data; the version before is what was committed by the run.
    actions = runs.commits()[5]
    assert actions[0]["commitInfo"]["operation"] == "OPTIMIZE"
    assert all(a[k]["dataChange"] is False for a in actions for k in a if k in ("add", "remove"))
    assert len(DeltaTable(runs.table).file_uris()) == 1
    assert runs.rows() == runs.rows(4) and set(before) < set(runs.rows())
    assert runs.digest(5) == runs.digest(4)
    # The rows are in the order of the table, and our readers have the new version.
    table = pq.read_table(DeltaTable(runs.table).file_uris()[0])
    keys = [tuple(row.values()) for row in table.to_pylist()]
    assert keys == sorted(keys)
    assert runs.current()["tables"][TABLE]["version"] == 5
    assert len(tool.sql(runs.folder / "out", f"FROM {TABLE}")) == len(keys) == table.num_rows
    # A second time there is nothing to do; the next run goes on from the compacted version.
    done, report = runs.maintain(KINDS[5], {"compact": {"target_file_size": 1}})
    assert done["compact"]["message"] == "no two of 2 files fit together into 1 bytes"
    assert report["tables"][0]["delta_version"] == 6
    write_deltalake(runs.table, DeltaTable(runs.table).to_pyarrow_table().slice(0, 1), mode="append")


def test_partitions_are_compacted_each_for_itself(runs):
    for kind in KINDS[:3]:
        runs.run(spec_of(kind, partition_by=["path"]))
    before = len(DeltaTable(runs.table).file_uris())
    done, _ = runs.maintain(KINDS[3], {"compact": {}}, partition_by=["path"])
    assert done["compact"]["success"], done
    after = DeltaTable(runs.table)
    paths = [row[0] for row in runs.rows()]
    assert len(after.file_uris()) == len(set(paths)) < before
    assert runs.rows() == runs.rows(after.version() - 1)
    assert runs.digest(after.version()) == runs.digest(after.version() - 1)


def test_a_checkpoint_stands_for_the_log_before_it(runs):
    for kind in KINDS[:3]:
        runs.run(spec_of(kind))
    done, report = runs.maintain(KINDS[3], {"checkpoint": True, "compact": {}})
    assert done["checkpoint"]["message"] == "version 4 got a checkpoint"
    rows = runs.rows()
    assert len(pq.read_table(runs.table / f"_delta_log/{4:020}.checkpoint.parquet")) > 1
    assert json.loads((runs.table / "_delta_log/_last_checkpoint").read_text())["version"] == 4
    for version in range(5):
        (runs.table / f"_delta_log/{version:020}.json").unlink()
    assert runs.rows() == rows and DeltaTable(runs.table).version() == 4
    assert len(runs.tool.sql(runs.folder / "out", f"FROM {TABLE}")) == len(rows)
    runs.run(spec_of(KINDS[4]))
    assert set(rows) < set(runs.rows())


VACUUM = {"vacuum": {"retention_hours": 24, "require_protocol_check": False, "dry_run_first": True}}


def test_vacuum_keeps_what_the_last_builds_read(runs):
    files = []
    for kind in KINDS[:5]:
        runs.run(spec_of(kind, mode="Overwrite"))
        files += [name for name in sorted(runs.files()) if name not in files]
    rows = {version: runs.rows(version) for version in range(5)}
    runs.age(10)
    foreign = DeltaTable(runs.table).vacuum(retention_hours=168, dry_run=True)
    done, report = runs.maintain(KINDS[5], VACUUM, mode="Overwrite")
    size = done["vacuum"]["message"].split(" of ")[1].split(" ")[0]
    assert done["vacuum_dry_run"]["message"] == f"2 files of {size} bytes would be deleted"
    assert done["vacuum"]["message"] == f"2 files of {size} bytes deleted"
    gone = set(files[:2])
    assert gone < set(foreign) and set(files) - runs.files() == gone
    assert not report["warnings"]
    # The builds of CURRENT: the new one, the one before it and the two that were superseded by that.
    for version in range(2, 5):
        assert runs.rows(version) == rows[version]
    with pytest.raises(Exception):
        runs.rows(0)


def test_a_retention_below_a_week_is_a_week(runs):
    for kind in KINDS[:5]:
        runs.run(spec_of(kind, mode="Overwrite"))
    runs.age(5)
    done, _ = runs.maintain(KINDS[5], VACUUM, mode="Overwrite")
    assert done["vacuum"]["message"] == "0 files of 0 bytes deleted"


def test_vacuum_asks_for_the_protocol_check(runs):
    for kind in KINDS[:5]:
        runs.run(spec_of(kind, mode="Overwrite"))
    runs.age(10)
    vacuum = {"vacuum": {"retention_hours": 200}}
    before = runs.files()
    done, report = runs.maintain(KINDS[5], vacuum | {"checkpoint": True}, mode="Overwrite")
    assert not done["vacuum"]["success"] and "vacuumProtocolCheck" in done["vacuum"]["message"]
    assert done["checkpoint"]["success"] and before < runs.files()
    [warning] = report["warnings"]
    assert warning["code"] == "maintenance_failed" and warning["stage"] == "maintenance"
    assert warning["context"] | {"table": TABLE, "operation": "vacuum", "error_code": "INVALID_ARGUMENT"} == warning["context"]
    # The failure is an exception of the operation's span.
    bundle = runs.folder / "out/run_bundles" / report["run_id"]
    events = [json.loads(line) for line in (bundle / "events.jsonl").read_text().splitlines()]
    assert any("vacuumProtocolCheck" in json.dumps(event) for event in events if "exception" in json.dumps(event))
    assert json.loads((bundle / "manifest.json").read_text())["maintenance_reports"] == report["maintenance_reports"]


def test_metadata_cleanup_leaves_what_is_read(runs):
    for kind in KINDS[:2]:
        runs.run(spec_of(kind))
    runs.maintain(KINDS[2], {"checkpoint": True})
    for kind in KINDS[3:6]:
        runs.run(spec_of(kind))
    runs.age(20)
    done, _ = runs.maintain(KINDS[6], {"metadata_cleanup": True})
    assert done["metadata_cleanup"]["message"] == "no log entry is old enough"
    runs.age(40)
    rows = {version: runs.rows(version) for version in range(2, 7)}
    done, _ = runs.maintain(KINDS[7], {"metadata_cleanup": True})
    assert done["metadata_cleanup"]["message"] == "2 log files deleted; versions from 2 on are readable"
    assert sorted(runs.commits()) == list(range(2, 8))
    for version in range(2, 7):
        assert runs.rows(version) == rows[version]
    done = runs.tool.run("delta", "read", runs.table, "--version", 0)
    assert done.returncode != 0 and "no longer readable" in done.stderr


ALL = {"compact": {}, "checkpoint": True, "metadata_cleanup": True,
       "vacuum": {"retention_hours": 168, "require_protocol_check": False}}


def test_tables_do_not_depend_on_threads(tool, inputs, tmp_path):
    """Several tables, side by side or not: equal digests, reports in the order of the outputs."""
    outcomes = []
    for number, (threads, parallel) in enumerate([(1, 1), (2, 4)]):
        runs = Runs(tool, inputs, tmp_path / str(number))
        for kind in KINDS[:4]:
            spec = spec_of(kind, ALL | {"max_parallel_tables": parallel})
            spec["output_targets"] = [spec["output_targets"][0] | {"table_name": f"t{i}", "delta_location": f"mine/t{i}"}
                                      for i in range(3)]
            report = runs.run(spec, "--threads", threads)
        outcomes.append((digests(report), report["maintenance_reports"]))
    assert outcomes[0] == outcomes[1]
    assert [(row["table_name"], row["operation"]) for row in outcomes[0][1]] == [
        (f"t{i}", name) for i in range(3) for name in ("compact", "checkpoint", "vacuum", "metadata_cleanup")]


def test_a_maintained_run_can_be_replayed(runs, tool):
    report = runs.run(spec_of("Call", ALL, mode="Overwrite"))
    done = tool.run("replay", runs.folder / "out/run_bundles" / report["run_id"])
    assert done.returncode == 0, done.stdout + done.stderr


def test_decisions_tell_why(runs):
    for kind in KINDS[:2]:
        report = runs.run(spec_of(kind))

    def decision():
        path = runs.folder / "out/run_bundles" / report["run_id"] / "decisions.json"
        [one] = [d for d in json.loads(path.read_text()) if d["domain"] == "maintenance"]
        return one

    assert decision()["value"] == "none" and decision()["outcome"] == "nothing to do"
    assert decision()["evidence"] == [{"source": "spec", "key": "reason", "value": "maintenance_not_configured"}]
    for kind, reason in ((KINDS[2], "optimize_file_threshold"), (KINDS[3], "thresholds_not_met")):
        size = 1 if reason == "thresholds_not_met" else 1 << 29
        _, report = runs.maintain(kind, {"compact": {"target_file_size": size}})
        assert decision()["context_label"] == f"output {TABLE}" and decision()["value"] == "compact"
        assert decision()["outcome"] == "compact done"
        assert {"source": "log", "key": "compact", "value": reason} in decision()["evidence"]


@pytest.mark.parametrize("maintenance, path", [
    ({"target_tables": ["nothing"]}, "target_tables[0]"),
    ({"target_tables": [TABLE, TABLE]}, "target_tables[1]"),
    ({"compact": {"target_file_size": 0}}, "compact.target_file_size"),
    ({"vacuum": {"retention_hours": -1}}, "vacuum.retention_hours"),
    ({"max_parallel_tables": 0}, "max_parallel_tables"),
])
def test_a_schedule_that_makes_no_sense_is_refused(tool, inputs, tmp_path, maintenance, path):
    (tmp_path / "spec.json").write_text(json.dumps(spec_of("Call", maintenance)))
    told = tool.refused("INVALID_PLAN", 12, "run", tmp_path / "spec.json", "--build", inputs, "-o", tmp_path / "out")
    assert f"$.maintenance.{path}" in told


def call(name, *args):
    return {"fn": name, "args": list(args)}


POSITIVE = {"constraints": [{"name": "Lines", "expression": call("ge", {"col": "line"}, {"lit": 1})},
                            {"name": "known", "expression": call("in", {"col": "kind"}, *({"lit": k} for k in KINDS[:5]))}]}


def test_constraints_bind_every_writer(runs):
    done, report = runs.maintain(KINDS[0], POSITIVE)
    assert done["constraints"]["message"] == "Lines, known in version 1"
    assert report["tables"][0]["delta_version"] == runs.current()["tables"][TABLE]["version"] == 1
    table = DeltaTable(runs.table)
    text = {key: value for key, value in table.metadata().configuration.items() if key.startswith("delta.constraints.")}
    assert text == {"delta.constraints.lines": "(`line` >= 1)",
                    "delta.constraints.known": "(`kind` IN ('Call', 'Name', 'Constant', 'Attribute', 'arg'))"}
    assert table.protocol().min_writer_version == 3
    # Our next run fulfils them, and is told that they are there.
    done, _ = runs.maintain(KINDS[1], POSITIVE)
    assert done["constraints"] == {"table_name": TABLE, "operation": "constraints", "success": True,
                                   "message": "the table has them already"}
    # A run that does not is refused before anything is committed, whether it appends or overwrites.
    version = DeltaTable(runs.table).version()
    for mode in ("Append", "Overwrite"):
        path = runs.folder / "spec.json"
        path.write_text(json.dumps(spec_of("Return", mode=mode)))
        told = runs.tool.refused("OUTPUT_CONTRACT_VIOLATION", 13, "run", path, "--build", runs.inputs, "-o", runs.folder / "out")
        assert "the constraint known" in told and '"kind":"Return"' in told
        assert DeltaTable(runs.table).version() == version
    # delta-rs keeps them as well.
    rows = DeltaTable(runs.table).to_pyarrow_table().slice(0, 1)
    write_deltalake(runs.table, rows, mode="append")
    bad = rows.set_column(rows.column_names.index("line"), "line", pa.array([0], rows.schema.field("line").type))
    with pytest.raises(Exception, match="(?i)line"):
        write_deltalake(runs.table, bad, mode="append")
    assert DeltaTable(runs.table).version() == version + 1


def test_rows_that_do_not_fulfil_a_constraint_keep_it_out(runs):
    runs.run(spec_of("Return"))
    done, report = runs.maintain(KINDS[0], POSITIVE)
    assert not done["constraints"]["success"] and '{"kind":"Return"}' in done["constraints"]["message"]
    assert [w["code"] for w in report["warnings"]] == ["maintenance_failed"]
    table = DeltaTable(runs.table)
    assert table.version() == 1 and not table.metadata().configuration


def test_a_null_does_not_fulfil_a_constraint(runs):
    spec = spec_of("Call", {"constraints": [{"name": "nulls", "expression": call("gt", {"col": "empty"}, {"lit": 0})}]})
    view = spec["view_definitions"][0]
    spec["view_definitions"].append({
        "name": "more", "view_kind": "projection", "view_dependencies": [view["name"]], "output_schema": {"columns": {}},
        "transform": {"kind": "Project", "source": view["name"], "columns": ["path", "node_id"],
                      "computed": [{"name": "empty", "expr": {"lit": None, "type": "Int64"}}]}})
    spec["output_targets"][0] |= {"source_view": "more", "columns": []}
    [row] = runs.run(spec)["maintenance_reports"]
    assert not row["success"] and '{"empty":null}' in row["message"]


def test_a_constraint_of_another_program_is_not_passed_over(runs):
    runs.run(spec_of("Call"))
    DeltaTable(runs.table).alter.add_constraint({"lines": "line >= 1"})
    path = runs.folder / "spec.json"
    path.write_text(json.dumps(spec_of("Name")))
    told = runs.tool.refused("DELTA_FEATURE_UNSUPPORTED", 20, "run", path, "--build", runs.inputs, "-o", runs.folder / "out")
    assert "line >= 1" in told


@pytest.mark.parametrize("name, expression, code, told", [
    ("a b", call("ge", {"col": "line"}, {"lit": 1}), "INVALID_PLAN", ".constraints[0].name"),
    ("a", call("ge", {"col": "nothing"}, {"lit": 1}), "EXPRESSION_TYPE_ERROR", ".constraints[0].expression"),
    ("a", {"col": "line"}, "EXPRESSION_TYPE_ERROR", ".constraints[0].expression"),
    ("a", call("matches", {"col": "kind"}, {"lit": "C.*"}), "EXPRESSION_TYPE_ERROR", "matches"),
])
def test_a_constraint_that_makes_no_sense_is_refused(tool, inputs, tmp_path, name, expression, code, told):
    spec = spec_of("Call", {"constraints": [{"name": name, "expression": expression}]})
    (tmp_path / "spec.json").write_text(json.dumps(spec))
    status = 12 if code == "INVALID_PLAN" else 11
    assert told in tool.refused(code, status, "run", tmp_path / "spec.json", "--build", inputs, "-o", tmp_path / "out")
