#!/bin/bash
# check.sh TARGET... [-- TARGET...]...: runs make targets, shows how each ended, and ends with "N passed, N failed".
#
# The targets of one group run one after the other, three groups at a time: much of what tests do is waiting. A target ends with a line
# "NAME: N passed, N failed", "NAME: H histories, W wrong, S stranded" or "NAME: K kills, H hosts, W wrong, L lost"; one that prints
# none of them counts as one test by its exit status. What it printed stands in $LOGS/TARGET.log.
set -u
logs=${LOGS:-build/check}
mkdir -p "$logs"
rm -f "$logs"/*.count
begun=$SECONDS

run() { # TARGET
    local log=$logs/$1.log start=$SECONDS status line good bad shown
    ${MAKE:-make} --no-print-directory "$1" >"$log" 2>&1 </dev/null
    status=$?
    line=$(grep -E '^[a-z-]+: ([0-9]+ passed, [0-9]+ failed|[0-9]+ histories, [0-9]+ wrong, [0-9]+ stranded|[0-9]+ kills, [0-9]+ hosts, [0-9]+ wrong, [0-9]+ lost)' "$log" | tail -n 1)
    read -r good bad <<<"$(sed -nE \
        -e 's/^[a-z-]+: ([0-9]+) passed, ([0-9]+) failed.*/\1 \2/p' \
        -e 's/^[a-z-]+: ([0-9]+) histories, ([0-9]+) wrong, ([0-9]+) stranded.*/\1 \2 \3/p' \
        -e 's/^[a-z-]+: [0-9]+ kills, ([0-9]+) hosts, ([0-9]+) wrong, ([0-9]+) lost.*/\1 \2 \3/p' <<<"$line" |
        awk '{ print NF == 3 ? $1 - $2 - $3 " " $2 + $3 : $1 " " $2 }')"
    if [ -z "${good:-}" ]; then
        good=0 bad=0
        [ "$status" -eq 0 ] && good=1
    fi
    [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
    echo "$good $bad" >"$logs/$1.count"
    shown=$(printf '%-16s %s (%d s)' "$1" "${line:-exit status $status}" $((SECONDS - start)))
    if [ "$status" -ne 0 ] || [ "$bad" -gt 0 ]; then
        shown+=$(printf '\n---- last lines of %s\n%s\n----' "$log" "$(tail -n 40 "$log")")
    fi
    echo "$shown"
}

group() { for target; do run "$target"; done; }

asked=0 members=()
for word in "$@" --; do
    if [ "$word" != -- ]; then
        members+=("$word")
        asked=$((asked + 1))
        continue
    fi
    [ "$(jobs -rp | wc -l)" -lt 3 ] || wait -n
    group "${members[@]}" &
    members=()
done
wait

read -r counted passed failed <<<"$(cat "$logs"/*.count | awk '{ p += $1; f += $2 } END { print NR, p + 0, f + 0 }')"
failed=$((failed + asked - counted)) # one that was lost
echo "in $((SECONDS - begun)) s"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
