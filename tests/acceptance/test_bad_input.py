"""Bad input and a hostile world: a typed error or a diagnostic, never a crash, a hang or half a build."""

import contextlib
import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import time

import pytest
from conftest import write_files

ROOT = os.geteuid() == 0


def diagnostics(tool, out, path):
    rows = tool.sql(out, "SELECT path, code, line, message, limit_name FROM diagnostics")
    return [r for r in rows if r["path"] == path]


def test_not_a_directory(tool, repository, tmp_path):
    tool.refused("NOT_A_DIRECTORY", 3, "build", repository / "broken.py")
    tool.refused("NOT_FOUND", 3, "build", tmp_path / "nowhere")


def test_no_python_at_all(tool, tmp_path):
    (tmp_path / "readme.txt").write_text("hello")
    tool.refused("EXTRACTION_FAILED", 10, "build", tmp_path)


def test_unknown_option_and_config_key(tool, repository, tmp_path):
    done = tool.run("build", repository, "--no-such-flag")
    assert done.returncode == 2 and "no-such-flag" in done.stderr
    config = tmp_path / "codeanatomy.toml"
    config.write_text("[source]\nmax_file_byte = 3\n")
    text = tool.refused("INVALID_CONFIG", 4, "build", repository, "--config", config)
    assert "source.max_file_byte" in text
    config.write_text("[source]\nmax_files = 'many'\n")
    tool.refused("INVALID_CONFIG", 4, "build", repository, "--config", config)
    tool.refused("INVALID_ARGUMENT", 3, "build", repository, "--threads", "-1")
    tool.refused("INVALID_ARGUMENT", 3, "build", repository, "--edges", "some")


@pytest.mark.parametrize(
    "name, content, code",
    [
        ("latin.py", b"s = '\xe9'\n", "INVALID_ENCODING"),
        ("cookie.py", b"# coding: klingon\nx = 1\n", "UNKNOWN_ENCODING"),
        ("null.py", b"x = 1\n\x00y = 2\n", None),
        ("binary.py", bytes(range(256)) * 64, None),
        ("open.py", b"f(" * 5000, None),
        ("deep.py", b"x = " + b"(" * 10_000 + b")" * 10_000 + b"\n", None),
        ("minus.py", b"x = " + b"-" * 100_000 + b"1\n", ""),
        ("elif.py", b"if a: pass\n" + b"elif b: pass\n" * 20_000, ""),
        ("chain.py", b"x = " + b"a + " * 50_000 + b"a\n", ""),
        ("empty.py", b"", ""),
        ("crlf.py", b"x = 1\r\ny = 2\r", ""),
        ("bom.py", b"\xef\xbb\xbfx = 1\n", ""),
    ],
)
def test_strange_files(tool, tmp_path, name, content, code):
    """code: the diagnostic's; None for any diagnostic with a position; "" for none at all or a named limit."""
    repo, out = tmp_path / "repo", tmp_path / "out"
    write_files(repo, {name: content, "fine.py": "def fine():\n    return 1\n"})
    tool.build(repo, out)
    found = diagnostics(tool, out, name)
    if code == "":
        assert all("limit" in r["code"].lower() or r["limit_name"] for r in found), found
    else:
        assert found and all(r["line"] is not None for r in found)
        assert code is None or code in {r["code"] for r in found}
    assert tool.sql(out, "SELECT name FROM cpg_nodes WHERE kind = 'METHOD' AND name = 'fine'")


def test_large_file_keeps_its_row(tool, tmp_path):
    repo, out = tmp_path / "repo", tmp_path / "out"
    write_files(repo, {"fine.py": "x = 1\n"})
    with open(repo / "large.py", "wb") as f:
        f.truncate(100 << 20)
    tool.build(repo, out)
    (found,) = diagnostics(tool, out, "large.py")
    assert found["code"] == "FILE_TOO_LARGE" and found["limit_name"] == "max_file_bytes"
    assert tool.sql(out, "SELECT path FROM repo_files WHERE path = 'large.py'")


def test_strict_fails_on_a_broken_file(tool, repository, tmp_path):
    tool.refused("EXTRACTION_FAILED", 10, "build", repository, "-o", tmp_path / "out", "--strict")
    assert not (tmp_path / "out/CURRENT").exists()


