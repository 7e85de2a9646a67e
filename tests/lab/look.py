#!/usr/bin/env python3
"""look.py: what is left of a run on a lab host, seen from outside.

  look.py files UPPER           every file of a host's own layer, with mode, owner and digest, without what changes by itself
  look.py journal JOURNAL       the rules that every journal obeys; prints each broken one, status 1 when there is any
  look.py gaps JOURNAL LOG      does the ledger tell of every second that the witness saw unprotected?
  look.py get DOCUMENT KEY...   a value of a JSON document (a number is an index)
  look.py secret WORD FILE...   files and folders that hold WORD as ASCII, UTF-16LE or base64
"""
import base64
import datetime
import hashlib
import json
import os
import stat
import sys

# What two hosts with the same history may differ in: logs, caches, times, what belongs to one host or to one boot.
VOLATILE = (
    "dev/", "proc/", "run/", "sys/", "tmp/", "var/log/", "var/cache/", "var/tmp/", "var/lib/avswap", "var/lib/apt/", "usr/share/info/dir",
    "var/lib/dpkg/available", "var/lib/dpkg/status", "var/lib/dpkg/lock", "var/lib/dpkg/triggers/Lock", "var/lib/dpkg/info/format",
    "var/lib/dpkg/diversions-old", "var/lib/dpkg/statoverride",  "var/lib/dpkg/updates", "var/lib/dpkg/triggers/Unincorp",
    "var/lib/rpm/", "etc/ssh/", "etc/hostname", "etc/machine-id", "etc/ld.so.cache", "etc/passwd", "etc/group", "etc/shadow",
    "etc/gshadow", "etc/subuid", "etc/subgid", "etc/.pwd.lock", "root/", "var/lib/systemd/", "var/lib/ucf/", "var/lib/clamav/",
    "etc/mtab", "usr/lib/crashshim.so", "var/lib/dbus/", "etc/crashshim", "etc/ld.so.preload", "witness", "etc/rc", "etc/init.d/.depend", "var/lib/insserv/",
    "var/lib/deb-systemd-helper-", "home/", "labtag", "etc/boot.d", "lab", "var/mail",
    "opt/kaspersky/kesl/uninstall", "etc/avswap-standin",
)


def digest(path):
    h = hashlib.sha256()
    with open(path, "rb") as f:
        for part in iter(lambda: f.read(1 << 20), b""):
            h.update(part)
    return h.hexdigest()[:16]


def describe(path, name, st):
    mode = stat.S_IMODE(st.st_mode)
    if stat.S_ISCHR(st.st_mode) and st.st_rdev == 0:
        return f"deleted {name}"
    if stat.S_ISLNK(st.st_mode):
        return f"link {name} {os.readlink(path)}"
    if stat.S_ISREG(st.st_mode):
        return f"file {name} {mode:o} {st.st_uid}:{st.st_gid} {digest(path)}"
    return f"dir {name} {mode:o} {st.st_uid}:{st.st_gid}" if stat.S_ISDIR(st.st_mode) else f"other {name}"


def files(upper):
    lines = []
    for folder, dirs, names in os.walk(upper):
        rel = os.path.relpath(folder, upper)
        rel = "" if rel == "." else rel + "/"
        dirs[:] = [d for d in dirs if not (rel + d + "/").startswith(VOLATILE)]
        for n in names + dirs:
            if (rel + n).startswith(VOLATILE):
                continue
            path = os.path.join(folder, n)
            # Which unit starts at boot is asked of the init that is at work; a changed file that rpm put aside comes back beside it.
            if ".wants/" in path or path.endswith(".rpmsave"):
                continue
            st = os.lstat(path)
            # A folder that only passes through to the layer below says nothing.
            if not stat.S_ISDIR(st.st_mode):
                lines.append(describe(path, rel + n, st))
    print("\n".join(sorted(lines)))
    return 0


def records(path):
    with open(path, "rb") as f:
        return f.read().split(b"\n")


def parse(path):
    lines = records(path)
    return [json.loads(x) for x in lines[:-1]], lines


GOOD = ("ok", "ok-reboot", "already-ok")


