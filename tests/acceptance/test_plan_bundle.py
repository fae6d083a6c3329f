"""Plan bundles: what identifies a plan, in what two plans differ, what is captured on request."""

import copy
import hashlib
import json
import os

import pytest

from test_replay import PROJECT


def canonical_hash(value):
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


@pytest.fixture
def run(tool, repository, tmp_path):
    out = tmp_path / "out"
    tool.build(repository, out)
    counter = iter(range(100))

    def run_spec(spec, *flags, **kwargs):
        (tmp_path / "spec.json").write_text(json.dumps(spec))
        into = tmp_path / f"ran{next(counter)}"
        done = tool.run("run", tmp_path / "spec.json", "--build", out, "-o", into, "--format", "json", *flags, **kwargs)
        assert done.returncode == 0, done.stderr
        return into / "run_bundles" / json.loads(done.stdout)["run_id"]

    return run_spec


ROW_GROUP_COUNTS = ("row_groups_total", "row_groups_pruned", "candidate_rows")


def plan_of(bundle):
    return json.loads((bundle / "plan.json").read_text())


def without_row_groups(plan):
    """Row groups are counted where explanations are asked for (docs/formats/spec.md)."""
    scans = [{key: value for key, value in scan.items() if key not in ROW_GROUP_COUNTS} for scan in plan["scans"]]
    return plan | {"scans": scans}


