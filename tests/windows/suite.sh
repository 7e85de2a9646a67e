#!/bin/bash
# suite.sh [all | CASE...]: avswap.exe on Wine PCs, with stand-ins for the products. Ends with "windows-suite: N passed, N failed".
# Without arguments the part that `make check` runs: one of each kind.
SUITE=windows-suite
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$tests_windows/avswap.sh"

on_kes() { up_like "$name" kes; }

# ---- looking ---------------------------------------------------------------------------------------------------------------------------

case_program() {
    up_like "$name" bare || return 1
    want 'version' grep -q '^avswap [0-9]' <(run C:/avswap.exe --version)
    want 'wrong word' status 2 avswap nonsense
    want 'the catalogue' avswap lint C:/catalog
    want 'a bad one' eval 'echo "{}" >"$(path C:/catalog/vendors/standin/bad.json)"; ! avswap lint C:/catalog'
    want 'nothing here' avswap detect
    want 'verbs' grep -q msi.remove <(run C:/avswap.exe verbs)
    want 'no run yet' grep -q 'No run' <(run C:/avswap.exe status)
}

# The program, its inputs and the installer where names are odd: spaces, brackets, a tilde, letters beyond ASCII.
case_odd_paths() {
    on_kes || return 1
    put "$exe" 'C:/Ämter & Büros/av swap [1].exe'
    put tests/products/windows/catalog 'C:/Ämter & Büros/Катало́г'
    put vendors 'C:/Ämter & Büros/Катало́г/vendors'
    put playbooks 'C:/Ämter & Büros/Катало́г/playbooks'
    put "$products/standin-av.msi" "C:/Ämter & Büros/[neu] 100%/stand~in.msi"
    echo '{"schema":"avswap.policy/1","allow":["standin.av.windows"],"vars":{"standin_installer":"C:/Ämter & Büros/[neu] 100%/stand~in.msi"}}' \
        >"$(path 'C:/Ämter & Büros/Richtlinie.json')"
    run 'C:/Ämter & Büros/av swap [1].exe' migrate --catalog 'C:/Ämter & Büros/Катало́г' --policy 'C:/Ämter & Büros/Richtlinie.json' --yes \
        >"$dir/avswap.txt" 2>&1 </dev/null
    want 'exit 0' prints 0 outcome exit
    rm -r "$(path 'C:/Ämter & Büros')"
    migrated
}

entries='HKEY_LOCAL_MACHINE\Software\Microsoft\Windows\CurrentVersion\Uninstall'
utf16() { printf '%s' "$1" | iconv -t UTF-16LE | od -An -v -tx1 | tr -d '\n' | sed 's/^ //; s/ /,/g'; }
import() { iconv -t UTF-16LE >"$(path C:/x.reg)" && sed -i '1s/^/\xff\xfe/' "$(path C:/x.reg)" && run regedit /S 'C:\x.reg'; }
found() { python3 - "$dir/facts" "$@" <<'P'
import json, sys
doc = json.load(open(sys.argv[1], encoding="utf-8"))
rows = [(f.get("product"), f.get("name"), f.get("version"), f.get("part"), f.get("must_go")) for f in doc["findings"]]
sys.exit(0 if eval(sys.argv[2], {"rows": rows, "doc": doc}) else str(rows))
P
}

