#!/bin/bash
# runs.sh: what whole migrations cost the jump host: CPU for each PC and peak memory of avswap fleet run, of ssh, of clush and of Ansible,
# measured as visits.sh does. All do the same on equal lab hosts, which are put back in between: bring the worker and check it, bring home
# the facts, give each PC its plan, start it so that it outlives the session, ask every FLEET_ASK seconds whether it is over, bring home
# journal and outcome, and take away what only the run needed. On the PCs dpkg removes kesl and installs another product. The peers find
# their plans made, and the catalogue for them on the PCs; avswap makes its own, which counts for it. Every PC must have been moved, and what was brought must be what the PC has.
# FLEET_RUN_HOSTS: how many hosts; AT_ONCE: sessions at a time.
FLEET_NAME=fleetbench
. "$(dirname "${BASH_SOURCE[0]}")/../fleet/lib.sh"
. tests/bench/common.sh
hosts=${FLEET_RUN_HOSTS:-24}
at_once=${AT_ONCE:-32}
ask=${FLEET_ASK:-15}
out=$(realpath -m "$BUILD/fleet/$FLEET_NAME")
fleet_prepare
tmp=$(mktemp -d "$out/runs.XXXXXX")
state=$tmp/state worker=$tmp/workers/avswap-linux-x86_64
. tests/bench/clients.sh
mapfile -t names < <(seq -f 'p%g' "$hosts")

# new_pcs: all as they were before the first turn.
new_pcs() {
    for h in "${names[@]}"; do "$lab" off "$h"; done
    each like_golden "${names[@]}"
    each switch_on "${names[@]}" || die 'a PC does not boot'
    rm -rf "$state" "$tmp/results"
    mkdir "$tmp/results"
}

# prepare_plan HOST: by itself, as it is now.
prepare_plan() {
    "$lab" in "$1" /root/avswap plan --policy /root/bench.json --catalog /root/catalog -o /root/bench-plan.json >"$out/hosts/$1.plan" 2>&1 ||
        { echo "host $1 has no plan, see $out/hosts/$1.plan" >&2; return 1; }
}
export -f prepare_plan

# begin KEX CLIENT
begin() {
    new_pcs
    cfg=$tmp/$1.conf there=/root/avswap-$1-$2
    mapfile -t ours < <(our_options "$1")
}

by_avswap() {
    "$BUILD/avswap-fleet" hosts import "$tmp/inventory.csv" --state "$state" >/dev/null
    metered "$1" "$hosts" "$BUILD/avswap-fleet" run --rollout "$tmp/rollout.json" --policy "$tmp/policy.json" --catalog "$out/catalog" --yes \
        --state "$state" --workers "$tmp/workers" --patience 120 "${ours[@]}"
}

by_passes() { # NAME CLIENT
    metered "$1" "$hosts" env ADDRESSES="$tmp/addresses" PLANS="$tmp/plans" RESULTS="$tmp/results" CONFIG="$cfg" WORKER="$worker" SHA="$sha" SIZE="$size" \
        THERE="$there" BYTES="$tmp/bytes" REQUEST="$tmp/request" AT_ONCE="$at_once" ASK="$ask" tests/bench/passes.sh "$2"
}

# A task that waits for a run holds a fork, so there is one for each PC.
by_ansible() {
    mapfile -t with < <(with_ansible "$cfg" "$hosts")
    metered "$1" "$hosts" "${with[@]}" \
        ansible-playbook -i "$tmp/inventory.ini" -e "worker=$worker there=$there plans=$tmp/plans results=$tmp/results ask=$ask" tests/bench/runs.yml
}

