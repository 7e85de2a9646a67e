#include "core/model/cond.h"

#include <string.h>

const char *const tri_names[] = {"unknown", "no", "yes", NULL};

static const char *const probe_names[] = {"none",  "package",  "unit",     "process", "file",    "user", "group",
                                          "fanotify", "firewall", "selinux", "command", "fact", NULL};
static const char *const op_names[] = {"none", "eq", "ne", "lt", "le", "gt", "ge", "in", "glob", "max-age-h", NULL};
static const char *const decode_names[] = {"text", "number", "version", "date", "epoch-s", "epoch-ms", NULL};

static bool check_cond(void *obj, const struct place *at, struct err *e);

static const struct field cond_fields[] = {
    FIELD(cond, OBJS, all, "all of these hold", .sub = &cond_schema),
    FIELD(cond, OBJS, any, "one of these holds", .sub = &cond_schema),
    FIELD(cond, OBJ, not, "this does not hold", .sub = &cond_schema),
    FIELD(cond, ENUM, probe, "what to look at", .names = probe_names),
    FIELD(cond, STR, name, "name or pattern"),
    FIELD(cond, STR, path, "absolute path or pattern"),
    FIELD(cond, STR, exe, "executable or pattern"),
    FIELD(cond, STR, state, "package, unit or file state"),
    FIELD(cond, STR, mark, "firewall mark, as 0x400"),
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

/* Which members each probe may use; the first letter of each: n p e s m a j k o d v V h */
static const char *const probe_members[PROBE_COUNT] = {
    [PROBE_PACKAGE] = "nsov",    [PROBE_UNIT] = "ns",      [PROBE_PROCESS] = "ne",
    [PROBE_FILE] = "psh",        [PROBE_USER] = "n",       [PROBE_GROUP] = "n",
    [PROBE_FANOTIFY] = "ne",     [PROBE_FIREWALL] = "m",   [PROBE_SELINUX] = "n",
    [PROBE_COMMAND] = "ajkodvVt", [PROBE_FACT] = "nodvV",
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
        {'n', c->name, "name"},           {'p', c->path, "path"},         {'e', c->exe, "exe"},
        {'s', c->state, "state"},         {'m', c->mark, "mark"},         {'a', c->argv.n, "argv"},
        {'j', c->json, "json"},           {'k', c->key, "key"},           {'o', c->op, "op"},
        {'d', c->decode, "decode"},       {'v', c->value, "value"},       {'V', c->values.n, "values"},
        {'h', c->max_age_h, "max_age_h"}, {'t', c->timeout_s, "timeout_s"},
    };

    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (members[i].given && !uses(c->probe, members[i].letter))
            return place_error(e, at, "a %s probe has no '%s'", probe_names[c->probe], members[i].name);
    return true;
}

