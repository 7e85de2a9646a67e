#!/bin/bash
# host.sh: runs inside a lab host. Installs the stand-ins, makes an offline signature database, policies, and try-eicar.
set -eu
dpkg -i /root/kesl_*.deb /root/kesl-gui_*.deb /root/klnagent64_*.deb

# clamd starts when these three are there; the one signature is the MD5 and size of the EICAR test file.
mkdir -p /root/database/main.inc /root/database/daily.inc
echo '44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature' >/root/database/eicar.hdb

cat >/root/policy.json <<'X'
{"schema": "avswap.policy/1", "eicar": true, "vars": {"database_dir": "/root/database"}}
X
cat >/root/broken.json <<'X'
{"schema": "avswap.policy/1", "allow": ["standin"], "vars": {"standin_installer": "/root/standin-av_1.0_amd64.deb"}}
X

# try-eicar DIR: writes the test file, put together on the spot, and reads it: is it blocked?
cat >/usr/local/bin/try-eicar <<'X'
#!/bin/sh
f=$1/try-eicar.$$
printf '%s%s%s' 'X5O!P%@AP[4\PZX54(P^)7CC)7}$EI' 'CAR-STANDARD-ANTIVIRUS-' 'TEST-FILE!$H+H*' >"$f" 2>/dev/null
if cat "$f" >/dev/null 2>&1; then echo "EICAR file in $1: NOT blocked"; r=1; else echo "EICAR file in $1: blocked"; r=0; fi
rm -f "$f"
exit $r
X
chmod +x /usr/local/bin/try-eicar
