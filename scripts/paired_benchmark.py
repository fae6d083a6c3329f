#!/usr/bin/env python3
"""Two programs doing the same work in turns, and whether one of them is slower.

    scripts/paired_benchmark.py A B --tolerance 0.05 -- ARGUMENT ...

Each program is run with the arguments; `{out}` in them is an empty folder of the run. Pairs are run in the orders A B and B A by
turns, so a machine that slows down or warms up favours neither. Each pair gives one ratio B / A of CPU seconds, of the process and
its children: they are counted by the kernel and do not contain the time that other processes took. What is left of the noise (caches,
clock rates) is the same in both halves of a pair, and the median does not follow single pairs that were hit.

The answer is the median of the ratios with a confidence interval from their order statistics, which assumes nothing of their
distribution. "slower": the whole interval lies above 1 + tolerance. "not slower": all of it lies below. "undecided": it holds that
border, and more pairs are needed; they are run until the answer is one of the others or --most pairs were run. Wall-clock ratios are
reported beside it and judge nothing.
"""

import argparse
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time


def interval(ratios, confidence=0.95):
    """Bounds of the median: order statistics k and n + 1 - k with P(Binomial(n, 1/2) < k) <= (1 - confidence) / 2.

    Below six values no pair of order statistics covers the median with 95 %: then the bounds are infinite."""
    values = sorted(ratios)
    count, tail, rank = len(values), 0.0, 0
    while True:
        tail += math.comb(count, rank) / 2**count
        if tail > (1 - confidence) / 2:
            break
        rank += 1
    if rank == 0:
        return 0.0, math.inf
    return values[rank - 1], values[count - rank]


def verdict(ratios, tolerance):
    low, high = interval(ratios)
    if low > 1 + tolerance:
        return "slower"
    return "not slower" if high <= 1 + tolerance else "undecided"


def measure(program, arguments):
    """CPU and wall seconds of one run in a folder of its own; raises where the program fails."""
    with tempfile.TemporaryDirectory(prefix="paired-") as out:
        command = [str(program), *(argument.replace("{out}", out) for argument in arguments)]
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise RuntimeError(f"{command[0]} ended with {process.returncode}: {said.decode(errors='replace')[-500:]}")
        return usage.ru_utime + usage.ru_stime, wall


def compare(programs, arguments, tolerance, least, most, run=measure):
    """The report of as many pairs as it takes, between `least` and `most`."""
    pairs = []
    while len(pairs) < most:
        order = (0, 1) if len(pairs) % 2 == 0 else (1, 0)
        pair = [None, None]
        for which in order:
            pair[which] = run(programs[which], arguments)
        pairs.append(pair)
        ratios = [b[0] / a[0] for a, b in pairs]
        if len(pairs) >= least and verdict(ratios, tolerance) != "undecided":
            break
    low, high = interval(ratios)
    wall = [b[1] / a[1] for a, b in pairs]
    return {
        "pairs": len(pairs),
        "median_cpu_seconds": [statistics.median(pair[i][0] for pair in pairs) for i in (0, 1)],
        "cpu_ratio": statistics.median(ratios),
        "cpu_ratio_interval_95": [low, high],
        "cpu_ratios": ratios,
        "wall_ratio": statistics.median(wall),
        "wall_ratios": wall,
        "tolerance": tolerance,
        "verdict": verdict(ratios, tolerance),
    }


def main():
    parser = argparse.ArgumentParser(description="CPU time of two programs, paired")
    parser.add_argument("a")
    parser.add_argument("b")
    parser.add_argument("--tolerance", type=float, default=0.05)
    parser.add_argument("--least", type=int, default=10, help="pairs at least")
    parser.add_argument("--most", type=int, default=40, help="pairs at most")
    parser.add_argument("--report", type=pathlib.Path)
    parser.add_argument("arguments", nargs="+")
    options = parser.parse_args()
    report = compare((options.a, options.b), options.arguments, options.tolerance, options.least, options.most)
    text = json.dumps(report, indent=1) + "\n"
    if options.report:
        options.report.write_text(text)
    print(text, end="")
    return {"not slower": 0, "slower": 1, "undecided": 3}[report["verdict"]]


if __name__ == "__main__":
    sys.exit(main())
