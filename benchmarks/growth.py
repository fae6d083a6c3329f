#!/usr/bin/env python3
"""How the cost of a build grows with its input: every shape of shapes.py, once with n and once with 4 n.

    benchmarks/growth.py PROGRAM [--size N] [--fail-above RATIO] [SHAPE...]

Prints CPU seconds and peak memory of both and their ratios. Linear cost gives at most 4: less where the
fixed cost of a build weighs. Exit status 1 if a ratio is above RATIO (6).
"""

import argparse
import pathlib
import shutil
import sys
import tempfile

import measure
from shapes import SHAPES

GROWTH = 4


def cost(program, text):
    """CPU seconds and bytes of peak memory of building a repository of that one file."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="growth-"))
    try:
        (folder / "repo").mkdir()
        (folder / "repo" / "shape.py").write_text(text)
        figures, _ = measure.run([program, "build", folder / "repo", "-o", folder / "out"])
        return figures["cpu"][1], figures["peak_memory"][1]
    finally:
        shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--size", type=int, default=20_000, metavar="N")
    parser.add_argument("--fail-above", type=float, default=6.0, metavar="RATIO")
    parser.add_argument("shapes", nargs="*", metavar="SHAPE", default=list(SHAPES))
    arguments = parser.parse_args()
    print(f"{'shape':20}{'CPU s':>8}{'x4':>8}{'ratio':>7}{'MiB':>8}{'x4':>8}{'ratio':>7}")
    too_steep = []
    for shape in arguments.shapes:
        if shape not in SHAPES:
            parser.error(f"no shape {shape}; there are {', '.join(SHAPES)}")
        small = cost(arguments.program, SHAPES[shape](arguments.size))
        large = cost(arguments.program, SHAPES[shape](GROWTH * arguments.size))
        cpu, memory = large[0] / small[0], large[1] / small[1]
        print(
            f"{shape:20}{small[0]:8.2f}{large[0]:8.2f}{cpu:7.1f}"
            f"{small[1] / 2**20:8.0f}{large[1] / 2**20:8.0f}{memory:7.1f}",
            flush=True,
        )
        if max(cpu, memory) > arguments.fail_above:
            too_steep.append(shape)
    if too_steep:
        sys.exit(f"steeper than {arguments.fail_above}: {', '.join(too_steep)}")


if __name__ == "__main__":
    main()
