#!/usr/bin/env python3
"""witness.py FILE LOG: who says that the PC was unprotected? Not avswap: this opens the EICAR test file twenty times a second.

Each change goes to LOG as a line "EPOCH_MS on|off"; a line is also written each second, so that the log tells when the witness
itself was not running."""
import os
import sys
import time

path, log = sys.argv[1:]
eicar = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*"
if not os.path.exists(path):
    with open(path, "w") as f:
        f.write(eicar)
out = open(log, "a", buffering=1)
last, said = None, 0.0
while True:
    now = time.time()
    try:
        open(path).close()
        state = "off"
    except PermissionError:
        state = "on"
    if state != last or now - said >= 1:
        out.write(f"{int(now * 1000)} {state}\n")
        last, said = state, now
    time.sleep(0.05)
