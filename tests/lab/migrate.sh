#!/bin/bash
# migrate.sh [all | NAME...]: real migrations on lab hosts. Without arguments the part that `make check` runs.
LAB_NAME=migrate
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
JOBS=${JOBS:-2}

# ---- what a good end looks like ----------------------------------------------------------------------------------------------------

migrated() { # by the new engine, everything of the old one gone
	want 'the run says migrated' prints migrated outcome result
	want 'old product gone' guest gone
	want 'clamonacc watches' in_pc pgrep -x clamonacc
	want 'EICAR blocked' guest eicar /var/tmp
	want 'EICAR by the new engine' prints 'blocked by ClamAV with on-access scanning' outcome eicar
	want 'journal in order' journal_ok
	want 'ledger tells every gap' ledger_ok
	want 'no resume armed, no worker left' guest settled
	want 'nothing to turn back to is kept' not test -e "$(run_dir)backup"
	want 'nothing more to do' avswap detect
}

migrate() { avswap migrate --policy /root/policy.json --yes "$@"; }

# still_old: the old product protects as before.
still_old() {
	want 'kesl runs' in_pc kesl-control --app-info
	want 'EICAR blocked by the old engine' guest eicar /var/tmp
	want 'no new engine' not in_pc pgrep -x clamonacc
	want 'journal in order' journal_ok
	want 'ledger tells every gap' ledger_ok
	want 'no resume armed, no worker left' guest settled
}

# ---- strategies ---------------------------------------------------------------------------------------------------------------------

strategy() { # INIT STRATEGY
	up "$name" "$1" kesl || return 1
	want 'exit 0' status 0 migrate --strategy "$2"
	want 'strategy' prints "$2" outcome strategy
	migrated
}

# with_clamav: ClamAV is here already and watches, as a first migration left it; runs of before are forgotten.
with_clamav() {
	up "$name" sysv kesl && want 'first migration' migrate && in_pc rm -rf /var/lib/avswap/runs
}

builtin() {
	with_clamav || return 1
	in_pc sh -c 'dpkg -i /root/kesl_*.deb /root/klnagent64_*.deb'
	want 'exit 0' status 0 migrate
	want 'strategy' prints builtin outcome strategy
	want 'never unprotected' prints 0 outcome unprotected_ms
	migrated
}

leftovers() { # kesl was removed by hand, its traces stayed, and ClamAV protects
	with_clamav || return 1
	in_pc sh -c 'dpkg -i /root/kesl_*.deb && dpkg -P kesl'
	want 'traces are there' not guest gone
	want 'exit 0' status 0 migrate
	want 'strategy' prints cleanup outcome strategy
	want 'result' prints migrated outcome result
	want 'all traces gone' guest gone
	want 'EICAR blocked' guest eicar /var/tmp
	want 'journal in order' journal_ok
	want 'no resume armed, no worker left' guest settled
}

leftovers_alone() { # the same, and nothing protects: then a replacement comes
	up "$name" sysv kesl && in_pc dpkg -P kesl-gui kesl klnagent64 || return 1
	want 'traces are there' not guest gone
	want 'exit 0' status 0 migrate
	migrated
}

half_removed() { # a removal that was killed in its middle
	up "$name" sysv kesl && switches hang || return 1
	in_pc sh -c 'dpkg -P kesl-gui; setsid dpkg -P kesl & sleep 1; kill -9 -$!; rm /etc/avswap-standin/switches'
	want 'dpkg says so' in_pc sh -c 'dpkg --audit | grep kesl'
	want 'exit 0' status 0 migrate
	migrated
}

# ---- what stands in the way ----------------------------------------------------------------------------------------------------

# unchanged: the host is as it was before.
before() { state >"$dir/before"; }
unchanged() {
	state >"$dir/after"
	want 'nothing has changed' diff "$dir/before" "$dir/after"
}

refused() { # the product's policy forbids the removal
	up "$name" sysv kesl && switches refuse-removal || return 1
	before
	want 'exit 7' status 7 migrate
	want 'says why' grep -q 'policy of the administration server' "$dir/avswap.txt"
	unchanged
	still_old
}

