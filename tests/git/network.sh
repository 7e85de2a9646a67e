# network.sh - ssh to a real sshd, https to git-http-backend, through a proxy; all on the loopback of this namespace.
# Sourced by run.sh.

port_open() { # PORT
    for _ in $(seq 100); do
        (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
        sleep 0.1
    done
    echo "git: nothing answers on port $1"
    exit 1
}

start() { # PORT COMMAND...
    local port=$1
    shift
    "$@" >"$tmp/server.$port" 2>&1 &
    jobs_started+=($!)
    port_open "$port"
}

start_sshd() {
    local d=$tmp/sshd
    mkdir -p "$d" "$HOME/.ssh" /run/sshd
    chmod 700 "$HOME" "$HOME/.ssh"
    ssh-keygen -q -t ed25519 -N '' -f "$d/host"
    ssh-keygen -q -t ed25519 -N '' -f "$d/host2"
    ssh-keygen -q -t ed25519 -N '' -f "$d/login"
    cp "$d/login.pub" "$d/authorized"
    chmod 600 "$d/authorized"
    cat >"$d/config" <<CONFIG
Port 2222
ListenAddress 127.0.0.1
HostKey $d/host
AuthorizedKeysFile $d/authorized
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
CONFIG
    echo "[127.0.0.1]:2222 $(cut -d' ' -f1,2 "$d/host.pub")" >"$d/known"
    ssh-keygen -q -H -f "$d/known" >/dev/null 2>&1
    echo "[127.0.0.1]:2222 $(cut -d' ' -f1,2 "$d/host2.pub")" >"$d/changed"
    : >"$d/unknown"
    for k in known changed unknown; do
        printf 'Host *\n IdentityFile %s\n IdentitiesOnly yes\n UserKnownHostsFile %s\n GlobalKnownHostsFile /dev/null\n StrictHostKeyChecking no\n' \
            "$d/login" "$d/$k" >"$d/client.$k"
    done
    start 2222 /usr/sbin/sshd -D -e -f "$d/config"
}

start_https() {
    local d=$tmp/https
    mkdir -p "$d"
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$d/ca.key" -out "$d/ca.pem" -subj '/CN=Test authority' -days 30 2>/dev/null
    openssl req -newkey rsa:2048 -nodes -keyout "$d/key" -out "$d/csr" -subj '/CN=127.0.0.1' 2>/dev/null
    echo 'subjectAltName=DNS:localhost,DNS:catalog.test' >"$d/ext"
    openssl x509 -req -in "$d/csr" -CA "$d/ca.pem" -CAkey "$d/ca.key" -CAcreateserial -days 30 -extfile "$d/ext" -out "$d/cert" 2>/dev/null
    start 4433 python3 "$here/https.py" serve 4433 "$d/cert" "$d/key" "$tmp" "$d/log"
    start 3128 python3 "$here/https.py" proxy 3128 "$d/proxy.log"
}

url() { echo "ssh://root@127.0.0.1:2222$repo"; }
web() { echo "https://localhost:4433${1:-}${repo#"$tmp"}"; }

test_ssh() {
    fresh ssh
    accepts "$(url)" --ssh-config "$tmp/sshd/client.known"
    commit Ssh-word
    accepts "$(url)" --ssh-config "$tmp/sshd/client.known"
    says "accepted $(tip | cut -c1-12)"
    [ "$(git -C "$state/catalog/source.git" rev-list --count "$(tip)")" = 2 ] || bad "has not the history"
}

# The client's configuration says that host keys do not matter; here they do.
test_ssh_host_keys() {
    fresh hostkeys
    refuses 1 "Host key verification failed" "$(url)" --ssh-config "$tmp/sshd/client.unknown"
    refuses 1 "Host key verification failed" "$(url)" --ssh-config "$tmp/sshd/client.changed"
    grep -q REMOTE "$tmp/out" || bad "does not tell that the host key has changed"
}

test_ssh_refused() {
    fresh sshno
    printf 'Host *\n IdentityFile %s\n IdentitiesOnly yes\n UserKnownHostsFile %s\n' "$tmp/keys/stranger" "$tmp/sshd/known" >"$tmp/sshno/client"
    refuses 1 "Permission denied" "$(url)" --ssh-config "$tmp/sshno/client"
    refuses 1 "ssh" "ssh://root@127.0.0.1:2222/nowhere/at/all" --ssh-config "$tmp/sshd/client.known"
    refuses 1 "Connection refused" "ssh://root@127.0.0.1:2223$repo" --ssh-config "$tmp/sshd/client.known"
}

test_ssh_agent() {
    fresh agent
    local SSH_AUTH_SOCK SSH_AGENT_PID
    eval "$(ssh-agent -s)" >/dev/null
    ssh-add -q "$tmp/sshd/login" 2>/dev/null
    printf 'Host cat\n HostName 127.0.0.1\n Port 2222\n User root\n UserKnownHostsFile %s\n' "$tmp/sshd/known" >"$tmp/agent/client"
    export SSH_AUTH_SOCK
    accepts "cat:$repo" --ssh-config "$tmp/agent/client"
    kill "$SSH_AGENT_PID"
    unset SSH_AUTH_SOCK
}

# Nothing of an address reaches a shell, here or there.
test_ssh_quoting() {
    fresh "quoting"
    mv "$repo" "$tmp/quoting/a'b;touch x\$(id)"
    repo="$tmp/quoting/a'b;touch x\$(id)"
    accepts "$(url)" --ssh-config "$tmp/sshd/client.known"
    refuses 2 "begins with '-'" "ssh://-oProxyCommand=id/x"
    refuses 2 "begins with '-'" "ssh://-l@host/x"
}

test_https() {
    fresh https
    accepts "$(web)" --ca "$tmp/https/ca.pem"
    commit Web-word
    accepts "$(web)" --ca "$tmp/https/ca.pem"
    says "accepted $(tip | cut -c1-12)"
    refuses 1 "certificate" "$(web)"
    refuses 1 "certificate" "$(web | sed s/localhost/127.0.0.1/)" --ca "$tmp/https/ca.pem"
    refuses 1 "" "https://localhost:4433/nowhere" --ca "$tmp/https/ca.pem"
    refuses 1 "redirect" "$(web /away)" --ca "$tmp/https/ca.pem"
    refuses 1 "was given up after 2 s" "$(web /hang)" --ca "$tmp/https/ca.pem" --timeout 2
    refuses 1 "" "$(web /flood)" --ca "$tmp/https/ca.pem" --timeout 20
}

test_proxy() {
    fresh proxy
    : >"$tmp/https/proxy.log"
    accepts "$(web)" --ca "$tmp/https/ca.pem" --proxy http://127.0.0.1:3128
    grep -q 'CONNECT localhost:4433' "$tmp/https/proxy.log" || bad "did not go through the proxy"
    : >"$tmp/https/proxy.log"
    commit Proxied
    https_proxy=http://127.0.0.1:3128 accepts "$(web)" --ca "$tmp/https/ca.pem"
    grep -q 'CONNECT localhost:4433' "$tmp/https/proxy.log" || bad "did not go through the proxy of the environment"
    refuses 2 "holds a password" "$(web)" --proxy http://me:word@127.0.0.1:3128
    refuses 1 "" "$(web)" --ca "$tmp/https/ca.pem" --proxy http://127.0.0.1:9
}

test_credentials() {
    fresh credentials
    refuses 1 "credential helpers know none" "$(web /secret)" --ca "$tmp/https/ca.pem"
    git config --global credential.helper "store --file $tmp/credentials/store"
    echo 'https://reader:wrong@localhost%3a4433' >"$tmp/credentials/store"
    : >"$tmp/https/log"
    refuses 1 "were refused" "$(web /secret)" --ca "$tmp/https/ca.pem"
    grep -q wrong "$tmp/out" && bad "shows the password"
    [ "$(grep -c . "$tmp/https/log")" -le 3 ] || bad "asks again and again"
    echo 'https://reader:only-for-the-helper@localhost%3a4433' >"$tmp/credentials/store"
    ASAN_OPTIONS=detect_leaks=0 strace -f -qq -s 4096 -e trace=execve -o "$tmp/credentials/execs" "$FLEET" catalog sync "$(web /secret)" --ca "$tmp/https/ca.pem" \
        --state "$state" --signers "$tmp/allowed" >"$tmp/out" 2>&1 || bad "was refused"
    grep -q 'credential' "$tmp/credentials/execs" || bad "never asked the helper"
    grep -q only-for-the-helper "$tmp/credentials/execs" && bad "has the password in an argument vector"
    grep -rq only-for-the-helper "$state" && bad "keeps the password"
    refuses 2 "holds a password" "https://reader:only@localhost:4433/x"
    git config --global --unset credential.helper
}

test_other_ways() {
    fresh ways
    refuses 2 "'http' is no way to fetch a catalogue" "http://localhost/x"
    refuses 2 "'git' is no way to fetch a catalogue" "git://localhost/x"
    refuses 2 "'ext' is no way to fetch a catalogue" "ext://sh -c id"
    refuses 1 "No such file" "/nowhere/at/all"
    accepts "file://$repo"
    mkdir "$tmp/ways/empty"
    git init -q "$tmp/ways/empty"
    refuses 1 "it is empty" "$tmp/ways/empty"
    git config --global url."$tmp/ways/empty".insteadOf "$repo"
    commit Configured
    accepts "$repo"
    git config --global --unset url."$tmp/ways/empty".insteadOf
    chown -R 12345 "$repo"
    refuses 1 "belongs to another user" "$repo"
}

start_sshd
start_https
run test_ssh test_ssh_host_keys test_ssh_refused test_ssh_agent test_ssh_quoting test_https test_proxy test_credentials \
    test_other_ways
