"""Runs benchmark programs of src/ and returns what google-benchmark measured."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import measure

BUILD = measure.ROOT / "build" / "release"


def run_stages(module, pattern, repetitions=1, variables=None):
    """The iteration runs of `src/<module>_benchmark` whose names match, in order, as google-benchmark's JSON has them."""
    subprocess.run(["cmake", "--build", BUILD, "--target", f"{module}_benchmark"], check=True, stdout=subprocess.DEVNULL)
    environment = os.environ | {
        "CODEANATOMY_SOURCE_DIR": str(measure.ROOT),
        "CODEANATOMY_DUCKDB_LIBRARY": str(BUILD / "libduckdb.so"),
    } | (variables or {})
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        done = subprocess.run(
            [BUILD / "src" / f"{module}_benchmark", f"--benchmark_filter={pattern}", f"--benchmark_repetitions={repetitions}",
             "--benchmark_out_format=json", f"--benchmark_out={out.name}"],
            env=environment, capture_output=True, text=True, check=False)
        text = pathlib.Path(out.name).read_text()
    if done.returncode != 0 or not text:
        sys.exit(f"{module}_benchmark: {done.stderr.strip() or 'nothing matches ' + pattern}")
    runs = [entry for entry in json.loads(text)["benchmarks"] if entry.get("run_type") == "iteration"]
    for entry in runs:
        if entry.get("error_occurred"):
            sys.exit(f"{entry['name']}: {entry['error_message']}")
    return runs
