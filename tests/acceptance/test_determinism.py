"""Hashes of a build: every option changes exactly what it should.

An option is declared as `content` or `run`. The list of options is read from the program, and each has a row of its kind
below: values to flip it to in a repository where that has an effect, and what follows. A setting of `run` leaves the
envelope and every table digest as they are. A setting of `content` changes the envelope, in exactly the members named,
and tables in exactly the folders named.
"""

import dataclasses
import hashlib
import json
import pathlib
import shutil
import subprocess

import pytest

from conftest import SMALL, Tool, digests, write_files

SETTINGS, SPEC, INPUTS = {"content_settings"}, {"spec_hash"}, {"table_registrations", "provider_identity_hash"}
EVIDENCE, GRAPH, QUALITY = {"evidence"}, {"cpg"}, {"quality"}
EVERYTHING = EVIDENCE | GRAPH | QUALITY


@dataclasses.dataclass
class Content:
    value: object
    members: set  # of the envelope, that change
    tables: set  # folders with a table that is another one, or new, or gone
    rules: bool = False  # whether the rule pack's fingerprint changes


def envelope(report):
    return report["bundle"]["plan.json"]["envelope"]


def manifest(report):
    return report["bundle"]["manifest.json"]


def settings(report):
    return report["bundle"]["settings.json"]


def passes_of(report, rule):
    return sum(one["rule_name"] == rule for one in report["bundle"]["plan.json"]["passes"])


def spans(report):
    """Names of the spans that were traced."""
    traced = report["bundle"].get("otel_traces.json", {"resourceSpans": []})
    return {span["name"] for r in traced["resourceSpans"] for scope in r["scopeSpans"] for span in scope["spans"]}


def in_force(report):
    """Whether an option of the section otel is set, as the bundle's configuration says."""
    return any(one["source"] == "config_file" for one in report["bundle"]["config.json"]["otel"].values())


