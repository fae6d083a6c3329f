#!/usr/bin/env bash
# Benchmarks: the program of every folder of src/ that has one (google-benchmark), then whole builds of
# pinned inputs with their time, memory and size. Results go to build/bench/<date>-<commit>.json.
#
#   scripts/bench.sh [FILTER]     a regular expression over names such as parse/django, build/stdlib
#
#   INPUTS       inputs of whole builds (django stdlib); also sqlalchemy, sympy
#   RUNS         runs of each (3)
#   REPETITIONS  of each stage benchmark (3)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

filter="${1:-.}"
benchmarks/fetch_inputs.sh
mapfile -t names < <(cmake --build build/release --target help | sed -n 's/^\([a-z_]*_benchmark\): phony$/\1/p' | sort -u)
if [[ ${#names[@]} -gt 0 ]]; then
  cmake --build build/release -j "$(nproc)" --target "${names[@]}"
fi

stages=build/bench/stages
rm -rf "$stages"
mkdir -p "$stages"
for name in "${names[@]}"; do
  echo "== ${name%_benchmark}"
  # The Debian package of google-benchmark says on stderr that it is a debug build; its loop is not.
  CODEANATOMY_SOURCE_DIR="$PWD" CODEANATOMY_DUCKDB_LIBRARY="$PWD/build/release/libduckdb.so" \
    "build/release/src/$name" --benchmark_filter="$filter" --benchmark_min_time=0.2 \
    --benchmark_repetitions="${REPETITIONS:-3}" --benchmark_report_aggregates_only=false \
    --benchmark_display_aggregates_only=true --benchmark_out_format=json \
    --benchmark_out="$stages/$name.json" 2>"$stages/$name.log" ||
    { cat "$stages/$name.log" >&2; exit 1; }
  # A filter that matches nothing leaves an empty file.
  [[ -s "$stages/$name.json" ]] || rm -f "$stages/$name.json"
done
read -ra inputs <<<"${INPUTS:-django stdlib}"
python3 benchmarks/record.py build/release/codeanatomy --stages "$stages" --filter "$filter" \
  --runs "${RUNS:-3}" --inputs "${inputs[@]}"
