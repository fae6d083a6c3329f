"""The pushdown contract: what becomes of each predicate on its way to an input, by our plan and by the engine's own."""

import json

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from test_scans import column, compare, run, spec_of  # noqa: F401: `run` is a fixture

PREDICATE = {"fn": "and", "args": [compare("eq", "part", 1), compare("lt", "size", 400),
                                   {"fn": "eq", "args": [{"fn": "lower", "args": [column("kind")]}, {"lit": "call"}]}]}


@pytest.fixture
def things(tmp_path):
    rows = pa.table({"part": pa.array([i % 3 for i in range(3000)], pa.int64()), "size": pa.array(range(3000), pa.int64()),
                     "kind": [("Call", "call", "Name")[i % 7 % 3] for i in range(3000)]})
    write_deltalake(tmp_path / "in/evidence/things", rows, partition_by=["part"])
    return tmp_path / "in"


def bundle(report, name):
    return json.loads((report["folder"] / "run_bundles" / report["run_id"] / name).read_text())


@pytest.mark.parametrize("pushes", [True, False])
def test_each_predicate_has_its_status(run, tool, things, pushes):  # noqa: F811
    profile = {"name": "medium", "pushdown_filters": pushes}
    report = run(spec_of(PREDICATE, runtime={"compliance_capture": True}, runtime_profile=profile), things)
    seen = bundle(report, "plan.json")["pushdown_report"]
    assert seen["violations"] == 0
    probes = {json.dumps(p["predicate"]): p for p in seen["probes"]}
    by_column = {name: next(p for text, p in probes.items() if name in text) for name in ("part", "size", "kind")}
    assert len(probes) == 3 and {p["reader"] for p in probes.values()} == {"few"}
    assert {name: (p["status"], p["residual"], p["assertion"]) for name, p in by_column.items()} == {
        "part": ("exact", False, "Satisfied") if pushes else ("unsupported", True, "Satisfied"),
        "size": ("inexact" if pushes else "unsupported", True, "Satisfied"),
        "kind": ("inexact" if pushes else "unsupported", True, "Satisfied"),
    }
    captured = bundle(report, "compliance.json")
    assert captured["pushdown_contract_reports"] == [{"reader": "few", "assertions": {"Satisfied": 3}}]
    engine = {name: next(p for p in captured["pushdown_probes"] if name in p["predicate"]) for name in by_column}
    for name in ("size", "kind"):  # the engine's own plan: in its scan, or above it
        assert bool(engine[name]["engine_scan_filters"]) == pushes and bool(engine[name]["engine_row_filters"]) != pushes
    if pushes:  # a constant of each file's scan: judged when the engine plans
        assert engine["part"]["engine_scan_filters"] == engine["part"]["engine_row_filters"] == []
    expected = sum(1 for i in range(400) if i % 3 == 1 and i % 7 % 3 != 2)
    assert report["tables"][0]["rows"] == expected


def test_a_build_keeps_every_predicate(built):
    (folder,) = (built / "run_bundles").iterdir()
    seen = json.loads((folder / "plan.json").read_text())["pushdown_report"]
    assert seen["violations"] == 0 and len(seen["probes"]) > 20
    assert {p["assertion"] for p in seen["probes"]} == {"Satisfied"}


def test_either_mode_executes_what_is_satisfied(run, things):  # noqa: F811
    digests = set()
    for mode in ("strict", "warn"):
        report = run(spec_of(PREDICATE, runtime={"pushdown_enforcement_mode": mode}), things)
        assert not any(w["code"] == "pushdown_contract_violation" for w in report["warnings"])
        digests.add(report["tables"][0]["content_digest"])
    assert len(digests) == 1


@pytest.mark.parametrize(
    "other, rows",
    [
        (compare("eq", "kind", "part"), 0),  # a literal that has the name of a partition column
        ({"fn": "lt", "args": [{"fn": "add", "args": [column("part"), column("size")]}, {"lit": 400}]}, 133),
    ],
)
def test_another_predicate_that_names_a_partition_column_is_another(run, things, other, rows):  # noqa: F811
    """Explanations of the engine are read by column: what it judges of one predicate says nothing of the next."""
    predicate = {"fn": "and", "args": [compare("eq", "part", 1), other]}
    report = run(spec_of(predicate, runtime={"compliance_capture": True}), things)
    assert report["tables"][0]["rows"] == rows
    (exact,) = (p for p in bundle(report, "plan.json")["pushdown_report"]["probes"] if p["status"] == "exact")
    assert exact["assertion"] == "Satisfied" and not exact["residual"]
