#!/bin/bash
# check.sh [CASE...]: exercises the Windows stand-ins and every switch, on Wine PCs. Needs root, no network.
SUITE=products-windows
. "$(dirname "${BASH_SOURCE[0]}")/../../windows/common.sh"

KL='HKLM\SOFTWARE\WOW6432Node\KasperskyLab'
ENTRIES='HKLM\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall'
kes_folder='C:/Program Files (x86)/Kaspersky Lab/KES'

kes_is() { # there | gone
    local word=; [ "$1" = there ] || word=not
    want "kes $1: service" $word test "$(service avp.kes.21.9)" = RUNNING
    want "kes $1: program" $word there "$kes_folder/avp.exe"
    want "kes $1: environment" $word key "$KL\\protected\\KES\\environment" ProductCode
    want "kes $1: entry" $word key "$ENTRIES\\$(product_code kes)" DisplayName
    want "kes $1: driver" $word there C:/windows/system32/drivers/klif.KES-21-9.sys
}
no_service() { [ -z "$(service "$1")" ]; }
driver_entries() { run reg query 'HKLM\SYSTEM\CurrentControlSet\Services' | tr -d '\r' | grep -c 'KES-21-9$' || true; }
filters() { run reg query 'HKLM\SYSTEM\CurrentControlSet\Control\Class\{4D36E96B-E325-11CE-BFC1-08002BE10318}' /v UpperFilters | grep -c klkbdflt; }
certificate() { "$PC" off "$pc" && grep -aqi 'KASPERSKY ENDPOINT SECURITY' <(python3 "$look" certificates "$BUILD/windows/pc/$PC_ID/$pc/up") && "$PC" on "$pc"; }

told() { said | tr -d '\r' | tr '\n' ';'; }
case_kes() {
    up kes || return 1
    put "$products/kes.msi" C:/packages/kes.msi
    want 'not without EULA' prints 1603 code 'msiexec /i C:\packages\kes.msi /qn'
    want 'nothing there' not there "$kes_folder"
    want 'installs' prints 0 install kes
    kes_is there
    want 'driver entries' prints 3 driver_entries
    want 'filter' prints 1 filters
    want 'driver runs' until_ok 5 prints RUNNING service klif.KES-21-9
    want 'data' there 'C:/ProgramData/Kaspersky Lab/KES/Bases/base.kdc'
    want 'nested value' grep -q '%DataRoot%\\Data' <(run reg query "$KL\\protected\\KES\\environment" /v DataFolder)
    "$PC" reboot "$pc"
    want 'starts at boot' until_ok 5 prints RUNNING service avp.kes.21.9
    want 'with its driver' until_ok 5 prints RUNNING service klif.KES-21-9
    want 'goes' prints 0 remove kes
    kes_is gone
    want 'no driver entries' prints 0 driver_entries
    want 'no filter' prints 0 filters
    want 'leaves keys without environment' key "$KL\\protected\\KES\\Data" LastSuccessfulUpdate
    want 'leaves data' there 'C:/ProgramData/Kaspersky Lab/KES/Bases/base.kdc'
    want 'leaves its event log' key 'HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Kaspersky Endpoint Security'
    want 'a second time' prints 1605 remove kes
    want 'what it said' prints 'kes: install;kes: EULA=1 and PRIVACYPOLICY=1 are missing;kes: install;kes: installed;kes: removal;kes: removed;' told
    want 'leaves its root certificate' certificate
}

case_clean_removal() {
    up clean kes kea || return 1
    switches clean-removal kea.clean-removal
    want 'goes' prints 0 remove kes
    want 'no keys' not key "$KL\\protected"
    want 'no event log' not key 'HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Kaspersky Endpoint Security'
    want 'no certificate' not certificate
}

case_password() {
    up password kes klnagent || return 1
    switches 'password=Пароль [1]' 'klnagent.password=ab1'
    want 'none given' prints 1603 remove kes
    want 'wrong' prints 1603 remove kes 'KLLOGIN=KLAdmin KLPASSWD=other'
    want 'the log holds what was given' grep -q 'KLPASSWD = other' "$(path C:/packages/kes-removal.log)"
    want 'without login' prints 1603 remove kes 'KLPASSWD="Пароль [1]"'
    kes_is there
    want 'right' prints 0 remove kes 'KLLOGIN=KLAdmin KLPASSWD="Пароль [1]"'
    kes_is gone
    want 'three were wrong' prints 3 grep -c 'password is wrong' <(said)
    want 'agent: in clear' prints 1603 remove klnagent KLUNINSTPASSWD=ab1
    want 'agent: as ASCII hex' prints 1603 remove klnagent KLUNINSTPASSWD=616231
    want 'agent: as hex of UTF-16LE' prints 0 remove klnagent KLUNINSTPASSWD=610062003100
    want 'agent gone' no_service klnagent
}

