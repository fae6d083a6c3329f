"""`plan --lineage`: what a view is made of, against the engine's own explanation of the statement that runs."""

import copy
import json
import os
import re

import pytest

from test_replay import PROJECT


@pytest.fixture
def lineage(tool, source_dir):
    def of(view, spec=None):
        spec = spec or source_dir / "tests/data/spec/transforms.json"
        done = tool.run("plan", "--spec", spec, "--lineage", view)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return of


def test_columns_and_filters_of_a_view(lineage):
    calls = lineage("calls")
    assert calls["referenced_tables"] == ["ast_nodes"] and len(calls["scans"]) == 1
    inside = lineage("inside")
    # norm joined with calls: both read ast_nodes, and only what keys, filter and computed columns need of it.
    assert inside["required_columns_by_dataset"] == {"ast_nodes": ["bend", "bstart", "kind", "node_id", "path"]}
    assert [scan["projected_columns"] for scan in inside["scans"]] == [
        ["bend", "bstart", "node_id", "path"], ["bend", "bstart", "kind", "node_id", "path"]]
    [join] = inside["joins"]
    assert join["join_type"] == "Inner" and ["path", "path"] in join["keys"]
    assert "span_len" in inside["functions"] and inside["aggregations"] == [] and inside["window_functions"] == 0
    picked = lineage("picked")
    assert picked["window_functions"] == 1 and picked["aggregations"] == ["array_agg", "count", "max"]
    assert len(picked["joins"]) == 2 and {"hash64", "sub", "eq"} <= set(picked["functions"])
    assert picked["required_columns_by_dataset"] == {"ast_nodes": ["bend", "bstart", "kind", "node_id", "parent_id", "path"]}


def test_an_unknown_view(tool, source_dir):
    tool.refused("NOT_FOUND", 3, "plan", "--spec", source_dir / "tests/data/spec/transforms.json", "--lineage", "nothing")


SPECS = {
    "filter": PROJECT["view_definitions"],
    "aggregate": PROJECT["view_definitions"] + [
        {"name": "out", "view_kind": "aggregate", "view_dependencies": ["calls"], "output_schema": {"columns": {}},
         "transform": {"kind": "Aggregate", "source": "calls", "group_by": ["path"],
                       "aggregations": [{"column": "line", "function": "max", "alias": "last"}]}}],
    "join": PROJECT["view_definitions"] + [
        {"name": "out", "view_kind": "relate", "view_dependencies": ["calls"], "output_schema": {"columns": {}},
         "transform": {"kind": "Relate", "left": "calls", "right": "ast_nodes", "join_type": "Inner",
                       "join_keys": [{"left_key": "parent_id", "right_key": "node_id"}],
                       "computed": [{"name": "a", "expr": {"col": "l.node_id"}}, {"name": "b", "expr": {"col": "r.name"}}]}}],
    "rank": PROJECT["view_definitions"] + [
        {"name": "out", "view_kind": "relate", "view_dependencies": ["calls"], "output_schema": {"columns": {}},
         "transform": {"kind": "Rank", "source": "calls", "partition_by": ["path"], "keep": 1,
                       "order_by": [{"expr": {"col": "bstart"}}, {"expr": {"col": "node_id"}}]}},
        {"name": "few", "view_kind": "projection", "view_dependencies": ["out"], "output_schema": {"columns": {}},
         "transform": {"kind": "Project", "source": "out", "columns": ["name", "node_id"]}}],
}


@pytest.mark.parametrize("name", SPECS)
def test_scans_are_those_of_the_engine(tool, lineage, repository, tmp_path, name):
    """The columns that each scan of the executed statement reads are ours, by the engine's own words."""
    out = tmp_path / "out"
    tool.build(repository, out)
    spec = copy.deepcopy(PROJECT)
    spec["view_definitions"] = SPECS[name]
    view = SPECS[name][-1]["name"]
    spec["output_targets"] = [{"table_name": "t", "source_view": view, "delta_location": "cpg/t"}]
    (tmp_path / "spec.json").write_text(json.dumps(spec))
    done = tool.run("run", tmp_path / "spec.json", "--build", out, "-o", tmp_path / "ran", "--format", "json",
                    env=os.environ | {"CODEANATOMY_ENABLE_ENGINE_EXPLAIN": "1"})
    assert done.returncode == 0, done.stderr
    bundle = tmp_path / "ran/run_bundles" / json.loads(done.stdout)["run_id"]
    [trace] = json.loads((bundle / "compliance.json").read_text())["explain_traces"]
    ours = lineage(view, tmp_path / "spec.json")
    engine_scans = trace["plan_text"].count("Function:")  # a line of each scan of files
    assert engine_scans == len(ours["scans"])
    words = set(re.findall(r"\b[a-z_]+\b", trace["plan_text"]))
    for column in ours["required_columns_by_dataset"]["ast_nodes"]:
        assert column in words, (column, trace["plan_text"])
