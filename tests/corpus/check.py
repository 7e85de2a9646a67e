#!/usr/bin/env python3
"""check.py PROGRAM: the rows of this folder through `PROGRAM detect --inventory`, as they are and mutated.

A row is missed when it is class none and should not be, and a false alarm the other way round. Unmutated rows must also
have their very class. Mutations come from a fixed seed. What they may change:
  - a name cut off may lose what makes it a part, so the class may differ, but it must be found as long as 7 letters of the
    vendor's name are left, or, with words of a known part before it, 5;
  - a tool that deals with the vendor's products is not cut: without its last words it has the product's name;
  - a package's name is its identity: cut or lengthened it is another one, so only case, blanks and marks change;
  - what is damaged already is not damaged twice;
  - without its publisher a row can be found by its name only, if that has the vendor's.
Ends with "triage: N passed, M failed".
"""
import json
import os
import random
import re
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
LABELS = {"kaspersky": "product", "kaspersky-component": "component", "oem": "white-label", "not-kaspersky": "none"}
KEYS = ("display_name", "publisher", "version", "product_code", "os")
VENDOR = re.compile("kaspersky|касперс|卡巴斯基|カスペルスキ|카스퍼스키|كاسبرسكي", re.I)
PART = re.compile("agent|consol|консол|агент|plug-in|плагин|сервер", re.I)


