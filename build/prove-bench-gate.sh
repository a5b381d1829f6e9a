#!/usr/bin/env bash
# Proves that `./dedup bench gate` finds what must not slip through: builds the library as it is and with one fault planted
# at a time, and has the gate compare the two. Each fault is counted, not timed, so one round of timings is enough.
#
# usage: build/prove-bench-gate.sh [WORD...]    only the faults whose name contains one of the words
#
# Needs Maven, and takes one to three minutes. exit 0: all found, and nothing where nothing was planted; 1: not so; 2: a
# build failed.
set -euo pipefail
cd "$(dirname "$0")/.."

only=("$@")
root=$PWD
work=$(mktemp -d "${TMPDIR:-/tmp}/dedup-bench-gate.XXXXXX")
trap 'rm -rf "$work"' EXIT
main=dedup-inmemory/src/main/java/io/github/dedupkit/inmemory
failed=0

# library DIRECTORY: builds the sources there and collects the library's jars in DIRECTORY/jars.
library() {
  if ! (cd "$1" && mvn -B -ntp -q -Ddedup.launcher -pl dedup-inmemory -am package) </dev/null >"$1.log" 2>&1; then
    cat "$1.log" >&2
    echo "prove-bench-gate: the library does not build" >&2
    exit 2
  fi
  mkdir "$1/jars"
  cp "$1"/dedup-api/target/launcher/dedup-*.jar "$1"/dedup-inmemory/target/launcher/dedup-*.jar "$1/jars"
}

# edit FILE SED-SCRIPT: the script must change the file.
edit() {
  sed -e "$2" "$1" >"$1.edited"
  if cmp -s "$1" "$1.edited"; then
    echo "prove-bench-gate: nothing was planted in $1 by: $2" >&2
    exit 2
  fi
  mv "$1.edited" "$1"
}

# prove NAME EXIT-CODE FINDINGS PLANT: after PLANT, the gate ends with EXIT-CODE and tells each of the FINDINGS, a name in
# a line each, to be a regression.
prove() {
  local name=$1 code=$2 findings=$3 plant=$4 copy=$work/planted status=0 finding missing= word
  if [ ${#only[@]} -gt 0 ]; then
    for word in "${only[@]}"; do
      case $name in *"$word"*) word= && break ;; esac
    done
    [ -z "$word" ] || return 0
  fi
  rm -rf "$copy"
  build/copy-sources.sh "$copy"
  (cd "$copy" && $plant)
  library "$copy"
  ./dedup bench gate --base "$work/base/jars" --head "$copy/jars" --budget 1s --out "$work/out" \
    >"$work/said" 2>&1 </dev/null || status=$?
  while IFS= read -r finding; do
    [ -z "$finding" ] || grep -q "^| $finding |.*| REGRESSION |\$" "$work/said" || missing="$missing $finding"
  done <<<"$findings"
  if [ "$status" -eq "$code" ] && [ -z "$missing" ]; then
    printf '%-28s as expected, exit code %d\n' "$name" "$status"
    return
  fi
  failed=$((failed + 1))
  printf '%-28s NOT AS EXPECTED: exit code %d, expected %d; not found:%s\n' "$name" "$status" "$code" "${missing:- -}"
  cat "$work/said"
}

build/copy-sources.sh "$work/base"
library "$work/base"
cd "$root"

plant_nothing() { :; }
prove "nothing" 0 "" plant_nothing

field='s|^final class FingerprintTable {|&\n    static volatile Object planted = "";|'
plant_call() {
  edit $main/FingerprintTable.java "$field"
  edit $main/FingerprintTable.java 's|^    Verdict mark(long keyHigh, .*{$|&\n        planted = new Object();|'
}
prove "16 bytes per call" 1 "allocated/narrow-call
allocated/call" plant_call

plant_batch() {
  edit $main/FingerprintTable.java "$field"
  edit $main/FingerprintTable.java 's|^    void mark(EventBatch batch) {$|&\n        planted = new Object();|'
}
prove "16 bytes per batch of 256" 1 "allocated/narrow-batch
allocated/wide-batch-confirmed" plant_batch

plant_half() { edit $main/Line.java 's|\(int FINGERPRINT_BITS = \)40;|\120;|'; }
prove "half the fingerprint" 1 "telling-bits/narrow
telling-bits/wide
false-duplicates/narrow
lost/narrow" plant_half

plant_bit() { edit $main/Line.java 's|\(int FINGERPRINT_BITS = \)40;|\139;|'; }
prove "one bit of the fingerprint" 1 "telling-bits/narrow
telling-bits/wide" plant_bit

plant_format() { edit $main/SnapshotHeader.java 's|\(static final int FORMAT = \)1;|\12;|'; }
prove "a snapshot no longer read" 1 "restored/narrow
restored/wide" plant_format

[ "$failed" -eq 0 ] || { echo "prove-bench-gate: $failed not as expected" >&2; exit 1; }
echo "prove-bench-gate: all as expected, in $SECONDS s"
