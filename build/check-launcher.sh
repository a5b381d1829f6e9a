#!/usr/bin/env bash
# The launcher as a newcomer meets it: ./dedup in a fresh clone, in a directory with a space in its name, started from
# elsewhere through a symbolic link, first twice at once in a pipe. The sample is generated, and the answer known. Then
# what it says when it cannot start, and how long it takes when it can.
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

# The launcher's list of modules is what the build has put together, and no other module makes it stale.
check_modules() { # MODULE OTHER COMMAND...
  local module=$1 planted="fresh clone/$2/src/main/java/Planted.java" built listed found
  shift 2
  built="fresh clone/$module/target/launcher"
  built=$built/$(cat "$built/built")
  listed=$(sed -n "s/^ *modules='\(.*$module\)'$/\1/p" dedup | tr ' ' '\n' | sort | xargs)
  found=$({ echo "$module"; ls "$built/lib" | sed -n 's/^\(dedup-[a-z-]*\)-[0-9].*/\1/p'; } | sort | xargs)
  [ "$listed" = "$found" ] || fail "the launcher lists the modules '$listed', its build made '$found'"
  touch "$planted"
  ./dedup "$@" >out 2>messages || { cat messages >&2; fail "$*: exit code $?"; }
  ! grep -q 'building' messages || fail "$*: built because of a module that it does not need"
  rm "$planted"
  echo "check-launcher: modules $listed, and no other, make it stale"
}
check_modules dedup-cli dedup-testkit --version

# The other program: made by its first start, beside the first one, and not by its second.
./dedup --help >out && grep -q 'dedup bench' out || fail "--help does not name bench"
./dedup bench day --events 1e6 --json >day 2>messages || { cat day messages >&2; fail "a small day: exit code $?"; }
grep -q '"events":1000000,.*"lost":0,"admitted":0,"late":0,' day || { cat day >&2; fail "a small day: not that"; }
grep -q 'building (first run)' messages || fail "bench: did not say that it was built"
./dedup filter <sample >piped 2>messages || { cat messages >&2; fail "the filter after bench: exit code $?"; }
! grep -q 'building' messages || fail "built again because of bench"
check "the filter after bench" piped
check_modules benchmarks dedup-cli bench day --help
grep -q '^Usage: dedup bench day' out || fail "bench day --help: no help"
status=0
./dedup bench day --events few >out 2>messages || status=$?
[ "$status" -eq 2 ] && grep -q '^dedup: --events few is no whole number' messages || { cat out messages >&2; fail "bad usage of bench: exit code $status, expected 2"; }

# The best of five, for the sake of a loaded machine.
head -n 10000 sample | gzip >lines.gz
LC_ALL=C
TIMEFORMAT=%3R
for _ in 1 2 3 4 5; do
  { time ./dedup filter lines.gz >out 2>messages || : >slow; } 2>>times
done
[ ! -e slow ] || { cat messages >&2; fail "a filter that was timed has failed"; }
best=$(sort -n times | sed -n 1p)
awk -v best="$best" 'BEGIN { exit !(best < 1) }' || fail "10,000 lines take $best s at best, expected less than 1 s"
echo "check-launcher: 10,000 lines in $best s"

# A java that becomes another one under the same name is asked again.
java=$(command -v "${JAVA_HOME:+$JAVA_HOME/bin/}java")
fake_java() { # DIRECTORY VERSION: runs as it is, and calls itself VERSION
  mkdir -p "$1/bin"
  printf '#!/bin/sh\n[ "$1" != -version ] || { echo "openjdk version \\"%s\\"" >&2; exit 0; }\nexec "%s" "$@"\n' "$2" "$java" \
    >"$1/bin/java.new"
  chmod +x "$1/bin/java.new"
  mv "$1/bin/java.new" "$1/bin/java"
}
fake_java home 17.0.99
JAVA_HOME=$work/home ./dedup --version >out 2>&1 || { cat out >&2; fail "does not start by a java of its own: exit code $?"; }
fake_java home 11.0.99
status=0
JAVA_HOME=$work/home ./dedup --version >out 2>&1 || status=$?
[ "$status" -eq 69 ] && grep -q '11\.0\.99' out || { cat out >&2; fail "a java that became too old: exit code $status, expected 69"; }
echo "check-launcher: a java that became too old under the same name is refused"

# What stops it before a build: no compiler (69), no permission (70), each said, neither waited for.
mkdir -p locked/target stub
cp "fresh clone/dedup" locked/
fake_java jre 17.0.99
printf '#!/bin/sh\necho "Java version: 17.0.99, vendor: nobody, runtime: %s"\n' "$work/jre" >stub/mvn
chmod +x stub/mvn
status=0
JAVA_HOME=$work/jre PATH=$work/stub:$PATH locked/dedup --version >out 2>&1 || status=$?
[ "$status" -eq 69 ] && grep -q 'takes a JDK' out || { cat out >&2; fail "no compiler: exit code $status, expected 69"; }
echo "check-launcher: a Java without a compiler is refused before a build"

mkdir -p 'a:colon'
cp "fresh clone/dedup" a:colon/
status=0
a:colon/dedup --version >out 2>&1 || status=$?
[ "$status" -eq 70 ] && grep -q 'path with a colon' out || { cat out >&2; fail "a colon in the path: exit code $status, expected 70"; }
echo "check-launcher: a path that Java's class path cannot name is refused before a build"

as=(env)
if [ "$(id -u)" -eq 0 ]; then
  # Permissions do not hold root back.
  if command -v setpriv >/dev/null; then
    as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  else
    as=(su nobody -s /bin/sh -c 'exec "$0" "$@"' --)
  fi
fi
chmod a+rx "$work" locked locked/dedup
chmod 555 locked/target
if ! "${as[@]}" sh -c '[ -x locked/dedup ] && command -v mvn && ! [ -w locked/target ]' >/dev/null 2>&1; then
  echo "check-launcher: SKIPPED: no permission to build (no user at hand who may read $work, and not write)"
else
  "${as[@]}" locked/dedup --version >out 2>messages &
  launcher=$!
  (sleep 30 && kill "$launcher") >/dev/null 2>&1 &
  watch=$!
  status=0
  wait "$launcher" || status=$?
  kill "$watch" 2>/dev/null || true
  [ "$status" -eq 70 ] && grep -q 'cannot make .*/target/dedup-build.lock: no permission' messages ||
    { cat messages >&2; fail "no permission to build: exit code $status, expected 70 and what it cannot make"; }
  echo "check-launcher: no permission to build is reported"
fi
chmod 755 locked/target

# A source that is newer than what was built is built; one that is broken is reported and leaves nothing to start.
printf 'package io.github.dedupkit;\n\nfinal class Broken {\n' >"fresh clone/dedup-api/src/main/java/io/github/dedupkit/Broken.java"
status=0
./dedup --version >out 2>messages || status=$?
[ "$status" -eq 70 ] && grep -q 'Broken.java' messages || { cat out messages >&2; fail "a broken source: exit code $status, expected 70 and its name"; }
rm "fresh clone/dedup-api/src/main/java/io/github/dedupkit/Broken.java"
./dedup --version || fail "does not recover from a broken source: exit code $?"
echo "check-launcher: a broken source is reported, its repair is built"
