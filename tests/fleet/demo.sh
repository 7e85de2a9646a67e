#!/bin/bash
# demo.sh: the fleet of 20 throw-away PCs in twenty/ is moved in a canary and two waves, through all that happens to fleets.
# Then every PC is looked at from inside. Ends with: fleet: 20 hosts, done D, rolled back R, refused F, waiting W, unprotected 0
FLEET_NAME=fleetdemo
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$here/pcs.sh"
began=$SECONDS bad=0

wrong() { printf '   %s\n' "$*" >&2; bad=$((bad + 1)); }
look_at_all() {
	local h said
	for h in $all; do
		said=$(fleet_look "$h" 2>&1) || wrong "$h: not $(awk -v h="$h" '$1 == h { print $4 }' <<<"$table"): $(tail -n 2 <<<"$said" | tr '\n' ' ')"
		said=$(journals_same "$h" 2>&1) || wrong "$h: not all is here: $said"
	done
}

title 'A fleet of 20 PCs'
fleet_prepare
workers
fleet_take twenty
echo '   PC    BEFORE    ACCIDENT     AT THE END'
awk '$2 $3 $4 != "sysv-moved" { print "   " $0; n++ } END { printf "   and %d ordinary ones, to be moved\n", NR - n }' <<<"$table"
printf '\n   Making them, with stand-ins for Kaspersky (about half a minute) ...\n'
fleet_make
printf '   %s\n' "$(tail -n 1 "$out/import.txt")"

title "The rollout ($((SECONDS - began)) s for making the fleet)"
accidents_begin
COLUMNS=77 fleet_run --patience 20 2>&1 | tee "$told" | sed -u 's/^/   /'
status=${PIPESTATUS[0]}
accidents_end

title 'How it stands'
fleet status --verbose

title 'Looked at from inside'
look_at_all
line=$(grep '^fleet: ' "$told")
[ "$status" = 9 ] || wrong "avswap fleet run ended with $status, not 9 (some PCs are not done)"
[ "$line" = "$(want_line)" ] || wrong "it says:  $line; expected: $(want_line)"
[ "$bad" = 0 ] || { keep_evidence; die "$bad things are not as they should be; all is kept in $out"; }
echo "   all 20 are as they should be, after $((SECONDS - began)) s"
echo
echo "$line"
