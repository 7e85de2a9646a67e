#!/bin/sh
# check.sh FILE: prints its size, and fails when it is larger than 2 MB, needs anything of the system, or lacks a protection that the linker can
# give; and runs it with a kernel that knows nothing newer than Linux 3.10. Ends with "portable: N passed, N failed".
set -u
program=$1
passed=0 failed=0
expect() { # TEXT: the last command's outcome
    if [ "$?" -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "portable: $1"; fi
}
headers=$(readelf -hldW "$program") || exit 1
size=$(stat -c %s "$program")
echo "portable: $program has $size bytes"

[ "$size" -le 2097152 ]
expect "larger than 2 MB"
! echo "$headers" | grep -qE 'INTERP|NEEDED'
expect "needs a library or a loader"
echo "$headers" | grep -q 'Type:.*DYN'
expect "cannot be moved in memory"
echo "$headers" | grep -q GNU_RELRO
expect "its tables can be written"
echo "$headers" | grep GNU_STACK | grep -q 'RW '
expect "its stack can be executed"
[ -z "$(nm "$program" 2>/dev/null)" ]
expect "not stripped"
"$(dirname "$program")/old-kernel" "$program" detect --json >"$program.facts" 2>&1 || [ $? = 3 ]
expect "does not look at a PC with an old kernel: $(cat "$program.facts")"
"$(dirname "$program")/old-kernel" "$program" catalog digest >/dev/null
expect "does not run on an old kernel"
rm -f "$program.facts"
echo "portable: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
