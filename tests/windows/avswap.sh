# avswap.sh: a PC with avswap.exe on it, and how its runs are followed. Sourced after common.sh.
exe=$BUILD/windows/avswap.exe

# The disk that every PC of a suite begins with: avswap, the catalogue with that of the stand-ins, a trusted signer. It is a server,
# as Wine has no Security Center: on servers it is asked for the driver and the service whether the old product protects.
golden() { # NAME
    local dir=$out/$1
    mkdir -p "$dir"
    up "$1" || return 1
    run reg add 'HKLM\SYSTEM\CurrentControlSet\Control\ProductOptions' /v ProductType /d ServerNT /f
    run reg add 'HKLM\SYSTEM\CurrentControlSet\Control\Class\{4D36E96B-E325-11CE-BFC1-08002BE10318}' /v UpperFilters /t REG_MULTI_SZ /d kbdclass /f
    run reg add 'HKLM\SYSTEM\CurrentControlSet\Control' /v AutoStartDelay /t REG_DWORD /d 1000 /f # Wine counts milliseconds
    put "$exe" C:/avswap.exe
    put tests/products/windows/catalog C:/catalog
    put vendors C:/catalog/vendors
    put playbooks C:/catalog/playbooks
    put "$products/keys/ca.cer" C:/packages/ca.cer
    put "$products/standin-av.msi" C:/packages/standin-av.msi
    run C:/packages/code.exe --trust 'C:\packages\ca.cer' && policy '' && switches && "$PC" off "$1"
}
golden_with() { # NAME PRODUCT...: the disk `bare` with these installed
    local dir=$out/$1 product
    mkdir -p "$dir"
    up_like "$1" bare || return 1
    for product in "${@:2}"; do add "$product" || return 1; done
    "$PC" off "$1"
}
# untouched GOLDEN: what PCs that began with this disk are compared with, when nothing may have changed.
untouched() {
    local dir=$out/untouched-$1
    mkdir -p "$dir"
    up_like "untouched-$1" "$1" && state >"$out/$1.state"
}
up_like() { pc=$1 golden=$2 && "$PC" up "$1" "$2" && { [ "$2" != kes ] || until_ok 30 agent_runs; }; } # NAME GOLDEN
agent_runs() { [ "$(service klnagent)" = RUNNING ]; }

# What a golden disk would hold had only the new product ever been there; installed by hand, not by avswap. Another package came and
# went, for the empty keys that the installer keeps.
reference() {
    local dir=$out/reference
    mkdir -p "$dir"
    up_like reference bare && switches kea.clean-removal && add kea && [ "$(remove kea)" = 0 ] || return 1
    rmdir "$(path 'C:/Program Files (x86)/Kaspersky Lab')" "$(path 'C:/ProgramData/Kaspersky Lab')"
    [ "$(install standin-av)" = 0 ] && state >"$out/reference.state"
}

policy() { # MORE [PRODUCT INSTALLER]: MORE is JSON that is added to what every policy here says
    echo '{"schema":"avswap.policy/1","allow":["'"${2:-standin.av.windows}"'"],"vars":{"standin_installer":"C:/packages/'"${3:-standin-av.msi}"'"}'"${1:+,$1}"'}' \
        >"$(path C:/policy.json)"
}
by_program() { put "$products/standin-av-setup.exe" C:/packages/standin-av-setup.exe && policy '' standin.setup.windows standin-av-setup.exe; }
secret() { printf '%s' "$2" >"$(path "$1")" && chmod 600 "$(path "$1")"; } # FILE TEXT

# avswap ARGS...: on the PC; what it says is kept.
avswap() { echo "\$ avswap $*" >>"$dir/avswap.txt"; run C:/avswap.exe "$@" </dev/null >"$dir/said" 2>&1; local r=$?; cat "$dir/said" >>"$dir/avswap.txt"; return $r; }
migrate() { avswap migrate --catalog C:/catalog --policy C:/policy.json --yes "$@"; }

