"""Decisions of compiler and planner: records with evidence, a graph, the same before and after the run."""

import hashlib
import json

import pytest

MEMBERS = {"decision_id", "domain", "type", "value", "confidence", "evidence", "parent_ids", "fallback_reason", "outcome",
           "context_label"}


def check_graph(decisions):
    """Ids are unique, parents stand before their children: the graph has no cycle."""
    seen = set()
    for decision in decisions:
        assert set(decision) == MEMBERS
        assert decision["decision_id"] not in seen and set(decision["parent_ids"]) <= seen, decision
        assert 0 < decision["confidence"] <= 1 and decision["value"] and decision["outcome"]
        assert all(set(one) == {"source", "key", "value"} for one in decision["evidence"])
        seen.add(decision["decision_id"])


def by_context(decisions):
    return {(one["domain"], one["type"], one["context_label"]): one for one in decisions}


@pytest.fixture
def built_twice(tool, repository, tmp_path):
    """The second run has row counts of all outputs, as a plan over the first build has."""
    out = tmp_path / "out"
    tool.build(repository, out)
    done = tool.run("plan", repository, "--build", out, "--output-format", "json")
    report = tool.build(repository, out)
    stored = json.loads((out / f"run_bundles/{report['run_id']}/decisions.json").read_text())
    return json.loads(done.stdout), report, stored


def test_decisions_of_a_build(built_twice):
    plan, report, stored = built_twice
    check_graph(plan["decisions"])
    check_graph(stored)
    domains = {one["domain"] for one in stored}
    assert domains == {"scan_policy", "join_strategy", "cache_policy", "scheduling", "udf_requirements", "schema_contract",
                       "maintenance"}
    # What is decided before a run is what the run goes by; it adds how inputs are scanned and what came of it.
    planned = {key: one | {"outcome": None} for key, one in by_context(plan["decisions"]).items()}
    ran = {key: one | {"outcome": None} for key, one in by_context(stored).items()}
    assert planned == {key: one for key, one in ran.items() if key[0] != "scan_policy"}
    assert {one["outcome"] for one in plan["decisions"]} == {"planned"}

    decisions = by_context(stored)
    rows = {table["table_name"]: table["rows"] for table in report["tables"]}
    views = {view["name"]: view for view in plan["views"]}
    for (domain, kind, context), one in decisions.items():
        what, _, name = context.partition(" ")
        if domain == "cache_policy":
            assert one["value"] == views[name]["place"]
            assert one["confidence"] == (1 if one["value"] == "output" else 0.85)
        if domain == "schema_contract" and what == "output":
            assert one["outcome"] == f"kept by {rows[name]} rows"
        if domain == "join_strategy" and kind == "algorithm":
            assert one["value"] in ("hash", "interval_sweep")
        if domain == "join_strategy" and kind == "keys":
            algorithm = decisions[domain, "algorithm", context]
            assert one["decision_id"] in algorithm["parent_ids"]
            assert bool(one["fallback_reason"]) <= (one["confidence"] < 0.8)
    schedule = decisions["scheduling", "order", "plan"]
    assert schedule["value"] == "bottom_level" and schedule["fallback_reason"] is None and schedule["outcome"] == "executed"
    assert len(schedule["parent_ids"]) > len(plan["output_targets"]) - 1


def sha(document):
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def policy_of(out, report):
    document = json.loads((out / f"run_bundles/{report['run_id']}/policy.json").read_text())
    for part, name in (("execution_policy", "policy_fingerprint"), ("execution_package", "package_fingerprint")):
        rest = dict(document[part])
        assert rest.pop(name) == sha(rest)
    return document["execution_policy"], document["execution_package"]


def test_the_policy_has_every_decision_once(built_twice, tool, repository, tmp_path):
    plan, report, stored = built_twice
    policy, package = policy_of(tmp_path / "out", report)
    entries = {}
    for member in ("cache_policy_by_view", "join_strategy_by_view", "udf_requirements_by_view", "schema_contract_by_relation",
                   "scan_policy_by_read", "scheduling", "maintenance_policy_by_dataset"):
        domain = member.split("_by_")[0].replace("maintenance_policy", "maintenance")
        about = {"view": "view ", "dataset": "output "}.get(member.split("_by_")[-1], "")
        for one in (one for one in stored if one["domain"] == domain):
            entry = policy[member][one["context_label"].removeprefix(about)][one["type"]]
            assert (entry["value"], entry["confidence"]) == (one["value"], one["confidence"])
            entries[domain, one["type"], one["context_label"]] = entry
        assert sum(map(len, policy[member].values())) == sum(one["domain"] == domain for one in stored)
    expected = by_context(stored)
    assert entries.keys() == expected.keys() and len(expected) == len(stored)
    views = {view["name"]: view for view in plan["views"]}
    for view, confidence in policy["inference_confidence_by_view"].items():
        assert confidence == min(one["confidence"] for at, one in expected.items() if one["context_label"] == f"view {view}")
        assert view in views
    assert policy["materialization_by_table"]["cpg_nodes"] == "Overwrite"
    # The same again, elsewhere, has the same package; another setting of the session has not.
    tool.build(repository, tmp_path / "other")
    other = tool.build(repository, tmp_path / "other")
    assert policy_of(tmp_path / "other", other) == (policy, package)
    set_back = tool.build(repository, tmp_path / "other", "--engine-setting", "max_temp_directory_bytes=1048576000")
    changed = policy_of(tmp_path / "other", set_back)[1]
    assert {name for name in package if package[name] != changed[name]} == {"session_config_hash", "capability_snapshot_hash", "package_fingerprint"}


def test_ids_are_of_the_plan_not_of_the_run(built_twice, tool, repository, tmp_path):
    _, _, stored = built_twice
    report = tool.build(repository, tmp_path / "other", "--threads", "1")
    again = json.loads((tmp_path / f"other/run_bundles/{report['run_id']}/decisions.json").read_text())
    assert [one["decision_id"] for one in again] == [one["decision_id"] for one in stored]


def test_a_fallback_is_told(tool, repository, tmp_path):
    done = tool.run("plan", repository, "--build", tmp_path / "none", "--output-format", "json")
    schedule = by_context(json.loads(done.stdout)["decisions"])["scheduling", "order", "plan"]
    assert schedule["value"] == "topological" and schedule["fallback_reason"] == "cost_model_stats_fallback"
    assert schedule["confidence"] == 0.5


def test_overrides_of_a_foreign_spec(tool, source_dir, tmp_path):
    spec = json.loads((source_dir / "tests/data/spec/transforms.json").read_text())
    plain = json.loads(tool.run("plan", "--spec", source_dir / "tests/data/spec/transforms.json", "--output-format", "json").stdout)
    check_graph(plain["decisions"])
    view = next(name for name, one in ((v["name"], v) for v in plain["views"]) if one["place"] == "inline")
    spec["cache_policy"] = {"overrides": [{"view_name": view, "action": "ForceCache"}]}
    (tmp_path / "spec.json").write_text(json.dumps(spec))
    forced = json.loads(tool.run("plan", "--spec", tmp_path / "spec.json", "--output-format", "json").stdout)
    one = by_context(forced["decisions"])["cache_policy", "placement", f"view {view}"]
    assert one["value"] == "temporary" and one["confidence"] == 1
    assert {"source": "spec", "key": "reason", "value": "the spec's cache policy says so"} in one["evidence"]