# Values, each with what shows that it acts.
RUN = {
    "build.include_run_bundle": [(False, lambda report: not report["bundle"])],
    "build.output_dir": [("{elsewhere}", lambda report: report["output_dir"].endswith("elsewhere"))],
    "build.strict": [(True, lambda report: True)],  # acts on a broken file only: test_strict_fails_on_a_broken_file
    # Removes captures at a later run: test_plan_bundle.py. Here the bundle says which value is in force.
    "engine.compliance_retention_days": [
        (30, lambda report: report["bundle"]["config.json"]["engine"]["compliance_retention_days"]["value"] == 30)],
    "engine.features": [],  # all gates that the program lists, in their other position
    "engine.instrument_object_store": [(True, lambda report: "storage.write_file" in spans(report))],
    "engine.memory_limit": [("900 MiB", lambda report: manifest(report)["memory"]["limit_bytes"] == 900 << 20)],
    "engine.plan_preview": [(True, lambda report: "preview cpg_nodes" in spans(report))],
    "engine.profile": [("small", lambda report: settings(report)["max_temp_directory_size"] == f"{1 << 30}B"),
                       ("large", lambda report: settings(report)["max_temp_directory_size"] == f"{100 << 30}B")],
    "engine.rule_tracing": [(True, lambda report: "rule simplify" in spans(report))],
    # Both act on what `sql` reads: test_arrow.py.
    "engine.schema_force_view_types": [
        (True, lambda report: report["bundle"]["config.json"]["engine"]["schema_force_view_types"]["value"] is True)],
    "engine.wrap_partition_values": [
        (True, lambda report: report["bundle"]["config.json"]["engine"]["wrap_partition_values"]["value"] is True)],
    # Knobs that switch optimizers of the engine are in its planning surface: test_optimizers_are_in_the_planning_surface.
    "engine.settings": [
        (["filter_null_join_keys=false", "planning_concurrency=1", "repartition_sorts=false", "file_pruning=false"],
         lambda report: len(manifest(report)["session"]["knobs"]) == 4),
        (["max_temp_directory_bytes=1048576000"], lambda report: settings(report)["max_temp_directory_size"] == "1048576000B"),
        (["target_partitions=3", "batch_size=512"], lambda report: settings(report)["threads"] == "3"),
        (["optimizer_max_passes=1"], lambda report: passes_of(report, "simplify") == 1)],
    # One thread is set up by a setting of its own, see src/engine/session/profile.cpp.
    "engine.threads": [(1, lambda report: settings(report).get("external_threads") == "2"),
                       (3, lambda report: settings(report)["threads"] == "3")],
    "engine.tracing_preset": [("ProductionLean", lambda report: "rules.optimizer" in spans(report)),
                              ("MaximalNoData", lambda report: "rule simplify" in spans(report)),
                              ("Maximal", lambda report: "preview cpg_nodes" in spans(report))],
    "engine.tuner_mode": [("observe", lambda report: "state/tuner" in report["folders"])],
    # How and where spans are sent shows at the collector: test_tracing.py.
    "otel.bsp_export_timeout_ms": [(100, in_force)],
    "otel.bsp_max_export_batch_size": [(7, in_force)],
    "otel.bsp_max_queue_size": [(7, in_force)],
    "otel.bsp_schedule_delay_ms": [(7, in_force)],
    "otel.enable_traces": [(True, lambda report: "codeanatomy_engine.execute" in spans(report))],
    "otel.endpoint": [("http://127.0.0.1:1", in_force)],
    "otel.protocol": [("http/json", in_force)],
    "otel.sampler": [("always_off", in_force)],
    "otel.sampler_arg": [("0.5", in_force)],
}
# Sources that are other ones give other inputs, whose digests the spec pins.
FILES = SETTINGS | INPUTS | SPEC
CONTENT = {
    "build.target_version": Content("3.9", FILES, EVERYTHING),
    "engine.plugins": Content(["{plugin}"], {"planning_surface_hash", "registered_functions"}, set()),
    "engine.rulepack_profile": Content("Strict", SETTINGS | SPEC, set(), rules=True),
    "flow.exceptional_dependence": Content(True, FILES, EVIDENCE | GRAPH),
    "graph.edges": Content("full", SETTINGS | SPEC, GRAPH),
    "graph.id_salt": Content(7, FILES, EVERYTHING),
    "graph.props": Content("full", SETTINGS | SPEC, GRAPH),
    "graph.semantics": Content("{semantics}", SPEC, GRAPH | QUALITY),
    "source.exclude_globs": Content(["pkg/sub/*"], FILES, EVERYTHING),
    "source.follow_symlinks": Content(True, FILES, EVERYTHING),
    "source.include_cst": Content(True, SETTINGS, EVIDENCE),
    "source.include_globs": Content(["pkg/**"], FILES, EVERYTHING),
    "source.include_notebooks": Content(False, FILES, EVERYTHING),
    "source.include_submodules": Content(True, FILES, EVERYTHING),
    "source.include_untracked": Content(False, FILES, EVERYTHING),
    "source.include_worktrees": Content(True, FILES, EVERYTHING),
    "source.max_file_bytes": Content("512", FILES, EVERYTHING),
    "source.max_files": Content(3, FILES, EVERYTHING),
}

MATCHING = "def area(s):\n    try:\n        match s:\n            case (a, b):\n                return a * b\n" \
           "    except ValueError:\n        return 0\n    return s\n"