case_names() { # what is listed on real PCs: localised, quoted, twice, dead, broken
    up_like "$name" bare || return 1
    add klnagent-ru && add kes-ru || return 1
    import <<X
Windows Registry Editor Version 5.00

[$entries\\{5A7D0009-0000-4000-8000-000000000001}]
"DisplayName"="Kaspersky Endpoint Security для Windows"
"DisplayVersion"="11.0.0.1"
"UninstallString"="MsiExec.exe /I{5A7D0009-0000-4000-8000-000000000001}"
"WindowsInstaller"=dword:1

[$entries\\{5A7D0009-0000-4000-8000-000000000002}]
"DisplayName"="Kaspersky Endpoint Security for Windows"
"Publisher"=""
"DisplayVersion"="11.24.8.522"
"UninstallString"=""
"InstallLocation"="C:\\\\Program Files (x86)\\\\Kaspersky Lab\\\\gone\\\\"

[$entries\\Broken1]
"DisplayName"=hex(1):4b,00,61,00,73,00,70
"UninstallString"=hex(1):43,00,3a

[$entries\\Broken2]
"DisplayName"=hex(1):$(utf16 Kaspersky),00,d8,41,00,00,00,$(utf16 hidden)
"Publisher"=dword:5

[$entries\\Broken3]
"DisplayName"=hex(7):$(utf16 "Kaspersky$(printf 'x%.0s' {1..9000})")

[HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\KasperskySecureConnection]
"DisplayName"="Kaspersky Secure Connection"
"DisplayVersion"="20.0.14.1085"
"UninstallString"="\\"C:\\\\Program Files\\\\Kaspersky Lab\\\\VPN\\\\ksde.exe\\" -remove"
X
    run C:/avswap.exe detect --json >"$dir/facts" </dev/null
    want 'status' status 3 avswap detect
    want 'Russian name of KES, its version' found 'any(r[0] == "kaspersky.kes.windows" and r[2] == "11.1.1.126" for r in rows)'
    want 'agent, once, twin or not' found 'sum(r[0] == "kaspersky.klnagent.windows" and r[4] is True for r in rows) == 1'
    want 'agent by its Russian name' found 'any(r[0] == "kaspersky.klnagent.windows" and r[2] == "14.2.0.26967" for r in rows)'
    want 'a ghost is no product' found 'not any(r[2] in ("11.24.8.522", "11.0.0.1") for r in rows)'
    want 'in a user hive' found 'any(r[0] == "kaspersky.ksde.windows" for r in rows)'
    want 'KES goes' prints 0 remove kes-ru
    run C:/avswap.exe detect --json >"$dir/facts" </dev/null
    want 'a ghost is a trace' found 'any(r[3] == "kes-ghost" for r in rows) and not any(r[0] == "kaspersky.kes.windows" and r[4] for r in rows)'
}

case_root_copied() { # the root certificate in a file that Node.js trusts, and a setting that leads to another computer
    local pem pip
    on_kes || return 1
    pem=$(path C:/certs.pem) pip=$(path C:/users/root/AppData/Roaming/pip)
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$dir/key" -subj '/O=AO Kaspersky Lab/CN=Kaspersky Test Root' -out "$pem" 2>&1
    run reg add 'HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment' /v NODE_EXTRA_CA_CERTS /d 'C:\certs.pem' /f
    mkdir -p "$pip" && printf '[global]\r\ncert = \\\\127.0.0.1\\share\\ca.pem\r\n' >"$pip/pip.ini"
    cp "$pem" "$dir/pem"
    want 'detect' status 3 avswap detect
    tr -s ' \n' ' ' <"$dir/said" >"$dir/flat"
    want 'names the place' grep -q 'Environment/NODE_EXTRA_CA_CERTS names C:/certs.pem: once the old product has gone' "$dir/flat"
    want 'what is elsewhere is not opened' grep -q "pip.ini: cert: '//127.0.0.1/share/ca.pem' is not a path on a disk of this PC, and was not opened" "$dir/flat"
    want 'exit 0' status 0 migrate
    want 'the report tells it' grep -q 'FOR A PERSON TO CHANGE' "$dir/said"
    want 'the outcome, too' grep -q 'NODE_EXTRA_CA_CERTS names C:/certs.pem' <(outcome notes)
    want 'verify' avswap verify
    want 'tells it again' grep -q 'FOR A PERSON TO CHANGE' "$dir/said"
    want 'the file is as it was' cmp "$pem" "$dir/pem"
    want 'so is the setting' run reg query 'HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment' /v NODE_EXTRA_CA_CERTS
    rm -r "$pem" "$pip"
    run reg delete 'HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment' /v NODE_EXTRA_CA_CERTS /f
    migrated
}

