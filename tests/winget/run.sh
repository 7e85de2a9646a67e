#!/bin/bash
# run.sh AVSWAP: reads every manifest here through the real programs (avswap hands over to avswap-fleet beside it). What becomes a
# candidate has to pass avswap lint. Ends with "winget: N passed, N failed".
set -u
avswap=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cp -r "$here/catalog" "$tmp/catalog" && mkdir "$tmp/catalog/playbooks" || exit 1
manifests=0 candidates=0 rejected=0 crashed=0 passed=0 failed=0

check() { # NAME COMMAND...: passes when the command does; what it printed is shown when it does not
    local name=$1 said
    shift
    if said=$("$@" 2>&1); then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED %s\n%s\n' "$name" "$said" | head -n 20
    fi
}

import() { # WHAT OPTIONS...: the text for people; status of the program
    "$avswap" catalog import-winget "$@" --catalog "$tmp/catalog" --now 2026-11-23T00:00:00Z
}

same() { # GOT GOLDEN
    if [ "${GOLDEN:-}" = write ]; then cp "$1" "$2"; fi
    diff -u "$2" "$1"
}

# Is it as expected, and harmless to look at?
as_expected() { # STATUS WANTED TEXT OUTPUT
    case $1:$2 in 0:candidate | 7:rejected) ;; *) echo "status $1, expected a manifest that is $2"; cat "$4"; return 1 ;; esac
    grep -qF -- "$3" "$4" || { echo "says nothing of '$3'"; cat "$4"; return 1; }
    ! grep -qP '[\x00-\x08\x0b-\x1f\x7f]' "$4" || { echo "control characters"; return 1; }
}

one() { # PATH OPTIONS WANTED TEXT
    local name status
    local -a options=()
    name=$(basename "$1")
    read -ra options <<<"$2"
    rm -f "$tmp/product.json"
    manifests=$((manifests + 1))
    import "$1" "${options[@]}" -o "$tmp/product.json" >"$tmp/said" 2>&1
    status=$?
    case $status in 0) candidates=$((candidates + 1)) ;; 7) rejected=$((rejected + 1)) ;; *) crashed=$((crashed + 1)) ;; esac
    check "$name $2" as_expected "$status" "$3" "$4" "$tmp/said"
    if [ "$status" -ne 0 ]; then
        check "$name $2: nothing is written" test ! -e "$tmp/product.json"
        return
    fi
    check "$name $2: lint" "$avswap" lint "$tmp/product.json" --catalog "$tmp/catalog"
    [ -e "$here/golden/$name.json" ] && [ "${2#*--signer}" = "$2" -o "$name" = rolling-with-signer ] &&
        check "$name: the candidate" same "$tmp/product.json" "$here/golden/$name.json"
}

while IFS='|' read -r name options wanted text; do
    case $name in '' | '#'*) continue ;; esac
    one "$here/manifests/$name" "$options" "$wanted" "$text"
