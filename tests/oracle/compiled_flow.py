"""Control flow and definitions as CPython 3.11 compiled them; runs in that interpreter.

usage: compiled_flow.py LIST

LIST names a file with one path a line. A line of output is {"path", "scopes"}; a scope has "scope"
(`line:column` of its def or class, or `module`), "nodes", "edges" and "defuse" as `debug cfg` names
them. Files that do not compile, and scopes that share their first line and name, are left out.

Every instruction carries the span of source that it was compiled from (PEP 657), so jumps between
instructions are steps between statements. Three things stand in the way of reading them off:

- Instructions without a span of their own (the cleanup of exceptions, the end of a function) belong to
  no statement; steps pass through them.
- The exit of a `with` bears the span of the whole statement; so does nothing else.
- `return None` at the end of a function is copied to each statement that ends it, span included.
"""

import ast
import dis
import json
import sys
import warnings

JUMPS = set(dis.hasjrel) | set(dis.hasjabs)
ALWAYS = {"JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT"}
ENDS = {"RETURN_VALUE", "RAISE_VARARGS", "RERAISE"}
CLEANUP = {"RERAISE", "POP_EXCEPT", "PREP_RERAISE_STAR"}
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
PARTS = ("body", "handlers", "orelse", "finalbody", "cases")


def place(node):
    return f"{node.lineno}:{node.col_offset}"


class Unit:
    """What `debug cfg` has a node for, with the units inside it."""

    def __init__(self, node):
        self.kind = type(node).__name__
        at = node.pattern if isinstance(node, ast.match_case) else node
        last = node.body[-1] if isinstance(node, ast.match_case) else node
        self.place = place(at)
        self.begin = (at.lineno, at.col_offset)
        self.end = (last.end_lineno, last.end_col_offset)
        self.whole = (self.begin, self.end)
        for decorator in getattr(node, "decorator_list", ()):
            self.begin = min(self.begin, (decorator.lineno, 0))
        is_definition = isinstance(node, DEFINITIONS)
        self.inner = [] if is_definition else units(
            child for part in PARTS for child in getattr(node, part, ())
        )

    def find(self, begin, end):
        for unit in self.inner:
            if unit.begin <= begin and end <= unit.end:
                return unit.find(begin, end)
        return self


def units(nodes):
    return [Unit(node) for node in nodes]


