# Sourced by visits.sh and runs.sh behind common.sh: what it costs this machine to have something done on many PCs, for one client like for
# another: CPU and memory of its whole tree of processes, by a control group of its own; the same ssh configuration for all.
# $lab, $tmp and $BUILD are set by then; lab, folders and groups go when the script does.
groups=/sys/fs/cgroup
group=avswap-bench-$$

# The groups' folders: one of the unified hierarchy, or one of each of the two controllers that are needed.
if [ -d $groups/cpuacct ]; then
    dirs=("$groups/cpuacct/$group" "$groups/memory/$group")
else
    echo '+memory' 2>/dev/null >$groups/cgroup.subtree_control || die "control groups cannot count memory here ($groups/cgroup.subtree_control)"
    dirs=("$groups/$group")
fi

leave() {
    local pid
    # What outlives its command, as masters of shared connections do. Only what was started here can be in these groups.
    for pid in $(cat "${dirs[@]/%//cgroup.procs}" 2>/dev/null | sort -u); do kill -9 "$pid" 2>/dev/null || true; done
    for _ in $(seq 100); do
        rmdir "${dirs[@]}" 2>/dev/null || true
        [ -d "${dirs[0]}" ] || [ -d "${dirs[-1]}" ] || return 0
        sleep 0.1
    done
    die "${dirs[*]} cannot be removed"
}

sockets=$(mktemp -d) # of shared connections: a path of at most a hundred bytes
clean_up() {
    leave || true
    $lab down >/dev/null 2>&1 || true
    rm -rf "$tmp" "$sockets"
}
trap clean_up EXIT

# metered NAME PCS COMMAND...: in the lab's jump host. Microseconds of CPU for each PC behind $tmp/NAME.cpu, KiB at the peak behind
# $tmp/NAME.peak; its output in $tmp/NAME.out.
metered() {
    local name=$1 pcs=$2 status=0
    shift 2
    mkdir "${dirs[@]}"
    # shellcheck disable=SC2016
    timeout 1800 bash -c 'for d in $0; do echo $$ >"$d/cgroup.procs" || exit 1; done; exec "$@"' "${dirs[*]}" \
        "$lab" jump "$@" >"$tmp/$name.out" 2>"$tmp/$name.err" </dev/null || status=$?
    [ $status = 0 ] || { tail -n 5 "$tmp/$name.out" "$tmp/$name.err" >&2; die "$name ended with status $status"; }
    if [ -d $groups/cpuacct ]; then
        echo $(($(cat "${dirs[0]}/cpuacct.usage") / 1000 / pcs)) >>"$tmp/$name.cpu"
        echo $(($(cat "${dirs[1]}/memory.max_usage_in_bytes") / 1024)) >>"$tmp/$name.peak"
    else
        [ -e "${dirs[0]}/memory.peak" ] || die "this kernel does not tell the most memory that a group had: Linux 5.19 does, and control groups of version 1"
        echo $(($(sed -n 's/^usage_usec //p' "${dirs[0]}/cpu.stat") / pcs)) >>"$tmp/$name.cpu"
        echo $(($(cat "${dirs[0]}/memory.peak") / 1024)) >>"$tmp/$name.peak"
    fi
    leave
}

median() { sort -n "$tmp/$1" | sed -n "$(((($(wc -l <"$tmp/$1")) + 1) / 2))p"; }

# against KEX WHAT PEER TARGET
against() { line "fleet-$2-$1-cpu-for-each-pc-vs-$3" "$(median "$1-$2-avswap.cpu")" "$(median "$1-$2-$3.cpu")" "$4" ms 1000; }
# peak KEX WHAT
peak() { line "fleet-$2-$1-peak-vs-150-mib" "$(sort -n "$tmp/$1-$2-avswap.peak" | tail -n 1)" $((150 * 1024)) 1 MiB 1024; }

# configs: $tmp/curve25519.conf and $tmp/default.conf; the lab is up.
configs() {
    local dir kex
    dir=$($lab dir)
    cp "$dir/known_hosts" "$tmp/known_hosts"
    for kex in default curve25519; do
        printf '%s\n' 'Host *' '  User root' "  IdentityFile $dir/key" '  IdentitiesOnly yes' '  BatchMode yes' \
            "  UserKnownHostsFile $tmp/known_hosts" '  StrictHostKeyChecking yes' '  ConnectTimeout 10' '  LogLevel ERROR' >"$tmp/$kex.conf"
    done
    echo '  KexAlgorithms curve25519-sha256' >>"$tmp/curve25519.conf"
}

# our_options KEX: how avswap fleet is told the same.
our_options() {
    printf '%s\n' --ssh-config "$tmp/default.conf"
    [ "$1" = default ] || printf '%s\n' --kex "$1"
}

# with_ansible CONFIG FORKS: what goes before ansible-playbook: the settings that make it fast.
with_ansible() {
    printf '%s\n' env "ANSIBLE_SSH_ARGS=-F $1 -o ControlMaster=auto -o ControlPersist=60s -o ControlPath=$sockets/%C" ANSIBLE_PIPELINING=True \
        ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3 "ANSIBLE_FORKS=$2"
}

# The request that brings a PC's facts, as in avswap-formats(5).
request() {
    local ask='{"schema":"avswap.visit/1","do":"detect"}'
    printf '#avswap request %d\n%s\n' "${#ask}" "$ask"
}
