"""Golden cases: every table row equals what is written down; every declared kind occurs somewhere.

    scripts/golden.sh [filter]            compare
    scripts/golden.sh --update [filter]   rewrite; the diff is the change of behaviour
"""

import difflib
import pathlib
import re

import golden
import pytest


@pytest.fixture(scope="module")
def build(program, tmp_path_factory):
    return golden.Build(program, tmp_path_factory.mktemp("golden"))


@pytest.mark.parametrize("case", golden.find_cases(), ids=lambda case: case.name)
def test_case(build, case):
    expected = case.golden.read_text(encoding="utf-8") if case.golden.exists() else ""
    actual = golden.render(build, case)
    difference = difflib.unified_diff(
        expected.splitlines(), actual.splitlines(), case.golden.name, "now", lineterm="", n=1
    )
    assert actual == expected, "\n".join(difference)


def test_invalid_cases_and_only_they_have_diagnostics(build):
    with_diagnostics = {row["path"] for row in build.rows("diagnostics") if row["path"]}
    for case in golden.find_cases():
        is_invalid = case.path.name.startswith("invalid_")
        assert is_invalid == any(case.owns(path) for path in with_diagnostics), case.name


def cells(table, column):
    """All cells of a column in all golden blocks of a table."""
    found = set()
    for case in golden.find_cases():
        text = case.golden.read_text(encoding="utf-8") if case.golden.exists() else ""
        for block in re.split(r"^== ", text, flags=re.MULTILINE)[1:]:
            lines = block.splitlines()
            if not lines[0].startswith(table + " ") or len(lines) < 2:
                continue
            header = lines[1]
            at = re.search(rf"(?:^|  ){column}(?:  |$)", header)
            if at:
                start = header.index(column, at.start())
                found |= {line[start:].split("  ")[0].strip() for line in lines[2:] if line}
    return found


def declared(source_dir, catalogue, pattern):
    text = (source_dir / "src" / "catalog" / catalogue).read_text(encoding="utf-8")
    return set(re.findall(pattern, text, flags=re.MULTILINE))


VOCABULARIES = [
    ("ast_kind", "ast_kind.def", r'^CA_AST_NODE\(\w+, "(\w+)"', "ast_nodes", "kind"),
    ("node_kind", "node_kind.def", r'^CA_NODE_KIND\(\w+, "(\w+)"', "cpg_nodes", "kind"),
    ("edge_kind", "edge_kind.def", r'^CA_EDGE_KIND\(\w+, "(\w+)"', "cpg_edges", "kind"),
    ("diagnostic", "diagnostic_code.def", r'^CA_DIAGNOSTIC_CODE\("(\w+)"', "diagnostics", "code"),
]


@pytest.mark.parametrize("name,catalogue,pattern,table,column", VOCABULARIES, ids=[v[0] for v in VOCABULARIES])
def test_every_declared_kind_occurs(source_dir, name, catalogue, pattern, table, column):
    exempt = set()
    for line in (golden.HERE / "exempt.txt").read_text(encoding="utf-8").splitlines():
        words = line.split()
        if words and words[0] == name:
            exempt.add(words[1])
    kinds = declared(source_dir, catalogue, pattern)
    seen = cells(table, column)
    assert kinds
    assert kinds - seen - exempt == set(), "in no golden file"
    assert exempt & seen == set(), "exempt but covered: take them off exempt.txt"
    assert exempt - kinds == set(), "exempt but not declared"
