"""Declarations of a user: entities, views and providers over evidence from outside, in a TOML file alone."""

import json
import re

import pyarrow
import pyarrow.parquet
import pytest
from deltalake import write_deltalake

from conftest import digests, write_files

SOURCE = """
def area(x):
    return x

def edge(x):
    return x

a = area(1)
b = edge(2)
c = area(3)
"""

MODEL = """version = 1

[[source]]
name = "trace"
bit = 32
rank = 4
strong = true

[[source]]
name = "hearsay"
bit = 64
rank = 9

[[table]]
name = "trace_calls"
location = "trace.parquet"
columns = { path = "Utf8!", bstart = "Int64!", bend = "Int64!", callee_path = "Utf8!", callee = "Utf8!" }
order = ["path", "bstart"]

[[table]]
name = "heard_calls"
location = "heard"
columns = { path = "Utf8!", bend = "Int64!", name = "Utf8!" }

[[entity]]
name = "trace_call"
table = "trace_calls"
namespace = "TRACE_CALL"
span = ["bstart", "bend"]
text = ["callee"]

[[view]]
name = "trace_targets"
op = "join"
source = "trace_calls_norm"
right = "cst_defs_norm"
keys = ["callee_path=path", "callee=name"]
columns = { path = "l.path", bstart = "l.bstart", bend = "l.bend", def_id = "r.def_id" }

[[confidence]]
relationship = "rel_call_target"
method = "trace"
tier = "resolved"
alone = 0.9
support = 0.96
weak_dissent = 0.7
strong_dissent = 0.5

[[provider]]
relationship = "rel_call_target"
source = "trace"
left = "cst_calls_norm"
right = "trace_targets"
predicates = ["eq(l.callee_bend, r.bend)"]
features = [{ name = "exact", weight = 5, expr = "eq(l.callee_bstart, r.bstart)" }]
base_score = 100
columns = { src = "l.call_id", dst = "r.def_id", file_id = "l.file_id" }

[[provider]]
relationship = "rel_call_target"
source = "hearsay"
role = "witness"
left = "cst_calls_norm"
right = "heard_calls"
keys = ["path", "callee_bend=bend"]
columns = { src = "l.call_id", name = "r.name" }
"""


@pytest.fixture
def repository(tmp_path):
    """Three calls; a trace saw two of them, hearsay has a right and a wrong name for those."""
    root = tmp_path / "repo"
    write_files(root, {"shapes.py": SOURCE, "semantics.toml": MODEL})
    text = (root / "shapes.py").read_text()
    at = {name: text.index(name) + 4 for name in ("area(1)", "edge(2)", "area(3)")}
    seen = [("area(1)", "area"), ("edge(2)", "edge")]
    pyarrow.parquet.write_table(
        pyarrow.table(
            {
                "path": ["shapes.py"] * 2,
                "bstart": [at[call] - 4 for call, _ in seen],
                "bend": [at[call] for call, _ in seen],
                "callee_path": ["shapes.py"] * 2,
                "callee": [callee for _, callee in seen],
            }
        ),
        root / "trace.parquet",
    )
    write_deltalake(
        str(root / "heard"),
        pyarrow.table({"path": ["shapes.py"] * 2, "bend": [at["area(1)"], at["edge(2)"]], "name": ["area", "rim"]}),
    )
    return root


CALLS = (
    "SELECT c.callee_text, d.name, r.provider, r.resolution_method, r.tier, r.confidence, r.witnesses, r.dissenters, "
    "r.score FROM rel_call_target r JOIN cst_callsites c ON c.call_id = r.src JOIN cst_defs d ON d.def_id = r.dst "
    "ORDER BY c.call_bstart"
)


def test_a_provider_needs_declarations_only(tool, repository, tmp_path):
    out = tmp_path / "out"
    report = tool.build(repository, out)
    rows = tool.sql(out, CALLS)
    assert [(r["callee_text"], r["name"]) for r in rows] == [("area", "area"), ("edge", "edge")]
    assert {(r["provider"], r["resolution_method"], r["tier"], r["score"]) for r in rows} == {
        ("trace", "trace", "resolved", 105.0)
    }
    # Hearsay names the first target, which as weak support counts as none, and denies the second.
    assert [(r["witnesses"], r["dissenters"], r["confidence"]) for r in rows] == [(96, 0, 0.9), (32, 64, 0.7)]
    edges = tool.sql(out, "SELECT origin, witnesses, dissenters FROM cpg_edges WHERE kind = 'CALL' ORDER BY dissenters")
    assert edges == [
        {"origin": "trace", "witnesses": 96, "dissenters": 0},
        {"origin": "trace", "witnesses": 32, "dissenters": 64},
    ]
    metrics = tool.sql(
        out,
        "SELECT total_edges, agreed_edges, conflicting_edges FROM relationship_quality_metrics "
        "WHERE relationship_name = 'rel_call_target'",
    )
    assert metrics == [{"total_edges": 2, "agreed_edges": 1, "conflicting_edges": 1}]
    disputed = tool.sql(
        out, "SELECT path, bstart, dissenters FROM relationship_candidates WHERE relationship_name = 'rel_call_target'"
    )
    text = (repository / "shapes.py").read_text()
    assert disputed == [{"path": "shapes.py", "bstart": text.index("edge(2)"), "dissenters": 64}]
    stored = {t["table_name"] for t in report["tables"]}
    assert {"trace_calls", "heard_calls"} <= stored
    assert tool.sql(out, "SELECT count(*) AS n FROM trace_calls_norm WHERE callee_norm = callee") == [{"n": 2}]


