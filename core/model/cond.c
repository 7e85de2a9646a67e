#include "core/model/cond.h"

#include <string.h>

const char *const tri_names[] = {"unknown", "no", "yes", NULL};

const char *const probe_names[] = {"none",     "package",     "unit",            "process", "file",      "user",
                                   "group",    "fanotify",    "firewall",        "selinux", "command",   "fact",
                                   "uninstall", "msi",        "driver",          "registry", "certificate",
                                   "security_center", "task", "signature",       "wmi",     NULL};
static const char *const op_names[] = {"none", "eq", "ne", "lt", "le", "gt", "ge", "in", "glob", "max-age-h", NULL};
const char *const decode_names[] = {"text", "number", "version", "date", "epoch-s", "epoch-ms", NULL};

static bool check_cond(void *obj, const struct place *at, struct err *e);

static const struct field cond_fields[] = {
    FIELD(cond, OBJS, all, "all of these hold", .sub = &cond_schema),
    FIELD(cond, OBJS, any, "one of these holds", .sub = &cond_schema),
    FIELD(cond, OBJ, not, "this does not hold", .sub = &cond_schema),
    FIELD(cond, ENUM, probe, "what to look at", .names = probe_names),
    FIELD(cond, STR, name, "name or pattern"),
    FIELD(cond, STR, path, "absolute path, registry key, certificate store, task or WMI name space, or a pattern of it"),
    FIELD(cond, STR, exe, "executable or pattern"),
    FIELD(cond, STR, state, "which state it must be in"),
    FIELD(cond, STR, mark, "firewall mark, as 0x400"),
    FIELD(cond, STR, publisher, "publisher or pattern"),
    FIELD(cond, STR, class, "WMI class"),
    FIELD(cond, STRS, argv, "command"),
    FIELD(cond, STR, json, "dotted path into the command's JSON output"),
    FIELD(cond, STR, key, "the rest of the output line that begins so"),
    FIELD(cond, ENUM, op, "comparison", .names = op_names),
    FIELD(cond, ENUM, decode, "what the value is", .names = decode_names),
    FIELD(cond, STR, value, "to compare with"),
    FIELD(cond, STRS, values, "to compare with: one of these"),
    FIELD(cond, INT, max_age_h, "hours since the file changed", .min = 0, .max = 1000000),
    FIELD(cond, INT, timeout_s, "limit of the command", .min = 0, .max = 600),
    FIELD_END,
};
const struct schema cond_schema = {"condition", NULL, "a condition or probe", sizeof(struct cond), cond_fields,
                                   check_cond};

/* Which members each probe may use; their letters stand in check_members(). */
static const char *const probe_members[PROBE_COUNT] = {
    [PROBE_PACKAGE] = "nsov",     [PROBE_UNIT] = "ns",        [PROBE_PROCESS] = "ne",
    [PROBE_FILE] = "psh",         [PROBE_USER] = "n",         [PROBE_GROUP] = "n",
    [PROBE_FANOTIFY] = "ne",      [PROBE_FIREWALL] = "m",     [PROBE_SELINUX] = "n",
    [PROBE_COMMAND] = "ajkodvVt", [PROBE_FACT] = "nodvV",     [PROBE_UNINSTALL] = "nPsov",
    [PROBE_MSI] = "nPov",         [PROBE_DRIVER] = "nps",     [PROBE_REGISTRY] = "pnodvV",
    [PROBE_CERTIFICATE] = "np",   [PROBE_SECURITY_CENTER] = "ns", [PROBE_TASK] = "pe",
    [PROBE_SIGNATURE] = "pns",    [PROBE_WMI] = "pcnodvV",
};

static bool uses(int probe, char member)
{
    return strchr(probe_members[probe], member) != NULL;
}

static bool check_members(const struct cond *c, const struct place *at, struct err *e)
{
    const struct {
        char letter;
        bool given;
        const char *name;
    } members[] = {
        {'n', c->name, "name"},           {'p', c->path, "path"},           {'e', c->exe, "exe"},
        {'s', c->state, "state"},         {'m', c->mark, "mark"},           {'a', c->argv.n, "argv"},
        {'j', c->json, "json"},           {'k', c->key, "key"},             {'o', c->op, "op"},
        {'d', c->decode, "decode"},       {'v', c->value, "value"},         {'V', c->values.n, "values"},
        {'h', c->max_age_h, "max_age_h"}, {'t', c->timeout_s, "timeout_s"}, {'P', c->publisher, "publisher"},
        {'c', c->class, "class"},
    };

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (members[i].given && !uses(c->probe, members[i].letter))
            return place_error(e, at, "a %s probe has no '%s'", probe_names[c->probe], members[i].name);
    return true;
}

bool cond_absolute(const char *path)
{
    const char *end;

    if (*path == '%') /* of a known folder */
        return (end = strchr(path + 1, '%')) && end > path + 1 && end[1] == '/';
    if ((unsigned)(*path | 32) - 'a' < 26 && path[1] == ':')
        path += 2;
    return *path == '/';
}

bool cond_registry_key(const char *path)
{
    return (text_starts(path, "HKLM/") || text_starts(path, "HKU/")) && !text_ends(path, "/");
}

