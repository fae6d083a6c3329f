"""The main job on a small repository and on code that no one here wrote."""

import pathlib
import sysconfig

import deltalake
import pyarrow
import pytest
from conftest import digests

STDLIB = pathlib.Path(sysconfig.get_paths()["stdlib"])
# Packages of the standard library that exist in every supported version; together some 100 files.
STDLIB_SAMPLE = ["asyncio", "collections", "concurrent", "email", "importlib", "json", "logging"]


def check_graph(tool, out, repository):
    """What holds of every build, asked through the program's own SQL."""
    one = lambda query: list(tool.sql(out, query)[0].values())[0]
    on_disk = {
        p.relative_to(repository).as_posix()
        for p in repository.rglob("*.py")
        if "__pycache__" not in p.parts and not p.is_symlink()
    }
    in_table = {r["path"] for r in tool.sql(out, "SELECT path FROM repo_files")}
    assert on_disk <= in_table
    assert one("SELECT count(*) - count(DISTINCT node_id) FROM cpg_nodes") == 0
    assert (
        one(
            "SELECT count(*) FROM (SELECT 1 FROM cpg_edges GROUP BY kind, src, dst, label, ordinal"
            " HAVING count(*) > 1)"
        )
        == 0
    )
    assert (
        one(
            "SELECT count(*) FROM cpg_edges e WHERE NOT EXISTS (FROM cpg_nodes n WHERE n.node_id = e.src)"
            " OR NOT EXISTS (FROM cpg_nodes n WHERE n.node_id = e.dst)"
        )
        == 0
    )
    assert (
        one(
            "SELECT count(*) FROM repo_files f WHERE NOT EXISTS (FROM cpg_nodes n WHERE n.path = f.path"
            " AND n.kind <> 'FILE') AND NOT EXISTS (FROM diagnostics d WHERE d.path = f.path)"
        )
        == 0
    )


def test_small_repository(tool, repository, tmp_path):
    out = tmp_path / "out"
    report = tool.build(repository, out)
    check_graph(tool, out, repository)
    assert report["files"] == 6  # the shebang script counts, broken.py too
    assert report["failed_files"] == 1
    kinds = {r["kind"] for r in tool.sql(out, "SELECT DISTINCT kind FROM cpg_edges")}
    assert {"AST", "SOURCE_FILE", "CONTAINS", "ARGUMENT", "RECEIVER", "CONDITION", "REF", "IMPORTS"} <= kinds
    methods = {r["full_name"] for r in tool.sql(out, "SELECT full_name FROM cpg_nodes WHERE kind = 'METHOD'")}
    assert any(name and name.endswith("also_ok") for name in methods), "intact functions of a broken file stay"


def test_references_follow_scope_rules(tool, repository, tmp_path):
    out = tmp_path / "out"
    tool.build(repository, out)
    rows = tool.sql(
        out,
        "SELECT r.name, d.kind, d.line FROM cpg_edges e JOIN cpg_nodes r ON r.node_id = e.src"
        " JOIN cpg_nodes d ON d.node_id = e.dst WHERE e.kind = 'REF' AND r.path = 'pkg/sub/use.py'"
        " AND r.name = 'seen' ORDER BY r.line",
    )
    assert rows and all(r["kind"] == "LOCAL" for r in rows)
    imports = tool.sql(
        out,
        "SELECT s.name, d.kind FROM cpg_edges e JOIN cpg_nodes s ON s.node_id = e.src"
        " JOIN cpg_nodes d ON d.node_id = e.dst WHERE e.kind = 'IMPORTS' AND s.path = 'pkg/sub/use.py'",
    )
    assert {"TYPE_DECL", "METHOD", "NAMESPACE_BLOCK"} <= {r["kind"] for r in imports}


def test_builds_are_deterministic(tool, repository, tmp_path):
    reports = [
        tool.build(repository, tmp_path / "a", "-j", "1"),
        tool.build(repository, tmp_path / "b", "-j", "2"),
        tool.build(repository, tmp_path / "a", "-j", "2"),
    ]
    assert digests(reports[0]) == digests(reports[1]) == digests(reports[2])


def test_delta_rs_reads_the_same_rows(tool, repository, tmp_path):
    out = tmp_path / "out"
    for table in tool.build(repository, out)["tables"]:
        foreign = deltalake.DeltaTable(str(out / table["path"]), version=table["delta_version"])
        rows = pyarrow.table(foreign.to_pyarrow_table()).num_rows
        assert rows == table["rows"], table["table_name"]


def test_full_edges_equal_the_relation(tool, repository, tmp_path):
    tool.build(repository, tmp_path / "sparse")
    tool.build(repository, tmp_path / "full", "--edges", "full")
    query = "SELECT edge_id, kind, src, dst, label, ordinal FROM cpg_edges ORDER BY ALL"
    relation = tool.sql(tmp_path / "sparse", query)
    assert relation == tool.sql(tmp_path / "full", query)
    written = deltalake.DeltaTable(str(tmp_path / "full/cpg/cpg_edges")).to_pyarrow_table()
    assert written.num_rows == len(relation)


def test_full_properties_equal_the_relation(tool, repository, tmp_path):
    tool.build(repository, tmp_path / "sparse")
    tool.build(repository, tmp_path / "full", "--props", "full")
    for relation in ("cpg_props", "cpg_props_map"):
        query = f"SELECT * FROM {relation} ORDER BY ALL"
        rows = tool.sql(tmp_path / "sparse", query)
        assert rows and rows == tool.sql(tmp_path / "full", query)
        written = deltalake.DeltaTable(str(tmp_path / "full/cpg" / relation)).to_pyarrow_table()
        assert written.num_rows == len(rows)
    # A property's kind is the label of its node.
    wrong = "SELECT p.* FROM cpg_props p JOIN cpg_nodes n USING (node_id) WHERE p.kind IS DISTINCT FROM n.kind"
    assert tool.sql(tmp_path / "sparse", wrong) == []


def test_an_edit_changes_only_what_it_must(tool, repository, tmp_path):
    before = tool.build(repository, tmp_path / "out")
    names = "SELECT full_name, node_id FROM cpg_nodes WHERE kind IN ('METHOD', 'TYPE_DECL') ORDER BY ALL"
    ids = tool.sql(tmp_path / "out", names)
    source = repository / "pkg/shapes.py"
    source.write_text("import os\n" + source.read_text())
    after = tool.build(repository, tmp_path / "out")
    assert ids == tool.sql(tmp_path / "out", names)
    assert digests(before)["cpg_nodes"] != digests(after)["cpg_nodes"]
    assert digests(before)["scope_manifest"] == digests(after)["scope_manifest"]


def test_standard_library_sample(tool, tmp_path):
    globs = [flag for name in STDLIB_SAMPLE for flag in ("--include-glob", f"/{name}/")]
    out = tmp_path / "out"
    report = tool.build(STDLIB, out, *globs)
    assert report["files"] > 80
    assert report["failed_files"] == 0
    assert report["nodes"] > 100_000


@pytest.mark.full
def test_standard_library(tool, tmp_path):
    out = tmp_path / "out"
    tool.build(STDLIB, out, "--exclude-glob", "site-packages", timeout=900)
    rows = tool.sql(out, "SELECT count(*) AS n FROM cpg_nodes")
    assert rows[0]["n"] > 1_000_000
