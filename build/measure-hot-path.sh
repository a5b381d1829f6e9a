#!/bin/sh
# Measures our stores against their rivals on the hot path, and against the memory's own speed: each in turn, in a JVM
# of its own, on one workload (HotPathBenchmark states it).
#
# usage: build/measure-hot-path.sh [ROUNDS [RETAINED [THREADS]]]     default: 5 rounds, 20000000 ids, 1 thread
#
# A figure is a run's whole throughput: all events by all the time on the clock, bursts of maintenance and collections
# included; the median of its chunks stands beside it. A row's figure is the median over the rounds, of which every other
# one takes the rows in the opposite order.
#
# Prints each figure, the medians and their ratios. Measures what `mvn package` has left in benchmarks/target, which
# must not change meanwhile, and refuses jars that are older than their sources. Leaves its logs in
# benchmarks/target/hot-path. Rivals get 600 bytes of heap per id, 12 GB by default; Redis and RocksDB retain a million
# ids at most. A round then takes ten to fifteen minutes. Needs Java only: JAVA_HOME, else java on the PATH; where the
# Redis server that comes with the libraries does not run, JAVA_TOOL_OPTIONS=-Ddedup.bench.redis=redis://HOST:PORT names
# another one. Huge pages for direct memory are glibc's to ask for (2.35 or newer, with transparent_hugepage at madvise
# or always).
#
# exit 0: the ratios hold that HotPathJudge names; 1: one does not; 2: a row cannot be measured, or wrong verdicts.
set -eu
cd -- "$(dirname -- "$0")/.."

target=benchmarks/target
jar=$target/benchmarks.jar

fail() {
  echo "measure-hot-path: $*; run: mvn -pl benchmarks -am package -DskipTests" >&2
  exit 2
}

# fresh JAR MODULE: the jar is there, and newer than what it is made of.
fresh() {
  [ -f "$1" ] || fail "there is no $1"
  newer=$(find "$2/pom.xml" "$2/src/main" -newer "$1" | head -n 1)
  [ -z "$newer" ] || fail "$1 is older than $newer"
}

fresh "$jar" benchmarks
for module in dedup-api dedup-bloom dedup-inmemory; do
  for used in "$target/lib/$module"-*.jar; do
    fresh "$used" "$module"
  done
done

if [ -n "${JAVA_HOME:-}" ]; then
  java=$JAVA_HOME/bin/java
else
  java=$(command -v java) || java=java
fi
command -v "$java" >/dev/null || { echo "measure-hot-path: no $java; set JAVA_HOME to a JDK 17 or newer" >&2; exit 2; }

logs=$target/hot-path
mkdir -p "$logs"

# JMH can start another java, but not set its environment.
printf '#!/bin/sh\nGLIBC_TUNABLES=glibc.malloc.hugetlb=1 exec "%s" "$@"\n' "$java" >"$logs/java-with-huge-pages"
chmod +x "$logs/java-with-huge-pages"

exec "$java" -Djmh.ignoreLock=true -cp "$jar" io.github.dedupkit.benchmarks.HotPathRounds \
  "${1:-5}" "${2:-20000000}" "${3:-1}" "$logs" "$PWD/$logs/java-with-huge-pages"
