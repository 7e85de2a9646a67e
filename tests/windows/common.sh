# common.sh: words that the tests on Wine PCs share. Sourced with SUITE set to the name of the suite.
#
# A case is a function case_NAME that works on a PC of its own, $pc. It calls `want TEXT COMMAND...` for each thing that must hold,
# and is good when all of them did. Cases run side by side, two at a time; each prints its failures and one line when it is over.
# What a case printed, and the disk of one that failed, stay in $BUILD/windows/$SUITE/NAME until the next run.
set -uo pipefail
tests_windows=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$tests_windows/../.."
export BUILD=${BUILD:-build} PC_OWNER=$$ PC_ID=$SUITE$$
PC=$tests_windows/pc
look=$tests_windows/look.py
products=$BUILD/products-windows
out=$(realpath -m "$BUILD/windows/$SUITE")
exec {idle}<> <(:) # never says anything: a sleep without a process of its own

# needs FILE...: what a make target of this suite has made.
needs() {
    local f
    for f in python3 iconv setsid; do command -v "$f" >/dev/null || { echo "$SUITE: $f is missing" >&2; exit 1; }; done
    for f; do [ -e "$f" ] || { echo "$SUITE: $f is missing; use the make target" >&2; exit 1; }; done
    "$PC" template >&2 || exit 1
    rm -rf "$out"
    mkdir -p "$out"
    trap '"$PC" down' EXIT
}

# ---- a PC -----------------------------------------------------------------------------------------------------------------------------

up() { # NAME [PRODUCT...]: a PC with these stand-ins installed
    local product
    pc=$1
    "$PC" up "$pc" && put "$products/code.exe" C:/packages/code.exe || return 1
    for product in "${@:2}"; do add "$product" || return 1; done
}
run() { "$PC" run "$pc" "$@"; }
put() { "$PC" put "$pc" "$@"; }
path() { "$PC" path "$pc" "$1"; }
there() { [ -e "$(path "$1")" ]; }
switches() { local f; f=$(path C:/avswap-standin/switches); mkdir -p "${f%/*}"; printf '%s\n' "$@" >"$f"; }
said() { cat "$(path C:/avswap-standin/log)"; } # by the stand-ins

# code COMMAND: the whole exit code of a command line, which the status of a Wine process cuts to eight bits.
code() { run C:/packages/code.exe "$1" </dev/null | tr -d '\r' | tee "$dir/code" | sed -n 's/^code //p'; }

file_of() { case $1 in *.msi | *.exe) echo "$1" ;; *) echo "$1.msi" ;; esac; }
# add PRODUCT [PROPERTIES]: puts a stand-in's package onto the PC and installs it.
add() { put "$products/$(file_of "$1")" "C:/packages/$(file_of "$1")" && [ "$(install "$@")" = 0 ]; }
install() { # PRODUCT [PROPERTIES]: its exit code
    case $1 in
    *.exe) code "C:\\packages\\$1 /S" ;;
    *) code "msiexec /i C:\\packages\\$1.msi EULA=1 PRIVACYPOLICY=1 /qn /norestart /l*v C:\\packages\\$1.log ${2-}" ;;
    esac
}
product_code() { sed -n "s/^code='\([^']*\)'.*/\1/p" "tests/products/windows/products/$1.meta"; }
remove() { # PRODUCT [PROPERTIES]: exit code of its removal
    code "msiexec /x $(product_code "$1") /qn /norestart /l*v C:\\packages\\$1-removal.log ${2-}"
}

# msiexec_answers LINE...: from now on msiexec.exe is the stand-in, with these for the next calls (tests/products/windows/src/msiexec.c).
msiexec_answers() {
    put "$products/msiexec.exe" C:/windows/system32/msiexec.exe
    run reg add 'HKCU\Software\Wine\DllOverrides' /v msiexec.exe /d native /f >/dev/null
    mkdir -p "$(path C:/avswap-standin)" && printf '%s\r\n' "$@" >"$(path C:/avswap-standin/msiexec)"
}

# key KEY [VALUE]: is it there? With the view in the path, as Wine shows it.
key() { run reg query "$1" ${2+/v "$2"} >/dev/null 2>&1; }
service() { run sc query "$1" | tr -d '\r' | sed -n 's/.*STATE *: [0-9]* *\([A-Z_]*\).*/\1/p'; } # RUNNING, STOPPED or nothing

# ---- expectations ----------------------------------------------------------------------------------------------------------------------

