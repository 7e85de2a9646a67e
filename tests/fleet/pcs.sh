# pcs.sh: a whole fleet of PCs, as a folder here describes it: pcs (what each is, what befalls it, what it must be at the end),
# inventory.ini, rollout.json, policy.json. Sourced after lib.sh.
#
#   fleet_take FOLDER; fleet_make; accidents_begin; (the rollout, told in $told); accidents_end; then fleet_look HOST for each
told=$out/run.txt # what avswap fleet run says; an accident may wait for it
accidents=()

fleet_take() {
	table=$(grep -v '^#' "$here/$1/pcs")
	all=$(awk '{ print $1 }' <<<"$table")
	cp "$here/$1/"{inventory.ini,rollout.json,policy.json} "$out/"
}
# those COLUMN WORD: the PCs with that word there.
those() { awk -v c="$1" -v w="$2" '$c == w { print $1 }' <<<"$table"; }
count_those() { those "$@" | grep -c .; }
want_line() {
	printf 'fleet: %d hosts, done %d, rolled back %d, refused %d, waiting %d, unprotected 0\n' "$(wc -l <<<"$table")" \
		$(($(count_those 4 moved) + $(count_those 4 bare))) "$(count_those 4 restored)" "$(count_those 4 refused)" "$(count_those 4 held)"
}

# ---- before -----------------------------------------------------------------------------------------------------------------

fleet_make() {
	local h
	rm -rf "$out/hosts" && mkdir "$out/hosts"
	pcs $(those 2 sysv) $(those 2 off) $(those 2 new_key) $(those 2 forbids) || die 'the PCs could not be made'
	each 'f() { pc $1 systemd; }; f' $(those 2 systemd) || die 'the PCs with systemd could not be made'
	for h in $(those 2 bare); do "$lab" up "$h" && "$lab" put "$h" "$out/tree" / || die "$h could not be made"; done
	for h in $(those 2 new_key); do
		rm -f "$(upper "$h")"/etc/ssh/ssh_host_ed25519_key*
		ssh-keygen -q -t ed25519 -N '' -f "$(upper "$h")/etc/ssh/ssh_host_ed25519_key"
	done
	for h in $(those 2 forbids); do
		mkdir -p "$(upper "$h")/etc/avswap-standin"
		echo refuse-removal >"$(upper "$h")/etc/avswap-standin/switches"
	done
	each switch_on $(those 2 sysv) $(those 2 new_key) $(those 2 forbids) || die 'a PC does not boot'
	each as_before $(grep -v ' off ' <<<"$table" | awk '{ print $1 }') || die 'the fleet is not as it should be before'
	fleet hosts import "$out/inventory.ini" >"$out/import.txt" || die "the inventory was not taken in: $(cat "$out/import.txt")"
}
# as_before HOST: its packages are written down; it is guarded by Kaspersky's, or bare.
as_before() {
	guest "$1" packages >"$out/hosts/$1.before"
	! grep -q '^kesl ' "$out/hosts/$1.before" || guest "$1" kept >"$out/hosts/$1.kept" 2>&1 || { echo "$1: $(cat "$out/hosts/$1.kept")" >&2; return 1; }
}
export -f guest as_before

# ---- what befalls them --------------------------------------------------------------------------------------------------------

accidents_begin() {
	local h accident
	while read -r h _ accident _; do
		[ "$accident" != - ] || continue
		{ "$accident" "$h" && echo done >"$out/hosts/$h.did"; } &
		accidents+=($!)
	done <<<"$table"
}
accidents_end() { wait "${accidents[@]}"; accidents=(); }
accidents_leave() { ((${#accidents[@]} == 0)) || kill "${accidents[@]}" 2>/dev/null; }
trap 'accidents_leave; "$lab" down >/dev/null 2>&1' EXIT

# until_there FILE WORDS: waits for a line with them.
until_there() {
	local end=$((SECONDS + 900))
	until grep -qs -e "$2" "$1"; do
		((SECONDS < end)) || return 1
		sleep 0.02
	done
}
# The PC's own log says when its removal has begun.
in_removal() { until_there "$(upper "$1")/var/log/dpkg.log" ' remove kesl:' && date -u +%FT%TZ >"$out/hosts/$1.removal"; }
link_drops() { in_removal "$1" && "$lab" drop "$1" && sleep 12 && "$lab" undrop "$1"; }
power_fails() { in_removal "$1" && "$lab" cut "$1"; }
# It is switched on when it has been missed.
comes_back() { until_there "$told" "^$1 .*unreachable" && "$lab" on "$1"; }

# ---- after ---------------------------------------------------------------------------------------------------------------------

same_packages() { guest "$1" packages | diff "$out/hosts/$1.before" -; }
never_touched() { is 0 logged "$1" '\(remove\|purge\) ' && same_packages "$1"; }

bare() { is 0 runs "$1" && never_touched "$1"; }
restored() { run_ended_once "$1" && guest "$1" kept && same_packages "$1"; }
refused() { run_ended_once "$1" && guest "$1" kept && never_touched "$1"; }
held() { is 0 runs "$1" && guest "$1" kept && never_touched "$1" && grep -q "^$1 .*host key" "$told"; }

# fleet_look HOST: true when it is what it must be, seen from inside; else it prints what is not.
fleet_look() {
	local accident after
	read -r _ _ accident after _ <<<"$(grep "^$1 " <<<"$table")"
	"$after" "$1" || return 1
	[ "$accident" = - ] || [ -e "$out/hosts/$1.did" ] || { echo "what should have befallen it did not ($accident)"; return 1; }
}
# What the PCs themselves have to say, kept when the lab goes.
keep_evidence() {
	local h
	for h in $all; do
		mkdir -p "$out/pcs/$h"
		cp -r "$(upper "$h")"/var/{lib/avswap/runs,log/dpkg.log} "$out/pcs/$h/" 2>/dev/null
	done
}
