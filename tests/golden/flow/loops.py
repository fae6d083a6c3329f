# golden: flow_cfg_edges(kind, completion, src, dst, is_implicit_raise)
def search(a):
    while a:
        if a.skip:
            continue
        if a.found:
            break
    else:
        a = 1
    for b in a:
        for c in b:
            break
    else:
        return b
    while True:
        a()
