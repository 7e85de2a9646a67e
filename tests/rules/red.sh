#!/bin/bash
# red.sh: every rule of check.sh goes red when its rule is broken. Works on copies; ends with "rules-red: N passed, N failed".
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.." || exit 1
program=$(realpath "${BUILD:-build}/avswap")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
git ls-files -z --cached --others --exclude-standard | xargs -0 tar -c 2>/dev/null | tar -x -C "$tmp"
git -C "$tmp" init -q && git -C "$tmp" add -A
passed=0 failed=0

# red RULE FILE TEXT: with TEXT added to FILE the rule must fail; afterwards FILE is as before. HEADERS: no others need be looked at.
red() {
    local file=$tmp/$2 kept=
    if [ -e "$file" ]; then kept=1; cp "$file" "$tmp/.kept"; fi
    mkdir -p "$(dirname "$file")"
    printf '%b\n' "$3" >>"$file"
    git -C "$tmp" add -A
    if RULES=$1 HEADERS=$2 PROGRAM=$program "$here/check.sh" "$tmp" >"$tmp/.out" 2>&1; then
        failed=$((failed + 1))
        echo "$1 stays green with: $3"
    else
        passed=$((passed + 1))
    fi
    if [ -n "$kept" ]; then mv "$tmp/.kept" "$file"; else rm -f "$file"; fi
}

branches=$(printf 'if (a == %d) return a; ' $(seq 1 30))
red include_direction core/base/text.c '#include "core/os/file.h"'
red includes_from_the_root core/base/text.c '#include "text.h"'
red platform_below_os core/run/run.c '#ifdef _WIN32\n#endif'
red libraries_at_home core/run/run.c '#include <curl/curl.h>'
red banned_functions core/run/run.c 'void f(char *a) { strcpy(a, "b"); }'
red library_code_never_prints core/run/run.c 'void f(void) { printf("x"); }'
red no_typedefed_structs core/run/run.h 'typedef struct x x;'
red headers_open_with_a_comment core/run/new.h 'int x;'
red headers_alone core/run/new.h '/* x */\nstruct event e;\nenum run_result r;'
red blanks_and_tabs core/run/run.c 'int x; '
red file_length core/run/run.c "$(yes '' | head -n 600 | tr '\n' ' ' | sed 's/ /\\n/g')"
red complexity core/run/new.c "int f(int a)\n{\n$branches return 0;\n}"
red complexity tests/rules/complexity.allow 'run_go because'
red speaks_of_itself core/run/run.c '/* see /work/x */'
red no_shell_strings core/run/run.c 'char *a[] = {"sh", "-c", "x"};'
red catalogue_lints vendors/clamav/clamav.json '{}'
red manual_tells_every_code_and_status core/base/err.h '    X(ERR_NEW, "never-told-anywhere", EXIT_ERROR, "x", "y")'
echo "rules-red: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
