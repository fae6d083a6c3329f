# golden: diagnostics
def f():
    x = 1
    global x
    return nonexistent


def g(a, a): ...
