#!/bin/sh
# Measures `dedup filter` against awk '!seen[$0]++' and sort -u, whole processes in turn, JVM start included, on generated
# lines of 36 characters of which a fifth repeat an earlier one.
#
# usage: build/measure-filter.sh [LINES [ROUNDS]]     default: 20000000 lines (740 MB), 5 rounds
#
# Prints each run's seconds and peak memory, the medians and their ratios. All outputs are checked first: the filter's is
# awk's, byte for byte, and as long as sort's. Where there is a taskset, the filter also runs on one core, checked in the same
# way; how long it takes there is shown, and bounded by nothing. Needs GNU time as /usr/bin/time, a built ./dedup,
# benchmarks/target/classes, and room for twice the lines on disk (TMPDIR).
#
# exit 0: at least 15 times as fast as awk and 4 times as fast as sort, less than 450 MB, at most a quarter of either's memory; 1: not
# so, or the outputs differ; 2: cannot run.
set -eu
cd -- "$(dirname -- "$0")/.."

lines=${1:-20000000}
rounds=${2:-5}

cannot() {
  echo "measure-filter: $*" >&2
  exit 2
}

[ -x /usr/bin/time ] || cannot "there is no /usr/bin/time; install GNU time"
[ -f benchmarks/target/classes/io/github/dedupkit/benchmarks/GeneratedLines.class ] || cannot "benchmarks is not built; run: mvn -pl benchmarks -am package -DskipTests"
java=${JAVA_HOME:+$JAVA_HOME/bin/}java

work=$(mktemp -d "${TMPDIR:-/tmp}/measure-filter.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 2' INT TERM

"$java" -cp benchmarks/target/classes io.github.dedupkit.benchmarks.GeneratedLines "$lines" 1 >"$work/lines"
./dedup --version >"$work/version" # builds what is missing

run_awk() { awk '!seen[$0]++' "$work/lines"; }
run_sort() { LC_ALL=C sort -u --parallel=2 -S 8G "$work/lines"; }
run_dedup() { ./dedup filter -q "$work/lines"; }

# Checked by checksum and count, so that one output at most is on disk.
run_awk >"$work/out"
run_dedup | cmp - "$work/out" || { echo "measure-filter: the filter's output is not awk's" >&2; exit 1; }
one_core=
if command -v taskset >"$work/taskset" && taskset -c 0 true; then
  one_core="taskset -c 0"
  $one_core ./dedup filter -q "$work/lines" | cmp - "$work/out" ||
    { echo "measure-filter: the filter's output on one core is not awk's" >&2; exit 1; }
fi
expected=$(wc -l <"$work/out")
[ "$(run_sort | wc -l)" -eq "$expected" ] || { echo "measure-filter: sort's output has another length" >&2; exit 1; }
rm "$work/out"
echo "$lines lines, $expected distinct; $(cat "$work/version")"

measure() { # NAME COMMAND...
  name=$1
  shift
  /usr/bin/time -f '%e %M' -o "$work/time" "$@" >"$work/out"
  read -r seconds kibibytes <"$work/time"
  echo "$seconds $kibibytes" >>"$work/$name"
  echo "round $round: $name $seconds s, $((kibibytes / 1024)) MiB"
  rm "$work/out"
}

round=1
while [ "$round" -le "$rounds" ]; do
  measure dedup ./dedup filter -q "$work/lines"
  # shellcheck disable=SC2086  # a command and its options
  [ -z "$one_core" ] || measure dedup-on-one-core $one_core ./dedup filter -q "$work/lines"
  measure awk awk '!seen[$0]++' "$work/lines"
  measure sort env LC_ALL=C sort -u --parallel=2 -S 8G "$work/lines"
  round=$((round + 1))
done

median() { # NAME FIELD
  sort -n -k "$2,$2" "$work/$1" | awk -v field="$2" '{ value[NR] = $field } END { print value[int((NR + 1) / 2)] }'
}

if [ -n "$one_core" ]; then
  awk -v d="$(median dedup 1)" -v o="$(median dedup-on-one-core 1)" 'BEGIN {
    printf "on one core: %.2f s, %.2f times as long\n", o, o / d
  }'
fi

awk -v d="$(median dedup 1)" -v a="$(median awk 1)" -v s="$(median sort 1)" \
  -v dm="$(median dedup 2)" -v am="$(median awk 2)" -v sm="$(median sort 2)" 'BEGIN {
    printf "medians: dedup %.2f s, %d MiB; awk %.2f s, %d MiB; sort %.2f s, %d MiB\n", d, dm / 1024, a, am / 1024, s, sm / 1024
    printf "dedup is %.1f times as fast as awk, with 1/%.1f of its memory; %.1f times as fast as sort, with 1/%.1f\n",
      a / d, am / dm, s / d, sm / dm
    exit !(a >= 15 * d && s >= 4 * d && dm * 1.024 < 450000 && 4 * dm <= am && 4 * dm <= sm)
  }'
