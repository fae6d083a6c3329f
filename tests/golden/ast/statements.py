# golden: ast_nodes(span, kind, name, slot, idx, ordinal, op, ctx, value, attrs)
"""Doc."""
import os.path as path, sys
from . import sibling
x: int = 1
x += 2
del x
assert x, "no"
if x:
    pass
elif y:
    pass
else:
    pass
for i in x:
    break
else:
    pass
while x:
    continue
try:
    raise E from e
except (A, B) as e:
    pass
else:
    pass
finally:
    pass
try:
    pass
except* A:
    pass
with open(x) as f, g:
    pass


def f():
    global x
    return x


class C(B, metaclass=M):
    def m(self):
        def n():
            nonlocal self


async def h():
    async for i in x:
        await i
    async with x:
        yield i
    yield
