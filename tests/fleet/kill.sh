#!/bin/bash
# kill.sh [KILLS [SEED]]: avswap fleet run is killed with -9 at random moments and started again, until the rollout has ended; then with new
# PCs, until it was killed so often. Every PC must have been moved exactly once, and all that it wrote must be on the jump host.
#
# Ends with: fleet-kill: K kills, H hosts, W wrong, L lost
FLEET_NAME=fleetkill
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
kills=${1:-50} seed=${2:-20261123}
names=(pc1 pc2 pc3 pc4 pc5 pc6)
done_kills=0 hosts=0 wrong=0 lost=0 round=0
RANDOM=$seed

new_pcs() {
	rm -rf "$state"
	if ((round > 1)); then
		for h in "${names[@]}"; do "$lab" off "$h"; done
		each like_golden "${names[@]}"
	fi
	each switch_on "${names[@]}" || die 'a PC does not boot'
	printf '%s\n' "${names[@]}" | fleet hosts import - >/dev/null || die 'the inventory was not taken in'
}

# run_killed MS: true when it had to be killed.
run_killed() {
	local pid status
	fleet_exec >>"$out/round$round.txt" 2>&1 & pid=$!
	sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"
	kill -9 "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null; status=$?
	echo "-- after $1 ms: $status" >>"$out/round$round.txt"
	[ "$status" = 137 ]
}
# The process itself, not a shell around it: that is what must die.
fleet_exec() {
	exec "$lab" jump "$BUILD/avswap-fleet" run --rollout "$out/rollout.json" --policy "$out/policy.json" --yes \
		--ssh-config "$("$lab" dir)/ssh_config" --workers "$out/workers" --state "$state" --patience 60
}

one_round() {
	new_pcs
	# A third of them while it begins; the rest spread over all that it does.
	while ((done_kills < kills)); do
		run_killed $((RANDOM % 3 ? 600 + RANDOM % 4000 : 30 + RANDOM % 600)) || break
		done_kills=$((done_kills + 1))
	done
	fleet_run --patience 60 >>"$out/round$round.txt" 2>&1
}

# kept_whole HOST: the jump host has the journal and the outcome, byte by byte.
kept_whole() {
	local mine its
	mine=$(echo "$state"/fleet/hosts/"$1".*/runs/*/) its=$(echo "$(upper "$1")"/var/lib/avswap/runs/*/)
	cmp "$mine/journal.jsonl" "$its/journal.jsonl" && [ -s "$mine/outcome.json" ]
}
# once HOST: one run folder, one run, one migration, and it is what it should be.
once() {
	local removed
	[ "$(runs "$1")" = 1 ] || { echo "$(runs "$1") runs"; return 1; }
	[ "$(records "$1" run)" = 1 ] && [ "$(records "$1" finish)" = 1 ] || { echo 'not one run with one end in its journal'; return 1; }
	removed=$(grep -c ' remove kesl:' "$(upper "$1")/var/log/dpkg.log")
	[ "$removed" = 1 ] || { echo "kesl was removed $removed times"; return 1; }
	guest "$1" moved
}
look_at_round() {
	local h said line want="fleet: ${#names[@]} hosts, done ${#names[@]}, rolled back 0, refused 0, waiting 0, unprotected 0"
	hosts=$((hosts + ${#names[@]}))
	for h in "${names[@]}"; do
		said=$(once "$h" 2>&1) || { echo "   $h: $said" >&2; wrong=$((wrong + 1)); }
		said=$(kept_whole "$h" 2>&1) || { echo "   $h: not all is here: $said" >&2; lost=$((lost + 1)); }
	done
	line=$(grep '^fleet: ' "$out/round$round.txt" | tail -n 1)
	[ "$line" = "$want" ] || { echo "   the run says '$line'" >&2; wrong=$((wrong + 1)); }
	! grep -i 'not found' "$out/round$round.txt" >&2 || wrong=$((wrong + 1))
	echo "   round $round: $done_kills kills so far"
}

fleet_prepare
workers
echo '{"schema": "avswap.policy/1", "eicar": true, "vars": {"database_dir": "/root/database"}}' >"$out/policy.json"
echo '{"schema": "avswap.rollout/1", "ask_s": 1, "at_work": 6, "waves": [{"name": "canary", "hosts": ["pc1"], "budget": 1, "soak_s": 1},
	{"name": "all", "percent": 100, "budget": 6}]}' >"$out/rollout.json"
pcs "${names[@]}" || die 'the PCs could not be made'
while ((done_kills < kills)); do
	round=$((round + 1)) before=$done_kills
	one_round
	look_at_round
	((done_kills > before)) || die 'a round without a kill'
done
echo "fleet-kill: $done_kills kills, $hosts hosts, $wrong wrong, $lost lost"
((wrong + lost == 0)) || { echo "fleet-kill: all is kept in $out (seed $seed)" >&2; exit 1; }
