# state.sh - what lies on disk: ends in the middle, two at once, tampering; plans and overlays. Sourced by run.sh.

verify() { fleet catalog verify --state "$state" --signers "$tmp/allowed"; }

# Killed with -9 at ever later moments: what was in use stays in use or the new one is, whole; the next sync succeeds.
test_killed() {
    started killed
    local first ms seen_old=0 seen_new=0
    first=$(in_use)
    cp -a "$state" "$tmp/killed/before"
    commit Killed-word
    for ms in 5 15 30 50 80 120 170 230 300 400 520 700 1000 1500 2500; do
        rm -rf "$state" && cp -a "$tmp/killed/before" "$state"
        setsid "$FLEET" catalog sync "$repo" --state "$state" --signers "$tmp/allowed" >"$tmp/out" 2>&1 &
        local pid=$!
        sleep "$(printf '0.%03d' $((ms % 1000)))"
        [ "$ms" -lt 1000 ] || sleep $((ms / 1000))
        kill -9 "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
        if [ "$(in_use)" = "$first" ]; then seen_old=1; else seen_new=1; fi
        "$AVSWAP" catalog digest --catalog "$state/catalog/accepted/$(in_use)" >"$tmp/out" 2>&1 || bad "after $ms ms it cannot be used"
        # The process apart may live a moment longer, with the lock.
        for _ in 1 2 3 4 5 6 7 8; do
            sync "$repo"
            [ "$status" = 0 ] && break
            sleep 0.3
        done
        [ "$status" = 0 ] || bad "after $ms ms the next sync failed"
        [ "$(in_use)" != "$first" ] || bad "after $ms ms the next sync accepted nothing"
        [ -z "$(ls "$state/catalog/work" 2>/dev/null)" ] || bad "left something in work"
        [ "$seen_new" = 0 ] || break
    done
    [ "$seen_old" = 1 ] || bad "was never killed before the end"
    verify
    says "2 accepted, 0 problems"
}

# At every single system call that changes the disk in the store: by a clock it would be luck.
test_killed_at_rename() {
    started renamed
    local first n
    first=$(in_use)
    cp -a "$state" "$tmp/renamed/before"
    commit Rename-word
    for n in $(seq 1 40); do
        rm -rf "$state" && cp -a "$tmp/renamed/before" "$state"
        { ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -e trace=rename,renameat,renameat2 -e inject=rename,renameat,renameat2:signal=SIGKILL:when="$n" \
            "$FLEET" catalog sync "$repo" --state "$state" --signers "$tmp/allowed" >"$tmp/out" 2>&1; } 2>/dev/null
        status=$?
        "$AVSWAP" catalog digest --catalog "$state/catalog/accepted/$(in_use)" >"$tmp/out" 2>&1 || bad "at rename $n it cannot be used"
        [ "$status" = 0 ] && break
        accepts "$repo"
        [ "$(in_use)" != "$first" ] || bad "at rename $n the next sync accepted nothing"
        verify
        says "2 accepted, 0 problems"
    done
    [ "$n" -gt 5 ] || bad "was killed only $n times"
    [ "$n" -lt 40 ] || bad "never came to its end"
}

test_two_at_once() {
    started both
    commit Both-word
    local a b
    "$FLEET" catalog sync "$repo" --state "$state" --signers "$tmp/allowed" >"$tmp/both/1" 2>&1 &
    a=$!
    "$FLEET" catalog sync "$repo" --state "$state" --signers "$tmp/allowed" >"$tmp/both/2" 2>&1 &
    b=$!
    wait "$a"; a=$?
    wait "$b"; b=$?
    cat "$tmp/both/1" "$tmp/both/2" >"$tmp/out"
    case $a-$b in
    0-7 | 7-0) says "is held by process" ;;
    0-0) says "nothing new since" ;; # one had ended before the other began
    *) bad "ended with $a and $b" ;;
    esac
    [ "$(ls "$state/catalog/accepted" | wc -l)" = 2 ] || bad "accepted it twice"
}

