"""Small modules that the grammar accepts and compile() mostly refuses: statements that are wrong only
where they stand, put into every kind of place."""

PLACES = (
    "{}",
    "def f():\n {}",
    "async def f():\n {}",
    "class A:\n {}",
    "def f():\n class A:\n  {}",
    "for i in j:\n {}",
    "def f():\n while 1:\n  {}",
    "def f():\n for i in j:\n  pass\n else:\n  {}",
    "for i in j:\n try:\n  x\n finally:\n  {}",
    "for i in j:\n with a as b, c:\n  {}",
    "for i in j:\n def f():\n  {}",
    "while 1:\n class A:\n  {}",
    "if 0:\n {}",
    "try:\n {}\nexcept E:\n pass",
    "try:\n x\nexcept E as e:\n {}",
)
STATEMENTS = (
    "return",
    "return 1",
    "return x",
    "break",
    "continue",
    "yield",
    "x = yield 1",
    "yield from x",
    "await x",
    "x = [await y]",
    "async for a in b: pass",
    "async with a as b: pass",
    "[x async for x in y]",
    "{x: 1 async for x in y}",
    "(x async for x in y)",
    "[await x for x in y]",
    "[[x async for x in y] for z in w]",
    "[x for x in [y async for y in z]]",
    "lambda: (yield)",
    "lambda: await x",
    "*a",
    "*a = 1",
    "x = *a",
    "*a, *b = c",
    "[*a, (b, *c, *d)] = e",
    "for *a in b: pass",
    "f(x=1, y=2, x=3)",
    "f(a, *b, x=1, **c, y=2,\n  y=3)",
    "__debug__ = 1",
    "f(__debug__=1)",
    "import a as __debug__",
    "x.__debug__ = 1",
    "from __future__ import annotations",
    "from __future__ import nonsense",
    "nonlocal x",
    "global x; x = 1",
    "x = 1; y = *z; return",
    "x = yield; *a = b",
    "y[(yield)], *z = *a, break_",
)
MODULES = (
    "try:\n x\nexcept:\n y\nexcept E:\n z",
    "def f():\n try:\n  x\n except:\n  y\n except:\n  z",
    "class A(x=1, y=2, x=3): pass",
    "def f(a, __debug__): pass",
    "def __debug__(): pass",
    "class __debug__: pass",
    "lambda *, __debug__: 0",
    "try:\n x\nexcept E as __debug__:\n y",
    "for __debug__ in x: pass",
    "del __debug__",
    "del x.__debug__",
    "x.__debug__: int",
    "__debug__: int",
    "__debug__: int = 1",
    "with a as __debug__: pass",
    "(__debug__ := 1)",
    "__debug__ += 1",
    "x = 1\nfrom __future__ import division",
    "'doc'\nfrom __future__ import division\n'text'\nfrom __future__ import generators",
    "'doc'\n'text'\nfrom __future__ import division",
    "from .__future__ import division; 'text'; from __future__ import generators",
    "from __future__ import division; import x; 'text'; from __future__ import (division,\n generators)",
    "def f():\n  x: await y",
    "def f():\n  (x): await y = 1",
    "def f():\n  x.z: g(a=1, a=2)",
    "def f():\n  x: [await z for z in y]",
    "def f():\n  x: [i async for i in y] = 3",
    "def f():\n  x: (lambda: await 3) = 3",
    "def f():\n  x: (__debug__ := 1) = 3",
    "def f():\n  x: g(*a, a=(*b, (yield)))",
    "def f():\n  x[await y]: int",
    "def f():\n  x: await y\n  z = await y",
    "def f():\n  def g(x: h(a=1, a=2)): pass",
    "from __future__ import annotations\nx: g(a=1, a=2)",
    "from __future__ import annotations\nx: await y",
    "from __future__ import annotations\n(x): await y",
    "from __future__ import annotations\nx.y: [await z for z in w] = 3",
    "from __future__ import annotations\ndef f(a: g(a=1, a=2)) -> g(b=1, b=2): pass",
    "from __future__ import annotations\ndef f(a: await y) -> await z: pass",
    "from __future__ import annotations\nclass A:\n  x: g(a=1, a=2)\n  y[await z]: int",
    "from __future__ import braces",
    "from __future__ import division; import x; from __future__ import generators",
    "async def f():\n yield 1\n return 2",
    "async def f():\n return 2\n yield 1",
    "async def f():\n def g():\n  yield\n return 2",
    "a, " * 256 + "*b = c",
    "a, " * 255 + "*b = c",
)
MATCH = (
    "case x: pass\n case y: pass",
    "case _: pass\n case y: pass",
    "case x if y: pass\n case _: pass",
    "case (x | 1): pass",
    "case 1 | x: pass",
    "case 1 | _ | 2: pass",
    "case (_ as x): pass\n case 1: pass",
    "case [x, x]: pass",
    "case [x, *x]: pass",
    "case [x, y as x]: pass",
    "case [*_, *_]: pass",
    "case [a, *b, c, *d]: pass",
    "case {1: x, **x}: pass",
    "case {1: _, 1: _}: pass",
    "case {1: _, 1.0: _, True: _}: pass",
    "case {'a': _, b.c: _, 'a': _}: pass",
    "case {-1: _, -1: _}: pass",
    "case {1+2j: _, 1+2j: _}: pass",
    "case A(x=1, y=2, x=3): pass",
    "case A(x, x): pass",
    "case A(x, y=x): pass",
    "case [x] | [y]: pass",
    "case [x, y] | [y, x]: pass",
    "case [x] | [x, y]: pass",
    "case ([x] | (x)) | [x]: pass",
    "case [x, [y] | [z, y], y]: pass",
    "case [[x] | (x,), [x] | 1]: pass",
    "case (x as x): pass",
    "case [(1 | 2) as x, x]: pass",
)
BLOCKS = ("while 1:", "for i in j:", "with a:", "try:")
GROUP = (
    "for i in j:\n try:\n  x\n except* E:\n  {}",
    "def f():\n try:\n  x\n except* E as e:\n  {}",
    "def f():\n try:\n  x\n except* E:\n  while 1:\n   {}",
    "def f():\n for i in j:\n  try:\n   x\n  except* E:\n   def g():\n    {}",
    "for i in j:\n try:\n  {}\n except* E:\n  x\n else:\n  {}",
)
GENERIC = (
    "def f[T = int, U](): pass",
    "class A[T, U = int, *V]: pass",
    "type A[T = int, **P] = x",
    "def f[T](x: (yield)): pass",
    "type A = (yield)",
    "type A = await x",
    "def f[T: (x := 1)](): pass",
    "class A[T](x := 1): pass",
    "def f[T, T](): pass",
    "def f[T]():\n nonlocal T",
    "class A[T]:\n def f(self):\n  nonlocal T",
)


def nested(block, count):
    lines = [" " * depth + block for depth in range(count)]
    lines.append(" " * count + "pass")
    if block == "try:":
        lines += [" " * depth + "except E: pass" for depth in reversed(range(count))]
    return "\n".join(lines)


def cases(minor):
    version = tuple(map(int, minor.split(".")))
    yield from (place.format(s.replace("\n", " ")) for place in PLACES for s in STATEMENTS)
    yield from MODULES
    yield from (nested(block, count) for block in BLOCKS for count in (20, 21, 22))
    if version >= (3, 10):
        yield from (f"match m:\n {body}" for body in MATCH)
    if version >= (3, 11):
        yield from (
            place.format(*[s] * 2) for place in GROUP for s in ("break", "continue", "return x")
        )
    if version >= (3, 12):
        yield from GENERIC
