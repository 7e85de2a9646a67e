#include "core/model/cond.h"

#include <string.h>

const char *const tri_names[] = {"unknown", "no", "yes", NULL};

const char *const probe_names[] = {"none",     "package",     "unit",            "process", "file",      "user",
                                   "group",    "fanotify",    "firewall",        "selinux", "command",   "fact",
                                   "uninstall", "msi",        "driver",          "registry", "certificate", "trust_file",
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
    FIELD(cond, STR, key, "command: the rest of the output line that begins so; uninstall: its key in the list, or pattern"),
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

static const char *const unit_states[] = {"active", "inactive", "failed", "enabled", NULL};
static const char *const file_states[] = {"file", "dir", "link", "other", NULL};
static const char *const uninstall_states[] = {"live", "ghost", "any", NULL};
static const char *const driver_states[] = {"running", "stopped", NULL};
static const char *const security_states[] = {"on", "off", "fresh", "stale", NULL};
static const char *const signature_states[] = {"valid", "untrusted", "broken", "unsigned", NULL};

#define LINUX "linux"
#define WINDOWS "windows"
#define NOT_WINDOWS "linux macos"
#define NOT_LINUX "windows macos"
const struct probe_def probe_defs[PROBE_COUNT] = {
    [PROBE_PACKAGE] = {"a package of that name is there, in any state but config-files, and of such a version",
                       NOT_WINDOWS,
                       "nsov", package_state_names},
    [PROBE_UNIT] = {"a service of that name is there", NULL, "ns", unit_states},
    [PROBE_PROCESS] = {"a process with that name or executable runs", NULL, "ne", NULL},
    [PROBE_FILE] = {"a file is there and not older", NULL, "psh", file_states},
    [PROBE_USER] = {"the account exists", NULL, "n", NULL},
    [PROBE_GROUP] = {"the group exists", NULL, "n", NULL},
    [PROBE_FANOTIFY] = {"a process holds fanotify marks", LINUX, "ne", NULL},
    [PROBE_FIREWALL] = {"a firewall rule carries the mark", LINUX, "m", NULL},
    [PROBE_SELINUX] = {"a local file context of that type exists", LINUX, "n", NULL},
    [PROBE_COMMAND] = {"the product's own command answers so; without json and key its exit status is compared", NULL,
                       "ajkodvVt", NULL},
    [PROBE_FACT] = {"a general fact compares so", NULL, "nodvV", NULL},
    [PROBE_UNINSTALL] = {"a program is listed: live (unless the state says otherwise), which a ghost with neither "
                         "uninstaller nor folder is not; a second entry of the same product does not count",
                         NOT_LINUX, "nPksov", uninstall_states},
    [PROBE_MSI] = {"Windows Installer knows such a product", WINDOWS, "nPov", NULL},
    [PROBE_DRIVER] = {"a driver entry or, on a Mac, a system extension of that name is there", NOT_LINUX, "nps", driver_states},
    [PROBE_REGISTRY] = {"a key exists in one of the views, or has a value of that name, or one that compares so", WINDOWS,
                        "pnodvV", NULL},
    [PROBE_CERTIFICATE] = {"a root certificate has that subject, in that store", WINDOWS, "np", NULL},
    [PROBE_TRUST_FILE] = {"a setting of a program names that file of trusted certificates, or one in which a certificate has that "
                          "subject", WINDOWS, "np", NULL},
    [PROBE_SECURITY_CENTER] = {"an antivirus of that name is registered with Security Center", WINDOWS, "ns",
                               security_states},
    [PROBE_TASK] = {"a scheduled task has that path or runs that program", WINDOWS, "pe", NULL},
    [PROBE_SIGNATURE] = {"a file is signed, validly unless the state says otherwise, and by that signer", WINDOWS, "pns",
                         signature_states},
    [PROBE_WMI] = {"a property of an instance of that class compares so", WINDOWS, "pcnodvV", NULL},
};

bool probe_on(int probe, const char *family)
{
    const char *s = probe_defs[probe].family;
    size_t n = strlen(family);

    if (!s)
        return true;
    for (; *s; s += strcspn(s, " "), s += *s == ' ')
        if (strncmp(s, family, n) == 0 && (s[n] == ' ' || s[n] == '\0'))
            return true;
    return false;
}

/* The letters of probe_def.members, in the order of the manual. */
static const struct {
    char letter;
    const char *name;
} members[] = {
    {'n', "name"},  {'p', "path"},   {'e', "exe"},    {'c', "class"},     {'P', "publisher"}, {'s', "state"},
    {'m', "mark"},  {'a', "argv"},   {'j', "json"},   {'k', "key"},       {'o', "op"},        {'d', "decode"},
    {'v', "value"}, {'V', "values"}, {'h', "max_age_h"}, {'t', "timeout_s"},
};

const char *probe_member(int probe, size_t i)
{
    for (size_t k = 0; k < sizeof members / sizeof members[0]; k++)
        if (strchr(probe_defs[probe].members, members[k].letter) && i-- == 0)
            return members[k].name;
    return NULL;
}

static bool check_members(const struct cond *c, const struct place *at, struct err *e)
{
    for (const struct field *f = cond_fields; f->name; f++) {
        const char *p = (const char *)c + f->offset;
        bool given = f->type == FIELD_STR    ? *(const char *const *)(const void *)p != NULL
                     : f->type == FIELD_STRS ? ((const struct strs *)(const void *)p)->n > 0
                     : f->type == FIELD_ENUM ? *(const int *)(const void *)p != 0
                     : f->type == FIELD_INT  ? *(const long long *)(const void *)p != 0
                                             : false;
        const char *name;
        size_t i = 0;

        while ((name = probe_member(c->probe, i)) && strcmp(name, f->name) != 0)
            i++;
        if (given && !name && strcmp(f->name, "probe") != 0)
            return place_error(e, at, "a %s probe has no '%s'", probe_names[c->probe], f->name);
    }
    return true;
}

static bool known_folder(const char *path)
{
    for (size_t i = 0; folder_names[i]; i++) {
        size_t n = strlen(folder_names[i]);

        if (strncmp(path + 1, folder_names[i], n) == 0 && path[n + 1] == '%' && path[n + 2] == '/')
            return true;
    }
    return false;
}

bool cond_absolute(const char *path)
{
    if (text_starts(path, "${")) /* of a step that is not concrete yet: looked at again when it is */
        return true;
    if (*path == '%')
        return known_folder(path);
    if ((unsigned)(*path | 32) - 'a' < 26 && path[1] == ':')
        path += 2;
    return *path == '/';
}

bool cond_registry_key(const char *path)
{
    return (text_starts(path, "HKLM/") || text_starts(path, "HKU/")) && !text_ends(path, "/");
}

static const char *lacks_wmi(const struct cond *c)
{
    return !c->path ? "path" : !c->class ? "class" : !c->name ? "name" : c->op ? NULL : "op";
}

/* What a probe cannot do without; NULL: it has it. */
static const char *lacks(const struct cond *c)
{
    long long mark;

    switch (c->probe) {
    case PROBE_TRUST_FILE:
        return c->path ? (cond_absolute(c->path) ? NULL : "path' (absolute) '") : c->name ? NULL : "name' or 'path";
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
        return lacks_wmi(c);
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

/* A state that does not exist would be a condition that never holds. */
static bool check_state(const struct cond *c, const struct place *at, struct err *e)
{
    const char *const *known = probe_defs[c->probe].states;
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
