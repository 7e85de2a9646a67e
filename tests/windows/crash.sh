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
#   cut       everything dies, and what was written into the registry since avswap last had it written, or since Wine did by itself,
#             is lost. Steps are done again where the registry says so
#
# One run of each way is held at each record, and what a power cut would leave of the disk then is kept; so an `off` or a `cut` costs
# what comes after it. Without arguments a sample. Histories that ended well are remembered in $BUILD/windows/crash-windows.kept, and
# with `all` not made again while programs and catalogue are the same.
#
# Wrong: the end is not that of the uninterrupted run, or something was done twice without need.
# Stranded: nothing protects, and the run does not say so by status 6.
SUITE=crash-windows
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$tests_windows/avswap.sh"

home=C:/avswap-standin
kept=$BUILD/windows/crash-windows.kept
asked=("$@")
declare -A status_of=([forward]=0 [back]=5) result_of=([forward]=migrated [back]=rolled-back) commits_of=([forward]=1 [back]=0)
declare -A switch_of=([forward]=wants-reboot [back]=standin-av.install-fails)

shim() { # the end at a journal record, for Wine's programs (tests/lab/crashshim.c)
    gcc -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -shared -fPIC -o "$out/crash.so" -DCRASHSHIM_PLAN="\"/mnt/drive_c/avswap-standin/crash\"" \
        -DCRASHSHIM_CUT="\"/mnt/drive_c/avswap-standin/crash.cut\"" -DCRASHSHIM_PROGRAM="\"/wine64\"" -DCRASHSHIM_SYNC=fsync tests/lab/crashshim.c
}
# A disk that was kept waits for its turn, and the time without protection goes on meanwhile: hours are allowed.
start() { up_like "$name" kes && switches "${switch_of[$way]}" && policy '"unprotected_limit_s":28800'; }

# ---- the run that is held at each record --------------------------------------------------------------------------------------------------

hold_at() { echo "hold $1 0" >"$(path $home/crash)" && rm -f "$(path $home/crash.cut)"; }
held() { there $home/crash.cut; }
records() { wc -l <"$(run_dir)journal.jsonl"; }
rests() { ! kill -0 "$worker" 2>/dev/null && over_or_reboot && none_there avswap.exe; }
held_or_rests() { held || rests; }

hives() { run C:/packages/code.exe --hives 'C:\avswap-standin'; }
# Before these records, when a program was run for them, avswap has the registry written (os_sync, core/os/file.h), which Wine takes
# for done: so `cut` keeps what was there then.
flushed() {
    case $(last_record) in
    finish) ;;
    end | undo-end)
        ! tail -n 1 "$(run_dir)journal.jsonl" | grep -q '"outcome":"already-ok"' &&
            python3 "$look" verb "$(run_dir)" | grep -qxE '(msi|exe)\.(install|remove)|command\.run'
        ;;
    *) return 1 ;;
    esac
}
keep_flushed() { hives && cp "$(path $home/system.reg)" "$dir/"; }

# keep_disk N: two PCs that are off, as a cut at record N leaves this one.
keep_disk() {
    local disks=$BUILD/windows/pc/$PC_ID file
    local cut=$disks/at-$way-cut-$1/up off=$disks/at-$way-off-$1/up
    hives && "$PC" snapshot "$pc" "at-$way-cut-$1" || return 1
    mkdir -p "$disks/at-$way-off-$1/work" && cp -al "$cut" "$off" || return 1
    for file in system user; do mv "$off/drive_c/avswap-standin/$file.reg" "$off/"; done
    if [ "$dir/system.reg" -nt "$cut/system.reg" ]; then cp -p --remove-destination "$dir/system.reg" "$cut/"; fi
}

uninterrupted() { # WAY
    local n=1 worker
    way=$1
    export PC_PRELOAD=$out/crash.so
    start && hold_at 1 || return 1
    migrate & worker=$!
    while :; do
        want "comes to record $n, or to a rest" until_ok 120 held_or_rests || return 1
        if held; then
            cp "$(run_dir)journal.jsonl" "$dir/"
            if flushed; then keep_flushed || return 1; fi
            if grep -qxE "(off|cut) $n" <(histories "$way"); then keep_disk $n || return 1; fi
            hold_at $((++n))
        elif over; then
            break
        else
            "$PC" reboot "$pc" && want 'goes on after the boot' until_ok 90 held || return 1
        fi
    done
    want 'each record was seen' test $n -gt "$(records)"
    want 'exit status' prints "${status_of[$way]}" outcome exit
    want 'the end' until_ok 10 settled
    done_by >"$dir/done"
    "$PC" reboot "$pc"
    state >"$dir/state"
}

# ---- histories ----------------------------------------------------------------------------------------------------------------------------

fired() { ! test -s "$(path $home/crash)"; }
fired_or_over() { fired || over; }
ended() { ! kill -0 "$worker" 2>/dev/null; }
# reach: record N may lie behind the reboot that the run asks for; then the service goes on, and it is that which ends.
reach() {
    until_ok 120 ended || return 1
    fired || { [ "$(last_record)" = reboot ] && "$PC" reboot "$pc" && until_ok 120 fired_or_over && fired; } || return 1
}

