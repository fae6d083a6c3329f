"""flow_reaching_defs against the phis: the recursive query of docs/formats/flow.md finds the same pairs."""

import json
import re

LONG = "def f(c, use):\n    x = 0\n" + "".join(
    f"    if c: x = {i}\n    use(x)\n" for i in range(400)
)


def rows(run, build, sql):
    text = run("sql", "--build", build, sql, "--format", "json").stdout
    return [tuple(row.values()) for row in json.loads(text)]


def test_direct_pairs_are_what_phis_lead_to(run, source_dir, tmp_path):
    repository = tmp_path / "repository"
    repository.mkdir()
    cases = sorted((source_dir / "tests" / "golden" / "flow").glob("*.py"))
    assert len(cases) > 10
    for case in cases:
        (repository / case.name).write_text(case.read_text())
    (repository / "long.py").write_text(LONG)
    run("build", repository, "-o", tmp_path / "out")
    document = (source_dir / "docs" / "formats" / "flow.md").read_text()
    (query,) = re.findall(r"^```sql\n(.*?)^```", document, re.MULTILINE | re.DOTALL)
    found = rows(
        run,
        tmp_path / "out",
        f"SELECT DISTINCT u.path, d.node_id, q.use_id FROM ({query}) q JOIN flow_defs d USING"
        " (definition_id) JOIN flow_uses u USING (use_id)",
    )
    stored = rows(run, tmp_path / "out", "SELECT path, src, use_id FROM flow_reaching_defs")
    short = {pair for pair in found if pair[0] != "long.py"}
    assert len(short) > 100
    assert short == {pair for pair in stored if pair[0] != "long.py"}
    # Uses with many definitions are left to the phis, and then wholly.
    inside = {pair for pair in found if pair[0] == "long.py"}
    listed = {pair for pair in stored if pair[0] == "long.py"}
    assert listed < inside and len(inside) > 400 * 400 / 2
    uses = {use for _, _, use in listed}
    assert {pair for pair in inside if pair[2] in uses} == listed


def many(count, form):
    return "".join(form.format(i=i) for i in range(count))


# By limit: a function that meets it, and how many variables or uses that leaves out.
BEYOND = {
    "max_fields": ("def f(s):\n" + many(70, "    s.a{i} = s.a{i}\n"), 6),
    "max_rebound_names": (
        "def f():\n" + many(70, "    n{i} = 0\n") + "    class A:\n" + many(70, "        nonlocal n{i}; n{i} = 1\n"),
        6,
    ),
    "max_phi_operands": (
        "def f(s):\n    match s:\n" + many(600, "        case [{i}, a{i}]: pass\n") + many(600, "    a{i}\n"),
        None,
    ),
    "max_direct_values": ("def f(c):\n    x = 0\n" + many(300, "    if c == {i}: x = {i}\n") + "    x, x\n", 2),
}


def test_a_limit_that_was_hit_is_told(run, tmp_path):
    repository = tmp_path / "repository"
    repository.mkdir()
    for name, (text, _) in BEYOND.items():
        (repository / f"{name}.py").write_text(text)
    run("build", repository, "-o", tmp_path / "out")
    found = rows(
        run,
        tmp_path / "out",
        "SELECT path, line, limit_name, limit_value, message FROM diagnostics WHERE code = 'FLOW_LIMIT'",
    )
    told = {}
    for path, line, name, value, message in found:
        assert value > 0
        told.setdefault(path, []).append((name, line, int(message.split()[0])))
    for name, (_, left_out) in BEYOND.items():
        first, line, count = told[f"{name}.py"][0]
        assert (first, line) == (name, 1)
        assert count == left_out or (left_out is None and count > 0)
    assert {name for found in told.values() for name, _, _ in found} == set(BEYOND)
    # What is left out has no row at all: none that names too few definitions.
    operands, names = rows(
        run,
        tmp_path / "out",
        "SELECT (SELECT count(*) FROM flow_phis WHERE path = 'max_phi_operands.py'),"
        " (SELECT count(DISTINCT variable) FROM flow_uses WHERE path = 'max_phi_operands.py')",
    )[0]
    assert 0 < names < 601 and operands < 64 * 6000


EXCEPTIONAL = """
def f(x):
    try:
        g()
        h()
    except E:
        x = 1
    return x
"""


def test_exceptional_dependence_is_asked_for(run, tmp_path):
    """Over all exceptional edges the clause depends on what may raise, and so does what is behind it."""
    repository = tmp_path / "repository"
    repository.mkdir()
    (repository / "a.py").write_text(EXCEPTIONAL)
    tables = {
        "flow_dominators": "relation = 'postdom_exceptional'",
        "flow_control_deps": "label = 'EXCEPTIONAL' AND is_exceptional",
        "flow_node_edges": "label = 'EXCEPTIONAL'",
        "cpg_edges": "label = 'EXCEPTIONAL' AND kind IN ('CDG', 'POST_DOMINATE')",
    }
    everything = {table: f"SELECT * FROM {table}" for table in tables}
    run("build", repository, "-o", tmp_path / "plain")
    run("build", repository, "-o", tmp_path / "asked", "--exceptional-dependence")
    for table, condition in tables.items():
        plain = rows(run, tmp_path / "plain", everything[table])
        asked = rows(run, tmp_path / "asked", everything[table])
        added = rows(run, tmp_path / "asked", f"{everything[table]} WHERE {condition}")
        assert added and sorted(map(str, plain + added)) == sorted(map(str, asked)), table
    by_line = (
        "SELECT DISTINCT s.line AS at, d.line AS to_line FROM cpg_edges e JOIN cpg_nodes s ON s.node_id = e.src"
        " JOIN cpg_nodes d ON d.node_id = e.dst WHERE e.kind = '{}' AND coalesce(e.label, '') {} 'EXCEPTIONAL'"
    )

    def lines(kind, comparison):
        return set(rows(run, tmp_path / "asked", by_line.format(kind, comparison)))

    # What h() raises leads to the test of the clause on line 6, and past line 8 where it fails.
    assert {(5, 6), (5, 8)} <= lines("CDG", "=") and not {(5, 6), (5, 8)} & lines("CDG", "<>")
    assert (8, 7) in lines("POST_DOMINATE", "=")
    assert (8, 5) in lines("POST_DOMINATE", "<>") - lines("POST_DOMINATE", "=")
    keys = rows(run, tmp_path / "asked", "SELECT kind, src, dst, label, ordinal FROM cpg_edges")
    assert len(keys) == len(set(keys))
