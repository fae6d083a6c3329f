"""Definitions that reach, against the values that reach when CPython runs.

Random programs are rewritten so that each value a local is bound to knows the statement that bound it,
and each read tells which value it saw. The pair must be among those of `debug cfg`.
"""

import ast
import random
import sys

import pytest
from test_flow import Context, OutOfSteps, Program, printed_scopes

MAX_STEPS = 300
LOCALS = {"x", "y", "z", "w", "v", "error"}


class ValueProgram(Program):
    SIMPLE = [
        "x = take()",
        "y = use(x)",
        "use(y, z)",
        "x += take()",
        "x = y = take() or x",
        "if take() and (v := take()): use(v)",
        "use(v if take() else w)",
        "x, y = y, x",
        "del z",
        "z = x",
        "x = [use(i) for i in items()] and take()",
        "use(error)",
        "if x: raise KeyError(y)",
    ]

    def __init__(self, seed):
        super().__init__(seed)
        if seed % 4:  # else most names are unbound at first
            self.lines.insert(1, "    y = v = w = z = 0")


class Value(int):
    """An integer that knows where it was bound."""

    def __new__(cls, value, place):
        made = super().__new__(cls, int(value))
        made.place = place
        return made


def place(node):
    return f"{node.lineno}:{node.col_offset}"


def call(name, *arguments):
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


class Instrument(ast.NodeTransformer):
    """Every binding through `bind`, every read of a local through `read`."""

    unit = None

    def visit(self, node):
        outer = self.unit
        is_unit = isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case))
        if is_unit:
            self.unit = place(node.pattern if isinstance(node, ast.match_case) else node)
        made = super().visit(node)
        self.unit = outer
        return made

    def bound(self, value):
        return call("bind", ast.Constant(self.unit), value)

    def visit_Name(self, node):
        if not isinstance(node.ctx, ast.Load) or node.id not in LOCALS:
            return node
        return call("read", ast.Constant(node.id), ast.Constant(place(node)), node)

    def visit_Assign(self, node):
        self.generic_visit(node)
        if isinstance(node.value, ast.Tuple):
            node.value.elts = [self.bound(value) for value in node.value.elts]
        else:
            node.value = self.bound(node.value)
        return node

    def visit_AugAssign(self, node):
        read = ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target)
        value = ast.BinOp(self.visit(read), node.op, self.visit(node.value))
        return ast.Assign([node.target], self.bound(value))

    def visit_NamedExpr(self, node):
        self.generic_visit(node)
        node.value = self.bound(node.value)
        return node

    def visit_For(self, node):
        self.generic_visit(node)
        node.iter = call("bind_each", ast.Constant(self.unit), node.iter)
        return node

    def visit_With(self, node):
        self.generic_visit(node)
        node.items[0].context_expr.args.append(ast.Constant(self.unit))
        return node

    def visit_ExceptHandler(self, node):
        self.generic_visit(node)
        if node.name:
            error = ast.Name(node.name, ast.Load())
            node.body.insert(0, ast.Expr(call("mark", ast.Constant(self.unit), error)))
        return node

    def visit_Match(self, node):
        self.generic_visit(node)
        for case in node.cases:
            if isinstance(case.pattern, ast.MatchAs) and case.pattern.name:
                name = case.pattern.name
                value = call("bind", ast.Constant(place(case.pattern)), ast.Name(name, ast.Load()))
                case.body.insert(0, ast.Assign([ast.Name(name, ast.Store())], value))
        return node


class TaggedContext(Context):
    def __init__(self, swallows, where):
        super().__init__(swallows)
        self.where = where

    def __enter__(self):
        return Value(1, self.where)


def observed_pairs(program, seed):
    chance = random.Random(seed)
    pairs, left = set(), MAX_STEPS

    def take():
        nonlocal left
        left -= 1
        if left < 0:
            raise OutOfSteps
        return chance.randint(0, 1)

    def read(name, where, value):
        pairs.add((name, value.place, where))
        return value

    def mark(where, error):
        error.place = where

    def bind_each(where, values):
        return (Value(value, where) for value in values)

    tree = ast.fix_missing_locations(Instrument().visit(ast.parse(program.text)))
    namespace = {
        "bind": lambda where, value: Value(bool(value), where),
        "bind_each": bind_each,
        "mark": mark,
        "read": read,
        "use": lambda *values: take(),
    }
    exec(compile(tree, "program", "exec"), namespace)
    try:
        namespace["f"](take, lambda: [0] * take(), lambda where: TaggedContext(take(), where))
    except (OutOfSteps, LookupError, NameError):
        pass
    return pairs


@pytest.mark.skipif(sys.version_info < (3, 10), reason="programs with match statements")
def test_observed_values_are_reaching_definitions(run, tmp_path):
    programs = [ValueProgram(seed) for seed in range(300)]
    count = 0
    for program, scope in zip(programs, printed_scopes(run, tmp_path, programs)):
        known = {tuple(pair) for pair in scope["defuse"]}
        for seed in range(8):
            seen = observed_pairs(program, seed)
            count += len(seen)
            assert seen <= known, f"{sorted(seen - known)}\n{program.text}"
    assert count > 4000
