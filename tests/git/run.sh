#!/bin/bash
# run.sh: the catalogue by git, with the real git, ssh-keygen, sshd and an https server. Ends with "git: N passed, N failed".
#
# The network parts run in a network namespace of their own (run.sh starts itself again in it), so that nothing leaves this
# machine and no port of it is taken.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
: "${FLEET:=$top/build/avswap-fleet}" "${AVSWAP:=$top/build/avswap}"
export FLEET AVSWAP
if [ "${IN_NAMESPACE:-}" != yes ]; then
    [ "$(id -u)" = 0 ] || { echo "git: run it as root: it makes a network namespace"; exit 1; }
    IN_NAMESPACE=yes exec unshare --net -- "$0" "$@"
fi
# shellcheck source=tests/git/common.sh
. "$here/common.sh"
need git git
need ssh-keygen openssh-client
need sshd openssh-server
need ip iproute2
need openssl openssl
need python3 python3
need strace strace
[ -x "$(git --exec-path)/git-http-backend" ] || { echo "git: git-http-backend is missing: apt-get install git"; exit 1; }
ip link set lo up || exit 1

tmp=$(mktemp -d -p /dev/shm) # hundreds of writes that are synced
jobs_started=()
stop() {
    for pid in "${jobs_started[@]}"; do kill "$pid" 2>/dev/null; done
    wait 2>/dev/null
    rm -rf "$tmp"
}
trap stop EXIT
export HOME=$tmp/home GIT_CONFIG_NOSYSTEM=1 LC_ALL=C.UTF-8
unset SSH_AUTH_SOCK https_proxy HTTPS_PROXY http_proxy HTTP_PROXY no_proxy NO_PROXY
mkdir -p "$HOME" "$tmp/keys"
git config --global user.name Maintainer
git config --global user.email maintainer@example.org
git config --global init.defaultBranch main
git config --global protocol.file.allow always

for k in good second stranger expired later other; do key "$k"; done
{
    echo "maintainer@example.org,deputy@example.org namespaces=\"git\" $(public good)"
    echo "second@example.org $(public second)"
    echo "gone@example.org valid-before=\"20250101Z\" $(public expired)"
    echo "next@example.org valid-after=\"20990101Z\" $(public later)"
    echo "mail@example.org namespaces=\"email\" $(public other)"
} >"$tmp/allowed"
chmod 644 "$tmp/allowed"

# A small catalogue that stands alone.
repo=$tmp/base
git init -q "$repo"
mkdir -p "$repo/vendors"
cp -r "$top/playbooks" "$repo/"
cp -r "$top/vendors/clamav" "$repo/vendors/"
echo "A catalogue" >"$repo/README.md"
sign_with good
git -C "$repo" add -A
git -C "$repo" commit -qm "The first"

for part in ${PARTS:-accept refuse tree state network}; do
    # shellcheck disable=SC1090
    . "$here/$part.sh"
done
echo "git: $passed passed, $failed failed"
[ "$failed" = 0 ]