refused_later() { # it is overridden, and the removal itself is refused
	up "$name" sysv kesl && switches refuse-removal && policy "{$base_policy,\"override_guards\":true}" || return 1
	before
	want 'exit 5' status 5 migrate --strategy "$1"
	unchanged
	still_old
}

removal_fails() { # INIT STRATEGY
	up "$name" "$1" kesl && switches removal-fails || return 1
	before
	want 'exit 5' status 5 migrate --strategy "$2"
	want 'rung' prints old-restored outcome rung
	unchanged
	still_old
}

hangs() { # the removal script waits until the step's limit is over
	up "$name" sysv kesl && switches hang || return 1
	in_pc sed -i '/"package.remove"/,/timeout_s/s/"timeout_s": 900/"timeout_s": 6/' /root/catalog/vendors/kaspersky/kesl.json
	before
	want 'exit 5' status 5 migrate --catalog /root/catalog
	want 'says that the limit was over' has timed
	unchanged
	still_old
}

misbehaves() { # INIT SWITCH...: it goes all the same
	up "$name" "$1" kesl && switches "${@:2}" || return 1
	want 'exit 0' status 0 migrate
	migrated
	sleep 2
	want 'and stays gone' guest gone
}

agent_reinstalls() {
	up "$name" sysv kesl && switches klnagent64.agent-reinstalls=1 || return 1
	in_pc sh -c 'mkdir -p /var/opt/kaspersky/klnagent64/cache && cp /root/kesl_*.deb /var/opt/kaspersky/klnagent64/cache/'
	want 'exit 0' status 0 migrate --strategy replace
	migrated
	sleep 3
	want 'and stays gone' guest gone
}

reboots() { # INIT: the removal asks for a reboot; the run does it by itself and goes on
	local old
	up "$name" "$1" kesl && switches wants-reboot || return 1
	old=$("$lab" bootid "$pc")
	avswap migrate --policy /root/policy.json --yes &
	want 'another boot' "$lab" wait "$pc" 60 "$old"
	wait $!
	want 'goes on by itself' until_ok 60 over
	want 'to its end' until_ok 20 guest settled
	want 'exit 0' prints 0 outcome exit
	want 'one reboot' prints 1 outcome reboots
	want 'two boots in the journal' prints 2 boots
	want 'healthy again after the reboot' verified_again
	migrated
}
boots() { grep -o '"boot":"[^"]*"' "$(run_dir)journal.jsonl" | sort -u | wc -l; }
verified_again() { grep -q 'ClamAV with on-access scanning is healthy: 4 of 4' <(sed -n '/"kind":"reboot"/,$p' "$(run_dir)journal.jsonl"); }

reboots_by_hand() { # the policy says that nobody but a person reboots
	local old
	up "$name" sysv kesl && switches wants-reboot && policy "{$base_policy,\"no_reboot\":true}" || return 1
	want 'exit 4' status 4 migrate
	want 'EICAR blocked meanwhile' guest eicar /var/tmp
	old=$("$lab" bootid "$pc")
	"$lab" reboot "$pc" && "$lab" wait "$pc" 30 "$old" || return 1
	want 'goes on by itself' until_ok 60 over
	want 'to its end' until_ok 20 guest settled
	want 'exit 0' prints 0 outcome exit
	migrated
}

# ---- a new product that does not come up ------------------------------------------------------------------------------------------

administrator() { # what people change on a real PC
	in_pc sh -c 'echo "ScanLimit=42 # ours" >>/etc/opt/kaspersky/kesl/kesl.conf; chmod 600 /etc/opt/kaspersky/kesl/kesl.conf
		echo "[Ours]" >>/var/opt/kaspersky/kesl/common/kesl.ini; echo quarantined >/var/opt/kaspersky/kesl/private/object
		chgrp kesladmin /var/opt/kaspersky/kesl/private/object; ln -s object /var/opt/kaspersky/kesl/private/link
		usermod -aG kesladmin nobody'
}
standin_policy='"schema":"avswap.policy/1","eicar":true,"allow":["standin"],"vars":{"standin_installer":"/root/standin-av_1.0_amd64.deb"}'

