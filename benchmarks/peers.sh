#!/usr/bin/env bash
# Measures other tools beside ours, on the same files in the same run.
#
#   benchmarks/peers.sh PROGRAM [NAME...]     inputs of benchmarks/inputs.env (django stdlib)
#
#   CODEANATOMY_PYTHON  the CPython to compare with, where 3.11 should not be searched for
#   RUNS                turns of each tool (3)
#   INSTRUCTIONS        count instructions as well, on so many files of each input (0; needs valgrind)
#
# Ruff's parser is built from crates pinned in ruff_parse/Cargo.lock; without cargo it is left out, and
# the output says so.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

program="$1"
shift
inputs=("$@")
[[ ${#inputs[@]} -gt 0 ]] || inputs=(django stdlib)
benchmarks/fetch_inputs.sh "${inputs[@]}"

ruff=()
if command -v cargo >/dev/null; then
  cargo build --quiet --locked --release --manifest-path benchmarks/ruff_parse/Cargo.toml --target-dir build/ruff_parse
  ruff=(--ruff build/ruff_parse/release/ruff_parse)
else
  echo "peers: no cargo on this machine: ruff's parser is left out (install Rust 1.89 or newer)" >&2
fi

for python in "${CODEANATOMY_PYTHON:-}" "$HOME"/.pyenv/versions/3.11.*/bin/python3 python3.11 python3; do
  [[ -n "$python" ]] && "$python" -c '' 2>/dev/null && break
done
exec "$python" benchmarks/peers.py "$program" "${ruff[@]}" --runs "${RUNS:-3}" \
  --instructions "${INSTRUCTIONS:-0}" "${inputs[@]}"
