# golden: flow_uses(node_id, variable, kind, reaching_id, may_be_unbound), flow_phis(phi_id, reaching_id, via_exception, via_back_edge), flow_defs(node_id, variable, kind, value_id, is_strong, prior_id)
def attributes(self, other):
    self.n = 1
    other.n = 2
    if self.n:
        self.n += 1
    self.run()
    return self.n


def subscripts(d, k):
    d["a"] = k
    d[k] = d["a"]
    return d["a"]
