# common.sh - what the suite's parts share. Sourced by run.sh.
#
# Everything lies in $tmp. A test is a function of its own; its name is printed when it fails. Repositories are made with the
# real git, signatures with the real ssh-keygen.

passed=0 failed=0

need() { # PROGRAM PACKAGE
    command -v "$1" >/dev/null || { echo "git: $1 is missing: apt-get install $2"; exit 1; }
}

bad() { # what went wrong
    echo "git: $test: $*"
    sed 's/^/    /' "$tmp/out" | head -n 12
    ok=no
}

# avswap-fleet, its output in $tmp/out and its exit status in $status. Time of the tests: noon of a day, moved by $now.
fleet() {
    "$FLEET" "$@" >"$tmp/out" 2>&1
    status=$?
}

sync() { fleet catalog sync "$@" --state "$state" --signers "$tmp/allowed"; }

accepts() { # ARGS of sync...
    sync "$@"
    [ "$status" = 0 ] || bad "was refused with status $status"
}

refuses() { # STATUS 'TEXT' ARGS of sync...
    local want=$1 text=$2 before
    shift 2
    before=$(in_use)
    sync "$@"
    [ "$status" = "$want" ] || bad "ended with status $status, not $want"
    tr -s '[:space:]' ' ' <"$tmp/out" | grep -qF -- "$text" || bad "does not say: $text"
    [ "$(in_use)" = "$before" ] || bad "changed what is in use"
}

in_use() { ls "$state/catalog/accepted" 2>/dev/null | tail -n 1; }
tip() { git -C "$repo" rev-parse HEAD; }
says() { tr -s '[:space:]' ' ' <"$tmp/out" | grep -qF -- "$1" || bad "does not say: $1"; }

key() { # NAME
    ssh-keygen -q -t ed25519 -N '' -C "$1" -f "$tmp/keys/$1"
}

public() { cut -d' ' -f1,2 "$tmp/keys/$1.pub"; }

sign_with() { # KEY: the commits of $repo from now on
    git -C "$repo" config gpg.format ssh
    git -C "$repo" config user.signingkey "$tmp/keys/$1"
    git -C "$repo" config commit.gpgsign true
}

# A commit that changes a text of the catalogue.
commit() { # SUBJECT
    sed -i "s/\"doc\": *\"/&$1. /" "$repo/playbooks/replace.json"
    grep -q "$1" "$repo/playbooks/replace.json" || echo "common.sh: replace.json has no 'doc' any more"
    git -C "$repo" add -A
    git -C "$repo" commit -qm "$1"
}

# A new source with one good commit, and a state that has accepted nothing.
fresh() { # NAME
    repo=$tmp/$1/source state=$tmp/$1/state
    mkdir -p "$tmp/$1"
    cp -a "$tmp/base" "$repo"
}

# The same, accepted.
started() { # NAME
    fresh "$1"
    accepts "$repo"
}

run() { # TEST...
    for test; do
        ok=yes
        : >"$tmp/out"
        "$test"
        if [ "$ok" = yes ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    done
}
