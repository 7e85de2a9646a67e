#!/bin/bash
# login.sh: refused logins. One PC that refuses keeps nobody else waiting; where all refuse, as many are tried as the rollout allows, none of
# them twice, also when the jump host's program is started again; and a person's word ends it. The PCs' own sshd says how often each was tried.
#
# Ends with: fleet-login: N passed, N failed
FLEET_NAME=fleetlogin
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
names=(pc1 pc2 pc3 pc4 pc5 pc6)

equals() { [ "$2" = "$1" ] || { echo "$2, not $1"; return 1; }; }
count() { grep '^fleet: ' "$1" | tail -n 1; }
# refused HOST...: how many logins they refused, all together.
refused() { for h in "$@"; do cat "$(upper "$h")/var/log/sshd.log"; done | grep -c 'authenticating user'; }
lock() { for h in "$@"; do "$lab" in "$h" mv /root/.ssh/authorized_keys /root/.ssh/away || die "$h cannot be locked"; done; }
unlock() { for h in "$@"; do "$lab" in "$h" mv /root/.ssh/away /root/.ssh/authorized_keys || die "$h cannot be unlocked"; done; }
go() { status=0; fleet_run --patience 3 >"$out/$1.txt" 2>&1 || status=$?; }
begin() { state=$out/$1; printf '%s\n' "${names[@]}" | fleet hosts import - >/dev/null || die 'the inventory was not taken in'; }

fleet_prepare
workers
echo '{"schema": "avswap.policy/1"}' >"$out/policy.json"
echo '{"schema": "avswap.rollout/1", "waves": [{"name": "all", "percent": 100, "budget": 6}]}' >"$out/rollout.json"
"$lab" up "${names[@]}" || die 'the PCs could not be made' # nothing has to go there, so each is done at its first visit
for h in "${names[@]}"; do "$lab" wait "$h" >/dev/null || die "$h does not boot"; done

title 'Only a look'
look() { fleet detect --ssh-config "$("$lab" dir)/ssh_config" --workers "$out/workers" >"$out/$1.txt" 2>&1; }
lock "${names[@]}"
begin look
look look
check 'three were tried' equals 3 "$(refused "${names[@]}")"
check 'the others are not, and are told so' equals 3 "$(grep -c 'not asked: PC after PC refused this login' "$out/look.txt")"
check 'none is left out' says '^6 PCs: facts of 0, no answer from 0, 6 to look at' "$out/look.txt"
unlock "${names[@]:1}"
look look-one
check 'one that refuses keeps nobody else' says '^6 PCs: facts of 5, no answer from 0, 1 to look at' "$out/look-one.txt"
unlock pc1

title 'One refuses'
lock pc2
before=$(refused pc2)
begin one
go one
check 'five are done, one waits' equals 'fleet: 6 hosts, done 5, rolled back 0, refused 0, waiting 1, unprotected 0' "$(count "$out/one.txt")"
check 'it is held, with the reason' says '^pc2 .*held: .*the login was refused' "$out/one.txt"
go one-again
check 'it was tried once, though the run was started twice' equals 1 $(($(refused pc2) - before))
unlock pc2
check 'a person has looked' fleet ack pc2
go one-acked
check 'all are done' equals 'fleet: 6 hosts, done 6, rolled back 0, refused 0, waiting 0, unprotected 0' "$(count "$out/one-acked.txt")"

title 'All refuse'
lock "${names[@]}"
before=$(refused "${names[@]}")
begin all
go all
check 'it is paused, and says so' says '^Paused: 3 logins in a row were refused, the last one by pc' "$out/all.txt"
check 'three were tried' equals 3 $(($(refused "${names[@]}") - before))
go all-again
check 'nobody is tried by starting it again' equals 3 $(($(refused "${names[@]}") - before))
fleet status >"$out/all-status.txt" 2>&1
check 'the status says it' says 'PAUSED' "$out/all-status.txt"
check 'and what to do' says 'fleet ack' "$out/all-status.txt"
fleet ack --others >/dev/null && go all-others
check 'going on with the others tries three more' equals 6 $(($(refused "${names[@]}") - before))
unlock "${names[@]}"
check 'a person has put it right' fleet ack 'pc*'
go all-acked
check 'all are done, and it has ended' says 'The rollout has ended' "$out/all-acked.txt"
check 'nobody is missing' equals 'fleet: 6 hosts, done 6, rolled back 0, refused 0, waiting 0, unprotected 0' "$(count "$out/all-acked.txt")"
check 'and nobody was tried again without need' equals 6 $(($(refused "${names[@]}") - before))
echo "fleet-login: $passed passed, $failed failed"
[ "$failed" = 0 ]
