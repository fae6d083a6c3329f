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