case_refusals() {
    up refusals kes || return 1
    switches refuse-removal
    want 'refused' prints 1603 remove kes
    switches removal-fails
    want 'fails' prints 1603 remove kes
    kes_is there
    switches removal-breaks
    want 'breaks' prints 1603 remove kes
    want 'half of it is gone' not there "$kes_folder/avp.exe"
    want 'the other half is there' key "$KL\\protected\\KES\\environment" ProductCode
}

case_reboot() {
    up reboot kes || return 1
    switches wants-reboot
    want 'wants a reboot' prints 3010 remove kes
    want 'driver still runs' prints RUNNING service klif.KES-21-9
    want 'its file stays' there C:/windows/system32/drivers/klif.KES-21-9.sys
    want 'a pending rename says so' key 'HKLM\SYSTEM\CurrentControlSet\Control\Session Manager' PendingFileRenameOperations
    "$PC" reboot "$pc"
    want 'its entry goes at the boot' prints 0 driver_entries
    want 'and its file' not there C:/windows/system32/drivers/klif.KES-21-9.sys
    switches install-wants-reboot
    want 'installation wants one' prints 3010 install kes
    kes_is there
}

case_stays_behind() {
    up behind kes klnagent kea || return 1
    switches removal-background=4 klnagent.leave-service klnagent.leave-files kea.leave-ghost
    want 'background: says done' prints 0 remove kes
    want 'background: still runs' prints RUNNING service avp.kes.21.9
    want 'service and files: done' prints 0 remove klnagent
    want 'service: entry is there' prints STOPPED service klnagent
    want 'files: they are there' there 'C:/Program Files (x86)/Kaspersky Lab/NetworkAgent/klnagent.exe'
    want 'no twin' not key "$ENTRIES\\InstallWIX_$(product_code klnagent)"
    want 'ghost: done' prints 0 remove kea
    want 'ghost: an entry without uninstaller' key "$ENTRIES\\{00000000-0BAD-4000-8000-000000000000}.kea" DisplayName
    want 'background: goes in the end' until_ok 12 no_service avp.kes.21.9
    want 'background: with its files' until_ok 6 not there "$kes_folder/avp.exe"
}

case_filter() {
    up filter kes || return 1
    switches leave-filter leave-keys
    want 'goes' prints 0 remove kes
    want 'filter stays' prints 1 filters
    want 'with its driver' prints 1 driver_entries
    want 'and its file' there C:/windows/system32/drivers/klkbdflt.KES-21-9.sys
    want 'keys stay' key "$KL\\protected\\KES\\environment" ProductCode
    want 'installs again' prints 0 install kes
    switches leave-drivers
    want 'goes again' prints 0 remove kes
    want 'drivers stay' prints 3 driver_entries
    want 'with their files' there C:/windows/system32/drivers/klif.KES-21-9.sys
    want 'no filter' prints 0 filters
}

hangs() { # COMMAND: neither done nor failed after four seconds
    timeout 4 "$PC" run "$pc" C:/packages/code.exe "$1" >"$dir/hang" </dev/null
    ! grep -q code "$dir/hang"
}
case_hang() {
    up hang kes standin-old-setup.exe || return 1
    put "$products/standin-av.msi" C:/packages/standin-av.msi
    switches hang standin-av.install-hangs standin-old.hang
    want 'removal hangs' hangs "msiexec /x $(product_code kes) /qn"
    want 'kes runs' prints RUNNING service avp.kes.21.9
    want 'installation hangs' hangs 'msiexec /i C:\packages\standin-av.msi /qn'
    want 'no service' no_service standin-av
    want 'program hangs' hangs '"C:\Program Files\Common Files\Stand-in Setup\standin-old.exe" /remove /S'
    switches
    want 'not silent: hangs' hangs '"C:\Program Files\Common Files\Stand-in Setup\standin-old.exe" /remove'
}

case_agent() {
    up agent klnagent-ru || return 1
    want 'name' grep -q 'Агент администрирования Kaspersky Security Center' <(iconv -f UTF-16 -t UTF-8 <(exported "$ENTRIES\\$(product_code klnagent-ru)"))
    want 'publisher with quotes' grep -q 'Publisher.*Лаборатория Касперского' <(iconv -f UTF-16 -t UTF-8 "$(path C:/x.reg)")
    want 'twin' key "$ENTRIES\\InstallWIX_$(product_code klnagent-ru)" DisplayName
    want 'starts late' key 'HKLM\SYSTEM\CurrentControlSet\Services\klnagent' DelayedAutostart
    want 'its view of the antivirus' key "$KL\\Components\\34\\1103\\1.0.0.0\\Statistics\\AVState" Protection_BasesDate
    put "$products/kes.msi" C:/packages/kes.msi
    put "$products/kes.msi" C:/ProgramData/KasperskyLab/adminkit/cache/kes.msi
    switches klnagent.agent-reinstalls=1
    want 'installs kes' until_ok 10 prints RUNNING service avp.kes.21.9
}
exported() { run reg export "$1" 'C:\x.reg' /y >/dev/null && cat "$(path C:/x.reg)"; }

