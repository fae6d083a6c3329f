"""Delta tables against delta-rs: it reads what we write, we read what it writes, value by value."""

import base64
import datetime
import decimal
import hashlib
import json
import math
import random
import signal
import subprocess
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, QueryBuilder, write_deltalake

TYPES = {
    "id": "long",
    "i": "integer",
    "h": "short",
    "y": "byte",
    "b": "boolean",
    "f": "float",
    "d": "double",
    "m": "decimal(38,10)",
    "dt": "date",
    "ts": "timestamp",
    "bin": "binary",
    "t": "string",
}
TEXTS = ["", "a b", "ä/ö=ü", "per%cent", "q'uo\"te", "new\nline", "日本", "x" * 300, "\U0001f600", "__HIVE_DEFAULT_PARTITION__"]


def field(name, kind, nullable=True, metadata=None):
    return {"name": name, "type": kind, "nullable": nullable, "metadata": metadata or {}}


def make_rows(count, seed, start=0):
    r = random.Random(seed)
    epoch = datetime.datetime(1970, 1, 1)
    rows = []
    for i in range(start, start + count):
        row = {
            "id": i,
            "i": r.randint(-(2**31), 2**31 - 1),
            "h": r.randint(-(2**15), 2**15 - 1),
            "y": r.randint(-128, 127),
            "b": r.random() < 0.5,
            "f": float(r.randint(-(2**20), 2**20)) / 8,
            "d": r.choice([r.gauss(0, 1e9), "NaN", "Infinity", "-Infinity", 0.0, -0.0, 1e-300]),
            "m": f"{r.randint(-(10**27), 10**27)}.{r.randint(0, 10**10 - 1):010d}",
            "dt": str(datetime.date(1970, 1, 1) + datetime.timedelta(days=r.randint(-20000, 40000))),
            "ts": (epoch + datetime.timedelta(microseconds=r.randint(-(10**15), 4 * 10**15))).isoformat(timespec="microseconds") + "Z",
            "bin": base64.b64encode(r.randbytes(r.randint(0, 20))).decode(),
            "t": r.choice(TEXTS),
        }
        rows.append({k: None if k != "id" and r.random() < 0.1 else v for k, v in row.items()})
    return rows


