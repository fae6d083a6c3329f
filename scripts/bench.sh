#!/usr/bin/env bash
# Builds and runs the benchmark program of every folder of src/ that has one (google-benchmark).
#
#   scripts/bench.sh [FILTER]     a regular expression over benchmark names
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mapfile -t names < <(cmake --build build/release --target help | sed -n 's/^\([a-z_]*_benchmark\): phony$/\1/p' | sort -u)
if [[ ${#names[@]} -eq 0 ]]; then
  echo "bench: no *_benchmark.cpp below src/"
  exit 0
fi
cmake --build build/release -j "$(nproc)" --target "${names[@]}"
for name in "${names[@]}"; do
  echo "== $name"
  CODEANATOMY_SOURCE_DIR="$PWD" "build/release/src/$name" --benchmark_filter="${1:-.}"
done