# Each change on disk is found, and what is in use is not used any more.
test_tampered() {
    started tampered
    commit Second-word
    accepts "$repo"
    local last=$state/catalog/accepted/$(in_use) first
    first=$state/catalog/accepted/$(ls "$state/catalog/accepted" | head -n 1)
    cp -a "$state" "$tmp/tampered/before"

    back() { rm -rf "$state" && cp -a "$tmp/tampered/before" "$state"; }
    found() { # STATUS TEXT
        verify
        [ "$status" = "$1" ] || bad "verify ended with $status, not $1"
        says "$2"
        back
    }
    sed -i 's/Second-word/Changed/' "$last/playbooks/replace.json"
    fleet catalog show --state "$state"
    [ "$status" = 8 ] || bad "uses a catalogue that was changed"
    says "was changed after commit"
    "$AVSWAP" catalog --catalog "$last" >"$tmp/out" 2>&1 && bad "the worker uses it too"
    found 8 "was changed after commit"
    sed -i 's/Second-word/Changed/' "$last/playbooks/replace.json"
    sed -i "s/\"digest\": \"[0-9a-f]*\"/\"digest\": \"$(mv "$last/accepted.json" "$tmp/aside"; "$AVSWAP" catalog digest --catalog "$last"; mv "$tmp/aside" "$last/accepted.json")\"/" "$last/accepted.json"
    found 8 "but the commit's tree has"
    sed -i 's/maintainer@/stranger@/' "$first/accepted.json"
    found 8 "its record was changed after the next one was accepted"
    rm -rf "$first"
    found 8 "the one accepted before it is missing"
    rm -rf "$last"
    found 8 "but its folder is gone"
    touch "$state/catalog/accepted/extra"
    found 8 "that was not put there by a sync"
    echo '{' >"$last/accepted.json"
    found 8 "a record of what was accepted"
    grep -v maintainer@ "$tmp/allowed" >"$tmp/fewer"
    fleet catalog verify --state "$state" --signers "$tmp/fewer"
    [ "$status" = 8 ] || bad "verify does not miss the signer"
    says "signed by a stranger"
    rm -rf "$state/catalog/source.git"
    found 8 "no catalogue was fetched yet"
    # The repository can be fetched again; nothing else is lost.
    rm -rf "$state/catalog/source.git"
    accepts "$repo"
    says "nothing new since"
}

# A source that was replaced by another one, after the repository was lost: still held against what was accepted.
test_other_source() {
    started another
    local mine=$repo
    fresh another2
    git -C "$repo" commit -q --amend -m "Not the same"
    state=$tmp/another/state
    rm -rf "$state/catalog/source.git"
    refuses 7 "the history was rewritten" "$repo"
    accepts "$mine"
}

# A plan carries commit and digest; another catalogue refuses it by name.
test_plan() {
    started plan
    local folder plan=$tmp/plan/plan.json facts=$top/tests/cases/facts/kesl.json
    cp -r "$top/vendors" "$repo/"
    git -C "$repo" add -A
    git -C "$repo" commit -qm "All of it"
    accepts "$repo"
    folder=$state/catalog/accepted/$(in_use)
    "$AVSWAP" plan --from "$facts" --catalog "$folder" --now 2026-11-22T10:00:00Z -o "$plan" >"$tmp/out" 2>&1 ||
        bad "makes no plan"
    grep -q "\"catalog_commit\": \"$(tip)\"" "$plan" || bad "has no commit in its plan"
    grep -q "\"catalog_digest\": \"$("$AVSWAP" catalog digest --catalog "$folder")\"" "$plan" || bad "has no digest in its plan"
    commit Other-word
    accepts "$repo"
    "$AVSWAP" run "$plan" --yes --catalog "$state/catalog/accepted/$(in_use)" >"$tmp/out" 2>&1
    status=$?
    [ "$status" = 7 ] || bad "ran with another catalogue: $status"
    says "the plan was made from another catalogue"
    says "commit $(git -C "$repo" rev-parse HEAD^ | cut -c1-12)"
}

test_overlay() {
    started overlay
    local over=$tmp/overlay/site
    mkdir -p "$over/playbooks" "$over/vendors/clamav"
    sed 's/"title": *"/&Our way: /' "$top/playbooks/replace.json" >"$over/playbooks/replace.json"
    fleet catalog show --state "$state" --overlay "$over"
    says "CHANGED BY YOUR OVERLAY"
    says "playbook replace: in place of the catalogue's, from playbooks/replace.json of overlay 1"
    fleet catalog show replace --state "$state" --overlay "$over"
    says "note: playbook replace: in place of"
    says "Our way:"
    "$AVSWAP" detect --from "$top/tests/cases/facts/kesl.json" --overlay "$over" >"$tmp/out" 2>&1
    says "playbook replace: in place of the catalogue's"
    "$AVSWAP" plan --from "$top/tests/cases/facts/kesl.json" --overlay "$over" --now 2026-11-22T10:00:00Z -o "$tmp/overlay/plan.json" >"$tmp/out" 2>&1
    says "playbook replace: in place of the catalogue's"
    grep -q '"catalog_overlay"' "$tmp/overlay/plan.json" || bad "has no overlay in its plan"
    "$AVSWAP" run "$tmp/overlay/plan.json" --yes >"$tmp/out" 2>&1
    says "with an overlay"
    sed -i 's/"title"/"titel"/' "$over/playbooks/replace.json"
    fleet catalog show --state "$state" --overlay "$over"
    [ "$status" = 1 ] || bad "uses an overlay that is broken"
    says "overlay 1: playbooks/replace.json"
    rm -rf "$over"/*
    fleet catalog show --state "$state" --overlay "$over"
    says "there is neither vendors nor playbooks in it"
}

run test_killed test_killed_at_rename test_two_at_once test_tampered test_other_source test_plan test_overlay
