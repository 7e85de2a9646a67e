#!/bin/bash
# attach.sh: a run that this jump host did not begin is followed to its end: one that another jump host began and lost, and one that somebody
# began at the PC. Each PC is moved once, by that run; all that it wrote is on the jump host that followed, and the first one, back again,
# finds all as it should be. One of them is reached as an ordinary user by sudo.
#
# Ends with: fleet-attach: N passed, N failed
FLEET_NAME=fleetattach
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
names=(pc1 pc2)

ended_well() { grep '^fleet: 2 hosts, done 2, rolled back 0, refused 0, waiting 0, unprotected 0' "$1" >/dev/null || tail -n 3 "$1" | grep .; }
# kept_whole HOST: its one run, byte by byte; the second jump host has one more of its own, which never began.
kept_whole() {
	local its mine
	its=$(echo "$(upper "$1")"/var/lib/avswap/runs/*/) mine=$(echo "$state/fleet/hosts/$1".*/runs/"$(basename "$its")")
	cmp "$its/journal.jsonl" "$mine/journal.jsonl" && [ -s "$mine/outcome.json" ]
}
follows() { grep "$1.*begun from elsewhere" "$2" >/dev/null || { echo "$2 does not say so"; return 1; }; }
import() { printf '%s\n' name,user,become pc1,, pc2,ops,yes | fleet hosts import - >/dev/null || die 'the inventory was not taken in'; }
as() { state=$out/$1; } # JUMP-HOST

fleet_prepare
workers
echo '{"schema": "avswap.policy/1", "eicar": true, "vars": {"database_dir": "/root/database"}}' >"$out/policy.json"
echo '{"schema": "avswap.rollout/1", "ask_s": 1, "at_work": 2, "waves": [{"name": "all", "percent": 100, "budget": 2}]}' >"$out/rollout.json"
cp "$BUILD/portable/avswap" "$out/policy.json" "$out/tree/root/"
pcs "${names[@]}" || die 'the PCs could not be made'
each switch_on "${names[@]}" || die 'a PC does not boot'

"$lab" in pc2 bash -c 'apt-get update && apt-get install -y --no-install-recommends sudo && useradd -m -p '\''*'\'' ops && mkdir -m 700 ~ops/.ssh &&
	cp /root/.ssh/authorized_keys ~ops/.ssh/ && chown -R ops: ~ops/.ssh' >"$out/hosts/pc2.sudo" 2>&1 || die "pc2 has no sudo: $(tail -n 1 "$out/hosts/pc2.sudo")"

as first
import
fleet detect --ssh-config "$("$lab" dir)/ssh_config" --workers "$out/workers" >"$out/detect.txt" 2>&1
check 'who may not use sudo is told so' grep 'pc2 .*not allowed to become root with sudo' "$out/detect.txt"
"$lab" in pc2 bash -c 'echo "ops ALL=(root) NOPASSWD: ALL" >/etc/sudoers.d/ops'
(exec "$lab" jump "$BUILD/avswap-fleet" run pc1 --rollout "$out/rollout.json" --policy "$out/policy.json" --yes \
	--ssh-config "$("$lab" dir)/ssh_config" --workers "$out/workers" --state "$state") >"$out/first.txt" 2>&1 & pid=$!
for _ in $(seq 600); do [ "$(runs pc1)" = 1 ] && [ "$(records pc1 run)" = 1 ] && break; sleep 0.05; done
kill -9 "$pid"
wait "$pid" 2>/dev/null
{ "$lab" in pc2 /root/avswap plan --policy /root/policy.json -o /root/plan.json && "$lab" in pc2 /root/avswap run /root/plan.json --yes --detach; } \
	>"$out/pc2.txt" 2>&1 || die "pc2 did not begin: $(tail -n 1 "$out/pc2.txt")"

as second
import
fleet_run >"$out/second.txt" 2>&1
check 'the second jump host says that both are done' ended_well "$out/second.txt"
for h in "${names[@]}"; do
	check "it followed the run of $h" follows "$h" "$out/second.txt"
	check "$h was moved once, by the run it had begun" moved "$h"
	check "what $h wrote is all on the second jump host" kept_whole "$h"
done
as first
fleet_run >"$out/again.txt" 2>&1
check 'the first one has what it had begun, too' kept_whole pc1
check 'and pc1 was moved once' moved pc1
echo "fleet-attach: $passed passed, $failed failed"
[ "$failed" = 0 ]
