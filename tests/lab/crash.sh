#!/bin/bash
# crash.sh [all | boundaries | forward|back HOW N DELAY_MS...]: real migrations on lab hosts, ended by kill -9 or power cut when the journal has N
# records, and gone on with by `resume` or by the boot script. Ends with: crash-lab: H histories, W wrong, S stranded.
#
#   forward   ClamAV beside the old product, then the old one goes: ends migrated
#   back      the old product goes, the new one fails, the old one is rebuilt: ends rolled back
#
# `boundaries`: the way forward, kill and power cut behind every record. `all`: that on both ways, in the middle of what takes its time,
# torn records, and twice in a row (hours). Without arguments a sample: every 14th record, and every second one while the old product goes and the new one is switched on.
# Wrong: the end differs from that of the uninterrupted run, or something was done twice. Stranded: unprotected without status 6.
LAB_NAME=crash
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
JOBS=${JOBS:-4}

# One PC, and many with the same files. What ClamAV needs besides is there already, as on most PCs.
needed='cron cron-daemon-common logrotate libclamav12 libmspack0 libncurses6'
one_pc() {
	up golden sysv kesl && in_pc sh -c "apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends $needed" &&
		in_pc mv /root/policy.json /root/forward.json &&
		in_pc sh -c 'cat >/root/back.json' <<<'{"schema":"avswap.policy/1","eicar":true,"allow":["standin"],"vars":{"standin_installer":"/root/standin-av_1.0_amd64.deb"}}' &&
		"$lab" off golden
}

declare -A status_of=([forward]=0 [back]=5) result_of=([forward]=migrated [back]=rolled-back)
declare -A commits_of=([forward]=1 [back]=0) engine_of=([forward]=clamonacc [back]=kesl)

plan_it() { want 'plan' avswap plan --catalog /root/catalog --policy "/root/$way.json" -o /root/plan.json; }
run_it=(run --catalog /root/catalog /root/plan.json --yes)

# How often dpkg removed and installed what: an effect that held must not be applied again.
dpkg_work() { awk '$3 == "remove" || $3 == "purge" || $3 == "install" { print $3, $4 }' "$upper/var/log/dpkg.log" | sort | uniq -c; }
stranded() { touch "$dir/stranded"; }

same_end() { # HOW: in the same state as after the uninterrupted run
	want 'exit status' prints "${status_of[$way]}" outcome exit
	want 'result' prints "${result_of[$way]}" outcome result
	want 'commits' prints "${commits_of[$way]}" grep -c '"kind":"commit"' "$(run_dir)journal.jsonl"
	want 'journal in order' journal_ok
	want 'ledger tells every gap' ledger_ok
	want 'EICAR blocked' until_ok 5 guest eicar /var/tmp || stranded
	state >"$dir/state" 2>&1
	want 'the same end' diff "$out/$way-$1/state" "$dir/state"
}

once_only() { want 'nothing done twice' diff "$out/$way-$1/dpkg" <(dpkg_work); }

uninterrupted() { # WAY kill|cut: the run that nothing interrupts, and its state after a power cut
	way=$1
	clone "$name" sysv && plan_it || return 1
	want 'exit status' status "${status_of[$way]}" avswap "${run_it[@]}"
	[ "$2" = kill ] || { "$lab" cut "$pc" && "$lab" wait "$pc" 30 && until_ok 30 in_pc pgrep -x "${engine_of[$way]}"; } >/dev/null
	cp "$(run_dir)journal.jsonl" "$(run_dir)plan.json" "$dir/"
	dpkg_work >"$dir/dpkg"
	state >"$dir/state" 2>&1
}

arm() { printf '%s\n' "$1" | in_pc sh -c 'cat >/etc/crashshim; cp /root/crashshim.so /usr/lib/; echo /usr/lib/crashshim.so >/etc/ld.so.preload'; }

# go_on: resumes until the run is over. A crash that was asked for again ends resume by 137.
go_on() {
	local got
	for _ in 1 2 3; do
		got=0
		avswap "$@" || got=$?
		[ "$got" = 137 ] || break
		crashed=$((crashed + 1))
		set -- resume
	done
	return "$got"
}

killed() { # CRASHES: lines for the shim
	crashed=0
	clone "$name" sysv && plan_it && arm "$1" || return 1
	want 'resumes to the end' status "${status_of[$way]}" go_on "${run_it[@]}"
	want 'crashes as often as asked' prints "$(grep -c . <<<"$1")" echo "$crashed"
	same_end kill
	[[ $1 != *' 0' ]] || once_only kill
}

