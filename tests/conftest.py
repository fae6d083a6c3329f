"""What every Python test shares: the program under test, and the `full` marker.

ctest sets CODEANATOMY_BIN and CODEANATOMY_SOURCE_DIR (tests/CMakeLists.txt). Run by hand, both
default to this checkout and its release build:

    .deps/venv/bin/python -m pytest tests/oracle
"""

import os
import pathlib
import subprocess

import pytest


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "full: slow; runs only with CODEANATOMY_TEST_FULL=1, as in `make test-full`"
    )


def pytest_collection_modifyitems(items):
    if os.environ.get("CODEANATOMY_TEST_FULL") == "1":
        return
    skip = pytest.mark.skip(reason="full: set CODEANATOMY_TEST_FULL=1")
    for item in items:
        if item.get_closest_marker("full"):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def source_dir():
    """The checkout."""
    default = pathlib.Path(__file__).resolve().parent.parent
    return pathlib.Path(os.environ.get("CODEANATOMY_SOURCE_DIR", default))


@pytest.fixture(scope="session")
def program(source_dir):
    """Path of the built `codeanatomy`."""
    path = pathlib.Path(
        os.environ.get("CODEANATOMY_BIN", source_dir / "build" / "release" / "codeanatomy")
    )
    assert path.is_file(), f"{path} is not built: run `make build`"
    return path


@pytest.fixture(scope="session")
def run(program):
    """run(*arguments, **options) -> CompletedProcess with text output; fails on a non-zero exit
    unless check=False is given."""

    def run_program(*arguments, check=True, **options):
        result = subprocess.run(
            [str(program), *map(str, arguments)], capture_output=True, text=True, **options
        )
        if check and result.returncode != 0:
            pytest.fail(
                f"codeanatomy {' '.join(map(str, arguments))}: exit {result.returncode}\n"
                f"{result.stdout}{result.stderr}"
            )
        return result

    return run_program