restored() {
	want 'result' prints rolled-back outcome result
	want 'rung' prints old-restored outcome rung
	want 'gap is told' test "$(outcome unprotected_ms)" -gt 0
	want 'the agent runs' in_pc /opt/kaspersky/klnagent64/bin/klnagchk
	want 'members of its groups' in_pc sh -c 'id -Gn nobody | grep -qw kesladmin'
	want 'packages whole' in_pc sh -c '! dpkg --audit | grep .'
	unchanged
	still_old
}

install_fails() { # INIT: the old product is gone when the new one fails: it is rebuilt
	up "$name" "$1" kesl && administrator && policy "{$standin_policy}" || return 1
	before
	want 'exit 5' status 5 migrate --catalog /root/catalog
	restored
	want 'it can be removed again' in_pc dpkg -P kesl-gui kesl
}

bad_database() { # the real ClamAV, with a database that its engine does not take
	up "$name" sysv kesl && administrator || return 1
	in_pc sh -c 'echo no such line >/root/database/eicar.hdb
		sed -i "s/\"within_s\": 420/\"within_s\": 3/; s/\"timeout_s\": 4[28]0/\"timeout_s\": 20/; s/\"within_s\": 600/\"within_s\": 3/" /root/catalog/vendors/clamav/clamav.json'
	before
	want 'exit 5' status 5 migrate --catalog /root/catalog --strategy "$1"
	[ "$1" = overlap ] && { unchanged; still_old; return; }
	restored
}

federal() { # RESTORE EXIT: the law forbids this owner to go on using the old product
	up "$name" sysv kesl && policy "{$standin_policy,\"as\":\"federal\",\"jurisdictions\":[\"US-federal\"],\"restore\":\"$1\"}" || return 1
	want 'plan' avswap plan --catalog /root/catalog --policy /root/policy.json -o /root/plan.json
	[ "$1" = always ] || want 'the plan says what may come' grep -q 'forbids this owner' "$dir/avswap.txt"
	[ "$1" = always ] || want 'and how bad' grep -q 'left WITHOUT *protection' <(tr -s '\n ' ' ' <"$dir/avswap.txt")
	want "exit $2" status "$2" avswap run --catalog /root/catalog /root/plan.json --yes
	want 'journal in order' journal_ok
	want 'ledger tells every gap' ledger_ok
	want 'no resume armed, no worker left' guest settled
	if [ "$2" = 5 ]; then
		still_old
	else
		want 'rung' prints unprotected outcome rung
		want 'says what to do next' test -n "$(outcome next)"
		want 'not restored' not in_pc sh -c 'dpkg -s kesl || pgrep -x kesl'
		want 'the open gap is told' prints '' outcome gaps 0 to
	fi
}

other_protection() { # the new product fails, the old one may not come back, and a third one protects
	with_clamav && in_pc sh -c 'dpkg -i /root/kesl_*.deb /root/klnagent64_*.deb' &&
		policy "{$standin_policy,\"restore\":\"never\"}" || return 1
	want 'exit 5' status 5 migrate --catalog /root/catalog
	want 'rung' prints other-protection outcome rung
	want 'EICAR blocked' guest eicar /var/tmp
	want 'journal in order' journal_ok
	want 'no resume armed, no worker left' guest settled
}

back_by_hand() { # a person turns the run round after a crash
	up "$name" sysv kesl && administrator || return 1
	before
	in_pc sh -c 'echo "kill 60 0" >/etc/crashshim; cp /root/crashshim.so /usr/lib/; echo /usr/lib/crashshim.so >/etc/ld.so.preload'
	want 'killed' status 137 migrate
	want 'another run is refused' status 7 migrate
	want 'exit 5' status 5 avswap rollback --yes
	in_pc rm /usr/lib/crashshim.so /etc/ld.so.preload
	restored
	want 'the run can be made again' status 0 migrate
	want 'and not be turned round' status 7 avswap rollback --yes
}

# ---- from outside -------------------------------------------------------------------------------------------------------------------

