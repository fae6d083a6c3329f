# golden: resolve_bindings
import os

try:
    import json
except ImportError:
    json = None


def outer(a, b=os):
    x = a

    def inner():
        nonlocal x
        x = b
        return [x + i for i in len(a)]

    global made
    made = json
    return inner, made


class C:
    k = outer
    j = k

    def m(self):
        return k, C, print


def twice(): ...
def twice(): ...
twice()
match outer:
    case [first, *rest]:
        del first