done <"$here/expected"
for path in "$here"/manifests/*; do
    check "$(basename "$path") is expected" grep -q "^$(basename "$path")|" "$here/expected"
done

# Too large for a repository: a description of 2 MB, and one that only just fits.
large() { # BYTES
    awk -v n="$1" '/^License/ { printf "Description: "; for (i = 0; i < n; i += 50) printf "%s\n  ", "words that fill a description and say nothing at"; print "" } { print }' "$here/manifests/crlf.yaml" | tr -d '\r'
}
refused() { # TEXT COMMAND...: neither a candidate nor a crash
    local text=$1 said status
    shift
    said=$("$@" 2>&1)
    status=$?
    [ $status -eq 1 ] && grep -qF -- "$text" <<<"$said" || { echo "status $status: $said"; return 1; }
}
large 2000000 >"$tmp/large.yaml"
check "2 MB" refused "limit" import "$tmp/large.yaml"
large 60000 >"$tmp/fits.yaml"
one "$tmp/fits.yaml" "" candidate "ESET.EndpointAntivirus 9.1.2060.0"
check "no such file" refused "there is no" import "$tmp/none.yaml"
mkdir "$tmp/nothing"
check "a folder without manifests" refused "holds no .yaml" import "$tmp/nothing"

# By its id, in a copy of the repository: the newest version, and never that of another package below.
of_repository() { import "$1" --winget "$here/$2" --json | grep -q "\"version\": \"$3\""; }
check "newest by id" of_repository ESET.EndpointAntivirus repository 13.0.2058.0
check "newest by id, in manifests/" of_repository ESET.EndpointAntivirus repository/manifests 13.0.2058.0
check "an id is found in any case" of_repository eset.endpointantivirus repository 13.0.2058.0
check "a package below another" of_repository ESET.EndpointAntivirus.Beta repository 14.0.1.0
check "no such package" refused "has no folder 'Nothing'" import ESET.Nothing --winget "$here/repository"
check "no such publisher" refused "has no folder 'X'" import X.Y --winget "$here/repository"
check "an id that climbs" refused "neither a path nor the id" import ../../etc.passwd --winget "$here/repository"
check "an id without a repository" refused "say where the repository is" import ESET.EndpointAntivirus

# As JSON: one document, whether candidate or rejected.
json_has() { # TEXT OPERANDS...
    local text=$1
    shift
    import "$@" --json 2>/dev/null | tr -d '\n' | grep -qE -- "^\{.*$text.*\}$"
}
check "JSON of a candidate" json_has '"result": "candidate".*"candidate": true' "$here/manifests/inno"
check "JSON of a rejected one" json_has '"result": "rejected".*"reasons": \[ *".*no switch' "$here/manifests/silent-false.yaml"

# Standard output carries the document alone.
import "$here/manifests/inno" -o - >"$tmp/stdout" 2>&1
check "to standard output" cmp "$tmp/stdout" "$here/golden/inno.json"

# A signer that vouches for nothing.
anybody() { import "$here/manifests/rolling-latest.yaml" --signer "$1" >"$tmp/said" 2>&1; [ $? -eq 2 ] && grep -q "fits anybody" "$tmp/said"; }
for signer in '*' '?*' '' '* *' 'A*'; do check "signer '$signer'" anybody "$signer"; done

# Lint holds a candidate to what it is.
complains() { # TEXT SED
    sed "$2" "$here/golden/inno.json" >"$tmp/edited.json"
    "$avswap" lint "$tmp/edited.json" --catalog "$tmp/catalog" >"$tmp/said" 2>&1
    [ $? -eq 1 ] && grep -qF -- "$1" "$tmp/said" || { cat "$tmp/said"; return 1; }
}
check "lint: no candidate, and things left to do" complains "is not found out while it stands here" 's/"candidate": true/"candidate": false/'
check "lint: a candidate's facts are nobody's tests" complains "is for its reviewer to say" 's/"unverified"/"tested"/'
check "lint: a candidate says where from" complains "missing-key" '/"from": "winget"/d'

# A candidate is in the catalogue, and no plan uses it.
never_planned() {
    local dir=$tmp/real
    mkdir "$dir" && cp -r vendors playbooks "$dir" && mkdir -p "$dir/vendors/eset" || return 1
    "$avswap" catalog import-winget "$here/manifests/wix-two-archs" --catalog "$dir" -o "$dir/vendors/eset/candidate.json" >/dev/null || return 1
    "$avswap" plan --from tests/cases/facts/win-kes-ru.json --catalog "$dir" --target eset.endpointantivirus.windows \
        --allow-unverified -o "$tmp/plan.json" >"$tmp/said" 2>&1
    [ $? -ne 0 ] && [ ! -e "$tmp/plan.json" ] && grep -q 'candidate, taken over from winget: nobody has reviewed it' "$tmp/said" ||
        { cat "$tmp/said"; return 1; }
    "$avswap" catalog list --catalog "$dir" | grep -q 'eset.endpointantivirus.windows.*is a candidate'
}
check "a candidate is never planned" never_planned

echo "winget: $manifests manifests, $candidates candidates, $rejected rejected, $crashed crashed"
echo "winget: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$crashed" -eq 0 ]
