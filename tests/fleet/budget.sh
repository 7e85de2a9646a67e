#!/bin/bash
# budget.sh: a wave in which every PC fails begins exactly as many as may fail, whatever number that is.
#
# Ends with: fleet-budget: N passed, N failed
FLEET_NAME=fleetbudget
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
names=(pc1 pc2 pc3 pc4 pc5)

count_touched() { local h n=0; for h in "${names[@]}"; do n=$((n + $(runs "$h"))); done; echo "$n"; }

# with_budget N: all PCs new, all fail.
with_budget() {
	local h got status=0 bad=
	rm -rf "$state"
	if [ -e "$out/used" ]; then
		for h in "${names[@]}"; do "$lab" off "$h"; done
		each like_golden "${names[@]}"
	fi
	touch "$out/used"
	each switch_on "${names[@]}" || die 'a PC does not boot'
	printf '%s\n' "${names[@]}" | fleet hosts import - >/dev/null || die 'the inventory was not taken in'
	echo "{\"schema\": \"avswap.rollout/1\", \"ask_s\": 1, \"waves\": [{\"name\": \"all\", \"percent\": 100, \"budget\": $1}]}" >"$out/rollout.json"
	fleet_run --patience 10 >"$out/budget$1.txt" 2>&1 || status=$?
	got=$(count_touched)
	[ "$got" = "$1" ] || bad="$got PCs were touched; "
	[ "$status" = 9 ] || bad+="it ended with $status; "
	grep -q "rolled back $1, refused 0, waiting $((${#names[@]} - $1)), unprotected 0" "$out/budget$1.txt" || bad+="it says $(tail -n 1 "$out/budget$1.txt"); "
	for h in "${names[@]}"; do guest "$h" kept >"$out/last" 2>&1 || bad+="$h: $(tail -n 1 "$out/last"); "; done
	if [ -z "$bad" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
	echo "   budget $1, ${#names[@]} PCs that all fail: ${bad:-$got touched}"
}

fleet_prepare
workers
cat >"$out/policy.json" <<-J
	{"schema": "avswap.policy/1", "allow": ["standin"], "vars": {"standin_installer": "/root/standin-av_1.0_amd64.deb"}}
J
pcs "${names[@]}" || die 'the PCs could not be made'
with_budget 1
with_budget 3
echo "fleet-budget: $passed passed, $failed failed"
[ "$failed" = 0 ]
