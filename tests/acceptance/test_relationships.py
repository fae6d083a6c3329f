"""Property: executed plans of random relationships equal a naive evaluation by nested loops."""

import os
import random

import pyarrow
import pyarrow.parquet
import pytest

import relationship_model as model
from conftest import Tool, digests, write_files

SEEDS = 150 if os.environ.get("CODEANATOMY_TEST_FULL") else 6
TYPES = {"Utf8": pyarrow.string(), "Int64": pyarrow.int64()}
SOURCE = {"m.py": "a = 1\nb = a\nc = b\n"}


@pytest.fixture(scope="module")
def nodes(program, tmp_path_factory):
    """Ids of nodes that any build of the sources has: what edges may end on."""
    root = tmp_path_factory.mktemp("nodes")
    write_files(root / "repo", SOURCE)
    tool = Tool(program)
    tool.build(root / "repo", root / "out")
    return [row["node_id"] for row in tool.sql(root / "out", "SELECT node_id FROM cpg_nodes ORDER BY node_id LIMIT 8")]


def relations_of(seed, nodes):
    rng = random.Random(seed)
    return [model.make_relation(rng, f"rel_{kind.lower()}", kind, nodes) for kind in model.KINDS]


def write_model(root, relations):
    write_files(root, SOURCE)
    text = "version = 1\n" + model.SOURCE_TOML + "\n".join(model.toml_of(r) for r in relations)
    (root / "semantics.toml").write_text(text)
    for relation in relations:
        for name, (columns, rows) in model.tables_of(relation).items():
            schema = pyarrow.schema([(c, TYPES[t]) for c, t in columns.items()])
            pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, schema), root / f"{name}.parquet")


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_plan_gives_what_nested_loops_give(tool, tmp_path, nodes, seed):
    root, out = tmp_path / "repo", tmp_path / "out"
    relations = relations_of(seed, nodes)
    write_model(root, relations)
    first = tool.build(root, out, "--threads", "1")
    second = tool.build(root, tmp_path / "again", "--threads", "2")
    assert digests(first) == digests(second)
    columns = ", ".join(c if c != "method" else "resolution_method AS method" for c in model.COLUMNS)
    names = [name + suffix for name in (r.name for r in relations) for suffix in ("", "__candidates")]
    rows = tool.sql(out, " UNION ALL ".join(f"SELECT '{name}' AS relation, {columns} FROM {name}" for name in names))
    for relation in relations:
        candidates, kept = model.evaluate(relation)
        for name, expected in ((f"{relation.name}__candidates", candidates), (relation.name, kept)):
            assert model.as_tuples([r for r in rows if r["relation"] == name]) == expected, (seed, name, relation)
