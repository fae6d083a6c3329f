"""Plugins: the example in all its uses, and for every check of the loader a plugin that fails it."""

import json
import re
import shutil
import subprocess

import pytest

from conftest import SMALL, Tool, digests, write_files


@pytest.fixture(scope="module")
def plugin(program):
    return program.parent / "text_metrics.so"


@pytest.fixture(scope="module")
def built(program, tmp_path_factory):
    root = tmp_path_factory.mktemp("plugin")
    write_files(root / "repo", SMALL)
    Tool(program).build(root / "repo", root / "out")
    return root / "out"


@pytest.fixture
def sql(tool, built):
    def ask(statement, *plugins):
        flags = [flag for word in plugins for flag in ("--plugin", word)]
        done = tool.run("sql", "--build", built, statement, "--format", "json", *flags)
        return json.loads(done.stdout) if done.returncode == 0 else (done.returncode, done.stderr)

    return ask


def test_the_example_counts_words(sql, plugin):
    query = "SELECT text_metrics_words(x) AS n FROM (VALUES ('a bc def'), (''), (NULL), ('  two   words of more letters ')) t(x)"
    assert [row["n"] for row in sql(query, plugin)] == [3, 0, None, 5]
    assert [row["n"] for row in sql(query, f'{plugin}={{"min_letters": 3}}')] == [1, 0, None, 4]
    assert sql('SELECT * FROM "text_metrics.limits"', f'{plugin}={{"min_letters": 3}}') == [{"min_letters": 3}]
    # As many rows as several vectors hold, and the same function as SQL writes it.
    rows = sql("SELECT count(*) FILTER (text_metrics_words(t) IS DISTINCT FROM w) AS wrong, count(*) AS n FROM (SELECT "
               "repeat('ab ', (i % 40)::INTEGER) AS t, i % 40 AS w FROM range(10000) r(i))", plugin)
    assert rows == [{"wrong": 0, "n": 10000}]


def test_without_it_there_is_nothing_of_it(sql):
    assert sql("SELECT text_metrics_words('a')")[0] == 3
    assert "UNKNOWN_SCHEMA" in sql('SELECT * FROM "text_metrics.limits"')[1]


def test_the_snapshot_describes_it_and_the_envelope_knows_it(tool, sql, plugin, tmp_path):
    rows = sql("SELECT * FROM capabilities()", plugin)
    assert [(r["kind"], r["name"]) for r in rows] == sorted((r["kind"], r["name"]) for r in rows)
    snapshot = {(row["kind"], row["name"]): row["value"] for row in rows}
    version, build_id, digest = snapshot["extension", "text_metrics"].split()
    assert snapshot["extension_features", "text_metrics"] == "words"
    assert (version, build_id) == ("1.0.0", "example")
    assert digest == subprocess.run(["sha256sum", plugin], capture_output=True, text=True).stdout.split()[0]
    assert snapshot["version", "plugin_abi"] == "1.2" and snapshot["feature", "function_factory"] == "on"
    assert "timestampNtz" in snapshot["delta", "reader_features"]

    write_files(tmp_path / "repo", SMALL)
    plain = tool.build(tmp_path / "repo", tmp_path / "plain")
    loaded = tool.build(tmp_path / "repo", tmp_path / "loaded", "--plugin", plugin)
    assert loaded["envelope_hash"] != plain["envelope_hash"] and loaded["spec_hash"] == plain["spec_hash"]
    assert digests(loaded) == digests(plain)
    stored = json.loads((tmp_path / "loaded/run_bundles" / loaded["run_id"] / "capabilities.json").read_text())
    assert stored["extension"]["text_metrics"] == snapshot["extension", "text_metrics"]
    assert "extension" not in json.loads((tmp_path / "plain/run_bundles" / plain["run_id"] / "capabilities.json").read_text())
    events = (tmp_path / "loaded/run_bundles" / loaded["run_id"] / "events.jsonl").read_text()
    assert "text_metrics is registered" in events


@pytest.mark.parametrize(
    "options, message",
    [
        ('{"min_letters": "three"}', "integer is expected at $.min_letters"),
        ('{"min_letters": 0}', "at least 1 is expected"),
        ('{"min_letters": 101}', "at most 100 is expected"),
        ('{"letters": 3}', "unknown member at $.letters"),
        ('{"min_letters": 1, "min_letters": 2}', "$"),
        ("{", "$"),
    ],
)
def test_options_are_held_to_the_schema(sql, plugin, options, message):
    status, text = sql("SELECT 1", f"{plugin}={options}")
    assert status == 21 and 'plugin check "options"' in text and message in text


