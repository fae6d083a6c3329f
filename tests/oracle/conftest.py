"""Oracle tests compare with real CPython interpreters (cpython.py)."""

import collections
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import cpython  # noqa: E402


@pytest.fixture(scope="session")
def reference():
    """The CPython whose grammar and library are the oracle. Its absence is a failure, not a skip."""
    interpreter = cpython.find()
    if interpreter is None:
        pytest.fail(
            f"no CPython {cpython.REFERENCE} found: install it, or name one with"
            " CODEANATOMY_ORACLE_PYTHON"
        )
    return interpreter


@pytest.fixture
def other():
    """other(minor): the CPython of that version; skips, and says so, where there is none."""

    def get(minor):
        interpreter = cpython.find(minor)
        if interpreter is None:
            pytest.skip(f"no CPython {minor} on this machine: not checked")
        return interpreter

    return get


@pytest.fixture
def check(program, tmp_path, capsys):
    """check(kind, interpreter, files, **options): compares, says with whom, fails on differences."""

    def run(kind, interpreter, files, **options):
        assert files, f"no files below {interpreter.library}"
        compared = cpython.compare(program, kind, interpreter, files, tmp_path, **options)
        accepted, differences, left_out = compared
        asked = len(files) - len(left_out)
        with capsys.disabled():
            print(
                f"\n{kind}: {asked - len(differences)} of {asked} files as CPython"
                f" {interpreter.version}, which accepts {accepted} ({interpreter.path})"
            )
            kinds = [reason.split(": ", 1)[1].split(":")[0] for reason in left_out]
            for kind, count in sorted(collections.Counter(kinds).items()):
                example = left_out[kinds.index(kind)]
                print(f"  {count} left out, as CPython gives up with {kind}, as at {example}")
        assert not differences, "\n".join(differences[:20])

    return run
