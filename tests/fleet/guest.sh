#!/bin/bash
# guest.sh COMMAND: runs inside a lab host, for the fleet's tests. What the PC is, without asking avswap.
set -u

# Who watches the whole system by fanotify.
marks() {
	local f
	for f in $(grep -ls '^fanotify \(ino\|mnt_id\|sdev\)' /proc/[0-9]*/fdinfo/* 2>/dev/null | cut -d/ -f3 | sort -u); do
		readlink "/proc/$f/exe"
	done | sort -u
}
installed() { dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed; }
eicar() { /usr/local/bin/try-eicar /var/tmp; }
settled() { [ -z "$(dpkg --audit)" ] || { echo 'dpkg is not content'; return 1; }; }

# moved: off Kaspersky, on to ClamAV.
moved() {
	local p
	for p in kesl kesl-gui klnagent64; do if installed $p; then echo "$p is installed"; return 1; fi; done
	installed clamav-daemon || { echo 'clamav-daemon is not installed'; return 1; }
	marks | grep -q clamonacc || { echo "watched by: $(marks | tr '\n' ' ')"; return 1; }
	if marks | grep kaspersky; then return 1; fi
	eicar && settled
}

# kept: Kaspersky's, and guarded by it.
kept() {
	local p
	for p in kesl kesl-gui klnagent64; do installed $p || { echo "$p is not installed"; return 1; }; done
	if installed clamav-daemon || installed standin-av; then echo 'another product is installed'; return 1; fi
	marks | grep -q kaspersky || { echo "watched by: $(marks | tr '\n' ' ')"; return 1; }
	eicar && settled
}

packages() { dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\n'; }

"$@"
