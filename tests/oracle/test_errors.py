"""`debug ast` of broken texts against the exception of ast.parse.

From 3.10 on type, message, line and offset are compared, before that type and line. The texts are
one-token damages of library files and what the interpreter's own tests of syntax hold.
"""

import json
import random
import subprocess

import cpython
import damage
import pytest

SNIPPETS = cpython.WORKER.with_name("syntax_snippets.py")
TESTS = (
    "test_syntax test_exceptions test_fstring test_string_literals test_named_expressions test_patma"
    " test_grammar test_positional_only_arg test_keywordonlyarg test_type_params test_except_star"
    " test_unpack_ex test_eof test_tokenize test_dictcomps test_listcomps test_genexps test_tstring"
).split()
DAMAGES = 10_000 if cpython.FULL else 200
SNIPPETS_SAMPLED = 400
# (place, words) that hold today; docs/reference/front-end.md lists what is missing by cause.
DAMAGES_HOLD, SNIPPETS_HOLD = (0.995, 0.99), (0.98, 0.98)
OLD_HOLD = 0.96  # 3.8 and 3.9, whose samples are small; 0.99 of 3,000 damages


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


def write(texts, folder):
    folder.mkdir()
    paths = []
    for number, text in enumerate(texts):
        path = folder / f"{number:05}.py"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        paths.append(str(path))
    return paths


def compare(program, interpreter, files, folder):
    """(broken texts, with the right type, place, message), and what differs, as text."""
    wanted = dict(cpython._lines([*interpreter.worker, "ast"], files, folder, "cpython"))
    tool = [str(program), "debug", "ast", "--target-version", interpreter.minor, "--files-from"]
    told = dict(cpython._lines(tool, files, folder, "program"))
    exact = interpreter.minor not in ("3.8", "3.9")
    place = ("type", "lineno", "offset") if exact else ("type", "lineno")
    count = placed = worded = 0
    differences = []
    for path in files:
        want, got = wanted[path]["error"], told[path]["error"]
        if wanted[path]["refused"] or want is None:
            continue
        count += 1
        right_place = got is not None and all(want[key] == got[key] for key in place)
        right_words = got is not None and want["msg"] == got["msg"]
        placed += right_place
        worded += right_words
        if not right_place or (exact and not right_words):
            differences.append(f"{path}: CPython {want}, the program {got}")
    return count, placed, worded, differences


@pytest.mark.parametrize("minor", cpython.SUPPORTED)
def test_errors_of_the_parser(minor, other, program, tmp_path, capsys):
    interpreter = other(minor)
    source = library(interpreter)
    if source is None:
        pytest.skip(f"no library with tests for {minor}: not checked")
    exact = minor not in ("3.8", "3.9")
    for what, (least_placed, least_worded), texts in (
        ("damages", DAMAGES_HOLD, damage.damaged(source.files(), DAMAGES, cpython.SEED)),
        ("snippets", SNIPPETS_HOLD, snippets(source)),
    ):
        files = write(texts, tmp_path / what)
        count, placed, worded, differences = compare(program, interpreter, files, tmp_path)
        with capsys.disabled():
            print(
                f"\nerrors, {what}: of {count} at the place of CPython {interpreter.version}'s"
                f" {placed}, in its words {worded}"
            )
        assert count > len(files) // 20, "nothing was compared"
        text = "\n".join(differences[:20])
        assert placed >= (least_placed if exact else OLD_HOLD) * count, text
        assert not exact or worded >= least_worded * count, text