def load(name):
    with open(os.path.join(here, name), encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


def classify(program, rows):
    text = "".join(json.dumps({k: r.get(k) for k in KEYS}, ensure_ascii=i % 2 == 0) + "\n" for i, r in enumerate(rows))
    run = subprocess.run([program, "detect", "--inventory", "-", "--json", "--now", "2026-11-22T10:00:00Z"],
                         input=text.encode(), capture_output=True, check=False)
    if run.returncode not in (0, 3):
        sys.exit("check.py: status %d: %s" % (run.returncode, run.stderr.decode()))
    doc = json.loads(run.stdout)
    got = doc["rows"]
    if doc["schema"] != "avswap.triage/1" or [r["n"] for r in got] != list(range(1, len(rows) + 1)):
        sys.exit("check.py: not one row for each row of the input, in its order")
    if run.returncode != (3 if any(r["class"] != "none" for r in got) else 0):
        sys.exit("check.py: exit status %d does not fit the rows" % run.returncode)
    return got


# ---------------------------------------------------------------- mutations: (row, random) -> row, or None: not applicable

def changed(row, **what):
    return {**row, **what}


def renamed(row, name):
    return changed(row, display_name=name)


def package(row):
    return row["os"] == "linux"


def upper(row, rnd):
    return renamed(row, row["display_name"].upper())


def lower(row, rnd):
    return renamed(row, row["display_name"].lower())


def mixed(row, rnd):
    return renamed(row, "".join(c.upper() if rnd.random() < 0.5 else c.lower() for c in row["display_name"]))


def spaces(row, rnd):
    blank = rnd.choice(["  ", "\u00a0", " \u00a0 ", "\t", "\u2009", "\u3000"])
    return renamed(row, blank + row["display_name"].replace(" ", blank) + rnd.choice(["", " ", "\r\n"]))


def unseen(row, rnd):
    name = list(row["display_name"])
    for _ in range(3):
        name.insert(rnd.randrange(len(name) + 1), rnd.choice("\u200b\u200d\ufeff\u00ad\u2060"))
    return renamed(row, "".join(name))


def quotes(row, rnd):
    left, right = rnd.choice(['""', "«»", "„“", "“”", "''", "``"])
    publisher = row.get("publisher")
    return changed(row, display_name=left + row["display_name"] + right, publisher=publisher and left + publisher + right)


def garbage(row, rnd):
    tails = ["\ua28f\u2600\u8a00HKEY_LOCAL_MACHINE", " \ufffd\ufffd", " @@#", "\x01\x02", " (x64) 12.0.0.1", "\u2592\u2592", " ????"]
    return renamed(row, row["display_name"] + rnd.choice(tails[1:4] if package(row) else tails))


def publisher_tail(row, rnd):
    return row.get("publisher") and changed(row, publisher=row["publisher"] + "\ua28f\u2600\u8a00HKEY_LOCAL_MACHINE")


def no_publisher(row, rnd):
    if row["label"] != "not-kaspersky" and not (package(row) or VENDOR.search(row["display_name"]) or row["display_name"].startswith("Install")):
        return None
    return row.get("publisher") and changed(row, publisher=rnd.choice([None, "", "Unknown", "N/A", "????"]))


def truncated(row, rnd):
    name = row["display_name"]
    at = VENDOR.search(name)
    if package(row) or row["label"] == "oem" or name.startswith("Install"):
        return None
    if row["label"] == "not-kaspersky":
        return None if re.search("k[aа]spers|kaspar|ultra", name, re.I) else renamed(row, name[:rnd.randrange(1, len(name) + 1)])
    if not at:
        return None
    keep = 5 if PART.search(name[:at.start()]) and not row.get("publisher") else 7 if at.start() == 0 else len(at.group())
    return renamed(row, name[:rnd.randrange(at.start() + keep, len(name) + 1)] + rnd.choice(["", "…", "..."]))


def lost_letters(row, rnd):
    at = VENDOR.search(row["display_name"])
    name = list(row["display_name"])
    if row["label"] == "not-kaspersky":
        name[rnd.randrange(len(name))] = "?"
        return None if package(row) or re.search("k[aа]sp", row["display_name"], re.I) else renamed(row, "".join(name))
    if not at:
        return None
    name[rnd.randrange(at.start() + 1, at.end())] = rnd.choice("?\ufffd")
    return renamed(row, "".join(name))


def misread(text, real, shown):
    try:
        return text.encode(real).decode(shown, "replace")
    except UnicodeEncodeError:
        return None


def mojibake(row, rnd):
    """Cyrillic in a wrong character set, in name and publisher."""
    real, shown = rnd.choice([("utf-8", "cp1251"), ("utf-8", "cp1252"), ("utf-8", "cp866"), ("utf-8", "latin-1"),
                              ("cp1251", "cp1252"), ("cp1251", "cp866"), ("cp866", "cp1251"), ("cp866", "cp1252"), ("cp1251", "koi8-r"), ("koi8-r", "cp1251")])
    if not any("а" <= c <= "я" for c in (row["display_name"] + (row.get("publisher") or "")).lower()):
        return None
    name, publisher = misread(row["display_name"], real, shown), misread(row.get("publisher") or "", real, shown)
    return name and publisher is not None and changed(row, display_name=name, publisher=publisher)


MUTATIONS = [upper, lower, mixed, spaces, unseen, quotes, garbage, publisher_tail, no_publisher, truncated, lost_letters, mojibake]
ROUNDS = 8


def whole(row):
    return row["label"] == "not-kaspersky" or package(row) or VENDOR.search(row["display_name"]) or VENDOR.search(row.get("publisher") or "")


def mutate(rows):
    rnd = random.Random(20261122)
    for _ in range(ROUNDS):
        for row in filter(whole, rows):
            for mutation in MUTATIONS:
                new = mutation(row, rnd)
                if new:
                    yield mutation.__name__, new


def judge(what, rows, got, names=None):
    missed = alarms = wrong = 0
    for i, (row, result) in enumerate(zip(rows, got)):
        want = LABELS[row["label"]]
        kind = None
        if want != "none" and result["class"] == "none":
            missed, kind = missed + 1, "missed"
        elif want == "none" and result["class"] != "none":
            alarms, kind = alarms + 1, "false alarm"
        elif want != result["class"] and not names:
            wrong, kind = wrong + 1, "not %s but %s" % (want, result["class"])
        if kind and missed + alarms + wrong <= 40:
            print("  %s%s: %r by %r on %s: %s" % (kind, " (%s)" % names[i] if names else "", row["display_name"],
                                                  row.get("publisher"), row["os"], result["reason"]))
    print("%s: %d rows, %d missed, %d false alarms%s" % (what, len(rows), missed, alarms, "" if names else ", %d of another class" % wrong))
    return missed + alarms + wrong == 0


def main():
    program, results = sys.argv[1], []
    for name in ("inventory.jsonl", "further.jsonl"):
        rows = load(name)
        results.append(judge(name, rows, classify(program, rows)))
        names, mutated = zip(*mutate(rows))
        results.append(judge(name + " mutated", mutated, classify(program, mutated), names))
    print("triage: %d passed, %d failed" % (sum(results), len(results) - sum(results)))
    sys.exit(not all(results))


main()
