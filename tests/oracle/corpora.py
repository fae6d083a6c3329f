"""The packages of corpora.txt, unpacked once below .deps/corpora."""

import hashlib
import pathlib
import shutil
import subprocess
import sys
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
PINS = HERE / "corpora.txt"
FOLDER = HERE.parent.parent / ".deps" / "corpora"


def unpacked():
    """The folder; downloads when the pins have changed. Raises what pip or the network raise."""
    stamp = FOLDER / "stamp"
    pins = hashlib.sha256(PINS.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == pins:
        return FOLDER
    shutil.rmtree(FOLDER, ignore_errors=True)
    wheels = FOLDER / "wheels"
    wheels.mkdir(parents=True)
    options = "--quiet --no-deps --require-hashes --only-binary :all: --disable-pip-version-check"
    download = [sys.executable, "-m", "pip", "download", *options.split()]
    subprocess.run([*download, "-r", str(PINS), "-d", str(wheels)], check=True)
    for wheel in sorted(wheels.iterdir()):
        with zipfile.ZipFile(wheel) as archive:
            names = [n for n in archive.namelist() if n.endswith(".py")]
            archive.extractall(FOLDER / wheel.name.split("-")[0].lower(), names)
    shutil.rmtree(wheels)
    stamp.write_text(pins)
    return FOLDER


def files():
    return sorted(str(path) for path in unpacked().rglob("*.py"))
