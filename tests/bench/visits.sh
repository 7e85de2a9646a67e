#!/bin/bash
# visits.sh: what visits cost the jump host: CPU for each PC and peak memory of avswap fleet detect, of bare ssh with one session a
# PC, of clush and of Ansible, each as a whole tree of processes in a control group of its own. All bring the same worker, run it with
# the same request and bring home its facts, in turns, from the same lab hosts, with the same number of sessions at a time and the
# same key exchange: once curve25519, once what OpenSSH prefers. Lines as in bench.sh.
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
groups=/sys/fs/cgroup
group=avswap-bench-$$

# The groups' folders: one of the unified hierarchy, or one of each of the two controllers that are needed.
if [ -d $groups/cpuacct ]; then
    dirs=("$groups/cpuacct/$group" "$groups/memory/$group")
else
    echo '+memory' 2>/dev/null >$groups/cgroup.subtree_control || die "control groups cannot count memory here ($groups/cgroup.subtree_control)"
    dirs=("$groups/$group")
fi

leave() {
    local pid
    # What outlives its command, as masters of shared connections do. Only what was started here can be in these groups.
    for pid in $(cat "${dirs[@]/%//cgroup.procs}" 2>/dev/null | sort -u); do kill -9 "$pid" 2>/dev/null || true; done
    for _ in $(seq 100); do
        rmdir "${dirs[@]}" 2>/dev/null || true
        [ -d "${dirs[0]}" ] || [ -d "${dirs[-1]}" ] || return 0
        sleep 0.1
    done
    die "${dirs[*]} cannot be removed"
}
trap 'leave || true; $lab down >/dev/null 2>&1 || true; rm -rf "$tmp"' EXIT

# metered NAME PCS COMMAND...: microseconds of CPU for each PC behind $tmp/NAME.cpu, KiB at the peak behind $tmp/NAME.peak; its output in
# $tmp/NAME.out. All PCs' facts must be in it.
metered() {
    local name=$1 pcs=$2 got
    shift 2
    mkdir "${dirs[@]}"
    # shellcheck disable=SC2016
    timeout 1800 bash -c 'for d in $0; do echo $$ >"$d/cgroup.procs" || exit 1; done; exec "$@"' "${dirs[*]}" \
        "$lab" jump "$@" >"$tmp/$name.out" 2>"$tmp/$name.err" </dev/null ||
        { tail -n 5 "$tmp/$name.out" "$tmp/$name.err" >&2; die "$name ended with status $?"; }
    if [ -d $groups/cpuacct ]; then
        echo $(($(cat "${dirs[0]}/cpuacct.usage") / 1000 / pcs)) >>"$tmp/$name.cpu"
        echo $(($(cat "${dirs[1]}/memory.max_usage_in_bytes") / 1024)) >>"$tmp/$name.peak"
    else
        echo $(($(sed -n 's/^usage_usec //p' "${dirs[0]}/cpu.stat") / pcs)) >>"$tmp/$name.cpu"
        echo $(($(cat "${dirs[0]}/memory.peak") / 1024)) >>"$tmp/$name.peak"
    fi
    leave
    got=$(find "$tmp/$name.out" "$tmp/results" "$tmp/state/fleet/hosts" -type f -newer "$tmp/began" -exec grep -hc 'avswap\.facts/1' {} + |
        awk '{ n += $1 } END { print n + 0 }')
    [ "$got" -eq "$pcs" ] || { tail -n 5 "$tmp/$name.err" >&2; die "$name brought the facts of $got PCs, not of $pcs"; }
    rm -rf "$tmp/results"
    mkdir "$tmp/results"
    sleep 0.02
    touch "$tmp/began"
}

median() { sort -n "$tmp/$1" | sed -n "$(((($(wc -l <"$tmp/$1")) + 1) / 2))p"; }

# config FILE KEX_LINE...: the same settings for all clients.
config() {
    local file=$1
    shift
    printf '%s\n' 'Host *' '  User root' "  IdentityFile $dir/key" '  IdentitiesOnly yes' '  BatchMode yes' \
        "  UserKnownHostsFile $tmp/known_hosts" '  StrictHostKeyChecking yes' '  ConnectTimeout 10' '  LogLevel ERROR' "$@" >"$file"
}

