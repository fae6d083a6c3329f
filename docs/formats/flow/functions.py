"""The functions that flow.md shows; the first line of each names the layer."""


def choose(a):  # cfg
    if a:
        b = 1
    else:
        b = 2
    return b


def either(a, b):  # cfg
    if a and not b or a():
        return 1 if b else 2


def search(items):  # cfg
    for item in items:
        if item:
            break
    else:
        item = None
    return item


def read(path):  # cfg
    try:
        return open(path)
    except OSError as error:
        return error


def always(f):  # cfg
    try:
        return f()
    finally:
        f.close()


def manage(lock):  # cfg
    with lock as held:
        held()
    return held


def decide(value):  # cfg
    match value:
        case 0:
            return 1
        case [x, *_] if x:
            return x


def collect(rows):  # cfg
    return [cell for row in rows for cell in row if cell]


def depends(a, b):  # cdg
    while a:
        if b:
            a = b
        a = a - 1
    return a


def reaches(n):  # ddg
    total = 0
    while n:
        total += n
        n = n - 1
    return total
