"""`debug cfg` against what CPython executes.

Random small programs, one statement a line, run under sys.settrace. Each step from one line to the
next in the same call must be an edge of the graph; steps that an exception takes are not, since the
command leaves exceptional flow out.
"""

import json
import random
import sys

import pytest

MAX_STEPS = 400


class Program:
    """Writes a function `f(take)` in which `take()` decides every condition at random."""

    SIMPLE = ["x = take()", "x = take() and take() or not take()", "x = 1 if take() else 2"]

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lines = ["def f(take, items, context):"]
        self.handlers = set()  # first lines of their bodies
        self.add(1, "x = 0")
        self.suite(1, False, self.random.randint(2, 4))

    def add(self, depth, text):
        self.lines.append("    " * depth + text)

    def suite(self, depth, in_loop, budget):
        for _ in range(self.random.randint(1, 3)):
            self.statement(depth, in_loop, budget)

    def statement(self, depth, in_loop, budget):
        jumps = ["return x", "if take(): return 1"]
        if in_loop:
            jumps += ["break", "continue"]
        choices = [self.conditional, self.loop, self.attempt, self.guarded, self.match]
        roll = self.random.random()
        if depth > budget or roll < 0.35:
            self.add(depth, self.random.choice(self.SIMPLE))
        elif roll < 0.5:
            self.add(depth, "if take():")
            self.add(depth + 1, self.random.choice([j for j in jumps if ":" not in j]))
        else:
            self.random.choice(choices)(depth, in_loop, budget)

    def conditional(self, depth, in_loop, budget):
        self.add(depth, self.random.choice(["if take():", "if take() and not take() or take():"]))
        self.suite(depth + 1, in_loop, budget)
        if self.random.random() < 0.4:
            self.add(depth, "elif take() < take() < 2:")
            self.suite(depth + 1, in_loop, budget)
        if self.random.random() < 0.5:
            self.add(depth, "else:")
            self.suite(depth + 1, in_loop, budget)

    def loop(self, depth, in_loop, budget):
        self.add(depth, self.random.choice(["while take():", "for y in items():"]))
        self.suite(depth + 1, True, budget)
        if self.random.random() < 0.3:
            self.add(depth, "else:")
            self.suite(depth + 1, in_loop, budget)

    def attempt(self, depth, in_loop, budget):
        self.add(depth, "try:")
        self.suite(depth + 1, in_loop, budget)
        if self.random.random() < 0.5:
            self.add(depth + 1, "if take():")
            self.add(depth + 2, "raise KeyError(1)")
        has_handlers = self.random.random() < 0.7
        if has_handlers:
            for clause in ("except IndexError:", "except LookupError as error:"):
                self.add(depth, clause)
                self.handlers.add(len(self.lines) + 1)
                self.suite(depth + 1, in_loop, budget)
            if self.random.random() < 0.3:
                self.add(depth, "else:")
                self.suite(depth + 1, in_loop, budget)
        if not has_handlers or self.random.random() < 0.5:
            self.add(depth, "finally:")
            self.suite(depth + 1, False, budget)

    def guarded(self, depth, in_loop, budget):
        self.add(depth, "with context() as z:")
        self.suite(depth + 1, in_loop, budget)

    def match(self, depth, in_loop, budget):
        self.add(depth, "match take():")
        self.add(depth + 1, "case 0 if take():")
        self.suite(depth + 2, in_loop, budget)
        self.add(depth + 1, "case 1:")
        self.suite(depth + 2, in_loop, budget)
        if self.random.random() < 0.5:
            self.add(depth + 1, "case w:")
            self.suite(depth + 2, in_loop, budget)

    @property
    def text(self):
        return "\n".join(self.lines) + "\n"


class Context:
    def __init__(self, swallows):
        self.swallows = swallows

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return self.swallows


class OutOfSteps(BaseException):
    pass


