"""`debug cst` against LibCST: how many nodes of every class, and where they stand."""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
from collections import Counter

import corpora
import cpython
import damage
import pytest

WORKER = pathlib.Path(__file__).with_name("cst_worker.py")

# Classes for which LibCST records no position of the syntax proper: theirs take in the white space, and
# some the separator, that the class happens to write.
SPACED = set(
    "AsName ComparisonTarget CompFor CompIf EmptyLine LeftCurlyBrace LeftParen LeftSquareBracket Minus Module"
    " Not Parameters ParamSlash ParamStar Plus BitInvert RightCurlyBrace RightParen RightSquareBracket".split()
)


def lines(command, files, folder, name):
    listing = folder / f"{name}.list"
    listing.write_text("".join(f"{f}\n" for f in files), encoding="utf-8", errors="surrogateescape")
    done = subprocess.run([*command, str(listing)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return {value["path"]: value for value in map(json.loads, done.stdout.splitlines())}


def placed(spans):
    return Counter(tuple(span) for span in spans if span[0] not in SPACED)


def differences(program, files, folder):
    """What differs, as text, and the number of files that LibCST reads."""
    worker = [sys.executable, str(WORKER)]
    wanted = lines(worker, files, folder, "libcst")
    tool = [str(program), "debug", "cst", "--all-spans", "--files-from"]
    told = lines(tool, files, folder, "program")
    found, read = [], 0
    for path in files:
        want, got = wanted[path], told[path]
        content = pathlib.Path(path).read_bytes()
        if not got["equal"] or got["length"] != len(content):
            found.append(f"{path}: written back {got['length']} of {len(content)} bytes")
        if "refused" in want:
            continue
        read += 1
        for kind in sorted(want["counts"].keys() | got["counts"].keys()):
            count = want["counts"].get(kind, 0), got["counts"].get(kind, 0)
            if count[0] != count[1]:
                found.append(f"{path}: {kind}: LibCST has {count[0]}, the program {count[1]}")
        missing = placed(want["spans"]) - placed(got["spans"])
        if missing:
            found.append(f"{path}: {sum(missing.values())} positions, such as {min(missing)}")
    return found, read


def check(program, files, folder, capsys):
    found, read = differences(program, files, folder)
    with capsys.disabled():
        print(f"\ncst: {len(files)} files, {read} of them read by LibCST, {len(found)} differences")
    assert read > 0
    assert not found, "\n".join(found[:20])


def test_library(program, reference, tmp_path, capsys):
    """A sample of the interpreter's library; all of it in `make test-full`."""
    check(program, reference.sample(40), tmp_path, capsys)


def check_written_back(program, minor, files, folder, capsys, what):
    """Byte for byte, by the grammar of that version; without LibCST, which would take hours."""
    tool = [str(program), "debug", "cst", "--target-version", minor, "--files-from"]
    told = lines(tool, files, folder, "program")
    size, wrong = 0, []
    for file in files:
        content = pathlib.Path(file).read_bytes()
        size += len(content)
        seen = told[file]
        digest = hashlib.sha256(content).hexdigest()
        if (seen["equal"], seen["length"], seen["sha256"]) != (True, len(content), digest):
            wrong.append(file)
    with capsys.disabled():
        print(f"\ncst, {what}: {len(files)} files of {size} bytes, {len(wrong)} not written back by {minor}")
    assert size > 0 and not wrong, wrong[:20]


@pytest.mark.parametrize("minor", cpython.SUPPORTED)
def test_library_is_written_back(minor, other, program, tmp_path, capsys):
    """A sample of each interpreter's library; all of it in `make test-full`."""
    check_written_back(program, minor, other(minor).sample(60), tmp_path, capsys, "library")


@pytest.mark.parametrize("minor", cpython.SUPPORTED)
def test_damages_are_written_back(minor, reference, program, tmp_path, capsys):
    """Texts with one damaged token; 10,000 a version in `make test-full`."""
    texts = damage.damaged(reference.files(), 10_000 if cpython.FULL else 200, f"{cpython.SEED} {minor}")
    files = cpython.write_cases(texts, tmp_path)
    check_written_back(program, minor, files, tmp_path, capsys, "damages")


@pytest.mark.full
def test_corpora_are_written_back(program, tmp_path, capsys):
    """The pinned packages."""
    check_written_back(program, cpython.SUPPORTED[-1], corpora.files(), tmp_path, capsys, "packages")


@pytest.mark.full
def test_inputs(program, tmp_path, capsys):
    """The packages of the benchmarks, where they were fetched."""
    folder = pathlib.Path(os.environ["CODEANATOMY_SOURCE_DIR"]) / ".deps" / "inputs"
    files = sorted(str(path) for path in folder.glob("*/**/*.py"))
    if not files:
        pytest.skip("no inputs: benchmarks/fetch_inputs.sh django sympy sqlalchemy")
    check(program, files, tmp_path, capsys)
