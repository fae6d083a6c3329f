"""The tuner: what it takes down of each run, the hints that come of it, and that it changes nothing."""

import json

import pytest

from conftest import digests
from test_replay import PROJECT, replay


@pytest.fixture
def run(tool, built, tmp_path):
    def run_spec(*flags, env=None, **members):
        spec = PROJECT | members
        (tmp_path / "spec.json").write_text(json.dumps(spec))
        done = tool.run("run", tmp_path / "spec.json", "--build", built, "-o", tmp_path / "ran", "--format", "json", *flags,
                        env=env)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run_spec


def observations(folder):
    return [json.loads(path.read_text())["observations"] for path in sorted((folder / "state/tuner").glob("*.json"))]


def slow_down_the_past(folder):
    """Times decide when to go back; those of a shared machine are no part of what is tested here."""
    (path,) = (folder / "state/tuner").glob("*.json")
    state = json.loads(path.read_text())
    for one in state["observations"]:
        one["elapsed_microseconds"] = 10**12
    path.write_text(json.dumps(state))


OBSERVE = {"runtime": {"tuner_mode": "Observe"}}


def test_nothing_is_kept_unless_asked_for(run, tmp_path):
    assert run()["tuner_hints"] == []
    assert not (tmp_path / "ran/state").exists()


def test_hints_after_four_runs(run, tmp_path):
    reports = [run(**OBSERVE) for _ in range(3)]
    slow_down_the_past(tmp_path / "ran")
    reports.append(run(**OBSERVE))
    assert [report["tuner_hints"] for report in reports[:3]] == [[], [], []]
    hints = {hint["knob"]: hint for hint in reports[3]["tuner_hints"]}
    assert hints["planning_concurrency"]["proposed"] == 1 and hints["planning_concurrency"]["reason"] == "few_rows"
    (seen,) = observations(tmp_path / "ran")
    assert [one["run_id"] for one in seen] == [report["run_id"] for report in reports]
    rows = sum(table["rows"] for table in reports[0]["tables"])
    for one in seen:
        assert one["output_rows"] == rows and one["rows_scanned"] > rows
        assert one["elapsed_microseconds"] > 0 and one["peak_memory_bytes"] > 0 and one["spill_count"] == 0
    manifest = json.loads((tmp_path / "ran/run_bundles" / reports[3]["run_id"] / "manifest.json").read_text())
    assert manifest["tuner_hints"] == reports[3]["tuner_hints"]


def test_a_followed_hint_is_a_run_of_the_same_spec(run, tmp_path):
    for _ in range(3):
        run(**OBSERVE)
    slow_down_the_past(tmp_path / "ran")
    report = run(**OBSERVE)
    assert "planning_concurrency" in {hint["knob"] for hint in report["tuner_hints"]}
    followed = {"name": "medium", "planning_concurrency": 1}
    for _ in range(4):
        slow_down_the_past(tmp_path / "ran")
        report = run(**OBSERVE, runtime_profile=followed)
    assert "planning_concurrency" not in {hint["knob"] for hint in report["tuner_hints"]}
    (seen,) = observations(tmp_path / "ran")
    assert [one["planning_concurrency"] for one in seen[4:]] == [1] * 4 and len(seen) == 8


def test_measuring_changes_no_table(run):
    plain, observed = run(), run(**OBSERVE)
    assert digests(plain) == digests(observed) and plain["spec_hash"] != observed["spec_hash"]
    by_flag = run("--tuner-mode", "observe")
    assert by_flag["spec_hash"] == plain["spec_hash"] and by_flag["envelope_hash"] == plain["envelope_hash"]


def test_the_option_decides_over_the_spec(run, tmp_path):
    import os

    run("--tuner-mode", "off", **OBSERVE)
    assert not (tmp_path / "ran/state").exists()
    run(env=os.environ | {"CODEANATOMY_ENGINE_TUNER_MODE": "observe"})
    assert len(observations(tmp_path / "ran")) == 1


def test_off_in_replay(tool, run, tmp_path):
    run(rulepack_profile="Replay", **OBSERVE)
    assert not (tmp_path / "ran/state").exists()
    report = run(**OBSERVE)
    before = observations(tmp_path / "ran")
    assert replay(tool, tmp_path / "ran/run_bundles" / report["run_id"])["status"] == "match"
    assert observations(tmp_path / "ran") == before


def test_a_build_is_observed(tool, repository, tmp_path):
    out = tmp_path / "out"
    plain = tool.build(repository, tmp_path / "plain")
    for i in range(4):
        (repository / "pkg/more.py").write_text(f"x = {i}\n")  # other evidence, the same spec
        report = tool.build(repository, out, "--tuner-mode", "observe")
        slow_down_the_past(out)
    (seen,) = observations(out)
    assert len(seen) == 4 and len({one["inputs"] for one in seen}) == 4
    assert {hint["knob"] for hint in report["tuner_hints"]} and plain["tuner_hints"] == []
    text = tool.run("build", repository, "-o", out, "--tuner-mode", "observe").stdout
    assert "hint" in text


@pytest.mark.parametrize(
    "text", ["", "[]", '{"format": 2, "observations": []}', '{"format": 1, "observations": [{"run_id": 1}]}',
             '{"format": 1, "observations": [], "more": 1}'])
def test_a_damaged_file_of_observations(tool, run, built, tmp_path, text):
    run(**OBSERVE)
    (path,) = (tmp_path / "ran/state/tuner").iterdir()
    path.write_text(text)
    message = tool.refused("INVALID_ARGUMENT", 3, "run", tmp_path / "spec.json", "--build", built, "-o", tmp_path / "ran")
    assert str(path) in message and "delete it" in message
    path.unlink()
    run(**OBSERVE)


def test_apply_is_refused(tool, built, tmp_path):
    (tmp_path / "spec.json").write_text(json.dumps(PROJECT | {"runtime": {"tuner_mode": "Apply"}}))
    message = tool.refused("INVALID_PLAN", 12, "run", tmp_path / "spec.json", "--build", built, "-o", tmp_path / "ran")
    assert "$.runtime.tuner_mode" in message and "Observe" in message
    done = tool.run("run", tmp_path / "spec.json", "--build", built, "-o", tmp_path / "ran", "--tuner-mode", "apply")
    assert done.returncode != 0 and "observe" in done.stderr
