#!/usr/bin/env bash
# Formats the C++ sources with the pinned clang-format; --check only compares.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mode=(-i)
[[ "${1:-}" == --check ]] && mode=(--dry-run -Werror)
roots=()
for folder in include src fuzz benchmarks examples cmake; do
  [[ -d "$folder" ]] && roots+=("$folder")
done
# .def files are tables with columns of their own; the formatter would fold them.
find "${roots[@]}" \( -name '*.h' -o -name '*.cpp' \) -print0 |
  xargs -0 -r .deps/dev-venv/bin/clang-format "${mode[@]}"
