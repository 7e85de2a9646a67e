#!/bin/bash
# kill.sh [--demo] [KILLS [SEED]]: avswap fleet run is killed with -9 at random moments and started again by the same command, until
# the rollout has come as far as it can; then with new PCs, until it was killed so often. --demo: the 20 PCs of demo.sh with all that
# befalls them, else six to which nothing happens. Every PC must have become what it should, exactly once, and all that it wrote must
# be on the jump host. A round in which that is not so is the last one, and everything of it is kept.
#
# Ends with: fleet-kill: K kills, H hosts, W wrong, L lost
fleet=six longest=4600
if [ "${1:-}" = --demo ]; then fleet=twenty longest=17000; shift; fi
FLEET_NAME=fleetkill
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$here/pcs.sh"
kills=${1:-50} seed=${2:-20261123}
round_longest=1500 # seconds
done_kills=0 hosts=0 wrong=0 lost=0 round=0

# run_once [MS]: after so many milliseconds of its own it is killed. True when it had to be.
run_once() {
	local pid
	as=exec fleet_run --patience 10 >>"$told" 2>&1 & pid=$!
	if [ -n "${1:-}" ]; then
		until [ "/proc/$pid/exe" -ef "$BUILD/avswap-fleet" ] || [ ! -e "/proc/$pid/fd" ]; do sleep 0.002; done
		sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"
		kill -9 "$pid" 2>/dev/null
	fi
	wait "$pid" 2>/dev/null; status=$?
	echo "-- ${1:+after $1 ms at most: }$status" >>"$told"
	[ "$status" = 137 ]
}
# One in three in the first second: while the store is opened and read, and PCs are asked again; the rest anywhere in what it does.
moment() { echo $(($1 % 3 ? 1000 + $2 * (longest - 1000) / 32767 : $2 * 1000 / 32767)); }

# As far as it can come: it left by itself, and nobody else waits than those at whom a person must look.
one_round() {
	local end=$((SECONDS + round_longest))
	rm -rf "$state" "$told"
	fleet_make
	accidents_begin
	RANDOM=$((seed + round - 1))
	while ((SECONDS < end)); do
		if ((done_kills < kills)) && run_once "$(moment $RANDOM $RANDOM)"; then
			done_kills=$((done_kills + 1))
			continue
		fi
		((done_kills < kills)) || run_once
		((status == 0 || status == 9)) || break
		[[ $(grep '^fleet: ' "$told" | tail -n 1) != *" waiting $(count_those 4 held),"* ]] || break
	done
	accidents_end
}

look_at_round() {
	local h said line
	for h in $all; do
		hosts=$((hosts + 1))
		said=$(fleet_look "$h" 2>&1) || { echo "   $h: $said" >&2; wrong=$((wrong + 1)); }
		said=$(journals_same "$h" 2>&1) || { echo "   $h: not all is here: $said" >&2; lost=$((lost + 1)); }
	done
	line=$(grep '^fleet: ' "$told" | tail -n 1)
	[ "$line" = "$(want_line)" ] || { echo "   the run says '$line'" >&2; wrong=$((wrong + 1)); }
	((status == 0 || status == 9)) || { echo "   it ended by itself with $status" >&2; wrong=$((wrong + 1)); }
}

fleet_prepare
workers
fleet_take "$fleet"
while ((done_kills < kills && wrong + lost == 0)); do
	round=$((round + 1)) before=$done_kills began=$SECONDS
	one_round
	look_at_round
	echo "   round $round: $((done_kills - before)) kills in $((SECONDS - began)) s, $done_kills so far"
	((done_kills > before)) || die 'a round without a kill'
	((wrong + lost)) || ((done_kills >= kills)) || "$lab" down
done
((wrong + lost == 0)) || { keep_evidence; echo "fleet-kill: seed $seed, round $round failed; everything of it is kept in $out" >&2; }
echo "fleet-kill: $done_kills kills, $hosts hosts, $wrong wrong, $lost lost"
((wrong + lost == 0))
