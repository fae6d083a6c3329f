"""Hashes of a build: every option changes exactly what it should.

An option is declared as `content` or `run`. Flipping one of `run` leaves envelope and table digests as they are;
flipping one of `content` changes the envelope.
"""

import json

import pytest

from conftest import digests

# A value other than the default for each option; options of `build` without one here fail the test.
FLIPPED = {
    "build.include_run_bundle": "false",
    "build.output_dir": None,  # the test's own folders differ already
    "build.strict": None,  # decides whether a broken file ends the build; tested in test_bad_input
    "build.target_version": "3.12",
    "engine.features": "no-metadata_cache",
    "engine.memory_limit": "900 MiB",
    "engine.plugins": None,  # tested in test_plugin
    "engine.profile": "small",
    "engine.rulepack_profile": "Strict",
    "engine.threads": "1",
    "engine.tuner_mode": "observe",
    "flow.exceptional_dependence": "true",
    "graph.edges": "full",
    "graph.id_salt": "7",
    "graph.props": "full",
    "graph.semantics": None,  # names a file; tested in test_semantics
    "source.exclude_globs": "nothing_here*",
    "source.follow_symlinks": "true",
    "source.include_globs": "*.py",
    "source.include_cst": "true",
    "source.include_notebooks": "false",
    "source.include_submodules": "true",
    "source.include_untracked": "false",
    "source.include_worktrees": "true",
    "source.max_file_bytes": "32 MiB",
    "source.max_files": "1000",
}


@pytest.fixture
def catalogue(tool):
    done = tool.run("catalog", "options", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_option_changes_exactly_its_hashes(tool, repository, tmp_path, catalogue):
    rows = [row for section in catalogue["sections"] for row in section["rows"] if "key" in row]
    assert rows and {row["key"] for row in rows} >= set(FLIPPED)
    base = tool.build(repository, tmp_path / "base")
    again = tool.build(repository, tmp_path / "again", "--threads", "1")
    assert digests(base) == digests(again)
    for name in ("spec_hash", "envelope_hash", "rulepack_fingerprint"):
        assert len(base[name]) == 64 and base[name] == again[name]
    for row in rows:
        key = row["key"]
        if row["key"].split(".")[0] not in {"build", "engine", "flow", "graph", "source"}:
            continue  # options of other commands
        assert key in FLIPPED, f"give {key} a value in FLIPPED"
        if FLIPPED[key] is None:
            continue
        config = tmp_path / "codeanatomy.toml"
        section, name = key.split(".")
        value = FLIPPED[key]
        quoted = value if value in ("true", "false") or value.isdigit() else json.dumps(value)
        if row["type"] == "list":
            quoted = f"[{quoted}]"
        config.write_text(f"[{section}]\n{name} = {quoted}\n")
        report = tool.build(repository, tmp_path / key, "--config", config)
        if row["changes"] == "content":
            assert report["envelope_hash"] != base["envelope_hash"], key
        else:
            assert report["envelope_hash"] == base["envelope_hash"], key
            assert digests(report) == digests(base), key
        if key == "engine.rulepack_profile":
            assert report["rulepack_fingerprint"] != base["rulepack_fingerprint"]


def test_another_source_changes_the_envelope_and_not_the_rules(tool, repository, tmp_path):
    base = tool.build(repository, tmp_path / "a")
    (repository / "pkg/shapes.py").write_text("x = 1\n")
    other = tool.build(repository, tmp_path / "b")
    assert other["envelope_hash"] != base["envelope_hash"]
    assert other["rulepack_fingerprint"] == base["rulepack_fingerprint"]


def test_the_run_bundle_names_the_plan_that_ran(tool, repository, tmp_path):
    import hashlib

    out = tmp_path / "out"
    report = tool.build(repository, out)
    bundle = out / "run_bundles" / report["run_id"]
    plan = json.loads((bundle / "plan.json").read_text())
    assert plan["envelope_hash"] == report["envelope_hash"] and plan["envelope"]["spec_hash"] == report["spec_hash"]
    canonical = json.dumps(plan["plan"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(canonical.encode()).hexdigest() == plan["p1"]
    assert [p["phase"] for p in plan["passes"]][-1] in ("physical", "analyzer")
    manifest = json.loads((bundle / "manifest.json").read_text())
    assert manifest["rulepack_fingerprint"] == report["rulepack_fingerprint"]
