"""A limit of memory bounds what the kernel counts, by spilling: the tables are the same to the byte.

A small repository shows nothing, since the program itself takes more than its rows. So these tests build a
part of the standard library of the interpreter that runs them.
"""

import json
import os
import shutil
import sysconfig
from pathlib import Path

import pytest

from conftest import digests

MB = 1_000_000


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """About nine megabytes of Python, enough shards for every table to be gathered over several."""
    stdlib = Path(sysconfig.get_paths()["stdlib"])
    root = tmp_path_factory.mktemp("library")
    left = 9 * MB
    for path in sorted(stdlib.rglob("*.py")):
        inside = path.relative_to(stdlib)
        size = path.stat().st_size
        if "site-packages" in inside.parts or size > 400_000 or size > left:
            continue
        (root / inside).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, root / inside)
        left -= size
    return root


def peak_of(tool, *arguments):
    """(exit status, peak resident bytes as the kernel says) of one run."""
    child = os.posix_spawn(
        tool.program,
        [tool.program, *map(str, arguments)],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, usage = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024


def manifest_of(out):
    (bundle,) = (out / "run_bundles").iterdir()
    return json.loads((bundle / "manifest.json").read_text())


def test_limit_bounds_resident_memory_and_changes_no_table(tool, library, tmp_path):
    base = tool.build(library, tmp_path / "base")
    limit = 300 * MB
    assert base["peak_memory_bytes"] > limit, "the repository is too small to show anything"
    for threads in ("2", "1"):
        out = tmp_path / f"limited_{threads}"
        status, peak = peak_of(
            tool, "build", library, "-o", out, "--memory-limit", "300MB", "--threads", threads
        )
        assert status == 0
        assert peak <= limit
        manifest = manifest_of(out)
        assert {t["table"]: t["content_digest"] for t in manifest["outputs"]} == digests(base)


@pytest.mark.full
def test_the_standard_library_is_built_in_512_megabytes(tool, tmp_path):
    library = Path(sysconfig.get_paths()["stdlib"])
    excluded = ("--exclude-glob", "**/site-packages/**")
    base = tool.build(library, tmp_path / "base", *excluded, timeout=900)
    status, peak = peak_of(tool, "build", library, "-o", tmp_path / "out", *excluded, "--memory-limit", "512MB")
    assert status == 0
    assert peak <= 512 * MB
    assert {t["table"]: t["content_digest"] for t in manifest_of(tmp_path / "out")["outputs"]} == digests(base)


def test_peaks_of_every_owner_are_in_the_manifest(tool, repository, tmp_path):
    tool.build(repository, tmp_path / "out", "--memory-limit", "400MB")
    manifest = manifest_of(tmp_path / "out")
    assert manifest["memory"]["limit_bytes"] == 400 * MB
    assert manifest["peak_memory_bytes"] > 10 * MB
    peaks = manifest["memory"]["reserved_peak_bytes"]
    assert set(peaks) == {"program", "extraction", "rows", "engine", "log", "workers"}
    for owner in ("program", "extraction", "rows", "engine"):
        assert 0 < peaks[owner] < 400 * MB, owner


def test_what_cannot_fit_is_refused_by_owner_and_amount(tool, tmp_path):
    repository = tmp_path / "repo"
    repository.mkdir()
    (repository / "large.py").write_text("".join(f"name_{i} = {i}\n" for i in range(400_000)))
    told = tool.refused(
        "MEMORY_BUDGET_EXCEEDED", 21, "build", repository, "-o", tmp_path / "out", "--memory-limit", "150MB"
    )
    assert "extraction needs " in told and "150000000" in told and "large.py" in told
    assert not (tmp_path / "out" / "CURRENT").exists()