# go_on SECONDS: until the run is over and wound up, which is done by whoever works next where the power went right behind its last
# record; by boots where it asks for them, by `resume` where nobody works after so long.
go_on() {
    local n size patience=$1
    for n in 1 2 3 4 5; do
        if [ -z "$(run_dir)" ]; then migrate; fi
        size=$(wc -c <"$(run_dir)journal.jsonl")
        if wound_up; then return 0; fi
        if [ "$(last_record)" = reboot ]; then
            patience=15
            "$PC" reboot "$pc" || return 1
        fi
        until_ok $patience goes_on "$size" || avswap resume
        until_ok 60 wound_up_or_reboot || true
    done
    wound_up
}
goes_on() { [ "$(wc -c <"$(run_dir)journal.jsonl")" != "$1" ] || wound_up; }
wound_up() { over && [[ $(outcome result 2>/dev/null) != @(|running) ]] && settled; }
wound_up_or_reboot() { [ "$(last_record)" = reboot ] || wound_up; }

done_by() { said | tr -d '\r' | grep -E ': (removed|installed)$' | sort | uniq -c; }
protected() { [ "$(service standin-av)$(service avp.kes.21.9)" = RUNNING ]; }

end_as_uninterrupted() {
    want 'exit status' prints "${status_of[$way]}" outcome exit
    want 'result' prints "${result_of[$way]}" outcome result
    want 'commits' prints "${commits_of[$way]}" eval 'grep -c "\"kind\":\"commit\"" "$(run_dir)journal.jsonl"'
    want 'journal in order' python3 "$look" journal "$(run_dir)journal.jsonl"
    want 'no worker left' until_ok 10 settled
    [ "$how" = cut ] || want 'nothing done twice' diff "$out/$way/done" <(done_by)
    want 'protected' until_ok 10 protected || [ "$(outcome exit)" = 6 ] || touch "$dir/stranded"
    "$PC" reboot "$pc"
    state >"$dir/state"
    want 'the same end' diff "$out/$way/state" "$dir/state"
}

history() { # WAY HOW N
    local worker disk=$BUILD/windows/pc/$PC_ID/at-$1-$2-$3/up patience=0
    way=$1 how=$2
    case $how in
    off | cut)
        "$PC" up "$pc" "at-$way-$how-$3" || return 1
        ! grep -qsi 'Services\\\\avswap' "$disk/system.reg" || patience=15 # for the service that the boot starts
        ;;
    *)
        export PC_PRELOAD=$out/crash.so
        start && echo "$how $3 0" >"$(path $home/crash)" || return 1
        migrate & worker=$!
        want 'it comes that far' reach || return 1
        wait "$worker"
        ;;
    esac
    want 'goes on to its end' go_on $patience
    end_as_uninterrupted
    [ -s "$dir/problems" ] || echo "$programs $*" >>"$kept"
}

# The sample: how, and which record: the first that fits, and so many further.
sample() {
    case $1 in
    forward)
        at kill -1 '"kind":"protection".*"answer":"no"'
        at off 0 '"kind":"protection".*"answer":"no"'
        at cut 1 '"kind":"protection".*"answer":"no"'
        at torn -1 '"kind":"protection".*"answer":"yes","by":\["standin'
        at kill 0 '"kind":"reboot"'
        at off 0 '"kind":"commit"'
        ;;
    back)
        at kill 0 '"kind":"rollback"'
        at off 2 '"kind":"rollback"'
        ;;
    esac
}
at() { awk -v how="$1" -v more="$2" -v pattern="$3" '$0 ~ pattern { print how, NR + more; exit }' "$journal"; }
everything() { local how; for how in cut kill off torn; do seq -f "$how %g" "$(wc -l <"$journal")"; done; }
# histories WAY: "HOW N" of each that is wanted, as far as the uninterrupted run has come.
histories() {
    local journal=$out/$1/journal.jsonl
    case ${asked-} in
    '') sample "$1" ;;
    all) everything ;;
    *) printf '%s %s %s\n' "${asked[@]}" | sed -n "s/^$1 //p" ;;
    esac
}

command -v gcc >/dev/null || { echo "$SUITE: gcc is missing: apt-get install gcc" >&2; exit 1; }
needs "$exe" "$products"/{kes,kea,klnagent,standin-av}.msi "$products/code.exe"
programs=$(cat "$exe" "$products"/*.msi tests/products/windows/catalog/*/*/*.json vendors/*/*.json playbooks/*.json | sha256sum | cut -c1-16)
shim || exit 1
for each in 'golden bare' 'golden_with kes kes klnagent'; do
    $each >"$out/golden.log" 2>&1 || { echo "$SUITE: $each: no PC, see $out/golden.log"; exit 1; }
done
for way in forward back; do one $way uninterrupted $way; done
all_over
if compgen -G "$out/*/failed" >/dev/null; then echo "$SUITE: an uninterrupted run failed"; exit 1; fi
before=0
for each in cut kill off torn; do
    for way in forward back; do
        for n in $(histories $way | sed -n "s/^$each //p"); do
            if [ "${1-}" = all ] && grep -qsx "$programs $way $each $n" "$kept"; then
                before=$((before + 1))
            else
                one "$way-$each-$n" history $way $each "$n"
            fi
        done
    done
done
all_over
wrong=$(find "$out" -mindepth 2 -maxdepth 2 -name failed | wc -l) stranded=$(find "$out" -mindepth 2 -maxdepth 2 -name stranded | wc -l)
histories=$(($(find "$out" -mindepth 2 -maxdepth 2 -name line | wc -l) - 2 + before))
if [ $before != 0 ]; then echo "$before of them were made before"; fi
echo "crash-windows: $histories histories, $wrong wrong, $stranded stranded"
[ "$wrong" = 0 ] && [ "$stranded" = 0 ] && [ "$histories" -gt 0 ]
