# lib.sh: what the fleet's tests on lab hosts share. Sourced with FLEET_NAME set; the lab goes when the script does.
#
# The jump host is the lab's own namespace, the PCs are lab hosts, the worker is the static one that travels. What a PC looks
# like is asked inside it and in its files, never of avswap.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
export BUILD=${BUILD:-build} LAB_ID=$FLEET_NAME$$ LAB_OWNER=$$
lab=tests/lab/lab
out=$(realpath -m "$BUILD/fleet/$FLEET_NAME")
state=$out/state
trap '"$lab" down >/dev/null 2>&1' EXIT

title() { printf '\n== %s\n\n' "$*"; }
die() { printf '%s: FAILED: %s\n' "$FLEET_NAME" "$*" >&2; exit 1; }
upper() { printf '%s/hosts/%s/up\n' "$("$lab" dir)" "$1"; }
each() { printf '%s\n' "${@:2}" | xargs -P 2 -I{} bash -c "$1 {}"; } # each FUNCTION HOST...: two at a time

fleet_prepare() {
	local p
	for p in "$BUILD/avswap-fleet" "$BUILD/portable/avswap" "$BUILD/products/kesl_12.1.0-1543_amd64.deb" "$BUILD/lab/base" "$BUILD/lab/repo"; do
		[ -e "$p" ] || die "$p is missing: make $BUILD/avswap-fleet portable products lab-base"
	done
	rm -rf "$out"
	mkdir -p "$out/tree/root" "$out/tree/etc/dpkg/dpkg.cfg.d" "$out/catalog" "$out/hosts"
	cp "$BUILD"/products/{kesl,kesl-gui,klnagent64,standin-av}_*.deb tests/demo/host.sh tests/fleet/guest.sh "$out/tree/root/"
	echo force-unsafe-io >"$out/tree/etc/dpkg/dpkg.cfg.d/lab" # a power cut here keeps what was written, flushed or not
	cp -r vendors playbooks "$out/catalog/"
	cp -r tests/products/catalog/vendors "$out/catalog/"
}

# pc HOST INIT: a PC with the stand-ins for Kaspersky's products, installed by dpkg.
pc() {
	{ "$lab" up "$1" --init "$2" && "$lab" wait "$1" && "$lab" put "$1" "$out/tree" / && "$lab" in "$1" bash /root/host.sh; } \
		>"$out/hosts/$1.setup" 2>&1 || { echo "$FLEET_NAME: host $1 could not be set up, see $out/hosts/$1.setup" >&2; return 1; }
}

# like_golden HOST: its files become those of the host `golden`, which is off; it keeps its own names and keys. It is off afterwards.
like_golden() {
	local up own="etc/ssh etc/hostname etc/machine-id" tar=$out/hosts/$1.tar
	up=$(upper "$1")
	"$lab" off "$1" && tar -C "$up" -cf "$tar" $own && find "$up" -mindepth 1 -delete && cp -a "$(upper golden)/." "$up/" &&
		tar -C "$up" -xf "$tar" && rm "$tar"
}
switch_on() { "$lab" on "$1" && "$lab" wait "$1" >/dev/null; }
guest() { "$lab" in "$1" bash /root/guest.sh "${@:2}"; }

# pcs HOST...: many PCs, all made from one.
pcs() {
	pc golden sysv && "$lab" off golden || return 1
	"$lab" up "$@" || return 1
	each like_golden "$@"
}

# fleet COMMAND...: avswap fleet on the jump host. With as=exec in place of this shell, so that this process is the one to kill.
fleet() { ${as:-} "$lab" jump "$BUILD/avswap-fleet" "$@" --state "$state"; }
fleet_run() {
	fleet run --rollout "$out/rollout.json" --policy "$out/policy.json" --catalog "$out/catalog" --yes \
		--ssh-config "$("$lab" dir)/ssh_config" --workers "$out/workers" "$@"
}
workers() { mkdir -p "$out/workers" && cp "$BUILD/portable/avswap" "$out/workers/avswap-linux-x86_64"; }

# runs HOST: how many runs ever were on it, by its files.
runs() { find "$(upper "$1")/var/lib/avswap/runs" -mindepth 1 -maxdepth 1 -type d 2>/dev/null | wc -l; }
# records HOST KIND: how many records of that kind are in all its journals.
records() { cat "$(upper "$1")"/var/lib/avswap/runs/*/journal.jsonl 2>/dev/null | grep -c "\"kind\":\"$2\""; }

# ---- what a PC has become, seen from inside ---------------------------------------------------------------------------------------

# is WANTED COMMAND...: the command prints that.
is() { local n; n=$("${@:2}"); [ "$n" = "$1" ] || { echo "${*:2}: $n, not $1"; return 1; }; }
# logged HOST WHAT: how often dpkg wrote that. What a power cut broke off is begun again, so only what came to its end counts.
logged() { cat "$(upper "$1")/var/log/dpkg.log" 2>/dev/null | grep -c "^[-0-9]* [0-9:]* $2"; }
run_ended_once() { is 1 runs "$1" && is 1 records "$1" run && is 1 records "$1" finish; }
moved() {
	run_ended_once "$1" && is 1 logged "$1" 'status not-installed kesl:' && is 1 logged "$1" 'status installed clamav-daemon:' && guest "$1" moved
}
# journals_same HOST: the jump host has all its runs, their journals byte by byte, and their ends; and no others.
journals_same() {
	local its mine run
	its=$(cd "$(upper "$1")/var/lib/avswap/runs" 2>/dev/null && ls) mine=$(cd "$state/fleet/hosts/$1".*/runs 2>/dev/null && ls)
	[ "$its" = "$mine" ] || { echo "runs there: $its; here: $mine"; return 1; }
	for run in $its; do
		cmp "$(upper "$1")/var/lib/avswap/runs/$run/journal.jsonl" "$state/fleet/hosts/$1".*/runs/"$run"/journal.jsonl &&
			[ -s "$(echo "$state/fleet/hosts/$1".*/runs/"$run"/outcome.json)" ] || return 1
	done
}

# says WORDS FILE: they stand in it; else its end is told.
says() { grep -e "$1" "$2" >/dev/null || { tail -n 3 "$2"; return 1; }; }
# check WHAT COMMAND...: counts and tells it, with what the command says.
passed=0 failed=0
check() {
	local said
	if said=$("${@:2}" 2>&1); then passed=$((passed + 1)); else failed=$((failed + 1)); fi
	[ -z "$said" ] || said=": $said"
	echo "   $1$said"
}

export -f like_golden upper switch_on pc
export lab out FLEET_NAME
