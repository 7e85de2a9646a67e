#!/bin/sh
# embed.sh [--packed] FILE...: prints the catalogue's files as C: bytes, not string literals, so that no text can break out of them.
# Their digests too: computing them at every start would cost as much as reading the list of packages. Packed, all texts together
# are one gzip stream (core/detect/embedded_packed.c), where a small program counts for more than its first milliseconds.
set -eu
bytes() { od -An -v -tx1 "$@" | sed 's/ \(..\)/0x\1,/g'; }
packed=
[ "$1" != --packed ] || { packed=1; shift; }
echo '#include "core/detect/load.h"'
if [ "$packed" ]; then
    echo 'const unsigned char embedded_packed[] = {'
    cat "$@" | gzip -9n | bytes
    echo '};'
    echo 'const size_t embedded_packed_size = sizeof embedded_packed;'
else
    n=0
    for f in "$@"; do
        printf 'static const char file_%d[] = {' "$n"
        bytes "$f"
        echo '0};'
        n=$((n + 1))
    done
fi
echo 'const struct catalog_file embedded_files[] = {'
n=0
for f in "$@"; do
    if [ "$packed" ]; then text=NULL; else text=file_$n; fi
    os=$(sed -nE 's/^ {1,4}"os": ("[a-z]+"),?$/\1/p' "$f" | head -n 1)
    printf '    {.path = "%s", .text = %s, .len = %d, .digest = "%.64s", .os = %s},\n' "$f" "$text" "$(stat -c %s "$f")" "$(sha256sum "$f")" "${os:-NULL}"
    n=$((n + 1))
done
echo '};'
echo 'const size_t embedded_count = sizeof embedded_files / sizeof embedded_files[0];'
