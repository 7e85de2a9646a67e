#!/bin/bash
# migrate.sh [all | NAME...]: real migrations on lab hosts. Without arguments the part that `make check` runs.
LAB_NAME=migrate
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
JOBS=${JOBS:-2}

# ---- what a good end looks like ----------------------------------------------------------------------------------------------------

migrated() { # by the new engine, everything of the old one gone
	want 'the run says migrated' prints migrated outcome result
	want 'old product gone' guest gone
	want 'clamonacc watches' in_pc pgrep -x clamonacc
	want 'EICAR blocked' guest eicar /var/tmp
	want 'EICAR by the new engine' prints 'blocked by ClamAV with on-access scanning' outcome eicar
	want 'journal in order' journal_ok
	want 'ledger tells every gap' ledger_ok
	want 'no resume armed, no worker left' guest settled
	want 'nothing to turn back to is kept' not test -e "$(run_dir)backup"
	want 'nothing more to do' avswap detect
}

migrate() { avswap migrate --policy /root/policy.json --yes "$@"; }

# still_old: the old product protects as before.
still_old() {
	want 'kesl runs' in_pc kesl-control --app-info
	want 'EICAR blocked by the old engine' guest eicar /var/tmp
	want 'no new engine' not in_pc pgrep -x clamonacc
	want 'journal in order' journal_ok
	want 'ledger tells every gap' ledger_ok
	want 'no resume armed, no worker left' guest settled
}

# ---- strategies ---------------------------------------------------------------------------------------------------------------------

strategy() { # INIT STRATEGY
	up "$name" "$1" kesl || return 1
	want 'exit 0' status 0 migrate --strategy "$2"
	migrated
}

builtin() { # ClamAV is here already and watches; Kaspersky comes beside it
	up "$name" sysv kesl || return 1
	want 'first migration' migrate
	in_pc sh -c 'dpkg -i /root/kesl_*.deb /root/klnagent64_*.deb'
	want 'exit 0' status 0 migrate
	want 'strategy' prints builtin outcome strategy
	want 'never unprotected' prints 0 outcome unprotected_ms
	migrated
}

prepare
history t1 'overlap on sysv' strategy sysv overlap
history t2 'overlap on systemd' strategy systemd overlap
history t3 'replace on sysv' strategy sysv replace
history t4 'replace on systemd' strategy systemd replace
history t5 'builtin' builtin
histories_over
failed=$(count_failed) all=$(count_all)
printf 'lab-migrate: %d passed, %d failed\n' $((all - failed)) "$failed"
[ "$failed" = 0 ]
