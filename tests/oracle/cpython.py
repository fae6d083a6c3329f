"""Real CPython interpreters as oracles: finding them, and comparing the program with them."""

import functools
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys

from oracle_worker import canonical, digest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WORKER = pathlib.Path(__file__).with_name("oracle_worker.py")
REFERENCE = "3.11"  # scripts/versions.env: ORACLE_PYTHON
SUPPORTED = ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
FULL = os.environ.get("CODEANATOMY_TEST_FULL") == "1"
SEED = 20250101


class Interpreter:
    """A CPython: `worker` is the command that runs oracle_worker.py in it."""

    def __init__(self, path, version, library, worker=None):
        self.path, self.version, self.library = path, version, pathlib.Path(library)
        self.minor = ".".join(version.split(".")[:2])
        self.worker = worker or [path, "-X", "utf8", str(WORKER)]

    @property
    def has_tests(self):
        return (self.library / "test" / "test_ast.py").exists() or (
            self.library / "test" / "test_ast"
        ).is_dir()

    def files(self):
        """The .py files of its library without what was installed into it, sorted."""
        left_out = {"site-packages", "dist-packages", "__pycache__"}
        return sorted(
            str(path)
            for path in self.library.rglob("*.py")
            if left_out.isdisjoint(path.parts) and path.is_file()
        )

    def sample(self, size):
        files = self.files()
        if FULL or size >= len(files):
            return files
        return sorted(random.Random(SEED).sample(files, size))


def _probe(path):
    """The interpreter at `path`, None where it is no CPython that runs."""
    code = (
        "import sys, sysconfig; print(sys.implementation.name, '%d.%d.%d' % sys.version_info[:3],"
        " sysconfig.get_path('stdlib'), sep='\\n')"
    )
    try:
        result = subprocess.run([path, "-c", code], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    told = result.stdout.splitlines()
    if result.returncode != 0 or len(told) != 3 or told[0] != "cpython":
        return None
    return Interpreter(path, told[1], told[2])


def _candidates(minor):
    named = os.environ.get("CODEANATOMY_ORACLE_PYTHON")
    if named and minor == REFERENCE:
        yield named
    root = pathlib.Path(os.environ.get("PYENV_ROOT", pathlib.Path.home() / ".pyenv"))
    newest_first = sorted(
        root.glob(f"versions/{minor}.*/bin/python"),
        key=lambda p: [int(n) for n in re.findall(r"\d+", p.parent.parent.name)],
        reverse=True,
    )
    yield from map(str, newest_first)
    for name in (f"python{minor}", "python3"):
        if found := shutil.which(name):
            yield found
    yield f"/usr/bin/python{minor}"
    yield sys.executable


def _wasm(minor):
    """CPython as WebAssembly (scripts/setup.sh --tests), None where it is missing or of another version.

    Its library comes without tests.
    """
    folder = ROOT / ".deps" / "pyodide"
    node = shutil.which("node")
    if node is None or not (folder / "pyodide.mjs").is_file():
        return None
    worker = [node, "--stack-size=8000", str(WORKER.with_name("wasm_worker.mjs")), str(folder)]
    result = subprocess.run([*worker, "--version"], capture_output=True, text=True)
    version = result.stdout.strip()
    if result.returncode != 0 or not version.startswith(f"{minor}."):
        return None
    return Interpreter(str(folder), version, folder / "lib", worker)


@functools.cache
def find(minor=REFERENCE):
    """The best interpreter of that version: one whose library holds its tests, else any, else the
    one that is compiled to WebAssembly, else None."""
    found = []
    for path in dict.fromkeys(_candidates(minor)):
        interpreter = _probe(path)
        if interpreter and interpreter.minor == minor:
            if interpreter.has_tests:
                return interpreter
            found.append(interpreter)
    return found[0] if found else _wasm(minor)


def write_cases(cases, folder):
    """The sources as files of the folder; their paths."""
    files = []
    for number, case in enumerate(cases):
        path = folder / f"case_{number:04}.py"
        path.write_text(case, encoding="utf-8", newline="")
        files.append(str(path))
    return files


def _lines(command, files, folder, name):
    """(path, value) of each line as it comes: all of them together may be larger than memory."""
    listing = folder / f"{name}.list"
    listing.write_text("".join(f"{f}\n" for f in files), encoding="utf-8", errors="surrogateescape")
    said = folder / f"{name}.stderr"
    with open(said, "wb") as err:
        running = subprocess.Popen([*command, str(listing)], stdout=subprocess.PIPE, stderr=err)
    with running as process:
        for line in process.stdout:
            value = json.loads(line)
            yield value.pop("path"), value
    assert process.returncode == 0, said.read_text(encoding="utf-8", errors="replace")[-2000:]


def _digest(kind, value):
    if kind == "ast":
        return None if value["ast"] is None else digest(value["ast"])
    return None if value["table"] is None else digest(canonical(value["table"]))


def pairs(program, kind, interpreter, files, folder):
    """(path, CPython's line, the program's line) of each file, in order."""
    wanted = dict(_lines([*interpreter.worker, kind], files, folder, "cpython"))
    tool = [str(program), "debug", kind, "--target-version", interpreter.minor, "--files-from"]
    told = []
    for path, value in _lines(tool, files, folder, "program"):
        told.append(path)
        yield path, wanted[path], value
    assert told == files and wanted.keys() == set(files)


def compare(
    program, kind, interpreter, files, folder, exact_errors=False, rejected_alike=True
):
    """(accepted, differences, left_out): how many files CPython accepts, what differs between the
    program and CPython, and the files that CPython itself gives up on (ValueError, MemoryError,
    RecursionError), the latter two as text.

    A file that CPython accepts must give the same tree or table. One that it rejects must be
    rejected, unless `rejected_alike` is false; with `exact_errors` with the same type, message,
    line and offset.
    """
    accepted, differences, left_out = 0, [], []
    for path, want, got in pairs(program, kind, interpreter, files, folder):
        if want["refused"]:
            left_out.append(f"{path}: {want['refused']}")
            continue
        if want["error"] is None:
            accepted += 1
            if got["error"] is not None:
                differences.append(f"{path}: CPython accepts it, the program says {got['error']}")
            elif _digest(kind, got) != want["sha256"]:
                differences.append(f"{path}: another {kind}")
        elif got["error"] is None:
            if not rejected_alike:
                continue
            differences.append(f"{path}: CPython says {want['error']}, the program accepts it")
        elif exact_errors and got["error"] != want["error"]:
            differences.append(f"{path}: CPython says {want['error']}, the program {got['error']}")
    return accepted, differences, left_out
