from __future__ import annotations, nested_scopes
from ...package . module import (a as b, c,)
import a.b.c as d, e
@decorator(x := 1)
@a[0].b
async def f[T: int = str, *Ts, **P](a, b: T = 1, /, *c: *Ts, d=2, **e) -> P:
    async with a as b, (c) as d: await e
    async for x in y: yield x
    return [await z async for z in (w async for w in v if u)]
class C[T](Base, *bases, metaclass=M, **kw):
    __slots__ = ()
    x: int = 1
    def m(self): nonlocal q; global r; return super().m(), __class__
type A[T] = list[T]
try: pass
except* (E, F) as e: raise X from e
else: pass
finally: del a, (b), [c.d, e[0]]
try:
    pass
except E, F: pass
with (a, b as c,): pass
with (a, b): pass
match x, y:
    case [1, -2.5 + 3j, "a" "b", None, True, *rest]: pass
    case {"k": v, **kw} | C(p, q=r) | (a.b) as s if t: pass
    case _: pass
assert a, b
lambda a, /, *b, c=1, **d: (yield)
x = y = *a, b = c
x: int
(x): int = yield
x @= y // z ** -w << 1 if not a < b <= c != d is not e not in f else ...
print(*a, k=1, **b, c=2, *d)
{**a, 'b': c, **{}} , {*a, b}, {x: y for x in z}, a[1:2, ::3, *b]
return; break; continue
