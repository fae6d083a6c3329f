# golden: flow_blocks(kind, first_node_id, last_node_id, loop_depth, is_reachable), flow_control_deps(src, label, dst), flow_dominators(relation, src, dst, depth)
def choose(a, b):
    while a and not b:
        if 0 < a < 9:
            break
    else:
        a = 1 if b else 2
    match a:
        case 1 | 2:
            return [x for x in b if x]
        case _:
            pass
    if 0:
        never()
