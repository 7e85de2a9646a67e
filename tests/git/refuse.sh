# refuse.sh - who signed, when, and what came before: each refusal has its own message. Sourced by run.sh.

test_unsigned() {
    started unsigned
    git -C "$repo" config commit.gpgsign false
    commit Bare
    refuses 7 "it is not signed" "$repo"
}

test_stranger() {
    started stranger
    sign_with stranger
    commit Strange
    refuses 7 "it was signed by a stranger" "$repo"
}

test_expired() {
    started expired
    sign_with expired
    commit Late
    refuses 7 "had expired at the commit's date" "$repo"
    git -C "$repo" reset -q --hard HEAD^
    GIT_COMMITTER_DATE=2024-06-01T12:00:00Z commit Backdated
    refuses 7 "had expired by now" "$repo"
    accepts "$repo" --now 2024-06-02T12:00:00Z
}

test_not_yet_valid() {
    started early
    sign_with later
    commit Early
    refuses 7 "was not valid yet at the commit's date" "$repo"
}

test_namespace_of_key() {
    started keyspace
    sign_with other
    commit Mail
    refuses 7 "is not allowed to sign for git" "$repo"
}

# The commit with another signature in place of its own.
resign() { # FILE
    git -C "$repo" cat-file commit HEAD | awk -v sig="$1" '
        body { print; next }
        /^gpgsig / { skip = 1; next }
        skip && /^ / { next }
        { skip = 0 }
        /^$/ { first = 1; while ((getline line < sig) > 0) { print (first ? "gpgsig " : " ") line; first = 0 }; body = 1 }
        { print }' >"$tmp/commit"
    git -C "$repo" reset -q --hard "$(git -C "$repo" hash-object -w -t commit "$tmp/commit")"
}

payload() { git -C "$repo" cat-file commit HEAD | awk '/^gpgsig /{s=1;next} s&&/^ /{next} {s=0;print}'; }

test_namespace() {
    started namespace
    commit Space
    payload | ssh-keygen -q -Y sign -n file -f "$tmp/keys/good" >"$tmp/sig" 2>/dev/null
    resign "$tmp/sig"
    refuses 7 "it was signed for another purpose than git" "$repo"
    payload | ssh-keygen -q -Y sign -n git -f "$tmp/keys/good" >"$tmp/sig" 2>/dev/null
    resign "$tmp/sig"
    accepts "$repo"
}

# The signature of another commit.
test_signature_elsewhere() {
    started elsewhere
    commit One
    payload | ssh-keygen -q -Y sign -n git -f "$tmp/keys/good" >"$tmp/sig" 2>/dev/null
    commit Two
    resign "$tmp/sig"
    refuses 7 "its signature does not fit it" "$repo"
}

test_signature_damaged() {
    started damaged
    commit Damaged
    payload | ssh-keygen -q -Y sign -n git -f "$tmp/keys/good" 2>/dev/null | sed '4s/[A-Za-z]/0/3' >"$tmp/sig"
    resign "$tmp/sig"
    refuses 7 "its signature does not fit it" "$repo"
}

test_gpg() {
    started gpg
    commit Pgp
    printf -- '-----BEGIN PGP SIGNATURE-----\n\niHUEABYKAB0WIQ\n=abcd\n-----END PGP SIGNATURE-----\n' >"$tmp/sig"
    resign "$tmp/sig"
    refuses 7 "it was signed with GPG" "$repo"
}

test_two_signatures() {
    started two
    commit Two
    git -C "$repo" cat-file commit HEAD | awk '/^gpgsig /{s=1} s{b=b $0 "\n"} /END SSH/{s=0; printf "%s", b} {print}' >"$tmp/commit"
    git -C "$repo" reset -q --hard "$(git -C "$repo" hash-object -w -t commit --literally "$tmp/commit")"
    refuses 1 "the commit is malformed" "$repo"
}

# A signature that only stands in the message is none.
test_signature_in_message() {
    started message
    git -C "$repo" config commit.gpgsign false
    git -C "$repo" commit -q --allow-empty -m "$(printf 'Words\n\ngpgsig -----BEGIN SSH SIGNATURE-----\n U1NIU0lH\n -----END SSH SIGNATURE-----')"
    refuses 7 "it is not signed" "$repo"
}

test_future() {
    started future
    GIT_COMMITTER_DATE="$(date -d '+3 days' +%s) +0000" commit Future
    refuses 1 "is more than a day from now" "$repo"
}

test_rewritten() {
    started rewritten
    local last=$(tip)
    git -C "$repo" commit -q --amend --allow-empty -m "Another past"
    refuses 7 "the history was rewritten" "$repo"
    refuses 7 "the history was rewritten" "$repo" --accept-rewrite "$last"
    accepts "$repo" --accept-rewrite "$(tip)"
    says "does not descend"
    fleet catalog log --state "$state"
    says "a person allowed that"
    fleet catalog verify --state "$state" --signers "$tmp/allowed"
    [ "$status" = 0 ] || bad "verify ended with $status"
}

test_rolled_back() {
    fresh back
    local first=$(tip)
    commit Forward
    accepts "$repo"
    refuses 7 "going back is refused" "$repo" --pin "$first"
    git -C "$repo" reset -q --hard HEAD^
    refuses 7 "going back is refused" "$repo"
}

test_revoked() {
    started revoked
    commit Revoked
    cp "$tmp/keys/good.pub" "$tmp/revoked.list"
    refuses 7 "is revoked" "$repo" --revoked "$tmp/revoked.list"
}

test_signers_file() {
    fresh signers
    cp "$tmp/allowed" "$tmp/open"
    chmod 666 "$tmp/open"
    fleet catalog sync "$repo" --state "$state" --signers "$tmp/open"
    says "can be written by others than its owner"
    fleet catalog sync "$repo" --state "$state" --signers "$tmp/nowhere"
    [ "$status" = 1 ] || bad "ended with $status"
    [ -z "$(in_use)" ] || bad "accepted it"
}

run test_unsigned test_stranger test_expired test_not_yet_valid test_namespace_of_key test_namespace test_signature_elsewhere \
    test_signature_damaged test_gpg test_two_signatures test_signature_in_message test_future test_rewritten test_rolled_back \
    test_revoked test_signers_file
