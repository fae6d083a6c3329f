# golden: cpg_edges(kind, src, dst, label), cpg_nodes(kind, span, name, idom_id, ipostdom_id, may_raise)
def f(a):
    if a:
        a = a()
    return lambda: a