def journal(path):
    """Chain whole, one end, one commit at most, nothing done twice."""
    broken, prev = [], "0" * 64
    events, lines = parse(path)
    if lines[-1]:
        broken.append("the last line is torn")
    for i, ev in enumerate(events):
        if ev["prev"] != prev or ev["n"] != i + 1:
            broken.append(f"record {i + 1} does not follow the one before")
        prev = hashlib.sha256(lines[i]).hexdigest()
    for kind, low, high in (("run", 1, 1), ("finish", 1, 1), ("commit", 0, 1)):
        n = sum(ev["kind"] == kind for ev in events)
        if not low <= n <= high:
            broken.append(f"{n} records of kind {kind}")
    if events and events[-1]["kind"] != "finish":
        broken.append(f"the last record is {events[-1]['kind']}")
    done = {}
    for ev in events:
        if ev["kind"] == "begin" and ev["step"] in done:
            broken.append(f"step {ev['step']} begins in record {ev['n']} although record {done[ev['step']]} says that it is done")
        if ev["kind"] == "end" and ev["outcome"] in GOOD:
            done.setdefault(ev["step"], ev["n"])
        if ev["kind"] == "note" and "step" in ev:
            done.pop(ev["step"], None)  # found undone by the boot, and said so
    print("\n".join(broken) if broken else f"{len(events)} records")
    return 1 if broken else 0


def instant(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def ledger(path):
    """Intervals in which the ledger says that nobody protects."""
    gaps, begin, last = [], None, None
    for ev in parse(path)[0]:
        last = instant(ev["at"])
        if ev["kind"] != "protection":
            continue
        if ev["answer"] == "yes" and begin is not None:
            gaps.append((begin, last))
            begin = None
        elif ev["answer"] != "yes" and begin is None:
            begin = instant(ev["data"]["last_on"]) if "data" in ev and "last_on" in ev["data"] else last
    if begin is not None:
        gaps.append((begin, 1 << 62))
    return gaps, last


def witnessed(log):
    """Intervals in which the witness could open the file. It looks each second at least: silence ends an interval."""
    gaps, begin, before = [], None, None
    for line in open(log):
        at, state = line.split()
        at = int(at)
        if begin is not None and (state == "on" or at - before > 1500):
            gaps.append((begin, at if at - before <= 1500 else before))
            begin = None
        if state == "off" and begin is None:
            begin = at
        before = at
    if begin is not None:
        gaps.append((begin, before))
    return gaps


SLACK_MS = 300


def gaps(path, log):
    told, end = ledger(path)
    start = instant(parse(path)[0][0]["at"])
    missing = 0
    for begin, stop in witnessed(log):
        begin, stop = max(begin, start), min(stop, end)
        covered = sum(max(0, min(stop, t) - max(begin, b)) for b, t in told)
        if stop - begin - covered > SLACK_MS:
            print(f"unprotected for {stop - begin} ms from {begin}, of which the ledger tells {covered} ms")
            missing += 1
    print("ledger:", [(b - start, t - start if t < 1 << 61 else "open") for b, t in told],
          "witness:", [(b - start, t - start) for b, t in witnessed(log) if t > start])
    return 1 if missing else 0


def get(path, *keys):
    value = json.load(open(path))
    for k in keys:
        value = value[int(k)] if isinstance(value, list) else value.get(k)
    print(json.dumps(value) if isinstance(value, (dict, list)) else "" if value is None else value)
    return 0


def patterns(word):
    """The word as it is, as Windows writes it, and the part of its base64 that does not depend on what surrounds it."""
    raw = word.encode()
    found = [raw, word.encode("utf-16le"), raw[::-1], raw.hex().encode()]
    for text in (raw, word.encode("utf-16le")):
        for shift in range(3):
            coded = base64.b64encode(b"x" * shift + text)
            found.append(coded[(0, 2, 3)[shift]:][: len(coded) - 8])
    return found


def secret(word, *roots):
    hits, wanted = [], patterns(word)
    for root in roots:
        for folder, _, names in os.walk(root) if os.path.isdir(root) else [(os.path.dirname(root), [], [os.path.basename(root)])]:
            for n in names:
                path = os.path.join(folder, n)
                if not stat.S_ISREG(os.lstat(path).st_mode):
                    continue
                data = open(path, "rb").read()
                hits += [path for w in wanted if w in data]
    print("\n".join(hits))
    return 1 if hits else 0


commands = {"files": files, "journal": journal, "gaps": gaps, "get": get, "secret": secret}
if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    sys.exit(commands[sys.argv[1]](*sys.argv[2:]))
