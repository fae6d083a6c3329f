"""`debug ast` against CPython's ast.dump(ast.parse(...), include_attributes=True)."""

import cpython
import pytest


def test_library(reference, check):
    """A sample of the interpreter's own library, its tests included; all of it in `make test-full`."""
    check("ast", reference, reference.sample(200))


# Left out: 3.8 and 3.9 count positions inside f-strings from another origin than they should.
OTHERS = ("3.10", "3.12", "3.13", "3.14")


@pytest.mark.full
@pytest.mark.parametrize("minor", OTHERS)
def test_other_versions(minor, check):
    """The libraries of the other supported versions, where they are installed."""
    interpreter = cpython.find(minor)
    if interpreter is None:
        pytest.skip(f"no CPython {minor} on this machine")
    check("ast", interpreter, interpreter.files())
