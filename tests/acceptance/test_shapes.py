"""One construct many times over: a build ends, keeps the file, and its edges end on nodes."""

import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(os.environ["CODEANATOMY_SOURCE_DIR"])
sys.path.insert(0, str(ROOT / "benchmarks"))
from shapes import SHAPES  # noqa: E402

# Every shape is a file of one repository; past 1,000 the limits of depth and nesting are crossed.
REPEATED = 3_000


@pytest.fixture(scope="module")
def built(tmp_path_factory, program):
    from conftest import Tool

    folder = tmp_path_factory.mktemp("shapes")
    (folder / "repo").mkdir()
    for name, text in SHAPES.items():
        (folder / "repo" / f"{name}.py").write_text(text(REPEATED), encoding="utf-8")
    tool = Tool(program)
    tool.build(folder / "repo", folder / "out")
    return tool, folder / "out"


def test_no_file_is_lost(built):
    tool, out = built
    rows = tool.sql(out, "SELECT path, count(*) AS nodes FROM cpg_nodes WHERE path IS NOT NULL GROUP BY ALL")
    nodes = {r["path"]: r["nodes"] for r in rows}
    assert set(nodes) == {f"{name}.py" for name in SHAPES}
    # An unclosed bracket costs the file one diagnostic, and comments are no nodes.
    repeated = {name for name in SHAPES if nodes[f"{name}.py"] > REPEATED}
    assert repeated >= {"sum", "attribute", "elif", "functions", "one_name", "errors", "open_before_def"}


def test_damage_is_reported(built):
    tool, out = built
    rows = tool.sql(out, "SELECT DISTINCT path FROM diagnostics")
    damaged = {r["path"] for r in rows}
    wanted = {"errors", "open_brackets", "open_before_def", "closers", "open_quotes", "tabs"}
    assert damaged >= {f"{name}.py" for name in wanted}


def test_edges_end_on_nodes(built):
    tool, out = built
    dangling = tool.sql(
        out,
        "SELECT count(*) AS n FROM cpg_edges e WHERE NOT EXISTS (SELECT 1 FROM cpg_nodes WHERE node_id = e.src)"
        " OR NOT EXISTS (SELECT 1 FROM cpg_nodes WHERE node_id = e.dst)",
    )
    assert dangling == [{"n": 0}]
