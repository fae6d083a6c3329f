#!/usr/bin/env bash
# Builds the graph of a repository and shows one query over it.
#
#   scripts/demo.sh PROGRAM [REPOSITORY]     default: the standard library of the machine's python3
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

program="$1"
repository="${2:-$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')}"
repository="$(cd "$repository" && pwd)"
# One folder per repository, so that builds of different ones do not mix.
output="$PWD/build/demo/$(basename "$repository")-$(printf %s "$repository" | sha256sum | cut -c1-8)"

query="SELECT callee.full_name AS function, callee.path, callee.line, count(*) AS calls
FROM calls JOIN cpg_nodes AS callee ON callee.node_id = calls.callee_id
WHERE callee.is_external IS NOT TRUE
GROUP BY ALL ORDER BY calls DESC, function, path, line LIMIT 10"

show() { printf '\n$ %s\n' "$*"; }

show "$program build $repository -o $output"
"$program" build "$repository" -o "$output"
show "$program sql --build $output --format table \"$query\""
"$program" sql --build "$output" --format table "$query"