def test_a_build_keeps_the_evidence_it_was_made_of(tool, repository, tmp_path):
    first = tool.build(repository, tmp_path / "one", "--threads", "1")
    second = tool.build(repository, tmp_path / "two", "--threads", "2")
    assert first["spec_hash"] == second["spec_hash"] and digests(first) == digests(second)
    (repository / "trace.parquet").unlink()
    assert len(tool.sql(tmp_path / "one", CALLS)) == 2
    tool.refused("NOT_FOUND", 3, "build", repository, "-o", tmp_path / "three")


def test_the_file_may_stand_elsewhere(tool, repository, tmp_path):
    inside = tool.build(repository, tmp_path / "in")
    moved = repository / "declared.toml"
    (repository / "semantics.toml").rename(moved)
    outside = tool.build(repository, tmp_path / "out", "--semantics", moved)
    assert inside["spec_hash"] == outside["spec_hash"] and digests(inside) == digests(outside)
    without = tool.build(repository, tmp_path / "without")
    assert without["spec_hash"] != inside["spec_hash"]
    tool.refused("NOT_FOUND", 3, "plan", repository, "--semantics", repository / "nothing.toml")


def test_a_plan_explains_what_was_declared_and_inferred(tool, repository):
    done = tool.run("plan", repository, "--explain", "--output-format", "json")
    assert done.returncode == 0, done.stderr
    views = {view["name"]: view for view in json.loads(done.stdout)["views"]}
    pairs = views["rel_call_target__trace_pairs"]
    line = 1 + MODEL[: MODEL.index('[[provider]]\nrelationship = "rel_call_target"\nsource = "trace"')].count("\n")
    assert pairs["declared_at"].endswith(f"semantics.toml:{line}:1") and pairs["declaration"] == "provider rel_call_target/trace"
    assert pairs["join"]["decision_value"] == "span_overlap" and pairs["join"]["confidence"] == "high"
    assert pairs["join"]["keys"] == [["path", "path"], ["callee_bend", "bend"]]
    assert views["trace_calls_norm"]["rules"] == ["1 entity id", "2 span", "3 text"]
    assert views["trace_calls_norm"]["table_type"] == "ENTITY"
    text = tool.run("plan", repository, "--explain").stdout
    assert "made by   provider rel_call_target/trace at " in text


@pytest.mark.parametrize(
    "old, new, key, why",
    [
        ("bit = 32", "bit = 33", "source.bit", "a power of two"),
        ("rank = 4", "ranks = 4", "source.ranks", "unknown key"),
        ('role = "witness"', 'role = "judge"', "provider.role", "none of proposer, witness"),
        ("eq(l.callee_bend, r.bend)", "eq(l.callee_bend", "provider.predicates", "expected"),
        ('tier = "resolved"', 'tier = "sure"', "confidence.tier", "none of proved"),
        ('method = "trace"', 'method = "tracing"', "provider.method", "no [[confidence]]"),
        ('dst = "r.def_id", file', 'target = "r.def_id", file', "provider.columns", "a proposer has dst"),
        ('namespace = "TRACE_CALL"', "namespace = 7", "entity.namespace", "text is expected"),
        ("version = 1", "version = 2", "semantics.version", "version = 1"),
        ('bend = "Int64!", name', 'bend = "Integer", name', "table.columns", "no such type"),
    ],
)
def test_a_mistake_is_named_with_line_and_key(tool, repository, old, new, key, why):
    model = repository / "semantics.toml"
    assert old in MODEL
    model.write_text(MODEL.replace(old, new, 1))
    error = tool.refused("SEMANTIC_MODEL_INVALID", 4, "plan", repository)
    line, _ = map(int, re.search(r"semantics\.toml:(\d+):(\d+): ", error).groups())
    assert key in error and why in error, error
    changed = 1 + MODEL[: MODEL.index(old)].count("\n")
    # The record where a key is missing, else the key's own line.
    assert line == changed or (model.read_text().splitlines()[line - 1].startswith("[[")), error


@pytest.mark.parametrize(
    "old, new, code",
    [
        ("r.bend)", "r.end)", "EXPRESSION_TYPE_ERROR"),
        ('right = "trace_targets"', 'right = "nowhere"', "INVALID_PLAN"),
        (
            'predicates = ["eq(l.callee_bend, r.bend)"]',
            'hint = "span_overlap"\npredicates = ["le(l.callee_bend, r.bend)"]',
            "JOIN_EDGE_DERIVATION_FAILED",
        ),
    ],
)
def test_a_declaration_that_does_not_fit_is_named_with_its_place(tool, repository, old, new, code):
    (repository / "semantics.toml").write_text(MODEL.replace(old, new, 1))
    done = tool.run("plan", repository)
    assert done.returncode != 0 and f"{code}:" in done.stderr, done.stderr
    assert "semantics.toml:" in done.stderr and "provider rel_call_target/trace" in done.stderr


def test_not_toml(tool, repository):
    (repository / "semantics.toml").write_text("version = \n")
    assert "semantics.toml:1:" in tool.refused("SEMANTIC_MODEL_INVALID", 4, "plan", repository)


def test_the_documented_example_compiles(tool, repository, source_dir):
    page = (source_dir / "docs/formats/semantics.md").read_text()
    (repository / "semantics.toml").write_text(page.split("```toml\n")[1].split("```")[0])
    done = tool.run("plan", repository, "--validate")
    assert done.returncode == 0, done.stderr
