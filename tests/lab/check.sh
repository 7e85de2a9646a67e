#!/bin/bash
# Proves the lab: hosts of both kinds boot, take commands and files, restart, lose power and network, install real software, and leave nothing.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export BUILD=${BUILD:-$here/../../build} LAB_ID=check$$ LAB_OWNER=$$
lab=$here/lab
passed=0 failed=0 seen_ns=()
work=$(mktemp -d)
trap '"$lab" down; LAB_ID=other$$ "$lab" down; rm -rf "$work"' EXIT

ok() { # ok TEXT COMMAND...: counts
	local text=$1 got=0; shift
	"$@" > "$work/out" 2>&1 || got=$?
	if [ "$got" = 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'not ok: %s (status %d)\n' "$text" "$got"
		sed 's/^/    /' "$work/out" | tail -20
	fi
}
not() { ! "$@"; }
status() { local want=$1 got=0; shift; "$@" || got=$?; [ "$got" = "$want" ] || { echo "status $got, not $want"; return 1; }; }
prints() { local want=$1 got; shift; got=$("$@") || true; [ "$got" = "$want" ] || { echo "printed '$got', not '$want'"; return 1; }; }
retry() { local end=$((SECONDS + $1)); shift; until "$@"; do ((SECONDS < end)) || return 1; sleep 0.1; done; }
in_pc() { "$lab" in "$pc" "$@"; }

# What a lab may leave on the machine; others use the machine too, so only what bears this run's names or namespaces counts.
traces() {
	local p ns
	ip netns list | grep -E "avlab-(check|other)$$-"
	grep -E "(check|other)$$" /proc/self/mounts
	find /sys/fs/cgroup -maxdepth 3 -type d -name "avlab-*$$-*" 2> /dev/null
	ls -d "$BUILD"/lab/run/*$$ 2> /dev/null
	for p in /proc/[0-9]*; do
		for ns in "${seen_ns[@]}"; do [ "$(readlink "$p/ns/pid")" != "$ns" ] || echo "process $p in $ns"; done
	done 2> /dev/null
	pgrep -af "lab/run/(check|other)$$" | grep -v pgrep
}
remember_ns() { seen_ns+=("$(in_pc readlink /proc/1/ns/pid)"); }

# ---- the refusals, first of all; nothing here ever calls the real thing ---------------------------------------------------------

refusals() {
	ln -s "$(realpath "$BUILD/lab/bin/labinit")" "$work/labguard"
	ok 'reboot would be refused on this machine' status 3 "$work/labguard"
	ok 'and in a foreign pid namespace' status 3 unshare --pid --fork --mount-proc "$work/labguard"
	mkdir -p "$work/fake"
	echo "on $$" > "$work/fake/state"
	ok 'a pid that is no lab host is not entered' status 125 "$BUILD/lab/bin/labenter" "$work/fake" touch "$work/entered"
	ok 'nothing ran' not test -e "$work/entered"
}

# ---- both kinds --------------------------------------------------------------------------------------------------------------------

files() {
	head -c 300000 /dev/urandom > "$work/blob"
	chmod 750 "$work/blob"
	mkdir -p "$work/tree/a/b"
	echo deep > "$work/tree/a/b/c"
	ok 'put a file' "$lab" put "$pc" "$work/blob" /opt/x/blob
	ok 'its mode' prints 750 in_pc stat -c %a /opt/x/blob
	ok 'get it back' "$lab" get "$pc" /opt/x/blob "$work/back"
	ok 'unchanged' cmp "$work/blob" "$work/back"
	ok 'put a directory' "$lab" put "$pc" "$work/tree" /opt/tree
	ok 'get a directory' "$lab" get "$pc" /opt/tree "$work/tree2"
	ok 'unchanged too' diff -r "$work/tree" "$work/tree2"
	rm -rf "$work/tree2"
}

commands() {
	ok 'status of a command' status 7 in_pc sh -c 'exit 7'
	ok 'status of a killed one' status 143 in_pc sh -c 'kill $$'
	ok 'standard input' prints hello in_pc cat <<< hello
	ok 'no environment of the caller' status 1 env SECRET=x "$lab" in "$pc" printenv SECRET
	ok 'labguard says inside' in_pc labguard
	ok 'ssh' prints "$pc" "$lab" ssh "$pc" hostname
	ok 'no way to the kernel settings' not in_pc test -w /proc/sys/kernel/panic
	ok 'nor to the clock' in_pc sh -c '[ $((0x$(sed -n "s/^CapBnd:\t//p" /proc/1/status) >> 25 & 1)) = 0 ]'
	ok 'nor for entered commands' in_pc sh -c '[ $((0x$(sed -n "s/^CapBnd:\t//p" /proc/self/status) >> 25 & 1)) = 0 ]'
	ok 'nothing but its own network' prints $'eth0\nlo' in_pc sh -c 'ls /sys/class/net'
	ok 'an rpm database' in_pc rpm -q debian-root
}

# changed NAME OLD: the host is up in another boot, and its own view of the boot id is that
changed() { local new; new=$("$lab" wait "$1" 30 "$2") && [ "$new" != "$2" ] && [ "$(in_pc cat /proc/sys/kernel/random/boot_id)" = "$new" ]; }

power() {
	local old
	in_pc touch /root/kept
	old=$("$lab" bootid "$pc"); remember_ns
	ok 'reboot' "$lab" reboot "$pc"
	ok 'a new boot' changed "$pc" "$old"
	old=$("$lab" bootid "$pc"); remember_ns
	"$lab" ssh "$pc" reboot > /dev/null 2>&1
	ok 'reboot asked for inside' changed "$pc" "$old"
	old=$("$lab" bootid "$pc"); remember_ns
	ok 'power cut' "$lab" cut "$pc"
	ok 'a new boot after it' changed "$pc" "$old"
	ok 'files are kept' in_pc test -e /root/kept
	remember_ns
	ok 'off' "$lab" off "$pc"
	ok 'it is off' status 125 in_pc true
	ok 'on' "$lab" on "$pc"
	ok 'up again' "$lab" wait "$pc" 30
	remember_ns
	in_pc poweroff > /dev/null 2>&1
	ok 'poweroff from inside stays off' retry 20 status 125 in_pc true
	sleep 0.5
	ok 'really' status 125 in_pc true
	"$lab" on "$pc"
	ok 'and on' "$lab" wait "$pc" 30
}

link() {
	ok 'link drop' "$lab" drop "$pc"
	ok 'no ssh' not timeout 20 "$lab" ssh -o ConnectTimeout=2 "$pc" true
	ok 'the host goes on' in_pc true
	ok 'link back' "$lab" undrop "$pc"
	ok 'ssh again' retry 10 "$lab" ssh "$pc" true
}

# Real packages from the signed repository, a real scanner, a real block.
antivirus() {
	cat > "$work/av.sh" <<- 'S'
		set -e
		export DEBIAN_FRONTEND=noninteractive
		[ ! -d /run/systemd/system ] || ln -s /dev/null /etc/systemd/system/clamav-freshclam.service # it would look for the network
		apt-get update -qq
		apt-get install -y -qq --no-install-recommends clamav-daemon clamdscan
		mkdir -p /srv/watched /var/lib/clamav/main.inc /var/lib/clamav/daily.inc
		{ printf '%s' 'X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR'; printf '%s' '-STANDARD-ANTIVIRUS'; printf '%s' '-TEST-FILE!$H+H*'; } > /root/sample
		printf '%s:%s:Lab-Test\n' "$(md5sum < /root/sample | cut -d' ' -f1)" "$(stat -c %s /root/sample)" > /var/lib/clamav/lab.hdb
		chown -R clamav: /var/lib/clamav
		printf '%s\n' 'LocalSocket /run/clamav/clamd.ctl' 'OnAccessIncludePath /srv/watched' 'OnAccessPrevention yes' \
			'OnAccessExcludeUname clamav' > /etc/clamav/onaccess.conf
		service clamav-daemon start
		setsid clamonacc -F --fdpass --ping 60:1 --wait --config-file=/etc/clamav/onaccess.conf > /root/clamonacc.log 2>&1 < /dev/null &
		cp /root/sample /srv/watched/harmless && echo more >> /srv/watched/harmless
		cp /root/sample /srv/watched/sample
	S
	ok 'apt-get installs from the signed repository' in_pc bash -s < "$work/av.sh"
	ok 'the sample is blocked' retry 30 eicar_blocked
	ok 'another file is not' in_pc cat /srv/watched/harmless
}
eicar_blocked() { local e; e=$(in_pc cat /srv/watched/sample 2>&1 > /dev/null); [[ $e == *'Operation not permitted'* ]]; }

both() {
	ok "up ($1)" "$lab" up "$pc" --init "$1"
	ok 'booted' "$lab" wait "$pc" 30
	remember_ns
	commands
	files
	power
	link
	antivirus
	remember_ns
}

# ---- each kind ---------------------------------------------------------------------------------------------------------------------

script() { printf '#!/bin/sh\n%s\n' "$2" > "$work/script"; chmod 755 "$work/script"; "$lab" put "$pc" "$work/script" "$1"; }

sysv() {
	pc=old
	both sysv
	script /etc/rc2.d/S90second 'echo second $1 >> /root/order'
	script /etc/rc2.d/S10first 'echo first $1 >> /root/order'
	script /etc/boot.d/third 'echo third $1 >> /root/order'
	script /etc/rc6.d/K10stop 'echo stop $1 >> /root/order'
	script /etc/rc6.d/K20hang 'sleep 300'
	ok 'reboot with a script that hangs' "$lab" reboot "$pc"
	ok 'is only delayed' "$lab" wait "$pc" 30
	ok 'scripts ran, in order' prints $'stop stop\nfirst start\nsecond start\nthird start' in_pc cat /root/order
	in_pc rm /etc/rc6.d/K20hang /root/order
	ok 'cut' "$lab" cut "$pc"
	ok 'boots' "$lab" wait "$pc" 30
	ok 'without the stop scripts' prints $'first start\nsecond start\nthird start' in_pc cat /root/order
	ok 'sshd comes back' in_pc sh -c 'kill -9 $(cat /run/sshd.pid)'
	ok 'soon' retry 10 "$lab" ssh "$pc" true
}

systemd() {
	pc=new
	both systemd
	ok 'systemd is pid 1 and content' prints running in_pc systemctl is-system-running --wait
	printf '%s\n' '[Service]' 'Type=oneshot' 'RemainAfterExit=yes' 'ExecStart=/usr/bin/touch /run/mark' '[Install]' 'WantedBy=multi-user.target' \
		> "$work/mark.service"
	"$lab" put "$pc" "$work/mark.service" /etc/systemd/system/mark.service
	ok 'enable a unit' in_pc systemctl enable mark.service
	"$lab" ssh "$pc" systemctl reboot > /dev/null 2>&1
	ok 'systemctl reboot' retry 60 in_pc test -e /run/mark
	ok 'systemd-run detaches' in_pc systemd-run --quiet --wait --collect true
}

network() {
	head -c 1000000 /dev/zero > "$("$lab" dir)/www/file"
	"$lab" rate "$pc" 8000
	ok 'the rate is limited' in_pc python3 -c 'import time, urllib.request as u; t = time.time(); u.urlopen("http://jump/file").read(); d = time.time() - t
import sys; sys.exit(f"{d:.2f} s" if d < 0.7 else 0)'
	"$lab" rate "$pc" none
	ok 'another lab beside this one' env LAB_ID=other$$ "$lab" up "$pc"
	ok 'boots' env LAB_ID=other$$ "$lab" wait "$pc" 30
	ok 'and is another' not in_pc test -e /labother
	ok 'one host down, the other stays' env LAB_ID=other$$ "$lab" down "$pc"
	ok 'here' in_pc true
	"$lab" down > "$work/out" 2>&1
	ok 'nothing is left' prints '' traces_but_other
}
traces_but_other() { traces | grep -v "other$$"; }

owner() {
	sleep 300 & local owner=$!
	LAB_OWNER=$owner LAB_ID=other$$ "$lab" down
	ok 'a lab with an owner' env LAB_OWNER=$owner LAB_ID=other$$ "$lab" up own
	kill "$owner"
	wait "$owner" 2> /dev/null
	ok 'goes when the owner goes' retry 20 prints '' traces
}

"$lab" prepare && "$lab" repo || exit 1
refusals
sysv
systemd
network
owner
printf 'lab: %d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