def canonical(value):
    """A value as `delta read` prints it, from what pyarrow gives or from JSON."""
    if isinstance(value, bool) or value is None or isinstance(value, (int, str)):
        return value
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        return ("-" if value < 0 else "") + "Infinity" if math.isinf(value) else value
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, datetime.datetime):
        zone = "Z" if value.tzinfo else ""
        return value.replace(tzinfo=None).isoformat(timespec="microseconds") + zone
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {k: canonical(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [canonical(v) for v in value]
    raise TypeError(type(value))


def sorted_rows(rows):
    return sorted(json.dumps({k: canonical(v) for k, v in row.items()}, sort_keys=True) for row in rows)


def query(path, sql, version=None):
    table = DeltaTable(str(path), version=version)
    batches = QueryBuilder().register("t", table).execute(sql).read_all()
    return pa.table(batches).to_pylist()


def rows_of_delta_rs(path, version=None):
    return sorted_rows(query(path, "select * from t", version))


@pytest.fixture
def delta(run, tmp_path):
    """write(path, fields, rows, mode, …) -> version; read(path, …) -> sorted canonical rows."""

    class Delta:
        def write(self, path, fields, rows, mode="append", by=(), **options):
            schema, data = tmp_path / "schema.json", tmp_path / "rows.jsonl"
            schema.write_text(json.dumps({"type": "struct", "fields": fields}))
            data.write_text("".join(json.dumps(row) + "\n" for row in rows))
            extra = ["--partition-by", ",".join(by)] if by else []
            done = run("delta", "write", path, "--schema", schema, "--rows", data, "--mode", mode, *extra, **options)
            return json.loads(done.stdout)["version"] if done.returncode == 0 else done

        def read(self, path, version=None):
            extra = [] if version is None else ["--version", version]
            out = run("delta", "read", path, *extra, "--format", "json").stdout
            return sorted_rows(json.loads(line) for line in out.splitlines())

    return Delta()


ALL = [field(name, kind, name != "id") for name, kind in TYPES.items()]


def test_every_type(delta, tmp_path):
    rows = make_rows(400, 1)
    assert delta.write(tmp_path / "t", ALL, rows) == 0
    want = sorted_rows(rows)
    assert delta.read(tmp_path / "t") == want
    assert rows_of_delta_rs(tmp_path / "t") == want


def test_versions_past_a_checkpoint(delta, tmp_path):
    path, have, want = tmp_path / "t", [], {}
    for version in range(13):
        rows = make_rows(5, version, 5 * version)
        mode = "overwrite" if version in (4, 11) else "append"
        assert delta.write(path, ALL, rows, mode) == version
        have = rows if mode == "overwrite" else have + rows
        want[version] = sorted_rows(have)
    for version, rows in want.items():
        assert delta.read(path, version) == rows
        assert rows_of_delta_rs(path, version) == rows
    # The checkpoint alone must do: without the entries that it stands for.
    for version in range(10):
        (path / "_delta_log" / f"{version:020}.json").unlink()
    assert delta.read(path) == want[12]
    assert rows_of_delta_rs(path) == want[12]


def test_partitions(delta, tmp_path):
    r = random.Random(3)
    fields = [field("p", "string"), field("id", "long"), field("q", "date"), field("n", "integer"), field("z", "timestamp"),
              field("w", "decimal(9,3)"), field("v", "string")]
    rows = [
        {
            "p": r.choice([None, *(t for t in TEXTS if t)]),
            "id": i,
            "q": r.choice([None, "2020-02-29", "1969-12-31"]),
            "n": r.choice([None, 0, -7]),
            "z": r.choice([None, "2020-01-01T00:00:00.123456Z"]),
            "w": r.choice([None, "-1.500"]),
            "v": r.choice(TEXTS),
        }
        for i in range(100)
    ]
    by = ["p", "q", "n", "z", "w"]
    delta.write(tmp_path / "t", fields, rows[:70], by=by)
    delta.write(tmp_path / "t", fields, rows[70:])
    assert delta.read(tmp_path / "t") == sorted_rows(rows)
    assert rows_of_delta_rs(tmp_path / "t") == sorted_rows(rows)
    found = query(tmp_path / "t", "select id from t where p = 'per%cent' and n = -7")
    assert {x["id"] for x in found} == {x["id"] for x in rows if x["p"] == "per%cent" and x["n"] == -7}


def test_folders_that_look_like_patterns(delta, tmp_path):
    for folder in ("t*", "tx", "t?", "t[x]"):
        delta.write(tmp_path / folder, [field("x", "string")], [{"x": folder}])
    for folder in ("t*", "tx", "t?", "t[x]"):
        assert delta.read(tmp_path / folder) == [json.dumps({"x": folder})]


def test_nested(delta, tmp_path):
    deep = {"type": "struct", "fields": [field("k", "integer"), field("v", "string")]}
    fields = [
        field("id", "long"),
        field("l", {"type": "array", "elementType": "long", "containsNull": True}),
        field("mp", {"type": "map", "keyType": "string", "valueType": "double", "valueContainsNull": True}),
        field("st", {"type": "struct", "fields": [field("x", "string"), field("d", {"type": "array", "elementType": deep, "containsNull": True})]}),
    ]
    rows = [
        {"id": 0, "l": None, "mp": None, "st": None},
        {"id": 1, "l": [], "mp": [], "st": {"x": None, "d": None}},
        {"id": 2, "l": [1, None], "mp": [["a", 1.5], ["z", None]], "st": {"x": "é", "d": [{"k": 1, "v": None}, None]}},
    ]
    delta.write(tmp_path / "t", fields, rows)
    assert delta.read(tmp_path / "t") == sorted_rows(rows)
    assert rows_of_delta_rs(tmp_path / "t") == sorted_rows(rows)


def test_statistics_bound_the_data(delta, tmp_path):
    for seed in range(8):
        delta.write(tmp_path / "t", ALL, make_rows(20, seed, 20 * seed))
    actions = pa.table(DeltaTable(str(tmp_path / "t")).get_add_actions(flatten=True)).to_pylist()
    assert len(actions) == 8
    for action in actions:
        file = pq.ParquetFile(tmp_path / "t" / action["path"]).read().to_pylist()
        assert action["num_records"] == len(file)
        for name in TYPES:
            values = [row[name] for row in file if row[name] is not None]
            assert action.get(f"null_count.{name}") == len(file) - len(values)
            low, high = action.get(f"min.{name}"), action.get(f"max.{name}")
            if low is not None:
                assert low <= min(values) and max(values) <= high, name
    assert actions[0]["min.id"] is not None and actions[0]["max.t"] is not None
    # A reader that skips files by them finds every row.
    rows = [json.loads(x) for x in delta.read(tmp_path / "t")]
    for text in TEXTS:
        found = query(tmp_path / "t", "select id from t where t = '" + text.replace("'", "''") + "'")
        assert {x["id"] for x in found} == {x["id"] for x in rows if x["t"] == text}


def test_field_metadata(delta, tmp_path):
    delta.write(tmp_path / "t", [field("file_id", "long", True, {"semantic_type": "file_id"})], [{"file_id": 1}])
    fields = json.loads(DeltaTable(str(tmp_path / "t")).schema().to_json())["fields"]
    assert fields[0]["metadata"] == {"semantic_type": "file_id"}


def test_reads_what_delta_rs_writes(delta, tmp_path):
    path = str(tmp_path / "t")
    data = pa.table(
        {
            "p": ["a b", "ä%", None, "a b"],
            "x": pa.array([1, None, 3, 4], pa.int32()),
            "t": pa.array([0, 1, None, 3], pa.timestamp("us", "UTC")),
            "n": pa.array([0, 1, None, 3], pa.timestamp("us")),
            "s": pa.array([{"u": 1, "v": [b"\0", None]}, None, {"u": None, "v": None}, {"u": 2, "v": []}]),
        }
    )
    write_deltalake(path, data, partition_by=["p"])
    write_deltalake(path, data, mode="append")
    assert delta.read(path) == sorted_rows(data.to_pylist() * 2)
    write_deltalake(path, data.slice(0, 1), mode="overwrite")
    DeltaTable(path).create_checkpoint()
    assert delta.read(path) == sorted_rows(data.slice(0, 1).to_pylist())
    assert delta.read(path, 0) == sorted_rows(data.to_pylist())


def test_delta_rs_writes_on(delta, tmp_path):
    path = str(tmp_path / "t")
    for version in range(11):
        delta.write(path, [field("x", "long")], [{"x": version}])
    write_deltalake(path, pa.table({"x": [100]}), mode="append")
    table = DeltaTable(path)
    table.delete("x < 5")
    table.optimize.compact()
    table.create_checkpoint()
    assert delta.read(path) == sorted_rows({"x": x} for x in [*range(5, 11), 100])
    assert delta.write(path, [field("x", "long")], [{"x": 7}]) == table.version() + 1
    assert rows_of_delta_rs(path) == delta.read(path)


def test_digest_is_that_of_the_sorted_lines(delta, run, tmp_path):
    delta.write(tmp_path / "t", ALL, make_rows(50, 9))
    lines = run("delta", "read", tmp_path / "t").stdout.encode().splitlines(keepends=True)
    digest = hashlib.sha256(b"".join(sorted(lines))).hexdigest()
    assert run("delta", "digest", tmp_path / "t").stdout.strip() == digest


def test_history(delta, run, tmp_path):
    for mode in ("create", "append", "overwrite"):
        delta.write(tmp_path / "t", [field("x", "long")], [{"x": 1}], mode)
    lines = [json.loads(x) for x in run("delta", "history", tmp_path / "t").stdout.splitlines()]
    assert [x["version"] for x in lines] == [2, 1, 0]
    assert lines[0]["commitInfo"]["operationParameters"]["mode"] == "Overwrite"
    theirs = DeltaTable(str(tmp_path / "t")).history()
    assert [x["operation"] for x in theirs] == ["WRITE"] * 3


@pytest.mark.parametrize(
    "case, status, code",
    [
        ("no table", 3, "NOT_FOUND"),
        ("truncated", 20, "DELTA_CORRUPT"),
        ("gap", 20, "DELTA_CORRUPT"),
        ("no start", 20, "DELTA_CORRUPT"),
        ("feature", 20, "DELTA_FEATURE_UNSUPPORTED"),
        ("no file", 3, "NOT_FOUND"),
        ("bad file", 20, "DELTA_CORRUPT"),
    ],
)
def test_refusals_are_typed(delta, run, tmp_path, case, status, code):
    path = tmp_path / "t"
    log = path / "_delta_log"
    if case != "no table":
        for x in range(3):
            delta.write(path, [field("x", "long")], [{"x": x}])
    one = log / f"{1:020}.json"
    data = sorted(path.glob("*.parquet"))
    match case:
        case "truncated":
            one.write_text(one.read_text()[:-20])
        case "gap":
            one.unlink()
        case "no start":
            (log / f"{0:020}.json").unlink()
        case "feature":
            line = {"protocol": {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": ["deletionVectors"], "writerFeatures": ["deletionVectors"]}}
            with open(one, "a") as f:
                f.write(json.dumps(line) + "\n")
        case "no file":
            data[0].unlink()
        case "bad file":
            data[0].write_bytes(b"PAR1" + b"x" * 100 + b"PAR1")
    done = run("delta", "read", path, check=False)
    assert (done.returncode, code in done.stderr) == (status, True), done.stderr
    if case in ("truncated", "gap"):
        assert one.name in done.stderr
    if case == "feature":
        assert "deletionVectors" in done.stderr


def test_a_refused_write_leaves_nothing(delta, tmp_path):
    path = tmp_path / "t"
    delta.write(path, [field("x", "long")], [{"x": 1}])
    before = sorted(p.relative_to(path) for p in path.rglob("*"))
    for fields, rows, mode, code in [
        ([field("x", "string")], [{"x": "a"}], "append", "DELTA_SCHEMA_MISMATCH"),
        ([field("x", "long")], [{"x": "a"}], "append", "DELTA_SCHEMA_MISMATCH"),
        ([field("x", "long")], [{"x": 1}], "create", "INVALID_ARGUMENT"),
        ([field("x", "variant")], [{"x": 1}], "append", "DELTA_FEATURE_UNSUPPORTED"),
    ]:
        done = delta.write(path, fields, rows, mode, check=False)
        assert done.returncode != 0 and code in done.stderr
    assert sorted(p.relative_to(path) for p in path.rglob("*")) == before


def test_concurrent_appends_all_arrive(program, tmp_path):
    (tmp_path / "schema.json").write_text(json.dumps({"type": "struct", "fields": [field("x", "long")]}))
    writers = []
    for x in range(6):
        rows = tmp_path / f"{x}.jsonl"
        rows.write_text(json.dumps({"x": x // 2}) + "\n")
        writers.append(
            subprocess.Popen([program, "delta", "write", tmp_path / "t", "--schema", tmp_path / "schema.json", "--rows", rows, "--mode", "append"],
                             stdout=subprocess.DEVNULL)
        )
    assert [w.wait(timeout=120) for w in writers] == [0] * 6
    assert sorted(x["x"] for x in query(tmp_path / "t", "select x from t")) == [0, 0, 1, 1, 2, 2]


def test_killed_writers_leave_the_version_before(delta, program, tmp_path):
    path = tmp_path / "t"
    delta.write(path, ALL, make_rows(50, 1))
    (tmp_path / "more.jsonl").write_text("".join(json.dumps(row) + "\n" for row in make_rows(3000, 2, 50)))
    r = random.Random(5)
    for _ in range(12):
        writer = subprocess.Popen([program, "delta", "write", path, "--schema", tmp_path / "schema.json", "--rows", tmp_path / "more.jsonl", "--mode", "append"],
                                  stdout=subprocess.DEVNULL)
        time.sleep(r.random() * 0.25)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        assert len(delta.read(path)) % 3000 == 50
        assert len(rows_of_delta_rs(path)) % 3000 == 50
    delta.write(path, ALL, [])
    assert not [p for p in path.iterdir() if p.name.startswith(".")]
