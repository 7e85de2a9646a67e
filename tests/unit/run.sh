#!/bin/sh
# Runs test programs and adds up what they say: unit: N passed, N failed. A program that fails is shown whole; one that
# crashes, hangs or runs no test counts as failed. SUITE: another name than unit. WITH: a command that runs a program.
set -u
SUITE=${SUITE:-unit}
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
passed=0
failed=0
# shellcheck disable=SC2086
run() { timeout 300 ${WITH:-} "$program" >"$out" 2>&1 </dev/null; }
for program; do
    run
    status=$?
    # Wine loses a process at its start now and then: one that has said nothing of any test is started once more.
    if [ -n "${WITH:-}" ] && [ "$status" -ne 0 ] && ! grep -q '^\[ \(.* OK\|  FAILED\)' "$out"; then
        echo "$SUITE: $program again"
        run
        status=$?
    fi
    ok=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test(s).*/\1/p' "$out" | tail -1)
    bad=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test(s).*/\1/p' "$out" | tail -1)
    passed=$((passed + ${ok:-0}))
    failed=$((failed + ${bad:-0}))
    if [ "$status" -ne 0 ] || [ "${ok:-0}" -eq 0 ]; then
        # A test that failed leaves its memory behind: what a sanitizer says of that at the end is no news.
        [ "${bad:-0}" -eq 0 ] || sed -i '/LeakSanitizer/,$d' "$out"
        grep -v '^\[ RUN      \]\|^\[       OK \]' "$out"
        echo "$SUITE: $program ended with status $status"
        [ "${bad:-0}" -gt 0 ] || failed=$((failed + 1))
    fi
done
echo "$SUITE: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