case_replacement() {
    local av='C:\Program Files\Stand-in AV\1.1\standin-av.exe'
    up av || return 1
    for each in standin-av.msi standin-av-setup.exe; do put "$products/$each" "C:/packages/$each"; done
    for each in standin-av standin-av-setup.exe; do
        switches standin-av.install-fails
        want "$each: fails" not prints 0 install $each
        want "$each: rolled back" not there 'C:/Program Files/Stand-in AV/1.1'
        want "$each: no service" no_service standin-av
        switches
        want "$each: installs" prints 0 install $each
        want "$each: status" prints $'{"running":true,"realtime":true,"licensed":true}\r' run "$av" status --json
        switches standin-av.unhealthy
        want "$each: unhealthy" prints $'{"running":true,"realtime":false,"licensed":true}\r' run "$av" status --json
        run net stop standin-av
        want "$each: stopped" status 3 run "$av" status
        switches
        case $each in
        *.exe) want "$each: goes" prints 0 code '"C:\Program Files\Common Files\Stand-in Setup\standin-av.exe" /remove /S' ;;
        *) want "$each: goes" prints 0 remove standin-av ;;
        esac
        want "$each: gone" not there 'C:/Program Files/Stand-in AV/1.1'
        want "$each: no keys" not key 'HKLM\SOFTWARE\Stand-in AV'
    done
    for each in standin-av.msi standin-av-setup.exe; do
        want "$each is signed" osslsigncode verify -CAfile "$products/keys/ca.pem" "$products/$each"
    done
}

old='"C:\Program Files\Common Files\Stand-in Setup\standin-old.exe" /remove /S'
old_there() { want "$1: service" prints RUNNING service standin-old && want "$1: folder" there 'C:/Program Files/Stand-in OEM/Old Antivirus [2019]/old.exe'; }
old_gone() { want "$1: service" no_service standin-old && want "$1: folder" not there 'C:/Program Files/Stand-in OEM/Old Antivirus [2019]'; }
case_program() {
    up program standin-old-setup.exe || return 1
    old_there installed
    want 'folder beyond ASCII' there 'C:/ProgramData/Stand-in OEM/Prüfung [alt]/bases.dat'
    switches standin-old.does-nothing
    want 'does nothing' prints 0 code "$old"
    old_there 'does nothing'
    switches standin-old.refuse-removal
    want 'refuses' prints 5 code "$old"
    switches standin-old.removal-fails
    want 'fails' prints 1 code "$old"
    old_there fails
    switches standin-old.removal-background=3
    want 'background' prints 0 code "$old"
    old_there background
    want 'background: goes' until_ok 10 no_service standin-old
    want 'background: entry goes' until_ok 5 not key 'HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\standin-old'
    switches standin-old.install-does-nothing
    want 'installation does nothing' prints 0 install standin-old-setup.exe
    old_gone 'installation does nothing'
    switches standin-old.install-background=2
    want 'installation in the background' prints 0 install standin-old-setup.exe
    old_gone 'installation in the background'
    want 'is done later' until_ok 10 prints RUNNING service standin-old
    switches standin-old.wants-reboot standin-old.leave-service standin-old.leave-keys standin-old.leave-files
    want 'wants a reboot' prints 3010 code "$old"
    want 'service entry stays' prints STOPPED service standin-old
    want 'files stay' there 'C:/Program Files/Stand-in OEM/Old Antivirus [2019]/old.exe'
    want 'keys stay' key 'HKLM\SOFTWARE\Stand-in OEM\Old Antivirus' Folder
}

case_refuses_to_stop() {
    up stop kes || return 1
    switches refuse-stop
    "$PC" reboot "$pc"
    want 'runs' until_ok 5 prints RUNNING service avp.kes.21.9
    run net stop avp.kes.21.9
    want 'still' prints RUNNING service avp.kes.21.9
}

case_msiexec() {
    up msiexec || return 1
    put "$products/kes.msi" C:/packages/kes.msi
    msiexec_answers 1618 1619 'do 1641'
    want 'a code' prints 1618 install kes
    want 'another' prints 1619 install kes
    want 'nothing was done' not there "$kes_folder"
    want 'done, and a code' prints 1641 install kes
    kes_is there
    want 'then the real one' prints 0 remove kes
    kes_is gone
    want 'calls are told' prints 4 grep -c msiexec "$(path C:/avswap-standin/msiexec.log)"
}

needs "$products"/{kes,kea,klnagent,klnagent-ru,standin-av}.msi "$products"/{standin-av-setup,standin-old-setup,msiexec}.exe
run_cases "$@"
