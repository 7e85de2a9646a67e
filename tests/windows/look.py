#!/usr/bin/env python3
"""look.py: a Wine PC's disk and the runs on it, seen from outside.

  look.py certificates UP        subjects in the machine's root store, as far as they are printable. UP: the own layer of a PC that is off
  look.py state UP TEMPLATE      every file and registry value that its own layer adds to the template's, or takes away
  look.py journal JOURNAL        the rules that every journal obeys; prints each broken one, status 1 when there is any
  look.py verb RUN               the verb of the step that the last record of this run's journal is about
  look.py get DOCUMENT KEY...    a value of a JSON document (a number is an index)
  look.py secret WORD PATH...    files that hold WORD as ASCII, UTF-16LE, hex digits or base64; status 1 when there is any
"""
import base64
import hashlib
import json
import os
import re
import stat
import sys

# What two PCs with the same history may differ in. regc0000.tmp is what a cut leaves of the registry when Wine was just writing it.
VOLATILE_FILES = re.compile(
    r"(drive_c/(packages|avswap-standin|catalog|avswap\.exe|[a-z-]+\.(json|txt|log|reg)|users/[^/]*/(Temp|AppData/Local/Temp))(/|$)"
    r"|(system|user|userdef)\.reg$|^reg[0-9a-f]{4,}\.tmp$|\.update-timestamp|\.(config|local)/|wineserver|dosdevices/|drive_c/ProgramData/avswap(/|$)"
    r"|drive_c/windows/temp/)", re.I)
VOLATILE_KEYS = re.compile(
    r"(\\SystemCertificates\\|\\Fonts\\|\\NetworkCards\\|\{4D36E968-|\{4D36E96E-|Wow6432Node\\Microsoft\\Windows\\CurrentVersion\\Run\\|\\Wintrust\\|\\Temporary System Parameters|\\Wine\\Debug|\\Hardware Profiles|Hardware\\|\\Control\\ComputerName"
    r"|CurrentVersion\\Prefetcher|\\Explorer\\|\\Wine\\DllOverrides|\\Control\\Session Manager\\Environment|\\Services\\Tcpip|\\Perflib|\\DeviceClasses\\|\\Enum\\)", re.I)
# Keys that Windows Installer makes and leaves, when nothing is in them.
EMPTY_KEYS = re.compile(r"\\(CurrentVersion\\Uninstall|Installer\\UserData\\S-1-5-18\\Components\\[0-9A-F]{32})$", re.I)
VOLATILE_VALUES = re.compile(r'^"(InstallDate|InstallSource|LastUsedSource|LocalPackage|PackageName|Net|[0-9]+|ProductType|Databases|RealTime|LastSuccessfulUpdate)"$', re.I)


def values(path):
    """(key, name, data) of a registry file of Wine; data as it stands there."""
    key, line = "", ""
    for part in open(path, encoding="utf-8", errors="replace"):
        line += part.rstrip("\n")
        if line.endswith("\\"):
            line = line[:-1].rstrip()
            continue
        if line.startswith("["):
            key = line[1 : line.rindex("]")].replace("\\\\", "\\")
            yield key, None, ""
        elif line.startswith("@"):
            yield key, "@", line[2:]
        elif line.startswith('"'):
            name, data = re.match(r'("(?:[^"\\]|\\.)*")=(.*)', line).groups()
            yield key, name, data
        line = ""


def certificates(up):
    for key, name, data in values(up + "/system.reg"):
        if "SystemCertificates\\Root\\Certificates" in key and name == '"Blob"':
            blob = bytes(int(x, 16) for x in data.removeprefix("hex:").replace(" ", "").split(","))
            print(re.sub(rb"[^ -~]+", b" ", blob).decode())
    return 0


