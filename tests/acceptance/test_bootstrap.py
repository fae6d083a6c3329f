"""A build without rows: every declared table with its columns, every relation can be asked."""

import json

import pytest


def bootstrap(tool, out, *flags):
    done = tool.run("bootstrap", "--output-dir", out, "--format", "json", *flags)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["tables"]


@pytest.fixture(scope="module")
def declared(program):
    from conftest import Tool

    done = Tool(program).run("catalog", "tables", "--json")
    assert done.returncode == 0, done.stderr
    sections = json.loads(done.stdout)["sections"]
    return {s["title"]: {row["column"]: row for row in s["rows"]} for s in sections if not s["title"].endswith("(view)")}


def test_every_table_is_there_and_empty(tool, tmp_path, declared):
    out = tmp_path / "empty"
    tables = bootstrap(tool, out)
    assert [(t["role"], t["table_name"]) for t in tables] == sorted((t["role"], t["table_name"]) for t in tables)
    assert {t["table_name"] for t in tables} == set(declared) and all(t["rows"] == 0 for t in tables)
    assert {t["path"] for t in tables} == {str(p.parent.relative_to(out)) for p in out.glob("*/*/_delta_log")}
    assert not list(out.glob("**/*.parquet"))
    # Every relation of a session can be asked: the default views type-check over the declared columns.
    relations = tool.sql(out, "SHOW TABLES")
    assert len(relations) > len(tables)
    counts = " UNION ALL ".join(f"SELECT '{r['name']}' AS name, count(*) AS n FROM \"{r['name']}\"" for r in relations)
    assert {row["n"] for row in tool.sql(out, counts)} == {0}


def test_rows_of_plain_values(tool, tmp_path, declared):
    out = tmp_path / "seeded"
    tables = bootstrap(tool, out, "--seed")
    assert all(t["rows"] == 1 for t in tables)
    [row] = tool.sql(out, "SELECT * FROM stored_cpg_edges") if tool.run(
        "sql", "--build", out, "SELECT * FROM stored_cpg_edges").returncode == 0 else tool.sql(out, "SELECT * FROM cpg_edges")
    assert (row["kind"], row["src"], row["dst"], row["label"]) == ("", 0, 0, None)
    [row] = tool.sql(out, "SELECT path, file_sha256 FROM repo_files")
    assert row["path"] == ""
    one = bootstrap(tool, tmp_path / "one", "--seed-table", "repo_files")
    assert {t["table_name"] for t in one if t["rows"]} == {"repo_files"}


def test_parts_of_it(tool, tmp_path):
    evidence = bootstrap(tool, tmp_path / "evidence", "--no-outputs")
    assert {t["role"] for t in evidence} == {"evidence"}
    outputs = bootstrap(tool, tmp_path / "outputs", "--no-evidence")
    assert "evidence" not in {t["role"] for t in outputs} and len(outputs) > 5


def test_nothing_is_replaced(tool, repository, tmp_path):
    out = tmp_path / "out"
    report = tool.build(repository, out)
    tool.refused("ALREADY_EXISTS", 1, "bootstrap", "--output-dir", out)
    assert tool.sql(out, "SELECT count(*) AS n FROM cpg_nodes") == [{"n": report["nodes"]}]
    tool.refused("UNKNOWN_SCHEMA", 3, "bootstrap", "--output-dir", tmp_path / "new", "--seed-table", "nothing")
    assert not (tmp_path / "new" / "CURRENT").exists()


def test_twice_the_same(tool, tmp_path):
    first, second = bootstrap(tool, tmp_path / "a", "--seed"), bootstrap(tool, tmp_path / "b", "--seed")
    assert first == second
    documents = [json.loads((tmp_path / n / "CURRENT").read_text()) for n in "ab"]
    def digests(document):
        text = json.dumps(document)
        return sorted(set(part for part in text.split('"') if len(part) == 64))
    assert digests(documents[0]) == digests(documents[1])