by_avswap() { metered "$1" "$hosts" "$BUILD/avswap-fleet" detect --state "$tmp/state" --workers "$tmp/workers" --at-once "$at_once" "${ours[@]}"; }

# by_ssh NAME BYTES COMMAND
by_ssh() {
    # shellcheck disable=SC2016
    metered "$1" "$hosts" xargs -a "$tmp/addresses" -P "$at_once" -I{} sh -c \
        'exec ssh -T -F "$1" "$0" "$2" <"$3" >"$4/$0"' {} "$cfg" "$3" "$2" "$tmp/results"
}

by_clush() { # NAME BEFORE
    # shellcheck disable=SC2016
    metered "$1" "$hosts" sh -c 'c="clush -q -S -f $1 -l root -w $2"; [ "$7" = no ] || $c -o "-F $3" -c "$4" --dest "$5"; $c -o "-F $3" "$5 visit" <"$6"' \
        sh "$at_once" "$(paste -sd, "$tmp/addresses")" "$cfg" "$tmp/workers/avswap-linux-x86_64" "$there" "$tmp/request" "$2"
}

by_ansible() {
    metered "$1" "$ansible_hosts" env ANSIBLE_SSH_ARGS="-F $cfg -o ControlMaster=auto -o ControlPersist=60s -o ControlPath=$tmp/m-%C" ANSIBLE_PIPELINING=True \
        ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3 ANSIBLE_FORKS="$at_once" ANSIBLE_CALLBACKS_ENABLED=tree ANSIBLE_CALLBACK_TREE_DIR="$tmp/results" \
        ansible-playbook -i "$tmp/some" -e "worker=$tmp/workers/avswap-linux-x86_64 there=$there request=$tmp/request" tests/bench/visits.yml
}

# begin KEX ROUND: another worker each time, so that it is nowhere yet.
begin() {
    cfg=$tmp/$1.conf there=/root/avswap-$1-$2
    cp "$BUILD/portable/avswap" "$tmp/workers/avswap-linux-x86_64"
    printf '%s %s' "$1" "$2" >>"$tmp/workers/avswap-linux-x86_64"
    cat "$tmp/workers/avswap-linux-x86_64" "$tmp/request" >"$tmp/bytes"
    ours=(--ssh-config "$tmp/default.conf")
    [ "$1" = default ] || ours+=(--kex "$1")
}

turn() { # KEX ROUND
    begin "$1" "$2"
    by_avswap "$1-push-avswap"
    by_ssh "$1-push-ssh" "$tmp/bytes" "head -c $(stat -c %s "$tmp/workers/avswap-linux-x86_64") >$there && chmod 700 $there && exec $there visit"
    by_clush "$1-push-clush" yes
    by_avswap "$1-visit-avswap"
    by_ssh "$1-visit-ssh" "$tmp/request" "exec $there visit"
    by_clush "$1-visit-clush" no
    echo "visits: $1, turn $2 of $rounds, load $(cut -d' ' -f1 /proc/loadavg)" >&2
}

# against KEX WHAT PEER TARGET
against() { line "fleet-$2-$1-cpu-for-each-pc-vs-$3" "$(median "$1-$2-avswap.cpu")" "$(median "$1-$2-$3.cpu")" "$4" ms 1000; }

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
dir=$($lab dir)
mkdir "$tmp/workers" "$tmp/results"
$lab list | awk '{ print $NF }' >"$tmp/addresses"
head -n "$ansible_hosts" "$tmp/addresses" >"$tmp/some"
cp "$dir/known_hosts" "$tmp/known_hosts"
config "$tmp/default.conf"
config "$tmp/curve25519.conf" '  KexAlgorithms curve25519-sha256'
ask='{"schema":"avswap.visit/1","do":"detect"}'
printf '#avswap request %d\n%s\n' "${#ask}" "$ask" >"$tmp/request"
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
        line "fleet-$what-$kex-peak-vs-150-mib" "$(sort -n "$tmp/$kex-$what-avswap.peak" | tail -n 1)" $((150 * 1024)) 1 MiB 1024
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