status() { local want=$1 got=0; shift; "$@" || got=$?; [ "$got" = "$want" ] || { echo "status $got, not $want"; return 1; }; }
prints() { local want=$1 got; shift; got=$("$@") || true; [ "$got" = "$want" ] || { echo "printed '$got', not '$want'"; return 1; }; }
not() { ! "$@"; }
until_ok() { local end=$((SECONDS + $1)); shift; until "$@"; do ((SECONDS < end)) || return 1; read -rt 0.3 -u "$idle" || true; done; }

want() { # TEXT COMMAND...
    local text=$1 got=0
    shift
    "$@" >"$dir/last" 2>&1 || got=$?
    { echo "-- $text: $got"; cat "$dir/last"; } >>"$dir/log"
    if [ "$got" = 0 ]; then
        echo >>"$dir/passed"
    else
        echo "not $text: $(tail -n 3 "$dir/last" | tr '\n' ' ' | tail -c 300)" >>"$dir/problems"
        return 1
    fi
}

# ---- running cases ----------------------------------------------------------------------------------------------------------------------

JOBS=${JOBS:-2}

# A case stays on one processor: Wine's processes talk to its server all the time, and between two processors that takes a third more.
declare -A cpu_of=()
quiet_cpu() { # of those that we may use, that with the fewest cases
    local cpu pid n fewest=
    for cpu in "${cpus[@]}"; do
        n=0
        for pid in $(jobs -rp); do [ "${cpu_of[$pid]-}" != "$cpu" ] || n=$((n + 1)); done
        if [ -z "$fewest" ] || ((n < fewest)); then fewest=$n quiet=$cpu; fi
    done
}
mapfile -t cpus < <(for ((n = 0; n < $(nproc --all); n++)); do ! taskset -c $n true 2>/dev/null || echo $n; done)

# attempt COMMAND ARGS...: from nothing.
attempt() {
    rm -rf "$dir"
    mkdir -p "$dir"
    : >"$dir/problems" >"$dir/passed"
    "$@" >>"$dir/log" 2>&1 || echo 'it was not finished' >>"$dir/problems"
    [ ! -s "$dir/problems" ]
}
# Wine loses a process at its start now and then, about once in a thousand: a service that MSI has just installed, the server of a custom
# action, for which msiexec waits for ever. So what fails is made once more, and said; what leaves a PC without protection is not.
again() {
    [ ! -e "$dir/stranded" ] || return 1
    printf 'again  %-26s %s\n' "$name" "$(head -n 1 "$dir/problems")"
    "$PC" down "$pc"
    attempt "$@"
}

# one NAME COMMAND ARGS...: in a shell of its own, when its turn comes.
one() {
    local quiet
    while (($(jobs -rp | wc -l) >= JOBS)); do wait -n; done
    quiet_cpu
    (
        taskset -cp "$quiet" $BASHPID >/dev/null
        name=$1 dir=$out/$1 pc=$1 began=$SECONDS
        shift
        attempt "$@" || again "$@"
        took=$((SECONDS - began))
        if [ -s "$dir/problems" ]; then
            mv "$dir/problems" "$dir/failed"
            { printf 'not ok %-26s %3d s\n' "$name" $took; sed 's/^/       /' "$dir/failed"; } | tee "$dir/line"
            "$PC" off "$pc" 2>/dev/null
            cp -a "$BUILD/windows/pc/$PC_ID/$pc/." "$dir/pc/" 2>/dev/null
        else
            rm "$dir/problems"
            printf 'ok     %-26s %3d s\n' "$name" $took | tee "$dir/line"
        fi
        "$PC" down "$pc"
    ) &
    cpu_of[$!]=$quiet
}
all_over() { wait $(jobs -rp); }
cases() { [ $# != 0 ] && printf '%s\n' "$@" || declare -F | sed -n 's/^declare -f case_//p'; }

# run_cases [NAME...]: all when none is named. Ends with "SUITE: N passed, N failed", counted in things that had to hold.
run_cases() {
    local name passed failed
    for name in $(cases "$@"); do
        declare -F "case_$name" >/dev/null || { echo "$SUITE: no case $name" >&2; exit 2; }
        one "$name" "case_$name"
    done
    all_over
    passed=$(cat "$out"/*/passed 2>/dev/null | wc -l)
    failed=$(cat "$out"/*/failed 2>/dev/null | wc -l)
    echo "$SUITE: $passed passed, $failed failed"
    [ "$failed" = 0 ] && [ "$passed" != 0 ]
}
