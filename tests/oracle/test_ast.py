"""`debug ast` against CPython's ast.dump(ast.parse(...), include_attributes=True)."""

import corpora
import cpython
import pytest
from format_string_cases import MODERN_EXPRESSIONS, cases
from grammar_cases import CASES

OTHERS = [v for v in cpython.SUPPORTED if v != cpython.REFERENCE]


def test_library(reference, check):
    """A sample of the interpreter's own library, its tests included; all of it in `make test-full`."""
    check("ast", reference, reference.sample(200))


@pytest.mark.parametrize("minor", OTHERS)
def test_other_versions(minor, other, check):
    """The same for every other supported version that is installed."""
    interpreter = other(minor)
    check("ast", interpreter, interpreter.sample(60))


def test_newest_with_tests(reference, other, check):
    """3.14 comes without its tests: it reads those of the reference as well."""
    check("ast", other("3.14"), reference.sample(60))


@pytest.mark.full
@pytest.mark.parametrize("minor", cpython.SUPPORTED)
def test_corpora(minor, other, check):
    """Large packages, in every version."""
    check("ast", other(minor), corpora.files())


@pytest.mark.parametrize("minor", cpython.SUPPORTED)
def test_format_strings(minor, other, check, tmp_path):
    """Positions inside format strings, which no two versions before 3.12 count alike, and the text
    that `=` shows, which no two versions since then cut alike."""
    count = 600 if cpython.FULL else 200
    sources = [*cases(count), *cases(count // 2, MODERN_EXPRESSIONS)]
    files = cpython.write_cases(sources, tmp_path)
    check("ast", other(minor), files, rejected_alike=False)


@pytest.mark.parametrize("minor", cpython.SUPPORTED)
def test_grammar(minor, other, check, tmp_path):
    """What each version accepts and rejects of the forms that tell them apart."""
    check("ast", other(minor), cpython.write_cases(CASES, tmp_path))
