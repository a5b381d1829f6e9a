#!/usr/bin/env bash
# Builds twice, in two directories and two time zones, and compares every jar by SHA-256. Two builds by the same JDK and
# under the same umask must be equal: class files differ between JDKs, and a jar records the file modes.
#
# usage: build/check-reproducible.sh [MAVEN-ARGUMENT...]    e.g. -pl dedup-api -am
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d "${TMPDIR:-/tmp}/dedup-reproducible.XXXXXX")
trap 'rm -rf "$work"' EXIT

sum() {
  if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi
}

# DIRECTORY: builds a copy of the sources there, and lists its jars with their sums beside it.
build() {
  local copy=$work/$1
  shift
  build/copy-sources.sh "$copy"
  # What is compared is the output: the gates and the tests have their own runs.
  if ! (cd "$copy" && mvn -B -ntp "$@" package -Dmaven.test.skip -Denforcer.skip \
    -Dforbiddenapis.skip) </dev/null >"$copy.log" 2>&1; then
    grep -F '[ERROR]' "$copy.log" | head -n 20 >&2
    echo "check-reproducible: the build itself failed" >&2
    exit 2
  fi
  (cd "$copy" && for jar in */target/*.jar; do sum "$jar"; done) >"$copy.sums"
}

umask 022
TZ=UTC build one "$@"
TZ=Asia/Tokyo build another-one "$@"

if ! diff "$work/one.sums" "$work/another-one.sums"; then
  echo "check-reproducible: two builds of the same sources differ in the jars above. Look for a time, a path, a random" \
    "order or a user name in their entries (unzip -lv, then compare the entries)." >&2
  exit 1
fi
echo "check-reproducible: $(wc -l <"$work/one.sums" | tr -d ' ') jars, built twice, equal byte for byte"