case_plan() {
    on_kes || return 1
    secret C:/kl.txt Geheim-Ä-77
    policy '"secrets":{"kaspersky_password":"file:C:/kl.txt"}'
    want 'plan' avswap plan --catalog C:/catalog --policy C:/policy.json --now 2026-01-01T00:00:00Z -o C:/plan.json
    want 'product codes were found here' grep -q "$(product_code kes)" "$(path C:/plan.json)"
    want 'no password in it' not grep -q Geheim "$(path C:/plan.json)"
    want 'nothing was done' not test -e "$(runs)"
    want 'dry run' avswap run C:/plan.json --catalog C:/catalog --dry-run
    want 'did nothing' prints RUNNING service avp.kes.21.9
}

# ---- the whole way ---------------------------------------------------------------------------------------------------------------------

case_migrate() { # the removal asks for a reboot: it comes in the middle, and the run goes on by itself
    on_kes && switches wants-reboot || return 1
    want 'asks for a reboot' status 4 migrate
    follow
    want 'exit 0' prints 0 outcome exit
    want 'one reboot' prints 1 echo "$reboots"
    want 'two boots in the journal' prints 2 boots
    want 'old product, then agent' prints 'kes klnagent ' removed_in_order
    migrated
}
boots() { grep -o '"boot":"[^"]*"' "$(run_dir)journal.jsonl" | sort -u | wc -l; }
removed_in_order() { said | tr -d '\r' | sed -n 's/: removed$//p' | tr '\n' ' '; }

case_client() { # as a client without Security Center: nothing says that the old product protects
    on_kes || return 1
    run reg add 'HKLM\SYSTEM\CurrentControlSet\Control\ProductOptions' /v ProductType /d WinNT /f
    want 'exit 0' status 0 migrate
    run reg add 'HKLM\SYSTEM\CurrentControlSet\Control\ProductOptions' /v ProductType /d ServerNT /f
    migrated
}

case_passwords() {
    on_kes || return 1
    switches 'password=Geheim-77' 'klnagent.password=Agent-Ж-5'
    secret C:/kl.txt Geheim-77 && secret C:/agent.txt Agent-Ж-5
    policy '"secrets":{"kaspersky_password":"file:C:/kl.txt","klnagent_password":"file:C:/agent.txt"}'
    want 'exit 0' status 0 migrate
    want 'none was refused' not grep -q wrong <(said)
    want 'no secret anywhere' no_secret Geheim-77 Agent-Ж-5
    migrated
}

case_wrong_password() {
    on_kes && switches 'password=Geheim-77' && secret C:/kl.txt Falsch-55 && policy '"secrets":{"kaspersky_password":"file:C:/kl.txt"}' || return 1
    want 'exit 7' status 7 migrate
    want 'says what to do' grep -q 'password is tried only once' <(tr -s ' \n' ' ' <"$dir/avswap.txt")
    want 'tried once' prints 1 grep -c 'password is wrong' <(said)
    want 'no secret anywhere' no_secret Falsch-55
    still_old
}

case_no_password() { # the installer says no more than that it failed
    on_kes && switches 'password=Geheim-77' || return 1
    want 'exit 5' status 5 migrate
    want 'tried once' prints 1 grep -c 'password is wrong' <(said)
    still_old
}

# ---- removals that misbehave --------------------------------------------------------------------------------------------------------------

case_removal_fails() {
    on_kes && switches removal-fails || return 1
    want 'exit 7 or 5' grep -qx '[57]' <(migrate; echo $?)
    still_old
}

case_hang() { # it waits for ever, until the step's limit is over
    on_kes && switches hang || return 1
    sed -i '/"msi.remove"/,/timeout_s/s/"timeout_s": 1800/"timeout_s": 6/' "$(path C:/catalog/vendors/kaspersky/kes-windows.json)"
    want 'exit 5' status 5 migrate
    want 'says that the limit was over' has timeout
    want 'nothing of it hangs around' none_there msiexec
    still_old
}

stays() { # SWITCH...: it goes all the same
    on_kes && switches "$@" || return 1
    want 'exit 0' status 0 migrate
    migrated
}
case_background() { stays removal-background=6; }
case_leaves_service() { stays leave-service leave-files klnagent.leave-service; }
case_leaves_keys() { stays leave-keys klnagent.leave-files; }

