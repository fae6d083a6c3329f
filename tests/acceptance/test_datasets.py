"""Datasets beside a build: registered by command, with receipts, and asked for in SQL without effects."""

import hashlib
import json

import pyarrow as pa
import pyarrow.parquet
import pytest
from deltalake import write_deltalake

RECEIPTS = "SELECT * FROM datasets()"


def rows(*numbers):
    return pa.table({"n": pa.array(numbers, pa.int64()), "word": [f"w{n}" for n in numbers]})


@pytest.fixture
def folders(tmp_path):
    """A Delta table of two versions, and a folder of two Parquet files."""
    for table in (rows(1, 2), rows(3)):
        write_deltalake(tmp_path / "delta", table, mode="append")
    (tmp_path / "files").mkdir()
    for i, table in enumerate((rows(7), rows(8, 9))):
        pyarrow.parquet.write_table(table, tmp_path / f"files/part-{i}.parquet")
    return tmp_path


def snapshot(folder):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*") if path.is_file()}


def test_a_dataset_is_a_relation_beside_the_build(tool, built, folders):
    flags = ["--dataset", f"deltas={folders}/delta", "--dataset", f"old={folders}/delta@0", "--dataset", f"listed={folders}/files"]
    before = snapshot(folders / "delta"), snapshot(folders / "files"), snapshot(built)
    query = "SELECT (SELECT sum(n) FROM deltas) AS d, (SELECT sum(n) FROM old) AS o, (SELECT sum(n) FROM listed) AS l," \
            " (SELECT count(*) FROM cpg_nodes) > 0 AS b"
    assert tool.sql(built, query, *flags) == [{"d": 6, "o": 3, "l": 24, "b": True}]
    shown = {row["name"]: row for row in tool.sql(built, "SHOW TABLES", *flags) if row["group"] == "dataset"}
    assert set(shown) == {"deltas", "old", "listed"}
    # Neither the command nor the queries leave anything behind.
    assert before == (snapshot(folders / "delta"), snapshot(folders / "files"), snapshot(built))
    assert "deltas" in tool.refused("UNKNOWN_SCHEMA", 3, "sql", "--build", built, "FROM deltas")


def test_receipts_say_what_was_found(tool, built, folders):
    receipts = tool.sql(built, RECEIPTS, "--dataset", f"b={folders}/delta", "--dataset", f"a={folders}/files")
    assert [(r["name"], r["kind"], r["version"]) for r in receipts] == [("a", "listing", None), ("b", "delta", 1)]
    for receipt in receipts:
        for name in ("content_digest", "schema_fingerprint", "identity"):
            assert len(receipt[name]) == 64
    assert receipts[0]["schema_fingerprint"] == receipts[1]["schema_fingerprint"]
    assert receipts[0]["content_digest"] != receipts[1]["content_digest"]
    listing, delta = ({r["name"]: r for r in tool.sql(built, RECEIPTS, "--dataset", f"a={folders}/{folder}")}["a"]
                      for folder in ("files", "delta"))
    assert listing == receipts[0] and delta["identity"] != receipts[1]["identity"]  # the name is part of it
    assert tool.sql(built, RECEIPTS) == []


def test_identity_is_that_of_the_content_and_not_of_the_place(tool, built, folders):
    def receipt(folder):
        return tool.sql(built, RECEIPTS, "--dataset", f"a={folder}")[0]

    first = receipt(folders / "files")
    (folders / "files").rename(folders / "moved")
    assert receipt(folders / "moved") == first
    pyarrow.parquet.write_table(rows(8), folders / "moved/part-1.parquet")
    changed = receipt(folders / "moved")
    assert changed["content_digest"] != first["content_digest"] and changed["identity"] != first["identity"]
    assert changed["schema_fingerprint"] == first["schema_fingerprint"]


def test_the_same_again_changes_nothing_and_another_is_refused(tool, built, folders):
    again = ["--dataset", f"a={folders}/files"] * 2
    assert len(tool.sql(built, RECEIPTS, *again)) == 1
    other = ["--dataset", f"a={folders}/files", "--dataset", f"a={folders}/delta"]
    assert "overwrite" in tool.refused("ALREADY_EXISTS", 1, "sql", "--build", built, "FROM a", *other)


@pytest.mark.parametrize(
    "dataset, code, status",
    [
        ("cpg_nodes={}/files", "ALREADY_EXISTS", 1),
        ("a={}/delta@9", "NOT_FOUND", 3),
        ("a={}/files@0", "INVALID_ARGUMENT", 3),
        ("a={}/none", "NOT_FOUND", 3),
        ("A={}/files", "INVALID_ARGUMENT", 3),
        ("={}/files", "INVALID_ARGUMENT", 3),
        ("a", "INVALID_ARGUMENT", 3),
    ],
)
def test_what_is_no_dataset_is_refused(tool, built, folders, dataset, code, status):
    tool.refused(code, status, "sql", "--build", built, "SELECT 1 AS n", "--dataset", dataset.format(folders))


def test_other_folders_stay_closed(tool, built, folders):
    pyarrow.parquet.write_table(rows(1), folders / "secret.parquet")
    for statement in (f"FROM read_parquet('{folders}/secret.parquet')", f"FROM '{folders}/secret.parquet'"):
        done = tool.run("sql", "--build", built, statement, "--dataset", f"a={folders}/files")
        assert done.returncode == 3 and json.dumps("secret") not in done.stdout


CHANGES = ("--feature", "delta_cdf")


def test_changes_of_a_table_are_a_dataset(tool, built, folders):
    def changes(versions):
        return [(row["n"], row["_change_type"], row["_commit_version"]) for row in tool.sql(
            built, "FROM c ORDER BY _commit_version, n", "--dataset", f"c={folders}/delta@{versions}", *CHANGES)]

    every = [(1, "insert", 0), (2, "insert", 0), (3, "insert", 1)]
    assert changes("0..") == changes("0..1") == every
    assert changes("1..") == changes("1..1") == every[2:] and changes("0..0") == every[:2]
    receipts = [tool.sql(built, RECEIPTS, "--dataset", f"c={folders}/delta@{versions}", *CHANGES)[0]
                for versions in ("0..0", "0..1", "0..")]
    assert [(r["kind"], r["version"]) for r in receipts] == [("delta_cdf", 0), ("delta_cdf", 1), ("delta_cdf", 1)]
    assert receipts[1] == receipts[2] and receipts[0]["content_digest"] != receipts[1]["content_digest"]
    assert receipts[0]["schema_fingerprint"] == receipts[1]["schema_fingerprint"]
    assert "delta_cdf" in tool.refused("SQL_POLICY_VIOLATION", 3, "sql", "--build", built, "FROM c", "--dataset", f"c={folders}/delta@0..")
    tool.refused("NOT_FOUND", 3, "sql", "--build", built, "FROM c", "--dataset", f"c={folders}/delta@0..9", *CHANGES)
    tool.refused("NOT_FOUND", 3, "sql", "--build", built, "FROM c", "--dataset", f"c={folders}/files@0..", *CHANGES)


def test_changes_are_fixed_when_they_are_registered(tool, built, folders):
    """Of a folder whose name ends like a range it is the folder that counts."""
    write_deltalake(folders / "odd@x..y", rows(5))
    assert tool.sql(built, "SELECT n FROM o", "--dataset", f"o={folders}/odd@x..y") == [{"n": 5}]
