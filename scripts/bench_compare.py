#!/usr/bin/env python3
"""Ratios between two builds of the program, or between two result files of `make bench`.

usage: bench_compare.py BASE HEAD [--runs N] [--inputs NAME ...] [--fail-above PERCENT]

Two programs are run alternately on the pinned inputs, N times each: `build` (wall, CPU, peak memory,
size of the output) and `debug parse --jobs 1` (CPU). Two result files are compared as they are.
Per figure: the medians, the ratio HEAD / BASE of the medians, and the smallest and largest ratio of
any pair of runs, which is the noise. Less is better everywhere; counts are listed where they differ.
With --fail-above the exit status is 1 if the median ratio of a figure exceeds 1 + PERCENT / 100;
parts of a build's time (spans, system time) are shown but do not decide.
"""

import argparse
import json
import os
import pathlib
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "benchmarks"))
import measure  # noqa: E402


def measure_program(program, name, figures):
    measured, _ = measure.measure_build(program, name)
    measure.add_samples(figures, f"build/{name}", measured)
    parsed = measure.measure_parse(program, measure.input_files(name))
    measure.add_samples(figures, f"parse/{name}", {"cpu": ("seconds", parsed["cpu_seconds"])})


def measure_alternately(base, head, inputs, runs):
    """Figures of both programs; who goes first changes from run to run, against slow drifts."""
    figures = {base: {}, head: {}}
    if base == head:
        sys.exit("BASE and HEAD are the same file; copy the program to measure its noise")
    for turn in range(runs):
        for name in inputs:
            for program in (base, head) if turn % 2 == 0 else (head, base):
                measure_program(program, name, figures[program])
        print(f"run {turn + 1} of {runs} done", file=sys.stderr)
    return figures[base], figures[head]


def read_results(base, head):
    results = [json.loads(pathlib.Path(path).read_text()) for path in (base, head)]
    for name in results[0]["inputs"].keys() & results[1]["inputs"].keys():
        if results[0]["inputs"][name] != results[1]["inputs"][name]:
            sys.exit(f"the two results have different files as input {name}")
    if results[0]["machine"]["cpu"] != results[1]["machine"]["cpu"]:
        print("warning: the results come from different machines", file=sys.stderr)
    return results[0]["figures"], results[1]["figures"]


def ratio(head, base):
    return head / base if base else (1.0 if head == base else float("inf"))


def compare(base, head):
    """Rows (name, unit, base median, head median, ratio, smallest ratio, largest ratio)."""
    rows = []
    for name in base:
        if name not in head:
            continue
        one, other = base[name]["samples"], head[name]["samples"]
        medians = statistics.median(one), statistics.median(other)
        pairs = [ratio(h, b) for b, h in zip(one, other)]
        rows.append((name, base[name]["unit"], *medians, ratio(*reversed(medians)), min(pairs), max(pairs)))
    return rows


def decides(name, unit):
    """Whether a figure counts for --fail-above."""
    last = name.rsplit("/", 1)[1]
    return unit != "count" and last != "system" and not last.startswith("span:")


def print_rows(rows):
    width = max(len(row[0]) for row in rows)
    print(f"{'figure':<{width}}{'base':>13}{'head':>13}{'ratio':>9}{'min':>8}{'max':>8}")
    for name, unit, base, head, middle, low, high in rows:
        if unit == "count" and base == head:
            continue  # the same work, as it should be
        print(
            f"{name:<{width}}{measure.show(base, unit):>13}{measure.show(head, unit):>13}"
            f"{middle:>9.3f}{low:>8.3f}{high:>8.3f}"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base", metavar="BASE")
    parser.add_argument("head", metavar="HEAD")
    parser.add_argument("--runs", type=int, default=5, metavar="N")
    parser.add_argument("--inputs", nargs="+", default=["django"], metavar="NAME")
    parser.add_argument("--fail-above", type=float, metavar="PERCENT")
    arguments = parser.parse_args()

    if arguments.base.endswith(".json") and arguments.head.endswith(".json"):
        base, head = read_results(arguments.base, arguments.head)
    else:
        for program in (arguments.base, arguments.head):
            if not os.access(program, os.X_OK):
                sys.exit(f"{program}: not a program; two programs or two .json results are compared")
        paths = (os.path.abspath(path) for path in (arguments.base, arguments.head))
        base, head = measure_alternately(*paths, arguments.inputs, arguments.runs)
    rows = compare(base, head)
    if not rows:
        sys.exit("no figure is in both")
    print_rows(rows)
    if arguments.fail_above is None:
        return 0
    limit = 1 + arguments.fail_above / 100
    worse = [row[0] for row in rows if decides(*row[:2]) and row[4] > limit]
    for name in worse:
        print(f"worse by more than {arguments.fail_above:g} %: {name}")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
