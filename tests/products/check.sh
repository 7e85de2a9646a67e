#!/bin/bash
# check.sh PRODUCTS: exercises every stand-in package and every switch, as .deb and as .rpm. Needs root, no network.
#
# Each case runs in process, mount and network namespaces of its own, in an overlay root that vanishes with it; the
# machine's root is unmounted there before anything is installed, so marks and rules reach nothing else.
# shellcheck disable=SC2016  # the test string has a dollar
set -uo pipefail

self=$(readlink -f "$0")

# ---- the throw-away root ---------------------------------------------------------------------------------------------

enter_root() { # PRODUCTS TMP
    mount --make-rprivate / && mount -t tmpfs tmpfs "$2" && mkdir "$2/up" "$2/work" "$2/root" &&
        mount -t overlay overlay -o "lowerdir=/,upperdir=$2/up,workdir=$2/work" "$2/root" &&
        mount -t proc proc "$2/root/proc" && mount --rbind /dev "$2/root/dev" &&
        mount -t tmpfs tmpfs "$2/root/run" && mount --bind "$1" "$2/root/mnt" && cp "$self" "$2/root/run/check.sh" &&
        cd "$2/root" && pivot_root . media && cd / && umount -l /media || return 1
    export HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive
    unset DPKG_ROOT SOURCE_DATE_EPOCH
    mkdir -p /etc/rpm /var/lib/rpm /etc/avswap-standin
    echo '%_dbpath /var/lib/rpm' >/etc/rpm/macros # Debian's rpm keeps a database in the home directory
    ip link set lo up
}

# ---- words of the cases ----------------------------------------------------------------------------------------------

expect() { # WHAT COMMAND...
    if "${@:2}" >/run/output 2>&1; then
        echo "ok $case $format: $1"
    else
        echo "FAIL $case $format: $1"
        tail -n 3 /run/output | sed 's/^/    /'
    fi
}

not() { ! "$@"; }

status() { # WANTED COMMAND...
    local got=0
    "${@:2}" || got=$?
    [ "$got" = "$1" ] || { echo "status $got instead of $1"; return 1; }
}

eventually() { # COMMAND...: within 10 seconds
    for _ in {1..100}; do
        "$@" && return 0
        sleep 0.1
    done
    return 1
}

prints() { # TEXT COMMAND...
    "${@:2}" >/run/printed 2>&1
    cat /run/printed
    grep -qF -- "$1" /run/printed
}

on() { printf '%s\n' "$@" >/etc/avswap-standin/switches; }

package() { # NAME [VERSION]: its file
    # shellcheck disable=SC2086  # the default version is a pattern
    case $format in
    deb) echo /mnt/$1_${2:-[0-9]*}*.deb ;;
    rpm) echo /mnt/$1-${2:-[0-9]*}*.rpm ;;
    esac
}

put() { # FILE
    case $format in
    deb) dpkg -i "$1" </dev/null ;;
    rpm) rpm -U --force "$1" </dev/null ;;
    esac
}

unpack() { # FILE FOLDER
    mkdir -p "$2"
    case $format in
    deb) dpkg-deb -x "$1" "$2" ;;
    rpm) rpm2cpio "$1" | (cd "$2" && cpio -idm --quiet) ;;
    esac
}

take() { # NAME
    case $format in
    deb) dpkg -r "$1" </dev/null ;;
    rpm) rpm -e "$1" </dev/null ;;
    esac
}

installed() { # NAME
    case $format in
    deb) dpkg-query -W -f '${db:Status-Status}\n' "$1" | grep -qx installed ;;
    rpm) rpm -q "$1" ;;
    esac
}

describe() { # NAME
    case $format in
    deb) dpkg -s "$1" ;;
    rpm) rpm -qi "$1" ;;
    esac
}

eicar() { # FILE: composed here, so that no file of the project holds it
    rm -f "$1" # an open of the old one would be denied
    printf '%s%s%s' 'X5O!P%@AP[4\PZX54(P^)7CC)7}' "\$EICAR-STANDARD-" 'ANTIVIRUS-TEST-FILE!$H+H*' >"$1"
}

