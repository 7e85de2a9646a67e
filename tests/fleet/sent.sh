#!/bin/bash
# sent.sh [link]: what a jump host sends besides the plan: installers that the PCs do not have, and passwords. Three PCs with a product that
# has an uninstall password; its replacement is nowhere but on the jump host.
#
# avswap fleet run is killed while it sends, and goes on from the bytes that are there. Then the password is looked for everywhere: in
# the state of PCs and jump host, in what any process was started with, in all that was said. With `link`: a link that drops while it is sent.
#
# Ends with: fleet-sent: N passed, N failed
FLEET_NAME=fleetsent
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
password='N0body-uses-this_password,81f"\'
payload=$out/payload
installer=$payload/standin-big.deb

# want TEXT COMMAND...
want() {
	if "${@:2}" >"$out/last" 2>&1; then passed=$((passed + 1)); else
		failed=$((failed + 1))
		printf '   FAILED: %s\n%s\n' "$1" "$(tail -n 3 "$out/last" | sed 's/^/      /')"
	fi
}
not() { ! "$@"; }
status() { local got=0; "${@:2}" >"$out/said" 2>&1 || got=$?; cat "$out/said" >>"$out/all.txt"; [ "$got" = "$1" ] || { echo "ended with $got, not $1"; tail -n 3 "$out/said"; return 1; }; }
says() { grep -qE "$1" "$out/said" || { tail -n 4 "$out/said"; return 1; }; }
has() { [ "$(guest "$1" packages | grep -c "^$2 .* installed$")" = "$3" ]; }
pc_state() { printf '%s/var/lib/avswap\n' "$(upper "$1")"; }
untouched() { has "$1" standin-locked 1 && [ ! -e "$(pc_state "$1")/secrets" ] && [ "$(runs "$1")" = 0 ]; }
part_of() { cat "$(pc_state "$1")"/files/*.part 2>/dev/null | wc -c; }

# The stand-in with so much in it that sending takes a while.
make_packages() {
	mkdir -p "$payload" "$out/tree/root"
	dpkg-deb -R "$BUILD"/products/standin-av_1.1_amd64.deb "$out/big" && head -c "$1" /dev/urandom >"$out/big/opt/standin-av/data" &&
		dpkg-deb --root-owner-group -Znone --build "$out/big" "$installer" >/dev/null && rm -r "$out/big" &&
		dpkg-deb --root-owner-group --build tests/fleet/locked "$out/tree/root/locked.deb" >/dev/null
	cp tests/fleet/locked.json "$out/catalog/vendors/kaspersky/standin-locked.json"
}
locked() { # HOST PASSWORD
	"$lab" put "$1" "$out/tree" / && printf %s "$2" | "$lab" in "$1" sh -c 'mkdir -p /etc/standin-locked && sha256sum >/etc/standin-locked/password.sha256' &&
		"$lab" in "$1" dpkg -i /root/locked.deb >"$out/hosts/$1.setup" 2>&1
}
write_policy() {
	cat >"$out/policy.json" <<-J
		{"schema": "avswap.policy/1", "allow": ["standin"], "eicar": true, "vars": {"standin_installer": "${1:-standin-big.deb}"},
		 "secrets": {"locked_password": "sent"}}
	J
}
plan() { fleet plan --policy "$out/policy.json" --catalog "$out/catalog" --payload "$payload"; }
run_sent() { fleet_run --payload "$payload" --patience 20 "$@"; }
with_secret=(--secret "locked_password=file:$out/password")

# All that was ever started on this machine, and so in any lab host, while it runs.
watch_processes() {
	while :; do
		cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null
		sleep 0.1
	done >"$out/started"
}

# The link is cut while it is sent and comes back when ssh has given up: the PC is missed, met again, and gone on with.
link_drops() {
	local end=$((SECONDS + 20)) got=0 run
	"$lab" rate pc1 20000
	fleet_exec >"$out/said" 2>&1 & run=$!
	until (($(part_of pc1) > size / 8)) || ((SECONDS > end)); do sleep 0.05; done
	"$lab" drop pc1
	until grep -q '^pc1 .*unreachable' "$out/said" || ((SECONDS > end + 120)); do sleep 0.5; done
	before=$(part_of pc1)
	"$lab" undrop pc1
	"$lab" rate pc1 none
	rx_before=$(received pc1)
	wait "$run" || got=$?
	cat "$out/said" >>"$out/all.txt"
	[ "$got" = 9 ] && ((before > size / 8 && before < size)) || { echo "ended with $got, $before bytes were there"; return 1; }
}

refusals() {
	write_policy missing.deb
	want 'a plan without its installer is refused' status 7 plan
	want '  and says which' says 'there is no installer .*/missing.deb on this jump host'
	write_policy ../../etc/passwd
	want 'a name that leads elsewhere is a path on the PC' status 0 plan
	write_policy
	want 'plans are made' status 0 plan
	want 'who has no password is listed' status 9 fleet prove "${prove_options[@]}"
	want '  with what to do' says 'locked_password.* was not sent.*--secret'
	want 'who has one is not' status 0 fleet prove "${prove_options[@]}" "${with_secret[@]}"
	for h in pc1 pc2 pc3; do want "$h was not touched" untouched $h; done
	want 'without a password: refused' status 9 run_sent pc3
	want '  by the PC itself' says '^pc3 .*refused.*was not sent'
	want '  and left alone' untouched pc3
	mv "$installer" "$installer.away"; echo another >"$installer"
	want 'another installer than planned: refused' status 9 run_sent "${with_secret[@]}" pc3
	want '  and says so' says '^pc3 .*refused.*another file than the one that is meant'
	want '  and left alone' untouched pc3
	mv "$installer.away" "$installer"
}

