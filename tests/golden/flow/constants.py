# golden: flow_blocks(kind, first_node_id, last_node_id, is_reachable), flow_cfg_edges(kind, completion, src, dst, is_implicit_raise)
def folded(a):
    if 0:
        a(1)
    if not 0:
        a(2)
    while 1:
        a(3)
        if __debug__:
            break
    while ():
        a(4)
    return a
    a(5)
