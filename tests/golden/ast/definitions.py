# golden: ast_defs, cst_defs, cst_decorators, cst_docstrings, ast_docstrings, cst_type_exprs
"""Module
    doc."""
import functools
from typing import overload


class Shape(Base):
    """A shape.

      Indented.
    """

    side: float

    @property
    def x(self): return lambda: self

    @x.setter
    def x(self, v): self.v = v

    @functools.cache
    async def area(self, *, scale: int = 1) -> float:
        yield [lambda: i for i in self]


@overload
def f(a: int): ...
@overload
def f(a: str): ...
def f(a): ...
def f(a): ...