# brought HOST ADDRESS: are the PC's journal and outcome here, whichever way the client keeps them? avswap writes the second without spaces.
brought() {
    local its
    its=$(echo "$(upper "$1")"/var/lib/avswap/runs/*)
    cat "$its/journal.jsonl" "$its/outcome.json" | tr -d ' \n' >"$tmp/its"
    { cat "$state/fleet/hosts/$1".*/runs/*/{journal.jsonl,outcome.json} "$tmp/results/$2".{over,journal,outcome} 2>/dev/null || true; } | tr -d ' \n' | cmp -s - "$tmp/its"
}
facts_are_here() { grep -lqs 'avswap\.facts/1' "$tmp/results/$2.facts" "$state/fleet/hosts/$1".*/facts.json; }
installed() { awk -v p="$2" -F ': ' '$1 == "Package" { here = $2 == p } here && $0 == "Status: install ok installed" { found = 1 } END { exit !found }' "$(upper "$1")/var/lib/dpkg/status"; }
moved() { installed "$1" standin-av && ! installed "$1" kesl && grep -q '"result": "migrated"' "$(upper "$1")"/var/lib/avswap/runs/*/outcome.json; }
# look_at_pcs NAME: all as it should be?
look_at_pcs() {
    local h a wrong=0
    while read -r h a; do
        moved "$h" || { echo "$h was not moved by $1" >&2; wrong=1; }
        facts_are_here "$h" "$a" && brought "$h" "$a" ||
            { echo "$h: not all was brought by $1" >&2; wrong=1; }
        if [ -e "$(upper "$h")$there.plan" ]; then echo "$h: its plan was left by $1" >&2; wrong=1; fi
    done <"$tmp/pcs"
    [ $wrong = 0 ] || { tail -n 20 "$tmp/$1.out" "$tmp/$1.err" >&2; die "$1 did not do its work"; }
    echo "runs: $1 moved $hosts PCs, load $(cut -d' ' -f1 /proc/loadavg)" >&2
}

turn() { # KEX CLIENT
    local name=$1-run-$2
    begin "$1" "$2"
    case $2 in
    avswap) by_avswap "$name" ;;
    ansible) by_ansible "$name" ;;
    *) by_passes "$name" "$2" ;;
    esac
    look_at_pcs "$name"
}

mkdir "$tmp/workers" "$tmp/plans"
cp "$BUILD/portable/avswap" "$worker"
sha=$(sha256sum <"$worker" | cut -d' ' -f1) size=$(stat -c %s "$worker")
request >"$tmp/request"
cat "$worker" "$tmp/request" >"$tmp/bytes"
echo '{"schema": "avswap.policy/1", "allow": ["standin"], "vars": {"standin_installer": "/root/standin-av_1.1_amd64.deb"}}' >"$tmp/policy.json"
echo "{\"schema\": \"avswap.rollout/1\", \"ask_s\": $ask, \"at_once\": $at_once, \"at_work\": $hosts,
    \"waves\": [{\"name\": \"all\", \"percent\": 100, \"budget\": $hosts}]}" >"$tmp/rollout.json"
cp "$worker" "$out/tree/root/avswap"
cp "$tmp/policy.json" "$out/tree/root/bench.json"
cp -r "$out/catalog" "$out/tree/root/catalog"
pcs "${names[@]}" || die 'the PCs could not be made'
each switch_on "${names[@]}" || die 'a PC does not boot'
configs
$lab list | awk '$1 != "golden" { print $1, $NF }' >"$tmp/pcs"
awk '{ print $2 }' "$tmp/pcs" >"$tmp/addresses"
{ echo name,address; tr ' ' , <"$tmp/pcs"; } >"$tmp/inventory.csv"
each prepare_plan "${names[@]}" || die 'not all PCs have a plan'
while read -r h a; do
    cp "$(upper "$h")/root/bench-plan.json" "$tmp/plans/$a"
    echo "$a run=$(sed -n '0,/^ "id": /s/^ "id": "\([^"]*\)".*/\1/p' "$tmp/plans/$a")"
done <"$tmp/pcs" >"$tmp/inventory.ini"

for kex in curve25519 default; do
    for client in avswap ssh clush ansible; do turn $kex $client; done
    against $kex run ssh 1.3
    against $kex run clush 1.3
    against $kex run ansible "$([ $kex = default ] && echo 0.333 || echo 0.1)"
    peak $kex run
done