NOTEBOOK = {"cells": [{"cell_type": "code", "source": ["x = 1\n"], "metadata": {}, "outputs": []}],
            "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}
# One more source of calls: whatever has the name of the callee, in the same file.
DECLARED = """
version = 1

[[source]]
name = "by_name"
bit = 32
rank = 9
strong = true

[[provider]]
relationship = "rel_call_target"
source = "by_name"
left = "cst_calls_norm"
right = "cst_defs_norm"
keys = ["path", "callee_text=name"]
columns = { src = "l.call_id", dst = "r.def_id", file_id = "l.file_id" }

[[confidence]]
relationship = "rel_call_target"
method = "by_name"
tier = "candidate"
alone = 0.4
"""


def git(folder, *words):
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", folder, *identity, *words], check=True, capture_output=True, timeout=60)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A repository of git in which every option of `source` has something to take or to leave out."""
    root = tmp_path_factory.mktemp("sources") / "repo"
    files = {path: text for path, text in SMALL.items() if path != "broken.py"}
    write_files(root, files | {"pkg/matching.py": MATCHING, "book.ipynb": json.dumps(NOTEBOOK)})
    (root / "linked.py").symlink_to("pkg/shapes.py")
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "begin")
    git(root, "worktree", "add", "-q", "tree", "-b", "other")
    write_files(root, {"untracked.py": "def untracked():\n    return 2\n", "nested/inner.py": "def inner():\n    return 1\n"})
    git(root / "nested", "init", "-q")
    return root


@pytest.fixture(scope="module")
def options(program):
    """Key → whether the program's catalogue says `content` or `run`."""
    done = Tool(program).run("catalog", "options", "--json")
    assert done.returncode == 0, done.stderr
    return {row["key"]: row["changes"] for section in json.loads(done.stdout)["sections"] for row in section["rows"]}


@pytest.fixture(scope="module")
def places(program, sources, tmp_path_factory):
    """What values in braces stand for."""
    folder = tmp_path_factory.mktemp("places")
    (folder / "declared.toml").write_text(DECLARED)
    return {"elsewhere": folder / "elsewhere", "plugin": program.parent / "text_metrics.so", "semantics": folder / "declared.toml"}


@pytest.fixture(scope="module")
def flip(program, sources, places, tmp_path_factory):
    known = {}

    def build(key, value):
        folder = tmp_path_factory.mktemp("build")
        flags = [] if key == "build.output_dir" else ["-o", folder / "out"]
        if key is not None:
            section, name = key.split(".")
            text = json.dumps(value).replace("{", "%(").replace("}", ")s") % places
            (folder / "one.toml").write_text(f"[{section}]\n{name} = {text}\n")
            flags += ["--config", folder / "one.toml"]
        done = Tool(program).run("build", sources, "--format", "json", *flags)
        assert done.returncode == 0, (key, value, done.stderr)
        report = json.loads(done.stdout)
        out = pathlib.Path(report["output_dir"])
        bundle = (out / "run_bundles" / report["run_id"]).glob("*.json")
        report["bundle"] = {path.name: json.loads(path.read_text()) for path in bundle}
        report["folders"] = [str(path.relative_to(out)) for path in out.glob("*/*")]
        shutil.rmtree(report["output_dir"])
        return report

    def flipped(key=None, value=None, again=False):
        """The report of a build with one setting, made by the configuration file, and its run bundle."""
        at = json.dumps([key, value])
        if again or at not in known:
            known[at] = build(key, value)
        return known[at]

    return flipped


@pytest.fixture(scope="module")
def base(flip):
    return flip()


def test_every_option_has_a_row_of_its_kind(options):
    assert {key for key, kind in options.items() if kind == "run"} == set(RUN)
    assert {key for key, kind in options.items() if kind == "content"} == set(CONTENT)


def test_equal_builds_have_equal_hashes(flip, base):
    again = flip(again=True)
    for name in ("spec_hash", "envelope_hash", "rulepack_fingerprint"):
        assert len(base[name]) == 64 and base[name] == again[name]
    assert digests(base) == digests(again) and envelope(base) == envelope(again)
    assert base["failed_files"] == 0, "a flip of build.strict has to build"


@pytest.mark.parametrize("key", RUN)
def test_a_setting_of_the_run_changes_no_hash(tool, flip, base, request, key):
    values = RUN[key]
    if key == "engine.features":
        done = tool.run("sql", "--build", request.getfixturevalue("built"), "SELECT name, is_on FROM feature_state()", "--format", "json")
        gates = json.loads(done.stdout)
        flipped = [f"no-{gate['name']}" if gate["is_on"] else gate["name"] for gate in gates]
        assert len(flipped) >= 6
        values = [(flipped, lambda report: set(manifest(report)["session"]["features"]) == set(flipped))]
    assert values
    for value, acts in values:
        report = flip(key, value)
        for name in ("spec_hash", "envelope_hash", "rulepack_fingerprint"):
            assert report[name] == base[name], (value, name)
        assert digests(report) == digests(base), value
        assert acts(report) and (value is True or not acts(base)), value


