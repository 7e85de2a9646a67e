#!/bin/bash
# libssh.sh: sessions by libssh. Where it takes OpenSSH's place and where it must not; what a session carries; how each way of failing is
# told; and a PC moved by it. The PCs are lab hosts with Debian's sshd.
#
# Ends with: fleet-libssh: N passed, N failed
FLEET_NAME=fleetlibssh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
names=(pc1 pc2)
ssh=$BUILD/avswap-ssh

address() { "$lab" list | awk -v h="$1" '$1 == h { print $NF }'; }
# config LINE...: the same for all PCs, and these lines.
config() {
	printf '%s\n' 'Host *' "$@" '  User root' "  IdentityFile $dir/key" "  UserKnownHostsFile $dir/known_hosts" '  GlobalKnownHostsFile none' \
		'  KexAlgorithms curve25519-sha256' '  GSSAPIAuthentication no' >"$out/ssh_config"
}
detect() { fleet detect -v --ssh-config "$out/ssh_config" --workers "$out/workers" --client "${client:-libssh}" "$@" >"$out/detect.txt" 2>&1; }
# chosen WORDS LINE...: with these lines in the configuration it is OpenSSH, as -v says in these words.
chosen() {
	config "${@:2}"
	detect_any 'Sessions by OpenSSH' && says "$1" "$out/detect.txt"
}
detect_any() {
	fleet detect -v --ssh-config "$out/ssh_config" --workers "$out/workers" pc1 >"$out/detect.txt" 2>&1
	says "$1" "$out/detect.txt"
}
# told STATUS WORDS: a visit of pc1 ends with that status, and with these words.
told() {
	local status=0
	detect pc1 || status=$?
	[ "$status" = "$1" ] || { echo "status $status: $(tail -n 2 "$out/detect.txt")"; return 1; }
	says "$2" "$out/detect.txt"
}
# session COMMAND: by avswap-ssh itself, as avswap-fleet starts it.
session() {
	"$lab" jump "$ssh" -o user=root -o identityfile="$dir/key" -o identitiesonly=yes -o "userknownhostsfile=$dir/known_hosts" \
		-o kexalgorithms=curve25519-sha256 -o connecttimeout=10 -- "$(address pc1)" "$1"
}
# sshd [LINE]: pc1's goes by its own configuration, and by this line before all others. It is the same process that listens again.
sshd() {
	"$lab" in pc1 bash -c "[ -e /root/sshd_config ] || cp /etc/ssh/sshd_config /root/; { echo '${1-}'; cat /root/sshd_config; } >/etc/ssh/sshd_config
		pkill -HUP -o sshd; for _ in {1..100}; do sleep 0.1; (exec 3<>/dev/tcp/127.0.0.1/22) 2>/dev/null && exit; done; exit 1" ||
		die "pc1's sshd does not start with '${1-}'"
}

fleet_prepare
workers
echo '{"schema": "avswap.policy/1", "eicar": true, "vars": {"database_dir": "/root/database"}}' >"$out/policy.json"
echo '{"schema": "avswap.rollout/1", "ask_s": 1, "waves": [{"name": "all", "percent": 100, "budget": 2}]}' >"$out/rollout.json"
pcs "${names[@]}" || die 'the PCs could not be made'
each switch_on "${names[@]}" || die 'a PC does not boot'
dir=$("$lab" dir)
{ echo name,address; for h in "${names[@]}"; do echo "$h,$(address "$h")"; done; } | fleet hosts import - >/dev/null || die 'the inventory was not taken in'

title 'Who holds the session'
config
check 'libssh, where it does all that OpenSSH would' detect_any 'Sessions by libssh'
check 'and the facts come' says 'facts of 1' "$out/detect.txt"
check 'not with the key exchange that OpenSSH prefers' chosen 'no key exchange' '  KexAlgorithms ^sntrup761x25519-sha512@openssh.com'
check 'not where the configuration is not the same for all' chosen 'the same for all' '  Compression no' 'Match host 10.*' '  Port 22' 'Match all'
echo 'Host pc7' >"$out/included"
check 'nor where an included file is not' chosen 'the same for all' "  Include $out/included"
check 'not over a jump host' chosen 'proxyjump' '  ProxyJump nobody@127.0.0.1'
check 'not with a command on the way' chosen 'proxycommand' '  ProxyCommand nc %h %p'
check 'not with an alias for host keys' chosen 'hostkeyalias' '  HostKeyAlias all'
check 'not with one key file a PC' chosen 'identityfile' "  IdentityFile $dir/%h"
check 'not with what this version does not know' chosen 'verifyhostkeydns' '  VerifyHostKeyDNS yes'
cp "$dir/key" "$out/locked" && ssh-keygen -q -p -N 'a passphrase' -f "$out/locked" >/dev/null || die 'no key with a passphrase'
check 'not with a key that is locked' chosen 'cannot use the key' "  IdentityFile $out/locked" '  IdentitiesOnly yes'
cp "$dir/key" "$out/signed" && cp "$dir/key.pub" "$out/signed.pub" && ssh-keygen -q -s "$dir/key" -I one -n root "$out/signed.pub" || die 'no certificate'
check 'not with a certificate' chosen 'certificate' "  IdentityFile $out/signed"
{ echo '@revoked * ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMHb5OGrGq2iAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'; cat "$dir/known_hosts"; } >"$out/marked"
check 'not with marks in known_hosts' chosen 'marks' "  UserKnownHostsFile $out/marked"
config
client=openssh detect pc1
check 'not where it is told not to be' is 0 grep -c libssh "$out/detect.txt"
config '  ProxyCommand nc %h %p'
check 'and where it must be and cannot, that is said' told 1 'sessions cannot go by libssh: .*proxycommand'
config
check 'the passphrase is the agent'\''s matter' ssh-agent bash -c "
	ssh-add -q '$dir/key' && sed -i '/IdentityFile/s,$dir/key,$out/locked,' '$out/ssh_config' &&
	'$lab' jump '$BUILD/avswap-fleet' detect -v --state '$state' --ssh-config '$out/ssh_config' --workers '$out/workers' --client libssh pc1 >'$out/detect.txt' 2>&1"
