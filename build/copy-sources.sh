#!/bin/sh
# Copies what a clone would hold, edits and new files included, to a new directory: no target, nothing ignored.
#
# usage: build/copy-sources.sh DIRECTORY
set -eu

[ $# -eq 1 ] || { echo "usage: build/copy-sources.sh DIRECTORY" >&2; exit 2; }
mkdir -p -- "$1"
to=$(CDPATH='' cd -- "$1" && pwd -P)
cd -- "$(dirname -- "$0")/.."

if [ "$(git rev-parse --show-toplevel 2>/dev/null)" = "$(pwd -P)" ]; then
  # Without what git still lists although it is deleted.
  git -c core.quotePath=false ls-files --cached --others --exclude-standard >"$to/.listed"
  while IFS= read -r file; do [ ! -f "$file" ] || printf '%s\n' "$file"; done <"$to/.listed" >"$to/.files"
  rm "$to/.listed"
else
  # A copy, or an unpacked archive.
  find . -name target -prune -o -name .git -prune -o -type f -print >"$to/.files"
fi
# Through a file: in a pipe, only the second tar could fail the script.
tar -cf "$to/.sources.tar" -T "$to/.files"
(cd -- "$to" && tar -xf .sources.tar)
rm "$to/.files" "$to/.sources.tar"
