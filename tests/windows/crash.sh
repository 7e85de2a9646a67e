#!/bin/bash
# crash.sh [all | (forward|back HOW N)...]: migrations on Wine PCs that end when the journal has N records, and are gone on with.
# Ends with: crash-windows: H histories, W wrong, S stranded.
#
#   forward   the old product goes, the PC reboots in the middle, the agent goes, the new product protects: ends migrated
#   back      the installation of the new one fails, the old one is put back: ends rolled back
#
#   kill      avswap dies right behind record N; `resume` goes on
#   torn      the same, and half of record N never reached the disk
#   off       everything dies, the registry is on the disk: a power cut on Windows, whose registry is flushed; the boot goes on
#   cut       everything dies, and what was written into the registry of late is lost: what Wine makes of a power cut. Steps are
#             done again where the registry says so
#
# Without arguments a sample. Wrong: the end is not that of the uninterrupted run, or something was done twice without need.
# Stranded: nothing protects, and the run does not say so by status 6.
SUITE=crash-windows
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$tests_windows/avswap.sh"

home=C:/avswap-standin
declare -A status_of=([forward]=0 [back]=5) result_of=([forward]=migrated [back]=rolled-back) commits_of=([forward]=1 [back]=0)
declare -A switch_of=([forward]=wants-reboot [back]=standin-av.install-fails)

shim() { # the end at a journal record, for Wine's programs (tests/lab/crashshim.c)
    gcc -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -shared -fPIC -o "$out/crash.so" -DCRASHSHIM_PLAN="\"/mnt/drive_c/avswap-standin/crash\"" \
        -DCRASHSHIM_CUT="\"/mnt/drive_c/avswap-standin/crash.cut\"" -DCRASHSHIM_PROGRAM="\"/wine64\"" -DCRASHSHIM_SYNC=fsync tests/lab/crashshim.c
}
start() { up_like "$name" kes && switches "${switch_of[$way]}"; }
asked_for_cut() { there $home/crash.cut; }
cut_or_ended() { asked_for_cut || ! kill -0 "$worker" 2>/dev/null; }

fired() { ! test -s "$(path $home/crash)"; }
fired_or_over() { fired || over; }
# reach: record N may lie behind the reboot that the run asks for; then the service goes on, and it is that which ends.
reach() {
    until_ok 120 cut_or_ended || return 1
    fired || { [ "$(last_record)" = reboot ] && "$PC" reboot "$pc" && until_ok 120 fired_or_over && fired; } || return 1
}

# go_on: until the run is over; by boots where it asks for them, by `resume` where nobody works.
go_on() {
    local n size
    for n in 1 2 3 4 5; do
        if [ -z "$(run_dir)" ]; then migrate; fi
        size=$(wc -c <"$(run_dir)journal.jsonl")
        if over; then return 0; fi
        if [ "$(last_record)" = reboot ]; then
            "$PC" reboot "$pc" || return 1
        fi
        until_ok 15 grown "$size" || avswap resume
        until_ok 60 over_or_reboot || true
    done
    over
}
grown() { [ "$(wc -c <"$(run_dir)journal.jsonl")" != "$1" ]; }

done_by() { said | tr -d '\r' | grep -E ': (removed|installed)$' | sort | uniq -c; }
protected() { [ "$(service standin-av)$(service avp.kes.21.9)" = RUNNING ]; }

end_as() { # HOW
    want 'exit status' prints "${status_of[$way]}" outcome exit
    want 'result' prints "${result_of[$way]}" outcome result
    want 'commits' prints "${commits_of[$way]}" eval 'grep -c "\"kind\":\"commit\"" "$(run_dir)journal.jsonl"'
    want 'journal in order' python3 "$look" journal "$(run_dir)journal.jsonl"
    want 'no worker left' until_ok 10 settled
    [ "$1" = cut ] || want 'nothing done twice' diff "$out/$way/done" <(done_by)
    want 'protected' until_ok 10 protected || [ "$(outcome exit)" = 6 ] || touch "$dir/stranded"
    "$PC" reboot "$pc"
    state >"$dir/state"
    want 'the same end' diff "$out/$way/state" "$dir/state"
}

uninterrupted() {
    start || return 1
    migrate
    follow
    want 'exit status' prints "${status_of[$way]}" outcome exit
    want 'the end' until_ok 10 settled
    cp "$(run_dir)journal.jsonl" "$dir/"
    done_by >"$dir/done"
    "$PC" reboot "$pc"
    state >"$dir/state"
}

history() { # WAY HOW N
    local worker
    way=$1
    export PC_PRELOAD=$out/crash.so
    start || return 1
    echo "$([ "$2" = off ] && echo cut || echo "$2") $3 0" >"$(path $home/crash)"
    migrate & worker=$!
    want 'it comes that far' reach || return 1
    case $2 in
    off | cut)
        want 'asks for a cut' until_ok 5 asked_for_cut || return 1
        rm "$(path $home/crash.cut)"
        "$PC" "$2" "$pc" && "$PC" on "$pc" || return 1
        ;;
    esac
    wait "$worker"
    want 'goes on to its end' go_on
    end_as "$2"
}
crash() { one "$1-$2-$3" history "$@"; }

count() { wc -l <"$out/$1/journal.jsonl"; }
record() { grep -n "$2" "$out/$1/journal.jsonl" | head -n 1 | cut -d: -f1; } # WAY PATTERN: the first that fits
sample() {
    local remove install
    remove=$(record forward '"kind":"protection".*"answer":"no"')
    install=$(record forward '"kind":"protection".*"answer":"yes","by":\["standin')
    crash forward kill 1
    crash forward kill $((remove - 1))
    crash forward off "$remove"
    crash forward cut $((remove + 1))
    crash forward torn $((install - 1))
    crash forward kill "$(record forward '"kind":"reboot"')"
    crash forward off $(($(count forward) - 20))
    crash forward kill $(($(count forward) - 1))
    crash back kill "$(record back '"kind":"rollback"')"
    crash back off $(($(record back '"kind":"rollback"') + 2))
}
everything() {
    local w k how
    for w in forward back; do
        for ((k = 1; k <= $(count $w); k++)); do
            for how in kill torn off cut; do crash $w $how $k; done
        done
    done
}

command -v gcc >/dev/null || { echo "$SUITE: gcc is missing: apt-get install gcc" >&2; exit 1; }
needs "$exe" "$products"/{kes,kea,klnagent,standin-av}.msi "$products/code.exe"
shim || exit 1
for each in 'golden bare' 'golden_with kes kes klnagent'; do
    $each >"$out/golden.log" 2>&1 || { echo "$SUITE: $each: no PC, see $out/golden.log"; exit 1; }
done
for way in forward back; do one $way uninterrupted; done
all_over
if compgen -G "$out/*/failed" >/dev/null; then echo "$SUITE: an uninterrupted run failed"; exit 1; fi
case ${1-} in
'') sample ;;
all) everything ;;
*) while (($# >= 3)); do crash "$1" "$2" "$3"; shift 3; done ;;
esac
all_over
wrong=$(find "$out" -mindepth 2 -maxdepth 2 -name failed | wc -l) stranded=$(find "$out" -mindepth 2 -maxdepth 2 -name stranded | wc -l)
histories=$(($(find "$out" -mindepth 2 -maxdepth 2 -name line | wc -l) - 2))
echo "crash-windows: $histories histories, $wrong wrong, $stranded stranded"
[ "$wrong" = 0 ] && [ "$stranded" = 0 ] && [ "$histories" -gt 0 ]
