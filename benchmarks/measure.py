"""What the benchmark scripts share: measured runs of programs, inputs, and the form of results.

A result is {"figures": {name: {"unit": UNIT, "samples": [number, ...]}}, ...}. Of every figure less is
better; counts (unit "count") are there to show that two results did the same work.
"""

import contextlib
import hashlib
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
INPUTS = ROOT / ".deps" / "inputs"
RESULTS = ROOT / "build" / "bench"


def input_files(name):
    """The Python files of a pinned input, sorted."""
    folder = INPUTS / name
    if not folder.is_dir():
        sys.exit(f"no input {name}: run benchmarks/fetch_inputs.sh")
    return sorted(path for path in folder.rglob("*.py") if path.is_file())


def describe_input(name):
    """Files, bytes and a digest: results compare only where these are equal."""
    digest, size, files = hashlib.sha256(), 0, input_files(name)
    for path in files:
        content = path.read_bytes()
        size += len(content)
        digest.update(f"{path.relative_to(INPUTS)}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return {"files": len(files), "bytes": size, "sha256": digest.hexdigest()}


def run(command, accepted=(0,), with_errors=False):
    """Runs a command; its resources as figures, and what it printed (on standard error too if asked for)."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        begin = time.perf_counter()
        process = subprocess.Popen([str(part) for part in command], stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode not in accepted:
            text = errors.read().decode(errors="replace").strip()
            sys.exit(f"{' '.join(map(str, command[:4]))} ...: exit status {process.returncode}\n{text}")
        resources = {
            "wall": ("seconds", wall),
            "cpu": ("seconds", usage.ru_utime + usage.ru_stime),
            "system": ("seconds", usage.ru_stime),
            "peak_memory": ("bytes", usage.ru_maxrss * 1024),
        }
        printed = output.read().decode()
        return resources, printed + errors.read().decode(errors="replace") if with_errors else printed


def measure_build(program, name):
    """One `codeanatomy build` of an input into a fresh folder: figures, engine settings."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    out = pathlib.Path(tempfile.mkdtemp(prefix="out-", dir=RESULTS))
    try:
        command = [program, "build", INPUTS / name, "--output-dir", out, "--format", "json"]
        figures, printed = run(command)
        report = json.loads(printed)
        written = [path.stat().st_size for path in out.rglob("*") if path.is_file()]
        figures["output"] = ("bytes", sum(written))
        figures["output_files"] = ("count", len(written))
        for count in ("files", "lines", "nodes"):
            figures[count] = ("count", report[count])
        figures["edges"] = ("count", sum(report["edges"].values()))
        bundle = out / "run_bundles" / report["run_id"]
        for span in json.loads((bundle / "timings.json").read_text())["spans"]:
            # Stages; the build's own span is still open when they are written.
            if span["parent"] == 1:
                figures[f"span:{span['name']}"] = ("seconds", span["seconds"])
        settings = {
            kind: json.loads((bundle / f"{kind}.json").read_text()) for kind in ("config", "settings")
        }
        return figures, settings
    finally:
        shutil.rmtree(out, ignore_errors=True)


@contextlib.contextmanager
def file_list(files):
    """A file that names `files`, one per line."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listing:
        listing.write("".join(f"{path}\n" for path in files))
        listing.flush()
        yield listing.name


def parse_times(command, files):
    """Runs COMMAND LIST, which prints {"files", "bytes", "cpu_seconds", …} on its last line, and returns that."""
    with file_list(path for path, _ in files) as listing:
        _, printed = run([*command, listing])
    told = json.loads(printed.splitlines()[-1])
    size = sum(len(source) for _, source in files)
    if told["bytes"] != size:
        sys.exit(f"{command[0]} read {told['bytes']} bytes instead of {size}")
    return told


def measure_parse(program, files, *options):
    """One `debug parse --jobs 1`: lexing and parsing alone; {"files", "bytes", "cpu_seconds"}."""
    with file_list(files) as listing:
        _, printed = run([program, "debug", "parse", "--jobs", "1", "--files-from", listing, *options])
    return json.loads(printed.splitlines()[-1])


def program_version(program):
    """What `codeanatomy version` says: version, compiler, commit."""
    return json.loads(run([program, "version"])[1])


def add_samples(figures, workload, measured):
    """Appends one run's figures to those of a result."""
    for name, (unit, value) in measured.items():
        entry = figures.setdefault(f"{workload}/{name}", {"unit": unit, "samples": []})
        entry["samples"].append(value)


def describe_machine():
    """What figures depend on besides the program."""
    model = ""
    with contextlib.suppress(OSError):
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return {
        "cpu": model,
        "cpus": len(os.sched_getaffinity(0)),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "kernel": platform.release(),
        "load": os.getloadavg()[0],
    }


def show(value, unit):
    """A number with its unit, for people."""
    if unit == "seconds":
        if value < 1e-3:
            return f"{value * 1e6:.1f} us"
        return f"{value * 1e3:.2f} ms" if value < 1 else f"{value:.2f} s"
    if unit == "bytes":
        return f"{value / 2**20:.1f} MiB"
    return f"{value:,.0f}"
