"""`codeanatomy sql`: read-only, of one build, with errors that help."""

import pytest

REFUSED = [
    "INSERT INTO cpg_nodes SELECT * FROM cpg_nodes",
    "DELETE FROM cpg_nodes",
    "CREATE TABLE t AS SELECT 1",
    "DROP VIEW cpg_nodes",
    "COPY (SELECT 1) TO '{dir}/written.csv'",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{dir}/written.csv'",
    "ATTACH '{dir}/written.db'",
    "INSTALL httpfs",
    "SET enable_external_access = true",
    "PRAGMA threads = 1",
    "SELECT 1; SELECT 2",
    "SELECT * FROM read_text('{dir}/secret.csv')",
    "SELECT * FROM '{dir}/secret.csv'",
    "SELECT (SELECT count(*) FROM read_csv('{dir}/secret.csv'))",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM duckdb_settings()",
]


@pytest.fixture
def built(tool, repository, tmp_path):
    out = tmp_path / "out"
    tool.build(repository, out)
    return out


def test_everything_but_one_select_is_refused_and_writes_nothing(tool, built, tmp_path):
    (tmp_path / "secret.csv").write_text("a\n1\n")
    before = sorted(path for path in tmp_path.rglob("*"))
    for statement in REFUSED:
        tool.refused("SQL_POLICY_VIOLATION", 3, "sql", "--build", built, statement.format(dir=tmp_path))
    assert sorted(path for path in tmp_path.rglob("*")) == before


def test_errors_help(tool, built):
    text = tool.refused("UNKNOWN_SCHEMA", 3, "sql", "--build", built, "SELECT * FROM cpg_node")
    assert "cpg_nodes" in text
    text = tool.refused("SQL_INVALID", 3, "sql", "--build", built, "SELECT nam FROM cpg_nodes")
    assert "name" in text
    text = tool.refused("SQL_INVALID", 3, "sql", "--build", built, "SELECT *\nFRM cpg_nodes x y")
    assert "line 2" in text


def test_relations_and_formats(tool, built):
    names = {row["name"] for row in tool.sql(built, "SHOW TABLES")}
    assert {"cpg_nodes", "cpg_edges", "repo_files", "diagnostics"} <= names
    columns = {row["column_name"] for row in tool.sql(built, "DESCRIBE cpg_edges")}
    assert {"kind", "src", "dst"} <= columns
    methods = "SELECT name FROM cpg_nodes WHERE kind = 'METHOD' AND name = $name"
    done = tool.run("sql", "--build", built, "--format", "csv", "--param", "name=total", methods)
    assert (done.returncode, done.stdout) == (0, "name\ntotal\n"), done.stderr
    done = tool.run("sql", "--build", built, "--format", "table", "--param", "name=total", methods)
    assert done.stdout.splitlines()[-2:] == ["total", "(1 row)"]


def test_every_relation_can_be_read(tool, built):
    names = [row["name"] for row in tool.sql(built, "SHOW TABLES")]
    counts = [f"SELECT '{name}' AS name, count(*) AS n FROM \"{name}\"" for name in names]
    rows = tool.sql(built, " UNION ALL ".join(counts))
    assert {row["name"] for row in rows} == set(names)
