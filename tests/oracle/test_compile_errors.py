"""`debug errors` against what compile() raises behind the parser: symbol table and code generator.

Of texts that the interpreter's own parser accepts. From 3.10 on type, message and position with its
end are compared, before that type and line.
"""

import json
import subprocess

import compile_cases
import cpython
import pytest

SNIPPETS = cpython.WORKER.with_name("syntax_snippets.py")
TESTS = (
    "test_syntax test_exceptions test_fstring test_string_literals test_named_expressions test_patma"
    " test_scope test_global test_type_params test_type_aliases test_generators test_coroutines"
    " test_asyncgen test_future test_future_stmt test_unpack test_unpack_ex test_except_star"
    " test_compile test_dictcomps test_listcomps test_setcomps test_genexps test_symtable test_super"
    " test_grammar test_positional_only_arg test_keywordonlyarg test_type_annotations test_pep646_syntax"
).split()


def snippets(interpreter):
    """Texts of the interpreter's tests; of 3.13's where it has none of its own."""
    source = interpreter if interpreter.has_tests else cpython.find("3.13")
    if source is None or not source.has_tests:
        return []
    result = subprocess.run(
        [source.path, "-X", "utf8", "-W", "ignore", str(SNIPPETS), *TESTS],
        capture_output=True, check=True,
    )
    return [text for _, text in json.loads(result.stdout)]


def judge(program, interpreter, files, folder):
    """(errors, rightly placed, rightly worded, texts of what differs)"""
    exact = tuple(map(int, interpreter.minor.split("."))) >= (3, 10)
    keys = ["type", "lineno"]
    if exact:
        keys += ["offset", "end_lineno", "end_offset"]
    count = placed = worded = 0
    differences = []
    for path, want, got in cpython.pairs(program, "errors", interpreter, files, folder):
        if want["refused"] or not want["parsed"] or want["error"] == got["error"] == None:  # noqa: E711
            continue
        count += 1
        if want["error"] and got["error"]:
            right_place = all(want["error"][key] == got["error"][key] for key in keys)
            right_words = want["error"]["msg"] == got["error"]["msg"]
            placed += right_place
            worded += right_words
            if right_place and (right_words or not exact):
                continue
        differences.append(f"{path}: CPython {want['error']}, the program {got['error']}")
    return count, placed, worded, differences


@pytest.mark.parametrize("minor", cpython.SUPPORTED)
def test_errors_behind_the_parser(minor, other, program, tmp_path, capsys):
    interpreter = other(minor)
    for what, texts in (
        ("cases", compile_cases.cases(minor)),
        ("snippets", snippets(interpreter)),
    ):
        folder = tmp_path / what
        folder.mkdir()
        files = cpython.write_cases(texts, folder)
        count, placed, worded, differences = judge(program, interpreter, files, folder)
        with capsys.disabled():
            print(
                f"\nerrors, {what}: of {count} at the place of CPython {interpreter.version}'s"
                f" {placed}, in its words {worded}"
            )
        text = "\n".join(differences[:20])
        assert count > 0 or not files, "nothing was compared"
        assert placed >= 0.995 * count, text
        if minor not in ("3.8", "3.9"):
            assert worded >= 0.99 * count, text
