"""Trees of seeded damages and of files cut off at every byte against CPython's: accepted alike, and the same tree."""

import pathlib
import subprocess

import cpython
import pytest

COUNT = 20_000 if cpython.FULL else 1000
VERSIONS = cpython.SUPPORTED if cpython.FULL else (cpython.REFERENCE, "3.14")
CUT = ("strings.py", "layout.py", "statements.py") if cpython.FULL else ("strings.py",)
EVERY = 1 if cpython.FULL else 2


@pytest.fixture
def seeds():
    return pathlib.Path(__file__).parents[2] / "fuzz" / "corpus"


@pytest.mark.parametrize("minor", VERSIONS)
def test_damages(minor, other, check, program, seeds, tmp_path):
    command = [program.with_name("fuzz_run"), seeds, "--seed", str(cpython.SEED), "--count", str(COUNT)]
    subprocess.run([*command, "--emit", tmp_path / "made"], check=True)
    files = sorted(map(str, (tmp_path / "made").iterdir()))
    assert len(files) == COUNT
    check("ast", other(minor), files)


@pytest.mark.parametrize("minor", VERSIONS)
def test_cut_off(minor, other, check, seeds, tmp_path):
    files = []
    for name in CUT:
        text = (seeds / name).read_bytes()
        for end in range(0, len(text), EVERY):
            path = tmp_path / f"{end:05}_{name}"
            path.write_bytes(text[:end])
            files.append(str(path))
    check("ast", other(minor), files)
