"""The schema evolution adapter: tables whose older files lack columns or have narrower types, with the gate on and off.

The tables are made here, file by file, as another writer's log would have them."""

import json

import pyarrow
import pyarrow.parquet
import pytest

OFF = ("--feature", "no-schema_evolution_adapter")
LONG, TEXT = "long", "string"
POINT = {"type": "struct", "fields": [
    {"name": "x", "type": LONG, "nullable": True, "metadata": {}}, {"name": "y", "type": LONG, "nullable": True, "metadata": {}}]}
COLUMNS = {"id": LONG, "amount": "double", "name": TEXT, "point": POINT, "marks": {"type": "array", "elementType": LONG, "containsNull": True}}
OLD = {  # narrower, in another order, without name, and with a struct that has no y
    "marks": pyarrow.array([[1], None], pyarrow.list_(pyarrow.int32())),
    "point": pyarrow.array([{"x": 7}, None], pyarrow.struct([("x", pyarrow.int32())])),
    "id": pyarrow.array([1, 2], pyarrow.int32()),
    "amount": pyarrow.array([0.5, None], pyarrow.float32()),
}
NEW = {
    "id": pyarrow.array([1 << 40], pyarrow.int64()),
    "amount": pyarrow.array([1.5], pyarrow.float64()),
    "name": pyarrow.array(["c"]),
    "point": pyarrow.array([{"x": 1 << 40, "y": 2}], pyarrow.struct([("x", pyarrow.int64()), ("y", pyarrow.int64())])),
    "marks": pyarrow.array([[1 << 40, None]], pyarrow.list_(pyarrow.int64())),
}
ROWS = [
    {"id": 1, "amount": 0.5, "name": None, "point": {"x": 7, "y": None}, "marks": [1]},
    {"id": 2, "amount": None, "name": None, "point": None, "marks": None},
    {"id": 1 << 40, "amount": 1.5, "name": "c", "point": {"x": 1 << 40, "y": 2}, "marks": [1 << 40, None]},
]


def write_table(root, columns, *files):
    (root / "_delta_log").mkdir(parents=True)
    fields = [{"name": name, "type": kind, "nullable": True, "metadata": {}} for name, kind in columns.items()]
    actions = [
        {"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}},
        {"metaData": {"id": "0", "format": {"provider": "parquet", "options": {}}, "partitionColumns": [], "configuration": {},
                      "schemaString": json.dumps({"type": "struct", "fields": fields})}},
    ]
    for i, columns_of_file in enumerate(files):
        path = root / f"part{i}.parquet"
        pyarrow.parquet.write_table(pyarrow.table(columns_of_file), path)
        actions.append({"add": {"path": path.name, "partitionValues": {}, "size": path.stat().st_size, "modificationTime": 1,
                                "dataChange": True}})
    (root / "_delta_log/00000000000000000000.json").write_text("\n".join(map(json.dumps, actions)) + "\n")


@pytest.mark.parametrize("files", [(OLD, NEW), (NEW, OLD), (OLD, OLD, NEW)])
def test_older_files_are_rows_of_the_table(tool, built, files):
    write_table(built / "evidence/things", COLUMNS, *files)
    expected = sorted(ROWS + ROWS[:2] * (files.count(OLD) - 1), key=lambda row: row["id"])
    statement = "SELECT * FROM read_delta('evidence/things') ORDER BY id"
    assert tool.sql(built, statement) == expected
    said = tool.refused("DELTA_SCHEMA_MISMATCH", 20, "sql", "--build", built, statement, *OFF)
    assert ".parquet" in said and "schema_evolution_adapter" in said


def test_filters_mean_the_same_in_every_file(tool, built):
    write_table(built / "evidence/things", COLUMNS, OLD, NEW)
    ids = lambda where: [row["id"] for row in tool.sql(built, f"SELECT id FROM read_delta('evidence/things') WHERE {where} ORDER BY id")]
    assert ids("name IS NULL") == [1, 2] and ids("id > 2") == [1 << 40] and ids("point.y = 2") == [1 << 40]


def test_a_table_as_it_is_needs_no_adapter(tool, built):
    write_table(built / "evidence/things", COLUMNS, NEW)
    statement = "SELECT * FROM read_delta('evidence/things')"
    assert tool.sql(built, statement) == tool.sql(built, statement, *OFF) == ROWS[2:]


@pytest.mark.parametrize("name, column", [
    ("id", pyarrow.array(["7"])), ("name", pyarrow.array([7], pyarrow.int64())), ("id", pyarrow.array([0.5])),
    ("point", pyarrow.array([{"x": "7"}])), ("marks", pyarrow.array([["7"]]))])
def test_what_would_lose_something_is_refused(tool, built, name, column):
    write_table(built / "evidence/things", COLUMNS, NEW, NEW | {name: column})
    for flags in ((), OFF):
        said = tool.refused("DELTA_SCHEMA_MISMATCH", 20, "sql", "--build", built, "FROM read_delta('evidence/things')", *flags)
        assert f"column {name} is" in said and "part1.parquet" in said


def test_inputs_of_a_spec(tool, built, tmp_path):
    write_table(built / "evidence/things", COLUMNS, OLD, NEW)
    spec = {
        "version": 4, "input_relations": [{"logical_name": "things", "delta_location": "evidence/things"}],
        "view_definitions": [{"name": "named", "view_kind": "projection", "view_dependencies": [], "output_schema": {"columns": {}},
                              "transform": {"kind": "Filter", "source": "things", "predicate": {
                                  "fn": "lt", "args": [{"col": "id"}, {"lit": 10}]}}}],
        "join_graph": {"edges": [], "constraints": []}, "rule_intents": [], "rulepack_profile": "Default",
        "output_targets": [{"table_name": "named", "source_view": "named", "delta_location": "cpg/named",
                            "columns": ["id", "amount", "name"]}],
    }
    (tmp_path / "spec.json").write_text(json.dumps(spec))
    run = ("run", tmp_path / "spec.json", "--build", built, "-o", tmp_path / "ran")
    done = tool.run(*run)
    assert done.returncode == 0, done.stderr
    expected = [{name: row[name] for name in ("id", "amount", "name")} for row in ROWS[:2]]
    assert tool.sql(tmp_path / "ran", "SELECT * FROM named ORDER BY id") == expected
    (bundle,) = (tmp_path / "ran/run_bundles").iterdir()
    assert json.loads(tool.run("replay", bundle, "--format", "json").stdout)["status"] == "match"
    said = tool.refused("DELTA_SCHEMA_MISMATCH", 20, *run, *OFF)
    assert "reading the input things" in said
