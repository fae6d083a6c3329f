"""Every query of examples/ runs, and finds something in a repository made for it."""

import re

import pytest

from conftest import write_files

# One thing for each query to find, beside what the shared repository has.
FINDS = {
    "habits.py": """
        import os


        def collect(item, into=[]):
            into.append(item)
            return into


        def run(text):
            try:
                return eval(text)
            except:
                pass
        """,
    "book.ipynb": '{"cells": [{"cell_type": "code", "source": "def in_a_cell(): pass"}]}',
}


def queries(source_dir):
    text = (source_dir / "examples" / "queries.sql").read_text()
    for block in text.split(";\n"):
        lines = [line for line in block.splitlines() if not line.startswith("--")]
        comments = [line for line in block.splitlines() if line.startswith("-- ")]
        if any(line.strip() for line in lines):
            yield comments[-1], "\n".join(lines).strip()


@pytest.fixture
def built(tool, repository, tmp_path):
    write_files(repository, FINDS)
    out = tmp_path / "out"
    tool.build(repository, out)
    return out


def test_every_query_finds_something(tool, built, source_dir):
    found = dict(queries(source_dir))
    assert len(found) >= 10
    empty = [comment for comment, query in found.items() if not tool.sql(built, query)]
    assert not empty


def test_queries_of_the_readme(tool, built, source_dir):
    text = (source_dir / "README.md").read_text()
    shown = re.findall(r'codeanatomy sql [^"]*"(SELECT[^"]*)"', text)
    assert shown
    for query in shown:
        assert tool.sql(built, query), query
