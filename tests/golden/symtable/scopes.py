# golden: symtable_scopes, symtable_symbols, symtable_scope_edges
g = 1


class C:
    member = g

    def __private(self, p, *args):
        global made
        made = 1

        def inner():
            nonlocal p
            p = self
            return __class__

        return [x for x in args if (w := x)]


def generic[T](a: T) -> T:
    import os
    return a
