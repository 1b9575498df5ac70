#!/usr/bin/env bash
# clang-tidy over every source of ours but the tests; a finding fails.
#   tests/tidy.sh            all sources
#   tests/tidy.sh FILE...    these sources
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
cmake --preset release >/dev/null
cmake --build --preset release --target diorama_schemas --target diorama_shaders --target diorama_editor_shaders >/dev/null # generated headers

if [ $# -gt 0 ]; then
  sources=("$@")
else
  mapfile -t sources < <(git ls-files '*.cc' | grep -v '^tests/')
fi

# A file's findings are written whole and in the order of the files, whichever ends first.
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT
export found
check() { # check FILE
  local out=$found/${1//\//_}
  # The flags are GCC's; clang does not know all of them.
  clang-tidy-14 --quiet -p build/release --extra-arg=-Wno-unknown-warning-option "$1" >"$out.txt" 2>"$out.err" && rm "$out.err" || true
}
export -f check
printf '%s\0' "${sources[@]}" | xargs -0 -P "$(nproc)" -I{} bash -c 'check "$1"' _ {}

shopt -s nullglob
failed=("$found"/*.err)
if [ ${#failed[@]} -gt 0 ]; then
  cat "$found"/*.txt >&2
  # Without findings it failed otherwise: an unknown file, a broken configuration, out of memory.
  for err in "${failed[@]}"; do
    [ -s "${err%.err}.txt" ] || cat "$err" >&2
  done
  count=$({ grep -hE '^/.*(error|warning): ' "$found"/*.txt || true; } | sort -u | wc -l)
  echo "clang-tidy: $count findings, ${#failed[@]} of ${#sources[@]} files fail (${SECONDS} s)" >&2
  exit 1
fi
echo "clang-tidy: no findings in ${#sources[@]} files (${SECONDS} s)"
