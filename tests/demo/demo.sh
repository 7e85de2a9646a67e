#!/bin/bash
# demo.sh: three migrations on throw-away hosts, with stand-ins for Kaspersky's Linux products and the real ClamAV.
#
#   1. an installation that fails after the old product is gone: the old product comes back
#   2. a power cut in the middle of the removal: the run goes on after the boot
#   3. a migration from beginning to end, with an EICAR file blocked by the new engine
#
# Ends with one line: demo: migrated, unprotected N.N s, EICAR blocked by <engine>
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export BUILD=${BUILD:-build} LAB_ID=demo$$ LAB_OWNER=$$
lab=tests/lab/lab
out=$BUILD/demo
rm -rf "$out"
mkdir -p "$out/catalog"
trap '$lab down >/dev/null 2>&1 || true' EXIT

title() { printf '\n== %s\n\n' "$*"; }
say() { printf '   %s\n' "$*"; }
die() { printf 'demo: FAILED: %s\n' "$*" >&2; exit 1; }

# host NAME INIT: a PC with the stand-ins installed by dpkg, an offline signature database and policies.
host() {
    local p
    $lab up "$1" --init "$2"
    $lab wait "$1" >/dev/null
    $lab put "$1" "$BUILD/avswap" /usr/sbin/avswap
    for p in "$BUILD"/products/{kesl,kesl-gui,klnagent64}_*.deb; do $lab put "$1" "$p" /root/; done
    $lab put "$1" tests/demo/host.sh /root/host.sh
    $lab in "$1" bash /root/host.sh >"$out/$1.setup" 2>&1 || die "host $1 could not be set up, see $out/$1.setup"
}

# newest NAME FILE: a file of the host's newest run.
newest() { $lab in "$1" sh -c "cat \"\$(ls -td /var/lib/avswap/runs/*/ | head -n 1)$2\""; }
# value FILE KEY: a top-level value of a pretty-printed document.
value() { sed -n "s/^ \"$2\": \"\\{0,1\\}\\([^\",]*\\).*/\\1/p" "$1"; }
seconds() { awk -v ms="$(value "$1" unprotected_ms)" 'BEGIN { printf "%.1f", ms / 1000 }'; }
gone() { ! $lab in "$1" sh -c "dpkg-query -W -f '\${db:Status-Status}\\n' kesl kesl-gui klnagent64 2>/dev/null | grep -qx installed"; }

cp -r vendors playbooks "$out/catalog"
cp -r tests/products/catalog/vendors "$out/catalog"

title 'A PC with Kaspersky products (stand-ins with the real names, installed by dpkg)'
host pc1 sysv
$lab in pc1 avswap detect || [ $? -eq 3 ] || die 'detect'

title '1. The installation fails after the old product is gone'
say 'A replacement that cannot be installed beside another product, from a package whose installation script fails:'
$lab put pc1 "$BUILD/products/standin-av_1.0_amd64.deb" /root/
$lab put pc1 "$out/catalog" /root/catalog
status=0
$lab in pc1 avswap migrate --catalog /root/catalog --policy /root/broken.json --yes >"$out/pc1.txt" 2>&1 || status=$?
sed -n '/^● protected/,/^● the run is over/p' "$out/pc1.txt"
[ "$status" -eq 5 ] || { tail -n 30 "$out/pc1.txt"; die "expected exit status 5 (rolled back, protected), got $status"; }
newest pc1 outcome.json >"$out/pc1.json"
$lab in pc1 kesl-control --app-info >/dev/null || die 'the old product does not run again'
$lab in pc1 try-eicar /var/tmp || die 'the restored product does not protect'
say "rolled back and protected by the old product again after $(seconds "$out/pc1.json") s; exit status $status"
$lab down pc1

title '2. Power cut in the middle of the removal'
host pc2 sysv
$lab in pc2 avswap plan --policy /root/policy.json -o /root/plan.json >"$out/pc2.plan"
$lab in pc2 cat /root/plan.json >"$out/pc2.plan.json"
remove=$(awk -F'"' '/"id": "s[0-9]/ { id = $4 } /"verb": "package.remove"/ { v = id } /"names": \[/ { n = 1 } n && v == id && /"kesl"/ { print v; exit } /\]/ { n = 0 }' "$out/pc2.plan.json")
[ -n "$remove" ] || die 'the plan has no step that removes kesl'
$lab in pc2 avswap run /root/plan.json --detach --yes >/dev/null
old=$($lab bootid pc2)
$lab in pc2 sh -c "i=0; until grep -q '\"begin\",\"step\":\"$remove\"' /var/lib/avswap/runs/*/journal.jsonl 2>/dev/null; do
    i=\$((i + 1)); [ \$i -lt 3000 ] || exit 1; sleep 0.02; done" || die "the removal ($remove) did not begin"
$lab cut pc2
$lab wait pc2 60 "$old" >/dev/null
say "power cut while step $remove (removal of kesl) was at work; the PC has booted again and goes on by itself"
$lab in pc2 sh -c 'i=0; until [ -e /var/lib/avswap/runs/*/outcome.json ] && grep -q "\"kind\":\"finish\"" /var/lib/avswap/runs/*/journal.jsonl; do
    i=$((i + 1)); [ $i -lt 1200 ] || exit 1; sleep 0.1; done' || die 'the run did not go on after the boot'
sleep 1
newest pc2 outcome.json >"$out/pc2.json"
[ "$(value "$out/pc2.json" result)" = migrated ] || { $lab in pc2 avswap report; die 'the interrupted run did not end in a migration'; }
gone pc2 || die 'old packages are left'
$lab in pc2 try-eicar /var/tmp || die 'the new product does not protect'
say "migrated after $(value "$out/pc2.json" reboots) power cut, unprotected $(seconds "$out/pc2.json") s in all, the time without power included"
$lab down pc2

title '3. A migration from beginning to end'
host pc3 sysv
status=0
$lab in pc3 avswap migrate --policy /root/policy.json --yes 2>"$out/pc3.err" | tee "$out/pc3.txt" | sed -n '/^● protected/,/^● the run is over/p' || status=$?
newest pc3 outcome.json >"$out/pc3.json"
[ "$(value "$out/pc3.json" exit)" = 0 ] || { cat "$out/pc3.txt" "$out/pc3.err"; die 'the migration did not succeed'; }
gone pc3 || die 'old packages are left'
$lab in pc3 try-eicar /var/tmp || die 'the new product does not protect'
engine=$(value "$out/pc3.json" eicar)
[ "${engine#blocked by }" != "$engine" ] || die "EICAR: $engine"
echo
echo "demo: migrated, unprotected $(seconds "$out/pc3.json") s, EICAR $engine"
