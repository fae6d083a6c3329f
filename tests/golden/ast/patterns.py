# golden: ast_nodes(span, kind, name, slot, idx, value, attrs)
match x:
    case 1 | -2:
        pass
    case None:
        pass
    case [a, *rest]:
        pass
    case {"k": v, **others}:
        pass
    case C(1, k=_) as c if c:
        pass