for i in 1 2 3 4 5 6; do ssh-keygen -q -t ed25519 -N '' -f "$out/key$i" </dev/null || die 'no further keys'; done
check 'but not with more keys than a server lets be tried' ssh-agent bash -c "
	ssh-add -q '$out'/key[1-6] && '$lab' jump '$BUILD/avswap-fleet' detect -v --state '$state' --ssh-config '$out/ssh_config' \
		--workers '$out/workers' pc1 >'$out/detect.txt' 2>&1; grep -q 'more keys than' '$out/detect.txt'"
config
cp "$dir/known_hosts" "$out/hashed" && ssh-keygen -q -H -f "$out/hashed" >"$out/hashed.log" 2>&1
sed -i "s,$dir/known_hosts,$out/hashed," "$out/ssh_config"
check 'known_hosts may be hashed' told 0 'facts of 1'
sed -i "/UserKnownHostsFile/d; s,GlobalKnownHostsFile none,GlobalKnownHostsFile $dir/known_hosts," "$out/ssh_config"
echo "  UserKnownHostsFile $out/nothing" >>"$out/ssh_config"
check 'or the one of the machine' told 0 'facts of 1'

title 'What it carries'
head -c 20000000 /dev/urandom >"$out/bytes"
session cat <"$out/bytes" >"$out/back"
check 'twenty megabytes there and back' cmp "$out/bytes" "$out/back"
check 'the exit status' is 7 bash -c "$(declare -f session address); lab=$lab ssh=$ssh dir=$dir; session 'exit 7' </dev/null; echo \$?"
check 'a status that would be one of its own is not' is 249 bash -c "$(declare -f session address); lab=$lab ssh=$ssh dir=$dir; session 'exit 252' </dev/null; echo \$?"
session 'echo out; echo errors >&2' >"$out/1" 2>"$out/2" </dev/null
check 'output and errors apart' is 'out errors' echo "$(cat "$out/1")" "$(cat "$out/2")"
check 'that input has ended' is 3 session 'wc -c' <<<ab
# A PC that never stops: a gigabyte is read of it, and the most memory that the session ever held is looked at while it still is there.
mkfifo "$out/endless"
session 'cat /dev/zero' >"$out/endless" 2>/dev/null </dev/null & pid=$!
exec 7<"$out/endless"
head -c 1000000000 <&7 >/dev/null
peak=$(for p in $(pgrep -x avswap-ssh); do grep -q "$(address pc1)" "/proc/$p/cmdline" && sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$p/status"; done)
exec 7<&-
wait "$pid" 2>/dev/null
check "of a PC that never stops no more than 24 MiB are held (${peak:-?} KiB)" test "${peak:-99999}" -lt 24576

title 'How it fails'
config '  IdentitiesOnly yes'
"$lab" in pc1 mv /root/.ssh/authorized_keys /root/.ssh/away
check 'a refused login' told 9 'the login was refused'
"$lab" in pc1 mv /root/.ssh/away /root/.ssh/authorized_keys
sed 's/^pc1,[^ ]*/nobody/' "$dir/known_hosts" >"$out/known"
sed -i "s,$dir/known_hosts,$out/known," "$out/ssh_config"
check 'an unknown host key' told 9 'host key is not known here'
awk -v a="$(address pc1)" '$1 ~ a { mine = $1 } $1 !~ a { other = $2 " " $3 } END { print mine, other }' "$dir/known_hosts" >"$out/known"
check 'another host key' told 9 'host key is another one'
config '  IdentitiesOnly yes'
sshd 'KexAlgorithms diffie-hellman-group14-sha256'
check 'nothing in common' told 9 'no algorithm in common'
sshd
sshd 'ForceCommand /bin/echo no'
check 'a forced command' told 9 'without running what it was given'
sshd
sshd 'AuthenticationMethods publickey,publickey'
check 'a login that wants more than a key' told 9 'the login was refused'
sshd
config '  IdentitiesOnly yes' '  Port 23'
check 'a port without sshd' told 9 'nothing listens on its SSH port'
config '  IdentitiesOnly yes' '  ConnectTimeout 2'
"$lab" off pc1
check 'a PC that is off' told 9 'no answer from 1'
"$lab" on pc1 && "$lab" wait pc1 >/dev/null
config '  IdentitiesOnly yes'
check 'and on again' told 0 'facts of 1'

title 'A rollout by it'
fleet run --rollout "$out/rollout.json" --policy "$out/policy.json" --catalog "$out/catalog" --yes --ssh-config "$out/ssh_config" --workers "$out/workers" \
	--client libssh >"$out/run.txt" 2>&1
check 'both are done' says '^fleet: 2 hosts, done 2, rolled back 0, refused 0, waiting 0, unprotected 0' "$out/run.txt"
for h in "${names[@]}"; do
	check "$h was moved once" moved "$h"
	check "what $h wrote is here" journals_same "$h"
done
echo "fleet-libssh: $passed passed, $failed failed"
[ "$failed" = 0 ]
