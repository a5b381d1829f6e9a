#!/usr/bin/env bash
# The launcher as a newcomer meets it: ./dedup in a fresh clone, in a directory with a space in its name, started from
# elsewhere through a symbolic link, first twice at once in a pipe. The sample is generated, and the answer known.
#
# usage: build/check-launcher.sh
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d "${TMPDIR:-/tmp}/dedup-launcher.XXXXXX")
trap 'rm -rf "$work"' EXIT

build/copy-sources.sh "$work/fresh clone"
ln -s "fresh clone/dedup" "$work/dedup"
cd "$work"

# 30,000 lines, 10,007 different ones (a prime, so the order is mixed), each seen for the first time in a known place.
awk 'BEGIN { for (i = 0; i < 30000; i++) printf "event-%05d from somewhere\n", (i * 7919) % 10007 }' >sample
awk '!seen[$0]++' sample >expected
[ "$(wc -l <expected | tr -d ' ')" -eq 10007 ]
gzip -c sample >sample.gz

fail() {
  echo "check-launcher: $*" >&2
  exit 1
}

check() { # WHAT FILE
  cmp "$2" expected || fail "$1: not the first occurrences in their order ($(wc -l <"$2" | tr -d ' ') lines, expected 10007)"
  echo "check-launcher: $1: right"
}

# Both find nothing built: one builds, the other waits. What the second reads is what the first writes.
./dedup filter <sample | ./dedup filter >piped || fail "two first runs in a pipe: exit codes ${PIPESTATUS[*]}"
check "two first runs at once, in a pipe" piped
[ ! -e "fresh clone/target/dedup-build.lock" ] || fail "a lock was left behind"

./dedup filter <sample.gz >unzipped 2>messages || { cat messages >&2; fail "a compressed sample: exit code $?"; }
check "a compressed sample" unzipped
! grep -q 'building' messages || fail "built a second time, although nothing has changed"

# A source that is newer than what was built is built; one that is broken is reported and leaves nothing to start.
printf 'package io.github.dedupkit;\n\nfinal class Broken {\n' >"fresh clone/dedup-api/src/main/java/io/github/dedupkit/Broken.java"
status=0
./dedup --version >out 2>messages || status=$?
[ "$status" -eq 70 ] && grep -q 'Broken.java' messages || { cat out messages >&2; fail "a broken source: exit code $status, expected 70 and its name"; }
rm "fresh clone/dedup-api/src/main/java/io/github/dedupkit/Broken.java"
./dedup --version || fail "does not recover from a broken source: exit code $?"
echo "check-launcher: a broken source is reported, its repair is built"
