#!/usr/bin/env bash
# Golden tests: scripts/golden.sh [--update] [filter]. Compares, or rewrites, what the cases under
# tests/golden whose name contains the filter give. The program is $CODEANATOMY_BIN or the release build.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root/tests/golden"
CODEANATOMY_BIN="${CODEANATOMY_BIN:-$root/build/release/codeanatomy}" exec python3 - "$@" <<'PYTHON'
import difflib
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, os.getcwd())
sys.dont_write_bytecode = True
import golden

update = "--update" in sys.argv
patterns = [a for a in sys.argv[1:] if not a.startswith("-")]
cases = golden.find_cases(patterns[0] if patterns else "")
failed = 0
with tempfile.TemporaryDirectory() as folder:
    build = golden.Build(os.environ["CODEANATOMY_BIN"], pathlib.Path(folder))
    for case in cases:
        actual = golden.render(build, case)
        expected = case.golden.read_text(encoding="utf-8") if case.golden.exists() else ""
        if actual == expected:
            continue
        failed += 1
        if update:
            case.golden.write_text(actual, encoding="utf-8")
            print(f"updated {case.name}")
        else:
            sys.stdout.writelines(
                line + "\n"
                for line in difflib.unified_diff(
                    expected.splitlines(), actual.splitlines(), f"{case.name}.golden", "now", lineterm="", n=1
                )
            )
print(f"golden: {len(cases)} cases, {failed} {'updated' if update else 'differ'}")
sys.exit(0 if update or not failed else 1)
PYTHON
