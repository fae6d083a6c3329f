"""`debug errors` of broken texts against the exception of compile().

From 3.10 on type, message, line and offset with their end are compared, before that type and line. The texts are
one-token damages of library files and what the interpreter's own tests of syntax hold.
"""

import json
import random
import subprocess

import cpython
import damage
import error_cases
import pytest

SNIPPETS = cpython.WORKER.with_name("syntax_snippets.py")
TESTS = (
    "test_syntax test_exceptions test_fstring test_string_literals test_named_expressions test_patma"
    " test_grammar test_positional_only_arg test_keywordonlyarg test_type_params test_except_star"
    " test_unpack_ex test_eof test_tokenize test_dictcomps test_listcomps test_genexps test_tstring"
).split()
DAMAGES = 10_000 if cpython.FULL else 200
SNIPPETS_SAMPLED = 400
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


def compare(program, interpreter, files, folder):
    """Of broken texts: their count, how many have the right place, words, end, and what differs."""
    exact = interpreter.minor not in ("3.8", "3.9")
    place = ("type", "lineno", "offset") if exact else ("type", "lineno")
    count = placed = worded = ended = 0
    differences = []
    for path, wanted, told in cpython.pairs(program, "errors", interpreter, files, folder):
        want, got = wanted["error"], told["error"]
        if wanted["refused"]:
            continue
        if want is None:
            assert got is None, f"{path}: CPython accepts it, the program {got}"
            continue
        count += 1
        right_place = got is not None and all(want[key] == got[key] for key in place)
        right_words = got is not None and want["msg"] == got["msg"]
        right_end = right_place and all(want[key] == got[key] for key in END if key in want)
        placed += right_place
        worded += right_words
        ended += right_end
        if not right_place or (exact and not (right_words and right_end)):
            differences.append(f"{path}: CPython {want}, the program {got}")
    return count, placed, worded, ended, differences


@pytest.mark.parametrize("minor", cpython.SUPPORTED)
def test_errors_of_the_parser(minor, other, program, tmp_path, capsys):
    interpreter = other(minor)
    source = library(interpreter)
    if source is None:
        pytest.skip(f"no library with tests for {minor}: not checked")
    exact = minor not in ("3.8", "3.9")
    for what, texts in (
        ("damages", damage.damaged(source.files(), DAMAGES, cpython.SEED)),
        ("snippets", snippets(source)),
        ("bad files", bad_files(source)),
        ("cases", error_cases.CASES),
    ):
        if not texts:
            continue
        files = write(texts, tmp_path / what)
        count, placed, worded, ended, differences = compare(program, interpreter, files, tmp_path)
        with capsys.disabled():
            print(
                f"\nerrors, {what}: of {count} at the place of CPython {interpreter.version}'s"
                f" {placed}, in its words {worded}, ending there {ended}"
            )
        assert count > len(files) // 20, "nothing was compared"
        text = "\n".join(differences[:20])
        assert placed >= PLACES_HOLD * count, text
        assert not exact or worded >= WORDS_HOLD * count, text
        assert not exact or ended >= ENDS_HOLD * count, text