SOURCE = """
#include <codeanatomy/plugin.h>
#include <stdio.h>
static const char* const kFeatures[] = {NULL};
static const char* const kFunctions[] = {FUNCTIONS NULL};
static const char* const kRelations[] = {RELATIONS NULL};
static const ca_plugin_manifest kManifest __attribute__((unused)) = {
    .struct_size = SIZE, .abi_major = ABI_MAJOR, .abi_minor = ABI_MINOR, .engine_major = ENGINE_MAJOR,
    .engine_minor = ENGINE_MINOR, .arrow_major = ARROW, .plugin_name = NAME, .plugin_version = "1", .build_id = "b",
    .capabilities = CAPABILITIES, .features = kFeatures, .functions = kFunctions, .relations = kRelations,
    .options_schema = SCHEMA, .declarations = DECLARATIONS};
const ca_plugin_manifest* ca_plugin_manifest_v1(void) {
  static int calls = 0;
  return ++calls > OPENINGS ? NULL : MANIFEST;
}
int REGISTER(const ca_host_api* host, duckdb_connection connection, const char* options, ca_error* error) {
  __typeof__(&duckdb_query) query = (__typeof__(&duckdb_query))host->engine_function(host->host, "duckdb_query");
  if (host->engine_function(host->host, "duckdb_no_such_function") != NULL) return 9;
  if (host->engine_function(host->host, "getenv") != NULL) return 9;
  if (host->setting(host->host, "threads") == NULL || host->setting(host->host, "no_setting") != NULL) return 9;
  static duckdb_connection first = NULL;
  if (first != NULL || connection == NULL) return 7; /* called once, with the session's connection */
  first = connection;
  const char* statements[] = {STATEMENTS NULL};
  for (int i = 0; statements[i] != NULL; ++i) {
    if (query(connection, statements[i], NULL) != DuckDBSuccess) return 8;
  }
  snprintf(error->message, sizeof error->message, "%s", "this is why");
  return STATUS;
}
"""
GOOD = {
    "SIZE": "sizeof(ca_plugin_manifest)", "ABI_MAJOR": "CA_PLUGIN_ABI_MAJOR", "ABI_MINOR": "CA_PLUGIN_ABI_MINOR",
    "ENGINE_MAJOR": "CA_PLUGIN_ENGINE_MAJOR", "ENGINE_MINOR": "CA_PLUGIN_ENGINE_MINOR", "ARROW": "CA_PLUGIN_ARROW_MAJOR",
    "NAME": '"probe"', "CAPABILITIES": "CA_PLUGIN_SCALAR_FUNCTIONS | CA_PLUGIN_RELATIONS | CA_PLUGIN_TABLE_FUNCTIONS",
    "FUNCTIONS": '"probe_twice", "probe_numbers",', "RELATIONS": '"probe.ones",', "SCHEMA": "NULL", "DECLARATIONS": "NULL",
    "OPENINGS": "1", "MANIFEST": "&kManifest", "REGISTER": "ca_plugin_register_v1", "STATUS": "0",
    "STATEMENTS": '"CREATE MACRO probe_twice(x) AS 2 * x", '
                  '"CREATE MACRO probe_numbers(n) AS TABLE SELECT unnest(range(n)) AS i", '
                  '"CREATE VIEW \\"probe.ones\\" AS SELECT 1 AS one",',
}


@pytest.fixture
def compile_plugin(source_dir, tmp_path):
    def build(**changes):
        source = tmp_path / "probe.c"
        text = SOURCE
        for name, value in {**GOOD, **changes}.items():
            text = re.sub(rf"\b{name}\b", lambda _: value, text)
        source.write_text(text)
        library = tmp_path / "probe.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-Wall", "-Werror", f"-I{source_dir}/include", f"-I{source_dir}/.deps/duckdb",
                        source, "-o", library], check=True, capture_output=True, text=True)
        return library

    return build


def test_a_plugin_is_opened_and_registered_once(tool, built, compile_plugin, tmp_path):
    """Declarations and functions come from one opening, registration gets one connection: SOURCE refuses a second
    one of either."""
    library = compile_plugin()
    write_files(tmp_path / "repo", SMALL)
    tool.build(tmp_path / "repo", tmp_path / "out", "--plugin", library)
    done = tool.run("sql", "--build", tmp_path / "out", "SELECT probe_twice(2) AS n, probe_twice(3) AS m",
                    "--format", "json", "--plugin", library)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [{"n": 4, "m": 6}]


