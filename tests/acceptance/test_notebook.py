"""A repository with a notebook: its code is in the graph, and a query can tell cell and line."""

import hashlib
import json

import pytest

CELLS = [
    ("markdown", "# A notebook"),
    ("code", "%matplotlib inline\nimport helpers"),
    ("code", "def area(radius):\n    return helpers.square(radius) * 3.14\n"),
    ("code", "sizes = !ls\ntotal = area(2)\n\n\ndef broken(:\n    pass"),
    ("code", "def after():\n    return total"),
]


def notebook(cells):
    return json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {"kernelspec": {"name": "python3", "language": "python"}},
            "cells": [
                {"cell_type": kind, "id": f"cell{i}", "metadata": {}, "source": source.splitlines(keepends=True)}
                for i, (kind, source) in enumerate(cells)
            ],
        }
    )


@pytest.fixture
def built(tool, tmp_path):
    repository = tmp_path / "repository"
    (repository / ".ipynb_checkpoints").mkdir(parents=True)
    (repository / "helpers.py").write_text("def square(x):\n    return x * x\n")
    (repository / "book.ipynb").write_text(notebook(CELLS))
    (repository / ".ipynb_checkpoints" / "book-checkpoint.ipynb").write_text(notebook(CELLS))
    (repository / "no.ipynb").write_text('{"cells": ' + "[" * 5000)
    return repository, tmp_path / "out", tool.build(repository, tmp_path / "out")


def test_cell_and_line_of_nodes(tool, built):
    repository, out, report = built
    assert report["files"] == 3
    rows = tool.sql(
        out,
        "SELECT n.name, c.cell_index, c.cell_id, n.line - c.line + 1 AS line FROM cpg_nodes n"
        " JOIN notebook_cells c ON c.file_id = n.file_id AND n.line BETWEEN c.line AND c.end_line"
        " WHERE n.kind = 'METHOD' ORDER BY n.bstart",
    )
    methods = [(r["name"], r["cell_index"], r["cell_id"], r["line"]) for r in rows]
    assert ("area", 2, "cell2", 1) in methods
    assert ("after", 4, "cell4", 1) in methods
    (call,) = tool.sql(
        out,
        "SELECT c.cell_index, n.line - c.line + 1 AS line, n.col FROM cpg_nodes n JOIN notebook_cells c"
        " ON c.file_id = n.file_id AND n.bstart >= c.bstart AND n.bend <= c.bend"
        " WHERE n.kind = 'CALL' AND n.name = 'area'",
    )
    assert (call["cell_index"], call["line"], call["col"]) == (3, 2, 8)
    imports = tool.sql(out, "SELECT 1 AS one FROM cpg_edges WHERE kind = 'IMPORTS'")
    assert imports, "the notebook imports a module of the repository"


def test_diagnostics_stand_in_their_cell(tool, built):
    _, out, report = built
    assert report["failed_files"] == 2  # a damaged cell, and a file that is no notebook
    rows = tool.sql(
        out,
        "SELECT d.code, c.cell_index, d.line - c.line + 1 AS line FROM diagnostics d JOIN notebook_cells c"
        " ON c.file_id = d.file_id AND d.line BETWEEN c.line AND c.end_line ORDER BY ALL",
    )
    found = [(r["code"], r["cell_index"], r["line"]) for r in rows]
    assert ("NOTEBOOK_MAGIC", 1, 1) in found
    assert ("NOTEBOOK_MAGIC", 3, 1) in found
    assert ("SYNTAX_ERROR", 3, 5) in found
    assert [r["code"] for r in tool.sql(out, "SELECT code FROM diagnostics WHERE path = 'no.ipynb'")] == [
        "NOTEBOOK_INVALID"
    ]


def test_the_hash_is_that_of_the_file(tool, built):
    repository, out, _ = built
    (row,) = tool.sql(out, "SELECT file_sha256, size_bytes FROM repo_files WHERE path = 'book.ipynb'")
    data = (repository / "book.ipynb").read_bytes()
    assert row["file_sha256"] == hashlib.sha256(data).hexdigest()
    assert row["size_bytes"] == len(data)


def test_notebooks_can_be_left_out(tool, built, tmp_path):
    repository, _, _ = built
    report = tool.build(repository, tmp_path / "without", "--no-include-notebooks")
    assert report["files"] == 1
    report = tool.build(repository, tmp_path / "globbed", "--exclude-glob", "no.ipynb")
    assert report["files"] == 2


def test_debug_reads_notebooks(run, built):
    repository, _, _ = built
    line = json.loads(run("debug", "symtable", repository / "book.ipynb").stdout)
    assert line["error"]["type"] == "SyntaxError"
    (repository / "fine.ipynb").write_text(notebook(CELLS[:3]))
    line = json.loads(run("debug", "symtable", repository / "fine.ipynb").stdout)
    assert "area" in [child["name"] for child in line["table"]["children"]]
