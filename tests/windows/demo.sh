#!/bin/bash
# demo.sh: three migrations of a Windows PC (Wine), with stand-ins for Kaspersky's products and for the new one.
#
#   1. a wrong password: refused, nothing has changed
#   2. an installation that fails after the old product is gone: the old product comes back
#   3. a migration from beginning to end, with a reboot in the middle
#
# Ends with one line: demo-windows: migrated, reboots N, residue 0
SUITE=demo-windows
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$tests_windows/avswap.sh"
set -e
dir=$out

title() { printf '\n== %s\n\n' "$*"; }
say() { printf '   %s\n' "$*"; }
die() { printf 'demo-windows: FAILED: %s\n' "$*" >&2; exit 1; }
# quietly COMMAND...: what it says is kept for when it fails.
quietly() { "$@" >"$out/setup" 2>&1 || { tail -n 10 "$out/setup" >&2; die "$*"; }; }
show() { sed -n '/^. protected/,/^. the run is over/p' "$dir/said"; }
expect() { # STATUS: of a migration
    local got=0
    migrate || got=$?
    show
    [ "$got" = "$1" ] || { tail -n 30 "$dir/said"; die "expected exit status $1, got $got"; }
}
host() { name=$1 && dir=$out/$1 && mkdir -p "$dir" && up_like "$1" kes; }
checked() { echo "   $1"; shift; "$@" >/dev/null || die "$*"; }

needs "$exe" "$products"/{kes,kea,klnagent,standin-av}.msi "$products/code.exe"
quietly golden bare
quietly golden_with kes kes klnagent
quietly reference

title 'A PC with Kaspersky Endpoint Security and its Network Agent (stand-ins with the real names, installed by msiexec)'
quietly host pc1
avswap detect && die 'detect found nothing' || cat "$dir/said"

title '1. A wrong password'
switches 'password=Geheim-77'
secret C:/password.txt Falsch-55
policy '"secrets":{"kaspersky_password":"file:C:/password.txt"}'
before
expect 7
checked 'refused: it was tried once,' [ "$(grep -c 'password is wrong' <(said))" = 1 ]
checked 'stands nowhere,' no_secret Falsch-55
checked 'and nothing has changed on the PC; exit status 7' unchanged
quietly "$PC" down pc1

title '2. The installation fails after the old product is gone'
quietly host pc2
switches standin-av.install-fails
before
expect 5
[ "$(service avp.kes.21.9)" = RUNNING ] || die 'the old product does not run again'
rmdir "$(path 'C:/Program Files/Stand-in AV')" # Wine's installer leaves it
checked "rolled back: protected by the old product again after $(outcome unprotected_ms) ms, the PC is as before; exit status 5" unchanged
quietly "$PC" down pc2

title '3. A migration from beginning to end, with a reboot in the middle'
quietly host pc3
switches wants-reboot
expect 4
say 'the run asked for a reboot; the PC boots, and the run goes on by itself'
quietly follow
avswap status || die status
sed 1d "$dir/said"
[ "$(outcome exit)" = 0 ] || die "the run ended with $(outcome exit)"
quietly until_ok 10 settled
avswap detect || { cat "$dir/said"; die 'something must still go'; }
quietly "$PC" reboot pc3
ended="$(outcome result), reboots $(outcome reboots)"
left=$(residue) || true
[ "$left" = 0 ] || { diff "$out/reference.state" "$dir/state" || true; die "residue $left"; }
echo
echo "demo-windows: $ended, residue $left"
