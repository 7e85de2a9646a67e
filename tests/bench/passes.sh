#!/bin/bash
# passes.sh ssh|clush: a migration for clients that know sessions only, as runs.sh has it measured: passes over all PCs, and polls of those
# that are not yet over. Steps that a shell can do in one session are one: push, check and look; plan and start; poll, journal and outcome.
# From the environment: ADDRESSES (file), PLANS and RESULTS (folders, by address), CONFIG, WORKER, SHA, SIZE, THERE, BYTES (the worker and
# the request for facts), REQUEST, AT_ONCE, ASK.
set -euo pipefail
client=$1
look="[ \"\$(sha256sum <$THERE)\" = '$SHA  -' ] && chmod 700 $THERE && exec $THERE visit"
start="cat >$THERE.plan && exec $THERE run $THERE.plan --catalog /root/catalog --yes --detach >/dev/null"
poll="cd /var/lib/avswap/runs/* && [ -s outcome.json ] && cat journal.jsonl outcome.json"

# ssh_all PCS COMMAND FROM TO: standard input is the file FROM/ADDRESS, or FROM; standard output goes to RESULTS/ADDRESS.TO.
ssh_all() {
    # shellcheck disable=SC2016
    xargs -a "$1" -P "$AT_ONCE" -I{} sh -c \
        'f=$3; [ ! -d "$f" ] || f=$f/$0; exec ssh -T -F "$1" "$0" "$2" <"$f" >"$4/$0.$5"' {} "$CONFIG" "$2" "$3" "$RESULTS" "$4"
}

# clush_all PCS COMMAND FROM TO: the same; what differs by PC goes by clush's own way to run a command for each.
clush_all() {
    local to=$RESULTS/$4.d pc c
    mkdir -p "$to"
    c=(clush -q -f "$AT_ONCE" -w "$(paste -sd, "$1")" --outdir="$to")
    if [ -d "$3" ]; then
        "${c[@]}" -R exec "exec ssh -T -F $CONFIG %h '$2' <$3/%h" >/dev/null
    else
        "${c[@]}" -l root -o "-F $CONFIG" "$2" <"$3" >/dev/null
    fi
    while read -r pc; do [ ! -e "$to/$pc" ] || mv "$to/$pc" "$RESULTS/$pc.$4"; done <"$1"
}

if [ "$client" = clush ]; then
    clush -q -S -f "$AT_ONCE" -l root -w "$(paste -sd, "$ADDRESSES")" -o "-F $CONFIG" -c "$WORKER" --dest "$THERE"
    clush_all "$ADDRESSES" "$look" "$REQUEST" facts
else
    ssh_all "$ADDRESSES" "head -c $SIZE >$THERE && $look" "$BYTES" facts
fi
"${client}_all" "$ADDRESSES" "$start" "$PLANS" start
cp "$ADDRESSES" "$RESULTS/left"
while [ -s "$RESULTS/left" ]; do
    sleep "$ASK"
    "${client}_all" "$RESULTS/left" "$poll" /dev/null over || true # whose run goes on says nothing
    while read -r pc; do [ -s "$RESULTS/$pc.over" ] || echo "$pc"; done <"$RESULTS/left" >"$RESULTS/still"
    mv "$RESULTS/still" "$RESULTS/left"
done
"${client}_all" "$ADDRESSES" "rm $THERE.plan" /dev/null gone