asked_for_cut() { local p; read -r _ p <"$("$lab" dir)/hosts/$pc/state"; [ -e "/proc/$p/root/run/crashshim.cut" ]; }
over() { grep -qs '"kind":"finish"' "$upper"/var/lib/avswap/runs/*/journal.jsonl; }
cut_or_over() { over || asked_for_cut; }

powerless() { # CRASHES
	local worker
	clone "$name" sysv && plan_it && arm "$1" || return 1
	avswap "${run_it[@]}" & worker=$!
	while read -r _; do
		until_ok 120 cut_or_over || break
		until_ok 2 asked_for_cut || break # over without it; the last record is on disk before the shim asks
		"$lab" cut "$pc" >/dev/null 2>&1 && "$lab" wait "$pc" 60 >/dev/null || return 1
	done <<<"$1"
	wait "$worker"
	want 'goes on by itself' until_ok 120 over
	want 'and to its end' until_ok 20 guest settled
	want 'crashes as often as asked' prints '' in_pc cat /etc/crashshim
	want 'the engine starts' until_ok 20 in_pc pgrep -x "${engine_of[$way]}"
	same_end cut
	[[ $1 != *' 0' ]] || once_only cut
}

one() { # WAY HOW N DELAY [HOW N DELAY]
	way=$1
	shift
	case $1 in cut) powerless "$(printf '%s %s %s\n' "$@")" ;; *) killed "$(printf '%s %s %s\n' "$@")" ;; esac
}
crash() { history "$(tr ' ' '-' <<<"$*")" "$*" one "$@"; }

# ---- where to crash -----------------------------------------------------------------------------------------------------------------

# dangerous WAY: records from the first of stage remove to the last of stage activate, or to the end of the way back.
# slow WAY: records that announce something that takes its time, with how many ms: there the crash also comes in its middle.
records() {
	python3 - "$1" "$out/$2-kill" << 'P'
import json, sys
what, folder = sys.argv[1:]
stage = {s["id"]: s["stage"] for s in json.load(open(folder + "/plan.json"))["steps"]}
events = [json.loads(x) for x in open(folder + "/journal.jsonl")]
if what == "dangerous":
    inside = [e["n"] for e in events if stage.get(e.get("step")) in ("remove", "activate") or "undo" in e["kind"]]
    print(*range(min(inside), max(inside) + 1))
else:
    print(*(f'{a["n"]}:{b["up_ms"] - a["up_ms"]}' for a, b in zip(events, events[1:])
            if "begin" in a["kind"] and b["up_ms"] - a["up_ms"] > 30))
P
}
count() { wc -l <"$out/$1-kill/journal.jsonl"; }

turn=kill
in_turn() { crash "$1" $turn "${@:2}"; [ $turn = kill ] && turn=cut || turn=kill; }

sample() {
	local k
	for k in $({ seq 2 14 "$(count forward)"; records dangerous forward | tr ' ' '\n' | sed -n '1~2p'; } | sort -nu); do in_turn forward "$k" 0; done
	for k in $(records slow forward); do ((${k#*:} < 300)) || in_turn forward "${k%:*}" $((${k#*:} / 3)); done
	for k in $(records dangerous back); do ((k % 5)) || in_turn back "$k" 0; done
}

boundaries() { local k; for ((k = 1; k <= $(count forward); k++)); do crash forward kill $k 0; crash forward cut $k 0; done; }

everything() {
	local w k x i
	for w in back forward; do
		for ((k = 1; k <= $(count $w); k++)); do crash $w kill $k 0; crash $w cut $k 0; crash $w torn $k 0; done
		for x in $(records slow $w); do
			for i in 1 2 3 4; do crash $w kill "${x%:*}" $((${x#*:} * i / 5)); crash $w cut "${x%:*}" $((${x#*:} * i / 5)); done
		done
		for ((k = 4; k + 9 <= $(count $w); k += 3)); do crash $w kill $k 0 kill $((k + 2)) 0; crash $w cut $k 0 cut $((k + 3)) 0; done
	done
}

prepare
dir=$out
one_pc >"$out/golden.log" 2>&1 || { echo "crash-lab: no host, see $out/golden.log"; exit 1; }
for w in forward back; do
	history $w-kill "$w, uninterrupted" uninterrupted $w kill
	history $w-cut "$w, uninterrupted, then a power cut" uninterrupted $w cut
done
histories_over
if (($(count_failed))); then echo 'crash-lab: an uninterrupted run failed'; exit 1; fi
case ${1:-} in
'') sample ;;
all) everything ;;
boundaries) boundaries ;;
*) crash "$@" ;;
esac
histories_over
wrong=$(count_failed) stranded=$(find "$out" -name stranded | wc -l)
printf 'crash-lab: %d histories, %d wrong, %d stranded\n' $(($(count_all) - 4)) "$wrong" "$stranded"
[ "$wrong" = 0 ] && [ "$stranded" = 0 ] && [ "$(count_all)" -gt 4 ]
