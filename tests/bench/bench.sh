#!/bin/bash
# bench.sh: figures against peers, all measured in one run. One line a figure:
#   bench NAME ours=N peer=N ratio=R target=T unit=U [MISSED]
# Exits non-zero only when something could not be measured.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
detect=("$BUILD/avswap" detect --json)

# against NAME ROUNDS CPU_TARGET WALL_TARGET COMMAND...: `detect` and the peer take turns.
against() {
    local name=$1 rounds=$2 cpu_target=$3 wall_target=$4 cpu wall status peer_cpu peer_wall peer_status
    shift 4
    "$out/interleave" "$rounds" "${detect[@]}" -- "$@" >"$out/turns" 2>"$out/turns.err" || { cat "$out/turns.err" >&2; die "detect against $name could not be measured"; }
    { read -r cpu wall status && read -r peer_cpu peer_wall peer_status; } <"$out/turns"
    # 3: products that must go are here. That is an answer, too.
    [ "$status" = 0 ] || [ "$status" = 3 ] || die "${detect[*]} ended with status $status"
    [ "$peer_status" = 0 ] || { tail -n 20 "$out/turns.err" >&2; die "$* ended with status $peer_status"; }
    line "detect-cpu-vs-$name" "$cpu" "$peer_cpu" "$cpu_target" ms 1000
    line "detect-wall-vs-$name" "$wall" "$peer_wall" "$wall_target" ms 1000
}

against dpkg-query "${ROUNDS:-100}" 2 2 dpkg-query -W
export ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_INVENTORY_UNPARSED_WARNING=false
against ansible-package-and-service-facts "${ANSIBLE_ROUNDS:-5}" 0.05 0.05 ansible-playbook tests/bench/facts.yml

"$out/journal" "$out" "${APPENDS:-2000}" >"$out/appends" || die 'journal appends could not be measured'
read -r ours peer <"$out/appends"
line journal-append-vs-write-and-fdatasync "$ours" "$peer" 1.3 us 1

tests/bench/gap.sh
tests/bench/fleet.sh
tests/bench/runs.sh
tests/bench/visits.sh
