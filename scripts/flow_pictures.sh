#!/usr/bin/env bash
# Draws the functions of docs/formats/flow/functions.py: NAME.dot by `codeanatomy export`, NAME.svg from
# it by Graphviz. tests/acceptance/test_export.py compares the .dot files.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
program="${CODEANATOMY_BIN:-$root/build/release/codeanatomy}"
folder="$root/docs/formats/flow"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir "$work/repository"
cp "$folder/functions.py" "$work/repository/"
"$program" build "$work/repository" -o "$work/out" --quiet >/dev/null
sed -nE 's/^def (\w+)\(.*# (\w+)$/\1 \2/p' "$folder/functions.py" | while read -r name layer; do
  "$program" export --build "$work/out" --layer "$layer" --method "functions.$name" -o "$folder/$name.dot"
  dot -Tsvg "$folder/$name.dot" -o "$folder/$name.svg"
done