def registry(disk):
    found = set()
    for hive in ("system.reg", "user.reg"):
        for key, name, data in values(f"{disk}/{hive}"):
            if not VOLATILE_KEYS.search(key + "\\") and not (VOLATILE_VALUES.search(name) if name else EMPTY_KEYS.search(key)):
                found.add(f"{hive[:-4]} {key} {name or ''} {data}".rstrip())
    return found


def roots(disk):
    """Thumbprints of the root certificates that are not those of the machine below."""
    return {"root certificate " + key.rsplit("\\", 1)[1] for key, name, _ in values(disk + "/system.reg")
            if "SystemCertificates\\Root\\Certificates\\" in key and name == '"Blob"'}


def files(up):
    found = set()
    for folder, dirs, names in os.walk(up):
        rel = os.path.relpath(folder, up)
        rel = "" if rel == "." else rel + "/"
        dirs[:] = [d for d in dirs if not VOLATILE_FILES.search(rel + d)]
        for n in names + dirs:
            st = os.lstat(os.path.join(folder, n))
            if VOLATILE_FILES.search(rel + n) or re.search(r"windows/Installer/[0-9a-f]+\.msi$", rel + n):
                continue
            gone = stat.S_ISCHR(st.st_mode) and st.st_rdev == 0
            # A folder of the template that was only written in says nothing.
            if gone or not stat.S_ISDIR(st.st_mode) or not os.path.isdir(os.path.join(TEMPLATE, rel + n)):
                found.add(f"{'deleted' if gone else 'dir' if stat.S_ISDIR(st.st_mode) else 'file'} {rel}{n}")
    return found


TEMPLATE = ""


def state(up, template):
    global TEMPLATE
    TEMPLATE = template
    lines = files(up)
    for look in (registry, roots):
        before, after = look(template), look(up)
        lines |= {"+ " + x for x in after - before} | {"- " + x for x in before - after if look is registry}
    print("\n".join(sorted(lines)))
    return 0


GOOD = ("ok", "ok-reboot", "already-ok")


def parse(path):
    with open(path, "rb") as f:
        lines = f.read().split(b"\n")
    return [json.loads(x) for x in lines[:-1]], lines


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


def verb(run):
    with open(run + "/journal.jsonl", encoding="utf-8") as f:
        step = json.loads(f.readlines()[-1])["step"]
    with open(run + "/plan.json", encoding="utf-8") as f:
        print(next(s["verb"] for s in json.load(f)["steps"] if s["id"] == step))
    return 0


def get(path, *keys):
    value = json.load(open(path))
    for k in keys:
        value = value[int(k)] if isinstance(value, list) else value.get(k)
    print(json.dumps(value) if isinstance(value, (dict, list)) else "" if value is None else value)
    return 0


def patterns(word):
    """The word as it is, as Windows writes it, as hex digits of both, and the part of its base64 that does not depend on what is around it."""
    found = []
    for raw in (word.encode(), word.encode("utf-16le")):
        found += [raw, raw.hex().encode(), raw.hex().upper().encode()]
        for shift in range(3):
            found.append(base64.b64encode(b"x" * shift + raw)[(0, 2, 3)[shift]:][: len(raw) * 4 // 3 - 3])
    return found + [raw.hex().encode("utf-16le"), raw.hex().upper().encode("utf-16le")]


def secret(word, *roots_):
    hits, wanted = [], patterns(word)
    for root in roots_:
        for folder, _, names in os.walk(root) if os.path.isdir(root) else [(os.path.dirname(root), [], [os.path.basename(root)])]:
            for n in names:
                path = os.path.join(folder, n)
                if stat.S_ISREG(os.lstat(path).st_mode):
                    data = open(path, "rb").read()
                    hits += [path] * any(w in data for w in wanted)
    print("\n".join(hits))
    return 1 if hits else 0


commands = {"certificates": certificates, "state": state, "journal": journal, "verb": verb, "get": get, "secret": secret}
if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    sys.exit(commands[sys.argv[1]](*sys.argv[2:]))
