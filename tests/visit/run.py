#!/usr/bin/env python3
"""avswap visit through its pipes: every request, repeated; workers that are killed; frames and journals that are wrong.

  run.py AVSWAP

Runs start real workers of a harmless plan. So everything happens in namespaces of its own (mounts, processes, network) with a
private /var/lib, /etc and /run: nothing of the machine is touched, and what is left at the end dies with them. Ends with
"visit: N passed, M failed".
"""
import hashlib, json, os, re, signal, subprocess, sys, tempfile, time

STATE = "/var/lib/avswap"
OWN = "/var/lib/visit"  # files that the plans look at
GO = OWN + "/go"
SECRET = "Tr0ub4dor-und-3-Loeffel"
passed = failed = 0


def check(ok, text, *more):
    global passed, failed
    passed += bool(ok)
    failed += not ok
    if not ok:
        print("FAIL", text, *(repr(m)[:600] for m in more))


# --- the wire ---------------------------------------------------------------------------------------------------------


def frame(kind, body):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return b"#avswap %s %d\n%s\n" % (kind.encode(), len(body), body)


def request(do, **more):
    return frame("request", {"schema": "avswap.visit/1", "do": do, **more})


def frames(out):
    at, all = 0, []
    while at < len(out):
        m = re.compile(rb"#avswap ([a-z]{1,12}) (\d+)\n").match(out, at)
        if not m:
            raise ValueError("no frame: %r" % out[at : at + 60])
        n = int(m.group(2))
        all.append((m.group(1).decode(), out[m.end() : m.end() + n]))
        if out[m.end() + n : m.end() + n + 1] != b"\n":
            raise ValueError("a frame does not end")
        at = m.end() + n + 1
    return all