# What the removal itself leaves new, or drivers that may still be in use: the run says so, the next one takes it away. No file of a
# driver is ever deleted.
leaves_a_trace() { # TRACE RESIDUE SWITCH...
    on_kes && switches "${@:3}" || return 1
    want 'exit 0' status 0 migrate
    want 'result' prints migrated outcome result
    want 'a trace is told' traces "$1"
    want 'no filter' not grep -q klkbdflt <(run reg query 'HKLM\SYSTEM\CurrentControlSet\Control\Class\{4D36E96B-E325-11CE-BFC1-08002BE10318}' /v UpperFilters)
    migrate
    want 'cleaned' follow
    want 'exit 0 again' prints 0 outcome exit
    "$PC" reboot "$pc"
    want 'no trace' traces ''
    want 'residue' prints "$2" residue
}
traces() { # TEXT: detect finds nothing that must go, and this trace; none when it is empty
    avswap detect || return 1
    if [ -n "$1" ]; then grep -q "$1" "$dir/said"; else ! grep -q LEFTOVERS "$dir/said"; fi
}
case_leaves_filter() { leaves_a_trace 'entries of its drivers' 1 leave-filter; }
case_leaves_drivers() { leaves_a_trace 'entries of its drivers' 3 leave-drivers; }
case_leaves_ghost() { leaves_a_trace 'dead entry' 0 leave-ghost; }

case_agent_reinstalls() {
    on_kes && put "$products/kes.msi" C:/ProgramData/KasperskyLab/adminkit/cache/kes.msi && switches klnagent.agent-reinstalls=1 || return 1
    want 'exit 0' status 0 migrate
    want 'it did not' not grep -q again <(said)
    migrated
}

case_busy_installer() { # msiexec says 1618 twice, then 1641
    on_kes && msiexec_answers 1618 1618 'do 1641' || return 1
    migrate
    follow
    want 'exit 0' prints 0 outcome exit
    want 'asked again' prints 3 grep -c "$(product_code kes)" "$(path C:/avswap-standin/msiexec.log)"
    want 'one reboot' prints 1 outcome reboots
    want 'the run says migrated' prints migrated outcome result
    want 'nothing must go any more' avswap detect
    want 'no worker left' until_ok 10 settled
}

# ---- programs without Windows Installer ------------------------------------------------------------------------------------------------------

old() { # SWITCH...: the one with an uninstaller of its own
    up_like "$name" old && switches "$@"
}
short_limit() { sed -i '/"exe.remove"/,/timeout_s/s/"timeout_s": 60/"timeout_s": 5/' "$(path C:/catalog/vendors/kaspersky/standin-old.json)"; }
case_program_removed() {
    old standin-old.removal-background=5 standin-old.leave-service standin-old.leave-files || return 1
    want 'exit 0' status 0 migrate
    want 'no service' prints '' service standin-old
    migrated
}
case_program_does_nothing() {
    old standin-old.does-nothing && short_limit || return 1
    want 'exit 5' status 5 migrate
    want 'still there' prints RUNNING service standin-old
    want 'nothing has changed' unchanged
}
case_program_refuses() {
    old standin-old.refuse-removal || return 1
    want 'not migrated' not migrate
    want 'still there' prints RUNNING service standin-old
    want 'nothing has changed' unchanged
}
case_program_hangs() {
    old standin-old.hang && short_limit || return 1
    want 'exit 5' status 5 migrate
    want 'nothing of it hangs around' none_there standin-old
    want 'nothing has changed' unchanged
}

# ---- a new product that does not come up -------------------------------------------------------------------------------------------------------