def test_macros_tables_and_views_of_a_plugin(sql, compile_plugin):
    library = compile_plugin(OPENINGS="2")
    assert sql("SELECT probe_twice(21) AS n", library) == [{"n": 42}]
    assert sql("SELECT sum(i) AS n FROM probe_numbers(5)", library) == [{"n": 10}]
    assert sql('SELECT one FROM "probe.ones"', library) == [{"one": 1}]
    assert sql("SELECT * FROM probe_numbers(5)")[0] == 3  # without the plugin
    assert 'plugin check "plugin_name": expected a name of its own, actual probe' in sql("SELECT 1", library, library)[1]


@pytest.mark.parametrize(
    "check, changes",
    [
        ("struct_size", {"SIZE": "8"}),
        ("abi", {"ABI_MAJOR": "2"}),
        ("abi", {"ABI_MINOR": "99"}),
        ("engine", {"ENGINE_MINOR": "4"}),
        ("engine", {"ENGINE_MAJOR": "2"}),
        ("arrow", {"ARROW": "2"}),
        ("plugin_name", {"NAME": '"Probe!"'}),
        ("plugin_name", {"NAME": '"codeanatomy"'}),
        ("plugin_name", {"NAME": "NULL"}),
        ("function name", {"FUNCTIONS": '"twice",'}),
        ("relation name", {"RELATIONS": '"ones",'}),
        ("manifest", {"MANIFEST": "NULL"}),
        ("exports", {"REGISTER": "ca_plugin_register_v0"}),
        ("register", {"STATUS": "7"}),
        ("functions", {"FUNCTIONS": '"probe_twice", "probe_numbers", "probe_thrice",'}),
        ("functions", {"FUNCTIONS": '"probe_twice",'}),
        ("relations", {"RELATIONS": ""}),
        ("relations", {"RELATIONS": '"probe.ones", "probe.twos",'}),
        ("capabilities", {"CAPABILITIES": "CA_PLUGIN_SCALAR_FUNCTIONS | CA_PLUGIN_RELATIONS"}),
        ("capabilities", {"CAPABILITIES": "0x7f"}),
        ("capabilities", {"DECLARATIONS": '"version = 1"'}),
        ("options", {"SCHEMA": '"{\\"pattern\\": \\"x\\"}"'}),
        ("options", {"SCHEMA": '"no json"'}),
    ],
)
def test_each_check_has_a_plugin_that_fails_it(sql, compile_plugin, check, changes):
    status, text = sql("SELECT 1", compile_plugin(**changes))
    assert status == 21 and "SESSION_INITIALIZATION_FAILED" in text
    assert f'plugin check "{check}": expected ' in text and ", actual " in text
    if check == "register":
        assert "this is why" in text


def test_what_is_no_plugin(sql, tmp_path):
    (tmp_path / "text.so").write_text("no library")
    assert 'plugin check "open"' in sql("SELECT 1", tmp_path / "text.so")[1]
    assert 'plugin check "file"' in sql("SELECT 1", tmp_path / "nothing.so")[1]


def test_declarations_of_a_plugin_are_compiled(tool, compile_plugin, tmp_path):
    """A plugin brings a source of evidence: its semantics.toml is part of the model."""
    toml = 'version = 1\\n[[source]]\\nname = \\"probe\\"\\nbit = 256\\nrank = 14\\nstrong = true\\n'
    library = compile_plugin(DECLARATIONS=f'"{toml}"', CAPABILITIES="CA_PLUGIN_SCALAR_FUNCTIONS | CA_PLUGIN_RELATIONS | "
                             "CA_PLUGIN_TABLE_FUNCTIONS | CA_PLUGIN_DECLARATIONS")
    write_files(tmp_path / "repo", SMALL)
    done = tool.run("plan", tmp_path / "repo", "--explain", "--output-format", "json", "--plugin", library)
    assert done.returncode == 0, done.stderr
    plain = tool.run("plan", tmp_path / "repo", "--explain", "--output-format", "json")
    assert json.loads(done.stdout)["model_fingerprint"] != json.loads(plain.stdout)["model_fingerprint"]
    broken = compile_plugin(DECLARATIONS='"version = 1\\n[[sauce]]\\n"')
    tool.refused("SEMANTIC_MODEL_INVALID", 4, "plan", tmp_path / "repo", "--plugin", broken)


