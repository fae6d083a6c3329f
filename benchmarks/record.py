"""Measures whole builds, adds what the stage benchmarks reported, and writes one result file.

usage: record.py PROGRAM [--stages DIR] [--inputs NAME ...] [--runs N] [--filter REGEX]

The result, build/bench/<date>-<commit>.json, holds every sample with the machine, the inputs'
digests and the settings of the program and of its engine; scripts/bench_compare.py reads it.
"""

import argparse
import datetime
import json
import pathlib
import re
import statistics
import subprocess

import measure

SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}


def stage_figures(folder):
    """The runs in google-benchmark's JSON files as figures: CPU seconds of one iteration."""
    figures = {}
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        for entry in json.loads(path.read_text())["benchmarks"]:
            if entry.get("run_type") != "iteration" or entry.get("error_occurred"):
                continue
            figure = figures.setdefault(f"stage/{entry['run_name']}", {"unit": "seconds", "samples": []})
            figure["samples"].append(entry["cpu_time"] * SECONDS[entry["time_unit"]])
    return figures


def commit():
    """The commit of the checkout, with "-dirty" where files differ from it."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=10", "--exclude=*"],
        cwd=measure.ROOT, capture_output=True, text=True, check=False,
    )
    return described.stdout.strip() or "unknown"


def print_builds(figures, inputs):
    for name in inputs:
        prefix = f"build/{name}/"
        found = {key[len(prefix):]: value for key, value in figures.items() if key.startswith(prefix)}
        if not found:
            continue
        runs = len(found["wall"]["samples"])
        print(f"== build of {name}, median of {runs} run{'s' if runs > 1 else ''}")
        for figure, entry in found.items():
            middle = statistics.median(entry["samples"])
            print(f"  {figure:<28}{measure.show(middle, entry['unit']):>14}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--stages", help="folder of google-benchmark's JSON files")
    parser.add_argument("--inputs", nargs="*", default=["django", "stdlib"])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--filter", default=".", help="regular expression over build/NAME")
    arguments = parser.parse_args()

    inputs = [name for name in arguments.inputs if re.search(arguments.filter, f"build/{name}")]
    figures, settings = {}, {}
    # Inputs take turns, so that a slow moment of the machine does not hit one of them alone.
    for _ in range(arguments.runs):
        for name in inputs:
            measured, settings = measure.measure_build(arguments.program, name)
            measure.add_samples(figures, f"build/{name}", measured)
    if arguments.stages:
        figures.update(stage_figures(arguments.stages))

    now = datetime.datetime.now(datetime.timezone.utc)
    result = {
        "format": 1,
        "date": now.isoformat(timespec="seconds"),
        "commit": commit(),
        "program": measure.program_version(arguments.program),
        "machine": measure.describe_machine(),
        "inputs": {name: measure.describe_input(name) for name in inputs},
        "settings": settings,
        "figures": figures,
    }
    measure.RESULTS.mkdir(parents=True, exist_ok=True)
    path = measure.RESULTS / f"{now:%Y%m%dT%H%M%SZ}-{result['commit']}.json"
    path.write_text(json.dumps(result, indent=1) + "\n")
    print_builds(figures, inputs)
    print(f"written: {path.relative_to(measure.ROOT)}")


if __name__ == "__main__":
    main()
