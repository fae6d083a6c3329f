"""Which views of a spec are kept for their readers: by the rows and bytes that its cache policy names, and by past runs."""

import json

from conftest import digests
from test_spec_options import RELATED, inputs, run, spans_of  # noqa: F401: `run` and `inputs` are fixtures


def placement_of(report, view):
    """Whether the view was computed for itself, and its decision with the evidence by key."""
    bundle = report["folder"] / "run_bundles" / report["run_id"]
    decisions = json.loads((bundle / "decisions.json").read_text())
    (one,) = (d for d in decisions if d["domain"] == "cache_policy" and d["context_label"] == f"view {view}")
    kept = f"compute {view}" in {name.strip() for name in spans_of(report)}
    assert kept == (one["value"] == "temporary")
    return kept, {e["key"]: (e["source"], e["value"]) for e in one["evidence"]}


def rows_of_pairs(report, tool):
    done = tool.run("sql", "--build", report["folder"], "SELECT sum(n) FROM counts_here", "--format", "csv")
    return int(done.stdout.split()[1])


def test_a_view_is_kept_from_the_rows_that_the_policy_names(run, tool):  # noqa: F811
    def placed(rows, *flags):
        status, report = run(RELATED | {"cache_policy": {"min_estimated_rows": rows}}, *flags)
        assert status == 0, report
        return *placement_of(report, "pairs"), report

    kept, evidence, report = placed(1)
    source, rows = evidence["estimated_rows"]
    assert kept and source == "statistics" and int(rows) > rows_of_pairs(report, tool)  # as many as it reads
    assert evidence["min_estimated_rows"] == ("spec", "1")
    assert placed(int(rows))[0]
    unkept, evidence, other = placed(int(rows) + 1)
    assert not unkept and evidence["reason"] == ("plan", "it has fewer rows than are worth keeping")
    assert digests(other) == digests(report) and other["plan"]["p1"] == report["plan"]["p1"]
    blind = placed(1000, "--feature", "no-statistics_collection")
    assert blind[0] and blind[1]["estimated_rows"] == ("default", "1000")
    assert not placed(1001, "--feature", "no-statistics_collection")[0]


def test_a_view_is_kept_within_the_budget(run):  # noqa: F811
    def placed(**policy):
        status, report = run(RELATED | {"cache_policy": policy})
        assert status == 0, report
        return *placement_of(report, "pairs"), report

    kept, evidence, report = placed(cache_memory_budget=1 << 40)
    assert kept and evidence["cache_memory_budget"] == ("spec", str(1 << 40))
    size = int(evidence["estimated_bytes"][1])
    assert placed(cache_memory_budget=size)[0]
    unkept, evidence, other = placed(cache_memory_budget=size - 1)
    assert not unkept and evidence["reason"] == ("plan", "what is kept before it fills the budget")
    assert digests(other) == digests(report)
    assert placed(cache_memory_budget=0, overrides=[{"view_name": "pairs", "action": "ForceCache"}])[0]


def test_past_runs_decide_what_is_kept_and_nothing_else(run, tool, tmp_path):  # noqa: F811
    def placed(folder, rows, history=True):
        status, report = run(RELATED | {"cache_policy": {"min_estimated_rows": rows, "use_historical_metrics": history}},
                             out=tmp_path / folder)
        assert status == 0, report
        return *placement_of(report, "pairs"), report

    first = placed("a", 1)
    assert first[1]["estimated_rows"][0] == "statistics"
    second = placed("a", 1)
    counted = rows_of_pairs(first[2], tool)
    assert second[0] and second[1]["estimated_rows"] == ("history", str(counted))
    third = placed("a", counted + 1)
    assert not third[0] and third[1]["reason"] == ("plan", "it has fewer rows than are worth keeping")
    assert placed("b", counted + 1)[0] and placed("a", counted + 1, history=False)[0]
    assert digests(first[2]) == digests(second[2]) == digests(third[2])
    for name in ("p1", "plan_identity"):
        assert len({r[2]["plan"][name] for r in (first, second, third)}) == 1
    # A view that was not computed for itself stays as it was counted last.
    assert not placed("a", counted + 1)[0]
    (state,) = (tmp_path / "a/state/rows").iterdir()
    state.write_text("{}")
    status, message = run(RELATED | {"cache_policy": {"use_historical_metrics": True}}, out=tmp_path / "a")
    assert status != 0 and state.name in message and "delete it" in message
