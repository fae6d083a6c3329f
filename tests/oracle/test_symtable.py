"""`debug symtable` against CPython's symtable module."""

import corpora
import cpython
import pytest
from grammar_cases import CASES as GRAMMAR_CASES
from symtable_cases import CASES, GENERIC_CASES

OTHERS = [v for v in cpython.SUPPORTED if v != cpython.REFERENCE]


def cases_for(interpreter):
    return CASES + GENERIC_CASES if interpreter.minor in ("3.12", "3.13", "3.14") else CASES


def test_library(reference, check):
    """A sample of the interpreter's own library, its tests included; all of it in `make test-full`."""
    check("symtable", reference, reference.sample(200))


def test_cases(reference, check, tmp_path):
    """Corners of the scope rules, and the errors of the stage with message and position."""
    files = cpython.write_cases(cases_for(reference), tmp_path)
    check("symtable", reference, files, exact_errors=True)


@pytest.mark.parametrize("minor", OTHERS)
def test_other_versions(minor, other, check, tmp_path):
    """The same for every other supported version that is installed."""
    interpreter = other(minor)
    if minor != "3.8":  # its parser itself refuses some of the cases
        exact = minor != "3.9"  # its positions are not promised
        files = cpython.write_cases(cases_for(interpreter), tmp_path)
        check("symtable", interpreter, files, exact_errors=exact)
    check("symtable", interpreter, interpreter.sample(60))


def test_newest_with_tests(reference, other, check):
    """3.14 comes without its tests: it reads those of the reference as well."""
    check("symtable", other("3.14"), reference.sample(60))


@pytest.mark.full
@pytest.mark.parametrize("minor", cpython.SUPPORTED)
def test_corpora(minor, other, check):
    """Large packages, in every version."""
    check("symtable", other(minor), corpora.files())


@pytest.mark.parametrize("minor", cpython.SUPPORTED)
def test_grammar(minor, other, check, tmp_path):
    """Tables of the forms that tell versions apart."""
    check("symtable", other(minor), cpython.write_cases(GRAMMAR_CASES, tmp_path))
