"""`debug cfg` against what CPython 3.11 compiles: edges between statements, and the definitions that
reach each read of a fast local (compiled_flow.py reads both off the code).

The floors are those of the issue; docs/formats/flow.md explains each class of difference that is left.
"""

import json
import pathlib
import subprocess

EDGE_FLOOR = 0.999
PAIR_FLOOR = 0.995
WORKER = pathlib.Path(__file__).with_name("compiled_flow.py")


def lines(command):
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[-2000:]
    return {value["path"]: value["scopes"] for value in map(json.loads, result.stdout.splitlines())}


def without(edges, nodes):
    """The edges between `nodes`, others passed through: code that CPython compiled to nothing."""
    after = {}
    for a, b in edges:
        after.setdefault(a, []).append(b)
    found = set()
    for a in after:
        if a != "entry" and a not in nodes:
            continue
        open_, seen = list(after[a]), set()
        while open_:
            b = open_.pop()
            if b in nodes or b == "exit":
                found.add((a, b))
            elif b not in seen:
                seen.add(b)
                open_ += after.get(b, ())
    return {(a, b) for a, b in found if a != b}


class Score:
    def __init__(self):
        self.right = self.wanted = self.told = 0
        self.examples = []

    def add(self, where, wanted, told):
        self.right += len(wanted & told)
        self.wanted += len(wanted)
        self.told += len(told)
        if wanted != told:
            missing, wrong = sorted(wanted - told)[:3], sorted(told - wanted)[:3]
            self.examples.append(f"{where}: missing {missing} wrong {wrong}")

    @property
    def f1(self):
        return 2 * self.right / (self.wanted + self.told)


def compare(program, interpreter, files, folder):
    listing = folder / "files.list"
    listing.write_text("".join(f"{f}\n" for f in files), encoding="utf-8", errors="surrogateescape")
    wanted = lines([interpreter.path, "-X", "utf8", str(WORKER), str(listing)])
    options = ["--target-version", interpreter.minor, "--files-from", str(listing)]
    told = lines([str(program), "debug", "cfg", *options])
    edges, pairs = Score(), Score()
    for path, scopes in wanted.items():
        ours = {scope["scope"]: scope for scope in told[path]}
        for scope in scopes:
            where, own = f"{path} {scope['scope']}", ours[scope["scope"]]
            nodes = set(scope["nodes"])
            edges.add(where, without(map(tuple, scope["edges"]), nodes), without(own["edges"], nodes))
            # Reads in code that CPython dropped, and of variables in cells, are ours alone.
            want = set(map(tuple, scope["defuse"]))
            reads = {use for _, _, use in want}
            pairs.add(where, want, {tuple(p) for p in own["defuse"] if p[2] in reads})
    return edges, pairs


def test_library(program, reference, tmp_path, capsys):
    """A sample of the interpreter's own library; all of it in `make test-full`."""
    edges, pairs = compare(program, reference, reference.sample(60), tmp_path)
    with capsys.disabled():
        print(f"\nedges: {edges.right} right of {edges.wanted}, {edges.told} told, F1 {edges.f1:.6f}")
        print(f"pairs: {pairs.right} right of {pairs.wanted}, {pairs.told} told, F1 {pairs.f1:.6f}")
    assert edges.wanted > 1000 and pairs.wanted > 1000
    assert edges.f1 >= EDGE_FLOOR, "\n".join(edges.examples[:20])
    assert pairs.f1 >= PAIR_FLOOR, "\n".join(pairs.examples[:20])