plan() { want 'plan' avswap plan --policy /root/policy.json -o /root/plan.json; }
begun() { compgen -G "$upper/var/lib/avswap/runs/*/journal.jsonl" >/dev/null && grep -qs "$1" "$upper"/var/lib/avswap/runs/*/journal.jsonl; }
over() { compgen -G "$upper/var/lib/avswap/runs/*/outcome.json" >/dev/null && begun '"kind":"finish"'; }
done_alone() {
	want 'comes to its end' until_ok 60 over
	want 'really' until_ok 20 guest settled
	want 'exit 0' prints 0 outcome exit
	migrated
}

detached() { # INIT
	up "$name" "$1" kesl && plan || return 1
	want 'returns' status 0 avswap run /root/plan.json --detach --yes
	want 'while it works' not over
	want 'a second run is refused' status 7 avswap run /root/plan.json --yes
	want 'and told why' grep -q 'not finished\|is held by' "$dir/avswap.txt"
	want 'resume, too' status 7 avswap resume
	want 'and told who holds the lock' grep -q 'is held by process [0-9]' "$dir/avswap.txt"
	[ "$1" = sysv ] || want 'a unit of its own' in_pc sh -c 'systemctl list-units --no-legend "avswap-run-*" | grep -q running'
	want 'status follows to the end' status 0 timeout 60 "$lab" in "$pc" avswap status --follow
	want 'the end' begun '"kind":"finish"'
	want 'bytes from anywhere' same_bytes
	done_alone
}
same_bytes() { cmp <("$lab" in "$pc" avswap status --from 1000) <(tail -c +1001 "$(run_dir)journal.jsonl"); }

link_drops() { # once the payload is here, the network is not needed
	up "$name" sysv kesl && plan || return 1
	avswap run /root/plan.json --yes &
	want 'fetched' until_ok 30 begun '"step":"s10"'
	want 'drop' "$lab" drop "$pc"
	want 'exit 0' wait $!
	migrated
}

session_ends() { # started over ssh on a terminal; the session is lost in the middle
	local client
	up "$name" sysv kesl && plan || return 1
	"$lab" jump ssh -tt -F "$("$lab" dir)/ssh_config" "$pc" avswap run /root/plan.json --yes >"$dir/ssh.txt" 2>&1 </dev/null &
	client=$!
	want 'under way' until_ok 30 begun '"step":"s10"'
	kill -9 $client
	done_alone
}

locked() { # another package manager is at work
	up "$name" sysv kesl || return 1
	in_pc python3 -c '
import fcntl, os, time
if os.fork() == 0:
    os.setsid()
    f = open("/var/lib/dpkg/lock-frontend", "w"); fcntl.lockf(f, fcntl.LOCK_EX)
    g = open("/var/lib/dpkg/lock", "w"); fcntl.lockf(g, fcntl.LOCK_EX)
    os.close(1), os.close(2)
    time.sleep(4)'
	want 'waits, exit 0' status 0 migrate
	migrated
}

locked_for_good() {
	up "$name" sysv kesl || return 1
	in_pc sed -i 's/"within_s": 120/"within_s": 2/' /root/catalog/playbooks/overlap.json
	before
	in_pc python3 -c '
import fcntl, os, time
if os.fork() == 0:
    os.setsid()
    f = open("/var/lib/dpkg/lock-frontend", "w"); fcntl.lockf(f, fcntl.LOCK_EX)
    os.close(1), os.close(2)
    time.sleep(8)'
	want 'exit 7' status 7 migrate --catalog /root/catalog
	want 'says who' grep -q 'python3' "$dir/avswap.txt"
	unchanged
	still_old
}

stale() { # what the plan rests on has changed
	up "$name" sysv kesl && plan || return 1
	in_pc dpkg -P kesl-gui kesl
	before
	want 'exit 7' status 7 avswap run /root/plan.json --yes
	want 'says which' grep -q 'The plan rests on' "$dir/avswap.txt"
	unchanged
}

dry() {
	up "$name" sysv kesl && plan || return 1
	before
	want 'exit 0' status 0 avswap run /root/plan.json --dry-run
	unchanged
	want 'no run' not test -e "$upper/var/lib/avswap/runs"
}

disk_full() { # no room for the backups
	up "$name" sysv kesl && in_pc sh -c 'mkdir -p -m 700 /var/lib/avswap && mount -t tmpfs -o size=400k,mode=700 tmpfs /var/lib/avswap' || return 1
	before
	want 'exit 1 or 7' refused_or_failed migrate
	unchanged
	want 'kesl runs' in_pc kesl-control --app-info
	want 'EICAR blocked by the old engine' guest eicar /var/tmp
}
refused_or_failed() { local got=0; "$@" || got=$?; [ $got = 1 ] || [ $got = 7 ]; }

# ---- rpm -----------------------------------------------------------------------------------------------------------------------------

rpm_migrates() {
	up "$name" sysv rpm || return 1
	want 'exit 0' status 0 migrate --strategy "$1"
	migrated
}

rpm_restored() { # INIT: the rebuilt rpm
	up "$name" "$1" rpm && administrator && policy "{$standin_policy}" || return 1
	before
	want 'exit 5' status 5 migrate --catalog /root/catalog
	want 'rpm finds nothing wrong' prints '' in_pc rpm -V kesl klnagent64 kesl-gui
	restored
	want 'it can be removed again' in_pc rpm -e kesl-gui kesl
}

# ---- secrets -------------------------------------------------------------------------------------------------------------------------

token=tHis-Is-Nobodys-t0ken_93fQ
secret() { # FAILING PACKAGE VERSION, EXIT
	up "$name" sysv kesl && policy '{"schema":"avswap.policy/1","eicar":true,"allow":["standin"],
		"vars":{"standin_installer":"/root/standin-av_'"$1"'_amd64.deb"},"secrets":{"standin_token":"file:/root/token"}}' || return 1
	printf '%s' "$token" | in_pc sh -c 'umask 077; cat >/root/token'
	"$lab" put "$pc" "$out/secret.json" /root/catalog/vendors/standin/av.json
	in_pc sh -c 'setsid sh -c "while :; do cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ; sleep 0.03; done" >/root/argv 2>/dev/null </dev/null & echo $! >/root/sampler'
	want "exit $2" status "$2" migrate --catalog /root/catalog -v
	want 'the product got it' test "$2" != 0 -o "$(in_pc sh -c 'cat /etc/standin-av/token /root/from-input')" = "token=$token;$token"
	in_pc sh -c 'kill -9 -$(cat /root/sampler)'
	in_pc rm -f /root/token /etc/standin-av/token /root/from-input
	"$lab" get "$pc" /root/argv "$dir/argv"
	mkdir "$dir/evidence"
	in_pc avswap report --json >"$dir/evidence/report" 2>&1
	cp -r "$upper/var/lib/avswap" "$upper/var/log" "$upper/etc" "$dir/avswap.txt" "$dir/argv" "$dir/evidence/"
	want 'the sampler saw the run' grep -q standin-av "$dir/argv"
	want 'it is nowhere' python3 "$look" secret "$token" "$dir/evidence"
	echo "x$token" >"$dir/evidence/planted"
	want 'it would be found' not python3 "$look" secret "$token" "$dir/evidence"
}

