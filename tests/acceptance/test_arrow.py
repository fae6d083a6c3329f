"""`sql --format arrow`: the stream as pyarrow reads it, every type against the JSON of the same rows."""

import datetime
import decimal
import io
import json
import subprocess

import pyarrow as pa
import pytest
from deltalake import write_deltalake

ipc = pytest.importorskip("pyarrow.ipc")


def stream(tool, out, query, *flags):
    done = subprocess.run([tool.program, "sql", "--build", str(out), query, "--format", "arrow", *flags], capture_output=True,
                          timeout=300)
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


VIEWS, WRAPPED = "--schema-force-view-types", "--wrap-partition-values"


def test_texts_are_views_exactly_when_asked_for(tool, built):
    # Up to twelve bytes stand in the view itself, more behind it.
    query = """SELECT i, CASE WHEN i % 7 > 0 THEN repeat('é', i % 9) || i END AS t, ('x' || i)::BLOB AS b,
      [t, NULL, 'longer than the view is'] AS l, {'a': t, 'n': i} AS s, MAP {'key ' || i: t} AS m, 'b'::ENUM('a', 'b') AS e
      FROM range(3000) r(i)"""
    plain, views = stream(tool, built, query), stream(tool, built, query, VIEWS)
    assert views.to_pylist() == plain.to_pylist() and len(views.column("t").chunks) == len(plain.column("t").chunks)
    types = {name: str(views.schema.field(name).type) for name in views.column_names}
    assert types == {"i": "int64", "t": "string_view", "b": "binary_view", "l": "list<item: string_view>",
                     "s": "struct<a: string_view, n: int64>", "m": "map<string_view, string_view>", "e": "string_view"}
    assert not any("view" in str(field.type) or "dictionary" in str(field.type) for field in plain.schema)
    assert stream(tool, built, f"SELECT * FROM ({query}) WHERE false", VIEWS).schema == views.schema


def test_partition_values_are_dictionaries_when_asked_for(tool, built, tmp_path):
    kinds = ["zeta", "alpha", None, "beta"]
    rows = pa.table({"kind": [kinds[i % 4] for i in range(40)], "part": pa.array([i % 2 for i in range(40)], pa.int64()),
                     "name": [f"n{i}" for i in range(40)]})
    write_deltalake(tmp_path / "t", rows, partition_by=["kind", "part"])
    dataset = ("--dataset", f"t={tmp_path}/t")
    query = "SELECT * FROM t ORDER BY kind NULLS FIRST, name"
    plain, wrapped = stream(tool, built, query, *dataset), stream(tool, built, query, WRAPPED, *dataset)
    assert wrapped.to_pylist() == plain.to_pylist()  # sorted as text, too
    assert [str(field.type) for field in plain.schema] == ["string", "int64", "string"]
    assert wrapped.schema.field("kind").type == pa.dictionary(pa.int32(), pa.string())
    assert [str(field.type) for field in wrapped.schema][1:] == ["int64", "string"]
    assert wrapped.column("kind").chunk(0).dictionary.to_pylist() == ["alpha", "beta", "zeta"]
    both = stream(tool, built, query, WRAPPED, VIEWS, *dataset)
    assert both.schema.field("kind").type == pa.dictionary(pa.int32(), pa.string_view()) and both.to_pylist() == plain.to_pylist()
    asked = "SELECT kind, count(*) AS n FROM t WHERE kind > 'b' OR kind = 'alpha' GROUP BY kind ORDER BY kind"
    assert tool.sql(built, asked, WRAPPED, *dataset) == tool.sql(built, asked, *dataset) == [
        {"kind": kind, "n": 10} for kind in ("alpha", "beta", "zeta")]


def test_encodings_of_the_configuration(tool, built, tmp_path):
    (tmp_path / "settings.toml").write_text("[engine]\nschema_force_view_types = true\n")
    done = subprocess.run([tool.program, "--config", tmp_path / "settings.toml", "sql", "--build", str(built), "SELECT 'a' AS t",
                           "--format", "arrow"], capture_output=True, timeout=300)
    assert str(ipc.open_stream(io.BytesIO(done.stdout)).schema.field("t").type) == "string_view", done.stderr