# killed_in_push HOST: avswap fleet run, killed when a part of the installer is there.
killed_in_push() {
	local pid end=$((SECONDS + 20))
	"$lab" rate "$1" 40000
	fleet_exec >>"$out/all.txt" 2>&1 & pid=$!
	until (($(part_of "$1") > size / 8)) || ((SECONDS > end)); do sleep 0.05; done
	kill -9 "$pid"; wait "$pid" 2>/dev/null
	before=$(part_of "$1")
	"$lab" rate "$1" none
	((before > size / 8 && before < size))
}
fleet_exec() {
	exec "$lab" jump "$BUILD/avswap-fleet" run pc1 pc2 --policy "$out/policy.json" --catalog "$out/catalog" --yes --payload "$payload" \
		"${prove_options[@]}" "${with_secret[@]}" --rollout "$out/rollout.json" --state "$state"
}
received() { "$lab" in "$1" sh -c 'cat /sys/class/net/e*/statistics/rx_bytes'; }
gone_on() { # HOST: no byte of what was there came again
	local rx; rx=$(received "$1") || return 1
	((rx - rx_before < size - before + size / 5)) || { echo "$((rx - rx_before)) bytes came for the last $((size - before))"; return 1; }
}

moved() {
	has "$1" standin-locked 0 && has "$1" standin-av 1 && guest "$1" marks | grep -q /opt/standin-av/
}

# On another jump host, where neither facts nor a plan are.
plans_itself() {
	local state=$out/another
	echo "$1" | fleet hosts import - >/dev/null && run_sent "${with_secret[@]}" >>"$out/all.txt" 2>&1 && moved "$1"
}

look_for_password() {
	local evidence=$out/evidence h
	mkdir -p "$evidence"
	for h in pc1 pc2 pc3; do
		cp -r "$(pc_state "$h")" "$evidence/$h.state"
		cp -r "$(upper "$h")/var/log" "$evidence/$h.log"
		cp -r "$(upper "$h")/etc" "$evidence/$h.etc"
		"$lab" in "$h" sh -c 'grep -rs . /run /tmp /var/tmp /root' >"$evidence/$h.else" 2>/dev/null
	done
	fleet status --verbose --json >"$evidence/status.json"
	fleet status --verbose >"$evidence/status.txt"
	fleet status --csv >"$evidence/status.csv"
	fleet notice --json >"$evidence/notice.json" 2>&1
	cp -r "$state" "$out/another" "$out/started" "$out/all.txt" "$evidence/"
	want 'the watch saw ssh and the uninstaller' grep -qaz 'standin-locked/bin/uninstall' "$out/started"
	want 'the password is nowhere' python3 tests/lab/look.py secret "$password" "$evidence"
	printf 'x%s' "$password" >"$evidence/planted"
	want '  and would be found' not python3 tests/lab/look.py secret "$password" "$evidence"
	rm "$evidence/planted"
	for h in pc1 pc2 pc3; do want "$h keeps neither secrets nor installers" test ! -e "$(pc_state "$h")/secrets" -a ! -e "$(pc_state "$h")/files"; done
}

fleet_prepare
workers
make_packages $((12 << 20)) || die 'the packages could not be made'
size=$(stat -c %s "$installer")
(umask 077; printf '%s\n' "$password" >"$out/password")
echo '{"schema": "avswap.rollout/1", "ask_s": 1, "waves": [{"name": "all", "percent": 100, "budget": 9}]}' >"$out/rollout.json"
"$lab" up pc1 pc2 pc3 || die 'the PCs could not be made'
prove_options=(--ssh-config "$("$lab" dir)/ssh_config" --workers "$out/workers")
for h in pc1 pc2 pc3; do
	"$lab" wait $h >/dev/null && locked $h "$([ $h = pc2 ] && echo another || printf %s "$password")" || die "$h could not be set up"
done
printf '%s\n' pc1 pc2 pc3 | fleet hosts import - >/dev/null && fleet detect "${prove_options[@]}" >"$out/all.txt" 2>&1 || die 'the fleet was not detected'
watch_processes & watcher=$!
refusals
if [ "${1:-}" ]; then
	want 'a link that drops while it sends; one is moved, one has a wrong password' link_drops
else
	want 'killed while it sends' killed_in_push pc1
	rx_before=$(received pc1)
	want 'one is moved, one has a wrong password' status 9 run_sent "${with_secret[@]}" pc1 pc2
fi
want 'sending goes on from the bytes that are there' gone_on pc1
want 'the right password: moved' moved pc1
want '  and says so' says '^pc1 +done'
want 'a wrong password: as it was' has pc2 standin-locked 1
want '  and nothing of the new product' has pc2 standin-av 0
want '  and says why' says '^pc2 .*(password|auth)'
want 'a run that plans by itself sends the same' plans_itself pc3
kill "$watcher"; wait "$watcher" 2>/dev/null
look_for_password
echo "fleet-sent: $passed passed, $failed failed"
((failed == 0)) || { echo "fleet-sent: all is kept in $out" >&2; exit 1; }
