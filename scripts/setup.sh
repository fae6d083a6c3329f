#!/usr/bin/env bash
# Obtains everything the build needs: Debian packages, and DuckDB below .deps/.
#
#   scripts/setup.sh           what the build needs
#   scripts/setup.sh --tests   also .deps/venv, the Python environment of the tests, and .deps/pyodide,
#                              CPython as WebAssembly, without which the tests of its version are skipped
#   scripts/setup.sh --dev     also .deps/dev-venv, with clang-format and clang-tidy
#   scripts/setup.sh --force   ignore the stamps and verify everything again
#
# Each part has a stamp in .deps/stamps, a hash of the files that pin it; a part whose stamp matches
# is skipped, so a repeated run takes a fraction of a second.
#
#   CODEANATOMY_DEPS    directory of downloaded archives, to share among checkouts (.deps/downloads)
#   CODEANATOMY_PYTHON  CPython of the test environment, where it should not be searched for
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
deps="$root/.deps"
downloads="${CODEANATOMY_DEPS:-$deps/downloads}"
# shellcheck source=scripts/versions.env
source "$root/scripts/versions.env"

want_tests=0 want_dev=0 force=0
for argument in "$@"; do
  case "$argument" in
    --tests) want_tests=1 ;;
    --dev) want_dev=1 ;;
    --force) force=1 ;;
    -h | --help) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 0 ;;
    *) echo "setup: unknown option $argument (see --help)" >&2; exit 2 ;;
  esac
done

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: error: %s\n' "$*" >&2; exit 1; }

# Runs a command up to four times: package servers and proxies do fail now and then.
retry() {
  local attempt
  for attempt in 1 2 3; do
    if "$@"; then return 0; fi
    say "attempt $attempt of 4 failed: $*; trying again in $((attempt * 5)) s"
    sleep $((attempt * 5))
  done
  "$@"
}

have() { command -v "$1" >/dev/null; }

as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  else
    have sudo || fail "installing Debian packages needs root or sudo"
    sudo "$@"
  fi
}

# Stamps -----------------------------------------------------------------------------------------

stamp_of() { cat "$root/scripts/setup.sh" "$root/scripts/versions.env" "$@" | sha256sum | cut -d' ' -f1; }

is_current() {  # NAME STAMP: was this part set up from these very pins?
  [[ $force -eq 0 && "$(cat "$deps/stamps/$1" 2>/dev/null)" == "$2" ]]
}

set_current() { mkdir -p "$deps/stamps" && printf '%s\n' "$2" >"$deps/stamps/$1"; }

has_sha256() {  # FILE SUM
  [[ -f "$1" ]] && [[ "$(sha256sum "$1" | cut -d' ' -f1)" == "$2" ]]
}

# Debian packages --------------------------------------------------------------------------------