make_secret_product() { # the stand-in with a token that it takes by a file and by standard input
	python3 - tests/products/catalog/vendors/standin/av.json >"$out/secret.json" << 'P'
import json, sys
p = json.load(open(sys.argv[1]))
src = {"source": "tests/products", "confidence": "tested"}
p["vars"].append({"name": "standin_token", "label": "a token", "secret": True, "required": True, "source": "tests/products"})
p["install"]["steps"][0:0] = [
    {"verb": "file.secret", "title": "Write the token", **src,
     "args": {"path": "/etc/standin-av/token", "secret": "standin_token", "prefix": "token=", "suffix": ";"}},
    {"verb": "command.run", "title": "Hand over the token", **src, "after": {"probe": "file", "path": "/root/from-input"},
     "args": {"argv": ["dd", "of=/root/from-input", "status=none"], "input": "standin_token"}}]
json.dump(p, sys.stdout)
P
}

# ---- the list --------------------------------------------------------------------------------------------------------------------------

# name | in make check | what it shows | function and arguments
list() {
	cat << 'L'
overlap-sysv     | y | overlap on sysv | strategy sysv overlap
overlap-systemd  | y | overlap on systemd | strategy systemd overlap
replace-sysv     | n | replace on sysv | strategy sysv replace
replace-systemd  | y | replace on systemd | strategy systemd replace
builtin          | y | ClamAV watches already: the old one goes, never unprotected | builtin
leftovers        | y | leftovers only, ClamAV watches: cleaned up | leftovers
leftovers-alone  | n | leftovers only, nothing protects: ClamAV comes | leftovers_alone
half-removed     | y | a removal that was killed before: finished | half_removed
refused          | y | removal refused by policy: exit 7, nothing changed | refused
refused-later    | n | guards overridden, removal refused: exit 5, as before | refused_later overlap
removal-fails    | y | removal script fails after the install: exit 5, as before | removal_fails sysv overlap
removal-fails-sd | n | the same on systemd | removal_fails systemd overlap
removal-fails-r  | n | the same before the install | removal_fails sysv replace
hangs            | y | removal hangs: ended at its limit, exit 5, as before | hangs
background       | y | removal goes on in the background | misbehaves sysv removal-background=3
background-sd    | n | the same on systemd | misbehaves systemd removal-background=3
leave-files      | n | files left behind are removed | misbehaves sysv leave-files
clean-removal    | n | a removal that leaves nothing | misbehaves sysv clean-removal
comes-back       | y | a daemon that starts itself again is ended | misbehaves sysv comes-back
comes-back-sd    | n | the same on systemd | misbehaves systemd comes-back
everything       | n | several at once | misbehaves sysv removal-background=2 leave-files comes-back klnagent64.removal-background=2
agent            | y | the agent would reinstall it: disarmed | agent_reinstalls
reboot-sysv      | y | reboot wanted: done, gone on by the boot script, verified again | reboots sysv
reboot-systemd   | y | the same by the boot unit | reboots systemd
reboot-by-hand   | n | reboot wanted, policy leaves it to a person: exit 4, then on | reboots_by_hand
install-fails    | y | the new one fails when the old one is gone: rebuilt, restored, exit 5 | install_fails sysv
install-fails-sd | n | the same on systemd | install_fails systemd
database         | n | ClamAV does not load its database when the old one is gone: restored | bad_database replace
database-overlap | n | the same while the old one protects: nothing changed | bad_database overlap
federal          | y | use is forbidden: not restored, exit 6, the plan said so | federal default 6
federal-restore  | n | the policy says restore all the same: exit 5 | federal always 5
other            | n | not restored, but ClamAV protects: exit 5 | other_protection
rollback         | y | killed, then turned round by a person | back_by_hand
detached-sysv    | y | detached; others are told who holds the lock; status follows | detached sysv
detached-systemd | n | the same on systemd | detached systemd
link             | y | the network goes after the fetch: no difference | link_drops
session          | n | the ssh session ends in the middle: no difference | session_ends
locked           | n | another package manager ends in time: waited for | locked
locked-for-good  | n | or not: exit 7 | locked_for_good
stale            | n | the plan no longer fits: exit 7 | stale
dry-run          | n | dry run: nothing changed | dry
disk-full        | n | no room for backups: nothing changed | disk_full
rpm              | y | stand-ins installed by rpm | rpm_migrates overlap
rpm-restored     | y | the rebuilt rpm is restored | rpm_restored sysv
secret           | y | a token is used and found nowhere | secret 1.1 0
secret-failing   | n | the same when it is rolled back | secret 1.0 5
L
}

prepare
make_secret_product
while IFS='|' read -r id sample text call; do
	id=${id// /} sample=${sample// /} text=${text# }
	case ${1:-} in
	'') [ "$sample" = y ] || continue ;;
	all) ;;
	*) [[ " $* " == *" $id "* ]] || continue ;;
	esac
	history "$id" "${text% }" $call
done < <(list)
histories_over
failed=$(count_failed) all=$(count_all)
printf 'lab-migrate: %d passed, %d failed\n' $((all - failed)) "$failed"
[ "$failed" = 0 ] && [ "$all" -gt 0 ]
