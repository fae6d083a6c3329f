# golden: diagnostics
def f():
    break


async def g():
    yield 1
    return 2


*a, *b = f(x=1, x=2)
return