restored() {
    want 'result' prints rolled-back outcome result
    want 'rung' prints old-restored outcome rung
    want 'a gap is told' test "$(outcome unprotected_ms)" -gt 0
    want 'the agent runs' prints RUNNING service klnagent
    rmdir "$(path 'C:/Program Files/Stand-in AV')" # Wine's installer leaves it
    still_old
}
case_install_fails() {
    on_kes && switches standin-av.install-fails || return 1
    want 'exit 5' status 5 migrate
    restored
}
case_unhealthy() {
    on_kes && switches standin-av.unhealthy || return 1
    sed -i 's/"within_s": 20/"within_s": 3/' "$(path C:/catalog/vendors/standin/av.json)"
    want 'exit 5' status 5 migrate
    restored
}
case_by_program() { # an installer that is a program, and goes on after it said that it is done
    on_kes && by_program && switches standin-av.install-background=3 || return 1
    want 'exit 0' status 0 migrate
    want 'result' prints migrated outcome result
    want 'the new product runs' prints RUNNING service standin-av
    want 'nothing must go any more' avswap detect
}
program_fails() { # SWITCH
    on_kes && by_program && switches "standin-av.$1" || return 1
    want 'exit 5' status 5 migrate
    want 'result' prints rolled-back outcome result
    want 'kes runs' until_ok 10 prints RUNNING service avp.kes.21.9
    want 'nothing has changed' unchanged
}
case_by_program_nothing() { program_fails install-does-nothing; }
case_by_program_hangs() { program_fails install-hangs; }
case_tampered_installer() { # a program: Wine does not look at what was signed of a package
    on_kes && by_program || return 1
    printf 'x' | dd of="$(path C:/packages/standin-av-setup.exe)" bs=1 seek=60000 conv=notrunc status=none
    want 'exit 7' status 7 migrate
    want 'says why' grep -q 'signature is broken' <(tr -s ' \n' ' ' <"$dir/avswap.txt")
    still_old
}
case_unknown_signer() {
    on_kes || return 1
    run reg delete "HKLM\\SOFTWARE\\Microsoft\\SystemCertificates\\Root\\Certificates\\$(openssl x509 -in "$products/keys/ca.pem" -noout -fingerprint | sed 's/.*=//; s/://g')" /f
    before
    want 'exit 7' status 7 migrate
    want 'says why' grep -q 'signature is untrusted' <(tr -s ' \n' ' ' <"$dir/avswap.txt")
    still_old
}

# ---- on its own ------------------------------------------------------------------------------------------------------------------------------------

# From a jump host, by the real worker behind a stand-in for ssh and PowerShell: pushed with the installer that the PC lacks and the passwords
# of both products, started as a service, asked after, its journal collected, acknowledged; and through a reboot, for which it is silent.
case_fleet() { by_fleet 0; }
case_fleet_reboot() { by_fleet 1 wants-reboot; }
by_fleet() { # REBOOTS [SWITCH...]
    local jump=$dir/jump pid status=0 asked=$1
    on_kes && switches 'password=Geheim-77' 'klnagent.password=Agent-Ж-5' "${@:2}" || return 1
    mkdir -p "$jump/bin" "$jump/workers" "$jump/catalog" "$jump/payload"
    mv "$(path C:/packages/standin-av.msi)" "$jump/payload/"
    printf 'Geheim-77\n' >"$jump/kl.txt" && printf 'Agent-Ж-5' >"$jump/agent.txt"
    ln -s "$tests_windows/ssh.py" "$jump/bin/ssh"
    cp "$exe" "$jump/workers/avswap.exe"
    cp -r vendors playbooks "$jump/catalog/" && cp -r tests/products/windows/catalog/. "$jump/catalog/"
    policy '"secrets":{"kaspersky_password":"sent","klnagent_password":"sent"}' && sed 's,C:/packages/,,' "$(path C:/policy.json)" >"$jump/policy.json"
    echo '{"schema":"avswap.rollout/1","ask_s":1,"waves":[{"name":"all","percent":100}]}' >"$jump/rollout.json"
    printf 'name,os\n%s,windows\n' "$pc" | jump hosts import - || return 1
    jump run --rollout "$jump/rollout.json" --policy "$jump/policy.json" --catalog "$jump/catalog" --workers "$jump/workers" --payload "$jump/payload" \
        --secret "kaspersky_password=file:$jump/kl.txt" --secret "klnagent_password=file:$jump/agent.txt" --yes & pid=$!
    follow
    wait "$pid" || status=$?
    want 'exit 0' prints 0 echo "$status"
    want 'reboots' prints "$asked" echo "$reboots"
    want 'done' grep -q "^fleet: 1 hosts, done 1, rolled back 0" "$jump/said"
    want 'the journal is there, whole' cmp "$(echo "$jump"/state/fleet/hosts/*/runs/*/journal.jsonl)" "$(run_dir)journal.jsonl"
    want 'its outcome, too' grep -q '"migrated"' "$jump"/state/fleet/hosts/*/runs/*/outcome.json
    want 'one worker is kept there' prints 1 eval 'ls "$(path C:/ProgramData/avswap/workers)" | wc -l'
    cp "$jump/said" "$dir/avswap.txt"
    want 'no secret anywhere' no_secret Geheim-77 Agent-Ж-5
    want 'nor here' prints '' grep -rlE 'Geheim-77|Agent-Ж-5' "$jump/state" "$jump/said"
    migrated
}
jump() { PC="$PC" PATH="$dir/jump/bin:$PATH" "$BUILD/avswap-fleet" "$@" --state "$dir/jump/state" >>"$dir/jump/said" 2>&1; }

