"""Holds every function against what the engine itself offers for the same work; none may need more than five times.

usage: functions.py PROGRAM [--write] [--filter REGEX]

Pairs, and functions without one with the reason, stand in tests/data/functions/speed.tsv. The table functions run over a
build of the pinned input django. A function above the bound is measured twice more, the smallest of the medians counts:
noise makes a ratio larger for a moment, a slow function is slow always. --write writes docs/reference/function-speed.md.
Exit status 1: a function is above the bound, or the list is not that of the catalogue.
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import measure
from stages import run_stages

BOUND = 5.0
PAIRS = measure.ROOT / "tests/data/functions/speed.tsv"
PAGE = measure.ROOT / "docs/reference/function-speed.md"


def read_pairs():
    return [line.split("\t") for line in PAIRS.read_text().splitlines()]


def catalogue(program):
    done = subprocess.run([program, "catalog", "functions", "--json"], capture_output=True, text=True, check=True)
    sections = json.loads(done.stdout)["sections"]
    return [row["function"] for section in sections for row in section["rows"] if "form" in row]


def measured(pattern, build):
    runs = run_stages("engine", pattern, variables={"CODEANATOMY_BENCHMARK_BUILD": str(build)})
    return {run["run_name"].split("/")[1]: run for run in runs}


def measure_all(program, pattern):
    measure.RESULTS.mkdir(parents=True, exist_ok=True)
    build = pathlib.Path(tempfile.mkdtemp(prefix="functions-", dir=measure.RESULTS))
    try:
        measure.run([program, "build", measure.INPUTS / "django", "--output-dir", build, "--format", "json"])
        figures = measured(f"^udf/({pattern})/", build)
        for _ in range(2):
            above = [name for name, run in figures.items() if run["ratio"] > BOUND]
            again = measured(f"^udf/({'|'.join(map(re.escape, above))})/", build) if above else {}
            figures.update({name: run for name, run in again.items() if run["ratio"] < figures[name]["ratio"]})
        return figures
    finally:
        shutil.rmtree(build, ignore_errors=True)


def cell(text):
    return "`" + text.replace("|", "\\|") + "`"


def page(pairs, figures):
    lines = [
        "# Speed of functions",
        "",
        "Every function beside what the engine itself offers for the same work. The ratio is our time over the built-in's, the",
        f"median of paired runs with the quartiles beside it; none may be above {BOUND:g}. CPU times are of 200,000 rows on one thread, or of",
        "one statement over a build of Django where the expression begins with FROM. Written by `make bench-functions WRITE=1`,",
        "which fails where a ratio is above the bound; how it is measured: `src/engine/udf/functions_benchmark.cpp`; pairs:",
        "`tests/data/functions/speed.tsv`. A machine's load moves the times, hardly the ratios.",
        "",
        "| Function | Ratio | Quartiles | Ours, ms | Built-in, ms | Compared with |",
        "|---|---|---|---|---|---|",
    ]
    for name, ours, *rest in pairs:
        if ours == "-":
            lines.append(f"| `{name}` | | | | | {rest[0]} |")
            continue
        run = figures[name]
        lines.append(f"| `{name}` | {run['ratio']:.2f} | {run['low']:.2f} to {run['high']:.2f} | {run['real_time']:.1f} | "
                     f"{run['built_in_ms']:.1f} | {cell(rest[0])} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--filter", default="[^/]*", help="regular expression over names of functions")
    arguments = parser.parse_args()
    pairs = read_pairs()
    names = [pair[0] for pair in pairs]
    differing = set(catalogue(arguments.program)) ^ set(names)
    if differing or len(names) != len(set(names)):
        sys.exit(f"{PAIRS.relative_to(measure.ROOT)}: a line for each function is needed; differing: {', '.join(sorted(differing))}")
    figures = measure_all(arguments.program, arguments.filter)
    for name, run in figures.items():
        print(f"{name:24}{run['ratio']:8.2f}  ({run['low']:.2f} to {run['high']:.2f})"
              f"{run['real_time']:10.2f} ms{run['built_in_ms']:10.2f} ms built-in")
    if arguments.write:
        if {pair[0] for pair in pairs if pair[1] != "-"} != set(figures):
            sys.exit("--write needs all functions measured")
        PAGE.write_text(page(pairs, figures))
    above = [f"{name} ({run['ratio']:.2f})" for name, run in figures.items() if run["ratio"] > BOUND]
    if above:
        sys.exit(f"above {BOUND:g} times the built-in: {', '.join(above)}")
    print(f"{len(figures)} functions, none above {BOUND:g} times the built-in")


if __name__ == "__main__":
    main()