is_installed() { dpkg-query -W -f='${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed; }

setup_system() {
  local stamp
  stamp="$(stamp_of)"
  # The stamp may come from another machine (a copied or mounted checkout): the tools must answer.
  if is_current system "$stamp" && have cmake && have ninja && have g++ && have npm; then return; fi
  if ! have apt-get; then
    say "no apt-get here: assuming the packages listed in scripts/versions.env are installed"
    return
  fi
  local package missing=()
  for package in $DEBIAN_PACKAGES; do
    is_installed "$package" || missing+=("$package")
  done
  if ! have npm; then
    for package in $DEBIAN_NPM_PACKAGES; do
      is_installed "$package" || missing+=("$package")
    done
  fi
  if [[ ${#missing[@]} -gt 0 ]]; then
    say "installing Debian packages: ${missing[*]}"
    retry as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 update
    retry as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Acquire::Retries=3 \
      -o Dpkg::Use-Pty=0 install --no-install-recommends "${missing[@]}" >/dev/null
  fi
  set_current system "$stamp"
  say "Debian packages: ready"
}

# DuckDB -----------------------------------------------------------------------------------------

# The archive of the library, by npm's own client.
download_npm() {  # PACKAGE ARCHIVE DIRECTORY
  npm pack --silent --pack-destination "$3" "$1" >/dev/null && [[ -f "$3/$2" ]]
}

# The source archive of the header, by pip's own index client in a throw-away environment: the
# system's Python need not have pip.
download_sdist() {  # REQUIREMENT SHA256 DIRECTORY
  [[ -x "$3/venv/bin/python" ]] || python3 -m venv "$3/venv"
  "$3/venv/bin/python" "$root/scripts/fetch_sdist.py" "$1" --sha256 "$2" --directory "$3"
}

# Makes sure that $downloads/ARCHIVE exists and has the pinned checksum; COMMAND... gets a working
# directory appended and leaves the archive there. An unfinished download never bears the final name.
obtain() {  # ARCHIVE SHA256 COMMAND...
  local archive="$1" sha256="$2"
  shift 2
  if has_sha256 "$downloads/$archive" "$sha256"; then
    say "$archive: from $downloads"
    return
  fi
  say "$archive: downloading"
  mkdir -p "$downloads"
  local work
  work="$(mktemp -d "$downloads/.download.XXXXXX")"
  if ! retry "$@" "$work"; then
    rm -rf "$work"
    fail "cannot download $archive"
  fi
  if ! has_sha256 "$work/$archive" "$sha256"; then
    local found
    found="$(sha256sum "$work/$archive" | cut -d' ' -f1)"
    rm -rf "$work"
    fail "$archive has SHA-256 $found, scripts/versions.env demands $sha256"
  fi
  mv -f "$work/$archive" "$downloads/$archive"
  rm -rf "$work"
}

extract() {  # ARCHIVE MEMBER SHA256 TARGET
  local partial="$4.partial"
  tar -xzOf "$downloads/$1" "$2" >"$partial"
  has_sha256 "$partial" "$3" || fail "$2 of $1 does not have the SHA-256 in scripts/versions.env"
  mv -f "$partial" "$4"
}

setup_duckdb() {
  local stamp
  stamp="$(stamp_of "$root/scripts/fetch_sdist.py")"
  local library="$deps/duckdb/libduckdb.so" header="$deps/duckdb/duckdb.h"
  if is_current duckdb "$stamp" && [[ -f "$library" && -f "$header" ]]; then return; fi
  if has_sha256 "$library" "$DUCKDB_LIBRARY_SHA256" && has_sha256 "$header" "$DUCKDB_HEADER_SHA256"; then
    set_current duckdb "$stamp"
    return
  fi
  if [[ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]]; then
    fail "scripts/versions.env pins DuckDB for Linux on x86_64 only; see cmake/FindDuckDB.cmake for your own"
  fi
  mkdir -p "$deps/duckdb"
  if ! has_sha256 "$library" "$DUCKDB_LIBRARY_SHA256"; then
    obtain "$DUCKDB_NPM_ARCHIVE" "$DUCKDB_NPM_SHA256" \
      download_npm "$DUCKDB_NPM_PACKAGE" "$DUCKDB_NPM_ARCHIVE"
    extract "$DUCKDB_NPM_ARCHIVE" "$DUCKDB_NPM_LIBRARY" "$DUCKDB_LIBRARY_SHA256" "$library"
  fi
  if ! has_sha256 "$header" "$DUCKDB_HEADER_SHA256"; then
    obtain "$DUCKDB_SDIST_ARCHIVE" "$DUCKDB_SDIST_SHA256" \
      download_sdist "duckdb==$DUCKDB_VERSION" "$DUCKDB_SDIST_SHA256"
    extract "$DUCKDB_SDIST_ARCHIVE" "$DUCKDB_SDIST_HEADER" "$DUCKDB_HEADER_SHA256" "$header"
  fi
  set_current duckdb "$stamp"
  say "DuckDB $DUCKDB_VERSION: ready in .deps/duckdb"
}

# CPython as WebAssembly -------------------------------------------------------------------------

# The interpreter with the sources of its library. The tests can do without it, and say so.
setup_pyodide() {
  local stamp folder="$deps/pyodide"
  stamp="$(stamp_of)"
  if is_current pyodide "$stamp" && [[ -f "$folder/pyodide.mjs" ]]; then return; fi
  # In a shell of its own, since `obtain` ends the script where it fails.
  if ! (obtain "$PYODIDE_NPM_ARCHIVE" "$PYODIDE_NPM_SHA256" \
    download_npm "$PYODIDE_NPM_PACKAGE" "$PYODIDE_NPM_ARCHIVE"); then
    say "warning: no $PYODIDE_NPM_PACKAGE: the tests against its Python will be skipped"
    return
  fi
  rm -rf "$folder"
  mkdir -p "$folder"
  tar -xzf "$downloads/$PYODIDE_NPM_ARCHIVE" -C "$folder" --strip-components=1
  python3 -m zipfile -e "$folder/python_stdlib.zip" "$folder/lib"
  set_current pyodide "$stamp"
  say "$PYODIDE_NPM_PACKAGE: ready in .deps/pyodide"
}

# Python environments ----------------------------------------------------------------------------

# Prints the executable of a CPython that can be the oracle. Shims and links resolve to the program
# itself, so the environment does not change with the shell it is used from.
find_oracle_python() {
  local candidate found
  for candidate in "${CODEANATOMY_PYTHON:-}" "python$ORACLE_PYTHON" /usr/bin/python3 python3 \
    "$HOME"/.pyenv/versions/"$ORACLE_PYTHON"*/bin/python3; do
    [[ -n "$candidate" ]] || continue
    found="$("$candidate" -c "
import ensurepip, sys, venv
if sys.implementation.name != 'cpython' or '%d.%d' % sys.version_info[:2] != '$ORACLE_PYTHON':
    sys.exit(1)
print(sys.executable)" 2>/dev/null)" || continue
    printf '%s\n' "$found"
    return
  done
  return 1
}

setup_venv() {  # NAME REQUIREMENTS PYTHON
  local name="$1" requirements="$root/$2" python="$3" stamp
  stamp="$(stamp_of "$requirements")"
  if is_current "$name" "$stamp" && "$deps/$name/bin/python" -c '' 2>/dev/null; then return; fi
  say ".deps/$name: installing $2 for $python"
  rm -rf "${deps:?}/$name"
  mkdir -p "$deps"
  "$python" -m venv "$deps/$name"
  retry "$deps/$name/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
    --retries 5 --only-binary :all: --require-hashes -r "$requirements"
  set_current "$name" "$stamp"
  say ".deps/$name: ready"
}

mkdir -p "$deps"
# Two builds of one checkout may start together; the second waits and then finds everything done.
if have flock; then
  exec 9>"$deps/.lock"
  flock 9
fi

setup_system
setup_duckdb
if [[ $want_tests -eq 1 ]]; then
  python="$(find_oracle_python)" ||
    fail "no CPython $ORACLE_PYTHON with venv found for the tests; set CODEANATOMY_PYTHON"
  setup_venv venv requirements-test.txt "$python"
  setup_pyodide
fi
if [[ $want_dev -eq 1 ]]; then
  setup_venv dev-venv requirements-dev.txt "$(command -v python3)"
fi
say "up to date"
