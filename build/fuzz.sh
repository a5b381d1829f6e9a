#!/bin/sh
# Fuzzes the readers of the command line: the targets of ReadersFuzzTest, one after the other.
#
# usage: build/fuzz.sh [SECONDS [TARGET...]]    SECONDS: for each target, 300 unless told; TARGET: all unless named
#
# Inputs worth keeping gather in dedup-cli/target/fuzz, and the next run goes on from there. An input that fails is left
# there as crash-*, with the log of its target: mend the code, and keep the input under
# dedup-cli/src/test/resources/io/github/dedupkit/cli/ReadersFuzzTestInputs/TARGET, which every build replays.
#
# exit 0: nothing found; 1: a target failed, or could not run; 2: bad use
set -eu
cd -- "$(dirname -- "$0")/.."

seconds=${1:-300}
case $seconds in
  '' | *[!0-9]*) echo "usage: build/fuzz.sh [SECONDS [TARGET...]]" >&2; exit 2 ;;
esac
[ $# -eq 0 ] || shift

tests=dedup-cli/src/test/java/io/github/dedupkit/cli/ReadersFuzzTest.java
known=$(sed -n '/@FuzzTest/{n;s/^ *void \([A-Za-z]*\)(.*/\1/p;}' "$tests")
[ -n "$known" ] || { echo "fuzz: $tests has no targets" >&2; exit 2; }
[ $# -gt 0 ] || set -- $known
for target; do
  echo "$known" | grep -qx -e "$target" || { echo "fuzz: no target $target; there are:" $known >&2; exit 2; }
done

work=$(pwd -P)/dedup-cli/target/fuzz
mkdir -p "$work"
failed=
for target; do
  log=$work/$target.log
  # A plain build has no use for Jazzer's instrumentation and switches it off (junit-platform.properties).
  if JAZZER_FUZZ=1 JAZZER_MAX_DURATION=${seconds}s mvn -B -ntp test -pl dedup-cli -am -Dtest="ReadersFuzzTest#$target" \
    -Dsurefire.failIfNoSpecifiedTests=false -DfailIfNoTests=false -Djazzer.hooks=true \
    -Djazzer.internal.basedir="$work" >"$log" 2>&1 </dev/null && grep -q '^Done [0-9]* runs' "$log"; then
    echo "fuzz: $target: nothing found, $(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$log") runs"
  else
    echo "fuzz: $target: FAILED, see $log" >&2
    grep -E '^== Java Exception|^\[ERROR\]|Test unit written' "$log" | head -n 10 >&2 || :
    failed="$failed $target"
  fi
done
[ -z "$failed" ] || { echo "fuzz: failed:$failed" >&2; exit 1; }
