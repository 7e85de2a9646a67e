#!/bin/sh
# check.sh FILE.exe: prints its size and the DLLs it imports when it starts, and fails when it has 1.5 MB (1,500,000 bytes) or more, imports what is not
# of Windows' own KnownDLLs (which alone are never looked for beside the program), or lacks a protection that the linker can give.
# Ends with "windows: N passed, N failed".
set -u
exe=$1
tools=x86_64-w64-mingw32-
known='advapi32|kernel32|msvcrt|ntdll|ole32|oleaut32|setupapi|shell32|user32|ws2_32'
passed=0 failed=0
expect() { # TEXT: the last command's outcome
    if [ "$?" -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "windows: $1"; fi
}
headers=$(${tools}objdump -p "$exe") || exit 1
size=$(stat -c %s "$exe")
dlls=$(echo "$headers" | sed -n 's/^\tDLL Name: //p' | tr '[:upper:]' '[:lower:]' | sort -u)
echo "windows: $exe has $size bytes and imports $(echo "$dlls" | tr '\n' ' ')"

[ "$size" -lt 1500000 ]
expect "1.5 MB or more"
others=$(echo "$dlls" | grep -vxE "($known)\\.dll")
[ -z "$others" ]
expect "imports at its start what could be laid beside it: $others"
for flag in HIGH_ENTROPY_VA DYNAMIC_BASE NX_COMPAT; do
    echo "$headers" | grep -q "$flag"
    expect "without $flag"
done
${tools}objdump -h "$exe" | grep -q ' \.reloc '
expect "without relocations, so that nothing can be moved"
${tools}objdump -h "$exe" | grep -q ' \.rsrc '
expect "without version and manifest"
[ -z "$(${tools}nm "$exe" 2>/dev/null)" ]
expect "not stripped"
echo "windows: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
