#!/usr/bin/env python3
"""look.py: the disk of a Wine PC that is off, seen from outside.

  look.py certificates DISK            subjects in the machine's root store, as far as they are printable
"""
import re
import sys


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
            yield key, None, None
        elif line.startswith(('"', "@")):
            name, _, data = line.partition("=") if line[0] == "@" else re.match(r'("(?:[^"\\]|\\.)*")(=)(.*)', line).groups()
            yield key, name, data
        line = ""


def certificates(disk):
    for key, name, data in values(disk + "/system.reg"):
        if "SystemCertificates\\Root\\Certificates" in key and name == '"Blob"':
            blob = bytes(int(x, 16) for x in data.removeprefix("hex:").replace(" ", "").split(","))
            print(re.sub(rb"[^ -~]+", b" ", blob).decode())
    return 0


commands = {"certificates": certificates}
if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    sys.exit(commands[sys.argv[1]](*sys.argv[2:]))
