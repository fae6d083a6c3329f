# golden: ast_nodes(span, kind, name, slot, idx, value, attrs)
f"a{b}c{d!r:>{w}}"
f"{x=}"
t"{a}b{c!s:x}"
