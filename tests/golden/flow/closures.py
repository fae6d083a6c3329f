# golden: flow_captures(function_id, outer_function_id, decl_id, name, kind, read_count, write_count, depth), flow_uses(node_id, variable, kind, reaching_id, may_be_unbound), flow_phis(phi_id, reaching_id, via_exception, via_back_edge), flow_defs(node_id, variable, kind, value_id, is_strong, prior_id)
def outer(a):
    count = 0

    def inner():
        nonlocal count
        count += a
        return lambda: count

    class Local:
        count = a

        def method(self):
            return __class__, count

    return inner, Local, [a for _ in count]
