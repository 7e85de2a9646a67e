# Sourced by bench.sh and gap.sh, from the repository's root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export BUILD=${BUILD:-build}
out=$BUILD/bench
mkdir -p "$out"

die() { printf 'bench: %s\n' "$*" >&2; exit 1; }

# line NAME OURS PEER TARGET UNIT DIVISOR: the two figures divided by DIVISOR are of that UNIT; their ratio may be up to TARGET.
line() {
    awk -v name="$1" -v ours="$2" -v peer="$3" -v target="$4" -v unit="$5" -v by="$6" 'BEGIN {
        if (ours !~ /^[0-9.]+$/ || peer !~ /^[0-9.]+$/ || peer == 0)
            exit 1
        ratio = ours / peer
        printf "bench %s ours=%.2f peer=%.2f ratio=%.3f target=%.2f unit=%s%s\n", name, ours / by, peer / by, ratio, target, unit,
            ratio <= target ? "" : " MISSED"
    }' || die "$1 was not measured: '$2' against '$3'"
}