def test_plugins_and_features_come_from_the_configuration(tool, built, plugin, tmp_path, monkeypatch):
    (tmp_path / "own.toml").write_text(
        f"[engine]\nplugins = ['{plugin}={{\"min_letters\": 3}}']\nfeatures = ['no-input_plugins']\n")

    def ask(statement, *flags, environment={}):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return tool.run("--config", tmp_path / "own.toml", "sql", "--build", built, statement, "--format", "json", *flags)

    words = "SELECT text_metrics_words('two big words or so') AS n"
    assert json.loads(ask(words).stdout) == [{"n": 3}]
    gate = "SELECT value FROM capabilities() WHERE name = 'input_plugins'"
    assert json.loads(ask(gate).stdout) == [{"value": "off"}]
    assert json.loads(ask(gate, environment={"CODEANATOMY_FEATURES": "input_plugins"}).stdout) == [{"value": "on"}]
    assert json.loads(ask(gate, "--feature", "no-input_plugins").stdout) == [{"value": "off"}]
    assert json.loads(ask(words, "--plugin", plugin).stdout) == [{"n": 5}]


@pytest.mark.parametrize("name, section", [("codeanatomy.toml", "engine"), ("pyproject.toml", "tool.codeanatomy.engine")])
def test_a_repository_cannot_have_its_own_code_loaded(tool, plugin, tmp_path, name, section):
    write_files(tmp_path / "repo", SMALL)
    shutil.copy(plugin, tmp_path / "repo" / "own.so")
    (tmp_path / "repo" / name).write_text(f"[{section}]\nplugins = ['{tmp_path}/repo/own.so']\n")
    for command in (["build", "."], ["plan"], ["sql", "SELECT 1"]):
        refused = tool.run(*command, cwd=tmp_path / "repo")
        assert refused.returncode == 4 and "INVALID_CONFIG" in refused.stderr and "--plugin" in refused.stderr


def test_options_of_a_plugin_are_part_of_the_envelope(tool, plugin, tmp_path):
    write_files(tmp_path / "repo", SMALL)
    tool.build(tmp_path / "repo", tmp_path / "out")
    from test_replay import PROJECT, run_spec

    plain = run_spec(tool, PROJECT, tmp_path / "out", tmp_path / "a", "--plugin", plugin)
    other = run_spec(tool, PROJECT, tmp_path / "out", tmp_path / "b", "--plugin", f'{plugin}={{"min_letters": 3}}')
    assert plain["envelope_hash"] != other["envelope_hash"]


@pytest.mark.parametrize("mode", ["strict_allowlist", "warn_on_unregistered"])
def test_what_a_manifest_does_not_name_is_refused_or_warned_of(tool, built, compile_plugin, tmp_path, mode):
    """The manifest is the allow list of a plugin; a spec says what becomes of what is not on it."""
    from test_replay import PROJECT

    def run(library, name):
        (tmp_path / "spec.json").write_text(json.dumps(PROJECT | {"runtime": {"extension_governance_mode": mode}}))
        done = tool.run("run", tmp_path / "spec.json", "--build", built, "-o", tmp_path / name, "--format", "json", "--plugin", library)
        return done.returncode, json.loads(done.stdout) if done.returncode == 0 else done.stderr

    assert run(compile_plugin(OPENINGS="2"), "whole")[1]["warnings"] == []
    more = GOOD["STATEMENTS"] + '"CREATE MACRO probe_more(x) AS x", "CREATE VIEW \\"probe.more\\" AS SELECT 1 AS one",'
    status, report = run(compile_plugin(OPENINGS="2", STATEMENTS=more), "more")
    if mode == "strict_allowlist":
        assert status == 21 and 'plugin check "functions"' in report and "not declared: probe_more" in report
    else:
        assert status == 0, report
        assert [(w["code"], w["stage"], w["context"]) for w in report["warnings"]] == [
            ("extension_not_registered", "preflight", {"plugin": "probe", "check": check, "name": name})
            for check, name in (("functions", "probe_more"), ("relations", "probe.more"))]
        bundle = tmp_path / "more/run_bundles" / report["run_id"]
        events = [json.loads(line) for line in (bundle / "events.jsonl").read_text().splitlines()]
        assert [e["attributes"]["name"] for e in events if e["name"] == "warning"] == ["probe_more", "probe.more"]
        functions = json.loads((bundle / "plan.json").read_text())["envelope"]["registered_functions"]
        assert {"probe_twice", "probe_more"} <= set(functions)
        done = tool.run("replay", bundle, "--plugin", compile_plugin(OPENINGS="2", STATEMENTS=more))
        assert done.returncode == 0, done.stdout + done.stderr
    # Whatever the mode: a name that another could have, and a name that is promised and not there.
    for changes in ({"STATEMENTS": GOOD["STATEMENTS"] + '"CREATE MACRO more(x) AS x",'},
                    {"FUNCTIONS": '"probe_twice", "probe_numbers", "probe_thrice",'}):
        status, text = run(compile_plugin(OPENINGS="2", **changes), "refused")
        assert status == 21 and 'plugin check "functions"' in text
