#!/bin/bash
# check.sh [TREE]: the house rules, checked by machine. Ends with "rules: N passed, N failed".
#
# Each rule is a function that prints what breaks it; a rule passes when it prints nothing.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "${1:-$here/../..}" || exit 1
program=${PROGRAM:-${BUILD:-build}/avswap}

sources() { find core cmd -name '*.c' -o -name '*.h' | sort; }

# folder: what it may include besides itself (tests/rules/layers)
include_direction() {
    local file folder from to
    while read -r from to; do
        folder=$(awk -v d="$from" '$1 == d { $1 = ""; print }' tests/rules/layers)
        case " $folder " in *" all "* | *" $to "*) ;; *) [ "$from" = "$to" ] || echo "$from may not include $to: $(grep -l "#include \"$to/" "$from"/*.[ch] "$from"/*/*.[ch] 2>/dev/null | head -n 3 | tr '\n' ' ')" ;; esac
    done < <(grep -rHoE --include='*.[ch]' '#include "(core|cmd)/[a-z-]+/' core cmd |
        sed -E 's,^(core/[a-z]+|cmd/[a-z-]+)/[^:]*:#include "((core|cmd)/[a-z-]+)/,\1 \2,' | sort -u)
}

includes_from_the_root() { grep -nE '#include "' $(sources) | grep -vE '#include "(core|cmd)/'; }

platform_below_os() { sources | grep -v '^core/os/' | xargs grep -nE '^ *# *(if|ifdef|ifndef).*(_WIN32|__linux__|__APPLE__|__unix__)|windows\.h' ; }

libraries_at_home() {
    sources | grep -v '^core/payload/' | xargs grep -nE '#include <(curl/|archive)'
    sources | grep -vE '^core/(visit|fleet)/' | xargs grep -nE '#include <uv\.h'
    sources | grep -vE '^core/(visit|detect)/' | xargs grep -nE '#include <zlib\.h'
    sources | grep -v '^core/store/' | xargs grep -nE '#include <sqlite3\.h'
    sources | grep -v '^core/assign/' | xargs grep -nE '#include <glpk\.h'
    sources | grep -v '^core/catalog/' | xargs grep -nE '#include <git2'
    sources | grep -vE '^core/(catalog|inventory)/' | xargs grep -nE '#include <yaml'
    sources | grep -v '^core/base/' | xargs grep -nE '#include <sodium'
    sources | grep -v '^cmd/avswap-ssh/' | xargs grep -nE '#include <libssh/'
}

banned_functions() {
    sources | xargs grep -nE '(^|[^a-zA-Z0-9_>.])(strcpy|strcat|sprintf|vsprintf|strtok|gets|system|popen|alloca|localtime|gmtime|ctime|asctime|atoi|atol|strncpy|mktemp|tmpnam|rand)\(' |
        grep -vE ':[0-9]+: ?(/\*| \*)'
}

library_code_never_prints() { find core -name '*.c' | xargs grep -nE '(^|[^a-zA-Z0-9_])(printf|puts|putchar|perror|fprintf|fputs|fwrite)\('; }

no_typedefed_structs() { sources | xargs grep -nE 'typedef (struct|union|enum)'; }

headers_open_with_a_comment() { for f in $(find core cmd -name '*.h'); do head -n 1 "$f" | grep -q '^/\*' || echo "$f"; done; }

headers_alone() {
    local f cc
    mkdir -p "$tmp/include" && ln -sf /usr/include/jansson*.h /usr/include/sodium* "$tmp/include" # no other header of Linux is for Windows
    for f in ${HEADERS:-$(find core cmd -name '*.h' | sort)}; do
        cc=${CC:-gcc}
        case $f in core/os/win32/*) cc="x86_64-w64-mingw32-gcc-win32 -DUNICODE -D_WIN32_WINNT=0x0A00 -isystem $tmp/include" ;; esac
        echo "#include \"$f\"" | $cc -std=gnu11 -D_GNU_SOURCE -I. -Wall -Wextra -Werror -fsyntax-only -xc - 2>&1 | head -n 3
    done
}

blanks_and_tabs() {
    git ls-files | grep -E '\.(c|h|md|json|sh|mk)$|Makefile' | xargs grep -nIE '[[:blank:]]+$' | head -n 20
    sources | xargs grep -nP '\t' | head -n 20
}

file_length() { sources | xargs wc -l | awk '$2 != "total" && $1 > 600 { print $2 ": " $1 " lines, at most 600" }'; }

# Above 15 a function needs a reason in tests/rules/complexity.allow ("function reason"), above 25 none helps.
complexity() {
    sources | grep '\.c$' | xargs pmccabe 2>/dev/null | awk -F'\t' '{ sub(/.*: /, "", $6); print $1, $6 }' >"$tmp/complexity"
    awk 'FILENAME ~ /allow$/ { ok[$1] = 1; next }
         $1 > 25 || ($1 > 15 && !($2 in ok)) { print $2 ": complexity " $1 }' tests/rules/complexity.allow "$tmp/complexity"
    awk 'FILENAME !~ /allow$/ { if ($1 > is[$2]) is[$2] = $1; next }
         /^[a-z]/ && is[$1] <= 15 { print "complexity.allow: " $1 " needs no leave" }' "$tmp/complexity" tests/rules/complexity.allow
}

# What does not belong into the project: how it was written, paths of a machine, hosts of a package registry.
speaks_of_itself() {
    git ls-files | grep -v '^tests/rules/' | xargs grep -nIE '(^|[^a-z/])/work/|/tmp/hq|[^a-zA-Z](ChatGPT|GPT-[0-9]|Claude|Copilot|LLM)[^a-zA-Z]|language model|deb\.debian\.org|registry\.npmjs'
}

no_shell_strings() { find core cmd -name '*.c' | xargs grep -nE '"(/bin/)?(ba)?sh"[^;]*"-c"'; }

catalogue_lints() { "$program" lint --inventory tests/corpus/inventory.jsonl vendors playbooks | grep -v ' 0 problems$'; }

manual_tells_every_code_and_status() {
    local id
    rm -rf "$tmp/man"
    "$program" docs man "$tmp/man" >/dev/null || { echo "docs man failed"; return; }
    for id in $(sed -nE 's/^ *X\(ERR_[A-Z_]+, "([a-z-]+)".*/\1/p' core/base/err.h); do
        grep -rqE "(^|[^a-z-])${id//-/\\\\?-}([^a-z-]|\$)" "$tmp/man" || echo "no manual page names the error $id"
    done
    for id in $(sed -nE 's/^ +&verb_([a-z_]+),/\1/p' core/step/table.c); do
        grep -q "verb_$id = {" core/step/*.c || echo "verb_$id has no definition"
    done
    for id in $("$program" verbs --json | grep -oE '"name": "[a-z]+\.[a-z_]+"' | cut -d'"' -f4); do
        grep -rqF "$id" "$tmp/man/avswap-verbs.7" || echo "avswap-verbs(7) does not tell of $id"
    done
    for f in "$tmp"/man/*; do groff -ww -man -z "$f" 2>&1 | sed "s,^,$(basename "$f"): ," | head -n 3; done
}

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0
rules=${RULES:-include_direction includes_from_the_root platform_below_os libraries_at_home banned_functions
    library_code_never_prints no_typedefed_structs headers_open_with_a_comment headers_alone blanks_and_tabs file_length
    complexity speaks_of_itself no_shell_strings catalogue_lints manual_tells_every_code_and_status}
for rule in $rules; do
    broken=$($rule 2>&1)
    if [ -z "$broken" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s:\n%s\n' "$rule" "$broken"
    fi
done
echo "rules: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