runs() { path C:/ProgramData/avswap/runs; }
run_dir() { ls -td "$(runs)"/*/ 2>/dev/null | head -n 1; }
outcome() { python3 "$look" get "$(run_dir)outcome.json" "$@"; }
has() { grep -q -- "$1" "$(run_dir)journal.jsonl"; }
last_record() { tail -n 1 "$(run_dir)journal.jsonl" 2>/dev/null | sed -n 's/.*"kind":"\([a-z-]*\)".*/\1/p'; }
over() { [ "$(last_record)" = finish ]; }
over_or_reboot() { case $(last_record) in finish | reboot) ;; *) return 1 ;; esac; }

# follow: until the run is over; a reboot that it asked for is made from outside, as nothing under Wine makes it. Counts them.
follow() {
    local n records
    reboots=0
    for n in 1 2 3 4; do
        until_ok 90 over_or_reboot || return 1
        ! over || return 0
        records=$(wc -l <"$(run_dir)journal.jsonl")
        "$PC" reboot "$pc" && reboots=$((reboots + 1)) && until_ok 90 worked_on "$records" || return 1
    done
    return 1
}
# after_cut: power is back. Wine does not keep over a power cut what was written into the registry before, and so not always the
# worker's service: then a person goes on.
after_cut() { "$PC" on "$pc" && { until_ok 10 worker_or_over || avswap resume || true; }; }
runs_there() { grep -q "$1" <<<"$("$PC" ps "$pc")"; } # PATTERN of a program's name
none_there() { local all; all=$("$PC" ps "$pc") && [[ $all == *services.exe* ]] && ! grep "$1" <<<"$all"; }
worker_or_over() { over || runs_there avswap.exe; }
worked_on() { [ "$(wc -l <"$(run_dir)journal.jsonl")" -gt "$1" ]; }

# state: the PC's files and registry as far as they differ from the template. The PC is off then.
state() { "$PC" off "$pc" && python3 "$look" state "$BUILD/windows/pc/$PC_ID/$pc/up" "$BUILD/windows/wine/disk"; }
residue() { state >"$dir/state" && diff "$out/reference.state" "$dir/state" | grep -c '^[<>]'; }
before() { state >"$dir/before" && "$PC" on "$pc"; } # for a case that is not to end as its disk began
unchanged() { state >"$dir/after" && diff "$([ -e "$dir/before" ] && echo "$dir/before" || echo "$out/$golden.state")" "$dir/after"; }

# settled: no worker is there, none is armed.
settled() {
    local services
    none_there avswap.exe && services=$(run reg query 'HKLM\SYSTEM\CurrentControlSet\Services') && [[ $services == *PlugPlay* ]] &&
        ! grep -i 'Services\\avswap' <<<"$services"
}
no_secret() { # WORD...: in nothing that is on the PC but in what the test itself has put there
    local w
    for w; do python3 "$look" secret "$w" "$(path C:/ProgramData/avswap)" "$(path C:/users)" "$(path C:/windows)" "$dir/avswap.txt" || return 1; done
}

migrated() {
    want 'the run says migrated' prints migrated outcome result
    want 'journal in order' python3 "$look" journal "$(run_dir)journal.jsonl"
    want 'nothing must go any more' avswap detect
    want 'no trace either' not grep -q LEFTOVERS "$dir/said"
    want 'the new product runs' prints RUNNING service standin-av
    want 'no worker left' until_ok 10 settled
    want 'nothing to turn back to is kept' not test -e "$(run_dir)backup"
    "$PC" reboot "$pc"
    want 'the program of the worker goes with the next boot' not there C:/ProgramData/avswap/avswap.exe
    want 'residue' prints 0 residue
}
still_old() { # nothing has changed, kes protects
    want 'journal in order' python3 "$look" journal "$(run_dir)journal.jsonl"
    want 'no worker left' until_ok 10 settled
    want 'nothing has changed' unchanged
    "$PC" on "$pc"
    want 'kes runs' until_ok 10 prints RUNNING service avp.kes.21.9
    want 'its driver, too' until_ok 5 prints RUNNING service klif.KES-21-9
}
