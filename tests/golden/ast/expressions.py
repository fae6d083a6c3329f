# golden: ast_nodes(span, kind, name, slot, idx, ordinal, op, ctx, value, attrs)
a and b or not c
(n := 1 + 2 * -3) << 4
~a @ b // c % d ** e
a < b <= c != d
a is not b
a if b else c
[1, *b]
(1,)
{1}
{1: 2, **a}
[i for i in a if i]
{i for i in a}
{i: 1 for i in a}
(i for i in a)
f(a, *b, k=c, **d)
a.b[1:2:3, ...]
lambda x, *y, z=1: x
True, None, 1.5, 2j, b"x", u"x", "a" "b"
x = yield_ = a


def g():
    x = yield
    yield from x
