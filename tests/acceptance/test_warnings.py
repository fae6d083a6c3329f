"""Warnings of a run: the same record in the response, the manifest and the events, one line for people."""

import json
import os
import re

import pytest

COMPARE = {"fn": "eq", "args": [{"col": "l.ordinal"}, {"col": "r.bstart"}]}


def spec_of(views, outputs, inputs=("ast_nodes",)):
    return {
        "version": 4,
        "input_relations": [
            {"logical_name": name, "delta_location": f"evidence/{name}", "requires_lineage": False} for name in inputs],
        "view_definitions": [
            {"name": name, "view_kind": "test", "view_dependencies": reads, "transform": transform, "output_schema": {"columns": {}}}
            for name, reads, transform in views],
        "join_graph": {"edges": [], "constraints": []},
        "output_targets": [{"table_name": name, "source_view": name, "columns": []} for name in outputs],
        "rule_intents": [],
        "rulepack_profile": "Default",
    }


def relate(left, right, **members):
    keys = [{"left_key": "node_id", "right_key": "node_id"}]
    computed = [{"name": "id", "expr": {"col": "l.node_id"}}]
    return {"kind": "Relate", "left": left, "right": right, "join_type": "Inner", "join_keys": keys, "computed": computed} | members


@pytest.fixture
def run(tool, built, tmp_path):
    """A spec over the small build: (report, stderr)."""

    def call(spec, *flags, **kwargs):
        (tmp_path / "spec.json").write_text(json.dumps(spec))
        done = tool.run("run", tmp_path / "spec.json", "--build", built, "-o", tmp_path / "ran", "--format", "json", *flags, **kwargs)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout), done.stderr

    return call


def lines_of(stderr):
    return [line for line in stderr.splitlines() if line.startswith("codeanatomy: warning: ")]


def codes(warnings):
    return [warning["code"] for warning in warnings]


PLAIN = spec_of([("ids", [], {"kind": "Project", "source": "ast_nodes", "columns": ["node_id"]})], ["ids"])


def test_the_default_model_has_nothing_to_warn_of(tool, repository, tmp_path):
    done = tool.run("build", repository, "-o", tmp_path / "out", "--format", "json")
    assert json.loads(done.stdout)["warnings"] == [] and lines_of(done.stderr) == []


def test_numbers_of_two_types_and_broad_projections(run, tmp_path):
    wide = [{"name": f"c{i}", "expr": {"col": "node_id"}} for i in range(65)]
    spec = spec_of(
        [
            ("mixed", [], relate("ast_nodes", "ast_nodes", predicates=[COMPARE])),
            ("keyed", [], relate("ast_nodes", "ast_nodes", join_type="Semi", join_keys=[{"left_key": "ordinal", "right_key": "bstart"}])),
            ("fine", [], relate("ast_nodes", "ast_nodes", predicates=[{"fn": "gt", "args": [{"col": "l.ordinal"}, {"lit": 1}]}])),
            ("wide", [], {"kind": "Project", "source": "ast_nodes", "columns": [], "computed": wide}),
            ("unread", [], {"kind": "Project", "source": "ast_nodes", "columns": [], "computed": wide}),
        ],
        ["mixed", "keyed", "fine", "wide"],
    )
    report, stderr = run(spec)
    assert codes(report["warnings"]) == ["semantic_validation_warning"] * 3
    contexts = {warning["context"]["view"]: warning["context"] for warning in report["warnings"]}
    assert contexts["mixed"] == {"kind": "ImplicitTypeCoercion", "view": "mixed", "comparison": "eq"}
    assert contexts["keyed"]["comparison"] == "l.ordinal = r.bstart"
    assert contexts["wide"]["kind"] == "BroadProjection" and set(contexts) == {"mixed", "keyed", "wide"}
    assert all(warning["stage"] == "preflight" and warning["message"] for warning in report["warnings"])

    bundle = tmp_path / "ran/run_bundles" / report["run_id"]
    assert json.loads((bundle / "manifest.json").read_text())["warnings"] == report["warnings"]
    events = [json.loads(line) for line in (bundle / "events.jsonl").read_text().splitlines()]
    assert [e["attributes"]["code"] for e in events if e["name"] == "warning"] == codes(report["warnings"])
    lines = lines_of(stderr)
    assert len(lines) == 3
    assert any(re.fullmatch(r"codeanatomy: warning: semantic_validation_warning: .* \[.*view=wide\]", line) for line in lines)
    assert lines_of(run(spec, "--quiet")[1]) == [] == lines_of(run(spec, "--log-level", "ERROR")[1])


