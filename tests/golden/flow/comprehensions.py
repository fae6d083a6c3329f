# golden: flow_node_edges(relation, src, label, dst)
def collect(a, b):
    lists = [x for y in a if y for x in y]
    maps = {k: v for k, v in b}
    return (z async for z in lists), {w for w in maps}
