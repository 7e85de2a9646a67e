#!/bin/bash
# demo.sh: a fleet of 20 throw-away PCs is moved in a canary and two waves, through all that happens to fleets:
#
#   pc02 pc03  boot with systemd                  pc07  loses power in mid-removal
#   pc04       has nothing of Kaspersky           pc08  its installation fails after the old product is gone
#   pc05       is switched off and comes back     pc09  answers with another host key
#   pc06       its link drops in mid-removal      pc10  Kaspersky's own policy refuses the removal
#
# Then every PC is looked at from inside. Ends with: fleet: 20 hosts, done D, rolled back R, refused F, waiting W, unprotected 0
FLEET_NAME=fleetdemo
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
want='fleet: 20 hosts, done 17, rolled back 1, refused 1, waiting 1, unprotected 0'
all=$(printf 'pc%02d ' {1..20})
began=$SECONDS

# in_removal HOST COMMAND...: COMMAND when dpkg removes kesl there; the PC's own log says so.
in_removal() {
	local log end=$((SECONDS + 600))
	log=$(upper "$1")/var/log/dpkg.log
	until grep -qs ' remove kesl:' "$log"; do
		((SECONDS < end)) || return 1
		sleep 0.02
	done
	date -u +%FT%TZ >"$out/hosts/$1.removal"
	"${@:2}"
}
link_drops() { "$lab" drop pc06; sleep 12; "$lab" undrop pc06; echo done >"$out/hosts/pc06.did"; }
power_fails() { "$lab" cut pc07 && echo done >"$out/hosts/pc07.did"; }
# It is switched on when it has been missed.
comes_back() {
	local end=$((SECONDS + 600))
	until grep -qs '^pc05 .*unreachable' "$out/run.txt"; do
		((SECONDS < end)) || return 1
		sleep 1
	done
	"$lab" on pc05 && echo done >"$out/hosts/pc05.did"
}

make_fleet() {
	local h
	fleet_prepare
	workers
	pcs $(printf 'pc%02d ' 1 {5..20}) || die 'the PCs could not be made'
	each 'f() { pc $1 systemd; }; f' pc02 pc03 || die 'the PCs with systemd could not be made'
	"$lab" up pc04 && "$lab" put pc04 "$out/tree" / || die 'pc04 could not be made'
	rm -f "$(upper pc09)"/etc/ssh/ssh_host_ed25519_key*
	ssh-keygen -q -t ed25519 -N '' -f "$(upper pc09)/etc/ssh/ssh_host_ed25519_key"
	mkdir -p "$(upper pc10)/etc/avswap-standin"
	echo refuse-removal >"$(upper pc10)/etc/avswap-standin/switches"
	each switch_on $(printf 'pc%02d ' 1 {6..20}) || die 'a PC does not boot'
	for h in 04 08 09 10; do guest "pc$h" packages >"$out/hosts/pc$h.before"; done
	for h in 01 02 03 08 09 10; do guest "pc$h" kept >"$out/hosts/pc$h.kept" 2>&1 || die "pc$h is not as it should be before: $(cat "$out/hosts/pc$h.kept")"; done
}

write_documents() {
	printf '%s\n' '[canary]' pc01 pc02 '' '[first]' 'pc[03:11]' '' '[second]' 'pc[12:20]' '' '[fleet:children]' canary first second \
		>"$out/inventory.ini"
	cat >"$out/rollout.json" <<-J
		{"schema": "avswap.rollout/1", "ask_s": 3, "at_work": 5, "waves": [
		  {"name": "canary", "hosts": ["@canary"], "budget": 2, "soak_s": 3},
		  {"name": "first", "hosts": ["@first"], "budget": 6, "soak_s": 3},
		  {"name": "second", "hosts": ["@second"], "budget": 6}]}
	J
	cat >"$out/policy.json" <<-J
		{"schema": "avswap.policy/1", "eicar": true, "vars": {"database_dir": "/root/database"}, "forbid": ["standin"],
		 "groups": [{"name": "broken", "hosts": ["pc08"], "set": {"allow": ["standin"], "forbid": [],
		   "vars": {"standin_installer": "/root/standin-av_1.0_amd64.deb"}}}]}
	J
}

bad=0
# holds HOST TEXT COMMAND...
holds() {
	local said
	said=$("${@:3}" 2>&1) && return
	printf '   %s: not %s: %s\n' "$1" "$2" "$(tail -n 2 <<<"$said" | tr '\n' ' ')" >&2
	bad=$((bad + 1))
}
count_is() { local n; n=$("${@:2}"); [ "$n" = "$1" ] || { echo "$n, not $1"; return 1; }; }
same_packages() { guest "$1" packages | diff "$out/hosts/$1.before" -; }
# No package was ever touched, not even to be put back.
nothing_removed() { ! grep -E '^[-0-9]+ [0-9:]+ (remove|purge) ' "$(upper "$1")/var/log/dpkg.log"; }

look_at_all() {
	local h
	for h in $(printf 'pc%02d ' {1..3} {5..7} {11..20}); do
		holds "$h" 'moved' guest "$h" moved
		holds "$h" 'moved once' count_is 1 runs "$h"
	done
	holds pc08 'back to what it was' guest pc08 kept
	holds pc08 'tried once' count_is 1 runs pc08
	for h in pc09 pc10; do
		holds "$h" 'guarded as before' guest "$h" kept
		holds "$h" 'left alone' nothing_removed "$h"
	done
	for h in pc04 pc08 pc09 pc10; do holds "$h" 'left with the packages that it had' same_packages "$h"; done
	for h in pc04 pc09; do holds "$h" 'without a run' count_is 0 runs "$h"; done
	holds pc05 'missed, then switched on' test -e "$out/hosts/pc05.did"
	holds pc06 'cut off in mid-removal' test -e "$out/hosts/pc06.removal" -a -e "$out/hosts/pc06.did"
	holds pc07 'without power in mid-removal' test -e "$out/hosts/pc07.removal" -a -e "$out/hosts/pc07.did"
	holds pc09 'held for its key' grep -q '^pc09 .*host key' "$out/run.txt"
}

title 'A fleet of 20 PCs'
make_fleet
write_documents
"$lab" list | awk '{ print "   " $1, $2, $NF }' | sed 's/ on [0-9]*/ on/' >"$out/list"
fleet hosts import "$out/inventory.ini" || die 'the inventory was not taken in'

title "The rollout ($((SECONDS - began)) s for making the fleet)"
comes_back & watchers=$!
in_removal pc06 link_drops & watchers+=" $!"
in_removal pc07 power_fails & watchers+=" $!"
status=0
fleet_run --patience 20 >"$out/run.txt" 2>&1 || status=$?
sed 's/^/   /' "$out/run.txt"
wait $watchers

title 'How it stands'
fleet status --verbose

title 'Looked at from inside'
look_at_all
line=$(grep '^fleet: ' "$out/run.txt")
[ "$status" = 9 ] || { echo "   avswap fleet run ended with $status, not 9 (some PCs are not done)" >&2; bad=$((bad + 1)); }
[ "$line" = "$want" ] || { printf '   it says:  %s\n   expected: %s\n' "$line" "$want" >&2; bad=$((bad + 1)); }
[ "$bad" = 0 ] || die "$bad things are not as they should be; all is kept in $out"
echo "   all 20 are as they should be, after $((SECONDS - began)) s"
echo
echo "$line"
