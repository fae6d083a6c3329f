# golden: cst_callsites, cst_call_args, ast_calls
import os.path as p
from . import near
from m import g as h


class A:
    def m(self):
        return self.m(len(self))


def f(a, *b, **c):
    f(1, *a, k=2, **c)
    p.join(a)
    near(a)
    h.x()
    A().m()
    a[0]()
    (lambda: 0)()
