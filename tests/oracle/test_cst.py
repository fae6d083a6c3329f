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


@pytest.mark.full
def test_every_file_is_written_back(program, reference, tmp_path, capsys):
    """The library and the pinned packages, byte for byte; without LibCST, which would take hours."""
    files = reference.files() + corpora.files()
    told = lines([str(program), "debug", "cst", "--files-from"], files, tmp_path, "program")
    size, wrong = 0, []
    for file in files:
        content = pathlib.Path(file).read_bytes()
        size += len(content)
        seen = told[file]
        digest = hashlib.sha256(content).hexdigest()
        if (seen["equal"], seen["length"], seen["sha256"]) != (True, len(content), digest):
            wrong.append(file)
    with capsys.disabled():
        print(f"\ncst: {len(files)} files of {size} bytes, {len(wrong)} not written back")
    assert size > 0 and not wrong, wrong[:20]


@pytest.mark.full
def test_inputs(program, tmp_path, capsys):
    """The packages of the benchmarks, where they were fetched."""
    folder = pathlib.Path(os.environ["CODEANATOMY_SOURCE_DIR"]) / ".deps" / "inputs"
    files = sorted(str(path) for path in folder.glob("*/**/*.py"))
    if not files:
        pytest.skip("no inputs: benchmarks/fetch_inputs.sh django sympy sqlalchemy")
    check(program, files, tmp_path, capsys)
