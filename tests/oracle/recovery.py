"""What damage to one function costs the others of its file: functions still in the tree, at their place.

    recovery.py PROGRAM [--count N] [--seed N] [--show N] FOLDER...     prints the shares and the losses by cause
"""

import argparse
import ast
import collections
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import damage


class Case:
    """A file with one token of one function damaged."""

    def __init__(self, text, tokens, begin, end, replacement, kind):
        self.text = text[:begin] + replacement + text[end:]
        self.tokens = tokens  # what is damaged, or what noise follows
        self.begin, self.kind = begin, kind
        self.shift = len(replacement) - (end - begin)
        self.original = text

    def expected(self, functions):
        """(begin, end) in the damaged text of all functions that do not hold the damaged tokens."""
        first, last = self.tokens
        places = set()
        for begin, end in functions:
            if end <= first:
                places.add((begin, end))
            elif begin >= last:
                places.add((begin + self.shift, end + self.shift))
        return places


def _starts(text):
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def functions_of(text):
    """(begin, end) in characters of all function definitions, decorators left out."""
    lines = text.splitlines(keepends=True)
    starts = _starts(text)

    def offset(line, column):
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode()) if line <= len(lines) else starts[-1]

    return [
        (offset(node.lineno, node.col_offset), offset(node.end_lineno, node.end_col_offset))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]


def cases(files, count, seed):
    """`count` damaged files. Not cut short, since what is cut off is gone; at least two functions each."""
    choice = random.Random(seed)
    files, known, made = list(files), {}, []
    for _ in range(20 * count):
        if len(made) == count or not files:
            break
        path = choice.choice(files)
        if path not in known:
            known[path] = read(path)
        if known[path] is None:
            continue
        text, spans, functions = known[path]
        at = choice.randrange(len(spans) - 1)
        (begin, end), (next_begin, next_end) = spans[at], spans[at + 1]
        if not any(f <= begin and next_end <= e for f, e in functions):
            continue
        token, after = text[begin:end], text[next_begin:next_end]
        noise = choice.choice(damage.NOISE)
        made.append(
            Case(
                text,
                *choice.choice(
                    (
                        ((begin, end), begin, end, "", f"drop {token}"),
                        ((begin, end), end, end, f" {token}", f"double {token}"),
                        ((begin, next_end), begin, next_end, after + text[end:next_begin] + token, f"swap {token} {after}"),
                        ((begin, end), begin, end, noise, f"replace {token} by {noise}"),
                        ((begin, end), end, end, f" {noise} ", f"add {noise}"),
                    )
                ),
            )
        )
    return made


def read(path):
    data = pathlib.Path(path).read_bytes()
    if not damage.SMALLEST < len(data) < damage.LARGEST:
        return None
    try:
        text = data.decode("utf-8")
        spans = damage._tokens(text)
        functions = functions_of(text)
    except (SyntaxError, ValueError, damage.tokenize.TokenError):
        return None
    if "\r" in text or "\f" in text or len(spans) < 5 or len(functions) < 2:
        return None
    return text, spans, functions


def found(program, texts, folder):
    """Of each text the (begin, end) of the functions in its tree."""
    folder = pathlib.Path(folder)
    paths = []
    for i, text in enumerate(texts):
        path = folder / f"{i:06d}.py"
        path.write_text(text, encoding="utf-8", newline="")
        paths.append(str(path))
    listing = folder / "list"
    listing.write_text("".join(f"{p}\n" for p in paths))
    command = [str(program), "debug", "cst", "--files-from", str(listing)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    for text, line in zip(texts, done.stdout.splitlines(), strict=True):
        told, starts = json.loads(line), _starts(text)
        assert told["equal"], told["path"]
        yield {
            (starts[a - 1] + b, starts[c - 1] + d) for kind, a, b, c, d in told["spans"] if kind == "FunctionDef"
        }


def losses(program, made, folder):
    """[(case, places of lost functions)] and the number of functions expected in all."""
    lost, expected_in_all = [], 0
    for case, places in zip(made, found(program, [case.text for case in made], folder), strict=True):
        expected = case.expected(functions_of(case.original))
        expected_in_all += len(expected)
        lost.append((case, expected - places))
    return lost, expected_in_all


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=10)
    arguments = parser.parse_args()
    files = sorted(str(p) for folder in arguments.folders for p in pathlib.Path(folder).rglob("*.py"))
    made = cases(files, arguments.count, arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        outcome, functions = losses(arguments.program, made, folder)
    bad = [(case, lost) for case, lost in outcome if lost]
    gone = sum(len(lost) for _, lost in bad)
    print(f"{len(made)} damaged files: {len(made) - len(bad)} keep all other functions"
          f" ({(len(made) - len(bad)) / len(made):.2%}); of {functions} functions {gone} are lost")
    causes = collections.Counter(" ".join(case.kind.split()[:1] + case.kind.split()[-1:]) for case, _ in bad)
    for cause, count in causes.most_common(25):
        print(f"{count:5} {cause}")
    for case, lost in bad[: arguments.show]:
        print(f"--- {case.kind}: {len(lost)} lost")
        print(case.text[max(0, case.begin - 200) : case.begin] + "<<HERE>>" + case.text[case.begin : case.begin + 160])
        first, last = min(lost)
        print(f"... of them {case.text[first:last][:60]!r} … {case.text[first:last][-60:]!r}")


if __name__ == "__main__":
    sys.exit(main())
