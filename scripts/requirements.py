#!/usr/bin/env python3
"""The checklist of the engine: each entry names the tests behind it, or is open.

tests/requirements.tsv holds number, requirement and either `file::test; …` or `open: part`. Without
arguments the table is checked (every named test exists) and docs/reference/requirements.md compared with it;
--write writes the page; --run runs the named tests through ctest as well and fails while an entry of the engine is
open: those of later issues may be.
"""

import argparse
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE, PAGE = ROOT / "tests/requirements.tsv", ROOT / "docs/reference/requirements.md"
OPEN = {
    "engine": "The semantic compiler and the engine, whole",
    "semantics": "The semantic compiler and the engine, whole (declarations and inference)",
    "later": "a later issue: Delta control plane, incremental builds, further evidence sources, operations",
}


def read_entries():
    for line in TABLE.read_text().splitlines():
        number, text, where = line.split("\t")
        yield int(number), text, where


def faults(entries):
    numbers = [number for number, _, _ in entries]
    if numbers != list(range(1, len(numbers) + 1)):
        yield "the entries are not numbered without gaps"
    for number, _, where in entries:
        if where.startswith("open: "):
            if where[6:] not in OPEN:
                yield f"{number}: open for an unknown part {where[6:]}"
            continue
        for reference in where.split("; "):
            path, _, name = reference.partition("::")
            file = ROOT / path
            if not file.is_file() or not name or name not in file.read_text():
                yield f"{number}: there is no test {reference}"


def page(entries):
    done = sum(not where.startswith("open: ") for _, _, where in entries)
    lines = [
        "# Requirements",
        "",
        f"Each entry of the engine's checklist with the tests behind it: {done} of {len(entries)}; the others are open and "
        "say where. Written by `scripts/requirements.py --write` from `tests/requirements.tsv`; `make requirements` "
        "checks the table and runs the tests.",
        "",
        "| | Requirement | Tests |",
        "|---|---|---|",
    ]
    for number, text, where in entries:
        if where.startswith("open: "):
            cell = f"open: {OPEN[where[6:]]}"
        else:
            cell = "<br>".join(f"`{r.partition('::')[0]}`: {r.partition('::')[2]}" for r in where.split("; "))
        lines.append(f"| {number} | {text} | {cell} |")
    return "\n".join(lines) + "\n"


def tests_of(entries):
    """Names of the ctest tests that hold the named ones."""
    names = set()
    for _, _, where in entries:
        for path in re.findall(r"(?:src|tests)/[\w/.]+", where):
            parts = path.split("/")
            names.add(f"unit.{parts[1]}" if parts[0] == "src" else f"{parts[1]}.{parts[2].removeprefix('test_').removesuffix('.py')}")
    return sorted(names)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--run", metavar="BUILD", help="build folder whose tests to run")
    arguments = parser.parse_args()
    entries = list(read_entries())
    found = list(faults(entries))
    if arguments.write:
        PAGE.write_text(page(entries))
    elif PAGE.read_text() != page(entries):
        found.append("docs/reference/requirements.md is stale: run scripts/requirements.py --write")
    for fault in found:
        print(f"requirements: {fault}", file=sys.stderr)
    if found:
        return 1
    still_open = [number for number, _, where in entries if where.startswith("open: ")]
    print(f"{len(entries) - len(still_open)} of {len(entries)} entries have tests; open: {', '.join(map(str, still_open))}")
    if arguments.run:
        pattern = "^(" + "|".join(re.escape(name) for name in tests_of(entries)) + ")$"
        status = subprocess.run(["ctest", "--test-dir", arguments.run, "--output-on-failure", "-R", pattern]).returncode
        for number, text, where in entries:
            if where in ("open: engine", "open: semantics"):
                print(f"requirements: {number}: no test: {text}", file=sys.stderr)
                status = 1
        return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
