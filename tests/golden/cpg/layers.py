# golden: cpg_nodes(kind, ast_kind, span, name, full_name, parent_id, ordinal, method_id), cpg_edges(kind, src, dst, label, ordinal)
import os
from .other import thing as renamed

LIMIT = 1


@renamed
class C(Base):
    field = LIMIT

    def m(self, a, *, k=2):
        local = self.n(a, k=LIMIT)
        if local:
            return [x for x in local]
        return lambda: local


def f(c):
    try:
        return c.m(1, k=-c)
    except E as e:
        raise
