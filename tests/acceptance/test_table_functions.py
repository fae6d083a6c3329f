"""Table functions of `codeanatomy sql`: Delta tables of the build by path and version, and the functions themselves."""

import json

import pytest


def test_read_delta_reads_a_version_with_filters(tool, built):
    stored = tool.sql(built, "SELECT count(*) AS n FROM \"codeanatomy.cpg_edges\" WHERE kind = 'REF'")
    read = tool.sql(built, "SELECT count(*) AS n FROM read_delta('cpg/cpg_edges') WHERE kind = 'REF'")
    assert read == stored and read[0]["n"] > 0
    assert tool.sql(built, "SELECT count(*) AS n FROM read_delta('cpg/cpg_edges', version := 0) WHERE kind = 'REF'") == stored


def test_snapshot_and_files_agree_with_the_log(tool, built):
    [snapshot] = tool.sql(built, "SELECT * FROM delta_snapshot('cpg/cpg_nodes')")
    log = [json.loads(line) for line in (built / "cpg/cpg_nodes/_delta_log/00000000000000000000.json").read_text().splitlines()]
    protocol = next(action["protocol"] for action in log if "protocol" in action)
    added = [action["add"] for action in log if "add" in action]
    assert snapshot["version"] == 0 and snapshot["min_reader_version"] == protocol["minReaderVersion"]
    assert [field["name"] for field in json.loads(snapshot["schema_json"])["fields"]][:2] == ["node_id", "kind"]
    files = tool.sql(built, "SELECT path, size, data_change FROM delta_add_actions('cpg/cpg_nodes')")
    assert files == [{"path": add["path"], "size": add["size"], "data_change": add["dataChange"]} for add in added]


def test_functions_describe_themselves(tool, built):
    names = {row["name"] for row in tool.sql(built, "SELECT name FROM udf_registry()")}
    assert {"hash64", "map_normalize", "list_unique", "read_delta", "lag"} <= names
    docs = tool.sql(built, "SELECT * FROM udf_docs() WHERE name = 'span_id'")
    assert docs[0]["section"] == "span" and docs[0]["sql_example"] and docs[0]["description"]


def test_caches_count_what_is_ours(tool, built):
    """One row per cache that the session has; counts are of the moment: the second statement's own views are seen by it."""
    caches = {row["cache_name"]: row for row in tool.sql(built, "SELECT * FROM engine_caches()")}
    assert list(caches) == ["plan", "snapshot", "staging"]
    assert all(row["entry_count"] == row["hit_count"] == row["miss_count"] == row["eviction_count"] == 0 for row in caches.values())
    assert caches["snapshot"]["limit_bytes"] == 64 << 20 and caches["plan"]["limit_bytes"] is None
    assert 0 < caches["snapshot"]["event_time_unix_ms"] and caches["snapshot"]["ttl_seconds"] is None
    named = tool.sql(built, "SELECT c.* FROM engine_caches() AS c, (SELECT count(*) FROM repo_files), (SELECT count(*) FROM delta_snapshot("
                            "'evidence/repo_files', version := 0)), (SELECT count(*) FROM repo_files) ORDER BY cache_name")
    plan, snapshot, staging = named
    assert (plan["entry_count"], plan["miss_count"]) == (2, 2)  # the table and the function's view
    assert (snapshot["entry_count"], snapshot["miss_count"], snapshot["hit_count"]) == (1, 1, 1)
    assert staging["miss_count"] == 0
    small = tool.run("sql", "--build", built, "SELECT limit_bytes FROM engine_caches() WHERE cache_name = 'snapshot'", "--format", "json",
                     "--engine-profile", "small")
    assert json.loads(small.stdout) == [{"limit_bytes": 16 << 20}]


def test_a_run_tells_of_its_caches(built):
    (bundle,) = (built / "run_bundles").iterdir()
    caches = json.loads((bundle / "manifest.json").read_text())["caches"]
    assert caches["staging"]["misses"] > 0 and caches["staging"]["hits"] >= caches["staging"]["misses"]
    assert caches["staging"]["entries"] == 0 and set(caches) == {"plan", "snapshot", "staging"}


@pytest.mark.parametrize(
    "code, statement",
    [
        ("SQL_INVALID", "SELECT * FROM read_delta()"),
        ("SQL_INVALID", "SELECT * FROM engine_caches(1)"),
        ("SQL_INVALID", "SELECT * FROM read_delta('cpg' || '/calls')"),
        ("SQL_INVALID", "SELECT * FROM read_delta('cpg/calls', version := -1)"),
        ("SQL_INVALID", "SELECT * FROM read_delta('a\", \"b')"),
        ("SQL_POLICY_VIOLATION", "SELECT * FROM read_delta('../elsewhere')"),
        ("SQL_POLICY_VIOLATION", "SELECT * FROM delta_add_actions('/etc')"),
        ("NOT_FOUND", "SELECT * FROM read_delta('cpg/none')"),
        ("NOT_FOUND", "SELECT * FROM read_delta('cpg/calls', version := 7)"),
        ("FUNCTION_CLAUSE_UNSUPPORTED", "SELECT count_distinct_agg(kind IGNORE NULLS) FROM cpg_nodes"),
        ("FUNCTION_CLAUSE_UNSUPPORTED", "SELECT list_unique(kind) WITHIN GROUP (ORDER BY kind) FROM cpg_nodes"),
    ],
)
def test_what_cannot_be_served_is_refused_by_name(tool, built, code, statement):
    tool.refused(code, 3, "sql", "--build", built, statement)
