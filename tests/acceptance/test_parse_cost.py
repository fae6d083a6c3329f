"""What parsing costs: memory per byte, the same speed at any size, symbol tables in proportion.

Memory is the same on every machine. CPU seconds are not while other programs run: `make test` gives them room
and only finds a cost that grows; `make test-full` holds them to the bars, up to 100 MB. How fast the parser
is beside others: `make bench-peers`.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import sysconfig

import pytest

ROOT = pathlib.Path(os.environ.get("CODEANATOMY_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
sys.path.insert(0, str(ROOT / "benchmarks"))
import measure  # noqa: E402

FULL = os.environ.get("CODEANATOMY_TEST_FULL") == "1"
SMALL, LARGE = 100_000, 100_000_000 if FULL else 10_000_000
MEMORY_HOLDS = 25  # bytes at the peak of the whole process, to bytes of source
SPEED_HOLDS = 0.8 if FULL else 0.4  # bytes per CPU second of a large file, to those of a small one
SYMBOLS_HOLD = 1.8 if FULL else 2.5  # CPU seconds with symbol tables, to those without
TURNS, SMALL_RUNS = 5, 20


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    """module(size): a generated file of that many bytes, made by a process of its own: the peak memory of a
    child is at least that of the process it comes from."""
    folder = tmp_path_factory.mktemp("modules")

    def make(size):
        path = folder / f"{size}.py"
        if not path.exists():
            with open(path, "w") as file:
                command = [sys.executable, str(ROOT / "benchmarks" / "synthetic.py"), str(size)]
                subprocess.run(command, stdout=file, check=True)
        return path

    yield make
    for path in folder.iterdir():
        path.unlink()


def parse(program, path, *options):
    """(what the program says of its run, peak bytes of memory)"""
    command = [program, "debug", "parse", "--jobs", "1", *options, path]
    figures, printed = measure.run(command)
    return json.loads(printed.splitlines()[-1]), figures["peak_memory"][1]


def speed(program, path, runs=1):
    """Bytes per CPU second of `runs` processes, one file each."""
    told = [parse(program, path)[0] for _ in range(runs)]
    return sum(t["bytes"] for t in told) / sum(t["cpu_seconds"] for t in told)


def test_memory_is_proportional(program, module, capsys):
    told, peak = parse(program, module(LARGE))
    with capsys.disabled():
        print(f"\nparse: {peak / told['bytes']:.1f} bytes of memory per byte of {told['bytes']}")
    assert told["bytes"] >= LARGE
    assert peak <= MEMORY_HOLDS * told["bytes"]


def test_speed_does_not_depend_on_size(program, module, capsys):
    """The median of turns: both sizes meet the same weather."""
    ratios = [
        speed(program, module(LARGE)) / speed(program, module(SMALL), SMALL_RUNS) for _ in range(TURNS)
    ]
    ratio = statistics.median(ratios)
    with capsys.disabled():
        print(f"\nparse: a file of {LARGE} bytes at {ratio:.2f} of the speed of one of {SMALL}")
    assert ratio >= SPEED_HOLDS, ratios


def test_symbol_tables_in_proportion(program, capsys):
    """On the library of the Python that runs this; both times are of one run."""
    library = pathlib.Path(sysconfig.get_path("stdlib"))
    files = sorted(p for p in library.rglob("*.py") if not {"site-packages", "dist-packages"} & set(p.parts))
    ratios = []
    for _ in range(TURNS):
        told = measure.measure_parse(program, files, "--symbols")
        ratios.append(1 + told["symbols_cpu_seconds"] / told["cpu_seconds"])
    ratio = statistics.median(ratios)
    with capsys.disabled():
        print(f"\nparse: {ratio:.2f} of the time with symbol tables, on {told['bytes']} bytes")
    assert 1 < ratio <= SYMBOLS_HOLD, ratios
