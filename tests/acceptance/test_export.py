"""`export`: layers of one function or of the whole graph as DOT."""

import re

import pytest

SOURCE = """\
def mark(f):
    return f


@mark
def loop(n, limit=len("a")):
    total = 0
    while n:
        total += n
        n = n - 1
    return total


class A:
    def same(self): pass

    def other(self): pass


square = lambda x: x * x
"""


@pytest.fixture(scope="module")
def build(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    (folder / "repository").mkdir()
    (folder / "repository" / "m.py").write_text(SOURCE)
    run("build", folder / "repository", "-o", folder / "out")
    return folder / "out"


def graph(text):
    """Labels of nodes by id, and edges [(label of source, label of target, label)]."""
    assert text.startswith("digraph {\n") and text.endswith("}\n")
    nodes = dict(re.findall(r'^  (n\d+) \[label="(.*?)", class=', text, re.MULTILINE))
    edges = re.findall(r'^  (n\d+) -> (n\d+) \[label="(.*?)"', text, re.MULTILINE)
    assert len(nodes) + len(edges) + 3 == len(text.splitlines())
    return nodes, [(nodes[a], nodes[b], label) for a, b, label in edges]


def export(run, build, *arguments):
    return graph(run("export", "--build", build, *arguments).stdout)


def test_control_flow_of_one_function(run, build):
    nodes, edges = export(run, build, "--layer", "cfg", "--method", "m.loop")
    assert ("METHOD loop  6:0", "n  6:9", "") in edges
    assert ("n  8:10", "total  9:8", "TRUE") in edges
    assert ("n  8:10", "total  11:11", "FALSE") in edges
    assert ("return total  11:4", "METHOD_RETURN  6:0", "") in edges
    # Decorators and defaults are evaluated around the function.
    assert not any("mark" in label or "len" in label for label in nodes.values())


def test_dependence_of_one_function(run, build):
    _, choices = export(run, build, "--layer", "cdg", "--method", "m.py:6")
    assert ("n  8:10", "total += n  9:8", "TRUE") in choices
    _, data = export(run, build, "--layer", "ddg", "--method", "m.loop")
    assert ("total  7:4", "total  11:11", "total") in data
    assert ("total  9:8", "total  11:11", "total") in data
    _, both = export(run, build, "--layer", "pdg", "--method", "m.loop")
    assert sorted(both) == sorted(choices + data)


def test_whole_graph_and_file(run, build, tmp_path):
    run("export", "--build", build, "--layer", "cfg", "-o", tmp_path / "all.dot")
    nodes, _ = graph((tmp_path / "all.dot").read_text())
    assert {"METHOD same  15:4", "METHOD other  17:4", "METHOD loop  6:0"} <= set(nodes.values())


def test_names(run, build):
    assert export(run, build, "--layer", "cfg", "--method", "m.py:15")[1]
    missing = run("export", "--build", build, "--method", "m.nothing", check=False)
    assert missing.returncode == 3 and "NOT_FOUND" in missing.stderr
    unknown = run("export", "--build", build, "--layer", "xyz", check=False)
    assert unknown.returncode == 3 and "no such layer" in unknown.stderr
    quoted = run("export", "--build", build, "--method", "m.it's", check=False)
    assert quoted.returncode == 3


def test_ambiguous_name_tells_the_candidates(run, tmp_path):
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "m.py").write_text("f = lambda: 1, lambda: 2\n")
    run("build", tmp_path / "r", "-o", tmp_path / "out")
    told = run("export", "--build", tmp_path / "out", "--method", "m.py:1", check=False)
    assert told.returncode == 3 and "2 functions are meant" in told.stderr
    ids = re.findall(r"m\.py:1, (\d+)\)", told.stderr)
    assert len(ids) == 2
    assert export(run, tmp_path / "out", "--layer", "cfg", "--method", ids[0])[1]


def test_pictures_of_the_documentation(run, source_dir, tmp_path):
    """docs/formats/flow/*.dot are what export says; scripts/flow_pictures.sh draws them anew."""
    folder = source_dir / "docs" / "formats" / "flow"
    (tmp_path / "r").mkdir()
    text = (folder / "functions.py").read_text()
    (tmp_path / "r" / "functions.py").write_text(text)
    run("build", tmp_path / "r", "-o", tmp_path / "out")
    pictures = re.findall(r"^def (\w+)\(.*# (\w+)$", text, re.MULTILINE)
    assert len(pictures) == 10
    for name, layer in pictures:
        told = run("export", "--build", tmp_path / "out", "--layer", layer, "--method", f"functions.{name}")
        assert told.stdout == (folder / f"{name}.dot").read_text(), name
        assert (folder / f"{name}.svg").exists()
