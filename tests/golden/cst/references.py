# golden: cst_refs
import os

a = os.path . join(x.y, f().z)


def f(p):
    p.q = [p for p in a if (w := p)]
    del p.q
    return lambda: p


class C:
    k = a
    t: a = k