/* What a probe cannot do without; NULL: it has it. */
static const char *lacks(const struct cond *c)
{
    long long mark;

    switch (c->probe) {
    case PROBE_PROCESS:
    case PROBE_FANOTIFY:
        return c->name || c->exe ? NULL : "name' or 'exe";
    case PROBE_FILE:
    case PROBE_SIGNATURE:
        return c->path && cond_absolute(c->path) ? NULL : "path' (absolute) '";
    case PROBE_FIREWALL:
        return c->mark && text_number(c->mark, &mark) ? NULL : "mark' (a number) '";
    case PROBE_COMMAND:
        return c->argv.n ? (c->op ? NULL : "op") : "argv";
    case PROBE_FACT:
        return c->name ? (c->op ? NULL : "op") : "name";
    case PROBE_REGISTRY:
        if (!c->path || !cond_registry_key(c->path))
            return "path' (HKLM/... or HKU/...) '";
        return c->op && !c->name ? "name" : NULL;
    case PROBE_TASK:
        return c->exe || (c->path && *c->path == '/') ? NULL : "path' (/Folder/Name) or 'exe";
    case PROBE_WMI:
        return !c->path ? "path" : !c->class ? "class" : !c->name ? "name" : c->op ? NULL : "op";
    default:
        return c->name ? NULL : "name";
    }
}

static bool needs(const struct cond *c, const struct place *at, struct err *e)
{
    const char *missing = lacks(c);

    return !missing || place_error(e, at, "a %s probe needs '%s'", probe_names[c->probe], missing);
}

/* What is compared, and what with. */
static bool check_values(const struct cond *c, const struct place *at, struct err *e)
{
    bool list = c->op == OP_IN, one = c->op && !list;

    if ((list && !c->values.n) || (one && !c->value))
        return place_error(e, at, "'op' needs '%s'", list ? "values" : "value");
    if ((!list && c->values.n) || (!one && c->value))
        return place_error(e, at, "'%s' is of no use with this 'op'", c->value && !one ? "value" : "values");
    return true;
}

static const char *const unit_states[] = {"active", "inactive", "failed", "enabled", NULL};
static const char *const file_states[] = {"file", "dir", "link", "other", NULL};
static const char *const uninstall_states[] = {"live", "ghost", "any", NULL};
static const char *const driver_states[] = {"running", "stopped", NULL};
static const char *const security_states[] = {"on", "off", "fresh", "stale", NULL};
static const char *const signature_states[] = {"valid", "untrusted", "broken", "unsigned", NULL};

static const char *const *const probe_states[PROBE_COUNT] = {
    [PROBE_PACKAGE] = package_state_names,      [PROBE_UNIT] = unit_states,
    [PROBE_FILE] = file_states,                 [PROBE_UNINSTALL] = uninstall_states,
    [PROBE_DRIVER] = driver_states,             [PROBE_SECURITY_CENTER] = security_states,
    [PROBE_SIGNATURE] = signature_states,
};

/* A state that does not exist would be a condition that never holds. */
static bool check_state(const struct cond *c, const struct place *at, struct err *e)
{
    const char *const *known = probe_states[c->probe];
    const char *near;
    size_t n = 0;

    for (; c->state && known[n]; n++)
        if (strcmp(known[n], c->state) == 0)
            return true;
    if (!c->state)
        return true;
    near = text_nearest(c->state, known, n);
    return place_error(e, at, "a %s has no state '%.40s'%s%s%s", probe_names[c->probe], c->state,
                       near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
}

static bool check_fact_name(const struct cond *c, const struct place *at, struct err *e)
{
    size_t n;
    const char *const *names = cond_fact_names(&n);
    const char *near;

    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], c->name) == 0 || (text_ends(names[i], ":") && text_starts(c->name, names[i])))
            return true;
    near = text_nearest(c->name, names, n);
    return place_error(e, at, "there is no fact '%.60s'%s%s%s", c->name, near ? " (did you mean '" : "",
                       near ? near : "", near ? "'?)" : "");
}

static bool check_cond(void *obj, const struct place *at, struct err *e)
{
    const struct cond *c = obj;
    int forms = (c->all.n > 0) + (c->any.n > 0) + (c->not != NULL) + (c->probe != PROBE_NONE);
    static const struct cond plain = {.probe = PROBE_NONE};

    if (forms != 1)
        return place_error(e, at, "a condition is exactly one of 'all', 'any', 'not' and 'probe'");
    if (c->probe == PROBE_NONE) {
        struct cond rest = *c;

        memset(&rest.all, 0, sizeof rest.all);
        memset(&rest.any, 0, sizeof rest.any);
        rest.not = NULL;
        if (memcmp(&rest, &plain, sizeof rest) != 0)
            return place_error(e, at, "only a probe has members beside 'all', 'any' and 'not'");
        return true;
    }
    if (!check_members(c, at, e) || !needs(c, at, e) || !check_values(c, at, e) || !check_state(c, at, e))
        return false;
    return c->probe != PROBE_FACT || check_fact_name(c, at, e);
}
