"""Pieces of Python in the tests that an interpreter brings along, as a JSON list of [test, text].

usage: PYTHON syntax_snippets.py TEST...

Runs in any CPython from 3.8 on. TEST names a module or package of `test`. The pieces are its string
constants, as they stand and without common indentation, and the examples of its doctests. Most are
valid or broken Python on purpose, some are other text, and all are worth an answer.
"""

import ast
import doctest
import json
import pathlib
import sys
import sysconfig
import textwrap

MAX_LENGTH = 3000


def sources(name):
    folder = pathlib.Path(sysconfig.get_path("stdlib")) / "test"
    yield from filter(pathlib.Path.is_file, [folder / f"{name}.py"])
    yield from sorted((folder / name).rglob("*.py"))


def pieces(path):
    for node in ast.walk(ast.parse(path.read_bytes())):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        text = node.value
        if ">>>" in text:
            try:
                examples = doctest.DocTestParser().get_examples(text)
            except ValueError:
                continue
            yield from (example.source for example in examples)
        elif len(text) <= MAX_LENGTH:
            yield text
            yield textwrap.dedent(text)


def main(names):
    found = {}
    for name in names:
        for path in sources(name):
            for text in pieces(path):
                if text.isascii() or not any("\ud800" <= c < "\ue000" for c in text):
                    found.setdefault(text, name)
    json.dump([[name, text] for text, name in found.items()], sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
