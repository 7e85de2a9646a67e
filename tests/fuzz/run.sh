#!/bin/sh
# run.sh RUNS PROGRAM...: runs fuzzers, as many at once as there are processors, each over tests/fuzz/corpus/NAME with
# RUNS mutations. Ends with "fuzz: N passed, N failed".
set -u
runs=$1
shift
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} sh -c \
    '"$2" -runs "$1" -save "$(dirname "$2")" "tests/fuzz/corpus/$(basename "$2")"' sh "$runs" {} 2>&1 | tee "$out"
passed=$(grep -c '^fuzz [a-z]*: .*: clean$' "$out")
echo "fuzz: $passed passed, $(($# - passed)) failed"
[ "$passed" -eq $# ]
