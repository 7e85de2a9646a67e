#!/bin/bash
# gap.sh [INIT...]: seconds without protection. avswap's migration against the same steps as an Ansible playbook, on equal lab
# hosts with equal links, seen by the same witness. INIT: sysv, systemd; both when none is given. Prints bench lines.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
export LAB_ID=bench$$ LAB_OWNER=$$
lab=tests/lab/lab
rate=${RATE:-20000} # kbit/s: a branch office
trap '$lab down >/dev/null 2>&1 || true' EXIT

# host NAME INIT: a PC with the stand-ins and an offline signature database, as in the demo.
host() {
    local p
    $lab up "$1" --init "$2"
    $lab wait "$1" >/dev/null
    $lab put "$1" "$BUILD/avswap" /usr/sbin/avswap
    $lab put "$1" "$out/witness" /root/witness
    for p in "$BUILD"/products/{kesl,kesl-gui,klnagent64}_*.deb; do $lab put "$1" "$p" /root/; done
    $lab put "$1" tests/demo/host.sh /root/host.sh
    $lab in "$1" bash /root/host.sh >"$out/$1.setup" 2>&1 || die "host $1 could not be set up, see $out/$1.setup"
    $lab rate "$1" "$rate" || echo 'bench: this kernel cannot limit a link: the hosts of this run have no limit' >&2
    protected "$1"
    $lab in "$1" sh -c 'setsid /root/witness /root/gap </dev/null >/dev/null 2>&1 & echo $! >/root/witness.pid'
}

protected() { $lab in "$1" sh -c 'i=0; until /root/witness --now; do i=$((i + 1)); [ $i -lt 600 ] || exit 1; sleep 0.1; done' || die "host $1: nobody watches"; }

# seen NAME: ends the witness; the milliseconds that it saw without protection. The host must protect by now.
seen() {
    protected "$1"
    $lab in "$1" try-eicar /var/tmp >/dev/null || die "host $1 does not block the EICAR file"
    $lab in "$1" sh -c 'kill "$(cat /root/witness.pid)"; i=0; until [ -s /root/gap ]; do i=$((i + 1)); [ $i -lt 100 ] || exit 1; sleep 0.1; done; cat /root/gap' ||
        die "host $1: the witness wrote nothing"
}

# by_avswap NAME [OPTION...]: leaves the witness' figure in `gap` and the run's own in `ledger`.
by_avswap() {
    local name=$1
    shift
    $lab in "$name" avswap migrate --policy /root/policy.json --yes "$@" >"$out/$name.txt" 2>&1 ||
        { tail -n 20 "$out/$name.txt" >&2; die "host $name: the migration failed, see $out/$name.txt"; }
    gap=$(seen "$name")
    ledger=$($lab in "$name" sh -c 'cat /var/lib/avswap/runs/*/outcome.json' | sed -n 's/^ "unprotected_ms": \([0-9]*\).*/\1/p')
}

# settings INIT: the files that the product's manifest writes on a host with that init, as a tree for the playbook to copy.
settings() {
    rm -rf "$out/settings-$1"
    python3 - "$1" "$out/settings-$1" << 'P'
import json, os, sys
init, tree = sys.argv[1:]
not_here = ["apparmor"] + (["/etc/systemd"] if init == "sysv" else ["/etc/default", "/etc/init.d"])
for step in json.load(open("vendors/clamav/clamav.json"))["install"]["steps"]:
    args = step["args"]
    if step["verb"] != "file.write" or any(x in args["path"] for x in not_here):
        continue
    path = tree + args["path"]
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write("\n".join(args["lines"]) + "\n")
    os.chmod(path, int(args.get("mode", "0644"), 8))
P
}

# by_ansible NAME INIT: the same, through the lab's ssh, with the settings that make Ansible fast.
by_ansible() {
    local dir
    dir=$($lab dir)
    settings "$2"
    $lab jump env ANSIBLE_SSH_ARGS="-F $dir/ssh_config -o ControlMaster=auto -o ControlPersist=60s -o ControlPath=$dir/cm-%C" \
        ANSIBLE_PIPELINING=True ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3 \
        ansible-playbook -i "$1," -e "settings=$(realpath "$out/settings-$2")/ systemd=$([ "$2" = systemd ] && echo yes || echo no)" tests/bench/gap.yml >"$out/$1.txt" 2>&1 ||
        { tail -n 20 "$out/$1.txt" >&2; die "host $1: the playbook failed, see $out/$1.txt"; }
    gap=$(seen "$1")
}

[ $# -gt 0 ] || set -- sysv systemd
for init; do
    for name in best same peer; do host "$name-$init" "$init"; done
    by_ansible "peer-$init" "$init"
    peer=$gap
    by_avswap "best-$init"
    line "unprotected-$init-vs-ansible-playbook" "$gap" "$peer" 0.5 s 1000
    # A ledger that shows less than the witness saw would be a lie.
    line "unprotected-$init-witness-vs-own-ledger" "$gap" "$ledger" 1 s 1000
    # Without the strategy of its choice: first remove, then install, as the playbook does.
    by_avswap "same-$init" --strategy replace
    line "unprotected-$init-replace-vs-ansible-playbook" "$gap" "$peer" 0.5 s 1000
    line "unprotected-$init-replace-witness-vs-own-ledger" "$gap" "$ledger" 1 s 1000
    for name in best same peer; do $lab down "$name-$init"; done
done
