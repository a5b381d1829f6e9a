#!/bin/sh
# No documentation decides by FIRST_SEEN.
#
# `if (verdict == FIRST_SEEN) process()` drops every TOO_LATE and every UNJUDGED event: an event lost in silence, and
# people copy what documentation shows. The condition is `!verdict.isDuplicate()`.
#
# Looks at README.md, CONTRIBUTING.md, CHANGELOG.md, SECURITY.md, */README.md, docs/**/*.md, at the Javadoc of main
# code, and at whole Java files under a directory named examples. Not at implementation code or tests, which may compare
# as they need.
# A line that shows the mistake on purpose says so, there or on the line before:
#     <!-- allowed: shows the mistake -->
#
# usage: build/check-docs.sh [DIRECTORY]    exit 0: nothing found; 1: each place as file:line: text; 2: bad use
set -eu

root=${1:-$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)}
cd -- "$root" || exit 2

{
  for file in README.md CONTRIBUTING.md CHANGELOG.md SECURITY.md */README.md; do
    [ ! -f "$file" ] || printf '%s\n' "$file"
  done
  [ ! -d docs ] || find docs -type f \( -name '*.md' -o -name '*.java' \)
  for dir in */src; do
    [ ! -d "$dir/main" ] || find "$dir/main" -type f -name '*.java'
    [ ! -d "$dir" ] || find "$dir" -type f -name '*.java' -path '*/examples/*'
  done
  [ ! -d examples ] || find examples -type f -name '*.java'
} | LC_ALL=C sort -u | LC_ALL=C awk '
  BEGIN {
    qualified = "([A-Za-z_][A-Za-z_0-9]*[.])*FIRST_SEEN"
    end = "([^A-Za-z_0-9]|$)"
    condition = "[=!]=[ \t]*" qualified end \
      "|FIRST_SEEN[ \t]*[=!]=" \
      "|equals[ \t]*[(][^)]*FIRST_SEEN" end \
      "|FIRST_SEEN[.]equals[ \t]*[(]" \
      "|(^|[^A-Za-z_0-9])case[ \t]+([A-Za-z_.0-9]+[ \t]*,[ \t]*)*" qualified end
  }

  function look(text, line) {
    if (text ~ condition && text !~ allowed && before !~ allowed) {
      printf "%s:%d: %s\n", file, line, text
      found++
    }
    before = text
  }

  function read(    line, text, comment, whole) {
    before = ""
    comment = 0
    whole = file ~ /[.]md$/ || file ~ /(^|\/)examples\// || file ~ /^docs\//
    line = 0
    while ((status = (getline text < file)) > 0) {
      line++
      sub(/\r$/, "", text)
      if (whole) {
        look(text, line)
        continue
      }
      # A line that opens a Javadoc comment, or stands in one, or is Markdown Javadoc.
      if (text ~ /^[ \t]*\/\*\*/) {
        comment = 1
      }
      if (comment || text ~ /^[ \t]*\/\/\//) {
        look(text, line)
      } else {
        before = ""
      }
      if (comment && text ~ /\*\//) {
        comment = 0
      }
    }
    close(file)
    if (status < 0) {
      printf "check-docs: cannot read %s\n", file
      found++
    }
  }

  BEGIN { allowed = "allowed: shows the mistake" }
  { file = $0; files++; read() }

  END {
    if (found) {
      printf "\ncheck-docs: %d place(s) decide by FIRST_SEEN. TOO_LATE and UNJUDGED must be processed too: write\n", found
      print "!verdict.isDuplicate() instead. A line that shows the mistake on purpose carries, or follows, the comment"
      print "<!-- allowed: shows the mistake -->"
      exit 1
    }
  }
'
