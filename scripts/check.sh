#!/usr/bin/env bash
# Everything a change must pass, cheapest first: format, layers, sizes, lint, build, tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/setup.sh --tests --dev
echo "== format" && scripts/format.sh --check
echo "== layers" && python3 scripts/check_layers.py
echo "== structure" && python3 scripts/check_structure.py
echo "== sizes" && python3 scripts/check_sizes.py
echo "== docs" && python3 scripts/check_docs.py
echo "== lint" && scripts/lint.sh
echo "== build and tests" && make --no-print-directory test
