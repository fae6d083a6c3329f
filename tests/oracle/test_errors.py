"""`debug errors` of broken texts against the exception of compile().

From 3.10 on type, message, line and offset with their end are compared, before that type and line. The texts are
one-token damages of library files and of small modules at the borders of the grammar, and what the interpreter's
own tests of syntax hold.
"""

import json
import pathlib
import random
import subprocess

import cpython
import damage
import error_cases
import format_string_cases
import grammar_cases
import pytest
import symtable_cases

SNIPPETS = cpython.WORKER.with_name("syntax_snippets.py")
TESTS = (
    "test_syntax test_exceptions test_fstring test_string_literals test_named_expressions test_patma"
    " test_grammar test_positional_only_arg test_keywordonlyarg test_type_params test_except_star"
    " test_unpack_ex test_eof test_tokenize test_dictcomps test_listcomps test_genexps test_tstring"
).split()
DAMAGES = 10_000 if cpython.FULL else 200
SNIPPETS_SAMPLED = 400
MODULES = [
    *grammar_cases.CASES,
    *symtable_cases.CASES,
    *symtable_cases.GENERIC_CASES,
    *(case for case in error_cases.CASES if isinstance(case, str)),
    *format_string_cases.cases(300),
    *format_string_cases.cases(300, format_string_cases.MODERN_EXPRESSIONS),
]
END = ("end_lineno", "end_offset")
# Shares that hold in every version; docs/reference/front-end.md lists what is missing by cause.
PLACES_HOLD, WORDS_HOLD, ENDS_HOLD = 0.995, 0.99, 0.99


def library(interpreter):
    """The interpreter with the library to take texts from: itself, or 3.13 for one without files."""
    source = interpreter if interpreter.has_tests else cpython.find("3.13")
    return source if source is not None and source.has_tests else None


def snippets(source):
    """All of them in `make test-full`, else a seeded sample."""
    command = [source.path, "-X", "utf8", "-W", "ignore", str(SNIPPETS), *TESTS]
    result = subprocess.run(command, capture_output=True, check=True)
    texts = [text for _, text in json.loads(result.stdout)]
    if not cpython.FULL and len(texts) > SNIPPETS_SAMPLED:
        texts = random.Random(cpython.SEED).sample(texts, SNIPPETS_SAMPLED)
    return texts


def bad_files(source):
    """The bytes of the files that are broken on purpose in the interpreter's tests."""
    return [path.read_bytes() for path in sorted((source.library / "test").rglob("bad*.py"))]


def write(texts, folder):
    folder.mkdir()
    paths = []
    for number, text in enumerate(texts):
        path = folder / f"{number:05}.py"
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
        paths.append(str(path))
    return paths


class Tally:
    """Of broken texts: their count, how many have the right place, words, end, and what differs."""

    def __init__(self, exact):
        self.exact = exact
        self.count = self.placed = self.worded = self.ended = 0
        self.differences = []

    def add(self, path, want, got):
        place = ("type", "lineno", "offset") if self.exact else ("type", "lineno")
        self.count += 1
        right_place = got is not None and all(want[key] == got[key] for key in place)
        right_words = got is not None and want["msg"] == got["msg"]
        right_end = right_place and all(want[key] == got[key] for key in END)
        self.placed += right_place
        self.worded += right_words
        self.ended += right_end
        if not right_place or (self.exact and not (right_words and right_end)):
            self.differences.append(f"{path}: CPython {want}, the program {got}")

    def check(self):
        text = "\n".join(self.differences[:20])
        assert self.placed >= PLACES_HOLD * self.count, text
        assert not self.exact or self.worded >= WORDS_HOLD * self.count, text
        assert not self.exact or self.ended >= ENDS_HOLD * self.count, text


def compare(program, interpreter, files, folder):
    """The tally of each folder that holds files."""
    exact = interpreter.minor not in ("3.8", "3.9")
    tallies = {pathlib.Path(path).parent.name: Tally(exact) for path in files}
    for path, wanted, told in cpython.pairs(program, "errors", interpreter, files, folder):
        want, got = wanted["error"], told["error"]
        if wanted["refused"]:
            continue
        if want is None:
            assert got is None, f"{path}: CPython accepts it, the program {got}"
            continue
        tallies[pathlib.Path(path).parent.name].add(path, want, got)
    return tallies


@pytest.mark.parametrize("minor", cpython.SUPPORTED)
def test_errors_of_broken_texts(minor, other, program, tmp_path, capsys):
    interpreter = other(minor)
    source = library(interpreter)
    if source is None:
        pytest.skip(f"no library with tests for {minor}: not checked")
    texts = {
        "damages": damage.damaged(source.files(), DAMAGES, cpython.SEED),
        "damages of modules": damage.damaged_modules(MODULES, DAMAGES, f"{cpython.SEED} {minor}"),
        "snippets": snippets(source),
        "bad files": bad_files(source),
        "cases": error_cases.CASES,
    }
    files = [path for what in texts for path in write(texts[what], tmp_path / what)]
    tallies = compare(program, interpreter, files, tmp_path)
    for what, tally in tallies.items():
        with capsys.disabled():
            print(
                f"\nerrors, {what}: of {tally.count} at the place of CPython"
                f" {interpreter.version}'s {tally.placed}, in its words {tally.worded},"
                f" ending there {tally.ended}"
            )
    for what, tally in tallies.items():
        assert tally.count > len(texts[what]) // 20, f"nothing was compared of {what}"
        tally.check()
