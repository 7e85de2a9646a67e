#!/bin/bash
# visits.sh: what visits cost the jump host: CPU for each PC and peak memory of avswap fleet detect, of bare ssh with one session a
# PC, of clush and of Ansible, each as a whole tree of processes in a control group of its own. All bring the same worker, look at each
# visit whether it is still what its SHA-256 says, run it with the same request, and keep each PC's facts in a file of its own; in turns,
# from the same lab hosts, with the same number of sessions at a time and the same key exchange: once curve25519, once what OpenSSH
# prefers. How the worker travels, and by which library, is the client's own way: avswap packs it, and has libssh for what libssh can. Lines as in
# bench.sh.
# FLEET_HOSTS: how many hosts; FLEET_ROUNDS: medians of so many turns; AT_ONCE: sessions at a time. Ansible has one turn, by which
# most of the time goes: ANSIBLE_HOSTS: with how many of the hosts.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
hosts=${FLEET_HOSTS:-200}
rounds=${FLEET_ROUNDS:-3}
at_once=${AT_ONCE:-32}
ansible_hosts=${ANSIBLE_HOSTS:-$hosts}
export LAB_ID=visits$$ LAB_OWNER=$$
lab=tests/lab/lab
tmp=$(realpath "$(mktemp -d "$out/visits.XXXXXX")")
. tests/bench/clients.sh

# looked NAME PCS COMMAND...: metered; then all PCs' facts must be here.
looked() {
    local got
    metered "$@"
    got=$(find "$tmp/$1.out" "$tmp/results" "$tmp/state/fleet/hosts" -type f -newer "$tmp/began" -exec grep -hc 'avswap\.facts/1' {} + |
        awk '{ n += $1 } END { print n + 0 }')
    [ "$got" -eq "$2" ] || { tail -n 5 "$tmp/$1.err" >&2; die "$1 brought the facts of $got PCs, not of $2"; }
    rm -rf "$tmp/results"
    mkdir "$tmp/results"
    sleep 0.02
    touch "$tmp/began"
}

by_avswap() { looked "$1" "$hosts" "$BUILD/avswap-fleet" detect --state "$tmp/state" --workers "$tmp/workers" --at-once "$at_once" "${ours[@]}"; }

# by_ssh NAME BYTES COMMAND
by_ssh() {
    # shellcheck disable=SC2016
    looked "$1" "$hosts" xargs -a "$tmp/addresses" -P "$at_once" -I{} sh -c \
        'exec ssh -T -F "$1" "$0" "$2" <"$3" >"$4/$0"' {} "$cfg" "$3" "$2" "$tmp/results"
}

by_clush() { # NAME BEFORE
    # shellcheck disable=SC2016
    looked "$1" "$hosts" sh -c 'c="clush -q -S -f $1 -l root -w $2"; [ "$9" = no ] || $c -o "-F $3" -c "$4" --dest "$5"; $c -o "-F $3" --outdir="$8" "$7" <"$6" >/dev/null' \
        sh "$at_once" "$(paste -sd, "$tmp/addresses")" "$cfg" "$tmp/workers/avswap-linux-x86_64" "$there" "$tmp/request" "$look" "$tmp/results" "$2"
}

by_ansible() {
    mapfile -t with < <(with_ansible "$cfg" "$at_once")
    looked "$1" "$ansible_hosts" "${with[@]}" ANSIBLE_CALLBACKS_ENABLED=tree ANSIBLE_CALLBACK_TREE_DIR="$tmp/results" \
        ansible-playbook -i "$tmp/some" -e "worker=$tmp/workers/avswap-linux-x86_64 there=$there request=$tmp/request" tests/bench/visits.yml
}

