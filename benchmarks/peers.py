"""Bytes of source per CPU second, one thread: CPython's ast.parse, ruff's parser and ours.

usage: peers.py PROGRAM [--ruff PROGRAM] [--runs N] [--instructions N] [INPUT ...]

Run by the CPython to compare with. All get the same files: those that this CPython accepts and that
are UTF-8, the only encoding that ruff's parser reads. All count CPU seconds of text to tree alone,
files read beforehand; each tree is dropped before the next one is made. They take turns, and what counts
is the median of the turns' ratios. CPython's garbage collector is off: it would only slow it down.

`ours` has the grammar of this CPython, `ours, newest` that of ruff's run.
--instructions N counts instructions with callgrind, on N files.
"""

import argparse
import ast
import gc
import platform
import re
import statistics
import sys
import time
import warnings

import measure

NEWEST = "3.14"
VERSION = "%d.%d" % sys.version_info[:2]


def accepted_files(name):
    """(path, bytes) of the input's files that all tools read, and how many were left out."""
    accepted, rejected = [], 0
    for path in measure.input_files(name):
        source = path.read_bytes()
        try:
            ast.parse(source)
            source.decode("utf-8")
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            rejected += 1
        else:
            accepted.append((path, source))
    return accepted, rejected


class CPython:
    name = "ast.parse"

    def measure(self, files):
        sources = [source for _, source in files]
        gc.collect()
        gc.disable()
        begin = time.process_time()
        for source in sources:
            ast.parse(source)
        seconds = time.process_time() - begin
        gc.enable()
        return seconds


class Ruff:
    name = "ruff"
    # Text to tree, and the tree dropped.
    function = "ruff_parse_and_drop"

    def __init__(self, program):
        self.command = [program, "--target-version", NEWEST, "--files-from"]

    def measure(self, files):
        return measure.parse_times(self.command, files)["cpu_seconds"]


class Ours:
    function = "codeanatomy::parse::ParseModule*"

    def __init__(self, name, program, version):
        self.name = name
        self.command = [program, "debug", "parse", "--jobs", "1"]
        self.command += ["--target-version", version, "--files-from"]

    def measure(self, files):
        return measure.parse_times(self.command, files)["cpu_seconds"]


def symbols_ratio(ours, files):
    """Time of parsing and symbol tables to that of parsing, both of one run."""
    times = measure.parse_times([*ours.command[:2], "parse", "--symbols", *ours.command[3:]], files)
    return 1 + times["symbols_cpu_seconds"] / times["cpu_seconds"]


def ratio_line(label, ratios):
    return f"{label:<38}{statistics.median(ratios):>7.2f}   from {min(ratios):.2f} to {max(ratios):.2f}"


def compare(tools, name, runs):
    files, rejected = accepted_files(name)
    size = sum(len(source) for _, source in files)
    print(f"== {name}: {len(files)} files, {size:,} bytes; {rejected} left out")
    print(f"{'MB per CPU second':<20}" + "".join(f"{tool.name:>15}" for tool in tools))
    speeds = {tool.name: [] for tool in tools}
    for turn in range(runs):
        # Forth and back: none always meets warm caches.
        for tool in tools if turn % 2 == 0 else reversed(tools):
            speeds[tool.name].append(size / tool.measure(files) / 1e6)
        print(f"{f'turn {turn + 1}':<20}" + "".join(f"{speeds[tool.name][-1]:>15.2f}" for tool in tools))

    def ratios(a, b):
        return [x / y for x, y in zip(speeds[a], speeds[b])]

    print(ratio_line("ours to ast.parse", ratios("ours", "ast.parse")))
    if "ruff" in speeds:
        print(ratio_line("ruff to ast.parse", ratios("ruff", "ast.parse")))
        print(ratio_line("ours, newest to ruff", ratios("ours, newest", "ruff")))
    print(ratio_line("ours: with symbols to without", [symbols_ratio(tools[-1], files) for _ in range(runs)]))


def count_instructions(tools, name, count):
    """Instructions inside the parse function of each tool that has one, on `count` files spread over the input."""
    files, _ = accepted_files(name)
    files = files[:: max(1, len(files) // count)][:count]
    size = sum(len(source) for _, source in files)
    print(f"== {name}: instructions on {len(files)} files, {size:,} bytes")
    for tool in tools:
        if not hasattr(tool, "function"):
            continue
        with measure.file_list(path for path, _ in files) as listing:
            command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
            command += [f"--toggle-collect={tool.function}", *tool.command, listing]
            told = measure.run(command, with_errors=True)[1]
        counted = int(re.search(r"Collected : (\d+)", told)[1])
        print(f"{tool.name:<20}{counted:>15,}{counted / size:>10.1f} per byte")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("inputs", nargs="*", default=["django", "stdlib"], metavar="INPUT")
    parser.add_argument("--ruff", metavar="PROGRAM")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--instructions", type=int, default=0, metavar="N")
    arguments = parser.parse_intermixed_args()
    warnings.simplefilter("ignore")
    about = measure.program_version(arguments.program)
    print(f"ast.parse: {platform.python_implementation()} {platform.python_version()}, {sys.executable}")
    print(f"ours: codeanatomy {about['codeanatomy']}, {about['build']['compiler']}, {about['build']['commit']}")
    tools = [CPython(), Ours("ours", arguments.program, VERSION)]
    if arguments.ruff:
        tools.append(Ruff(arguments.ruff))
    tools.append(Ours("ours, newest", arguments.program, NEWEST))
    for name in arguments.inputs:
        compare(tools, name, arguments.runs)
        if arguments.instructions:
            count_instructions(tools, name, arguments.instructions)


if __name__ == "__main__":
    main()
