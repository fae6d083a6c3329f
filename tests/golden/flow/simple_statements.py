# golden: flow_cfg_edges(kind, completion, src, dst, is_implicit_raise), flow_uses(node_id, variable, kind, reaching_id, may_be_unbound), flow_phis(phi_id, reaching_id, via_exception, via_back_edge), flow_defs(node_id, variable, kind, value_id, is_strong, prior_id)
def check(a):
    assert a, "message"
    b = a
    del b
    global g
    g = a
    a += 1
    raise a
