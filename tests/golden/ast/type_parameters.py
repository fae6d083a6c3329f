# golden: ast_nodes(span, kind, name, slot, idx), ast_defs
type A[*Ts, **P, T: int = str] = list[T]


def f[T](x: T, /, y: "T" = 1, *args: int, k: str = "x", **kw) -> T: ...


class C[T](Base[T], metaclass=M): ...
