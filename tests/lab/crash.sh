#!/bin/bash
# crash.sh [all | HOW N DELAY_MS...]: the real migration on lab hosts, ended by kill -9 or power cut when the journal has N records,
# and gone on with by `resume` or by the boot script. Without arguments a sample: every 7th record, and all while the old product
# goes and the new one is switched on. Ends with: crash-lab: H histories, W wrong, S stranded.
#
# Wrong: the end differs from that of the uninterrupted run, or something was done twice. Stranded: unprotected without status 6.
LAB_NAME=crash
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
JOBS=${JOBS:-4}

plan_it() { avswap plan --policy /root/policy.json --now "$(date -u +%FT%TZ)" -o /root/plan.json; }

# How often dpkg removed and installed what: an effect that held must not be applied again.
dpkg_work() { awk '$3 == "remove" || $3 == "purge" || $3 == "install" { print $3, $4 }' "$upper/var/log/dpkg.log" | sort | uniq -c; }

same_end() { # like REFERENCE: in the same state
	want 'exit status 0' prints 0 outcome exit
	want 'migrated' prints migrated outcome result
	want 'one commit' prints 1 grep -c '"kind":"commit"' "$(run_dir)journal.jsonl"
	want 'journal in order' journal_ok
	want 'ledger tells every gap' ledger_ok
	want 'EICAR blocked' until_ok 5 guest eicar /var/tmp || touch "$dir/stranded"
	state >"$dir/state" 2>&1
	want 'the same end' diff "$out/$1/state" "$dir/state"
}

reference() { # kill | cut: the uninterrupted run, and its state after a power cut
	up "$name" sysv kesl && in_pc cp /root/policy.json /root/p && want 'plan' plan_it || return 1
	want 'exit 0' status 0 avswap run /root/plan.json --yes
	[ "$1" = kill ] || { "$lab" cut "$pc" && "$lab" wait "$pc" 30 && until_ok 30 in_pc pgrep -x clamonacc; } >/dev/null
	cp "$(run_dir)journal.jsonl" "$(run_dir)plan.json" "$dir/"
	dpkg_work >"$dir/dpkg"
	cp "$dir/dpkg" "$dir/dpkg.txt"
	state >"$dir/state" 2>&1
}

arm() { printf '%s\n' "$1" | in_pc sh -c 'cat >/etc/crashshim; cp /root/crashshim.so /usr/lib/; echo /usr/lib/crashshim.so >/etc/ld.so.preload'; }

# go_on: resumes until the run is over. A crash that was asked for again ends resume by 137.
go_on() {
	local got i
	for i in 1 2 3; do
		got=0
		avswap "$@" || got=$?
		[ "$got" = 137 ] || break
		crashed=$((crashed + 1))
		set -- resume
	done
	[ "$got" = 0 ] || echo "status $got" >&2
	return "$got"
}

killed() { # CRASHES: lines for the shim
	crashed=0
	up "$name" sysv kesl && want 'plan' plan_it && arm "$1" || return 1
	want 'resumes to the end' go_on run /root/plan.json --yes
	want "crashes as often as asked" prints "$(grep -c . <<<"$1")" echo "$crashed"
	same_end reference-kill
	[[ $1 =~ ' 0'$ ]] && want 'nothing done twice' diff "$out/reference-kill/dpkg" <(dpkg_work)
	return 0
}

asked_for_cut() { [ -e "/proc/$1/root/run/crashshim.cut" ]; }
over() { compgen -G "$upper/var/lib/avswap/runs/*/outcome.json" >/dev/null && grep -qs '"kind":"finish"' "$upper"/var/lib/avswap/runs/*/journal.jsonl; }

powerless() { # CRASHES
	local worker
	up "$name" sysv kesl && want 'plan' plan_it && arm "$1" || return 1
	avswap run /root/plan.json --yes & worker=$!
	while read -r _; do
		until_ok 60 asked_for_cut_or_over || break
		over && break
		"$lab" cut "$pc" >/dev/null 2>&1 && "$lab" wait "$pc" 30 >/dev/null || return 1
	done <<<"$1"
	wait "$worker"
	want 'goes on by itself' until_ok 60 over
	want 'and to its end' until_ok 20 guest settled
	want 'crashes as often as asked' prints '' in_pc cat /etc/crashshim
	want 'the scanner starts' until_ok 20 in_pc pgrep -x clamonacc
	same_end reference-cut
	[[ $1 =~ ' 0'$ ]] && want 'nothing done twice' diff "$out/reference-cut/dpkg" <(dpkg_work)
	return 0
}
asked_for_cut_or_over() { local p; over && return; read -r _ p < "$("$lab" dir)/hosts/$pc/state"; asked_for_cut "$p"; }

one() { # HOW N DELAY [HOW N DELAY]
	local crashes
	crashes=$(printf '%s %s %s\n' "$@")
	case $1 in cut) powerless "$crashes" ;; *) killed "$crashes" ;; esac
}
crash() { history "$(tr ' ' '-' <<<"$*")" "$*" one "$@"; }

# Records between the first of stage remove and the last of stage activate.
dangerous() {
	python3 - "$out/reference-kill" << 'P'
import json, sys
d = sys.argv[1]
stage = {s["id"]: s["stage"] for s in json.load(open(d + "/plan.json"))["steps"]}
inside = [e["n"] for e in map(json.loads, open(d + "/journal.jsonl")) if stage.get(e.get("step")) in ("remove", "activate")]
print(*range(min(inside), max(inside) + 1))
P
}
# Records that say that a step begins which takes its time: there the crash also comes in its middle.
slow() {
	python3 - "$out/reference-kill" << 'P'
import json, sys
events = [json.loads(x) for x in open(sys.argv[1] + "/journal.jsonl")]
print(*(f'{a["n"]}:{b["up_ms"] - a["up_ms"]}' for a, b in zip(events, events[1:]) if a["kind"] == "begin" and b["up_ms"] - a["up_ms"] > 30))
P
}

sample() {
	local k how=kill
	for k in $({ seq 2 7 "$records"; dangerous | tr ' ' '\n'; } | sort -nu); do
		crash $how "$k" 0
		[ $how = kill ] && how=cut || how=kill
	done
	for k in $(slow); do
		((${k#*:} < 300)) || { crash $how "${k%:*}" $((${k#*:} / 3)); [ $how = kill ] && how=cut || how=kill; }
	done
}
everything() {
	local k x i
	for ((k = 1; k <= records; k++)); do crash kill $k 0; crash cut $k 0; crash torn $k 0; done
	for x in $(slow); do
		for i in 1 2 3 4; do crash kill "${x%:*}" $((${x#*:} * i / 5)); crash cut "${x%:*}" $((${x#*:} * i / 5)); done
	done
	for ((k = 4; k + 9 <= records; k += 3)); do
		crash kill $k 0 kill $((k + 2)) 0; crash cut $k 0 cut $((k + 3)) 0
	done
}

prepare
history reference-kill 'uninterrupted' reference kill
history reference-cut 'uninterrupted, then a power cut' reference cut
histories_over
if (($(count_failed))); then echo 'crash-lab: the uninterrupted run failed'; exit 1; fi
records=$(wc -l <"$out/reference-kill/journal.jsonl")
case ${1:-} in
'') sample ;;
all) everything ;;
*) crash "$@" ;;
esac
histories_over
wrong=$(count_failed) stranded=$(find "$out" -name stranded | wc -l)
printf 'crash-lab: %d histories, %d wrong, %d stranded\n' $(($(count_all) - 2)) "$wrong" "$stranded"
[ "$wrong" = 0 ] && [ "$stranded" = 0 ]
