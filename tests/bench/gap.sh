#!/bin/bash
# gap.sh: seconds without protection: avswap's migration against the same steps as an Ansible playbook, on two equal lab
# hosts with the same link, watched by the same witness. Prints bench lines.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export BUILD=${BUILD:-build} LAB_ID=bench$$ LAB_OWNER=$$
lab=tests/lab/lab
out=$BUILD/bench
rate=${RATE:-20000} # kbit/s
mkdir -p "$out"
trap '$lab down >/dev/null 2>&1 || true' EXIT
die() { echo "bench: $*" >&2; exit 1; }

host() {
    local p
    $lab up "$1" --init sysv
    $lab wait "$1" >/dev/null
    $lab put "$1" "$BUILD/avswap" /usr/sbin/avswap
    $lab put "$1" "$out/witness" /root/witness
    for p in "$BUILD"/products/{kesl,kesl-gui,klnagent64}_*.deb; do $lab put "$1" "$p" /root/; done
    $lab put "$1" tests/demo/host.sh /root/host.sh
    $lab in "$1" bash /root/host.sh >"$out/$1.setup" 2>&1 || die "host $1: see $out/$1.setup"
    $lab rate "$1" "$rate" 2>/dev/null || echo "bench: this kernel cannot limit a link; both hosts run unlimited" >&2
}

watch() { $lab in "$1" sh -c 'setsid /root/witness /root/gap </dev/null >/dev/null 2>&1 & echo $! >/root/witness.pid; sleep 0.2'; }
seen() { $lab in "$1" sh -c 'kill $(cat /root/witness.pid); i=0; until [ -s /root/gap ]; do sleep 0.1; i=$((i + 1)); [ $i -lt 50 ] || exit 1; done; cat /root/gap'; }

# The files that avswap's manifest writes on a host without systemd, for the playbook to copy.
settings() {
    python3 - "$out/settings" <<'P'
import json, os, sys
folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
product = json.load(open("vendors/clamav/clamav.json"))
rows = []
for step in product["install"]["steps"]:
    path = step["args"].get("path", "")
    if step["verb"] != "file.write" or "systemd" in path or "apparmor" in path:
        continue
    name = path.strip("/").replace("/", "_")
    with open(os.path.join(folder, name), "w") as f:
        f.write("\n".join(step["args"]["lines"]) + "\n")
    rows.append({"name": name, "dest": path, "mode": step["args"].get("mode", "0644")})
json.dump({"files": os.path.abspath(folder), "settings": rows}, open(os.path.join(folder, "vars.json"), "w"))
P
}

line() { awk -v n="$1" -v a="$2" -v b="$3" -v t="$4" -v u="$5" 'BEGIN { r = b > 0 ? a / b : 999; printf "bench %s ours=%s peer=%s ratio=%.2f target=%s unit=%s%s\n", n, a, b, r, t, u, r <= t ? "" : " MISSED" }'; }

settings
host ours
host peer

watch ours
$lab in ours avswap migrate --policy /root/policy.json --yes >"$out/ours.txt" 2>&1 || { tail -n 20 "$out/ours.txt"; die 'the migration failed'; }
ours=$(seen ours)
ledger=$($lab in ours sh -c 'cat /var/lib/avswap/runs/*/outcome.json' | sed -n 's/^ "unprotected_ms": \([0-9]*\).*/\1/p')

dir=$($lab dir)
watch peer
$lab jump env ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_HOST_KEY_CHECKING=True ANSIBLE_SSH_ARGS="-F $dir/ssh_config -o ControlMaster=auto -o ControlPersist=60s -o ControlPath=$dir/cm-%C" \
    ANSIBLE_PIPELINING=True ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3 \
    ansible-playbook -i peer, -e "@$out/settings/vars.json" tests/bench/gap.yml >"$out/peer.txt" 2>&1 || { tail -n 20 "$out/peer.txt"; die 'the playbook failed'; }
$lab in peer sh -c 'i=0; until ls -l /proc/[0-9]*/fd 2>/dev/null | grep -q fanotify; do sleep 0.1; i=$((i + 1)); [ $i -lt 600 ] || exit 1; done' || die 'the playbook left the host unprotected'
sleep 0.5
peer=$(seen peer)
$lab in peer try-eicar /var/tmp >/dev/null || die 'the playbook left a host that does not block'

line unprotected-vs-ansible "$(awk -v v="$ours" 'BEGIN { print v / 1000 }')" "$(awk -v v="$peer" 'BEGIN { print v / 1000 }')" 0.50 s
# Our own ledger may never show less than the witness saw.
line witness-vs-ledger "$ours" "$ledger" 1.00 ms
