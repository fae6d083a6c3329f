"""The embedding interface, through the example in plain C: documents in and out, errors as documents."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from test_replay import PROJECT, replay


@pytest.fixture
def embed(program, tmp_path):
    def call(request, status=0):
        path = tmp_path / "request.json"
        path.write_text(request if isinstance(request, str) else json.dumps(request))
        done = subprocess.run([program.parent / "embed_example", path], capture_output=True, text=True, timeout=300)
        assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
        assert done.stderr == ""
        response = json.loads(done.stdout)
        assert response["contract_version"] == 3
        return response

    return call


@pytest.fixture
def request_of(tool, repository, tmp_path):
    out = tmp_path / "out"
    tool.build(repository, out)

    def request(**members):
        base = {"spec_json": json.dumps(PROJECT), "input_dir": str(out), "output_dir": str(tmp_path / "embedded")}
        return base | members

    return request


def test_a_request_gives_what_the_program_gives(tool, embed, request_of, tmp_path):
    response = embed(request_of(orchestration={"include_run_bundle": True}))
    result = response["run_result"]
    (tmp_path / "spec.json").write_text(json.dumps(PROJECT))
    done = tool.run("run", tmp_path / "spec.json", "--build", tmp_path / "out", "-o", tmp_path / "ran", "--format", "json")
    ran = json.loads(done.stdout)
    for name in ("spec_hash", "envelope_hash", "rulepack_fingerprint"):
        assert result[name] == ran[name]
    (output,) = result["outputs"]
    assert output["content_digest"] == ran["tables"][0]["content_digest"] and output["rows_written"] > 0
    assert output["write_outcome"]["status"] == "captured" and output["write_outcome"]["delta_version"] == 0
    assert result["started_at"] <= result["completed_at"]
    assert tool.sql(tmp_path / "embedded", "SELECT count(*) AS n FROM calls_here") == [{"n": output["rows_written"]}]
    manifest = json.loads(open(response["artifacts"]["manifest_path"]).read())
    assert manifest["spec_hash"] == result["spec_hash"]
    assert replay(tool, response["artifacts"]["run_bundle_dir"])["status"] == "match"


def test_the_response_tells_how_the_plan_was_executed(embed, request_of, tmp_path):
    response = embed(request_of(orchestration={"include_run_bundle": True}, runtime={"compliance_capture": True}))
    result, bundle = response["run_result"], Path(response["artifacts"]["run_bundle_dir"])
    assert response["outputs"] == result["outputs"] and response["warnings"] == result["warnings"] == []

    schedule = result["task_schedule"]
    assert schedule["execution_order"][-1] == "table calls_here" == schedule["critical_path"][-1]
    assert result["stats_quality"] == schedule["stats_quality"] == "Estimated"
    assert sum(schedule["task_costs"][task] for task in schedule["critical_path"]) == pytest.approx(
        schedule["critical_path_length"])

    (plan,) = result["plan_bundles"]
    stored = json.loads(Path(plan.pop("path")).read_text())
    assert plan == {name: stored[name] for name in plan} and len(plan["p1"]) == 64
    assert stored["task_schedule"] == schedule
    assert result["compliance_capture_json"] == (bundle / "compliance.json").read_text()

    metrics, summary = result["collected_metrics"], result["trace_metrics_summary"]
    (output,) = result["outputs"]
    assert metrics["output_rows"] == summary["output_rows"] == output["rows_written"]
    assert metrics["elapsed_compute_nanos"] > 0 and metrics["peak_memory_bytes"] > 0 and metrics["partition_count"] == 2
    assert metrics["spill_count"] == metrics["spilled_bytes"] == 0 and 0 < metrics["scan_selectivity"] <= 1
    operators = {one["operator_name"]: one for one in metrics["operator_metrics"]}
    assert list(operators) == sorted(operators) and any("SCAN" in name for name in operators)
    assert max(one["output_rows"] for one in operators.values()) >= output["rows_written"]
    assert summary["operator_count"] == sum(one["operator_count"] for one in operators.values()) >= 2
    assert summary["output_batches"] == output["write_outcome"]["files_added"]
    assert summary["output_bytes"] == output["write_outcome"]["bytes_written"]
    assert summary["elapsed_nanos"] > 0 and summary["warning_counts_by_code"] == {}


def test_warnings_are_in_the_response(embed, request_of):
    response = embed(request_of(features=["no-statistics_collection"]))
    (warning,) = response["warnings"]
    assert (warning["code"], warning["stage"]) == ("cost_model_stats_fallback", "compilation")
    result = response["run_result"]
    assert result["warnings"] == response["warnings"] and result["stats_quality"] == "Unknown"
    assert result["task_schedule"]["slack_by_task"] == {} and result["task_schedule"]["critical_path"] == []
    assert result["trace_metrics_summary"]["warning_counts_by_code"] == {"cost_model_stats_fallback": 1}
    (plan,) = result["plan_bundles"]
    assert plan["path"] is None and result["compliance_capture_json"] is None
    manifest = json.loads(Path(response["artifacts"]["manifest_path"]).read_text())
    assert manifest["warnings"] == response["warnings"]


def test_every_path_of_a_response_is_there(embed, request_of):
    def paths(value):
        if isinstance(value, dict):
            for name, member in value.items():
                if name in ("path", "manifest_path", "run_bundle_dir") and member is not None:
                    yield member
                yield from paths(member)
        elif isinstance(value, list):
            for member in value:
                yield from paths(member)

    for flags in ({}, {"include_run_bundle": True}, {"include_manifest": False, "include_run_bundle": True}):
        found = list(paths(embed(request_of(orchestration=flags))))
        assert found and all(Path(path).exists() for path in found)


def test_hints_of_the_tuner(embed, request_of):
    hints = [embed(request_of(runtime={"tuner_mode": "Observe"}))["run_result"]["tuner_hints"] for _ in range(4)]
    assert hints[:3] == [[], [], []]
    assert {"knob": "planning_concurrency", "current": 2, "proposed": 1, "reason": "few_rows"} in hints[3]


def test_artifacts_are_there_when_asked_for(embed, request_of, tmp_path):
    artifacts = embed(request_of(orchestration={"include_manifest": False}))["artifacts"]
    assert artifacts["manifest_path"] is None and artifacts["run_bundle_dir"] is None
    assert not (tmp_path / "embedded/run_bundles").exists()
    artifacts = embed(request_of())["artifacts"]
    folder = (tmp_path / "embedded/run_bundles").iterdir().__next__()
    assert artifacts["manifest_path"] == f"{folder}/manifest.json" and artifacts["run_bundle_dir"] is None
    assert [p.name for p in folder.iterdir()] == ["manifest.json"]


def test_runtime_replaces_that_of_the_spec(embed, request_of):
    plain = embed(request_of())["run_result"]
    tagged = embed(request_of(runtime={"lineage_tags": {"team": "graph"}}, engine_profile="small"))["run_result"]
    assert tagged["spec_hash"] != plain["spec_hash"]
    assert tagged["outputs"][0]["content_digest"] == plain["outputs"][0]["content_digest"]
    spec = json.dumps(PROJECT | {"runtime": {"lineage_tags": {"team": "graph"}}})
    assert embed(request_of(spec_json=spec))["run_result"]["spec_hash"] == tagged["spec_hash"]


@pytest.mark.parametrize(
    "change, status, code, subject",
    [
        ({"input_dir": 1}, 3, "INVALID_ARGUMENT", "$.input_dir"),
        ({"color": "red"}, 3, "INVALID_ARGUMENT", "$.color"),
        ({"orchestration": {"emit": True}}, 3, "INVALID_ARGUMENT", "$.orchestration.emit"),
        ({"orchestration": []}, 3, "INVALID_ARGUMENT", "$.orchestration"),
        ({"engine_profile": "huge"}, 3, "INVALID_ARGUMENT", "huge"),
        ({"runtime": {"speed": 1}}, 11, "INVALID_SPEC_JSON", "$.runtime.speed"),
        ({"spec_json": "{}"}, 11, "INVALID_SPEC_JSON", "$"),
        ({"spec_json": json.dumps(PROJECT | {"version": 3})}, 11, "SPEC_VERSION_UNSUPPORTED", None),
        ({"input_dir": "/nowhere"}, 3, "NOT_FOUND", None),
        ({"output_dir": "x" * 5000}, 20, "IO_ERROR", "x" * 5000),
    ],
)
def test_errors_are_documents(embed, request_of, tmp_path, change, status, code, subject):
    error = embed(request_of(**change), status)["error"]
    assert error["code"] == code and error["message"] and error["stage"]
    assert subject is None or error["subject"] == subject
    assert not (tmp_path / "embedded/CURRENT").exists()


def test_an_error_tells_the_way_out(embed, request_of):
    assert "small, medium" in embed(request_of(engine_profile="huge"), 3)["error"]["way_out"]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"spec_json": "a", "spec_json": "b"}', "{}"])
def test_what_is_no_request(embed, text):
    assert embed(text, 3)["error"]["code"] == "INVALID_ARGUMENT"


def test_two_runs_at_once(program, request_of, tmp_path):
    """Calls do not see each other: two processes here; one output folder for both is refused to the second."""
    running = []
    for name in ("a", "b"):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(request_of(output_dir=str(tmp_path / name))))
        running.append(subprocess.Popen([program.parent / "embed_example", path], stdout=subprocess.PIPE))
    documents = [json.loads(one.communicate(timeout=300)[0])["run_result"] for one in running]
    assert documents[0]["outputs"] == documents[1]["outputs"]


def test_the_header_lists_what_there_is(program, source_dir):
    """No declaration without a definition, and no exported name that the header does not declare."""
    text = "".join((source_dir / f"include/codeanatomy/{name}.h").read_text() for name in ("run_build", "query"))
    declared = set(re.findall(r"\b(codeanatomy_\w+)\(", re.sub(r"/\*.*?\*/", "", text, flags=re.S)))
    done = subprocess.run(["nm", "-g", "--defined-only", program.parent / "src/libca_embed.a"], capture_output=True, text=True)
    defined = {line.split()[-1] for line in done.stdout.splitlines() if " T codeanatomy_" in line}
    assert declared == defined == {
        "codeanatomy_version", "codeanatomy_run_build", "codeanatomy_query", "codeanatomy_free"}
