# accept.sh - what is taken over, and how it is told. Sourced by run.sh.

test_first() {
    started first
    says "accepted $(tip | cut -c1-12)"
    says "signed by maintainer@example.org"
    [ "$("$AVSWAP" catalog digest --catalog "$state/catalog/accepted/$(in_use)")" = "$("$AVSWAP" catalog digest --catalog "$repo")" ] ||
        bad "has another digest than the source's files"
    [ -e "$state/catalog/accepted/$(in_use)/README.md" ] && bad "took a README out"
    accepts "$repo"
    says "nothing new since"
}

test_next_and_log() {
    started next
    commit Second-word
    sign_with second
    commit Third-word
    accepts "$repo" --json
    grep -q '"result": "accepted"' "$tmp/out" || bad "has no result"
    grep -q '"signer": "second@example.org"' "$tmp/out" || bad "has no signer"
    fleet catalog log --state "$state" --verbose
    says "second@example.org, 2 commits"
    says "SHA256:"
    fleet catalog log --state "$state" --json
    [ "$(grep -c '"commit":' "$tmp/out")" = 2 ] || bad "does not list two"
    fleet catalog diff --state "$state"
    says "playbook replace: changed"
    says "Third-word. Second-word."
    fleet catalog diff 1 2 --raw --state "$state"
    says "+++ b/playbooks/replace.json"
    fleet catalog diff --json --state "$state"
    says '"schema": "avswap.changes/1"'
    fleet catalog show --state "$state"
    says "commit $(tip)"
    fleet catalog show clamav.clamav.linux --state "$state"
    says '"id": "clamav.clamav.linux"'
    fleet catalog verify --state "$state" --signers "$tmp/allowed"
    [ "$status" = 0 ] || bad "verify ended with $status"
    says "2 accepted, 0 problems"
}

test_nothing_accepted() {
    fresh nothing
    fleet catalog log --state "$state"
    says "No catalogue was accepted yet"
    fleet catalog show --state "$state"
    says "commit none"
    fleet catalog diff --state "$state"
    [ "$status" = 1 ] || bad "diff ended with $status"
}

test_candidate() {
    started candidate
    commit Draft-word
    accepts "$repo" --dry-run
    says "would accept"
    [ "$(ls "$state/catalog/accepted")" = "$(in_use)" ] || bad "accepted it"
    fleet catalog diff candidate --state "$state"
    says "Draft-word"
}

test_branch_and_pin() {
    started branch
    git -C "$repo" checkout -q -b side
    commit Side-word
    local pin
    pin=$(tip)
    commit Later-word
    git -C "$repo" checkout -q main
    accepts "$repo"
    says "nothing new since"
    refuses 1 "it has no branch 'nowhere'" "$repo" --branch nowhere
    refuses 2 "is no name of a branch" "$repo" --branch 'a..b'
    accepts "$repo" --branch side --pin "$pin"
    says "accepted ${pin:0:12}"
    refuses 1 "is not in the history of the branch" "$repo" --branch main --pin "$pin"
    refuses 2 "by all its 40 digits" "$repo" --pin "${pin:0:10}"
    accepts "$repo" --branch side
}

test_merge() {
    started merge
    git -C "$repo" checkout -q -b theirs
    git -C "$repo" config commit.gpgsign false
    commit Theirs
    git -C "$repo" checkout -q main
    sign_with good
    git -C "$repo" merge -q --no-ff -S -m "Merge what they did" theirs
    accepts "$repo"
    says "Merge what they did"
}

# Keys of a certificate authority, and another kind of key.
test_certificate() {
    fresh certificate
    key ca
    key leaf
    ssh-keygen -q -s "$tmp/keys/ca" -I leaf -n leaf@example.org "$tmp/keys/leaf.pub"
    echo "*@example.org cert-authority,namespaces=\"git\" $(public ca)" >"$tmp/certificate/allowed"
    git -C "$repo" config user.signingkey "$tmp/keys/leaf-cert.pub"
    commit Certified
    fleet catalog sync "$repo" --state "$state" --signers "$tmp/certificate/allowed"
    [ "$status" = 0 ] || bad "was refused"
    says "signed by leaf@example.org"
}

test_ecdsa() {
    fresh ecdsa
    ssh-keygen -q -t ecdsa -N '' -f "$tmp/keys/ecdsa"
    echo "ec@example.org $(public ecdsa)" >"$tmp/ecdsa/allowed"
    git -C "$repo" config user.signingkey "$tmp/keys/ecdsa"
    commit Elliptic
    fleet catalog sync "$repo" --state "$state" --signers "$tmp/ecdsa/allowed"
    says "signed by ec@example.org"
}

# What a terminal would obey never reaches it.
test_hostile_subject() {
    fresh hostile
    commit "Quiet"
    git -C "$repo" commit -q --allow-empty -m "$(printf 'Look \033[31mhere\033]0;x\007')"
    accepts "$repo"
    fleet catalog log --state "$state"
    says "Look"
    grep -q "$(printf '\033')" "$tmp/out" && bad "has an escape sequence"
}

# The whole catalogue of this tree.
test_whole() {
    fresh whole
    cp -r "$top/vendors" "$repo/"
    git -C "$repo" add -A
    git -C "$repo" commit -qm "All of it"
    accepts "$repo"
    [ "$("$AVSWAP" catalog digest --catalog "$state/catalog/accepted/$(in_use)")" = "$("$AVSWAP" catalog digest)" ] ||
        bad "is another catalogue than the one inside"
}

run test_first test_next_and_log test_nothing_accepted test_candidate test_branch_and_pin test_merge test_certificate \
    test_ecdsa test_hostile_subject test_whole