def test_without_row_counts_the_schedule_falls_back(tool, run, repository, tmp_path):
    report, stderr = run(PLAIN, "--feature", "no-statistics_collection")
    assert codes(report["warnings"]) == ["cost_model_stats_fallback"] and len(lines_of(stderr)) == 1
    assert report["warnings"][0]["stage"] == "compilation"
    assert run(PLAIN)[0]["warnings"] == []
    done = tool.run("plan", repository, "--build", tmp_path / "none", "--output-format", "json")
    assert codes(json.loads(done.stdout)["warnings"]) == ["cost_model_stats_fallback"]
    assert len(lines_of(done.stderr)) == 1
    done = tool.run("plan", repository, "--build", tmp_path / "out", "--output-format", "json")
    assert json.loads(done.stdout)["warnings"] == [] and lines_of(done.stderr) == []


def test_inputs_of_different_protocols(run, built):
    inputs = ("ast_nodes", "repo_files")
    views = [
        ("files", [], {"kind": "Project", "source": "repo_files", "columns": ["file_id"]}),
        ("ids", [], {"kind": "Project", "source": "ast_nodes", "columns": ["file_id"]}),
        ("both", ["files", "ids"], {"kind": "Union", "sources": ["files", "ids"], "distinct": True}),
        ("after", ["both", "ids"], {"kind": "Union", "sources": ["both", "ids"], "distinct": True}),
    ]
    spec = spec_of(views, ["both", "after"], inputs)
    assert run(spec)[0]["warnings"] == []
    log = next(iter(sorted((built / "evidence/repo_files/_delta_log").glob("*.json"))))
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    (protocol,) = [line["protocol"] for line in lines if "protocol" in line]
    assert protocol["minWriterVersion"] < 4
    protocol["minWriterVersion"] = 4
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    (warning,) = run(spec)[0]["warnings"]
    assert (warning["code"], warning["stage"]) == ("delta_compatibility_drift", "preflight")
    assert warning["context"]["view"] == "both"  # and not once more for what reads it
    assert "repo_files 1/4" in warning["context"]["protocols"]


@pytest.mark.parametrize(
    "file, code, stage",
    [
        ("plan.json", "plan_bundle_artifact_build_failed", "plan_bundle"),
        ("policy.json", "plan_bundle_artifact_build_failed", "plan_bundle"),
        ("decisions.json", "plan_bundle_artifact_build_failed", "plan_bundle"),
        ("settings.json", "plan_bundle_runtime_capture_failed", "plan_bundle"),
        ("capabilities.json", "plan_bundle_runtime_capture_failed", "plan_bundle"),
        ("compliance.json", "compliance_serialization_failed", "compliance"),
        ("statements.sql", "optional_sql_capture_failed", "plan_bundle"),
    ],
)
def test_a_bundle_that_is_not_whole(tool, run, repository, tmp_path, file, code, stage):
    """What a run can do without must not end it: the file's place is taken by a folder."""
    env = os.environ | {"CODEANATOMY_ENGINE_COMPLIANCE_CAPTURE": "1"}
    (tmp_path / "ran/run_bundles/blocked-run" / file / "held").mkdir(parents=True)
    report, stderr = run(PLAIN, "--run-id", "blocked-run", env=env)
    (warning,) = report["warnings"]
    assert (warning["code"], warning["stage"]) == (code, stage)
    assert warning["context"]["subject"].endswith(file) and len(lines_of(stderr)) == 1
    bundle = tmp_path / "ran/run_bundles/blocked-run"
    assert json.loads((bundle / "manifest.json").read_text())["warnings"] == report["warnings"]
    assert tool.sql(tmp_path / "ran", "SELECT count(*) > 0 AS ok FROM ids") == [{"ok": True}]


def test_every_code_is_in_the_reference(tool, source_dir):
    text = (source_dir / "docs/reference/exit-codes.md").read_text()
    table = text.split("## Warnings")[1].split("## ")[0]
    listed = re.findall(r"^\| `(\w+)` \| (\w+) \| (\w+) \|", table, flags=re.M)
    assert len(listed) == 15 == len({code for code, _, _ in listed})
    assert {stage for _, stage, _ in listed} <= {
        "preflight", "compilation", "plan_bundle", "compliance", "materialization", "maintenance"}
    raised = {code for code, _, is_raised in listed if is_raised == "true"}
    tests = (source_dir / "tests/acceptance/test_warnings.py").read_text()
    # The engine explains whatever it executes, and no input makes us lose a predicate (src/engine/scan/pushdown_test.cpp).
    for name in ("test_plugin.py", "test_maintenance.py", "test_tracing.py"):
        tests += (source_dir / "tests/acceptance" / name).read_text()
    unreachable = {"compliance_explain_capture_failed", "compliance_pushdown_probe_failed", "pushdown_contract_violation"}
    assert {code for code in raised if code not in tests} <= unreachable
