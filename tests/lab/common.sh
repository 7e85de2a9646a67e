# common.sh: what migrate.sh and crash.sh share. Sourced; brings the lab up lazily and down at the end.
#
# A history is a function that works on one host of its own. It calls `want TEXT COMMAND...` for each thing that must hold and
# is good when all of them did. Histories run side by side; each prints one line when it is over.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
export BUILD=${BUILD:-build} LAB_OWNER=$$
lab=$here/lab
look=$here/look.py
# Where the results and everything that helps to understand them are kept until the next run.
out=$(realpath -m "$BUILD/lab/$LAB_NAME")
export LAB_ID=$LAB_NAME$$

prepare() {
	local p
	for p in python3 gcc; do command -v "$p" >/dev/null || { echo "$LAB_NAME: $p is missing: apt-get install $p" >&2; exit 1; }; done
	for p in "$BUILD/avswap" "$BUILD/products/kesl_12.1.0-1543_amd64.deb" "$BUILD/lab/base" "$BUILD/lab/repo"; do
		[ -e "$p" ] || { echo "$LAB_NAME: $p is missing: make $BUILD/avswap products lab-base" >&2; exit 1; }
	done
	rm -rf "$out"
	mkdir -p "$out/tree/usr/sbin" "$out/tree/root/catalog" "$out/tree/etc/dpkg/dpkg.cfg.d"
	cp "$BUILD/avswap" "$out/tree/usr/sbin/avswap"
	cp "$BUILD"/products/*.deb "$BUILD"/products/*.rpm "$out/tree/root/"
	cp -r vendors playbooks "$out/tree/root/catalog/"
	cp -r tests/products/catalog/vendors "$out/tree/root/catalog/"
	cp "$here/witness.py" "$here/guest.sh" "$out/tree/root/"
	gcc -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -shared -fPIC -o "$out/tree/root/crashshim.so" "$here/crashshim.c" || exit 1
	trap '"$lab" down >/dev/null 2>&1' EXIT
	echo force-unsafe-io >"$out/tree/etc/dpkg/dpkg.cfg.d/lab" # a power cut here keeps what was written, flushed or not
	"$lab" up first && "$lab" down first # the supervisor, before hosts come up side by side
}

# ---- a host -----------------------------------------------------------------------------------------------------------------------

# up HOST INIT WHAT: a host with avswap on it; WHAT is handed to guest.sh, which sets it up (kesl, rpm, bare).
up() {
	pc=$1
	upper=
	"$lab" up "$pc" --init "$2" && "$lab" wait "$pc" 30 >/dev/null && "$lab" put "$pc" "$out/tree" / && guest setup "$3" || return 1
	upper=$("$lab" dir)/hosts/$pc/up
}
# clone HOST INIT: another host with the files of the host `golden`, which is off.
clone() {
	local own="etc/ssh etc/hostname etc/machine-id"
	pc=$1
	upper=$("$lab" dir)/hosts/$pc/up
	"$lab" up "$pc" --init "$2" && "$lab" wait "$pc" 30 >/dev/null && "$lab" off "$pc" || return 1
	tar -C "$upper" -c $own >"$dir/own.tar" && find "$upper" -mindepth 1 -delete && cp -a "$("$lab" dir)/hosts/golden/up/." "$upper/" &&
		tar -C "$upper" -x -f "$dir/own.tar" && rm "$dir/own.tar" && "$lab" on "$pc" && "$lab" wait "$pc" 30 >/dev/null
}
guest() { "$lab" in "$pc" bash /root/guest.sh "$@"; }
in_pc() { "$lab" in "$pc" "$@"; }
# avswap ARGS...: on the host; what it says is kept in $dir/avswap.txt.
avswap() { echo "\$ avswap $*" >>"$dir/avswap.txt"; "$lab" in "$pc" avswap "$@" >>"$dir/avswap.txt" 2>&1; }
switches() { in_pc sh -c 'mkdir -p /etc/avswap-standin; printf "%s\n" "$@" >/etc/avswap-standin/switches' sh "$@"; }
policy() { in_pc sh -c 'cat >/root/policy.json' <<<"$1"; }
base_policy='"schema":"avswap.policy/1","eicar":true,"vars":{"database_dir":"/root/database"}'

# run_dir: the folder of the host's newest run, seen from outside.
run_dir() { ls -td "$upper"/var/lib/avswap/runs/*/ 2>/dev/null | head -n 1; }
outcome() { python3 "$look" get "$(run_dir)outcome.json" "$@"; }
journal_ok() { python3 "$look" journal "$(run_dir)journal.jsonl"; }
ledger_ok() { python3 "$look" gaps "$(run_dir)journal.jsonl" "$upper/root/witness.log"; }
# has KIND-OR-TEXT: is it in the journal?
has() { grep -q -- "$1" "$(run_dir)journal.jsonl"; }

# The host as it stands: packages, services, processes, accounts, firewall, files.
state() { guest state && python3 "$look" files "$upper"; }
same_state() { diff "$1" "$2"; }

# ---- expectations -------------------------------------------------------------------------------------------------------------------

status() { local want=$1 got=0; shift; "$@" || got=$?; [ "$got" = "$want" ] || { echo "status $got, not $want"; return 1; }; }
prints() { local want=$1 got; shift; got=$("$@") || true; [ "$got" = "$want" ] || { echo "printed '$got', not '$want'"; return 1; }; }
not() { ! "$@"; }
until_ok() { local end=$((SECONDS + $1)); shift; until "$@"; do ((SECONDS < end)) || return 1; sleep 0.1; done; }

want() { # want TEXT COMMAND...
	local text=$1 got=0; shift
	"$@" >"$dir/last" 2>&1 || got=$?
	{ echo "-- $text: $got"; cat "$dir/last"; } >>"$dir/log"
	[ "$got" = 0 ] || { echo "not $text: $(tail -n 3 "$dir/last" | tr '\n' ' ' | cut -c1-300)" >>"$dir/problems"; return 1; }
}

# ---- running histories --------------------------------------------------------------------------------------------------------------

# history NAME TEXT FUNCTION ARGS...: in a shell of its own; at most $JOBS at a time.
history() {
	while (($(jobs -rp | wc -l) >= JOBS)); do wait -n; done
	(
		name=$1 text=$2 dir=$out/$1 began=$SECONDS
		shift 2
		mkdir -p "$dir"
		: >"$dir/problems"
		"$@" >>"$dir/log" 2>&1 || echo 'the history was not finished' >>"$dir/problems"
		if [ -s "$dir/problems" ]; then
			mv "$dir/problems" "$dir/failed"
			{ printf 'not ok %-22s %3d s  %s\n' "$name" $((SECONDS - began)) "$text"; sed 's/^/       /' "$dir/failed"; } >"$dir/line"
			keep
		else
			printf 'ok     %-22s %3d s  %s\n' "$name" $((SECONDS - began)) "$text" >"$dir/line"
			rm "$dir/problems"
		fi
		cat "$dir/line"
		"$lab" down "$pc" >/dev/null 2>&1
	) &
}
# What a failure leaves to look at.
keep() {
	[ -z "$(run_dir)" ] || cp -r "$(run_dir)" "$dir/run"
	cp "$upper"/var/log/dpkg.log "$upper"/root/*.log "$dir/" 2>/dev/null
	guest state >"$dir/state" 2>&1
}
histories_over() { wait $(jobs -rp); }
count_failed() { find "$out" -mindepth 2 -maxdepth 2 -name failed | wc -l; }
count_all() { find "$out" -mindepth 2 -maxdepth 2 -name line | wc -l; }
