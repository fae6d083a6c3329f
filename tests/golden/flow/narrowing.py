# golden: flow_narrowings(node_id, subject_id, variable, test, argument_id, holds, reaching_id, source_id), flow_uses(node_id, variable, reaching_id), flow_phis(phi_id, reaching_id)
def by_type(x):
    if isinstance(x, int):
        return x
    elif issubclass(x, (str, bytes)):
        return x
    elif callable(x):
        return x
    elif type(x) is list:
        return x
    return x


def default(x=None):
    if x is None:
        x = 1
    return x


def leaves(x):
    if x is not None and x != 0:
        return x
    raise ValueError(x)


def one_of(x):
    if isinstance(x, A):
        a()
    elif isinstance(x, B):
        b()
    else:
        raise E
    return x


def walrus(text):
    while chunk := text():
        yield chunk
    return chunk


def kinds(x):
    match x:
        case int():
            return x
        case [_, *_] if x:
            return x
        case _:
            return x


def containers(x):
    assert x in ("a", "b")
    return [y for y in x if y not in x]


def fields(self):
    self.n = make()
    if self.n:
        return self.n
    make()
    return self.n


def none_of_these(x, E):
    if isinstance(x, (x := E)):
        return x
    try:
        x()
    except E:
        return x < E
