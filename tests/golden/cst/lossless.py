# golden: cst_nodes(span, kind, slot, idx), cst_tokens(span, kind, text)

# leads f
@d(1)
def f(a, *, b: int = (2)):  # tail
    return a if not b else f"{a!r}" 'x'
