"""The embedding interface for questions, and the functions that a request may define."""

import json
import subprocess

import pytest

from conftest import SMALL, Tool, write_files

TWICE = "CREATE FUNCTION twice(x BIGINT) RETURNS BIGINT LANGUAGE sql AS 'x * 2'"


@pytest.fixture(scope="module")
def built(program, tmp_path_factory):
    root = tmp_path_factory.mktemp("query")
    write_files(root / "repo", SMALL)
    Tool(program).build(root / "repo", root / "out")
    return root / "out"


@pytest.fixture
def ask(program, built, tmp_path):
    def call(statement, status=0, **members):
        path = tmp_path / "request.json"
        path.write_text(json.dumps({"build_dir": str(built), "statement": statement} | members))
        done = subprocess.run([program.parent / "embed_example", "--query", path], capture_output=True, text=True, timeout=300)
        assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
        response = json.loads(done.stdout)
        assert response["contract_version"] == 3 and done.stderr == ""
        return response["rows"] if status == 0 else response["error"]

    return call


def test_rows_are_those_of_the_program(ask, tool, built):
    query = "SELECT kind, count(*) AS n FROM cpg_nodes GROUP BY ALL ORDER BY kind"
    assert ask(query) == tool.sql(built, query)
    assert ask("SELECT $a + 1 AS n, $b AS t, $c AS z, $d AS f", parameters={"a": 41, "b": "it's", "c": None, "d": 0.5}) == [
        {"n": 42, "t": "it's", "z": None, "f": 0.5}]
    assert ask("SELECT 1 AS a WHERE false") == []


def test_errors_are_documents(ask):
    assert ask("SELECT * FROM nothing", 3)["code"] == "UNKNOWN_SCHEMA"
    assert ask("DROP TABLE cpg_nodes", 3)["code"] == "SQL_POLICY_VIOLATION"
    assert ask("SELECT 1", 3, color="red")["subject"] == "$.color"
    assert ask("SELECT 1", 3, parameters=[])["subject"] == "$.parameters"
    assert ask("SELECT 1", 3, parameters={"a": [1]})["subject"] == "$.parameters.a"
    assert ask("SELECT 1", 3, build_dir="/nowhere")["code"] == "NOT_FOUND"
    assert ask("SELECT 1", 3, features=["speed"])["code"] == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    "definition, call, value",
    [
        (TWICE, "twice(21)", 42),
        (TWICE, "twice('21')", 42),  # arguments are cast
        ("create function f(a double, b double) returns varchar return a / b;", "f(1, 4)", "0.25"),
        ("CREATE TEMP FUNCTION f() RETURNS DECIMAL(10, 2) AS $$1.239$$", "f()", "1.24"),
        ("CREATE FUNCTION f(x) RETURNS BIGINT AS 'length(x)'", "f('abc')", 3),
        ("CREATE FUNCTION f(s VARCHAR) RETURNS VARCHAR AS 's || ''!'''", "f('a')", "a!"),
        ("CREATE FUNCTION f(p VARCHAR) RETURNS BIGINT AS 'hash64(p)'", "f('abc')", 1423657621850124518),
        ("CREATE FUNCTION f(p VARCHAR) RETURNS VARCHAR AS 'stable_id(''x'', p)'", "f('abc')",
         "x:ba7816bf8f01cfea414140de5dae2223"),
    ],
)
def test_functions_of_a_request(ask, definition, call, value):
    assert ask(f"SELECT {call} AS v", functions=[definition]) == [{"v": value}]


def test_rows_are_printed_once(ask):
    """The answer is not read again on its way out: numbers keep all digits, columns of one name stay two."""
    [row] = ask("SELECT 1267650600228229401496703205376::HUGEINT AS big, 18446744073709551615::UBIGINT AS unsigned")
    assert row == {"big": 1267650600228229401496703205376, "unsigned": 18446744073709551615}
    assert ask("SELECT 1 AS n WHERE false") == []


def test_functions_use_those_before_them_and_end_with_the_request(ask):
    quad = "CREATE FUNCTION quad(x BIGINT) RETURNS BIGINT AS 'twice(twice(x))'"
    assert ask("SELECT quad(n) AS v FROM range(3) t(n)", functions=[TWICE, quad]) == [{"v": 0}, {"v": 4}, {"v": 8}]
    assert ask("SELECT twice(1)", 3)["code"] == "SQL_INVALID"