blocked() { # the test file cannot be read, another file can
    eicar /root/eicar.com && echo harmless >/root/harmless && cat /root/harmless && ! cat /root/eicar.com
}

running() { # PROGRAM: a process of that path, deleted or not, is there
    local exe
    for exe in /proc/[0-9]*/exe; do
        case $(readlink "$exe") in "$1" | "$1 (deleted)") return 0 ;; esac
    done
    return 1
}

marks() { grep -qs '^fanotify mnt_id' /proc/[0-9]*/fdinfo/*; }

kesl=/opt/kaspersky/kesl/libexec/kesl
protects() { running $kesl && marks && blocked; }
gone() { ! running $kesl && ! marks && ! blocked; }

have_kesl() { expect 'kesl installs' put "$(package kesl)"; }

# ---- the cases -------------------------------------------------------------------------------------------------------

case_life() {
    have_kesl
    expect 'kesl-gui installs' put "$(package kesl-gui)"
    expect 'klnagent64 installs' put "$(package klnagent64)"
    expect 'kesl protects' protects
    expect 'the pid file is true' test "$(readlink "/proc/$(cat /var/run/kesl.pid)/exe")" = $kesl
    expect 'the daemon has nothing inherited' test "$(find "/proc/$(cat /var/run/kesl.pid)/fd" -type l | wc -l)" = 6
    expect 'groups are there' getent group kesladmin kesluser keslaudit nokesl
    expect 'kesl.ini has the marks' grep -q '^BypassFwMark=0x400$' /var/opt/kaspersky/kesl/common/kesl.ini
    expect 'firewall has the bypass mark' prints 0x400 iptables-save -t mangle
    expect 'firewall has the NTP mark' prints 0x200 iptables-save -t mangle
    expect 'rc links are there' ls /etc/rc2.d/S??kesl /etc/rc2.d/S??klnagent64
    expect 'init script: status' status 0 /etc/init.d/kesl status
    expect 'the agent answers' status 0 /opt/kaspersky/klnagent64/bin/klnagchk
    expect 'the denial is logged' grep -q EICAR /var/log/kaspersky/kesl/kesl.log
    expect 'the program calls itself a stand-in' prints stand-in $kesl --version
    expect 'and so does the package' prints 'stand-in for Kaspersky' describe kesl
    expect 'the graphical part needs kesl' not take kesl
    expect 'kesl stays' protects
    expect 'kesl-gui goes' take kesl-gui
    expect 'kesl goes' take kesl
    expect 'klnagent64 goes' take klnagent64
    expect 'nothing protects' gone
    expect 'the agent is gone' not running /opt/kaspersky/klnagent64/sbin/klnagent
    expect 'programs are gone' test ! -e /opt/kaspersky
    expect 'rc links are gone' not ls /etc/rc2.d/S??kesl
    expect 'state stays' test -s /var/opt/kaspersky/kesl/common/kesl.ini
    expect 'logs stay' test -s /var/log/kaspersky/kesl/kesl.log
    expect 'groups stay' getent group kesladmin
    expect 'the bypass mark stays' prints 0x400 iptables-save -t mangle
    expect 'the NTP mark is gone' not prints 0x200 iptables-save -t mangle
}

case_nft() {
    rm -f /usr/sbin/iptables /sbin/iptables
    have_kesl
    expect 'nft has the bypass mark' prints 0x00000400 nft list table ip kesl
    expect 'nft has the NTP mark' prints 0x00000200 nft list table ip kesl
    expect 'kesl goes' take kesl
    expect 'the bypass mark stays' prints 0x00000400 nft list table ip kesl
    expect 'the NTP mark is gone' not prints 0x00000200 nft list table ip kesl
}

case_conffile() {
    have_kesl
    local before
    before=$(cat /var/run/kesl.pid)
    echo 'LogBlocked=no' >/etc/opt/kaspersky/kesl/kesl.conf
    echo 'BypassFwMark=0x700' >/var/opt/kaspersky/kesl/common/kesl.ini
    expect 'installing again works' put "$(package kesl)"
    expect 'the daemon was restarted' test "$before" != "$(cat /var/run/kesl.pid)"
    expect 'kesl protects' protects
    expect 'the conffile is the administrator'\''s' grep -qx LogBlocked=no /etc/opt/kaspersky/kesl/kesl.conf
    expect 'and obeyed' not grep -qs EICAR /var/log/kaspersky/kesl/kesl.log
    expect 'the mark of kesl.ini is used' prints 0x700 iptables-save -t mangle
    expect 'kesl goes' take kesl
    case $format in
    deb)
        expect 'the conffile stays' grep -qx LogBlocked=no /etc/opt/kaspersky/kesl/kesl.conf
        expect 'purge' dpkg -P kesl
        ;;
    rpm) expect 'the conffile is saved' grep -qx LogBlocked=no /etc/opt/kaspersky/kesl/kesl.conf.rpmsave ;;
    esac
    expect 'the conffile is gone' test ! -e /etc/opt/kaspersky/kesl/kesl.conf
}

case_control() {
    have_kesl
    expect 'text' prints 'Application databases loaded:                    Yes' kesl-control --app-info
    expect 'JSON' prints '"Last release date of databases": "2024-09-28 22:10:00"' kesl-control --app-info --json
    expect 'JSON is well formed' perl -0777 -ne 'exit !/\A\{\n(    "[^"]+": "[^"]*",\n)+    "[^"]+": "[^"]*"\n\}\n\z/' /run/printed
    expect 'protection is on' prints '"File Threat Protection": "Available and running"' kesl-control --app-info --json
    on db-date=2025-01-02T03:04:05Z ksn=basic
    expect 'db-date' prints '"2025-01-02 03:04:05"' kesl-control --app-info --json
    expect 'ksn=basic' prints '"Basic KSN mode"' kesl-control --app-info --json
    on ksn=disabled
    expect 'ksn=disabled' prints '"Disabled"' kesl-control --app-info --json
    on ksn=extended
    expect 'ksn=extended' prints '"Extended KSN mode"' kesl-control --app-info --json
    on db-date=none
    expect '66 without databases' status 66 kesl-control --app-info
    on
    expect '1 for wrong arguments' status 1 kesl-control --app-inof
    expect 'a task stops' status 0 kesl-control --stop-task 1
    expect 'then nothing is blocked' eventually not blocked
    expect 'and it says so' prints Stopped kesl-control --get-task-state 1
    expect 'a task starts' status 0 kesl-control --start-task 1
    expect 'then it protects' eventually protects
    on refuse-removal
    expect '68 under a policy' status 68 kesl-control --stop-task 1
    expect 'kesl protects' protects
    expect 'the policy is told' prints '"Policy": "Applied"' kesl-control --app-info --json
    expect 'it stops' /etc/init.d/kesl stop
    expect '64 when not running' status 64 kesl-control --app-info
    expect 'init script: status' status 3 /etc/init.d/kesl status
}

case_refuse_removal() {
    have_kesl
    on refuse-removal
    expect 'removal is refused' prints policy take kesl
    expect 'kesl stays installed' installed kesl
    expect 'kesl protects' protects
    on
    expect 'then it goes' take kesl
    expect 'nothing protects' gone
}

case_removal_fails() {
    have_kesl
    on removal-fails
    expect 'removal fails' not take kesl
    expect 'kesl stays installed' installed kesl
    expect 'kesl protects' protects
}

case_removal_background() {
    have_kesl
    on removal-background=3
    expect 'removal returns at once' timeout 2 "$BASH" /run/check.sh --take "$format" kesl
    expect 'the package is gone' not installed kesl
    expect 'the daemon is not' protects
    expect 'nor are all files' test -x /opt/kaspersky/kesl/uninstall/stop
    expect 'later nothing protects' eventually gone
    expect 'and the files are gone' eventually test ! -e /opt/kaspersky
}

case_leave_files() {
    have_kesl
    on leave-files
    expect 'kesl goes' take kesl
    expect 'the package is gone' not installed kesl
    expect 'nothing protects' gone
    expect 'files are left' test -x /opt/kaspersky/kesl/bin/kesl-control
    expect 'under their own names only' test ! -e /opt/kaspersky/kesl.kept
    on
    expect 'kesl installs over them' put "$(package kesl)"
    expect 'kesl protects' protects
}

case_wants_reboot() {
    have_kesl
    on wants-reboot
    expect 'kesl goes' take kesl
    expect 'a reboot is wanted' grep -qx kesl /run/reboot-required.pkgs
    expect 'in the usual words' grep -q required /run/reboot-required
}

case_hang() {
    have_kesl
    on hang
    expect 'removal hangs' status 124 timeout 2 "$BASH" /run/check.sh --take "$format" kesl
    expect 'kesl protects' protects
    expect 'kesl is not removed' test -x $kesl
}

case_comes_back() {
    have_kesl
    on comes-back
    expect 'it stops' /etc/init.d/kesl stop
    expect 'it comes back' eventually protects
    expect 'kesl goes' take kesl
    expect 'the package is gone' not installed kesl
    expect 'it comes back without its file' eventually protects
    expect 'its file is gone' test ! -e $kesl
    on
    expect 'the helper ends with the switch' eventually not running /opt/kaspersky/kesl/libexec/kesl-supervisor
    kill "$(cat /var/run/kesl.pid)"
    expect 'then it stays down' eventually gone
}

case_agent_reinstalls() {
    have_kesl
    expect 'klnagent64 installs' put "$(package klnagent64)"
    cp "$(package kesl)" /var/opt/kaspersky/klnagent64/cache/
    on agent-reinstalls=1
    expect 'kesl goes' take kesl
    expect 'the agent brings it back' eventually installed kesl
    expect 'and it protects' eventually protects
    expect 'the agent goes' take klnagent64
    expect 'kesl goes' take kesl
    sleep 3
    expect 'and stays away' gone
}

case_install_fails() {
    on install-fails
    case $format in
    deb) expect 'kesl does not install' not put "$(package kesl)" ;;
    rpm) expect 'the script fails, which rpm only reports' prints 'scriptlet failed' put "$(package kesl)" ;;
    esac
    expect 'nothing protects' gone
    on
    expect 'kesl installs over the failure' put "$(package kesl)"
    expect 'kesl protects' protects
}

case_clean_removal() {
    have_kesl
    on clean-removal
    expect 'kesl goes' take kesl
    expect 'state is gone' test ! -e /var/opt/kaspersky
    expect 'logs are gone' test ! -e /var/log/kaspersky
    expect 'groups are gone' not getent group kesladmin
    expect 'the bypass mark is gone' not prints 0x400 iptables-save -t mangle
}

case_other_package() {
    have_kesl
    expect 'klnagent64 installs' put "$(package klnagent64)"
    on klnagent64.removal-fails
    expect 'klnagent64 cannot be removed' not take klnagent64
    expect 'the agent runs' /opt/kaspersky/klnagent64/bin/klnagchk
    expect 'kesl can' take kesl
    on removal-fails
    expect 'a bare switch is for kesl' take klnagent64
}

case_power_cut() { # a pid file without its daemon is no daemon
    have_kesl
    kill -9 "$(cat /var/run/kesl.pid)"
    expect 'nothing protects' eventually gone
    expect 'the pid file is stale' test -s /var/run/kesl.pid
    expect 'kesl-control knows' status 64 kesl-control --app-info
    expect 'it starts again' /etc/init.d/kesl start
    expect 'kesl protects' protects
}

case_replacement() {
    local ctl=/opt/standin-av/bin/standin-avctl
    case $format in
    deb) expect 'version 1.0 does not install' not put "$(package standin-av 1.0)" ;;
    rpm) expect 'version 1.0 fails' prints 'scriptlet failed' put "$(package standin-av 1.0)" ;;
    esac
    expect 'and does not run' status 3 standin-avctl status
    expect 'version 1.1 installs' put "$(package standin-av 1.1)"
    expect 'it runs' prints '{"running":true,"realtime":true,"databases":"20' standin-avctl status --json
    expect 'it is licensed' grep -q '"licensed":true}$' /run/printed
    expect 'it blocks' blocked
    expect 'two guards live together' put "$(package kesl)"
    expect 'and both hold marks' test "$(grep -ls '^fanotify mnt_id' /proc/[0-9]*/fdinfo/* | wc -l)" = 2
    expect 'kesl goes' take kesl
    expect 'it still blocks' blocked
    expect 'it goes' take standin-av
    expect 'all of it' test ! -e $ctl
    expect 'nothing blocks' not blocked
}

case_bare_chroot() { # where "/" is no mount of the test host, nothing starts
    mkdir -p /root/bare/proc /root/bare/var/run /root/bare/var/log
    mount --bind /proc /root/bare/proc
    unpack "$(package kesl)" /root/bare
    expect 'refuses' prints refused chroot /root/bare $kesl --start
    expect 'nothing runs' not marks
}

case_real_processes() { # in the initial process namespace nothing starts, see run_case
    unpack "$(package kesl)" /run/kesl
    expect 'refuses' prints refused /run/kesl$kesl --start
    expect 'no pid file' test ! -e /var/run/kesl.pid
    /run/kesl$kesl --stop # were it there, it would outlive this case
}

# ---- running them ----------------------------------------------------------------------------------------------------

run_case() { # CASE FORMAT PRODUCTS
    local tmp output isolation=(--mount --net --ipc --uts --pid --mount-proc --kill-child --fork)
    [ "$1" != real_processes ] || isolation=(--mount --net --ipc --uts)
    tmp=$(mktemp -d)
    output=$(timeout -k 5 120 unshare "${isolation[@]}" "$BASH" "$self" --case "$1" "$2" "$3" "$tmp" </dev/null 2>&1) ||
        output+=$'\n'"FAIL $1 $2: did not end well"
    rmdir "$tmp"
    printf '%s\n' "$output"
}

need() {
    [ "$(id -u)" = 0 ] || { echo "check.sh: needs root" >&2; exit 1; }
    local pair
    for pair in unshare:util-linux ip:iproute2 dpkg:dpkg rpm:rpm rpm2cpio:rpm2cpio cpio:cpio iptables:iptables nft:nftables perl:perl-base; do
        command -v "${pair%:*}" >/dev/null || { echo "check.sh: install ${pair#*:}" >&2; exit 1; }
    done
}

main() { # PRODUCTS [CASE...]
    local products cases each passed failed log
    need
    products=$(readlink -e "$1") || { echo "check.sh: no such folder: $1" >&2; exit 2; }
    shift
    cases=("$@")
    [ $# != 0 ] || mapfile -t cases < <(sed -n 's/^case_\(.*\)() {.*/\1/p' "$self")
    log=$(mktemp)
    for each in "${cases[@]}"; do printf '%s\n' "$each deb" "$each rpm"; done |
        xargs -P "$(nproc)" -L 1 "$BASH" "$self" --run "$products" | tee "$log" | grep -v '^ok '
    passed=$(grep -c '^ok ' "$log")
    failed=$(grep -c '^FAIL ' "$log")
    rm "$log"
    echo "products: $passed passed, $failed failed"
    [ "$failed" = 0 ] && [ "$passed" != 0 ]
}

case ${1-} in
--case)
    case=$2 format=$3
    enter_root "$4" "$5" || exit 1
    if [ "$format" = rpm ]; then rpm -U /mnt/standin-rpm-root-*.rpm 2>/dev/null || exit 1; fi
    "case_$case"
    ;;
--run) run_case "$3" "$4" "$2" ;;
--take)
    format=$2
    take "$3"
    ;;
-* | '')
    echo "usage: check.sh PRODUCTS [CASE...]" >&2
    exit 2
    ;;
*) main "$@" ;;
esac