class Recorder:
    """Pairs of lines that ran one after the other while no exception was on its way."""

    def __init__(self, program):
        lines = program.lines
        self.silent = {n for n, line in enumerate(lines, 1) if line.strip() == "try:"}
        self.handlers = program.handlers
        self.steps = []
        self.raised = 0  # exceptions on their way
        self.last = self.before = None

    def line(self, number):
        if self.raised and number in self.handlers:
            self.raised -= 1
            self.last = None
        if number in self.silent:
            return
        self.before, self.last = self.last, number
        if self.before not in (None, number) and not self.raised:
            self.steps.append((self.before, number))

    def exit(self):
        """Leaving a `with` reports its line once more."""
        if self.steps and self.steps[-1] == (self.before, self.last):
            self.steps.pop()
        self.last = self.before

    def trace(self, frame, event, argument):
        name = frame.f_code.co_name
        if name == "__exit__":
            self.exit()
            if self.raised and frame.f_locals["self"].swallows:
                self.raised -= frame.f_locals["exception"][0] is not None
                self.last = None
        if name != "f":
            return None
        if event == "line":
            self.line(frame.f_lineno)
        elif event == "exception":
            self.raised += 1
            self.last = None
        elif event == "return" and self.last is not None and not self.raised:
            self.steps.append((self.last, "exit"))
        return self.trace


def executed_steps(program, seed):
    chance = random.Random(seed)
    left = MAX_STEPS

    def take():
        nonlocal left
        left -= 1
        if left < 0:
            raise OutOfSteps
        return chance.randint(0, 1)

    recorder = Recorder(program)
    namespace = {}
    exec(compile(program.text, "program", "exec"), namespace)
    before = sys.gettrace()
    sys.settrace(recorder.trace)
    try:
        namespace["f"](take, lambda: [0] * take(), lambda: Context(take()))
    except (OutOfSteps, LookupError):
        pass
    finally:
        sys.settrace(before)
    return set(recorder.steps)


def printed_scopes(run, folder, programs):
    """What `debug cfg` prints of the function that each program holds."""
    paths = []
    for number, program in enumerate(programs):
        paths.append(folder / f"program_{number}.py")
        paths[-1].write_text(program.text)
    printed = list(map(json.loads, run("debug", "cfg", *paths).stdout.splitlines()))
    assert len(printed) == len(paths)
    return [{scope["scope"]: scope for scope in line["scopes"]}["1:0"] for line in printed]


def line_edges(scope):
    line = lambda node: node if node in ("entry", "exit") else int(node.split(":")[0])
    return {(line(a), line(b)) for a, b in scope["edges"]}


def test_pairs_are_limited(run, tmp_path):
    """A function of n statements may have n²/2 pairs: a file prints a million of them, and says so."""
    path = tmp_path / "long.py"
    statements = "".join(f"    if c: x = {i}\n    use(x)\n" for i in range(2000))
    path.write_text(f"def f(c, use):\n    x = 0\n{statements}")
    (line,) = map(json.loads, run("debug", "cfg", path).stdout.splitlines())
    names = [name for name, _, _ in line["scopes"][1]["defuse"]]
    assert len(names) <= 1_000_000 < names.count("x") + 2000 + line["limit"]["uses_left_out"] * 2000
    assert line["limit"]["name"] == "max_printed_pairs" and line["limit"]["value"] == 1_000_000
    assert 500 < line["limit"]["uses_left_out"] < 6000
    path.write_text(f"def f(c, use):\n    x = 0\n{statements[:20000]}")
    assert "limit" not in json.loads(run("debug", "cfg", path).stdout)


@pytest.mark.skipif(sys.version_info < (3, 10), reason="programs with match statements")
@pytest.mark.skipif(
    (3, 11) <= sys.version_info < (3, 11, 7),
    reason="not checked: 3.11.2 was seen to give jumps the lines of other branches, 3.11.7 is right",
)
def test_executed_steps_are_edges(run, tmp_path):
    programs = [Program(seed) for seed in range(200)]
    count = 0
    for program, scope in zip(programs, printed_scopes(run, tmp_path, programs)):
        edges = line_edges(scope)
        for seed in range(8):
            steps = executed_steps(program, seed)
            count += len(steps)
            assert steps <= edges, f"{sorted(steps - edges, key=str)}\n{program.text}"
    assert count > 5000
