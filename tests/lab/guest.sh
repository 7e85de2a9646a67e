#!/bin/bash
# guest.sh COMMAND [ARGS...]: runs inside a lab host, for migrate.sh and crash.sh.
set -eu

# setup kesl | rpm | bare: the stand-ins as dpkg or rpm packages, an offline signature database, a policy, and the witness.
setup() {
	case $1 in
	kesl) dpkg -i /root/kesl_*.deb /root/kesl-gui_*.deb /root/klnagent64_*.deb ;;
	rpm)
		rpm -U /root/standin-rpm-root-*.rpm
		rpm -i /root/kesl-1*.rpm /root/kesl-gui-*.rpm /root/klnagent64-*.rpm
		;;
	bare) ;;
	esac
	# clamd starts when these are there; the one signature is the MD5 and size of the EICAR test file.
	mkdir -p /root/database/main.inc /root/database/daily.inc
	echo '44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature' >/root/database/eicar.hdb
	echo '{"schema":"avswap.policy/1","eicar":true,"vars":{"database_dir":"/root/database"}}' >/root/policy.json
	# The witness starts again with each boot. So does a copy of the new product's logs, which a rollback takes away.
	if [ -d /run/systemd/system ]; then
		printf '%s\n' '[Unit]' 'DefaultDependencies=no' 'After=local-fs.target' '[Service]' \
			'ExecStart=/usr/bin/python3 /root/witness.py /var/tmp/witness /root/witness.log' '[Install]' 'WantedBy=multi-user.target' \
			>/etc/systemd/system/witness.service
		systemctl daemon-reload
		systemctl enable --quiet --now witness.service
	else
		mkdir -p /etc/boot.d
		printf '%s\n' '#!/bin/sh' 'setsid python3 /root/witness.py /var/tmp/witness /root/witness.log </dev/null >/dev/null 2>&1 &' \
			'setsid tail -q -F /var/log/clamav/clamonacc.log /var/log/clamav/clamav.log </dev/null >>/root/clamav.log 2>/dev/null &' \
			>/etc/boot.d/witness
		chmod 755 /etc/boot.d/witness
		/etc/boot.d/witness
	fi
}

executables() { find /proc -mindepth 2 -maxdepth 2 -path '/proc/[0-9]*/exe' -printf '%l\n' 2>/dev/null || true; }

# Programs that run, without those of the system and of the test itself.
programs() {
	executables | sort -u | grep -vE '^$|/(bash|dash|python3[.0-9]*|sshd|labinit|find|sort|grep|sed|systemd[-a-z]*|dbus-daemon|cat|tail)$' |
		sed 's/^/runs /'
}

# Who holds fanotify marks.
marks() {
	local f
	for f in $(grep -ls '^fanotify \(ino\|mnt_id\|sdev\)' /proc/[0-9]*/fdinfo/* 2>/dev/null | cut -d/ -f3 | sort -u); do
		echo "watches $(readlink "/proc/$f/exe")"
	done | sort -u
}

enabled() {
	if [ -d /run/systemd/system ]; then
		systemctl list-unit-files --state=enabled --no-legend --no-pager | awk '{print "enabled", $1}'
		systemctl list-units --failed --no-legend --no-pager --plain | awk '{print "failed", $1}'
	fi
	find /etc/rc?.d -type l -name '[SK]*' -printf '%p\n' | sed 's/\([SK]\)[0-9][0-9]/\1/; s/^/link /' | sort
}

state() {
	dpkg-query -W -f 'package ${Package} ${Version} ${db:Status-Want} ${db:Status-Status}\n'
	rpm -qa 2>/dev/null | sed 's/^/rpm /' | sort
	# Not their sums: a rebuilt package was made with the file as people had changed it, and dpkg cannot know the one before.
	dpkg-query -W -f 'conffiles${Conffiles}\n' kesl klnagent64 2>/dev/null | cut -d' ' -f1,2 || true
	programs
	marks
	enabled
	cut -d: -f1,6,7 /etc/passwd | sed 's/^/user /'
	cut -d: -f1,4 /etc/group | sed 's/^/group /' | grep -v '^group crontab:' | sort # Debian's cron leaves it when it is purged
	iptables-save 2>/dev/null | grep '^-A' || true
	ls /root/.gnupg /root/.rpmdb 2>/dev/null || true
	dpkg --audit
}

# eicar DIR: is the test file, put together on the spot, blocked?
eicar() {
	local f=$1/eicar.$$ r=0
	printf '%s%s%s' 'X5O!P%@AP[4\PZX54(P^)7CC)7}$EI' 'CAR-STANDARD-ANTIVIRUS-' 'TEST-FILE!$H+H*' >"$f" 2>/dev/null
	if cat "$f" >/dev/null 2>&1; then r=1; fi
	rm -f "$f"
	return $r
}

# no FILE...: everything of Kaspersky is gone.
gone() {
	local bad=0 x
	for x in /opt/kaspersky /var/opt/kaspersky /etc/opt/kaspersky /var/log/kaspersky /etc/init.d/kesl /etc/init.d/klnagent64; do
		if [ -e "$x" ]; then echo "$x is there"; bad=1; fi
	done
	if dpkg-query -W -f '${Package} ${Status}\n' kesl kesl-gui klnagent64 2>/dev/null; then bad=1; fi
	if rpm -q kesl kesl-gui klnagent64 | grep -v 'not installed'; then bad=1; fi
	if grep -E '^(kesl|nokesl)' /etc/group; then bad=1; fi
	if iptables-save 2>/dev/null | grep -E '0x(200|400)'; then bad=1; fi
	if programs | grep kaspersky; then bad=1; fi
	if find /etc/rc?.d /etc/systemd/system -name '*kesl*' -o -name '*klnagent*' | grep .; then bad=1; fi
	return $bad
}

# settled: no avswap works or is armed to.
settled() {
	if executables | grep '/avswap$'; then return 1; fi
	if compgen -G '/etc/rc?.d/S??avswap-resume' >/dev/null || [ -e /etc/systemd/system/avswap-resume.service ]; then return 1; fi
	compgen -G '/var/lib/avswap/runs/*/outcome.json' >/dev/null
}

"$@"
