# golden: flow_cfg_edges(kind, completion, src, dst, is_implicit_raise)
def manage(a, b):
    with a() as x, b:
        if x:
            return x
        x()
    for y in a:
        with y:
            break