class Code:
    def __init__(self, code, body):
        self.top = units(body)
        self.code = code
        self.instructions = list(dis.get_instructions(code))
        index = {i.offset: n for n, i in enumerate(self.instructions)}
        self.next = []  # by normal flow
        for n, i in enumerate(self.instructions):
            targets = [index[i.argval]] if i.opcode in JUMPS else []
            if i.opname not in ALWAYS and i.opname not in ENDS:
                targets.append(n + 1)
            self.next.append(targets)
        self.handlers = [[] for _ in self.instructions]
        for entry in dis._parse_exception_table(code):
            target = index[entry.target]
            for n, i in enumerate(self.instructions):
                if entry.start <= i.offset < entry.end:
                    self.handlers[n].append(target)
        self.spans = [self.unit_of(i) for i in self.instructions]
        self.labels = self.find_labels()
        self.live = self.reach([0], lambda n: self.next[n] + self.handlers[n])

    def unit_of(self, instruction):
        at = instruction.positions
        if at is None or None in (at.lineno, at.col_offset, at.end_lineno, at.end_col_offset):
            return None
        begin, end = (at.lineno, at.col_offset), (at.end_lineno, at.end_col_offset)
        for unit in self.top:
            if unit.begin <= begin and end <= unit.end:
                return unit.find(begin, end)
        return None

    def find_labels(self):
        labels = list(self.spans)
        for n, (i, unit) in enumerate(zip(self.instructions, labels)):
            at = i.positions
            if unit is None:
                continue
            span = ((at.lineno, at.col_offset), (at.end_lineno, at.end_col_offset))
            is_exit = unit.kind in ("With", "AsyncWith") and span == unit.whole
            if is_exit or unit.kind in ("Try", "TryStar") or i.opname in CLEANUP:
                labels[n] = None
        of_unit = {}
        for n, unit in enumerate(self.spans):
            of_unit.setdefault(unit, []).append(n)
        for n, i in enumerate(self.instructions):
            if i.opname != "RETURN_VALUE":
                continue
            labels[n] = None
            if n == 0 or self.instructions[n - 1].opname != "LOAD_CONST":
                continue
            unit = labels[n - 1]
            only = unit is not None and set(of_unit[self.spans[n - 1]]) <= {n - 1, n}
            if not (only and unit.kind == "Return"):
                labels[n - 1] = None
        return labels

    def reach(self, begin, step):
        found, open_ = set(), list(begin)
        while open_:
            n = open_.pop()
            if n not in found:
                found.add(n)
                open_ += step(n)
        return found

    def edges(self):
        after = [list(targets) for targets in self.next]
        for n, targets in enumerate(self.handlers):  # how the iterator of `async for` ends
            after[n] += [t for t in targets if self.instructions[t].opname == "END_ASYNC_FOR"]

        def ends(begin):
            passed = self.reach(begin, lambda n: [] if self.labels[n] else after[n])
            found = {self.labels[n].place for n in passed if self.labels[n]}
            unnamed = (n for n in passed if self.labels[n] is None)
            if any(self.instructions[n].opname == "RETURN_VALUE" for n in unnamed):
                found.add("exit")
            return found

        edges = {("entry", end) for end in ends([0])}
        for n in self.live:
            if self.labels[n]:
                here = self.labels[n].place
                edges |= {(here, end) for end in ends(after[n]) if end != here}
        return edges

    def nodes(self):
        kinds = {self.labels[n].place: self.labels[n].kind for n in self.live if self.labels[n]}
        return sorted(kinds)

    def definitions(self):
        """Reaching definitions by fixpoint: a set of places for each fast local."""
        flags = self.code.co_flags
        parameters = self.code.co_argcount + self.code.co_kwonlyargcount
        parameters += bool(flags & 4) + bool(flags & 8)
        states = {0: {name: {"param"} for name in self.code.co_varnames[:parameters]}}
        open_ = [0]

        def send(target, state):
            known = states.get(target)
            if known is None:
                states[target] = {name: set(places) for name, places in state.items()}
                open_.append(target)
                return
            size = sum(map(len, known.values()))
            for name, places in state.items():
                known.setdefault(name, set()).update(places)
            if sum(map(len, known.values())) != size:
                open_.append(target)

        while open_:
            n = open_.pop()
            state, i = states[n], self.instructions[n]
            after = state
            if i.opname == "STORE_FAST":
                unit = self.spans[n]
                after = {**state, i.argval: {unit.place if unit else None}}
            elif i.opname == "DELETE_FAST":
                after = {name: places for name, places in state.items() if name != i.argval}
            for target in self.next[n]:
                send(target, after)
            for target in self.handlers[n]:
                send(target, state)
        return states

    def pairs(self):
        found = set()
        for n, state in self.definitions().items():
            i = self.instructions[n]
            at = i.positions
            if i.opname != "LOAD_FAST" or at is None or None in (at.lineno, at.col_offset):
                continue
            for definition in state.get(i.argval, ()):
                if definition is not None:
                    found.add((i.argval, definition, f"{at.lineno}:{at.col_offset}"))
        return found


def describe(name, code, body):
    compiled = Code(code, body)
    return {
        "scope": name,
        "nodes": compiled.nodes(),
        "edges": sorted(compiled.edges()),
        "defuse": sorted(compiled.pairs()),
    }


def scopes_of(text):
    tree = ast.parse(text)
    module = compile(tree, "module", "exec", dont_inherit=True, optimize=0)
    definitions = {}
    for node in ast.walk(tree):
        if isinstance(node, DEFINITIONS):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            definitions.setdefault((first, node.name), []).append(node)
    yield describe("module", module, tree.body)
    open_ = [module]
    while open_:
        for constant in open_.pop().co_consts:
            if not hasattr(constant, "co_code"):
                continue
            open_.append(constant)
            named = definitions.get((constant.co_firstlineno, constant.co_name), [])
            if len(named) == 1:
                yield describe(place(named[0]), constant, named[0].body)


def main():
    warnings.simplefilter("ignore")
    with open(sys.argv[1], encoding="utf-8", errors="surrogateescape") as listing:
        paths = listing.read().splitlines()
    for path in paths:
        try:
            with open(path, "rb") as f:
                scopes = list(scopes_of(f.read()))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        print(json.dumps({"path": path, "scopes": scopes}))


if __name__ == "__main__":
    main()
