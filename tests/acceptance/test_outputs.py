"""How outputs are written: partitioned, by file, with the file of each row; delta-rs reads them with the rows that a plain
output has."""

import copy
import json
import pathlib
import random
import threading

import pyarrow as pa
import pytest
from deltalake import DeltaTable, QueryBuilder, write_deltalake

from conftest import digests
from test_scans import column, compare, spec_of

SCHEMA = pa.schema([("file_id", pa.int64()), ("node_id", pa.int64()), ("kind", pa.string()), ("day", pa.date32()),
                    ("size", pa.float64()), ("is_new", pa.bool_())])


def rows_of(seed, files, first=0, rows=40, long=False):
    """Rows of some files; node ids are unique over all of them."""
    r = random.Random(seed)
    kinds = ["Call", "a/b=c d", "ünï %", None] + ["x" * 300] * long  # delta-rs writes no folders of such names
    return [{"file_id": file, "node_id": file * 1000 + first + i, "kind": r.choice(kinds),
             "day": None if r.random() < 0.1 else 18_000 + r.randrange(4), "size": float(r.randrange(3)),
             "is_new": r.choice([True, False, None])} for file in files for i in range(rows)]


def table_of(rows):
    return pa.Table.from_pylist([row | {"day": row["day"]} for row in rows], pa.schema(
        [f if f.name != "day" else pa.field("day", pa.int32()) for f in SCHEMA])).cast(SCHEMA)


