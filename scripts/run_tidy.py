"""Runs clang-tidy over files and prints what it finds, once each.

Recursion is judged by src/RECURSION: it lists the trees of bounded depth and the files whose functions
may follow them by recursion. Every other recursive function is a finding, and so is a listed file that
does not exist. src/parse/.clang-tidy permits recursion there, where the parser guards its depth.

usage: run_tidy.py COMPILE_COMMANDS_FOLDER CLANG_TIDY FILE...; exit status 1 where anything was found.
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FINDING = re.compile(r"^(\S.*?):\d+:\d+: (?:error|warning|fatal error): .*$")
NOTE = re.compile(r"^(\S.*?):\d+:\d+: note: ")


def read_bounded(path):
    """The files that src/RECURSION lists; ends the program where it is malformed."""
    files, has_tree = set(), False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        line = line.split("#")[0].strip()
        if line.startswith("["):
            has_tree = True
            if not re.fullmatch(r"\[\S.*\] at most \d+: \S.*", line):
                sys.exit(f"{path}:{number}: expected `[tree] at most N: where that is checked`")
        elif line:
            if not has_tree or not (ROOT / line).is_file():
                sys.exit(f"{path}:{number}: no tree before it, or no such file")
            files.add(line)
    return files


def split(output):
    """Findings with their excerpts and notes, each a list of lines."""
    found = []
    for line in output.splitlines():
        if FINDING.match(line):
            found.append([line])
        elif found:
            found[-1].append(line)
    return found


def relative(path):
    """Below the repository, as src/RECURSION writes it; None for what is not ours."""
    resolved = pathlib.Path(os.path.normpath(ROOT / path))
    return str(resolved.relative_to(ROOT)) if resolved.is_relative_to(ROOT) else None


def permitted(finding, bounded):
    """Whether it is recursion in a listed file, or in a library's template called from listed ones alone."""
    if "[misc-no-recursion" not in finding[0]:
        return False
    place = relative(FINDING.match(finding[0]).group(1))
    if place is not None:
        return place in bounded
    notes = {relative(match.group(1)) for match in map(NOTE.match, finding) if match}
    notes.discard(None)
    return bool(notes) and notes <= bounded


def tidy(folder, program, file):
    command = [program, "-p", folder, "--quiet", "--extra-arg-before=-include"]
    command += [f"--extra-arg-before={ROOT / 'cmake' / 'precompiled.h'}", file]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)


def main():
    folder, program, *files = sys.argv[1:]
    bounded = read_bounded(ROOT / "src" / "RECURSION")
    seen, count = set(), 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for file, done in zip(files, pool.map(lambda file: tidy(folder, program, file), files)):
            found = split(done.stdout)
            if done.returncode != 0 and not found:
                found = [[f"{file}: clang-tidy failed", done.stderr]]
            for finding in found:
                # A header's finding comes with every file that includes it.
                if finding[0] in seen or permitted(finding, bounded):
                    continue
                seen.add(finding[0])
                count += 1
                print("\n".join(finding), flush=True)
    print(f"lint: {len(files)} files, {count} findings")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