@pytest.mark.parametrize(
    "definition, status, code",
    [
        ("CREATE OR REPLACE FUNCTION f() RETURNS BIGINT AS '1'", 3, "SQL_POLICY_VIOLATION"),
        ("CREATE FUNCTION f() RETURNS BIGINT LANGUAGE python AS '1'", 3, "SQL_POLICY_VIOLATION"),
        ("CREATE AGGREGATE FUNCTION f() RETURNS BIGINT AS '1'", 3, "SQL_POLICY_VIOLATION"),
        ("CREATE FUNCTION f() RETURNS TABLE AS 'SELECT 1'", 3, "SQL_POLICY_VIOLATION"),
        ("CREATE FUNCTION f() RETURNS BIGINT AS '(SELECT count(*) FROM cpg_nodes)'", 3, "SQL_POLICY_VIOLATION"),
        ("CREATE FUNCTION f() RETURNS BIGINT AS '(SELECT 1 FROM read_text(''/etc/passwd''))'", 3, "SQL_POLICY_VIOLATION"),
        ("CREATE FUNCTION f() RETURNS BIGINT AS '1); DROP TABLE x; SELECT (1'", 3, "SQL_POLICY_VIOLATION"),
        ("CREATE FUNCTION f() RETURNS BIGINT AS '1 --'", 0, None),
        ("CREATE FUNCTION f() RETURNS BIGINT); DROP TABLE x AS '1'", 3, "SQL_INVALID"),
        (
            "CREATE FUNCTION f() RETURNS VARCHAR /*]]]*/) || (SELECT string_agg(name) FROM duckdb_settings())"
            " || CAST(1 AS VARCHAR /*[[[*/ AS '1'",
            3,
            "SQL_INVALID",
        ),
        ("CREATE FUNCTION f() RETURNS VARCHAR] || [x AS '1'", 3, "SQL_INVALID"),
        ("CREATE FUNCTION f(x DECIMAL((SELECT 1), 0)) RETURNS BIGINT AS '1'", 3, "SQL_INVALID"),
        ("CREATE FUNCTION f(x DECIMAL(9, 2)) RETURNS STRUCT(a BIGINT[])[] AS '[{a: [1]}]'", 0, None),
        ("CREATE FUNCTION f() RETURNS NO_TYPE AS '1'", 3, "SQL_INVALID"),
        ("CREATE FUNCTION f( RETURNS BIGINT AS '1'", 3, "SQL_INVALID"),
        ("CREATE FUNCTION f() RETURNS BIGINT AS '1' 2", 3, "SQL_INVALID"),
        ("CREATE FUNCTION f() RETURNS BIGINT AS 'x +'", 3, "SQL_INVALID"),
        ("CREATE FUNCTION f() AS '1'", 3, "SQL_INVALID"),
        ("CREATE FUNCTION f() RETURNS BIGINT AS '1", 3, "SQL_INVALID"),
        ("DROP FUNCTION f", 3, "SQL_INVALID"),
        ("CREATE FUNCTION hash64(x BIGINT) RETURNS BIGINT AS 'x'", 1, "ALREADY_EXISTS"),
        ("CREATE FUNCTION SPAN_LEN(x BIGINT) RETURNS BIGINT AS 'x'", 1, "ALREADY_EXISTS"),
        ("CREATE FUNCTION upper(x VARCHAR) RETURNS VARCHAR AS 'x'", 1, "ALREADY_EXISTS"),
    ],
)
def test_what_is_not_made(ask, definition, status, code):
    answer = ask("SELECT 1 AS one", status, functions=[definition])
    assert answer == [{"one": 1}] if code is None else answer["code"] == code


def test_the_gate(ask):
    assert ask("SELECT 1", 3, functions=[TWICE], features=["no-function_factory"])["code"] == "SQL_POLICY_VIOLATION"
    assert ask("SELECT twice(1) AS v", functions=[TWICE], features=["function_factory"]) == [{"v": 2}]


def test_plugins_of_a_request(ask, program):
    plugin = program.parent / "text_metrics.so"
    wordy = "CREATE FUNCTION wordy(x VARCHAR) RETURNS BOOLEAN AS 'text_metrics_words(x) > 2'"
    assert ask("SELECT wordy('a b c') AS v", functions=[wordy], plugins=[str(plugin)]) == [{"v": True}]
    assert ask("SELECT 1", 21, plugins=["/nowhere.so"])["code"] == "SESSION_INITIALIZATION_FAILED"
