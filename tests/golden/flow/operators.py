# golden: flow_node_edges(relation, src, label, dst)
def choose(a, b, c):
    if a and b or not c:
        return a or b
    if a < b < c:
        return a if b else c
    while (d := a()) is not None:
        c = d
    return not a
