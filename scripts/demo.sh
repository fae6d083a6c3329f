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

query="SELECT d.kind, d.full_name AS name, d.path, d.line, count(*) AS uses
FROM cpg_edges AS e JOIN cpg_nodes AS d ON d.node_id = e.dst
WHERE e.kind = 'REF' AND d.kind IN ('METHOD', 'TYPE_DECL')
GROUP BY ALL ORDER BY uses DESC, name, path, line LIMIT 10"

show() { printf '\n$ %s\n' "$*"; }

show "$program build $repository -o $output"
"$program" build "$repository" -o "$output"
show "$program sql --build $output --format table \"$query\""
"$program" sql --build "$output" --format table "$query"