static bool needs(const struct cond *c, const struct place *at, struct err *e)
{
    const char *missing = NULL;
    long long mark;

    switch (c->probe) {
    case PROBE_PROCESS:
    case PROBE_FANOTIFY:
        missing = c->name || c->exe ? NULL : "name' or 'exe";
        break;
    case PROBE_FILE:
        missing = c->path && c->path[0] == '/' ? NULL : "path' (absolute) '";
        break;
    case PROBE_FIREWALL:
        missing = c->mark && text_number(c->mark, &mark) ? NULL : "mark' (a number) '";
        break;
    case PROBE_COMMAND:
        missing = c->argv.n ? (c->op ? NULL : "op") : "argv";
        break;
    case PROBE_FACT:
        missing = c->name ? (c->op ? NULL : "op") : "name";
        break;
    default:
        missing = c->name ? NULL : "name";
    }
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
    static const char *const units[] = {"active", "inactive", "failed", "enabled", NULL};
    static const char *const files[] = {"file", "dir", "link", "other", NULL};
    const char *const *known = c->probe == PROBE_PACKAGE ? package_state_names : c->probe == PROBE_UNIT ? units : files;
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

/* Adds a text to a list that grows at powers of two; the old array stays in the arena. */
static bool add_text(struct strs *list, struct arena *a, const char *text, struct err *e)
{
    if (text_in(list, text))
        return true;
    if ((list->n & (list->n - 1)) == 0) {
        const char **v = ARENA_ARRAY(a, list->n ? list->n * 2 : 8, const char *);

        if (!v)
            return err_nomem(e);
        if (list->n)
            memcpy(v, list->v, list->n * sizeof *v);
        list->v = v;
    }
    list->v[list->n++] = text;
    return true;
}

bool questions_add_path(struct questions *q, struct arena *a, const char *path, struct err *e)
{
    return add_text(&q->paths, a, path, e);
}

bool questions_add_unit(struct questions *q, struct arena *a, const char *name, struct err *e)
{
    return add_text(&q->units, a, name, e);
}

static bool same_argv(const struct strs *x, const struct strs *y)
{
    if (x->n != y->n)
        return false;
    for (size_t i = 0; i < x->n; i++)
        if (strcmp(x->v[i], y->v[i]) != 0)
            return false;
    return true;
}

bool questions_add_command(struct questions *q, struct arena *a, const struct strs *argv, long long timeout_s,
                           struct err *e)
{
    for (size_t i = 0; i < q->commands.n; i++) {
        if (same_argv(&q->commands.v[i].argv, argv)) {
            if (timeout_s > q->commands.v[i].timeout_s)
                q->commands.v[i].timeout_s = timeout_s;
            return true;
        }
    }
    if ((q->commands.n & (q->commands.n - 1)) == 0) {
        struct question_command *v = ARENA_ARRAY(a, q->commands.n ? q->commands.n * 2 : 8, struct question_command);

        if (!v)
            return err_nomem(e);
        if (q->commands.n)
            memcpy(v, q->commands.v, q->commands.n * sizeof *v);
        q->commands.v = v;
    }
    q->commands.v[q->commands.n].argv = *argv;
    q->commands.v[q->commands.n++].timeout_s = timeout_s;
    return true;
}

bool cond_questions(const struct cond *c, struct arena *a, unsigned *parts, struct questions *q, struct err *e)
{
    static const unsigned of[PROBE_COUNT] = {
        [PROBE_PACKAGE] = FACTS_PACKAGES,  [PROBE_UNIT] = FACTS_UNITS,        [PROBE_PROCESS] = FACTS_PROCESSES,
        [PROBE_FILE] = FACTS_FILES,        [PROBE_USER] = FACTS_ACCOUNTS,     [PROBE_GROUP] = FACTS_ACCOUNTS,
        [PROBE_FANOTIFY] = FACTS_FANOTIFY, [PROBE_FIREWALL] = FACTS_FIREWALL, [PROBE_SELINUX] = FACTS_SELINUX,
        [PROBE_COMMAND] = FACTS_COMMANDS,
        [PROBE_FACT] = FACTS_OS | FACTS_LOCK | FACTS_REBOOT | FACTS_FANOTIFY | FACTS_PACKAGES,
    };

    if (!c)
        return true;
    for (size_t i = 0; i < c->all.n; i++)
        if (!cond_questions(&c->all.v[i], a, parts, q, e))
            return false;
    for (size_t i = 0; i < c->any.n; i++)
        if (!cond_questions(&c->any.v[i], a, parts, q, e))
            return false;
    if (!cond_questions(c->not, a, parts, q, e))
        return false;
    *parts |= of[c->probe];
    if (c->probe == PROBE_FILE)
        return questions_add_path(q, a, c->path, e);
    if (c->probe == PROBE_UNIT)
        return questions_add_unit(q, a, c->name, e);
    if (c->probe == PROBE_COMMAND)
        return questions_add_command(q, a, &c->argv, c->timeout_s ? c->timeout_s : 20, e);
    return true;
}

bool cond_copy(const struct cond *probe, bool gone, struct doc *d, struct cond **ret, struct err *e)
{
    struct cond *c = ARENA_NEW(&d->arena, struct cond), *n = ARENA_NEW(&d->arena, struct cond);

    if (!c || !n)
        return err_nomem(e);
    *c = *probe;
    schema_init(&cond_schema, n);
    n->not= c;
    *ret = gone ? n : c;
    return true;
}
