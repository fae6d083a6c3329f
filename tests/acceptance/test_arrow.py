"""`sql --format arrow`: the stream as pyarrow reads it, every type against the JSON of the same rows."""

import datetime
import decimal
import io
import json
import subprocess

import pytest

ipc = pytest.importorskip("pyarrow.ipc")


def stream(tool, out, query):
    done = subprocess.run([tool.program, "sql", "--build", str(out), query, "--format", "arrow"], capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr
    table = ipc.open_stream(io.BytesIO(done.stdout)).read_all()
    table.validate(full=True)
    return table


@pytest.mark.parametrize("table", ["cpg_nodes", "cpg_edges", "repo_files", "ast_nodes"])
def test_tables_of_a_build_equal_their_json(tool, built, table):
    query = f"SELECT * FROM {table} ORDER BY ALL LIMIT 5000"
    rows = json.loads(json.dumps(stream(tool, built, query).to_pylist()))  # pairs of a map are lists in JSON
    assert rows == tool.sql(built, query)


def test_every_type(tool, built):
    utc = datetime.timezone.utc
    cells = {
        "true": True, "NULL::BOOLEAN": None, "(-128)::TINYINT": -128, "300::SMALLINT": 300, "(-5)::INTEGER": -5,
        "9223372036854775807::BIGINT": 2**63 - 1, "255::UTINYINT": 255, "65535::USMALLINT": 65535,
        "4294967295::UINTEGER": 2**32 - 1, "18446744073709551615::UBIGINT": 2**64 - 1, "0.5::FLOAT": 0.5, "1e300::DOUBLE": 1e300,
        "(-12.34)::DECIMAL(9, 2)": decimal.Decimal("-12.34"), "170141183460469231731687303715884105727::DECIMAL(38, 0)": None,
        "DATE '2024-02-29'": datetime.date(2024, 2, 29),
        "TIMESTAMP '2024-02-29 12:30:01.000005'": datetime.datetime(2024, 2, 29, 12, 30, 1, 5),
        "TIMESTAMPTZ '2024-02-29 12:30:01+00'": datetime.datetime(2024, 2, 29, 12, 30, 1, tzinfo=utc),
        "'é😀'": "é😀", "''": "", "'\\x00\\xff'::BLOB": b"\x00\xff", "'b'::ENUM('a', 'b')": "b", "12::HUGEINT": decimal.Decimal(12),
        "[1, NULL, 3]": [1, None, 3], "[]::VARCHAR[]": [], "NULL::VARCHAR[]": None, "[['a'], NULL, []]": [["a"], None, []],
        "{'x': 1, 'y': [true]}": {"x": 1, "y": [True]}, "MAP {'k': 1, 'l': NULL}": [("k", 1), ("l", None)],
        "[{'m': MAP {'k': [1]}}]": [{"m": [("k", [1])]}], "INTERVAL 1 DAY": "0 months 1 days 0 us",
    }
    del cells["170141183460469231731687303715884105727::DECIMAL(38, 0)"]
    columns = ", ".join(f"{expression} AS c{i}" for i, expression in enumerate(cells))
    [row] = stream(tool, built, f"SELECT {columns}").to_pylist()
    assert list(row.values()) == list(cells.values())


def test_nulls_batches_and_no_rows(tool, built):
    query = "SELECT CASE WHEN i % 3 > 0 THEN i END AS n, CASE WHEN i % 5 > 0 THEN [i, NULL] END AS l, 'x' || i AS t FROM range(10000) r(i)"
    table = stream(tool, built, query)
    assert table.num_rows == 10000 and len(table.column("n").chunks) > 1
    assert table.column("n").to_pylist() == [i if i % 3 else None for i in range(10000)]
    assert table.column("l").to_pylist() == [[i, None] if i % 5 else None for i in range(10000)]
    empty = stream(tool, built, "SELECT kind, line FROM cpg_nodes WHERE false")
    assert empty.num_rows == 0 and [str(f.type) for f in empty.schema] == ["string", "int32"]
