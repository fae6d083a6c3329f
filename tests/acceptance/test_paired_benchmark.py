"""The statistics of scripts/paired_benchmark.py on machines that are made up: what it must see, and what it must not."""

import importlib.util
import itertools
import math
import random

import pytest


@pytest.fixture(scope="module")
def paired(source_dir):
    spec = importlib.util.spec_from_file_location("paired_benchmark", source_dir / "scripts/paired_benchmark.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("count, rank", [(6, 1), (9, 2), (10, 2), (20, 6), (40, 14)])
def test_ranks_are_those_of_the_sign_test(paired, count, rank):
    """Table of order statistics that bound a median with 95 % (Conover, Practical Nonparametric Statistics)."""
    assert paired.interval(range(1, count + 1)) == (rank, count + 1 - rank)


def test_few_pairs_decide_nothing(paired):
    assert paired.interval([1.0] * 5) == (0.0, math.inf)
    assert paired.verdict([2.0] * 5, 0.05) == "undecided"


def test_the_interval_covers_the_median_as_often_as_it_says(paired):
    random.seed(7)
    covered = 0
    for _ in range(2000):
        low, high = paired.interval([random.lognormvariate(0, 0.3) for _ in range(20)])
        covered += low <= 1 <= high
    assert 0.94 <= covered / 2000 <= 0.99


def machine(slower, seed, noise):
    """Runs of two programs, B `slower` times A, on a machine that drifts to half its speed and is hit now and then."""
    random.seed(seed)
    clock = itertools.count()

    def run(program, _):
        drift = 1 + next(clock) / 40
        hit = 1.5 if random.random() < 0.1 else 1.0
        seconds = (slower if program == "b" else 1.0) * drift * hit * random.lognormvariate(0, noise)
        return seconds, seconds

    return run


@pytest.mark.parametrize("slower, answer", [(1.0, "not slower"), (0.8, "not slower"), (1.2, "slower"), (1.5, "slower")])
def test_a_drifting_machine_favours_neither(paired, slower, answer):
    for seed in range(20):
        report = paired.compare(("a", "b"), [], 0.05, 10, 400, run=machine(slower, seed, 0.05))
        assert report["verdict"] == answer and report["pairs"] <= 400, (seed, report["cpu_ratio_interval_95"])


def test_what_lies_at_the_border_stays_undecided(paired):
    answers = [paired.compare(("a", "b"), [], 0.05, 10, 40, run=machine(1.05, seed, 0.05))["verdict"] for seed in range(40)]
    assert answers.count("undecided") > 25


def test_the_program_is_measured_with_its_children(paired, tmp_path):
    script = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'sum(range(6_000_000))'])"
    import sys

    cpu, wall = paired.measure(sys.executable, ["-c", script])
    alone, _ = paired.measure(sys.executable, ["-c", "pass"])
    assert cpu > alone and wall > 0
    with pytest.raises(RuntimeError, match="ended with 3"):
        paired.measure(sys.executable, ["-c", "raise SystemExit(3)"])