@pytest.mark.skipif(not ROOT, reason="needs root to become someone who may not read")
def test_unreadable_file(tool):
    # Not tmp_path: pytest closes its folders to other users whenever a session begins.
    with tempfile.TemporaryDirectory(prefix="codeanatomy-") as folder:
        top = pathlib.Path(folder)
        repo, out = top / "repo", top / "out"
        write_files(repo, {"fine.py": "x = 1\n", "secret.py": "y = 2\n"})
        os.chmod(repo / "secret.py", 0)
        out.mkdir()
        os.chown(out, 65534, 65534)
        library = pathlib.Path(tool.program).parent / "libduckdb.so"
        for source in (pathlib.Path(tool.program), library.resolve()):
            shutil.copy(source, top)
            os.chmod(top / source.name, 0o755)
        os.chmod(top, 0o755)
        as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        done = subprocess.run(
            [*as_nobody, str(top / "codeanatomy"), "build", str(repo), "-o", str(out)],
            capture_output=True, text=True, timeout=120,
        )
        assert done.returncode == 0, done.stderr
        (found,) = diagnostics(tool, out, "secret.py")
        assert found["code"] == "FILE_UNREADABLE"


@contextlib.contextmanager
def mounted(folder, options):
    folder.mkdir(exist_ok=True)
    if not ROOT or subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder]).returncode != 0:
        pytest.skip("needs the right to mount a tmpfs")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_full_disk(tool, repository, tmp_path):
    with mounted(tmp_path / "disk", "size=192k") as disk:
        tool.refused("NO_SPACE", 20, "build", repository, "-o", disk / "out")
        assert not (disk / "out/CURRENT").exists()


def test_disk_fills_up_after_a_good_build(tool, repository, tmp_path):
    with mounted(tmp_path / "disk", "size=64m") as disk:
        tool.build(repository, disk / "out")
        before = tool.sql(disk / "out", "SELECT count(*) AS n FROM cpg_nodes")
        with contextlib.suppress(OSError), open(disk / "filler", "wb") as f:
            while True:
                f.write(b"x" * 65536)
                f.flush()
        (repository / "more.py").write_text("def more():\n    pass\n" * 50)
        tool.refused("NO_SPACE", 20, "build", repository, "-o", disk / "out")
        os.remove(disk / "filler")
        assert tool.sql(disk / "out", "SELECT count(*) AS n FROM cpg_nodes") == before


def test_read_only_output(tool, repository, tmp_path):
    with mounted(tmp_path / "disk", "ro") as disk:
        tool.refused("IO_ERROR", 20, "build", repository, "-o", disk / "out")


def test_corrupted_log_entry(tool, repository, tmp_path):
    out = tmp_path / "out"
    tool.build(repository, out)
    (entry,) = (out / "cpg/cpg_nodes/_delta_log").glob("*00000.json")
    good = entry.read_bytes()
    entry.write_bytes(good[: len(good) // 2])
    text = tool.refused("DELTA_CORRUPT", 20, "sql", "--build", out, "SELECT count(*) FROM cpg_nodes")
    assert "cpg_nodes" in text
    entry.write_bytes(good)
    assert tool.sql(out, "SELECT count(*) AS n FROM cpg_nodes")[0]["n"] > 0


def test_sql_without_a_build(tool, tmp_path):
    tool.refused("NOT_FOUND", 3, "sql", "--build", tmp_path, "SELECT 1")


def wait_or_kill(process, seconds, how):
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(how)
        process.wait(timeout=60)


def test_kill_leaves_the_previous_build_readable(tool, repository, tmp_path):
    out = tmp_path / "out"
    tool.build(repository, out)
    nodes = "SELECT count(*) AS n FROM cpg_nodes"
    choose = random.Random(1)
    for i in range(12):
        (repository / f"more{i}.py").write_text(f"def f{i}():\n    return {i}\n")
        known = tool.sql(out, nodes)
        process = subprocess.Popen(
            [tool.program, "build", str(repository), "-o", str(out)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        wait_or_kill(process, choose.uniform(0.01, 0.6), signal.SIGKILL)
        now = tool.sql(out, nodes)
        assert now == known if process.returncode != 0 else now[0]["n"] > known[0]["n"]
    tool.build(repository, out)
    leftovers = [p for p in out.rglob("*") if p.is_file() and (".tmp" in p.name or p.name.startswith("tmp"))]
    assert not leftovers


@pytest.mark.parametrize("how, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_cancel_cleanly(tool, tmp_path, how, status):
    repo, out = tmp_path / "repo", tmp_path / "out"
    body = "def f(x):\n    return [x + i for i in range(10) if x and i]\n"
    write_files(repo, {f"m{i}.py": body * 400 for i in range(120)})
    process = subprocess.Popen(
        [tool.program, "build", str(repo), "-o", str(out)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )
    time.sleep(0.4)
    process.send_signal(how)
    error = process.communicate(timeout=60)[1]
    assert process.returncode == status, error
    assert "INTERRUPTED:" in error
    assert not (out / "CURRENT").exists()
