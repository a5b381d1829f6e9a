#!/usr/bin/env bash
# Proves that every gate of the build bites: plants one violation at a time in a fresh copy of the sources, and expects
# Maven to refuse it with that gate's own message. A build that fails for another reason proves nothing and counts as
# a gate that did not bite.
#
# usage: build/prove-gates.sh [NAME...]    NAME: only the proofs whose name contains it
#
# The allocation gate is not among them: it proves itself, by measuring the value form too, which allocates, and failing
# if it does not see that (build/check-allocation.sh).
#
# exit 0: every gate bit; 1: some did not (their logs are kept and named); 2: the sources are not green to begin with.
# The JDK is the one that Maven runs on: set JAVA_HOME to choose.
set -euo pipefail
cd "$(dirname "$0")/.."

only=("$@")
work=$(mktemp -d "${TMPDIR:-/tmp}/dedup-gates.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

base=$work/base
build/copy-sources.sh "$base"
# One argument list for every run: what is slow, and the formatter, which would refuse the plants of others, run where
# they are meant.
quick=(-B -ntp -DskipTests -Dspotless.check.skip -Dmaven.javadoc.skip -Dmaven.source.skip)
# Maven lives for seconds here: not long enough for the second compiler to pay.
export MAVEN_OPTS="${MAVEN_OPTS:-} -XX:TieredStopAtLevel=1"
api=dedup-api/src/main/java/io/github/dedupkit

proved=0
failed=0

# edit FILE SED-SCRIPT: sed -i, which is not the same everywhere.
edit() {
  sed "$2" "$1" >"$1.edited"
  if cmp -s "$1" "$1.edited"; then
    echo "prove-gates: nothing planted: no line of $1 matches $2" >&2
    return 1
  fi
  mv "$1.edited" "$1"
}

# planted BODY: a class of the API with this body.
planted() {
  printf 'package io.github.dedupkit;\n\nfinal class Planted {\n    private Planted() {}\n\n    %s\n}\n' "$1" >$api/Planted.java
}

# dependency MODULE ARTIFACT...: adds dedupkit artifacts, or group:artifact:version, to the main scope of a module.
dependency() {
  local pom=$1/pom.xml xml="" coordinates
  shift
  for coordinates in "$@"; do
    xml="$xml<dependency><groupId>$(echo "$coordinates" | cut -d: -f1)</groupId>"
    xml="$xml<artifactId>$(echo "$coordinates" | cut -d: -f2)</artifactId>"
    xml="$xml<version>$(echo "$coordinates" | cut -d: -f3)</version></dependency>"
  done
  edit "$pom" "s|^  <dependencies>|&$xml|"
}

# prove NAME MESSAGES PLANT COMMAND...: PLANT runs in a fresh copy, COMMAND must then fail there and print each of the
# MESSAGES, which stand on a line each.
prove() {
  local name=$1 messages=$2 plant=$3 copy log status started word message missing=
  shift 3
  if [ ${#only[@]} -gt 0 ]; then
    for word in "${only[@]}"; do
      case $name in *"$word"*) word= && break ;; esac
    done
    [ -z "$word" ] || return 0
  fi
  copy=$work/copy
  log=$work/$(echo "$name" | tr -c 'A-Za-z0-9\n' '-').log
  rm -rf "$copy"
  cp -R "$base" "$copy"
  started=$SECONDS
  status=0
  (cd "$copy" && set -e && $plant && "$@") </dev/null >"$log" 2>&1 || status=$?
  while IFS= read -r message; do
    grep -qF -e "$message" "$log" || missing=$message
  done <<<"$messages"
  proved=$((proved + 1))
  if [ "$status" -ne 0 ] && [ -z "$missing" ]; then
    printf '%-44s refused         %4d s\n' "$name" $((SECONDS - started))
    rm "$log"
    return
  fi
  failed=$((failed + 1))
  if [ "$status" -eq 0 ]; then
    printf '%-44s NOT REFUSED     %4d s\n' "$name" $((SECONDS - started))
  else
    printf '%-44s OTHER REASON    %4d s\n' "$name" $((SECONDS - started))
  fi
  [ -z "$missing" ] || printf '    not said: %s\n' "$missing"
  grep -F '[ERROR]' "$log" | head -n 5 | sed 's/^/    /' || true
}

maven() {
  mvn "${quick[@]}" "$@"
}

in_api() {
  maven -pl dedup-api verify "$@"
}

# --- The sources as they are ------------------------------------------------------------------------------------------

mvn -version | sed -n 's/^/# /; 1p; /Java version/p'
green() {
  mvn -B -ntp verify -DskipTests
}
started=$SECONDS
if ! (cd "$base" && green) </dev/null >"$work/green.log" 2>&1; then
  grep -F '[ERROR]' "$work/green.log" | head -n 20 >&2 || true
  echo "prove-gates: the sources are not green before anything is planted; make 'mvn verify -DskipTests' pass first" >&2
  exit 2
fi
printf '%-44s green           %4d s\n' "nothing planted" $((SECONDS - started))
# From here on each proof compiles for itself.
rm -rf "$base"/target "$base"/*/target

# --- Formatter --------------------------------------------------------------------------------------------------------

plant_layout() { planted 'static int   one( ) {return 1;}'; }
prove "formatter" "The following files had format violations" plant_layout \
  in_api -Dspotless.check.skip=false

# --- Compiler ---------------------------------------------------------------------------------------------------------

werror="warnings found and -Werror specified"

plant_raw_type() { planted 'static final java.util.List RAW = java.util.List.of();'; }
prove "javac lint: raw type" "found raw type: java.util.List
$werror" plant_raw_type in_api

plant_deprecated() { planted 'static final boolean SPACE = Character.isSpace((char) 32);'; }
prove "javac -Werror: deprecation" "isSpace(char) in java.lang.Character has been deprecated
$werror" plant_deprecated in_api

plant_dead_exception() { planted 'static void check() { new IllegalStateException(); }'; }
prove "Error Prone: an error" "[DeadException]" plant_dead_exception in_api

plant_default_charset() { planted 'static byte[] bytes(String s) { return s.getBytes(); }'; }
prove "Error Prone: a warning, through -Werror" "[DefaultCharset]
$werror" plant_default_charset in_api

plant_null() { planted 'static @org.jspecify.annotations.Nullable String name; static int n() { return name.length(); }'; }
prove "NullAway" "[NullAway] dereferenced expression" plant_null in_api

plant_unmarked() {
  mkdir $api/unmarked
  printf 'package io.github.dedupkit.unmarked;\n\nfinal class Planted {}\n' >$api/unmarked/Planted.java
}
prove "NullAway: a package not marked for nullness" "[RequireExplicitNullMarking]" plant_unmarked in_api

plant_dead_exception_in_test() {
  mkdir -p dedup-api/src/test/java/io/github/dedupkit
  planted 'static void check() { new IllegalStateException(); }'
  mv $api/Planted.java dedup-api/src/test/java/io/github/dedupkit/
}
prove "Error Prone: in tests" "[DeadException]" plant_dead_exception_in_test in_api

# --- Comments ---------------------------------------------------------------------------------------------------------

public_class() { # COMMENT-LINE METHOD
  printf 'package io.github.dedupkit;\n\n/** Planted. */\npublic final class Planted {\n' >$api/Planted.java
  printf '    private Planted() {}\n\n    /**\n     * Planted.\n%s     */\n    public static void %s {}\n}\n' "$1" "$2" \
    >>$api/Planted.java
}
plant_no_param() { public_class '' 'of(int count)'; }
prove "javac doclint: missing @param" "no @param for count
$werror" plant_no_param in_api

plant_broken_link() { public_class '     * See {@link NoSuchType}.
' 'of()'; }
prove "javac doclint: broken link" "reference not found" plant_broken_link in_api

plant_broken_link_for_javadoc() {
  plant_broken_link
  edit pom.xml '/<arg>-Xdoclint/d' # or javac would be the one to refuse it
}
prove "Javadoc: broken link" "reference not found
Failed to execute goal org.apache.maven.plugins:maven-javadoc-plugin" plant_broken_link_for_javadoc \
  in_api -Dmaven.javadoc.skip=false

# --- Forbidden calls --------------------------------------------------------------------------------------------------

# One build reports them all, each as an error of its own.
plant_forbidden_calls() {
  planted 'static long millis() { return System.currentTimeMillis(); }
    static java.time.Instant now() { return java.time.Instant.now(); }
    static Object read(java.io.InputStream in) throws Exception { return new java.io.ObjectInputStream(in).readObject(); }
    static void write(java.io.OutputStream out) throws Exception { new java.io.ObjectOutputStream(out).flush(); }
    static String text(int n) { return String.format("%d", n); }'
}
prove "forbidden calls: clock, serialization, locale" "Forbidden method invocation: java.lang.System#currentTimeMillis()
Forbidden method invocation: java.time.Instant#now()
Forbidden class/interface use: java.io.ObjectInputStream
Forbidden class/interface use: java.io.ObjectOutputStream
Forbidden method invocation: java.lang.String#format(" plant_forbidden_calls in_api

# --- Dependencies -----------------------------------------------------------------------------------------------------

plant_guava() { dependency dedup-api com.google.guava:guava:33.8.0-jre; }
prove "arrow: dedup-api on a library" "dedup-api depends on the JDK and the JSpecify annotations alone" plant_guava \
  maven -pl dedup-api validate

# A second backend that stands on the first.
plant_backend() {
  mkdir dedup-planted
  sed -e 's/>dedup-inmemory</>dedup-planted</' dedup-inmemory/pom.xml >dedup-planted/pom.xml
  edit pom.xml 's|<module>dedup-inmemory</module>|&<module>dedup-planted</module>|'
  dependency dedup-planted 'io.github.dedupkit:dedup-inmemory:${project.version}'
}
prove "arrow: a backend on a backend" "main code depends on no other dedupkit module than dedup-api" plant_backend \
  maven -pl dedup-planted -am validate

plant_leaf() { dependency benchmarks 'io.github.dedupkit:dedup-cli:${project.version}'; }
prove "arrow: a module on a leaf" "The command line and the benchmarks are leaves" plant_leaf \
  maven -pl benchmarks -am validate

# JMH asks for another version of it.
plant_divergence() { dependency benchmarks net.sf.jopt-simple:jopt-simple:4.9; }
prove "enforcer: dependency convergence" "Dependency convergence error" plant_divergence \
  maven -pl benchmarks -am validate

plant_no_version() { edit pom.xml '/<artifactId>maven-clean-plugin</{n;d;}'; }
prove "enforcer: a plugin without a version" "Pin the version of every plugin" plant_no_version \
  maven -pl dedup-api validate

plant_old_java() { edit pom.xml 's|<version>\[17,)</version>|<version>[99,)</version>|'; }
prove "enforcer: too old a JDK" "dedupkit builds with JDK 17 or newer; this is" plant_old_java maven -N validate

# --- Tests ------------------------------------------------------------------------------------------------------------

plant_failing_test() {
  mkdir -p dedup-api/src/test/java/io/github/dedupkit
  printf 'package io.github.dedupkit;\n\nclass PlantedTest {\n    @org.junit.jupiter.api.Test\n    void planted() {\n        %s\n    }\n}\n' \
    'throw new AssertionError("planted");' >dedup-api/src/test/java/io/github/dedupkit/PlantedTest.java
}
prove "a test that fails" "PlantedTest.planted" plant_failing_test in_api -DskipTests=false -Dtest=PlantedTest

plant_no_tests() { rm -rf dedup-api/src/test; }
prove "a library without a test" "No tests" plant_no_tests in_api -DskipTests=false

# --- Documentation ----------------------------------------------------------------------------------------------------

plant_readme() { printf '\n```java\nif (verdict == Verdict.FIRST_SEEN) {\n    process(event);\n}\n```\n' >>README.md; }
prove "documentation: README" "README.md:" plant_readme maven -N verify

plant_javadoc_condition() {
  public_class '     * {@code if (store.markSeen(key, at) == FIRST_SEEN)} decides.
' 'of()'
}
prove "documentation: Javadoc" "$api/Planted.java:" plant_javadoc_condition maven -N verify

# One run reports both, each as the failure of a test of its own.
plant_snippet_and_link() {
  printf '\n```java\nint planted = "text";\n```\n\n[planted](docs/no-such-page.md)\n' >>README.md
}
prove "documentation: a snippet, a link" "DocumentationTest.javaSnippetsCompile
incompatible types: String cannot be converted to int
DocumentationTest.linksLeadSomewhere
README.md links to docs/no-such-page.md" plant_snippet_and_link \
  maven -pl dedup-cli -am test -DskipTests=false -Dtest=DocumentationTest -Dsurefire.failIfNoSpecifiedTests=false \
  -DfailIfNoTests=false

# --- Reproducible output ----------------------------------------------------------------------------------------------

plant_build_time() {
  edit pom.xml 's|<Automatic-Module-Name>|<Built-At>${maven.build.timestamp}</Built-At>&|'
}
prove "reproducible output: a time in the manifest" "two builds of the same sources differ" plant_build_time \
  build/check-reproducible.sh -pl dedup-api -am -Dmaven.javadoc.skip -Dmaven.source.skip

# ----------------------------------------------------------------------------------------------------------------------

if [ "$proved" -eq 0 ]; then
  echo "prove-gates: no proof has a name that contains: ${only[*]}" >&2
  exit 2
fi
if [ "$failed" -gt 0 ]; then
  trap - EXIT
  rm -rf "$base" "$work/copy"
  echo "prove-gates: $failed of $proved gates did not bite; logs in $work" >&2
  exit 1
fi
echo "prove-gates: all $proved gates bit, in $SECONDS s"
