"""`debug tokens` against the tokenize module.

Of files that the interpreter's parser accepts: tokenize itself also cuts up text that is no Python.
"""

import json
import random
import unicodedata

import corpora
import cpython
import pytest

INPUTS = cpython.ROOT / ".deps" / "inputs"
CASES = [
    'f"a\\N{BULLET}b" f"\\N{BULLET}" rf"\\N{{BULLET}}" f"\\{x}" f"{x:\\N{BULLET}a}"\n',
    'f"{x:}{y:{z}}{{}}{{{x}}}" f"{x:a{z}b}}}" f"{x=!r:^{y}}" f"{x!r:}" f"" f"}}" f"{{{{{x}}}}}"\n',
    "f'''{\nx:a\n}'''\nxé = f'''é\né{a}é''' + 'é'\nf'''a\r\n{b}\r\n'''\r\n",
    "é = '''é\n b''' ; y = '''é\né\n'''; z=3;é\nx='é\\\né';é=5\nx=1 \\\n + é\n",
    "if x:\n  a\\\n\n",
    "if x:\n  y # é",
    "x = 1 # c\r\n\r\n(a,\r\nb)\r\n",
    "\n# type: x\n\n  # y\nx = {\n# z\n\n 1: 2}\n",
]
LETTERS = [
    chr(c) for c in range(0x80, 0x30000)
    if ("a" + chr(c)).isidentifier() and unicodedata.ucd_3_2_0.category(chr(c)) != "Cn"
]
CASES.append("".join(f"a{c}b = 1\n" for c in LETTERS))  # words that hold each letter, mark and digit


def compare(program, interpreter, files, folder, capsys, what):
    assert files, f"no files below {interpreter.library}"
    compared, left_out, differences = 0, [], []
    for path, want, got in cpython.pairs(program, "tokens", interpreter, files, folder):
        if want["refused"] or not want["parsed"]:
            left_out.append(path)
            continue
        compared += 1
        if want["error"] or got["error"]:
            differences.append(f"{path}: CPython {want['error']}, the program {got['error']}")
        elif cpython.digest(json.dumps(got["tokens"])) != want["sha256"]:
            differences.append(f"{path}: other tokens")
    with capsys.disabled():
        print(
            f"\ntokens, {what}: {compared - len(differences)} of {compared} files as CPython"
            f" {interpreter.version}, {len(left_out)} that it rejects left out"
        )
    assert compared > 0, "nothing was compared"
    assert not differences, "\n".join(differences[:20])


@pytest.mark.parametrize("minor", cpython.SUPPORTED)
def test_library(minor, other, program, tmp_path, capsys):
    """A sample of each interpreter's own library; all of it in `make test-full`."""
    interpreter = other(minor)
    compare(program, interpreter, interpreter.sample(40), tmp_path, capsys, "library")


@pytest.mark.parametrize("minor", cpython.SUPPORTED)
def test_inputs(minor, other, program, tmp_path, capsys):
    """A sample of the packages that `make setup` brought for other tests."""
    files = sorted(str(p) for p in INPUTS.rglob("*.py") if p.is_file())
    if not files:
        pytest.skip(f"no packages below {INPUTS}")
    files = random.Random(cpython.SEED).sample(files, min(20, len(files)))
    compare(program, other(minor), files, tmp_path, capsys, "packages")


@pytest.mark.parametrize("minor", cpython.SUPPORTED)
def test_cases(minor, other, program, tmp_path, capsys):
    """What library files hardly have: ends of format specifications, marks in names, line ends."""
    files = cpython.write_cases(CASES, tmp_path)
    compare(program, other(minor), files, tmp_path, capsys, "cases")


@pytest.mark.full
@pytest.mark.parametrize("minor", cpython.SUPPORTED)
def test_corpora(minor, other, program, tmp_path, capsys):
    """Large packages, in every version."""
    compare(program, other(minor), corpora.files(), tmp_path, capsys, "packages")
