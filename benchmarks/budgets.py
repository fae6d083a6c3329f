"""Measures what the engine has budgets for, and says which are kept.

usage: budgets.py PROGRAM [--runs N] [--report-only]

  compile    the default model from declarations to the hash of its spec: semantics/compile_and_hash
  overhead   validate, plan, schedule and record of a build of the default model, without capture: driver/overhead
  views      all default views over Django's evidence and their publication: `codeanatomy run` of the spec that a build
             made, over the evidence that it wrote, from the start of the process to its end

Budgets are wall-clock times of a quiet machine with two cores. On a busy one a process waits for others, which says
nothing of it; CPU seconds do not count that. So the median of the wall-clock times decides where it keeps the budget;
where it does not, the budget is exceeded if the CPU seconds alone, spread over the cores that the work can use, are
above it, and undecided else. Exit status: 0 all kept, 1 one exceeded, 3 one undecided.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import sys
import tempfile

import measure
from stages import run_stages

BUDGETS = {"compile": (0.020, 1), "overhead": (0.060, 1), "views": (1.5, 2)}  # seconds, cores
SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}


def stage(module, name, repetitions):
    """(wall, CPU) seconds of each repetition."""
    return [(run["real_time"] * SECONDS[run["time_unit"]], run["cpu_time"] * SECONDS[run["time_unit"]])
            for run in run_stages(module, f"^{name}(/real_time)?$", repetitions)]


def views(program, runs):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="views-", dir=measure.RESULTS))
    try:
        build = folder / "build"
        _, printed = measure.run([program, "build", measure.INPUTS / "django", "--output-dir", build, "--format", "json"])
        spec = build / "run_bundles" / json.loads(printed)["run_id"] / "spec.json"
        samples = []
        for run in range(runs):
            figures, _ = measure.run([program, "run", spec, "--build", build, "-o", folder / str(run), "--format", "json"])
            samples.append((figures["wall"][1], figures["cpu"][1]))
            shutil.rmtree(folder / str(run))
        return samples
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def judge(name, samples):
    budget, cores = BUDGETS[name]
    wall, cpu = (statistics.median(values) for values in zip(*samples))
    status = 0 if wall <= budget else 1 if cpu / cores > budget else 3
    print(f"{name:10}{wall * 1e3:9.1f} ms wall ({min(samples)[0] * 1e3:.1f} to {max(samples)[0] * 1e3:.1f}, {len(samples)} runs)"
          f"{cpu * 1e3:9.1f} ms CPU   budget {budget * 1e3:.0f} ms: {('kept', 'EXCEEDED', '', 'undecided')[status]}")
    return status


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--report-only", action="store_true", help="exit status 0 whatever is measured")
    arguments = parser.parse_args()
    measure.RESULTS.mkdir(parents=True, exist_ok=True)
    statuses = {judge("compile", stage("semantics", "semantics/compile_and_hash", arguments.runs)),
                judge("overhead", stage("driver", "driver/overhead", arguments.runs))}
    for part in ("validate", "plan", "schedule", "record"):
        wall, cpu = (statistics.median(values) for values in zip(*stage("driver", f"driver/overhead/{part}", 3)))
        print(f"  {part:8}{wall * 1e3:9.1f} ms wall{cpu * 1e3:9.1f} ms CPU")
    statuses.add(judge("views", views(arguments.program, arguments.runs)))
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs")
    if not arguments.report_only:
        sys.exit(1 if 1 in statuses else 3 if 3 in statuses else 0)


if __name__ == "__main__":
    main()
