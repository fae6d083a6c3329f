"""struct_pick, semantic_tag and arrow_metadata: functions whose result depends on their arguments, expanded by the renderer."""

import json

import pytest

from test_replay import PROJECT, run_spec


def lit(value):
    return {"lit": value}


def call(name, *args):
    return {"fn": name, "args": list(args)}


PAIR = call("struct", lit("a"), {"col": "line"}, lit("b"), {"col": "kind"}, lit("c"), lit(7))


def spec_of(computed, second=()):
    views = [{"name": "rows", "view_kind": "projection", "view_dependencies": [], "output_schema": {"columns": {}},
              "transform": {"kind": "Project", "source": "ast_nodes", "columns": [],
                            "computed": [{"name": n, "expr": e} for n, e in computed]}}]
    if second:
        views.append({"name": "further", "view_kind": "projection", "view_dependencies": ["rows"], "output_schema": {"columns": {}},
                      "transform": {"kind": "Project", "source": "rows", "columns": [],
                                    "computed": [{"name": n, "expr": e} for n, e in second]}})
    return PROJECT | {"view_definitions": views, "output_targets": [
        {"table_name": "tagged", "source_view": views[-1]["name"], "delta_location": "cpg/tagged"}]}


@pytest.fixture
def run(tool, repository, tmp_path):
    out = tmp_path / "out"
    tool.build(repository, out)

    def go(computed, second=()):
        run_spec(tool, spec_of(computed, second), out, tmp_path / "ran")
        log = (tmp_path / "ran/cpg/tagged/_delta_log/00000000000000000000.json").read_text().splitlines()
        schema = next(json.loads(json.loads(line)["metaData"]["schemaString"]) for line in log if "metaData" in line)
        tags = {field["name"]: field["metadata"].get("semantic_type") for field in schema["fields"]}
        return tool.sql(tmp_path / "ran", "SELECT * FROM tagged"), tags

    def refuse(computed):
        (tmp_path / "bad.json").write_text(json.dumps(spec_of(computed)))
        return tool.refused("EXPRESSION_TYPE_ERROR", 11, "plan", "--spec", tmp_path / "bad.json")

    go.refuse = refuse
    return go


def test_fields_are_picked_in_the_order_of_the_call(run):
    null = {"case": [{"when": call("eq", {"col": "kind"}, lit("Call")), "then": PAIR}], "else": None}
    rows, _ = run([("node_id", {"col": "node_id"}), ("line", {"col": "line"}), ("kind", {"col": "kind"}), ("picked", call("struct_pick", PAIR, lit("c"), lit("a"))),
                   ("some", call("struct_pick", null, lit("b")))])
    assert rows and all(list(row["picked"].items()) == [("c", 7), ("a", row["line"])] for row in rows)
    assert all(row["some"] == ({"b": "Call"} if row["kind"] == "Call" else None) for row in rows)
    assert {row["some"] is None for row in rows} == {True, False}


def test_tags_reach_the_tables_schema(run):
    """Columns keep what the catalogue says of them, what is computed has nothing, a tag says it."""
    rows, tags = run(
        [("node_id", {"col": "node_id"}), ("where", {"col": "bstart"}), ("next", call("add", {"col": "bstart"}, lit(1))),
         ("tagged", call("semantic_tag", lit("byte_offset"), call("add", {"col": "bstart"}, lit(2))))],
        [("node", {"col": "node_id"}), ("tagged", {"col": "tagged"}), ("where", {"col": "where"}), ("next", {"col": "next"}),
         ("of_tag", call("arrow_metadata", {"col": "tagged"}, lit("semantic_type"))),
         ("of_node", call("arrow_metadata", {"col": "node_id"})),
         ("of_next", call("arrow_metadata", {"col": "next"})),
         ("unknown", call("arrow_metadata", {"col": "node_id"}, lit("encoding")))])
    assert tags["node"] == "node_id" and tags["where"] == tags["tagged"] == "byte_offset"
    assert tags["next"] is None and tags["of_node"] is None
    row = next(row for row in rows if row["where"] is not None)
    assert row["tagged"] == row["where"] + 2 == row["next"] + 1
    assert row["of_tag"] == "byte_offset" and row["unknown"] is None
    assert dict(row["of_node"]) == {"semantic_type": "node_id"} and not row["of_next"]


@pytest.mark.parametrize(
    "expression",
    [
        call("struct_pick", PAIR),
        call("struct_pick", PAIR, lit("d")),
        call("struct_pick", PAIR, lit("a"), lit("a")),
        call("struct_pick", PAIR, {"col": "kind"}),
        call("struct_pick", {"col": "kind"}, lit("a")),
        call("struct_pick", PAIR, *[lit("a")] * 7),
        call("semantic_tag", {"col": "kind"}, {"col": "line"}),
        call("semantic_tag", lit(""), {"col": "line"}),
        call("semantic_tag", lit("x")),
        call("arrow_metadata", call("add", {"col": "line"}, lit(1))),
        call("arrow_metadata", {"col": "line"}, {"col": "kind"}),
        call("arrow_metadata", {"col": "line"}, lit("a"), lit("b")),
    ],
)
def test_calls_that_do_not_fit(run, expression):
    assert "$.view_definitions[0].transform.computed[0]" in run.refuse([("x", expression)])
