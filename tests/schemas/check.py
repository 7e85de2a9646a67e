#!/usr/bin/env python3
"""The shipped JSON Schemas against an independent validator (python3-jsonschema).

  check.py AVSWAP

Every document of the catalogue, of the cases and what the program itself writes is valid; the manifests that tests/lint shows to be
wrong in a way that a table can say are refused, and those that are wrong in another way are not. Ends with "schemas: N passed, M failed".
"""
import glob, json, os, re, subprocess, sys, tempfile

try:
    import jsonschema
except ImportError:
    sys.exit("schemas: python3-jsonschema is missing: apt-get install python3-jsonschema")

here = os.path.dirname(os.path.abspath(__file__))
top = os.path.dirname(os.path.dirname(here))
avswap = os.path.abspath(sys.argv[1])
passed = failed = 0


def result(ok, text):
    global passed, failed
    passed += ok
    failed += not ok
    if not ok:
        print("FAIL " + text)


def run(*argv, cwd=None):
    return subprocess.run([avswap, *argv], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=cwd, check=False).stdout


def load_schemas(folder):
    run("docs", "schemas", folder)
    schemas = {}
    for path in glob.glob(folder + "/*.schema.json"):
        with open(path) as f:
            schema = json.load(f)
        jsonschema.Draft202012Validator.check_schema(schema)
        schemas[os.path.basename(path).split(".")[0]] = jsonschema.Draft202012Validator(schema)
    return schemas


def first_error(schemas, document):
    name = re.match(r"avswap\.([a-z-]+)/1$", str(document.get("schema", "")))
    if not name or name.group(1) not in schemas:
        return "no schema for " + str(document.get("schema"))
    error = next(schemas[name.group(1)].iter_errors(document), None)
    return error and "%s: %s" % ("/".join(map(str, error.absolute_path)), error.message[:200])


def valid(schemas, text, name):
    try:
        error = first_error(schemas, json.loads(text))
    except ValueError as e:
        error = str(e)
    result(not error, "%s is valid for avswap, but: %s" % (name, error))


def of_cases():
    """Policies of the case files that are no test of broken input."""
    for path in sorted(glob.glob(top + "/tests/cases/*.case")):
        with open(path) as f:
            text = f.read()
        if os.path.basename(path).startswith("input-"):
            continue
        for body in re.findall(r"^@POLICY\n(.*?)(?=^@)", text, re.M | re.S):
            yield os.path.basename(path), body


def written(schemas, tmp):
    """What the program writes: findings and a plan of facts, problems."""
    for path in sorted(glob.glob(top + "/tests/cases/facts/*.json")):
        name = os.path.basename(path)
        now = "2026-11-22T10:00:00Z"
        valid(schemas, run("detect", "--json", "--from", path, "--now", now), "findings of " + name)
        plan = os.path.join(tmp, name)
        run("plan", "--from", path, "--now", now, "--allow-unverified", "-o", plan)
        if os.path.exists(plan):
            with open(plan) as f:
                valid(schemas, f.read(), "plan of " + name)
    valid(schemas, run("lint", "--json", top + "/tests/lint/broken"), "problems")


def broken(schemas):
    """kinds of problems that a table can say"""
    table = {"unknown-key", "missing-key", "unknown-verb"}
    either = {"json", "format", "value", "arguments"}
    kinds = {}
    with open(top + "/tests/lint/expected") as f:
        for line in f:
            kinds.setdefault(line.split(":")[0], set()).add(re.search(r"\(([a-z-]+)\)$", line).group(1))
    for name, found in sorted(kinds.items()):
        try:
            with open(top + "/tests/lint/broken/" + name) as f:
                error = first_error(schemas, json.load(f))
        except ValueError:
            continue
        if found & table or name in ("wrong-type.json", "wrong-word.json", "wrong-list.json", "out-of-range.json",
                                     "wrong-condition.json"):
            result(bool(error), name + " is not refused")
        elif not found & either:
            result(not error, "%s is refused, though no table says so: %s" % (name, error))


with tempfile.TemporaryDirectory() as tmp:
    schemas = load_schemas(os.path.join(tmp, "schemas"))
    result(len(schemas) >= 10, "only %d schemas" % len(schemas))
    paths = glob.glob(top + "/vendors/*/*.json") + glob.glob(top + "/playbooks/*.json") + glob.glob(top + "/tests/lint/good/*.json")
    for path in sorted(paths + glob.glob(top + "/tests/cases/facts/*.json") + glob.glob(top + "/tests/winget/golden/*.json")):
        with open(path) as f:
            valid(schemas, f.read(), os.path.relpath(path, top))
    for name, body in of_cases():
        valid(schemas, body, "policy of " + name)
    written(schemas, tmp)
    broken(schemas)
print("schemas: %d passed, %d failed" % (passed, failed))
sys.exit(failed > 0)
