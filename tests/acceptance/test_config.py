"""`codeanatomy config` and `version`: what is in effect, where it comes from, and what is refused."""

import json
import os
import subprocess

import pytest


@pytest.fixture
def config(program, tmp_path):
    """Runs `codeanatomy config …` in an empty folder, with no settings of ours in the environment."""

    def run(*arguments, **variables):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("CODEANATOMY_")}
        return subprocess.run(
            [program, "config", *arguments],
            cwd=tmp_path,
            env={**environment, **variables},
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


def test_show_defaults(config):
    shown = config("show")
    assert shown.returncode == 0, shown.stderr
    document = json.loads(shown.stdout)
    assert document["source"]["max_file_bytes"] == 64 * 1024 * 1024
    assert shown.stdout == json.dumps(document, indent=2, sort_keys=True) + "\n"


def test_sources_in_order_of_precedence(config, tmp_path):
    (tmp_path / "codeanatomy.toml").write_text('[engine]\nthreads = 3\nprofile = "small"\n')
    shown = json.loads(config("show", "--with-sources", CODEANATOMY_THREADS="2").stdout)["engine"]
    assert shown["threads"] == {"value": 2, "source": "env", "location": "CODEANATOMY_THREADS"}
    assert shown["profile"]["source"] == "config_file"
    assert "codeanatomy.toml" in shown["profile"]["location"]
    assert shown["memory_limit"]["source"] == "default"


def test_pyproject_fills_only_missing_sections(config, tmp_path):
    (tmp_path / "codeanatomy.toml").write_text("[engine]\nthreads = 3\n")
    (tmp_path / "pyproject.toml").write_text(
        '[tool.codeanatomy.engine]\nprofile = "small"\n[tool.codeanatomy.graph]\nid_salt = 7\n'
    )
    shown = json.loads(config("show").stdout)
    assert shown["engine"]["threads"] == 3 and shown["engine"]["profile"] == "medium"
    assert shown["graph"]["id_salt"] == 7


@pytest.mark.parametrize(
    "text, word",
    [
        ("[engine]\nthread = 1\n", "engine.thread"),
        ("[motor]\nthreads = 1\n", "motor"),
        ("[engine]\nthreads = 'x'\n", "engine.threads"),
        ('[engine]\nprofile = "huge"\n', "engine.profile"),
        ("[engine\n", "codeanatomy.toml"),
    ],
)
def test_invalid_files_are_refused(config, tmp_path, text, word):
    (tmp_path / "codeanatomy.toml").write_text(text)
    for command in ("show", "validate"):
        refused = config(command)
        assert (refused.returncode, refused.stdout) == (4, "")
        assert "INVALID_CONFIG" in refused.stderr and word in refused.stderr


def test_invalid_variable_and_missing_file(config):
    refused = config("validate", CODEANATOMY_THREADS="many")
    assert refused.returncode == 3 and "CODEANATOMY_THREADS" in refused.stderr
    missing = config("show", "--config", "none.toml")
    assert missing.returncode == 3 and "none.toml" in missing.stderr


def test_init_writes_a_file_that_changes_nothing(config, tmp_path):
    before = config("show").stdout
    assert config("init").returncode == 0
    assert config("show").stdout == before
    assert config("validate").stdout.startswith("valid")
    again = config("init")
    assert again.returncode == 1 and "ALREADY_EXISTS" in again.stderr
    assert config("init", "--force").returncode == 0


def test_init_offers_every_option_with_a_valid_value(config, tmp_path):
    assert config("init", "--path", "all.toml").returncode == 0
    path = tmp_path / "all.toml"
    lines = path.read_text().splitlines()
    # A commented key is `# name = value`; comments that explain hold no ` = `.
    path.write_text("\n".join(line[2:] if " = " in line else line for line in lines))
    shown = json.loads(config("show", "--with-sources", "--config", "all.toml").stdout)
    leaves = [leaf for section in shown.values() for leaf in section.values()]
    assert {leaf["source"] for leaf in leaves} == {"config_file"}


def test_version(program):
    document = json.loads(subprocess.check_output([program, "version"], text=True, timeout=60))
    assert {"codeanatomy", "platform", "build", "dependencies"} <= set(document)
    line = subprocess.check_output([program, "--version"], text=True, timeout=60)
    assert line == f"codeanatomy {document['codeanatomy']}\n"
