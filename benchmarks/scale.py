#!/usr/bin/env python3
"""Speed and memory of the parser from small files to one of 100 MB.

    benchmarks/scale.py PROGRAM [--largest BYTES] [--runs N]

Text comes from synthetic.py. Each size is parsed alone, one file by one process, as often as makes the time
measurable; and as many files of 100 KB by one process, which reuses its memory from file to file, while a
large file gets memory that nobody touched before: those pages are what the two differ by. Prints source
bytes per CPU second (median of the runs) and peak memory beyond an empty run, per source byte.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

import measure

SMALL = 100_000
SYNTHETIC = pathlib.Path(__file__).with_name("synthetic.py")
# Below, what every process needs hides what the source needs.
MEASURABLE = 10_000_000


def parse(program, files, processes=1):
    """(source bytes per CPU second, peak bytes of memory) of `processes` runs over the same files."""
    size = seconds = peak = 0
    with measure.file_list(files) as listing:
        command = [program, "debug", "parse", "--jobs", "1", "--files-from", listing]
        for _ in range(processes):
            figures, printed = measure.run(command)
            told = json.loads(printed.splitlines()[-1])
            size, seconds = size + told["bytes"], seconds + told["cpu_seconds"]
            peak = max(peak, figures["peak_memory"][1])
    return size / seconds, peak


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--largest", type=int, default=100_000_000, metavar="BYTES")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    folder = measure.RESULTS / "scale"
    folder.mkdir(parents=True, exist_ok=True)

    def module(size, seed):
        path = folder / f"{size}-{seed}.py"
        if not path.exists():
            # In a process of its own: a child's peak memory is at least that of the process it comes from.
            command = [sys.executable, SYNTHETIC, str(size), "--seed", str(seed)]
            with open(path, "w") as file:
                subprocess.run(command, stdout=file, check=True)
        return path

    empty = folder / "empty.py"
    empty.write_text("")
    base = parse(arguments.program, [empty])[1]
    many = [module(SMALL, seed) for seed in range(100)]
    rows = [("100 files of 100 KB", many, 1)]
    size = SMALL
    while size <= arguments.largest:
        # Small ones often enough for a tenth of a second.
        rows.append((f"one file of {size:,} bytes", [module(size, 0)], max(1, 5_000_000 // size)))
        size *= 10
    print(f"{'':32}{'MB per CPU s':>14}{'memory per source byte':>25}")
    for label, files, processes in rows:
        measured = [parse(arguments.program, files, processes) for _ in range(arguments.runs)]
        source = max(path.stat().st_size for path in files)
        peak = max(peak for _, peak in measured) - base
        speed = statistics.median(rate for rate, _ in measured) / 1e6
        memory = f"{peak / source:.1f}" if source >= MEASURABLE else ""
        print(f"{label:32}{speed:>14.1f}{memory:>25}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