def diff(tool, old, new):
    done = tool.run("plan", "--diff", old, new, "--output-format", "json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    summary = document.pop("summary")
    return {name for name, changed in document.items() if changed}, summary


def test_the_identity_of_a_plan(run):
    plan = plan_of(run(PROJECT))
    payload = plan["plan_identity_payload"]
    assert payload["payload_version"] == 1
    assert payload["plan"] == plan["p1"] and payload["providers"] == plan["envelope"]["provider_identity_hash"]
    assert canonical_hash(payload) == plan["plan_identity"]
    assert plan["referenced_tables"] == ["ast_nodes"] and plan["required_functions"] == ["eq"]
    assert plan["replay_flags"] == {"deterministic_inputs": True, "no_volatile_functions": True, "deterministic_optimizer": True}
    assert plan["schema_fingerprints"] == {"calls_here": canonical_hash(plan["plan"]["views"]["calls"]["schema"])}


def test_equal_runs_have_equal_plans(tool, run):
    first, second = run(PROJECT), run(PROJECT)
    assert diff(tool, first, second) == (set(), [])
    done = tool.run("plan", "--diff", first, second / "plan.json")
    assert done.stdout == "equal plans\n"


def test_statements_are_compared_where_both_runs_took_them_down(tool, run):
    captured = copy.deepcopy(PROJECT) | {"runtime": {"compliance_capture": True}}
    first, second = run(captured), run(captured)
    assert plan_of(first)["p2"] == plan_of(second)["p2"] and len(plan_of(first)["p2"]) == 64
    assert diff(tool, first, second) == (set(), [])
    assert "p2_changed" not in diff(tool, first, run(PROJECT))[0]
    filtered = copy.deepcopy(captured)
    filtered["view_definitions"][0]["transform"]["predicate"] = {"fn": "starts_with", "args": [{"col": "kind"}, {"lit": "Ca"}]}
    assert {"p1_changed", "p2_changed"} <= diff(tool, first, run(filtered))[0]


def test_each_change_is_named(tool, run):
    base = run(PROJECT)
    filtered = copy.deepcopy(PROJECT)
    filtered["view_definitions"][0]["transform"]["predicate"] = {"fn": "starts_with", "args": [{"col": "kind"}, {"lit": "Ca"}]}
    changed, summary = diff(tool, base, run(filtered))
    assert changed == {"spec_changed", "p0_changed", "p1_changed", "plan_identity_changed", "optimizer_traces_changed",
                       "required_functions_changed", "pushdown_report_changed"}
    assert summary == ["view calls: changed"]

    renamed = copy.deepcopy(PROJECT)
    renamed["output_targets"][0]["table_name"] = "calls_there"
    changed, summary = diff(tool, base, run(renamed))
    assert {"spec_changed", "p1_changed", "schema_drift"} <= changed and "required_functions_changed" not in changed
    assert summary == ["output calls_here: removed", "output calls_there: added"]

    profile = copy.deepcopy(PROJECT) | {"runtime_profile": {"name": "medium", "enable_top_n": False}}
    assert diff(tool, base, run(profile)) == ({"spec_changed", "planning_surface_changed", "plan_identity_changed"}, [])

    rules = copy.deepcopy(PROJECT) | {"rule_overlay": {"exclude_rules": ["simplify"]}}
    changed, _ = diff(tool, base, run(rules))
    assert {"rulepack_changed", "plan_identity_changed", "optimizer_traces_changed"} <= changed and "p1_changed" not in changed


def test_what_is_no_plan(tool, run, tmp_path):
    base = run(PROJECT)
    (tmp_path / "x.json").write_text("{}")
    assert "old" in tool.refused("INVALID_ARGUMENT", 3, "plan", "--diff", tmp_path / "x.json", base)
    tool.refused("NOT_FOUND", 3, "plan", "--diff", base, tmp_path / "nothing.json")


def test_explanations_are_off_until_asked_for(run):
    plain = run(PROJECT)
    assert not (plain / "compliance.json").exists()
    for name in ("CODEANATOMY_ENABLE_ENGINE_EXPLAIN", "CODEANATOMY_ENGINE_COMPLIANCE_CAPTURE"):
        asked = run(PROJECT, env=os.environ | {name: "1"})
        document = json.loads((asked / "compliance.json").read_text())
        [trace] = document["explain_traces"]
        assert trace["table_name"] == "calls_here" and "READ_PARQUET" in trace["plan_text"].upper()
        assert document["lab_traces"] == []
        # Asked for from outside, it changes no hash; the plan is the same.
        assert all(key in plan_of(asked)["scans"][0] for key in ROW_GROUP_COUNTS)
        statement, explained = trace["sql_text"], plan_of(asked)
        assert '"ast_nodes"' in statement and "read_parquet" not in statement
        assert explained["p2"] == hashlib.sha256(f"{statement}\n".encode()).hexdigest() and plan_of(plain)["p2"] is None
        assert without_row_groups(explained) | {"p2": None} == plan_of(plain)
        assert not (run(PROJECT, env=os.environ | {name: "0"}) / "compliance.json").exists()


def test_compliance_of_a_spec(run):
    spec = copy.deepcopy(PROJECT) | {"runtime": {"compliance_capture": True, "capture_optimizer_lab": True}}
    bundle = run(spec)
    document, plan = json.loads((bundle / "compliance.json").read_text()), plan_of(bundle)
    assert document["explain_traces"]
    statements = (bundle / "statements.sql").read_text()
    assert statements == "".join(f"-- {trace['table_name']}\n{trace['sql_text']};\n" for trace in document["explain_traces"])
    assert [step["rule_name"] for step in document["lab_traces"]] == [p["rule_name"] for p in plan["passes"]]
    assert [step["ordinal"] for step in document["lab_traces"]] == list(range(len(plan["passes"])))
    assert document["lab_traces"][-1]["plan_digest"] == plan["p1"]
    rewrites = {row["rule_name"]: row["rewrites_applied"] for row in document["rule_impact"]}
    for name in rewrites:
        assert rewrites[name] == sum(p["rewrites"] for p in plan["passes"] if p["rule_name"] == name)
    assert document["config_snapshot"] == json.loads((bundle / "settings.json").read_text())
    assert document["rulepack_snapshot"]["fingerprint"] == plan["rulepack_fingerprint"]
    assert (document["retention"]["class"], document["retention"]["days"]) == ("Short", 7)
    lab = run(copy.deepcopy(PROJECT) | {"runtime": {"capture_optimizer_lab": True}})
    assert json.loads((lab / "compliance.json").read_text())["explain_traces"] == []


@pytest.mark.parametrize("days, name", [(7, "Short"), (90, "Long"), (30, "Custom")])
def test_a_capture_is_kept_as_long_as_it_says(tool, repository, tmp_path, days, name):
    """The next run into the folder removes what has expired, and nothing else of a bundle."""
    env = os.environ | {"CODEANATOMY_ENGINE_COMPLIANCE_CAPTURE": "1", "CODEANATOMY_COMPLIANCE_RETENTION_DAYS": str(days)}
    out = tmp_path / "out"
    for _ in range(2):
        tool.build(repository, out, env=env)
    captures = sorted(out.glob("run_bundles/*/compliance.json"))
    assert len(captures) == 2
    stamps = [json.loads(capture.read_text())["retention"] for capture in captures]
    for stamp in stamps:
        assert stamp["class"] == name and stamp["days"] == days
        assert stamp["expires_at_unix_ms"] - stamp["captured_at_unix_ms"] == days * 24 * 60 * 60 * 1000
    old = json.loads(captures[0].read_text())
    old["retention"]["expires_at_unix_ms"] = old["retention"]["captured_at_unix_ms"]
    captures[0].write_text(json.dumps(old))
    (out / "run_bundles/foreign").mkdir()
    (out / "run_bundles/foreign/compliance.json").write_text("not ours")
    tool.build(repository, out)
    left = sorted(out.glob("run_bundles/*/compliance.json"))
    assert left == sorted([captures[1], out / "run_bundles/foreign/compliance.json"])
    assert (captures[0].parent / "plan.json").exists()
    assert [(capture.parent / "statements.sql").exists() for capture in captures[:2]] == [False, True]
