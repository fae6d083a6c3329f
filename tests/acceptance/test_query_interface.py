"""The embedding interface for questions, and the functions that a request may define."""

import json
import subprocess

import pyarrow as pa
import pyarrow.parquet
import pytest
from deltalake import write_deltalake

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


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A Delta table of two commits, and a folder with a Parquet file."""
    root = tmp_path_factory.mktemp("datasets")
    for numbers in ((1, 2), (3,)):
        write_deltalake(root / "delta", pa.table({"n": pa.array(numbers, pa.int64())}), mode="append")
    (root / "files").mkdir()
    pyarrow.parquet.write_table(pa.table({"n": pa.array([7], pa.int64())}), root / "files/a.parquet")
    return root


def test_datasets_of_a_request(ask, folders):
    def rows(features=(), **dataset):
        return [row["n"] for row in ask("SELECT n FROM d ORDER BY n", datasets=[{"name": "d", **dataset}], features=list(features))]

    assert rows(path=f"{folders}/delta") == rows(path=f"{folders}/delta", provider="delta") == [1, 2, 3]
    assert rows(path=f"{folders}/delta", version=0) == [1, 2] and rows(path=f"{folders}/files") == [7]
    changes = {"path": f"{folders}/delta", "provider": "delta_cdf"}
    assert rows(["delta_cdf"], **changes) == [1, 2, 3]
    assert rows(["delta_cdf"], **changes, starting_version=1) == [3]
    assert rows(["delta_cdf"], **changes, starting_version=0, ending_version=0) == [1, 2]
    assert rows(["delta_cdf"], **changes, starting_timestamp="2020-01-01") == [1, 2, 3]
    both = [{"name": "a", "path": f"{folders}/delta"}, {"name": "b", "path": f"{folders}/files"}]
    assert ask("SELECT name, kind, version FROM datasets()", datasets=both) == [
        {"name": "a", "kind": "delta", "version": 1}, {"name": "b", "kind": "listing", "version": None}]


@pytest.mark.parametrize(
    "dataset, code, subject",
    [
        ({"name": "d"}, "INVALID_ARGUMENT", "$.datasets[0]"),
        ({"name": "d", "path": "{}/delta", "colour": 1}, "INVALID_ARGUMENT", "$.datasets[0].colour"),
        ({"name": "d", "path": "{}/delta", "provider": "carrier_pigeon"}, "INVALID_ARGUMENT", "$.datasets[0].provider"),
        ({"name": "d", "path": "{}/delta", "provider": "delta_cdf"}, "SQL_POLICY_VIOLATION", None),
        ({"name": "d", "path": "{}/delta", "starting_version": 0}, "INVALID_ARGUMENT", None),
        ({"name": "d", "path": "{}/delta", "provider": "delta_cdf", "version": 0}, "INVALID_ARGUMENT", None),
        ({"name": "cpg_nodes", "path": "{}/delta"}, "ALREADY_EXISTS", "cpg_nodes"),
        ({"name": "d", "path": "{}/none"}, "NOT_FOUND", None),
    ],
)
def test_datasets_that_are_none(ask, folders, dataset, code, subject):
    if "path" in dataset:
        dataset = dataset | {"path": dataset["path"].format(folders)}
    error = ask("SELECT 1 AS n", {"ALREADY_EXISTS": 1}.get(code, 3), datasets=[dataset])
    assert error["code"] == code and subject in (None, error["subject"])
