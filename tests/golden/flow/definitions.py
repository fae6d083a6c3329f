# golden: flow_uses(node_id, variable, kind, reaching_id, may_be_unbound), flow_phis(phi_id, reaching_id, via_exception, via_back_edge), flow_defs(node_id, variable, kind, value_id, is_strong, prior_id)
def straight(a):
    x = a
    x = [x for x in x]
    return x


def loop(n):
    s = 0
    while n:
        s += n
        n = n - 1
    return s


def handler():
    x = 1
    try:
        x = f()
        x = g()
    except E as e:
        return x, e
    return x, e


def walrus(a):
    [(last := i) for i in a]
    return last
