#!/bin/sh
# Proves that judging an event, confirming and forgetting it allocates nothing through the primitive and the batch form,
# with four store classes at one call site, and that the measurement would have seen it: runs AllocationBenchmark and
# AllocationConfirmBenchmark briefly and judges them (AllocationGate).
#
# usage: build/check-allocation.sh
#
# Measures what `mvn package` has left in benchmarks/target, and refuses jars that are older than their sources. Needs
# Java only: JAVA_HOME, else java on the PATH. Leaves allocation.json and allocation.log in benchmarks/target.
#
# exit 0: nothing is allocated; 1: something is; 2: the check did not bite, or could not run.
set -eu
cd -- "$(dirname -- "$0")/.."

target=benchmarks/target
jar=$target/benchmarks.jar

fail() {
  echo "check-allocation: $*; run: mvn -pl benchmarks -am package -DskipTests" >&2
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
  java=java
fi
command -v "$java" >/dev/null || { echo "check-allocation: no $java; set JAVA_HOME to a JDK 17 or newer" >&2; exit 2; }

# Another JMH run on this machine disturbs times, which are not judged.
exec "$java" -Djmh.ignoreLock=true -cp "$jar" io.github.dedupkit.benchmarks.AllocationGate "$target"