def visit(*parts, program=None):
    r = subprocess.run([program or avswap, "visit"], input=b"".join(parts), stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    seen.append(r.stdout + r.stderr)
    return r.returncode, frames(r.stdout), r.stderr.decode()


def must(ok, text, *more):
    """A check that is made as often as it takes: counted only when it does not hold."""
    if not ok:
        check(False, text, *more)


def ask(*parts, **more):
    """The frames behind hello and the last answer, of a visit that ends well."""
    status, all, err = visit(*parts, **more)
    must(status == 0 and all and all[0][0] == "hello" and all[-1][0] == "answer", "a visit ends well", parts, status, err, all)
    return all[1:-1], json.loads(all[-1][1])


seen = []  # all that came out, to be searched for the secret

# --- plans ------------------------------------------------------------------------------------------------------------


def compact(v):
    return hashlib.sha256(json.dumps(v, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def digest(plan):
    return hashlib.sha256("".join("%s %s\n" % (k, compact(plan[k])) for k in sorted(plan)).encode()).hexdigest()


def seal(plan):
    plan = {k: v for k, v in plan.items() if k not in ("id", "digest")}
    plan["id"] = digest(plan)[:12]
    plan["digest"] = digest(plan)
    return plan


def step(n, verb, stage, title, args, **more):
    return {"id": "s%02d" % n, "stage": stage, "verb": verb, "title": title, "args": args, "timeout_s": 60, **more}


def wait_for(path, n=1, seconds=60):
    return step(n, "check.that", "prepare", "waits", {"cond": {"probe": "file", "path": path}, "refuse": "nobody came", "within_s": seconds},
                no_undo="changes nothing")


def make_plan(steps, made="2026-11-23T10:00:00Z", **more):
    return seal({"schema": "avswap.plan/1", "made_at": made, "tool": "0.1.0", "catalog_digest": "0" * 64,
                 "machine": {"id": machine, "hostname": "pc"}, "strategy": "replace", "sources": [], "steps": steps, "max_reboots": 0,
                 "unprotected_limit_s": 60, **more})


def payload_get(n, content, **more):
    return step(n, "payload.get", "prepare", "takes what was sent", {"file": "${payload}/av.deb", "sent": "av.deb", "sha256": hex_of(content), **more})


def journal(run):
    with open("%s/runs/%s/journal.jsonl" % (STATE, run), "rb") as f:
        return f.read()


def hex_of(b):
    return hashlib.sha256(b).hexdigest()


def worker_pid():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as f:
                if b"\0resume\0" in f.read():
                    return int(pid)
        except OSError:
            pass


def until(what, text, seconds=20):
    end = time.monotonic() + seconds
    while not (value := what()):
        if time.monotonic() > end:
            check(False, text + " in time")
            return None
        time.sleep(0.05)
    return value


def touch(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, "w").close()


# --- what is tested ---------------------------------------------------------------------------------------------------


def test_hello_and_detect():
    global machine
    status, all, _ = visit()
    hello = json.loads(all[0][1])
    machine = hello["machine"]
    check(status == 0 and len(all) == 1 and hello["schema"] == "avswap.hello/1", "a visit without a request says hello", all)
    check(set(hello) == {"schema", "tool", "machine", "hostname", "os", "boot", "at"} and hello["os"] == "linux", "hello", hello)
    data, answer = ask(request("detect"))
    check([k for k, _ in data] == ["facts"], "detect brings facts", [k for k, _ in data])
    facts = json.loads(data[0][1])
    check(facts["machine"]["id"] == machine, "of this PC")
    check(answer == {"schema": "avswap.answer/1", "do": "detect", "event": "progress"}, "detect is answered", answer)
    status, all, _ = visit(request("detect"), request("poll", run="0123456789ab"), request("detect"))
    check([k for k, _ in all] == ["hello", "facts", "answer", "answer", "facts", "answer"], "requests follow each other", status)


def test_wrong_frames():
    rows = [
        ("talk", b"hello?\n", "no frame begins so"),
        ("unknown frame", frame("run", "x"), "no frame of a visit is called 'run'"),
        ("oversized", b"#avswap plan 4194305\n", "longer than allowed"),
        ("endless header", b"#avswap plan " + b"0" * 100, "does not end"),
        ("cut", frame("plan", "{}")[:-2], "it ends inside a frame"),
        ("no JSON", frame("request", b"\xff\xfe"), "the request"),
        ("no request", frame("request", {"schema": "avswap.plan/1"}), "the request"),
        ("unknown request", request("format"), "the request"),
        ("unknown key", request("poll", run="ab", force=True), "force"),
        ("no run", request("poll"), "needs a run"),
        ("negative byte", request("poll", run="ab", **{"from": -1}), "from"),
        ("no digest", request("poll", run="ab", **{"from": 10}), "digest"),
        ("digest", request("poll", run="ab", **{"from": 10}, digest="../../etc"), "digest"),
    ]
    for name, sent, expect in rows:
        status, all, err = visit(sent)
        check(status == 1 and expect in err and [k for k, _ in all] == ["hello"], "wrong frame: " + name, status, err, all)
    status, _, err = visit(frame("plan", b"\x1b[2J" * 1000), request("start"), b"\x1b[2J\n")
    check(status == 1 and "\x1b" not in err, "escapes do not reach the terminal", err)
    r = subprocess.run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", avswap, "visit"], stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    check(r.returncode == 1 and not r.stdout and b"needs root" in r.stderr, "only root is answered", r)


def test_unknown_run():
    for do in ("poll", "collect", "ack", "verify"):
        for _ in range(2):
            _, a = ask(request(do, run="0123456789ab"))
            check(a["event"] == "none-yet", do + " of an unknown run", a)
    for run in ("../../etc", "", "x" * 100, "\x1b[2J"):
        _, a = ask(request("poll", run=run))
        check(a["event"] == "progress" and a.get("error") == "usage", "a run that is no name", run, a)
    check(not os.path.exists(STATE + "/runs"), "looking makes nothing")


def test_refused_starts():
    good = make_plan([wait_for(GO)])
    changed = dict(good, strategy="overlap")
    other = seal(dict(good, machine={"id": "f" * 32, "hostname": "other"}))
    stale = seal(dict(good, assumptions=[{"text": "a file is here", "cond": {"probe": "file", "path": OWN + "/never"}}]))
    env = seal(dict(good, secrets=["token"], secret_sources={"token": "env:TOKEN"}))
    own = seal(dict(good, secrets=["token"], secret_sources={"token": "sent"}))
    away = seal(dict(good, secrets=["token"], secret_sources={"token": "file:/root/token"}))
    outside = seal(dict(good, secrets=["../../../etc/token"], secret_sources={"../../../etc/token": "sent"}))
    lacking = make_plan([wait_for(GO), payload_get(2, b"nobody sent it")])
    rows = [
        ("without a plan", [], "bad-input", "without a plan"),
        ("changed", [frame("plan", changed)], "tampered", "was changed"),
        ("no plan", [frame("plan", b"{")], "bad-input", ""),
        ("another PC's", [frame("plan", other)], "stale-plan", "is for the PC other"),
        ("stale", [frame("plan", stale)], "stale-plan", "a file is here"),
        ("of the environment", [frame("plan", env)], "secret", "environment"),
        ("missing secret", [frame("plan", own)], "secret", "was not sent"),
        ("secret from elsewhere", [frame("secrets", {"token": SECRET}), frame("plan", away)], "secret", "takes it from elsewhere"),
        ("secret outside", [frame("secrets", {"../../../etc/token": SECRET}), frame("plan", outside)], "bad-input", "no name of what"),
        ("missing installer", [frame("plan", lacking)], "payload", "the installer av.deb"),
        ("another secret", [frame("plan", own), frame("secrets", {"../../etc/token": SECRET, "\x1b[2J": "x"})], "secret", "token"),
        ("secret is no text", [frame("plan", own), frame("secrets", {"token": 4711})], "secret", "no text"),
        ("empty secret", [frame("plan", own), frame("secrets", {"token": ""})], "secret", "no text"),
        ("long secret", [frame("plan", own), frame("secrets", {"token": "x" * 20000})], "secret", "no text"),
        ("secrets are none", [frame("plan", own), frame("secrets", b'{"token": "' + SECRET.encode())], "secret", "no object"),
        ("wrong file", [frame("file", b"x"), frame("plan", good)], "bad-input", "piece of a file"),
    ]
    for name, sent, error, text in rows:
        for _ in range(2):
            _, a = ask(*sent, request("start"))
            check(a["event"] == "no-start" and a.get("error") == error and text in a["text"] and a["status"], "refused: " + name, a)
        check(not os.path.exists(STATE + "/secrets") and not os.listdir(STATE + "/runs") if os.path.exists(STATE + "/runs") else True,
              "a refused start leaves nothing: " + name)
    check(not os.path.exists("/etc/token"), "no secret is written outside")


def test_prove():
    p = make_plan([wait_for(GO)], secrets=["token", "password"], secret_sources={"token": "sent", "password": "file:/etc/password"})
    rows = [
        ("none", {"token": SECRET}, None, "broken", "/etc/password"),
        ("readable by others", {"token": SECRET}, 0o644, "broken", "readable by others"),
        ("not sent", None, 0o600, "broken", "token"),
        ("both", {"token": SECRET}, 0o600, "proved", "token is present, not provable here; password is present"),
        ("sent for what lies elsewhere", {"token": SECRET, "password": SECRET}, 0o600, "broken", "takes it from elsewhere"),
    ]
    for name, sent, mode, event, text in rows:
        if mode:
            with open("/etc/password", "w") as f:
                f.write(SECRET)
            os.chmod("/etc/password", mode)
        _, a = ask(*([frame("secrets", sent)] if sent else []), frame("plan", p), request("prove"))
        check(a["event"] == event and text in a["text"] and a["run"] == p["id"], "prove: " + name, a)
    os.remove("/etc/password")
    _, a = ask(frame("plan", make_plan([wait_for(GO)])), request("prove"))
    check(a["event"] == "proved" and "no secret" in a["text"], "prove: needs none", a)
    _, a = ask(request("prove"))
    check(a["event"] == "broken" and a["error"] == "bad-input", "prove: no plan", a)
    check(not os.path.exists(STATE + "/runs") and not os.path.exists(STATE + "/secrets"), "a proof changes nothing", os.listdir(STATE))


def secret_plan():
    """Waits to be let go, then compares the secret with a file that has it."""
    return make_plan([wait_for(GO), step(2, "command.run", "install", "compares the secret", {"argv": ["/usr/bin/cmp", OWN + "/expected", "-"],
                      "input": "token"}, exit_codes=[{"code": 0, "outcome": "ok"}])],
                     secrets=["token"], secret_sources={"token": "sent"})


def follow(run, have, seconds=20):
    """Polls as a jump host does; the journal and the last answer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        data, a = ask(request("poll", run=run, **{"from": len(have)}, digest=hex_of(have) if have else ""))
        must(all(k == "journal" for k, _ in data) and len(data) <= 1, "a poll brings one frame at most", data)
        have += b"".join(b for _, b in data)
        must(len(have) <= a.get("size", 0), "a poll brings no more than is there", a)
        if a["event"] != "progress" or "error" in a:
            return have, a
        time.sleep(0.1)
    check(False, "the run ends in time", a)
    return have, a


def test_one_run():
    plan = secret_plan()
    run = plan["id"]
    with open(OWN + "/expected", "w") as f:
        f.write(SECRET)
    begin = [frame("secrets", {"token": SECRET, "needless": SECRET}), frame("plan", plan), request("start")]
    _, a = ask(*begin)
    check(a["event"] == "started" and a["run"] == run, "start", a)
    first = worker_pid()
    check(os.stat(STATE + "/secrets").st_mode & 0o777 == 0o700 and os.stat(STATE + "/secrets/token").st_mode & 0o777 == 0o600 and
          os.stat(STATE + "/runs/" + run).st_mode & 0o777 == 0o700, "secrets and runs are private")
    check(os.listdir(STATE + "/secrets") == ["token"], "only what the plan needs is written")
    for _ in range(3):
        _, a = ask(*begin)
        check(a["event"] == "started" and a["run"] == run, "start again", a)
    check(worker_pid() == first and os.listdir(STATE + "/runs") == [run], "nothing is started twice")

    other = make_plan([wait_for(GO)], made="2026-11-23T10:00:01Z")
    _, a = ask(frame("plan", other), request("start"))
    check(a["event"] == "other-run" and a["run"] == run, "another plan meanwhile", a)
    _, a = ask(request("poll", run=other["id"]))
    check(a["event"] == "other-run" and a["run"] == run, "another run meanwhile", a)
    data, a = ask(request("attach", run=run))
    check(a["event"] == "progress" and [k for k, _ in data] == ["plan"] and json.loads(data[0][1]) == plan, "its plan, to follow it", a)
    data, a = ask(request("attach", run="000000000000"))
    check(a["event"] == "other-run" and a["run"] == run and not data, "the plan of a run that is not here", a)

    data, a = ask(request("poll", run=run))
    have = b"".join(b for _, b in data)
    check(a["event"] == "progress" and have and have.endswith(b"\n") and have == journal(run)[: len(have)], "poll", a)
    for do in ("collect", "ack"):
        data, a = ask(request(do, run=run, **{"from": len(have)}, digest=hex_of(have)))
        check(a["event"] == "progress" and not data, do + " while it runs is a poll", a)
    check(os.path.exists(STATE + "/secrets/token"), "an early ack removes nothing")

    os.kill(first, signal.SIGKILL)
    until(lambda: worker_pid() is None, "the worker dies")
    _, a = ask(request("poll", run=run, **{"from": len(have)}, digest=hex_of(have)))
    check(a["event"] == "progress" and "started again" in a["text"], "a killed worker is started again", a)
    second = until(worker_pid, "a new worker")
    check(second != first, "another worker", first, second)
    with open("%s/runs/%s/journal.jsonl" % (STATE, run), "rb") as f:
        until(lambda: f.seek(0) or f.read().count(b'"kind":"start"') == 2, "the new worker's record")

    for name, start, wrong in (("digest", len(have), hex_of(b"x")), ("shrank", 10**7, hex_of(b"x"))):
        data, a = ask(request("poll", run=run, **{"from": start}, digest=wrong))
        check(a["event"] == "progress" and a["error"] == "forked" and not data, "forked: " + name, a)

    touch(GO)
    have, a = follow(run, have)
    check(a["event"] == "over" and a.get("status", 0) == 0, "over", a, have[-400:])
    check(have == journal(run), "polls brought the journal byte for byte")
    check(not os.path.exists(STATE + "/secrets"), "the secrets go with the run's end")
    _, a = ask(*begin)
    check(a["event"] == "over" and a["run"] == run, "start after the end", a)
    check(not os.path.exists(STATE + "/secrets"), "a repeated start brings no secret back")

    for at in (0, 100, len(have)):
        for _ in range(2):
            data, a = ask(request("collect", run=run, **{"from": at}, digest=hex_of(have[:at])))
            check(a["event"] == "whole" and data[-1][0] == "outcome" and b"".join(b for k, b in data if k == "journal") == have[at:],
                  "collect from %d" % at, a)
    outcome = json.loads(data[-1][1])
    check(outcome["result"] in ("migrated", "nothing-to-do") and outcome["plan"] == run and
          outcome["journal_head"] == hex_of(have.splitlines()[-1]), "outcome", outcome)
    data, a = ask(request("collect", run=run, **{"from": 100}, digest=hex_of(b"x")))
    check(a["error"] == "forked" and not data, "collect, forked", a)

    _, a = ask(request("verify", run=run))
    check(a["event"] == "proved", "verify", a)
    return run


def test_ack(run):
    """From a worker as the bootstrap leaves it, with older ones beside it."""
    with open(avswap, "rb") as f:
        program = f.read()
    name = STATE + "/workers/" + hex_of(program)
    os.makedirs(STATE + "/workers")
    with open(name, "wb") as f:
        f.write(program)
    os.chmod(name, 0o700)
    old = [STATE + "/workers/" + hex_of(b"old"), STATE + "/workers/" + hex_of(b"older") + ".123"]
    for path in old + [STATE + "/workers/README", STATE + "/runs/%s/payload/x" % run, STATE + "/files/x", STATE + "/secrets/left"]:
        touch(path)
    for _ in range(2):
        _, a = ask(request("ack", run=run), program=name)
        check(a["event"] == "acked", "ack", a)
    check(os.path.exists(name) and os.path.exists(STATE + "/workers/README") and not any(map(os.path.exists, old)), "older workers go")
    check(not os.path.exists(STATE + "/secrets") and not os.path.exists(STATE + "/files"), "secrets and installers go")
    check(sorted(os.listdir(STATE + "/runs/" + run)) == ["facts.json", "journal.jsonl", "outcome.json", "plan.json"], "the records stay",
          os.listdir(STATE + "/runs/" + run))
    data, a = ask(request("collect", run=run))
    check(a["event"] == "whole" and data[-1][0] == "outcome", "collect after ack", a)


def piece(content, at, n, name=None):
    return frame("file", b"%s %d %d\n%s" % ((name or hex_of(content)).encode(), at, len(content), content[at : at + n]))


def offer(run, *files, before=()):
    return ask(*before, request("offer", run=run, files=[{"sha256": name, "bytes": n} for name, n in files]))[1]


def lacks(a):
    return {x["sha256"]: x.get("bytes", 0) for x in a.get("lacks", [])}


def test_offer():
    content, second = os.urandom(100000), os.urandom(3000)
    one, two = hex_of(content), hex_of(second)
    both = [(one, len(content)), (two, len(second))]
    folder = STATE + "/files/"
    plan = make_plan([payload_get(1, content)], made="2026-11-23T10:00:03Z")
    run = plan["id"]
    a = offer(run, *both)
    check(a["event"] == "progress" and lacks(a) == {one: 0, two: 0}, "offer: all are lacking", a)
    check(not os.path.exists(folder), "an offer writes nothing", a)
    a = offer(run, *both, before=[piece(content, 0, 40000), piece(second, 0, 3000)])
    check(lacks(a) == {one: 40000}, "offer: what came is there", a)
    a = offer(run, *both)
    check(lacks(a) == {one: 40000}, "offer: at the next visit, too", a)
    a = offer(run, *both, before=[piece(content, 50000, 100)])
    check(a["event"] == "no-start" and "begins at byte 50000, where 40000" in a["text"] and not lacks(a), "offer: a gap is told", a)
    for name, data in [("no digest", b"../../../etc/shadow 0 5\nhello"), ("a negative offset", one.encode() + b" -1 5\nhello"),
                       ("no bytes in all", one.encode() + b" 0 0\n"), ("more than there are", one.encode() + b" 0 3\nhello"),
                       ("behind the end", one.encode() + b" 9 5\nhello"), ("too large", one.encode() + b" 0 99999999999\nhello"),
                       ("a number without end", one.encode() + b" 0 " + b"9" * 70), ("letters", one.encode() + b" x 5\nhello"), ("nothing", b"")]:
        a = offer(run, *both, before=[frame("file", data)])
        check(a["event"] == "no-start" and a["error"] == "bad-input" and "piece of a file" in a["text"], "offer: a piece with " + name, a)
    check(sorted(os.listdir(folder)) == sorted([one + ".part", two]), "nothing else was written", os.listdir(folder))
    with open(folder + one + ".part", "ab") as f:
        f.write(b"x" * 100000)
    with open(folder + two, "ab") as f:
        f.write(b"x")
    a = offer(run, *both)
    check(lacks(a) == {one: 0, two: 0} and not os.listdir(folder), "offer: what cannot be the file's beginning goes", a)
    with open(folder + one + ".part", "wb") as f:
        f.write(content)
    a = offer(run, *both)
    check(lacks(a) == {two: 0} and os.listdir(folder) == [one], "offer: whole, and nobody had looked", a)
    open(folder + two + ".part", "wb").write(b"x" * 3000)
    check(lacks(offer(run, *both)) == {two: 0}, "offer: whole, and wrong")
    a = offer(run, (one, len(content)), (two, 4 << 30), (hex_of(b"2"), 4 << 30), *[(hex_of(b"%d" % i), 4 << 30) for i in range(3, 30)])
    check(a["event"] == "no-start" and a["error"] == "preflight" and "MiB are free" in a["text"] and not lacks(a), "offer: no room", a)
    for name, files in [("no digest", [{"sha256": "../../etc/shadow", "bytes": 5}]), ("too large", [{"sha256": one, "bytes": 1 << 40}]),
                        ("too many", [{"sha256": one, "bytes": 1}] * 33)]:
        status, all, err = visit(request("offer", run=run, files=files))
        check(status != 0 and all[-1][0] == "hello", "offer: " + name, status, err)
    check(visit(request("offer", files=[]))[0] != 0, "offer: of no run")
    a = offer("../../etc", *both)
    check(a["event"] == "no-start" and a["error"], "offer: of a run that has no name", a)
    a = offer(run, (two, 3000), before=[piece(second, 0, 3000)])
    check(a["event"] == "progress" and not lacks(a) and os.listdir(folder) == [two], "offer: what nobody wants any more goes", a)
    a = offer(run, (one, len(content)), before=[piece(content, 0, 60000), piece(content, 60000, 40000)])
    check(not lacks(a), "offer: nothing is lacking", a)
    _, a = ask(frame("plan", plan), request("start"))
    check(a["event"] == "started", "a run that takes it", a)
    _, a = follow(run, b"")
    check(a["event"] == "over" and a.get("status", 0) == 0 and not os.listdir(folder), "it was moved to where it is wanted", a)
    a = offer(run, *both)
    check(a["event"] == "progress" and not lacks(a), "offer: for a run that was begun", a)
    _, a = ask(request("ack", run=run))
    check(a["event"] == "acked" and not os.path.exists(folder), "all goes at ack", a)


def test_files():
    content = os.urandom(200000)
    path = STATE + "/files/" + hex_of(content)
    plan = make_plan([wait_for(path, seconds=0)], made="2026-11-23T10:00:02Z")
    run = plan["id"]
    _, a = ask(piece(content, 0, 50000), frame("plan", plan), piece(content, 60000, 1), request("start"))
    check(a["event"] == "no-start" and "begins at byte 60000, where 50000" in a["text"], "a gap in a file", a)
    _, a = ask(piece(content, 0, 200000, hex_of(b"other")), frame("plan", plan), request("start"))
    check(a["event"] == "no-start" and a["error"] == "payload", "a file with another digest", a)
    _, a = ask(piece(content, 0, 100000), piece(content, 100000, 100000), piece(content, 0, 100000), frame("plan", plan), request("start"))
    check(a["event"] == "started" and open(path, "rb").read() == content, "a file in pieces", a)
    check(os.stat(STATE + "/files").st_mode & 0o777 == 0o700, "files are private")
    _, a = follow(run, b"")
    check(a["event"] == "over" and a.get("status", 0) == 0, "a run that needs it", a)
    _, a = ask(request("ack", run=run))
    check(a["event"] == "acked" and not os.path.exists(STATE + "/files"), "goes at ack", a)


def test_prepared_only():
    """Prepared, and the power failed: the next poll starts it."""
    plan = make_plan([wait_for(GO)], made="2026-11-23T10:00:03Z")
    run = plan["id"]
    os.makedirs(STATE + "/runs/" + run, 0o700)
    with open(STATE + "/runs/%s/plan.json" % run, "w") as f:
        json.dump(plan, f)
    _, a = ask(request("poll", run=run))
    check(a["event"] == "progress" and "had not begun" in a["text"] and a.get("size", 0) == 0, "a run that never began is started", a)
    have, a = follow(run, b"")
    check(a["event"] == "over", "and ends", a)
    # A worker that was killed while it wrote: no part of a record is told, and what is cut later is no fork.
    path = STATE + "/runs/%s/journal.jsonl" % run
    with open(path, "ab") as f:
        f.write(b'{"n":99,"torn')
    data, a = ask(request("poll", run=run, **{"from": len(have)}, digest=hex_of(have)))
    check(a["event"] == "over" and a["size"] == len(have) and not data, "a torn record is not told", a)
    # A journal that somebody changed
    with open(path, "r+b") as f:
        f.seek(40)
        f.write(b"9")
    for do in ("poll", "collect", "ack"):
        data, a = ask(request(do, run=run))
        check(a["event"] == "progress" and a["error"] == "tampered" and not data, do + " of a changed journal", a)


def test_secret_is_nowhere():
    check(len(seen) > 100 and not any(SECRET.encode() in s for s in seen), "the secret is in no answer")
    os.remove(OWN + "/expected")
    r = subprocess.run(["grep", "-rlF", SECRET, STATE, "/etc", "/run"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    check(r.returncode == 1, "the secret is in no file", r.stdout)


def main():
    os.makedirs(OWN)
    os.makedirs(STATE, 0o700)
    test_hello_and_detect()
    test_unknown_run()
    test_prove()
    test_refused_starts()
    test_wrong_frames()
    test_ack(test_one_run())
    test_offer()
    test_files()
    test_prepared_only()
    test_secret_is_nowhere()
    print("visit: %d passed, %d failed" % (passed, failed))
    return failed != 0


def enclose():
    """The namespaces' private folders: changes of them are in memory only."""
    mount = lambda *a: subprocess.run(["mount", *a], check=True)
    mount("-t", "tmpfs", "tmpfs", scratch)
    for folder in ("/etc", "/var/lib"):
        upper, work = (scratch + "/" + x + folder.replace("/", "-") for x in ("upper", "work"))
        os.mkdir(upper), os.mkdir(work)
        mount("-t", "overlay", "overlay", "-o", "lowerdir=%s,upperdir=%s,workdir=%s" % (folder, upper, work), folder)
        os.chmod(folder, 0o755)
    mount("-t", "tmpfs", "tmpfs", "/run")


avswap = os.path.abspath(sys.argv[1])
if len(sys.argv) == 2:
    if os.geteuid() != 0:
        sys.exit("visit: run it as root: it makes namespaces")
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(subprocess.run(["unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc", sys.executable,
                                 os.path.abspath(__file__), avswap, folder]).returncode)
scratch = sys.argv[2]
machine = ""
enclose()
sys.exit(main())
