"""Bytes of source per CPU second: CPython's ast.parse beside `codeanatomy debug parse --jobs 1`.

usage: peers.py PROGRAM [--runs N] [INPUT ...]      run by the CPython to compare with

Both get the same files, those that this CPython accepts, and both count CPU seconds of parsing
alone, files read beforehand; each tree is dropped before the next one is made. The two take turns,
and what counts is the median of the turns' ratios. The garbage collector is off during ast.parse:
it would only slow it down.
"""

import argparse
import ast
import gc
import platform
import statistics
import sys
import time
import warnings

import measure


def accepted_files(name):
    """(path, bytes) of the input's files that this interpreter parses, and how many it rejects."""
    accepted, rejected = [], 0
    for path in measure.input_files(name):
        source = path.read_bytes()
        try:
            ast.parse(source)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            rejected += 1
        else:
            accepted.append((path, source))
    return accepted, rejected


def time_ast_parse(sources):
    gc.collect()
    gc.disable()
    begin = time.process_time()
    for source in sources:
        ast.parse(source)
    seconds = time.process_time() - begin
    gc.enable()
    return seconds


def compare_parsers(program, name, runs):
    files, rejected = accepted_files(name)
    sources = [source for _, source in files]
    paths = [path for path, _ in files]
    size = sum(map(len, sources))
    version = "%d.%d" % sys.version_info[:2]
    print(f"== {name}: {len(files)} files, {size:,} bytes; {rejected} that CPython {version} rejects left out")
    print(f"{'turn':>6}{'ast.parse':>12}{'ours':>12}{'ratio':>8}   MB per CPU second")
    ratios = []
    for turn in range(runs):
        # Ours first in every other turn: neither always meets warm caches.
        measured = {}
        for tool in ("peer", "ours") if turn % 2 == 0 else ("ours", "peer"):
            if tool == "peer":
                measured[tool] = size / time_ast_parse(sources)
            else:
                parsed = measure.measure_parse(program, paths, "--target-version", version)
                if parsed["bytes"] != size:
                    sys.exit(f"debug parse read {parsed['bytes']} bytes instead of {size}")
                measured[tool] = size / parsed["cpu_seconds"]
        ratios.append(measured["ours"] / measured["peer"])
        print(f"{turn + 1:>6}{measured['peer'] / 1e6:>12.2f}{measured['ours'] / 1e6:>12.2f}{ratios[-1]:>8.1f}")
    print(f"median ratio {statistics.median(ratios):.1f} (from {min(ratios):.1f} to {max(ratios):.1f})")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("inputs", nargs="*", default=["django", "stdlib"], metavar="INPUT")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_intermixed_args()
    warnings.simplefilter("ignore")
    ours = measure.program_version(arguments.program)
    print(f"peer: {platform.python_implementation()} {platform.python_version()}, {sys.executable}")
    print(f"ours: codeanatomy {ours['codeanatomy']}, {ours['build']['compiler']}, {ours['build']['commit']}")
    for name in arguments.inputs:
        compare_parsers(arguments.program, name, arguments.runs)


if __name__ == "__main__":
    main()
