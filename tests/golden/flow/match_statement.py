# golden: flow_cfg_edges(kind, completion, src, dst, is_implicit_raise)
def decide(a):
    match a:
        case 0 | 1:
            return 1
        case [b, *c] if b:
            return c
        case {"k": d, **e}:
            return d, e
        case C(x=f):
            return f
        case g:
            return g
