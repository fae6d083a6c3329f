"""Source files of one repeated construct, of any size: what makes a cost that is not linear show.

SHAPES maps a name to a function from n to source text in which the construct occurs n times. Real code
holds each of them in small numbers; generated or hostile code holds them in any.
"""


def _lines(line):
    return lambda n: "".join(line.format(i=i, before=max(0, i - 1)) for i in range(n))


def _chain(begin, link, end="\n"):
    return lambda n: begin + link * n + end


def _globals(n):
    names = [f"g{i}" for i in range(n)]
    return "".join(f"{name} = 1\n" for name in names) + f"def f():\n    global {', '.join(names)}\n"


SHAPES = {
    # chains in one expression
    "sum": _chain("x = a", " + b"),
    "conditional": _chain("x = ", "a if b else ", "c\n"),
    "attribute": _chain("x = a", ".b"),
    "call": _chain("x = a", "(1)"),
    "subscript": _chain("x = a", "[0]"),
    "comparison": _chain("x = a", " < b"),
    "not": _chain("x = ", "not ", "a\n"),
    "minus": _chain("x = ", "-", "1\n"),
    "comprehension": _chain("x = [1 ", "for a in b ", "]\n"),
    # long lists
    "list": _chain("x = [", "1, ", "]\n"),
    "dict": _chain("x = {", "'k': {'a': 1}, ", "}\n"),
    "parameters": lambda n: f"def f({', '.join(f'a{i}' for i in range(n))}): pass\n",
    "targets": _chain("", "a = ", "1\n"),
    "with_items": lambda n: f"with {', '.join(['a as b'] * n)}: pass\n",
    "global": _globals,
    "decorators": _chain("", "@d\n", "def f(): pass\n"),
    # strings and layout
    "string": _chain("x = '", "a" * 10, "'\n"),
    "adjacent_strings": _chain("x = (", "'a' ", ")\n"),
    "f_string": _chain("x = f'", "{a}b", "'\n"),
    "comments": _chain("", "# c\n"),
    "continuation": _chain("x = 1", " + \\\n 1"),
    "names": _lines("naïve{i} = ünï{i}\n"),
    # statements
    "elif": _chain("if a: pass\n", "elif b: pass\n"),
    "case": lambda n: "match x:\n" + _lines("    case {i}: pass\n")(n),
    "except": lambda n: "try: pass\n" + _lines("except E{i}: pass\n")(n),
    "imports": _lines("import m{i}\n"),
    "star_imports": _lines("from m{i} import *\n"),
    "functions": _lines("def f{i}(x):\n    y = x\n    return g{i}(y)\n"),
    "one_name": _chain("", "def f(x):\n    return x\n"),
    "closures": lambda n: "def o():\n  v = 1\n" + _lines("  def f{i}(): return v\n")(n),
    "classes": _lines("class C{i}(C{before}):\n    def m(self): return self.x\n"),
    # flow: each name is bound on one of many ways and read behind, or behind many tests
    "match_names": lambda n: "def f(s):\n match s:\n"
    + _lines("  case [{i}, a{i}]: pass\n")(n)
    + _lines(" a{i}\n")(n),
    "conditional_names": lambda n: "def f(c, use):\n x = 0\n" + _lines(" if c: x = {i}\n use(x)\n")(n),
    "handler_names": lambda n: "def f(s):\n try:\n"
    + _lines("  if s: a{i} = g()\n")(n)
    + " except E:\n"
    + _lines("  a{i}\n")(n),
    "tests": lambda n: "def f(c, use):\n" + _lines(" if c is g{i}: return use(c)\n")(n) + " use(c)\n",
    "hidden_names": lambda n: "def f():\n"
    + _lines(" x{i} = 1\n")(n)
    + " class A:\n"
    + _lines("  x{i} = x{i}\n  def g{i}(s): return x{i}\n")(n),
    # damage
    "errors": _chain("", "def f(:\n  x = = 1\n"),
    "open_brackets": _chain("", "f(\n"),
    "open_before_def": _chain("", "x = (1,\ndef f():\n    pass\n"),
    "closers": _chain("", ")]}\n"),
    "open_quotes": _chain("", "x = 'a\n"),
    "open_triple_quotes": _chain("", "x = '''a\n"),
    "tabs": _chain("", "if x:\n\ty\n        z\n"),
}