case_detached() { # the session that started it is gone at once; then the power fails
    on_kes && want 'plan' avswap plan --catalog C:/catalog --policy C:/policy.json -o C:/plan.json || return 1
    want 'returns' avswap run C:/plan.json --catalog C:/catalog --yes --detach
    want 'it works' until_ok 30 has '"begin","step":"s1'
    want 'only one worker' not avswap resume
    "$PC" cut "$pc" && after_cut || return 1
    follow
    want 'exit 0' prints 0 outcome exit
    migrated
}
# The program that a person started is ended in the middle, as by a logoff or the task manager: its service does the work.
case_window_gone() {
    local looker
    on_kes || return 1
    migrate & looker=$!
    want 'it works' until_ok 60 has '"begin","step":"s1'
    want 'the window goes' window_ends
    wait "$looker"
    want 'goes on by itself' until_ok 120 over
    want 'exit 0' prints 0 outcome exit
    want 'one worker from the beginning' prints 1 grep -c '"kind":"start"' "$(run_dir)journal.jsonl"
    migrated
}
window_ends() { kill -9 "$(windows_program "$looker")"; }
windows_program() { # PID: the process of Wine among what it started
    local child found
    for child in $(cat "/proc/$1/task"/*/children); do
        [[ $(readlink "/proc/$child/exe") == */wine* ]] && echo "$child" && return
        found=$(windows_program "$child") && echo "$found" && return
    done
    return 1
}
case_reboot_by_hand() {
    on_kes && switches wants-reboot && policy '"no_reboot":true' || return 1
    want 'exit 4' status 4 migrate
    want 'protected meanwhile' prints RUNNING service standin-av
    "$PC" reboot "$pc"
    want 'goes on by itself' until_ok 60 over
    want 'exit 0' prints 0 outcome exit
    migrated
}
case_rollback_by_hand() { # while it waits for the reboot a person turns round
    on_kes && switches wants-reboot && policy '"no_reboot":true' || return 1
    want 'exit 4' status 4 migrate
    switches
    want 'rollback' status 5 avswap rollback --yes
    want 'result' prints rolled-back outcome result
    want 'kes runs' until_ok 10 prints RUNNING service avp.kes.21.9
    want 'the new product is gone' prints '' service standin-av
}

needs "$exe" "$BUILD/avswap-fleet" "$products"/{kes,kes-ru,kea,klnagent,klnagent-ru,standin-av}.msi "$products"/{standin-old-setup,msiexec,code}.exe
for each in 'golden bare' 'golden_with kes kes klnagent' 'golden_with old standin-old-setup.exe' 'untouched kes' 'untouched old' reference; do
    $each >"$out/golden.log" 2>&1 || { tail -n 5 "$out/golden.log"; echo "$SUITE: $each: no PC, see $out/golden.log"; exit 1; }
done
case ${1-} in
'') set -- fleet program names root_copied plan odd_paths migrate passwords wrong_password install_fails hang busy_installer leaves_service \
    agent_reinstalls program_removed by_program tampered_installer detached window_gone ;;
all) shift ;;
esac
run_cases "$@"