def test_optimizers_are_in_the_planning_surface(flip, base):
    report = flip("engine.settings", ["enable_top_n=false", "pushdown_filters=false"])
    assert settings(report)["disabled_optimizers"] == "top_n_window_elimination,filter_pushdown,top_n"
    assert {name for name, value in envelope(base).items() if envelope(report)[name] != value} == {"planning_surface_hash"}
    assert report["spec_hash"] == base["spec_hash"] and digests(report) == digests(base)


def test_a_limit_of_the_whole_wins_over_the_engines_part(tool, repository, tmp_path):
    flags = ["--engine-setting", "memory_pool_bytes=400000000", "--memory-limit", "300MiB"]
    limits = []
    for given in (flags, flags[2:], flags[:2]):
        report = tool.build(repository, tmp_path / "out", *given)
        limits.append(json.loads((tmp_path / f"out/run_bundles/{report['run_id']}/settings.json").read_text())["memory_limit"])
    assert limits[0] == limits[1] and limits[2] == "400000000B"


def test_a_knob_that_cannot_be_is_refused(tool, repository, tmp_path):
    for setting, said in (("row_groups=3", "knobs are target_partitions"), ("batch_size", "KNOB=VALUE"),
                          ("batch_size=0", "a positive number is expected for batch_size"),
                          ("row_group_rows=1000", "a spec says it"),
                          ("snapshot_cache_ttl=soon", "30s, 5m")):
        assert said in tool.refused("INVALID_ARGUMENT", 3, "build", repository, "-o", tmp_path / "out", "--engine-setting", setting)
    assert not (tmp_path / "out").exists()


def folders(report):
    tables = {}
    for table in report["tables"]:
        tables.setdefault(table["path"].split("/")[0], {})[table["table_name"]] = table["content_digest"]
    return tables


@pytest.mark.parametrize("key", CONTENT)
def test_a_setting_of_content_changes_its_hashes_and_no_other(flip, base, key):
    expected = CONTENT[key]
    report = flip(key, expected.value)
    assert report["envelope_hash"] != base["envelope_hash"]
    assert {name for name, value in envelope(base).items() if envelope(report)[name] != value} == expected.members
    assert (report["spec_hash"] != base["spec_hash"]) == ("spec_hash" in expected.members)
    assert (report["rulepack_fingerprint"] != base["rulepack_fingerprint"]) == expected.rules
    before, after = folders(base), folders(report)
    assert {name for name in before | after if before.get(name) != after.get(name)} == expected.tables


@pytest.mark.parametrize("key, name", [("engine.plugins", "plugin"), ("graph.semantics", "semantics")])
def test_where_a_named_file_lies_changes_no_hash(flip, places, tmp_path, key, name):
    value = CONTENT[key].value
    one = flip(key, value)
    moved = tmp_path / places[name].name
    shutil.copy(places[name], moved)
    two = flip(key, [str(moved)] if isinstance(value, list) else str(moved))
    assert envelope(one) == envelope(two) and one["envelope_hash"] == two["envelope_hash"]


def test_another_source_changes_the_envelope_and_not_the_rules(tool, repository, tmp_path):
    base = tool.build(repository, tmp_path / "a")
    (repository / "pkg/shapes.py").write_text("x = 1\n")
    other = tool.build(repository, tmp_path / "b")
    assert other["envelope_hash"] != base["envelope_hash"]
    assert other["rulepack_fingerprint"] == base["rulepack_fingerprint"]


def test_the_run_bundle_names_the_plan_that_ran(tool, repository, tmp_path):
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