def put(folder, rows, files=3, **options):
    """Replaces the table by some files of these rows."""
    table = table_of(rows)
    step = max(1, table.num_rows // files)
    for i, start in enumerate(range(0, table.num_rows, step)):
        write_deltalake(folder, table.slice(start, step), mode="overwrite" if i == 0 else "append", **options)
    if table.num_rows == 0:
        write_deltalake(folder, table, mode="overwrite", **options)


def plain(table):
    return sorted((tuple(str(v) for v in row.values()) for row in table.select(SCHEMA.names).to_pylist()))


def delta(folder):
    """Rows of a table as delta-rs reads them."""
    return pa.table(QueryBuilder().register("t", DeltaTable(folder)).execute("SELECT * FROM t").read_all()).cast(SCHEMA)


def copy_spec(**members):
    document = spec_of(compare("eq", "kind", "Call"))
    document["view_definitions"][0]["transform"] = {"kind": "Project", "source": "things"}
    target = {"table_name": "copied", "source_view": "few", "delta_location": "cpg/copied"} | members
    return document | {"output_targets": [target]}


@pytest.fixture
def run(tool, tmp_path):
    def run_spec(spec, inputs, into, status=0, code=""):
        (tmp_path / "spec.json").write_text(json.dumps(spec))
        done = tool.run("run", tmp_path / "spec.json", "--build", inputs, "-o", into, "--format", "json")
        assert done.returncode == status and code in done.stderr, (done.returncode, done.stderr)
        return json.loads(done.stdout) if status == 0 else done.stderr

    return run_spec


@pytest.mark.parametrize("by", [["kind"], ["day"], ["is_new"], ["size"], ["file_id", "kind"], ["node_id"]])
def test_partitioned_output(tool, run, tmp_path, by):
    rows = rows_of(1, range(6), long=True)
    put(tmp_path / "in/evidence/things", rows)
    report = run(copy_spec(partition_by=by), tmp_path / "in", tmp_path / "o")
    folder = tmp_path / "o/cpg/copied"
    table = DeltaTable(folder)
    assert table.metadata().partition_columns == by
    assert plain(delta(folder)) == plain(table_of(rows))
    partitions = {tuple(row[name] for name in by) for row in rows}
    assert len(table.file_uris()) == len(partitions)
    for action in pa.table(table.get_add_actions(flatten=True)).to_pylist():
        assert all(f"min.{name}" not in action and f"partition.{name}" in action for name in by)
    # The program reads it like any other table.
    names = ", ".join(SCHEMA.names)
    count = tool.sql(tmp_path / "o", f"SELECT count(*) AS n, count(DISTINCT ({names})) AS d FROM copied")
    assert count == [{"n": len(rows), "d": len(rows)}]
    # Written again it is equal, and as an input it gives the rows that it was made of.
    again = run(copy_spec(partition_by=by), tmp_path / "in", tmp_path / "other")
    assert digests(again) == digests(report)
    (tmp_path / "third/evidence").mkdir(parents=True)
    folder.rename(tmp_path / "third/evidence/things")
    run(copy_spec(), tmp_path / "third", tmp_path / "back")
    assert plain(delta(tmp_path / "back/cpg/copied")) == plain(table_of(rows))


def test_partitions_prune_and_are_read_back_by_views(run, tmp_path):
    rows = rows_of(2, range(4))
    put(tmp_path / "in/evidence/things", rows, files=1, partition_by=["kind", "file_id"])
    spec = spec_of(compare("eq", "kind", "Call"))
    spec["view_definitions"] += [
        {"name": "whole", "view_kind": "projection", "view_dependencies": [], "output_schema": {"columns": {}},
         "transform": {"kind": "Project", "source": "things"}},
        {"name": "counted", "view_kind": "aggregate", "view_dependencies": ["whole"], "output_schema": {"columns": {}},
         "transform": {"kind": "Aggregate", "source": "whole", "group_by": ["kind"],
                       "aggregations": [{"column": "node_id", "function": "count", "alias": "n"}]}}]
    spec["output_targets"] += [
        {"table_name": "whole", "source_view": "whole", "delta_location": "cpg/whole", "partition_by": ["kind"]},
        {"table_name": "counted", "source_view": "counted", "delta_location": "cpg/counted"}]
    report = run(spec, tmp_path / "in", tmp_path / "o")
    out = pathlib.Path(report["output_dir"])
    calls = [row for row in rows if row["kind"] == "Call"]
    assert plain(delta(out / "cpg/few")) == plain(table_of(calls))
    plan = json.loads((out / "run_bundles" / report["run_id"] / "plan.json").read_text())
    [scan] = [s for s in plan["scans"] if s["reader"] == "few"]
    assert scan["reasons"] == ["partition_filter"]
    assert scan["candidate_file_count"] == len({row["file_id"] for row in calls}) < scan["total_files"]
    counted = DeltaTable(out / "cpg/counted").to_pyarrow_table().to_pylist()
    assert {row["kind"]: row["n"] for row in counted} == {
        kind: sum(row["kind"] == kind for row in rows) for kind in {row["kind"] for row in rows}}


@pytest.mark.parametrize(
    "by, code",
    [(["kind", "kind"], "twice"), (["nothing"], "OUTPUT_CONTRACT_VIOLATION"), (SCHEMA.names, "all of its columns")],
)
def test_partitions_that_make_no_sense(run, tmp_path, by, code):
    put(tmp_path / "in/evidence/things", rows_of(1, [1]))
    run(copy_spec(partition_by=by), tmp_path / "in", tmp_path / "o", 13 if "VIOLATION" in code else 12, code)
    assert not (tmp_path / "o/CURRENT").exists()


def test_an_empty_text_is_no_partition(run, tmp_path):
    put(tmp_path / "in/evidence/things", rows_of(1, [1]) + [rows_of(1, [2])[0] | {"kind": ""}])
    message = run(copy_spec(partition_by=["kind"]), tmp_path / "in", tmp_path / "o", 3, "INVALID_ARGUMENT")
    assert "copied" in message and not (tmp_path / "o/CURRENT").exists()


def test_the_file_of_each_row(tool, run, tmp_path):
    """requires_lineage adds `__source_file`; it names the file below the table's folder, on any path."""
    rows = rows_of(3, range(6))
    reports = []
    for inputs in (tmp_path / "in", tmp_path / "umlaut x in"):
        put(inputs / "evidence/things", rows, partition_by=["is_new"])
        spec = copy_spec()
        spec["input_relations"][0]["requires_lineage"] = True
        out = tmp_path / f"o{len(reports)}"
        reports.append(run(spec, inputs, out))
        table = DeltaTable(out / "cpg/copied").to_pyarrow_table()
        names = {pathlib.PurePosixPath(row["path"]).as_posix(): row["num_records"]
                 for row in pa.table(DeltaTable(inputs / "evidence/things").get_add_actions(flatten=True)).to_pylist()}
        counted = {}
        for name in table.column("__source_file").to_pylist():
            counted[name] = counted.get(name, 0) + 1
        assert counted == names
        assert plain(table) == plain(table_of(rows))
        # A condition on it prunes.
        wanted = next(iter(names))
        one = spec_of({"fn": "eq", "args": [column("__source_file"), {"lit": wanted}]})
        one["input_relations"][0]["requires_lineage"] = True
        report = run(one, inputs, tmp_path / f"one{len(reports)}")
        assert report["tables"][0]["rows"] == names[wanted]
        plan = json.loads((pathlib.Path(report["output_dir"]) / "run_bundles" / report["run_id"] / "plan.json").read_text())
        [scan] = plan["scans"]
        assert "lineage_required" in scan["reasons"] and scan["policy"]["file_column"] == "__source_file"
    plain_report = run(copy_spec(), tmp_path / "in", tmp_path / "plain")
    assert reports[0]["envelope_hash"] != plain_report["envelope_hash"]
    # The column takes part in a view of another name, and an input that has it already is refused.
    (tmp_path / "third/evidence").mkdir(parents=True)
    (tmp_path / "o0/cpg/copied").rename(tmp_path / "third/evidence/things")
    spec = copy_spec()
    spec["input_relations"][0]["requires_lineage"] = True
    run(spec, tmp_path / "third", tmp_path / "o9", 12, "a column __source_file of its own")


def test_changes_of_a_partitioned_table(tool, run, tmp_path):
    put(tmp_path / "in/evidence/things", rows_of(1, range(3)), files=2, partition_by=["kind", "day"])
    spec = copy_spec()
    spec["view_definitions"][0]["transform"] = {"kind": "IncrementalCdf", "source": "things"}
    spec["input_relations"][0]["requires_lineage"] = True
    (tmp_path / "spec.json").write_text(json.dumps(spec))
    done = tool.run("run", tmp_path / "spec.json", "--build", tmp_path / "in", "-o", tmp_path / "o", "--format", "json",
                    "--feature", "delta_cdf")
    assert done.returncode == 0, done.stderr
    assert plain(DeltaTable(tmp_path / "o/cpg/copied").to_pyarrow_table()) == plain(table_of(rows_of(1, range(3))))


def ids_table(ids):
    return pa.table({"file_id": pa.array(list(ids), pa.int64())})


def by_file(**members):
    document = copy_spec(materialization_mode="ReplaceByFile", **members)
    document["input_relations"].append({"logical_name": "param_file_ids", "delta_location": "state/param_file_ids"})
    return document


@pytest.mark.parametrize("by", [[], ["kind"], ["file_id"]])
def test_rows_are_replaced_by_file(tool, run, tmp_path, by):
    """A chain of runs over some files each, changed, new and deleted ones, leaves the rows that a whole run would."""
    r = random.Random(len(by))
    inputs, out = tmp_path / "in", tmp_path / "o"
    state = {}
    for step in range(5):
        files = r.sample(range(8), 3)
        deleted = [file for file in files if r.random() < 0.3]
        new = rows_of(step, [file for file in files if file not in deleted], rows=r.randrange(1, 60))
        put(inputs / "evidence/things", new)
        write_deltalake(inputs / "state/param_file_ids", ids_table(files), mode="overwrite")
        for file in files:
            state.pop(file, None)
        for row in new:
            state.setdefault(row["file_id"], []).append(row)
        report = run(by_file(partition_by=by), inputs, out)
        expected = [row for rows in state.values() for row in rows]
        assert report["tables"][0]["rows"] == len(expected)
        assert plain(delta(out / "cpg/copied")) == plain(table_of(expected))
        assert DeltaTable(out / "cpg/copied").version() == step
    # Files that hold nothing of the run stay as they are.
    before = set(DeltaTable(out / "cpg/copied").file_uris())
    put(inputs / "evidence/things", [])
    write_deltalake(inputs / "state/param_file_ids", ids_table([99]), mode="overwrite")
    run(by_file(partition_by=by), inputs, out)
    assert set(DeltaTable(out / "cpg/copied").file_uris()) == before


def test_what_is_not_of_the_run_is_refused_and_nothing_changes(run, tmp_path):
    inputs, out = tmp_path / "in", tmp_path / "o"
    put(inputs / "evidence/things", rows_of(1, range(3)))
    write_deltalake(inputs / "state/param_file_ids", ids_table(range(3)))
    run(by_file(), inputs, out)
    current = (out / "CURRENT").read_text()
    before = plain(delta(out / "cpg/copied"))
    cases = [
        ([1], rows_of(2, [1, 2]), 13, "OUTPUT_CONTRACT_VIOLATION"),  # rows of a file that is not replaced
        ([1], rows_of(2, [1])[:1] + [rows_of(2, [0])[0] | {"file_id": 1}] * 2, 13, "OUTPUT_CONTRACT_VIOLATION"),  # a key twice
    ]
    for ids, rows, status, code in cases:
        put(inputs / "evidence/things", rows)
        write_deltalake(inputs / "state/param_file_ids", ids_table(ids), mode="overwrite")
        run(by_file(), inputs, out, status, code)
        assert (out / "CURRENT").read_text() == current and plain(delta(out / "cpg/copied")) == before


@pytest.mark.parametrize("mode", ["Append", "ReplaceByFile"])
def test_commits_of_a_run_that_failed_do_not_count(run, tmp_path, mode):
    """What a run that died before CURRENT left in a log is not what the next one goes on from."""
    inputs, out = tmp_path / "in", tmp_path / "o"
    spec = by_file() if mode == "ReplaceByFile" else copy_spec(materialization_mode=mode)
    first, lost, second = rows_of(1, [1]), rows_of(2, [2]), rows_of(3, [3])
    for rows, ids in ((first, [1]), (lost, [2]), (second, [3])):
        put(inputs / "evidence/things", rows)
        write_deltalake(inputs / "state/param_file_ids", ids_table(ids), mode="overwrite")
        current = (out / "CURRENT").read_text() if (out / "CURRENT").exists() else None
        run(spec, inputs, out)
        if rows is lost:
            (out / "CURRENT").write_text(current)
    assert plain(delta(out / "cpg/copied")) == plain(table_of(first + second))


def other_rows(files):
    """Rows of another writer, of files that no run has."""
    return [row | {"kind": "Call"} for row in rows_of(7, files, rows=3)]


@pytest.mark.parametrize("by", [[], ["kind"]])
@pytest.mark.parametrize("mode", ["Append", "ReplaceByFile", "Overwrite"])
def test_rows_of_another_writer_stay(run, tmp_path, mode, by):
    """What another program commits between two runs is part of the table, unless a run replaces all of it."""
    inputs, out = tmp_path / "in", tmp_path / "o"
    spec = by_file(partition_by=by) if mode == "ReplaceByFile" else copy_spec(materialization_mode=mode, partition_by=by)
    first, second, third = rows_of(1, [1, 2]), rows_of(2, [2], first=500), rows_of(3, [3])
    others = other_rows([100])
    for step, (rows, ids) in enumerate(((first, [1, 2]), (second, [2]), (third, [3]))):
        put(inputs / "evidence/things", rows)
        write_deltalake(inputs / "state/param_file_ids", ids_table(ids), mode="overwrite")
        run(spec, inputs, out)
        if step == 0:
            write_deltalake(out / "cpg/copied", table_of(others), mode="append", partition_by=by or None)
    kept = [row for row in first if row["file_id"] != 2] if mode == "ReplaceByFile" else first
    expected = third if mode == "Overwrite" else kept + others + second + third
    assert plain(delta(out / "cpg/copied")) == plain(table_of(expected))
    assert DeltaTable(out / "cpg/copied").version() == 3


@pytest.mark.parametrize("by", [[], ["kind"]])
def test_another_writer_after_a_run_that_failed(run, tmp_path, by):
    """The commit of a failed run cannot go without the other's behind it: the run is refused, nothing changes."""
    inputs, out = tmp_path / "in", tmp_path / "o"
    for ids in ([1], [2]):
        put(inputs / "evidence/things", rows_of(ids[0], ids))
        write_deltalake(inputs / "state/param_file_ids", ids_table(ids), mode="overwrite")
        before = (out / "CURRENT").read_text() if (out / "CURRENT").exists() else None
        run(by_file(partition_by=by), inputs, out)
    (out / "CURRENT").write_text(before)
    write_deltalake(out / "cpg/copied", table_of(other_rows([100])), mode="append", partition_by=by or None)
    rows = plain(delta(out / "cpg/copied"))
    for spec in (by_file(partition_by=by), copy_spec(materialization_mode="Append", partition_by=by)):
        run(spec, inputs, out, 20, "DELTA_CONFLICT")
        assert (out / "CURRENT").read_text() == before and plain(delta(out / "cpg/copied")) == rows
    run(copy_spec(partition_by=by), inputs, out)
    assert plain(delta(out / "cpg/copied")) == plain(table_of(rows_of(2, [2])))


@pytest.mark.parametrize("by", [[], ["kind"]])
def test_another_writer_at_the_same_time(run, tmp_path, by):
    """Both append as fast as they can: the table has every row that was committed, each once."""
    inputs, out = tmp_path / "in", tmp_path / "o"
    written, stop, failures = [], threading.Event(), []

    def write():
        for file in range(100, 400):
            rows = other_rows([file])
            try:
                write_deltalake(out / "cpg/copied", table_of(rows), mode="append", partition_by=by or None)
            except Exception as failure:  # told by the main thread
                failures.append(failure)
                return
            written.extend(rows)
            if stop.is_set():
                return

    ours = rows_of(0, [0])
    put(inputs / "evidence/things", ours)
    run(copy_spec(materialization_mode="Append", partition_by=by), inputs, out)
    other = threading.Thread(target=write)
    other.start()
    for step in range(1, 5):
        rows = rows_of(step, [step])
        put(inputs / "evidence/things", rows)
        run(copy_spec(materialization_mode="Append", partition_by=by), inputs, out)
        ours = ours + rows
    stop.set()
    other.join()
    assert not failures and len(written) > 3
    assert plain(delta(out / "cpg/copied")) == plain(table_of(ours + written))
