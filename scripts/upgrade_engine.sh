#!/usr/bin/env bash
# Drill of an engine upgrade: this program on the pinned DuckDB and on another release, side by side.
#
#   scripts/upgrade_engine.sh NPM_VERSION [SOURCES]     e.g. 1.5.5-r.5; SOURCES: a repository to build
#
# Builds the program for the other release, runs the suite on both (unit, golden, check, acceptance), builds SOURCES
# with both and compares hashes, plans, rows of every table and CPU time in pairs (scripts/paired_benchmark.py). The
# report lies in build/upgrade/report, what of it is kept in docs/reference/engine-upgrade/<from>-<to>.
# Status 0: equal and not slower; 3: equal, the times are undecided: measure again on a quieter machine; else 1.
# Procedure and reading of the report: docs/reference/engine-upgrade.md
#
#   JOBS   processes of builds and tests (2)
#   TESTS  regular expression of the tests, for a drill of a part
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[[ $# -ge 1 ]] || { sed -n '2,15p' "$0"; exit 2; }
package_version=$1 release=${1%%-*} sources=${2:-tests}
source scripts/versions.env
root=.deps/duckdb-$release other=build/upgrade report=build/upgrade/report
archive=docs/reference/engine-upgrade/$release-$DUCKDB_VERSION
say() { echo "upgrade: $*"; }

if [[ ! -f $root/libduckdb.so ]]; then
  say "fetching DuckDB $release"
  mkdir -p "$root"
  (cd "$root" && npm pack --silent "${DUCKDB_NPM_PACKAGE%@*}@$package_version" >/dev/null &&
    tar xzf ./*.tgz --strip-components=1 "$DUCKDB_NPM_LIBRARY" && rm ./*.tgz)
  cp .deps/duckdb/duckdb.h "$root/" # the program refuses a library without a function of this header
fi
cmake -S . -B "$other" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCODEANATOMY_DUCKDB_ROOT="$PWD/$root" \
  -DCODEANATOMY_DUCKDB_RELEASE="$release" >/dev/null
cmake --build "$other" -j "${JOBS:-2}" >/dev/null

rm -rf "$report" && mkdir -p "$report"
sha256sum "$root/libduckdb.so" .deps/duckdb/libduckdb.so >"$report/libraries.sha256"
status=0
fail() { say "$*"; status=1; }
for build in build/release "$other"; do
  say "tests on $build"
  summary=$report/tests-$(basename "$build").txt
  nice ctest --test-dir "$build" -R "${TESTS:-^(unit|golden|check|acceptance)\.}" -j "${JOBS:-2}" --output-on-failure >"$summary" ||
    fail "tests fail on $build: $summary"
  grep -E '^(The following|\s+[0-9]+ - |[0-9]+% tests passed)' "$summary" || true
done

for build in build/release "$other"; do
  name=$(basename "$build")
  "$build/codeanatomy" build "$sources" -o "$PWD/$report/$name" --format json >"$report/$name.json"
done
say "paired benchmark"
scripts/paired_benchmark.py "$other/codeanatomy" build/release/codeanatomy --report "$report/benchmark.json" \
  -- build "$sources" -o '{out}' --format json >/dev/null || measured=$?
[[ ${measured:-0} -eq 0 || ${measured:-0} -eq 3 ]] || fail "the new release is slower: $report/benchmark.json"
bundle() { echo "$report/$1/run_bundles"/*; }
build/release/codeanatomy plan --diff "$(bundle upgrade)" "$(bundle release)" --output-format json >"$report/plan-diff.json" ||
  fail "plans cannot be compared"
python3 - "$report" <<'PYTHON' || fail "a plan differs, or the spec does: $report/comparison.json"
import json, pathlib, sys

report = pathlib.Path(sys.argv[1])
old, new = (json.loads((report / f"{n}.json").read_text()) for n in ("upgrade", "release"))
bundles = [next((report / n / "run_bundles").iterdir()) for n in ("upgrade", "release")]
plans = [json.loads((b / "plan.json").read_text()) for b in bundles]
for bundle, name in zip(bundles, ("upgrade", "release")):
    (report / f"settings-{name}.json").write_text(
        (bundle / "settings.json").read_text().replace(str(pathlib.Path.cwd()), "."))
digests = [{t["table_name"]: t["content_digest"] for t in r["tables"]} for r in (old, new)]
benchmark = json.loads((report / "benchmark.json").read_text())
lines = {
    "releases": [p["envelope"]["engine_version"] for p in plans],
    "spec_hash_equal": old["spec_hash"] == new["spec_hash"],
    "rulepack_fingerprint_equal": old["rulepack_fingerprint"] == new["rulepack_fingerprint"],
    "envelope_hash_differs": old["envelope_hash"] != new["envelope_hash"],
    "plan_diff": {k: plans[0][k] != plans[1][k] for k in ("p0", "p1", "passes", "plan")},
    "tests": {n: [line for line in (report / f"tests-{n}.txt").read_text().splitlines() if "tests passed" in line]
              for n in ("upgrade", "release")},
    "tables": len(digests[1]),
    "tables_with_other_files": sorted(t for t in digests[1] if digests[0].get(t) != digests[1][t]),
    "benchmark": {k: benchmark[k] for k in ("pairs", "cpu_ratio", "cpu_ratio_interval_95", "wall_ratio", "verdict")},
}
(report / "comparison.json").write_text(json.dumps(lines, indent=1) + "\n")
print(json.dumps(lines, indent=1))
# A spec pins the digests of its inputs, which are those of their files: only equal files make it equal.
sys.exit(any(lines["plan_diff"].values()) or not (lines["spec_hash_equal"] or lines["tables_with_other_files"]))
PYTHON
for table in $(cd "$report/release" && ls -d cpg/* evidence/* quality/*); do # rows, not files: what users see
  for build in build/release "$other"; do
    "$build/codeanatomy" delta digest "$report/$(basename "$build")/$table"
  done | awk -v t="$table" '{ d[NR] = $NF } END { print t, d[1]; if (NR != 2 || d[1] != d[2]) exit 1 }' >>"$report/rows.txt" ||
    fail "rows differ: $table"
done
mkdir -p "$archive"
cp "$report"/{comparison,benchmark,plan-diff}.json "$report/libraries.sha256" "$archive/"
cp "$report/settings-upgrade.json" "$archive/settings-$release.json"
cp "$report/settings-release.json" "$archive/settings-$DUCKDB_VERSION.json"
[[ $status -ne 0 ]] || status=${measured:-0}
say "$(wc -l <"$report/rows.txt") tables compared; report in $report, kept in $archive, status $status"
exit "$status"
