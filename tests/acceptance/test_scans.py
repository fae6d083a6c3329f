"""What a run reads of its inputs: files are left out by the statistics of a log, equal rows come out, and the counts are
those that anybody counts who reads the log and the footers."""

import copy
import json
import os
import pathlib
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake

from conftest import digests
from test_replay import PROJECT

SCHEMA = pa.schema([("id", pa.int64()), ("kind", pa.string()), ("size", pa.float64()), ("part", pa.int64())])
COMPARISONS = {"eq": lambda a, b: a == b, "lt": lambda a, b: a < b, "ge": lambda a, b: a >= b, "ne": lambda a, b: a != b}


def column(name):
    return {"col": name}


def compare(function, name, value):
    return {"fn": function, "args": [column(name), {"lit": value}]}


def write_things(folder, seed, files=6, rows=2500, **options):
    """Files of neighbouring ids; their kinds overlap. Of one the log says nothing of `size`, since it holds a NaN."""
    r = random.Random(seed)
    for file in range(files):
        ids = sorted(r.sample(range(file * 10_000, file * 10_000 + 9_000), rows))
        kinds = r.sample(["Call", "Name", "Expr", "Load", "Store"], 2)
        table = pa.table({"id": ids, "kind": [r.choice(kinds) if r.random() > 0.1 else None for _ in ids],
                          "size": [r.choice([float(file), float(file) / 2]) for _ in ids],
                          "part": [file // 2 for _ in ids]}, SCHEMA)
        write_deltalake(folder, table, mode="append", **options)
    return DeltaTable(folder)


def spec_of(predicate, **members):
    return PROJECT | {
        "input_relations": [{"logical_name": "things", "delta_location": "evidence/things"}],
        "view_definitions": [{"name": "few", "view_kind": "projection", "view_dependencies": [],
                              "transform": {"kind": "Filter", "source": "things", "predicate": predicate},
                              "output_schema": {"columns": {}}}],
        "output_targets": [{"table_name": "few", "source_view": "few", "delta_location": "cpg/few"}],
    } | members


@pytest.fixture
def run(tool, tmp_path):
    count = iter(range(1000))

    def run_spec(spec, inputs, *flags, **kwargs):
        (tmp_path / "spec.json").write_text(json.dumps(spec))
        done = tool.run("run", tmp_path / "spec.json", "--build", inputs, "-o", tmp_path / f"o{next(count)}", "--format",
                        "json", *flags, **kwargs)
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        report["folder"] = pathlib.Path(report["output_dir"])
        plan = json.loads((report["folder"] / "run_bundles" / report["run_id"] / "plan.json").read_text())
        report["all_scans"] = plan["scans"]
        report["scans"] = {scan["dataset_name"]: scan for scan in plan["scans"]}
        return report

    return run_spec


@pytest.fixture
def scans(tool, tmp_path):
    def plan(spec, inputs, *flags):
        (tmp_path / "spec.json").write_text(json.dumps(spec))
        done = tool.run("plan", "--spec", tmp_path / "spec.json", "--build", inputs, "--scans", "--output-format", "json",
                        *flags)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return plan


def holds(low, high, nulls, rows, function, value):
    """Whether values between the bounds can compare so; None is not known."""
    if nulls is not None and nulls == rows:
        return False
    if function == "eq":
        return (low is None or low <= value) and (high is None or value <= high)
    if function == "lt":
        return low is None or low < value
    if function == "ge":
        return high is None or high >= value
    return low is None or high is None or not (low == high == value)


def candidates(table, conditions):
    """Files that may match, counted from the log by another reader of it."""
    kept = set()
    for action in pa.table(table.get_add_actions(flatten=True)).to_pylist():
        if all(holds(action.get(f"min.{name}"), action.get(f"max.{name}"), action.get(f"null_count.{name}"),
                     action["num_records"], function, value)
               for function, name, value in conditions):
            kept.add(action["path"])
    return kept


def row_groups(folder, files, conditions):
    """Row groups of the files, those that cannot match, rows of the others, from the footers."""
    total = pruned = rows = 0
    for file in files:
        metadata = pq.ParquetFile(folder / file).metadata
        names = [metadata.schema.column(i).name for i in range(metadata.num_columns)]
        for at in range(metadata.num_row_groups):
            group = metadata.row_group(at)
            total += 1

            def can(function, name, value):
                s = group.column(names.index(name)).statistics
                low, high = (s.min, s.max) if s is not None and s.has_min_max else (None, None)
                nulls = s.null_count if s is not None and s.has_null_count else None
                return holds(low, high, nulls, group.num_rows, function, value)

            if all(can(*condition) for condition in conditions):
                rows += group.num_rows
            else:
                pruned += 1
    return total, pruned, rows


def conditions_of(r):
    makers = [
        lambda: (r.choice(["eq", "lt", "ge"]), "id", r.randrange(-5_000, 65_000)),
        lambda: (r.choice(["eq", "ne", "lt", "ge"]), "kind", r.choice(["Call", "Load", "Zebra", "A"])),
        lambda: (r.choice(["eq", "lt"]), "size", r.choice([0.0, 1.0, 2.5, 9.0])),
    ]
    return [r.choice(makers)() for _ in range(r.randrange(1, 4))]


def test_pruned_equals_unpruned_and_is_counted(run, scans, tmp_path):
    inputs = tmp_path / "in"
    folder = inputs / "evidence/things"
    table = write_things(folder, 1)
    r = random.Random(2)
    pruned_files = 0
    for _ in range(12):
        conditions = conditions_of(r)
        predicate = [compare(*condition) for condition in conditions]
        predicate = predicate[0] if len(predicate) == 1 else {"fn": "and", "args": predicate}
        pruned = run(spec_of(predicate), inputs)
        whole = run(spec_of(predicate, runtime_profile={"name": "medium", "file_pruning": False}), inputs)
        assert digests(pruned) == digests(whole)
        assert whole["scans"]["things"]["pruned_files"] == 0 and not whole["scans"]["things"]["policy"]["file_pruning"]
        scan = pruned["scans"]["things"]
        kept = candidates(table, conditions)
        assert scan["policy"]["file_pruning"] and scan["total_files"] == 6
        assert scan["candidate_file_count"] == len(kept) and scan["pruned_files"] == 6 - len(kept)
        pruned_files += scan["pruned_files"]
        [planned] = scans(spec_of(predicate), inputs)
        assert set(planned["candidate_files"]) == {f"evidence/things/{name}" for name in kept}
        assert (planned["row_groups_total"], planned["row_groups_pruned"], planned["candidate_rows"]) == row_groups(
            folder, kept, conditions)
        assert {key: planned[key] for key in scan if key != "reader"} == {key: scan[key] for key in scan if key != "reader"}
    assert pruned_files > 10


def test_row_groups_of_a_run_that_is_explained(run, tmp_path):
    inputs = tmp_path / "in"
    folder = inputs / "evidence/things"
    folder.mkdir(parents=True)
    # One file of eight row groups, sorted: half of them cannot match.
    table = pa.table({"id": range(16_000), "kind": ["Call"] * 16_000, "size": [1.0] * 16_000, "part": [0] * 16_000}, SCHEMA)
    write_deltalake(folder, table, mode="append")
    [action] = pa.table(DeltaTable(folder).get_add_actions()).to_pylist()
    pq.write_table(table, folder / action["path"], row_group_size=2_000)
    predicate = compare("lt", "id", 8_000)
    report = run(spec_of(predicate), inputs, env=os.environ | {"CODEANATOMY_ENABLE_ENGINE_EXPLAIN": "1"})
    scan = report["scans"]["things"]
    assert (scan["row_groups_total"], scan["row_groups_pruned"], scan["candidate_rows"]) == (8, 4, 8_000)
    assert "row_groups_total" not in run(spec_of(predicate), inputs)["scans"]["things"]


def test_files_without_statistics_are_read(run, tmp_path):
    inputs = tmp_path / "in"
    folder = inputs / "evidence/things"
    write_things(folder, 3)
    for log in (folder / "_delta_log").glob("*.json"):
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        for line in lines:
            if "add" in line:
                line["add"].pop("stats", None)
        log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    conditions = [compare("lt", "id", 0), compare("eq", "kind", "Zebra")]
    scan = run(spec_of({"fn": "and", "args": conditions}), inputs)["scans"]["things"]
    assert scan["total_files"] == 6 and scan["pruned_files"] == 0


def test_conditions_reach_scans_through_views(run, tmp_path):
    """A condition is followed through projections and to the sides of joins, where that is allowed."""
    inputs = tmp_path / "in"
    write_things(inputs / "evidence/things", 4)
    def spec(join_type, predicate):
        document = spec_of(predicate)
        document["view_definitions"] = [
            {"name": "renamed", "view_kind": "projection", "view_dependencies": [], "output_schema": {"columns": {}},
             "transform": {"kind": "Project", "source": "things", "computed": [
                 {"name": "number", "expr": column("id")}, {"name": "kind", "expr": column("kind")}]}},
            {"name": "joined", "view_kind": "relate", "view_dependencies": ["renamed"], "output_schema": {"columns": {}},
             "transform": {"kind": "Relate", "left": "renamed", "right": "renamed", "join_type": join_type,
                           "join_keys": [{"left_key": "number", "right_key": "number"}], "computed": [
                               {"name": "number", "expr": column("l.number")},
                               {"name": "other", "expr": column("r.number")}]}},
            {"name": "few", "view_kind": "projection", "view_dependencies": ["joined"], "output_schema": {"columns": {}},
             "transform": {"kind": "Filter", "source": "joined", "predicate": predicate}},
        ]
        return document

    left, right = compare("lt", "number", 9_000), compare("lt", "other", 9_000)
    absent = {"fn": "or", "args": [{"is_null": column("other")}, right]}
    for predicate, prunes in ((left, ("Inner", "Left")), (right, ("Inner", "Right")), (absent, ("Inner", "Right"))):
        for join_type in ("Inner", "Left", "Right", "Full"):
            document = spec(join_type, predicate)
            whole = run(document | {"runtime_profile": {"name": "medium", "file_pruning": False}}, inputs)
            pruned = run(document, inputs)
            assert digests(pruned) == digests(whole), (join_type, predicate)
            counts = sorted(scan["pruned_files"] for scan in pruned["all_scans"])
            assert counts[-1] == (5 if join_type in prunes else 0), (join_type, predicate, counts)


def test_signals_of_the_plan_override_the_policy(run, tmp_path):
    """The reasons are those of the plan, and what they say is done."""
    small, large = tmp_path / "small", tmp_path / "large"
    write_things(small / "evidence/things", 5, rows=100)
    write_things(large / "evidence/things", 5)
    one, none = compare("lt", "id", -1), compare("lt", "id", -2)
    both = {"fn": "and", "args": [one, none]}
    unjudged = {"fn": "lt", "args": [{"fn": "add", "args": [column("id"), column("part")]}, {"lit": -1}]}
    cases = [
        (large, one, [], 1.0, 6), (large, unjudged, [], 1.0, 0), (small, one, ["small_table"], 0.85, 0), (small, both, ["selective_filter"], 0.85, 6),
    ]
    for inputs, predicate, reasons, confidence, pruned in cases:
        scan = run(spec_of(predicate), inputs)["scans"]["things"]
        assert (scan["reasons"], scan["confidence"], scan["pruned_files"]) == (reasons, confidence, pruned)
        assert scan["signals"]["selectivity"] == 0.5 ** scan["signals"]["judged_conditions"]
    everything = {"is_null": column("id")}
    scan = run(spec_of({"fn": "or", "args": [everything, {"fn": "not", "args": [everything]}]}), large)["scans"]["things"]
    assert scan["pruned_files"] == 0 and scan["reasons"] == []
    document = spec_of(one)
    document["view_definitions"][0]["transform"] = {"kind": "Project", "source": "things"}
    scan = run(document, large)["scans"]["things"]
    assert scan["reasons"] == ["no_filter"] and not scan["policy"]["file_pruning"] and "version" not in scan


def test_the_table_of_scans(tool, repository, tmp_path):
    tool.build(repository, tmp_path / "out")
    done = tool.run("plan", repository, "--build", tmp_path / "out", "--scans")
    assert done.returncode == 0 and "reader" in done.stdout and "no_filter" in done.stdout, done.stderr
    tool.refused("INVALID_ARGUMENT", 3, "plan", repository, "--build", tmp_path / "out", "--scans", "--output-format", "dot")
    tool.refused("NOT_FOUND", 3, "plan", repository, "--build", tmp_path / "nothing", "--scans")


def test_a_scan_says_which_columns_it_reads_and_how(run, tmp_path):
    """Columns that are asked for or judged, the verdict over the table's protocol, and a key of all of it."""
    inputs = tmp_path / "in"
    table = write_things(inputs / "evidence/things", 6)

    def scan(predicate=None, columns=("id",), **members):
        document = spec_of(predicate or compare("lt", "size", 1.5), **members)
        document["view_definitions"].append(
            {"name": "kinds", "view_kind": "projection", "view_dependencies": ["few"], "output_schema": {"columns": {}},
             "transform": {"kind": "Project", "source": "few", "columns": list(columns)}})
        document["output_targets"][0]["source_view"] = "kinds"
        return run(document, inputs)["scans"]["things"]

    plain = scan()
    assert plain["projected_columns"] == ["id", "size"]  # the condition's column is read as well
    assert scan(columns=("id", "kind"))["projected_columns"] == ["id", "kind", "size"]
    assert scan(compare("lt", "id", 5_000))["projected_columns"] == ["id"]
    protocol = table.protocol()
    assert plain["protocol"] == {"compatible": True, "reason": None, "min_reader_version": protocol.min_reader_version,
                                 "min_writer_version": protocol.min_writer_version}
    assert plain["scan_config"] == {"version": 1, "file_column_name": None, "file_pruning": True, "enable_parquet_pushdown": True}
    head, dataset, version, digits = plain["scan_key"].split("::")
    assert (head, dataset, version) == ("scan", "things", str(table.version())) and len(digits) == 16
    assert scan()["scan_key"] == plain["scan_key"]
    profile = {"name": "medium", "pushdown_filters": False}
    others = [scan(columns=("id", "kind")), scan(compare("lt", "size", 1.0)), scan(runtime_profile=profile),
              scan(runtime_profile={"name": "medium", "file_pruning": False}),
              scan(input_relations=[{"logical_name": "things", "delta_location": "evidence/things", "requires_lineage": True}])]
    assert len({one["scan_key"] for one in [plain, *others]}) == 6
    assert [one["scan_config_hash"] != plain["scan_config_hash"] for one in others] == [False, False, True, True, True]
    assert others[2]["scan_config"]["enable_parquet_pushdown"] is False
    assert others[4]["scan_config"]["file_column_name"] == "__source_file"


def test_inputs_of_a_build_are_scanned_without_their_logs(tool, repository, tmp_path):
    report = tool.build(repository, tmp_path / "out")
    plan = json.loads((tmp_path / "out/run_bundles" / report["run_id"] / "plan.json").read_text())
    unasked = [scan for scan in plan["scans"] if "version" not in scan]
    assert unasked and all(scan["protocol"] == {"compatible": True, "reason": "protocol_unavailable"} for scan in unasked)
    assert all("::latest::" in scan["scan_key"] for scan in unasked)
    page = json.loads(tool.run("catalog", "tables", "--json").stdout)
    declared = {s["title"]: {row["column"] for row in s["rows"]} for s in page["sections"]}
    read = [(declared[scan["dataset_name"]], set(scan["projected_columns"])) for scan in plan["scans"]
            if scan["dataset_name"] in declared]
    assert read and all(columns <= known for known, columns in read) and any(columns < known for known, columns in read)
