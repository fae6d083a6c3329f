"""`debug symtable` against CPython's symtable module."""

import cpython
import pytest
from symtable_cases import CASES, GENERIC_CASES


def write_cases(cases, folder):
    files = []
    for number, case in enumerate(cases):
        path = folder / f"case_{number:03}.py"
        path.write_text(case, encoding="utf-8", newline="")
        files.append(str(path))
    return files


def cases_for(interpreter):
    return CASES + GENERIC_CASES if interpreter.minor in ("3.12", "3.13", "3.14") else CASES


def test_library(reference, check):
    """A sample of the interpreter's own library, its tests included; all of it in `make test-full`."""
    check("symtable", reference, reference.sample(200))


def test_cases(reference, check, tmp_path):
    """Corners of the scope rules, and the errors of the stage with message and position."""
    check("symtable", reference, write_cases(cases_for(reference), tmp_path), exact_errors=True)


@pytest.mark.full
@pytest.mark.parametrize("minor", [v for v in cpython.SUPPORTED if v != cpython.REFERENCE])
def test_other_versions(minor, check, tmp_path):
    """The same for the other supported versions, where they are installed."""
    interpreter = cpython.find(minor)
    if interpreter is None:
        pytest.skip(f"no CPython {minor} on this machine")
    if minor != "3.8":  # its parser itself refuses some of the cases
        exact = minor != "3.9"  # its positions are not promised
        check("symtable", interpreter, write_cases(cases_for(interpreter), tmp_path), exact_errors=exact)
    if minor not in ("3.8", "3.9"):  # lines of scopes inside f-strings, as in test_ast.py
        check("symtable", interpreter, interpreter.files())
