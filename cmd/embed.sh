#!/bin/sh
# Prints the catalogue's files as C: bytes, not string literals, so that no text can break out of them. Their digests
# too: computing them at every start would cost as much as reading the list of packages.
set -eu
echo '#include "core/detect/load.h"'
n=0
for f in "$@"; do
    printf 'static const char file_%d[] = {' "$n"
    od -An -v -tx1 "$f" | sed 's/ \(..\)/0x\1,/g'
    echo '0};'
    n=$((n + 1))
done
echo 'const struct catalog_file embedded_files[] = {'
n=0
for f in "$@"; do
    printf '    {"%s", file_%d, sizeof file_%d - 1, "%.64s"},\n' "$f" "$n" "$n" "$(sha256sum "$f")"
    n=$((n + 1))
done
echo '};'
echo 'const size_t embedded_count = sizeof embedded_files / sizeof embedded_files[0];'