# begin KEX ROUND: another worker each time, so that it is nowhere yet.
begin() {
    cfg=$tmp/$1.conf there=/root/avswap-$1-$2
    cp "$BUILD/portable/avswap" "$tmp/workers/avswap-linux-x86_64"
    printf '%s %s' "$1" "$2" >>"$tmp/workers/avswap-linux-x86_64"
    cat "$tmp/workers/avswap-linux-x86_64" "$tmp/request" >"$tmp/bytes"
    look="echo $(sha256sum <"$tmp/workers/avswap-linux-x86_64" | cut -d' ' -f1) $there | sha256sum -c --status && exec $there visit"
    mapfile -t ours < <(our_options "$1")
}

turn() { # KEX ROUND
    begin "$1" "$2"
    by_avswap "$1-push-avswap"
    by_ssh "$1-push-ssh" "$tmp/bytes" "head -c $(stat -c %s "$tmp/workers/avswap-linux-x86_64") >$there && chmod 700 $there && $look"
    by_clush "$1-push-clush" yes
    by_avswap "$1-visit-avswap"
    by_ssh "$1-visit-ssh" "$tmp/request" "$look"
    by_clush "$1-visit-clush" no
    echo "visits: $1, turn $2 of $rounds, load $(cut -d' ' -f1 /proc/loadavg)" >&2
}

# migration KEX: all sessions of moving 10,000 PCs, by the schedule's own rehearsal of plans for kesl whose runs take from half to one
# and a half of what is expected. A rehearsal counts collecting and acknowledging as visits; they go with the poll that finds the run over.
migration() {
    local visits
    "$BUILD/avswap" plan --from tests/cases/facts/kesl.json --var database_dir=/srv/database -o "$tmp/plan.json" >/dev/null || die 'no plan'
    awk -F '[:,]' '/"expected_s"/ { printf "{\"schema\": \"avswap.scenario/1\", \"begins\": \"2026-12-01T06:00:00Z\", \"kinds\": [" \
        "{\"name\": \"pc\", \"count\": 10000, \"run_min_s\": %d, \"run_max_s\": %d}]}\n", $2 / 2, $2 * 3 / 2 }' "$tmp/plan.json" >"$tmp/scenario.json"
    visits=$("$BUILD/avswap-fleet" rehearse "$tmp/scenario.json" --json | sed -n 's/^ "visits": \([0-9]*\).*/\1/p')
    [ -n "$visits" ] || die 'the rehearsal could not be read'
    visits=$((visits - 20000))
    echo "visits: moving 10000 PCs takes $visits sessions" >&2
    line "fleet-migration-of-10000-pcs-$1-cpu-vs-ssh" "$(cost "$1" avswap)" "$(cost "$1" ssh)" 1.3 s 1000000
}
cost() { echo $(($(median "$1-push-$2.cpu") * 10000 + $(median "$1-visit-$2.cpu") * (visits - 10000))); } # KEX CLIENT

$lab up $(seq -f 'p%g' "$hosts")
seq -f 'p%g' "$hosts" | xargs -P 4 -I{} $lab wait {} >/dev/null
mkdir "$tmp/workers" "$tmp/results"
$lab list | awk '{ print $NF }' >"$tmp/addresses"
head -n "$ansible_hosts" "$tmp/addresses" >"$tmp/some"
configs
request >"$tmp/request"
{ echo name,address; $lab list | awk '{ print $1 "," $NF }'; } >"$tmp/inventory.csv"
"$BUILD/avswap-fleet" hosts import "$tmp/inventory.csv" --state "$tmp/state" >&2
mkdir -p "$tmp/state/fleet/hosts"
touch "$tmp/began"

for round in $(seq "$rounds"); do
    turn curve25519 "$round"
    turn default "$round"
done

for kex in curve25519 default; do
    for what in push visit; do
        against $kex $what ssh 1.3
        against $kex $what clush 1.3
        peak $kex $what
    done
    migration $kex
done

# The same playbook twice: as in a visit the worker is looked for, sent where it is missing, and run.
for kex in curve25519 default; do
    begin $kex ansible
    target=$([ $kex = default ] && echo 0.333 || echo 0.1)
    for what in push visit; do
        by_ansible $kex-$what-ansible
        against $kex $what ansible "$target"
    done
done
