"""`codeanatomy plan`: views, dependencies, costs and critical path in four forms; foreign specs; the spec's JSON Schema."""

import json

import pytest
from conftest import digests


def plan(tool, *args, **kwargs):
    done = tool.run("plan", *args, **kwargs)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def foreign(source_dir):
    return source_dir / "tests/data/spec/transforms.json"


def test_costs_come_from_the_build_before(tool, repository, tmp_path):
    out = tmp_path / "out"
    unknown = json.loads(plan(tool, repository, "--output-format", "json"))["task_schedule"]
    assert unknown["stats_quality"] == "Unknown" and unknown["critical_path"] == [] and unknown["slack_by_task"] == {}
    report = tool.build(repository, out)
    document = json.loads(plan(tool, repository, "--build", out, "--output-format", "json"))
    schedule = document["task_schedule"]
    assert len(document["plan_signature"]) == 64
    assert schedule["stats_quality"] == "Estimated"
    rows = {t["table_name"]: t["rows_written"] if "rows_written" in t else t["rows"] for t in report["tables"]}
    assert schedule["rows"]["table cpg_nodes"] == rows["cpg_nodes"]

    order = {name: place for place, name in enumerate(schedule["execution_order"])}
    for view, reads in document["dependency_map"].items():
        assert all(order[name] < order[view] for name in reads if view in order)
    # The critical path is a chain whose costs add up to its length; slack is what a task's bottom level lacks to it.
    path = schedule["critical_path"]
    assert path[-1].startswith("table ")
    assert sum(schedule["task_costs"][task] for task in path) == pytest.approx(schedule["critical_path_length"])
    for task, slack in schedule["slack_by_task"].items():
        assert slack == pytest.approx(schedule["critical_path_length"] - schedule["bottom_level_costs"][task])
    assert max(schedule["bottom_level_costs"].values()) == schedule["critical_path_length"]
    assert "critical path" in plan(tool, repository, "--build", out)


def steps_of(out, run_id):
    """What was computed or written, in the order in which it began."""
    spans = json.loads((out / f"run_bundles/{run_id}/timings.json").read_text())["spans"]
    begun = sorted((span["begin"], span["name"]) for span in spans)
    steps = [name.split()[:2] for _, name in begun if name.startswith(("compute ", "write "))]
    return list(dict.fromkeys(view if verb == "compute" else f"table {view}" for verb, view in steps))


def test_a_build_runs_in_the_order_that_plan_shows(tool, repository, tmp_path):
    out = tmp_path / "out"
    tool.build(repository, out)
    plan_before = json.loads(plan(tool, repository, "--build", out, "--output-format", "json"))
    report = tool.build(repository, out, "--threads", "1")
    schedule = json.loads((out / f"run_bundles/{report['run_id']}/plan.json").read_text())["task_schedule"]
    assert schedule == plan_before["task_schedule"]
    # On one thread steps follow one another by the bottom level of the first task that they do: of an output whose
    # view is part of it, that is the view.
    place = {view["name"]: view["place"] for view in plan_before["views"]}
    source = {f"table {o['table_name']}": o["source_view"] for o in plan_before["output_targets"]}
    first = {step: step if place.get(source.get(step, step)) == "temporary" else source.get(step, step)
             for step in [*source, *place]}
    steps = steps_of(out, report["run_id"])
    assert set(source) <= set(steps) and len(steps) > len(source)
    keys = [(-schedule["bottom_level_costs"][first[step]], step) for step in steps]
    assert keys == sorted(keys)
    assert steps != sorted(steps)


def test_without_counts_the_order_is_topological_and_the_tables_are_the_same(tool, repository, tmp_path):
    counted = tool.build(repository, tmp_path / "counted")
    report = tool.build(repository, tmp_path / "blind", "--feature", "no-statistics_collection", "--threads", "1")
    assert digests(report) == digests(counted)
    bundle = tmp_path / "blind/run_bundles" / report["run_id"]
    schedule = json.loads((bundle / "plan.json").read_text())["task_schedule"]
    assert schedule["stats_quality"] == "Unknown" and schedule["slack_by_task"] == {}
    place = {task: i for i, task in enumerate(schedule["execution_order"])}
    steps = steps_of(tmp_path / "blind", report["run_id"])
    views = [place[step] for step in steps if not step.startswith("table ")]
    assert views == sorted(views)


def test_a_foreign_spec_is_planned_in_every_form(tool, foreign):
    text = plan(tool, "--spec", foreign)
    assert "by_parent" in text and "critical path unknown" in text
    document = json.loads(plan(tool, "--spec", foreign, "--output-format", "json"))
    assert document["view_count"] == 12 and document["dependency_map"]["both"] == ["by_parent", "inside"]
    dot = plan(tool, "--spec", foreign, "--output-format", "dot")
    assert dot.startswith("digraph execution_plan {") and '"calls" -> "inside";' in dot
    mermaid = plan(tool, "--spec", foreign, "--output-format", "mermaid").splitlines()
    assert mermaid[0] == "flowchart LR"
    labels = {line.split("[")[0].split("(")[0].strip(): line for line in mermaid[1:] if "-->" not in line}
    arrows = [line.split(" --> ") for line in mermaid if "-->" in line]
    assert arrows and all(a.strip() in labels and b.strip() in labels for a, b in arrows)


def test_the_published_schema_is_current(tool, source_dir):
    assert plan(tool, "--print-schema") == (source_dir / "docs/reference/spec.schema.json").read_text()


def follows(schema, value, root):
    """The subset of JSON Schema that ours uses."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return follows(root["$defs"][name], value, root)
    for keyword, matches in (("anyOf", lambda n: n >= 1), ("oneOf", lambda n: n == 1)):
        if keyword in schema and not matches(sum(follows(s, value, root) for s in schema[keyword])):
            return False
    if "const" in schema and value != schema["const"] or "enum" in schema and value not in schema["enum"]:
        return False
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
    kind = schema.get("type")
    if kind == "integer" and (not isinstance(value, int) or isinstance(value, bool)):
        return False
    if kind in kinds and not isinstance(value, kinds[kind]):
        return False
    if kind == "array":
        return all(follows(schema["items"], item, root) for item in value)
    if kind == "object":
        known, other = schema.get("properties", {}), schema.get("additionalProperties", True)
        return all(name in value for name in schema.get("required", [])) and all(
            follows(known[name], member, root) if name in known else other and (other is True or follows(other, member, root))
            for name, member in value.items()
        )
    return True


def test_the_schema_accepts_specs_and_refuses_what_the_decoder_refuses(tool, source_dir, foreign, repository):
    schema = json.loads((source_dir / "docs/reference/spec.schema.json").read_text())
    for text in (foreign.read_text(), (source_dir / "tests/data/spec/example.json").read_text(),
                 plan(tool, repository, "--print-spec")):
        assert follows(schema, json.loads(text), schema)
    base = json.loads(foreign.read_text())
    for change in ({"version": 3}, {"extra": 1}, {"rulepack_profile": "strict"}, {"output_targets": [{"table_name": "a"}]}):
        document = {**base, **change}
        assert not follows(schema, document, schema)
        assert tool.run("plan", "--spec", "-", input=json.dumps(document)).returncode != 0
