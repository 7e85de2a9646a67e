#!/bin/bash
# bench.sh: figures against peers, measured in one run. One line a figure:
#   bench NAME ours=N peer=N ratio=R target=T unit=U [MISSED]
# Exits non-zero only when something could not be measured.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export BUILD=${BUILD:-build}
out=$BUILD/bench
rounds=${ROUNDS:-40}
mkdir -p "$out"

line() { awk -v n="$1" -v a="$2" -v b="$3" -v t="$4" -v u="$5" 'BEGIN { r = b > 0 ? a / b : 999; printf "bench %s ours=%.2f peer=%.2f ratio=%.3f target=%s unit=%s%s\n", n, a, b, r, t, u, r <= t ? "" : " MISSED" }'; }
ms() { awk -v v="$1" 'BEGIN { print v / 1000 }'; }

# detect --json also tells by its status (3) that something must go: here nothing does.
mapfile -t rows < <("$out/interleave" "$rounds" "$BUILD/avswap" detect --json -- dpkg-query -W)
read -r cpu wall _ <<<"${rows[0]}"
read -r peer_cpu peer_wall _ <<<"${rows[1]}"
line detect-cpu-vs-dpkg-query "$(ms "$cpu")" "$(ms "$peer_cpu")" 2.00 ms
line detect-wall-vs-dpkg-query "$(ms "$wall")" "$(ms "$peer_wall")" 2.00 ms

mapfile -t rows < <(ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_INVENTORY_UNPARSED_WARNING=false \
    "$out/interleave" 4 "$BUILD/avswap" detect --json -- ansible-playbook tests/bench/facts.yml)
read -r cpu _ _ <<<"${rows[0]}"
read -r peer_cpu _ status <<<"${rows[1]}"
[ "${status:-1}" = 0 ] || { echo "bench: ansible-playbook failed" >&2; exit 1; }
line detect-cpu-vs-ansible-package-and-service-facts "$(ms "$cpu")" "$(ms "$peer_cpu")" 0.05 ms

read -r ours peer <<<"$("$out/journal" "$out" "${APPENDS:-2000}")"
line journal-append-vs-append-fdatasync "$ours" "$peer" 1.30 us

tests/bench/gap.sh
