#!/usr/bin/env bash
# Measures other tools beside ours, on the same files in the same run.
#
#   benchmarks/peers.sh PROGRAM [NAME...]     inputs of benchmarks/inputs.env (django stdlib)
#
#   CODEANATOMY_PYTHON  the CPython to compare with, where 3.11 should not be searched for
#   RUNS                turns of each tool (3)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

program="$1"
shift
inputs=("$@")
[[ ${#inputs[@]} -gt 0 ]] || inputs=(django stdlib)
benchmarks/fetch_inputs.sh "${inputs[@]}"
for python in "${CODEANATOMY_PYTHON:-}" "$HOME"/.pyenv/versions/3.11.*/bin/python3 python3.11 python3; do
  [[ -n "$python" ]] && "$python" -c '' 2>/dev/null && break
done
exec "$python" benchmarks/peers.py "$program" --runs "${RUNS:-3}" "${inputs[@]}"
