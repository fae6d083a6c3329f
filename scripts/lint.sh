#!/usr/bin/env bash
# Runs clang-tidy on the .cpp files changed since main, committed or not; --all on every one.
#
# It reads compile commands of its own, made without ccache and g++'s precompiled header, which
# clang cannot use; the header's contents are included instead.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ "${1:-}" == --all ]]; then
  files="$(git ls-files --cached --others --exclude-standard -- 'src/*.cpp')"
else
  base="$(git merge-base HEAD origin/main 2>/dev/null || git merge-base HEAD main)"
  files="$(git diff --name-only --diff-filter=d "$base" -- 'src/*.cpp'
    git ls-files --others --exclude-standard -- 'src/*.cpp')"
fi
if [[ -z "$files" ]]; then
  echo "lint: no changed .cpp file"
  exit 0
fi

cmake -S . -B build/lint -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCA_CCACHE=OFF -DCA_MOLD=OFF \
  -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >/dev/null
mapfile -t list <<<"$files"
exec python3 scripts/run_tidy.py build/lint .deps/dev-venv/bin/clang-tidy "${list[@]}"
