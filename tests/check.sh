#!/bin/bash
# check.sh TARGET...: runs make targets one after the other, shows how each ended, and ends with "N passed, N failed".
#
# A target ends with a line "NAME: N passed, N failed" or "NAME: H histories, W wrong, S stranded"; one that prints
# neither counts as one test by its exit status. What it printed stands in $LOGS/TARGET.log.
set -u
logs=${LOGS:-build/check}
mkdir -p "$logs"
passed=0 failed=0
begun=$SECONDS
for target in "$@"; do
    log=$logs/$target.log
    start=$SECONDS
    printf '%-16s ' "$target"
    ${MAKE:-make} --no-print-directory "$target" >"$log" 2>&1 </dev/null
    status=$?
    line=$(grep -E '^[a-z-]+: ([0-9]+ passed, [0-9]+ failed|[0-9]+ histories, [0-9]+ wrong, [0-9]+ stranded)' "$log" | tail -n 1)
    read -r good bad <<<"$(sed -nE \
        -e 's/^[a-z-]+: ([0-9]+) passed, ([0-9]+) failed.*/\1 \2/p' \
        -e 's/^[a-z-]+: ([0-9]+) histories, ([0-9]+) wrong, ([0-9]+) stranded.*/\1 \2 \3/p' <<<"$line" |
        awk '{ print NF == 3 ? $1 - $2 - $3 " " $2 + $3 : $1 " " $2 }')"
    if [ -z "${good:-}" ]; then
        good=0 bad=0
        [ "$status" -eq 0 ] && good=1
    fi
    [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
    passed=$((passed + good)) failed=$((failed + bad))
    printf '%s (%d s)\n' "${line:-exit status $status}" $((SECONDS - start))
    if [ "$status" -ne 0 ] || [ "$bad" -gt 0 ]; then
        echo "---- last lines of $log"
        tail -n 40 "$log"
        echo "----"
    fi
done
echo "in $((SECONDS - begun)) s"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
