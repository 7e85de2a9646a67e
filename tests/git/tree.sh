# tree.sh - what a commit's tree may not hold: each refusal has its own message. Sourced by run.sh.

# A tree with one more entry of any kind, put together by hand where git itself would refuse.
entry() { # MODE TYPE ID NAME
    printf '%s %s %s\t%s\n' "$@"
}
blob() { git -C "$repo" hash-object -w --stdin; }
# The root's entries, without those named.
root() { git -C "$repo" ls-tree HEAD; }
sub() { git -C "$repo" ls-tree "HEAD:$1"; }
mktree() { git -C "$repo" mktree --missing; }
# A tree object of raw bytes, for names that git mktree does not write.
raw_tree() { # FILE
    git -C "$repo" hash-object -w -t tree --literally "$1"
}
take_tree() { # TREE: signed as the next commit
    git -C "$repo" reset -q --hard "$(git -C "$repo" commit-tree -S -p HEAD -m Tree "$1")" 2>/dev/null ||
        git -C "$repo" update-ref HEAD "$(git -C "$repo" commit-tree -S -p HEAD -m Tree "$1")"
}
with() { # MODE TYPE ID NAME at the top
    take_tree "$({ root; entry "$@"; } | mktree)"
}
# One more entry in playbooks/, by raw bytes: MODE NAME(printf) ID
with_raw() {
    {
        git -C "$repo" cat-file tree HEAD:playbooks
        # shellcheck disable=SC2059
        printf "$1 $2\0"
        printf "$(sed 's/../\\x&/g' <<<"$3")"
    } >"$tmp/raw"
    local t
    t=$(raw_tree "$tmp/raw")
    take_tree "$({ root | grep -v playbooks; entry 040000 tree "$t" playbooks; } | mktree)"
}

test_symlink() {
    started symlink
    with 120000 blob "$(printf /etc/shadow | blob)" README
    refuses 1 "its tree has a symbolic link: 'README'" "$repo"
}

test_symlinked_document() {
    started symlinked
    ln -s /etc/passwd "$repo/playbooks/x.json"
    git -C "$repo" add -A
    git -C "$repo" commit -qm Link
    refuses 1 "its tree has a symbolic link: 'playbooks/x.json'" "$repo"
}

test_submodule() {
    started submodule
    with 160000 commit "$(tip)" LICENSE
    refuses 1 "its tree has a submodule: 'LICENSE'" "$repo"
}

test_executable() {
    started executable
    chmod +x "$repo/playbooks/replace.json"
    git -C "$repo" commit -qam Exec
    refuses 1 "its tree has an executable: 'playbooks/replace.json'" "$repo"
}

test_odd_names() {
    started names
    local id start
    id=$(echo '{}' | blob)
    start=$(tip)
    while IFS='|' read -r name text; do
        git -C "$repo" update-ref HEAD "$start"
        with_raw 100644 "$name" "$id"
        refuses 1 "$text" "$repo"
    done <<'NAMES'
a\033b.json|has a control character in it
a\134b.json|has a character that parts paths on Windows in it
a:b.json|has a character that parts paths on Windows in it
\303\244.json|has a letter that is not ASCII in it
a b.json|has a character that not every system stores in it
..|begins with a dot
.gitmodules|begins with a dot
.git|begins with a dot
a.json.|ends with a dot
con.json|is a device on Windows
LPT1.json|is a device on Windows
Replace.json|has two names that are one on other systems
Upper.json|what no catalogue holds: 'playbooks/Upper.json'
notes.txt|what no catalogue holds: 'playbooks/notes.txt'
NAMES
}

test_long_name() {
    started long
    with_raw 100644 "$(printf 'a%.0s' $(seq 200)).json" "$(echo '{}' | blob)"
    refuses 1 "a name of 205 letters" "$repo"
}

test_odd_mode() {
    started mode
    with_raw 100666 x.json "$(echo '{}' | blob)"
    refuses 1 "something of mode 100666" "$repo"
}

test_unexpected() {
    started unexpected
    with 100644 blob "$(echo 'all:' | blob)" Makefile
    refuses 1 "what no catalogue holds: 'Makefile'" "$repo"
    git -C "$repo" reset -q --hard HEAD^
    mkdir -p "$repo/vendors/clamav/deep"
    echo '{}' >"$repo/vendors/clamav/deep/x.json"
    git -C "$repo" add -A
    git -C "$repo" commit -qm Deep
    refuses 1 "what no catalogue holds: 'vendors/clamav/deep'" "$repo"
}

# A file that says it is a tree, and the other way round.
test_wrong_type() {
    started type
    with_raw 100644 x.json "$(git -C "$repo" rev-parse HEAD:vendors)"
    refuses 1 "calls 'playbooks/x.json' a file, but it is none" "$repo"
}

test_huge_blob() {
    started huge
    head -c 3000000 /dev/zero >"$repo/vendors/clamav/zeros.json"
    git -C "$repo" add -A
    git -C "$repo" commit -qm Huge
    refuses 1 "a file that is too large: 'vendors/clamav/zeros.json' has 3000000 bytes" "$repo"
    # And one that would not fit into memory well: told by its pack's header.
    head -c 200000000 /dev/zero >"$repo/README.md"
    git -C "$repo" reset -q --soft HEAD^
    git -C "$repo" rm -q --cached -f vendors/clamav/zeros.json
    git -C "$repo" add README.md
    git -C "$repo" commit -qm Huger
    refuses 1 "" "$repo"
    [ "$(du -sk "$state/catalog/source.git" | cut -f1)" -lt 2000 ] || bad "kept what was refused"
}

test_huge_readme() {
    started readme
    head -c 1000000 /dev/urandom >"$repo/README.md"
    git -C "$repo" commit -qam Readme
    refuses 1 "a file that is too large: 'README.md'" "$repo"
    [ "$(du -sk "$state/catalog/source.git" | cut -f1)" -lt 900 ] || bad "kept what was refused"
}

test_many_files() {
    started many
    local id
    id=$(echo '{}' | blob)
    take_tree "$({ root | grep -v playbooks; entry 040000 tree "$({ sub playbooks; for i in $(seq 5000); do entry 100644 blob "$id" "n$i.json"; done; } | mktree)" playbooks; } | mktree)"
    refuses 1 "its tree has more than 4000 files and folders" "$repo"
}

test_many_bytes() {
    started bytes
    local id
    id=$(head -c 1000000 /dev/zero | tr '\0' ' ' | blob)
    take_tree "$({ root | grep -v playbooks; entry 040000 tree "$({ sub playbooks; for i in $(seq 60); do entry 100644 blob "$id" "n$i.json"; done; } | mktree)" playbooks; } | mktree)"
    refuses 1 "bytes in all" "$repo"
}

test_empty() {
    started empty
    take_tree "$(mktree </dev/null)"
    refuses 1 "its tree has no catalogue in it" "$repo"
}

test_lint() {
    started lint
    sed -i 's/"schema"/"shcema"/' "$repo/playbooks/replace.json"
    git -C "$repo" commit -qam Broken
    refuses 1 "its catalogue has" "$repo"
    says "playbooks/replace.json"
}

test_reference() {
    started reference
    git -C "$repo" rm -q vendors/clamav/vendor.json
    git -C "$repo" commit -qm "No vendor"
    refuses 1 "its catalogue" "$repo"
}

run test_symlink test_symlinked_document test_submodule test_executable test_odd_names test_long_name test_odd_mode \
    test_unexpected test_wrong_type test_huge_blob test_huge_readme test_many_files test_many_bytes test_empty test_lint \
    test_reference
