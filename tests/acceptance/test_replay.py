"""`replay` of run bundles and `run` of foreign specs: what matches, what drifts, what is refused."""

import json
import shutil

import pyarrow.parquet
import pytest

PROJECT = {
    "version": 4,
    "input_relations": [{"logical_name": "ast_nodes", "delta_location": "evidence/ast_nodes"}],
    "view_definitions": [
        {
            "name": "calls",
            "view_kind": "projection",
            "view_dependencies": [],
            "transform": {
                "kind": "Filter",
                "source": "ast_nodes",
                "predicate": {"fn": "eq", "args": [{"col": "kind"}, {"lit": "Call"}]},
            },
            "output_schema": {"columns": {}},
        }
    ],
    "join_graph": {"edges": [], "constraints": []},
    "output_targets": [
        {"table_name": "calls_here", "source_view": "calls", "delta_location": "cpg/calls_here",
         "columns": ["path", "node_id", "line"]}
    ],
    "rule_intents": [],
    "rulepack_profile": "Default",
}


@pytest.fixture
def built(tool, repository, tmp_path):
    out = tmp_path / "out"
    report = tool.build(repository, out)
    return out, out / "run_bundles" / report["run_id"], report


def replay(tool, bundle, *flags, status=0):
    done = tool.run("replay", bundle, "--format", "json", *flags)
    assert done.returncode == status, (done.returncode, done.stderr)
    return json.loads(done.stdout)


def different(report):
    lists = ("inputs", "hashes", "plans", "tables")
    return [row["name"] for name in lists for row in report[name] if row["expected"] != row["actual"]]


def edit(path, change):
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def run_spec(tool, spec, out, into, *flags):
    (into.parent / "spec.json").write_text(json.dumps(spec))
    done = tool.run("run", into.parent / "spec.json", "--build", out, "-o", into, "--format", "json", *flags)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_bundle_matches(tool, built, tmp_path):
    out, bundle, report = built
    before = sorted(p for p in out.rglob("*"))
    seen = replay(tool, bundle)
    assert seen["status"] == "match" and not different(seen)
    outputs = {o["table_name"] for o in json.loads((bundle / "spec.json").read_text())["output_targets"]}
    assert {row["name"] for row in seen["tables"]} == outputs
    assert {row["name"] for row in seen["hashes"]} == {"spec_hash", "envelope_hash", "rulepack_fingerprint"}
    assert sorted(p for p in out.rglob("*")) == before, "a replay leaves nothing behind"
    by_id = replay(tool, report["run_id"], "--build", out, "--report-path", tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text()) == by_id


def test_settings_of_the_run_do_not_matter(tool, built):
    _, bundle, _ = built
    seen = replay(tool, bundle, "--engine-profile", "small")
    assert seen["status"] == "match"
    assert "memory_limit" in {row["name"] for row in seen["settings_changed"]}


def test_knobs_of_the_run_are_restored(tool, repository, tmp_path):
    out = tmp_path / "knobs"
    report = tool.build(repository, out, "--engine-setting", "optimizer_max_passes=1", "--engine-setting", "enable_top_n=false")
    bundle = out / "run_bundles" / report["run_id"]
    assert json.loads((bundle / "manifest.json").read_text())["session"]["knobs"] == ["optimizer_max_passes=1", "enable_top_n=false"]
    seen = replay(tool, bundle)
    assert seen["status"] == "match" and not seen["settings_changed"]


def test_the_bundle_of_one_thread_matches(tool, repository, tmp_path):
    out = tmp_path / "one"
    report = tool.build(repository, out, "--threads", "1")
    seen = replay(tool, out / "run_bundles" / report["run_id"])
    assert seen["status"] == "match" and not seen["settings_changed"]


def test_a_changed_row_is_drift(tool, built):
    out, bundle, _ = built
    file = next((out / "evidence" / "ast_nodes").glob("*.parquet"))
    table = pyarrow.parquet.read_table(file)
    line = table.schema.get_field_index("line")
    changed = table.set_column(line, table.schema.field(line), pyarrow.array([7] * len(table), table.schema.field(line).type))
    pyarrow.parquet.write_table(changed, file)
    seen = replay(tool, bundle, status=14)
    assert seen["status"] == "drift" and different(seen) == [str(file)]


def test_a_changed_setting_is_drift(tool, built):
    _, bundle, _ = built
    edit(bundle / "settings.json", lambda settings: settings.update(default_null_order="nulls_first"))
    assert different(replay(tool, bundle, status=14)) == ["envelope_hash"]


def test_a_changed_spec_is_drift(tool, built):
    _, bundle, _ = built
    edit(bundle / "spec.json", lambda spec: spec.update(rulepack_profile="Strict"))
    assert "spec_hash" in different(replay(tool, bundle, status=14))


def test_another_content_of_a_table_is_drift(tool, built):
    _, bundle, _ = built
    edit(bundle / "manifest.json", lambda manifest: manifest["outputs"][0].update(content_digest="0" * 64))
    name = json.loads((bundle / "manifest.json").read_text())["outputs"][0]["table"]
    assert name in different(replay(tool, bundle, status=14))


def test_a_folder_that_is_not_there_is_not_made(tool, built, tmp_path):
    missing = tmp_path / "missing"
    done = tool.run("replay", built[1], "--build", missing)
    assert done.returncode == 20 and "REPLAY_INPUT_MISSING" in done.stderr
    assert not missing.exists()


def test_an_input_that_is_gone(tool, built):
    out, bundle, _ = built
    shutil.rmtree(out / "evidence" / "ast_nodes")
    tool.refused("REPLAY_INPUT_MISSING", 20, "replay", bundle)


def test_a_file_that_is_gone(tool, built):
    out, bundle, _ = built
    next((out / "evidence" / "ast_nodes").glob("*.parquet")).unlink()
    tool.refused("REPLAY_INPUT_MISSING", 20, "replay", bundle)


@pytest.mark.parametrize(
    "name, text",
    [
        ("settings.json", '{"secret_directory": "/"}'),
        ("settings.json", '{"threads": 2}'),
        ("settings.json", "[]"),
        ("manifest.json", '{"status": "error"}'),
        ("manifest.json", '{"status": "ok", "outputs": [{"table": "a"}]}'),
    ],
)
def test_what_is_no_bundle_is_refused(tool, built, name, text):
    _, bundle, _ = built
    (bundle / name).write_text(text)
    tool.refused("INVALID_ARGUMENT", 3, "replay", bundle)


def test_no_folder_is_no_bundle(tool, tmp_path):
    tool.refused("INVALID_ARGUMENT", 3, "replay", tmp_path)


def test_a_foreign_spec_runs(tool, built, tmp_path):
    out, _, _ = built
    seen = run_spec(tool, PROJECT, out, tmp_path / "calls")
    (table,) = seen["tables"]
    expected = tool.sql(out, "SELECT path, node_id, line FROM ast_nodes WHERE kind = 'Call' ORDER BY ALL")
    assert expected and table["rows"] == len(expected)
    assert tool.sql(tmp_path / "calls", "SELECT path, node_id, line FROM calls_here ORDER BY ALL") == expected
    assert [i["table_name"] for i in seen["inputs"]] == ["ast_nodes"]
    again = run_spec(tool, PROJECT, out, tmp_path / "again")
    for name in ("spec_hash", "envelope_hash", "rulepack_fingerprint"):
        assert seen[name] == again[name] and len(seen[name]) == 64
    assert again["tables"][0]["content_digest"] == table["content_digest"]
    assert replay(tool, tmp_path / "calls" / "run_bundles" / seen["run_id"])["status"] == "match"


def test_pins_of_a_foreign_spec(tool, built, repository, tmp_path):
    out, _, _ = built
    (repository / "pkg/more.py").write_text("print(len('abc'))\n")
    tool.build(repository, out)
    pinned = json.loads(json.dumps(PROJECT))
    newest = run_spec(tool, PROJECT, out, tmp_path / "newest")
    pinned["input_relations"][0]["version_pin"] = 0
    oldest = run_spec(tool, pinned, out, tmp_path / "oldest")
    assert newest["inputs"][0]["delta_version"] == 1 and oldest["inputs"][0]["delta_version"] == 0
    assert newest["tables"][0]["rows"] == oldest["tables"][0]["rows"] + 2
    pinned["input_relations"][0]["version_pin"] = 9
    (tmp_path / "spec.json").write_text(json.dumps(pinned))
    tool.refused("NOT_FOUND", 3, "run", tmp_path / "spec.json", "--build", out, "-o", tmp_path / "none")
    pinned["input_relations"][0] |= {"version_pin": None, "content_digest": "0" * 64}
    (tmp_path / "spec.json").write_text(json.dumps(pinned))
    tool.refused("INVALID_PLAN", 12, "run", tmp_path / "spec.json", "--build", out, "-o", tmp_path / "none")
    assert not (tmp_path / "none" / "CURRENT").exists()


def test_a_spec_is_not_executed_into_its_inputs(tool, built, tmp_path):
    out, _, _ = built
    (tmp_path / "spec.json").write_text(json.dumps(PROJECT))
    tool.refused("INVALID_ARGUMENT", 3, "run", tmp_path / "spec.json", "--build", out, "-o", out)


def test_a_replay_has_the_features_and_plugins_of_the_run(tool, program, repository, tmp_path):
    plugin = program.parent / "text_metrics.so"
    out = tmp_path / "out"
    tool.build(repository, out)
    spec = json.loads(json.dumps(PROJECT))
    spec["view_definitions"][0]["transform"] = {"kind": "IncrementalCdf", "source": "ast_nodes", "starting_version": 0}
    loaded = f'{plugin}={{"min_letters": 3}}'
    ran = run_spec(tool, spec, out, tmp_path / "ran", "--feature", "delta_cdf", "--feature", "no-metadata_cache", "--plugin", loaded)
    bundle = tmp_path / "ran/run_bundles" / ran["run_id"]
    session = json.loads((bundle / "manifest.json").read_text())["session"]
    assert {"delta_cdf", "no-metadata_cache", "input_plugins"} <= set(session["features"])
    assert [(p["name"], p["options"]) for p in session["plugins"]] == [("text_metrics", '{"min_letters":3}')]
    # A bundle may come from anywhere: it names a plugin and never loads one.
    done = tool.refused("INVALID_ARGUMENT", 3, "replay", bundle)
    assert "the run had the plugin text_metrics" in done
    seen = replay(tool, bundle, "--plugin", plugin)
    assert seen["status"] == "match" and not seen["settings_changed"] and len(seen["tables"]) == 1
    edit(bundle / "manifest.json", lambda manifest: manifest["session"]["plugins"][0].update(options="{}"))
    assert different(replay(tool, bundle, "--plugin", plugin, status=14)) == ["envelope_hash"]
    edit(bundle / "manifest.json", lambda manifest: manifest["session"]["features"].append("no-delta_cdf"))
    assert tool.run("replay", bundle, "--plugin", plugin).returncode not in (0, 14)
