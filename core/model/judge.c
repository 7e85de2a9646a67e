/* Judging conditions against facts: the pure half of cond.h. */
#include "core/base/version.h"
#include "core/model/cond.h"

#include <stdlib.h>
#include <string.h>

struct judge {
    const struct facts *facts;
    struct arena *arena;
};

static bool say(struct verdict *v, enum tri answer, const char *evidence)
{
    v->answer = answer;
    v->evidence = evidence;
    return evidence != NULL;
}

static bool unknown(const struct judge *j, struct verdict *v, const char *what)
{
    for (size_t i = 0; i < j->facts->gaps.n; i++)
        if (text_eq(j->facts->gaps.v[i].what, what))
            return say(v, TRI_UNKNOWN,
                       arena_printf(j->arena, "%s could not be looked at: %s", what, j->facts->gaps.v[i].why));
    return say(v, TRI_UNKNOWN, arena_printf(j->arena, "%s is not known", what));
}

static bool compare_text(int op, int order, bool *ret)
{
    switch (op) {
    case OP_EQ:
        *ret = order == 0;
        return true;
    case OP_NE:
        *ret = order != 0;
        return true;
    case OP_LT:
        *ret = order < 0;
        return true;
    case OP_LE:
        *ret = order <= 0;
        return true;
    case OP_GT:
        *ret = order > 0;
        return true;
    case OP_GE:
        *ret = order >= 0;
        return true;
    default:
        return false;
    }
}

static bool decode_instant(int decode, const char *s, instant *ret)
{
    long long n;

    if (decode == DECODE_DATE)
        return instant_parse(s, ret);
    if (!text_number(s, &n) || n < 0 || n > INT64_MAX / 1000)
        return false;
    *ret = decode == DECODE_EPOCH_S ? n * 1000 : n;
    return true;
}

/* Orders two values as `decode` says; false when one is not of that kind. */
static bool order_values(int decode, const char *a, const char *b, int *ret)
{
    long long x, y;

    if (decode == DECODE_NUMBER) {
        if (!text_number(a, &x) || !text_number(b, &y))
            return false;
        *ret = x < y ? -1 : x > y;
    } else if (decode == DECODE_VERSION) {
        *ret = version_compare(a, b);
    } else if (decode == DECODE_TEXT) {
        *ret = strcmp(a, b);
    } else {
        instant s, t;

        if (!decode_instant(decode, a, &s) || !instant_parse(b, &t))
            return false;
        *ret = s < t ? -1 : s > t;
    }
    return true;
}

static enum tri compare(const struct judge *j, const struct cond *c, int decode, const char *value)
{
    int order;
    bool holds = false;

    if (c->op == OP_IN)
        return text_in(&c->values, value) ? TRI_YES : TRI_NO;
    if (c->op == OP_GLOB)
        return text_glob(c->value, value) ? TRI_YES : TRI_NO;
    if (c->op == OP_MAX_AGE_H) {
        instant t;
        long long hours;

        if (!decode_instant(decode == DECODE_TEXT ? DECODE_DATE : decode, value, &t) ||
            !text_number(c->value, &hours) || hours < 0 || hours > 1000000) /* as a file's max_age_h */
            return TRI_UNKNOWN;
        return j->facts->collected_at - t <= hours * 3600000 ? TRI_YES : TRI_NO;
    }
    if (!order_values(decode, value, c->value, &order) || !compare_text(c->op, order, &holds))
        return TRI_UNKNOWN;
    return holds ? TRI_YES : TRI_NO;
}

static const char *const state_words[] = {"absent",          "config-files", "half-installed", "unpacked",
                                          "half-configured", "triggers",     "installed"};

static bool judge_package(const struct judge *j, const struct cond *c, struct verdict *v)
{
    bool gap = facts_has_gap(j->facts, "packages");

    for (size_t i = 0; i < j->facts->packages.n; i++) {
        const struct package *p = &j->facts->packages.v[i];
        const char *state = state_words[p->state];

        if (!text_glob(c->name, p->name))
            continue;
        if (c->state ? strcmp(c->state, state) != 0 : p->state <= PACKAGE_CONFIG_FILES)
            continue;
        if (c->op && compare(j, c, DECODE_VERSION, p->version ? p->version : "") != TRI_YES)
            continue;
        return say(v, TRI_YES,
                   arena_printf(j->arena, "%s package %s %s is %s", p->manager, p->name, p->version ? p->version : "",
                                state));
    }
    if (gap)
        return unknown(j, v, "packages");
    return say(v, TRI_NO, arena_printf(j->arena, "no package %s%s%s", c->name, c->state ? " in state " : "",
                                       c->state ? c->state : ""));
}

static bool unit_in_state(const struct unit *u, const char *state)
{
    if (!state)
        return !u->load || strcmp(u->load, "not-found") != 0;
    if (strcmp(state, "enabled") == 0)
        return u->enabled && text_starts(u->enabled, "enabled");
    return u->active && strcmp(u->active, state) == 0;
}

/* A manifest names the unit "x.service"; a sysv script is just "x". */
static bool unit_named(const struct unit *u, const char *pattern)
{
    char bare[256];
    size_t n = strlen(pattern);

    if (text_glob(pattern, u->name))
        return true;
    if (!text_eq(u->manager, "sysv") || !text_ends(pattern, ".service") || n - 8 >= sizeof bare)
        return false;
    memcpy(bare, pattern, n - 8);
    bare[n - 8] = '\0';
    return text_glob(bare, u->name);
}

static bool judge_unit(const struct judge *j, const struct cond *c, struct verdict *v)
{
    const struct unit *seen = NULL;

    for (size_t i = 0; i < j->facts->units.n; i++) {
        const struct unit *u = &j->facts->units.v[i];

        if (!unit_named(u, c->name))
            continue;
        seen = u;
        if (unit_in_state(u, c->state))
            return say(v, TRI_YES,
                       arena_printf(j->arena, "service %s is %s%s%s", u->name, u->active ? u->active : "loaded",
                                    u->enabled ? ", " : "", u->enabled ? u->enabled : ""));
    }
    if (facts_has_gap(j->facts, "units"))
        return unknown(j, v, "units");
    if (seen)
        return say(v, TRI_NO, arena_printf(j->arena, "service %s is %s%s%s, not %s", seen->name,
                                           seen->active ? seen->active : "in no known state", seen->enabled ? ", " : "",
                                           seen->enabled ? seen->enabled : "", c->state ? c->state : "loaded"));
    return say(v, TRI_NO, arena_printf(j->arena, "no service %s", c->name));
}

static bool judge_process(const struct judge *j, const struct cond *c, struct verdict *v)
{
    for (size_t i = 0; i < j->facts->processes.n; i++) {
        const struct process *p = &j->facts->processes.v[i];

        if ((c->name && !text_glob(c->name, p->name)) || (c->exe && !(p->exe && text_glob(c->exe, p->exe))))
            continue;
        return say(v, TRI_YES,
                   arena_printf(j->arena, "process %lld runs %s", p->pid, p->exe ? p->exe : p->name));
    }
    if (facts_has_gap(j->facts, "processes"))
        return unknown(j, v, "processes");
    return say(v, TRI_NO, arena_printf(j->arena, "no process %s", c->exe ? c->exe : c->name));
}

static bool judge_fanotify(const struct judge *j, const struct cond *c, struct verdict *v)
{
    for (size_t i = 0; i < j->facts->fanotify.n; i++) {
        const struct fanotify_holder *h = &j->facts->fanotify.v[i];

        if ((c->name && !text_glob(c->name, h->name)) || (c->exe && !(h->exe && text_glob(c->exe, h->exe))))
            continue;
        return say(v, TRI_YES, arena_printf(j->arena, "process %lld (%s) holds %lld fanotify mark%s", h->pid,
                                            h->exe ? h->exe : h->name, h->marks, h->marks == 1 ? "" : "s"));
    }
    if (facts_has_gap(j->facts, "fanotify"))
        return unknown(j, v, "fanotify");
    return say(v, TRI_NO, arena_printf(j->arena, "%s holds no fanotify mark", c->exe ? c->exe : c->name));
}

/* '*' of a file pattern stays within one part of the path, unlike elsewhere. */
static bool path_match(const char *pattern, const char *path)
{
    size_t slashes = 0;

    for (const char *p = pattern; *p; p++)
        slashes += *p == '/';
    for (const char *p = path; *p; p++)
        slashes -= *p == '/';
    return slashes == 0 && text_glob(pattern, path);
}

static bool judge_file(const struct judge *j, const struct cond *c, struct verdict *v)
{
    const struct file_fact *seen = NULL;
    bool old = false;

    for (size_t i = 0; i < j->facts->files.n; i++) {
        const struct file_fact *f = &j->facts->files.v[i];

        if (!path_match(c->path, f->path))
            continue;
        seen = f;
        if (c->state && !text_eq(c->state, f->kind))
            continue;
        old = c->max_age_h && (f->mtime == INSTANT_NONE ||
                               j->facts->collected_at - f->mtime > c->max_age_h * 3600000);
        if (!old)
            return say(v, TRI_YES, arena_printf(j->arena, "%s exists", f->path));
    }
    if (facts_has_gap(j->facts, "files"))
        return unknown(j, v, "files");
    if (seen)
        return say(v, TRI_NO, old ? arena_printf(j->arena, "%s is older than %lld h", seen->path, c->max_age_h)
                                  : arena_printf(j->arena, "%s is a %s", seen->path, seen->kind));
    return say(v, TRI_NO, arena_printf(j->arena, "no %s", c->path));
}

static bool judge_account(const struct judge *j, const struct cond *c, struct verdict *v)
{
    bool user = c->probe == PROBE_USER;
    const struct strs *list = user ? &j->facts->users : &j->facts->groups;

    for (size_t i = 0; i < list->n; i++)
        if (text_glob(c->name, list->v[i]))
            return say(v, TRI_YES, arena_printf(j->arena, "%s %s exists", user ? "user" : "group", list->v[i]));
    if (facts_has_gap(j->facts, "accounts"))
        return unknown(j, v, "accounts");
    return say(v, TRI_NO, arena_printf(j->arena, "no %s %s", user ? "user" : "group", c->name));
}

static bool judge_firewall(const struct judge *j, const struct cond *c, struct verdict *v)
{
    long long mark = 0;

    if (!text_number(c->mark, &mark))
        return say(v, TRI_UNKNOWN, arena_printf(j->arena, "'%s' is no mark", c->mark));
    for (size_t i = 0; i < j->facts->firewall.n; i++)
        if (j->facts->firewall.v[i].mark == mark)
            return say(v, TRI_YES, arena_printf(j->arena, "%s rule with mark %s: %s", j->facts->firewall.v[i].tool,
                                                c->mark, j->facts->firewall.v[i].text));
    if (facts_has_gap(j->facts, "firewall"))
        return unknown(j, v, "firewall");
    return say(v, TRI_NO, arena_printf(j->arena, "no firewall rule with mark %s", c->mark));
}

static bool judge_selinux(const struct judge *j, const struct cond *c, struct verdict *v)
{
    for (size_t i = 0; i < j->facts->selinux_contexts.n; i++) {
        const char *s = j->facts->selinux_contexts.v[i], *type = strrchr(s, ' ');

        if (text_glob(c->name, type ? type + 1 : s))
            return say(v, TRI_YES, arena_printf(j->arena, "SELinux file context %s", s));
    }
    if (facts_has_gap(j->facts, "selinux"))
        return unknown(j, v, "selinux");
    return say(v, TRI_NO, arena_printf(j->arena, "no SELinux file context of type %s", c->name));
}

const struct answer *cond_answer(const struct facts *f, const struct strs *argv)
{
    for (size_t i = 0; i < f->answers.n; i++) {
        const struct answer *x = &f->answers.v[i];
        size_t k = 0;

        if (x->argv.n != argv->n)
            continue;
        while (k < argv->n && strcmp(x->argv.v[k], argv->v[k]) == 0)
            k++;
        if (k == argv->n)
            return x;
    }
    return NULL;
}

/* Follows "a.b.2.c" into JSON; keys themselves may not contain dots. */
static const char *json_path(const char *text, const char *path, struct arena *a)
{
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    const json_t *j = root;
    const char *ret = NULL;

    while (j && *path) {
        size_t n = strcspn(path, ".");
        char key[256];
        long long i;

        if (n >= sizeof key)
            break;
        memcpy(key, path, n);
        key[n] = '\0';
        if (json_is_array(j))
            j = text_number(key, &i) && i >= 0 ? json_array_get(j, (size_t)i) : NULL;
        else
            j = json_object_get(j, key);
        path += n + (path[n] == '.');
    }
    if (json_is_string(j))
        ret = arena_strdup(a, json_string_value(j));
    else if (json_is_integer(j))
        ret = arena_printf(a, "%lld", (long long)json_integer_value(j));
    else if (json_is_boolean(j))
        ret = json_is_true(j) ? "true" : "false";
    json_decref(root);
    return ret;
}

static const char *line_value(const char *text, const char *key, struct arena *a)
{
    const char *cursor = text, *end = text + strlen(text), *line;
    size_t n, k = strlen(key);

    while (text_line(&cursor, end, &line, &n)) {
        while (n && (*line == ' ' || *line == '\t'))
            line++, n--;
        if (n < k || strncmp(line, key, k) != 0)
            continue;
        line += k;
        n -= k;
        while (n && strchr(" \t:=", *line))
            line++, n--;
        while (n && strchr(" \t\r", line[n - 1]))
            n--;
        return arena_strndup(a, line, n);
    }
    return NULL;
}

const char *cond_extract(const struct answer *answer, const char *json, const char *key, struct arena *a)
{
    if (!answer->out)
        return NULL;
    if (json)
        return json_path(answer->out, json, a);
    return key ? line_value(answer->out, key, a) : NULL;
}

static bool judge_command(const struct judge *j, const struct cond *c, struct verdict *v)
{
    const struct answer *x = cond_answer(j->facts, &c->argv);
    const char *value, *name = c->argv.v[0];
    enum tri t;

    if (!x)
        return say(v, TRI_UNKNOWN, arena_printf(j->arena, "%s was not asked", name));
    if (x->timed_out)
        return say(v, TRI_UNKNOWN, arena_printf(j->arena, "%s did not answer in time", name));
    if (x->exit < 0)
        return say(v, TRI_UNKNOWN, arena_printf(j->arena, "%s could not be run", name));
    if (!c->json && !c->key) {
        value = arena_printf(j->arena, "%lld", x->exit);
        if (!value)
            return false;
        return say(v, compare(j, c, DECODE_NUMBER, value),
                   arena_printf(j->arena, "%s exits with %s", name, value));
    }
    value = cond_extract(x, c->json, c->key, j->arena);
    if (!value)
        return say(v, TRI_UNKNOWN,
                   arena_printf(j->arena, "%s does not tell '%s'", name, c->json ? c->json : c->key));
    t = compare(j, c, c->decode, value);
    return say(v, t, arena_printf(j->arena, "%s tells %s: %s", name, c->json ? c->json : c->key, value));
}

static const char *const fact_names[] = {"os.family",      "os.id",     "os.id_like",     "os.version",
                                         "os.kernel",      "os.arch",   "os.init",        "memory_mib",
                                         "cpus",           "disk_free_mib:", "reboot_pending", "package_lock",
                                         "fanotify_holders", "packages.manager"};

const char *const *cond_fact_names(size_t *n)
{
    *n = sizeof fact_names / sizeof fact_names[0];
    return fact_names;
}

static const char *number(struct arena *a, long long n)
{
    return arena_printf(a, "%lld", n);
}

static const char *join(struct arena *a, const struct strs *list)
{
    const char *s = "";

    for (size_t i = 0; s && i < list->n; i++)
        s = arena_printf(a, "%s%s%s", s, i ? " " : "", list->v[i]);
    return s;
}

/* The space of the longest folder listed that holds path. */
static const char *disk_free(const struct judge *j, const char *path)
{
    const struct disk *best = NULL;

    for (size_t i = 0; i < j->facts->disks.n; i++) {
        const struct disk *d = &j->facts->disks.v[i];
        size_t n = strlen(d->path);

        if (strcmp(d->path, "/") != 0 && (!text_starts(path, d->path) || (path[n] && path[n] != '/')))
            continue;
        if (!best || n > strlen(best->path))
            best = d;
    }
    return best ? number(j->arena, best->free_mib) : NULL;
}

static const char *os_fact(const struct judge *j, const char *name)
{
    const struct os_facts *os = j->facts->os;

    if (!os)
        return NULL;
    if (strcmp(name, "family") == 0)
        return os->family;
    if (strcmp(name, "id") == 0)
        return os->id;
    if (strcmp(name, "id_like") == 0)
        return join(j->arena, &os->id_like);
    if (strcmp(name, "version") == 0)
        return os->version_id;
    if (strcmp(name, "kernel") == 0)
        return os->kernel;
    return strcmp(name, "arch") == 0 ? os->arch : os->init;
}

static const char *fact_value(const struct judge *j, const char *name, int *decode)
{
    const struct facts *f = j->facts;

    if (text_starts(name, "os.")) {
        if (*decode == DECODE_TEXT && (strcmp(name, "os.version") == 0 || strcmp(name, "os.kernel") == 0))
            *decode = DECODE_VERSION;
        return os_fact(j, name + 3);
    }
    if (strcmp(name, "reboot_pending") == 0)
        return facts_has_gap(f, "reboot") ? NULL : f->reboot_pending ? "true" : "false";
    if (strcmp(name, "package_lock") == 0)
        return !f->package_lock ? NULL : f->package_lock->held ? "true" : "false";
    if (strcmp(name, "packages.manager") == 0)
        return f->packages.n ? f->packages.v[0].manager : NULL;
    *decode = DECODE_NUMBER;
    if (strcmp(name, "memory_mib") == 0)
        return f->memory_mib ? number(j->arena, f->memory_mib) : NULL;
    if (strcmp(name, "cpus") == 0)
        return f->cpus ? number(j->arena, f->cpus) : NULL;
    if (strcmp(name, "fanotify_holders") == 0)
        return facts_has_gap(f, "fanotify") ? NULL : number(j->arena, (long long)f->fanotify.n);
    return disk_free(j, name + strlen("disk_free_mib:"));
}

static bool judge_fact(const struct judge *j, const struct cond *c, struct verdict *v)
{
    int decode = c->decode;
    const char *value = fact_value(j, c->name, &decode);

    if (!value)
        return say(v, TRI_UNKNOWN, arena_printf(j->arena, "%s is not known", c->name));
    return say(v, compare(j, c, decode, value), arena_printf(j->arena, "%s is %s", c->name, value));
}

static bool judge(const struct judge *j, const struct cond *c, struct verdict *v);

/* all: the first no decides, else the first unknown; any: the first yes decides, else the first unknown. */
static bool judge_list(const struct judge *j, const struct cond *list, size_t n, enum tri decides, struct verdict *v)
{
    struct verdict one, held = {TRI_UNKNOWN, NULL};
    struct buf seen;
    bool ok = true;

    buf_init(&seen, 4096);
    for (size_t i = 0; ok && i < n; i++) {
        ok = judge(j, &list[i], &one);
        if (ok && one.answer == decides) {
            *v = one;
            buf_free(&seen);
            return true;
        }
        if (ok && one.answer == TRI_UNKNOWN && !held.evidence)
            held = one;
        if (ok)
            buf_printf(&seen, "%s%s", i ? "; " : "", one.evidence);
    }
    if (ok && held.evidence)
        *v = held;
    else if (ok)
        ok = say(v, decides == TRI_NO ? TRI_YES : TRI_NO,
                 arena_strdup(j->arena, seen.failed ? "several facts" : buf_str(&seen)));
    buf_free(&seen);
    return ok;
}

static bool judge(const struct judge *j, const struct cond *c, struct verdict *v)
{
    static bool (*const by_probe[PROBE_COUNT])(const struct judge *, const struct cond *, struct verdict *) = {
        [PROBE_PACKAGE] = judge_package, [PROBE_UNIT] = judge_unit,         [PROBE_PROCESS] = judge_process,
        [PROBE_FILE] = judge_file,       [PROBE_USER] = judge_account,      [PROBE_GROUP] = judge_account,
        [PROBE_FANOTIFY] = judge_fanotify, [PROBE_FIREWALL] = judge_firewall, [PROBE_SELINUX] = judge_selinux,
        [PROBE_COMMAND] = judge_command, [PROBE_FACT] = judge_fact,
    };

    if (c->all.n)
        return judge_list(j, c->all.v, c->all.n, TRI_NO, v);
    if (c->any.n)
        return judge_list(j, c->any.v, c->any.n, TRI_YES, v);
    if (c->not) {
        if (!judge(j, c->not, v))
            return false;
        v->answer = v->answer == TRI_YES ? TRI_NO : v->answer == TRI_NO ? TRI_YES : TRI_UNKNOWN;
        return true;
    }
    if (!by_probe[c->probe])
        return say(v, TRI_YES, "nothing is asked");
    return by_probe[c->probe](j, c, v);
}

bool cond_judge(const struct cond *c, const struct facts *f, struct arena *a, struct verdict *ret, struct err *e)
{
    unsigned long failures = mem_failures();
    struct judge j = {f, a};

    if (!c) {
        ret->answer = TRI_YES;
        ret->evidence = "nothing is asked";
        return true;
    }
    /* A value that could not be copied looks like one that is not there: no answer is better than that one. */
    return (judge(&j, c, ret) && mem_failures() == failures) || err_nomem(e);
}

static const char *const op_words[] = {"", "is", "is not", "is below", "is at most", "is above", "is at least",
                                       "is one of", "is like", "is not older in hours than"};

static const char *probe_text(const struct cond *c, struct arena *a)
{
    const char *what = c->argv.n ? c->argv.v[0] : c->name ? c->name : c->exe ? c->exe : c->path;

    switch (c->probe) {
    case PROBE_PACKAGE:
        return arena_printf(a, "package %s is %s", what, c->state ? c->state : "there");
    case PROBE_UNIT:
        return arena_printf(a, "service %s is %s", what, c->state ? c->state : "there");
    case PROBE_PROCESS:
        return arena_printf(a, "%s runs", c->exe ? c->exe : what);
    case PROBE_FILE:
        return c->max_age_h ? arena_printf(a, "%s is not older than %lld h", c->path, c->max_age_h)
                            : arena_printf(a, "%s exists", c->path);
    case PROBE_FANOTIFY:
        return arena_printf(a, "%s watches files (fanotify)", c->exe ? c->exe : what);
    case PROBE_FIREWALL:
        return arena_printf(a, "a firewall rule has mark %s", c->mark);
    case PROBE_SELINUX:
        return arena_printf(a, "an SELinux file context %s exists", what);
    case PROBE_COMMAND:
        return arena_printf(a, "%s %s %s %s", what, c->json ? c->json : c->key ? c->key : "exit status",
                            op_words[c->op], c->op == OP_IN ? join(a, &c->values) : c->value);
    case PROBE_FACT:
        return arena_printf(a, "%s %s %s", what, op_words[c->op], c->op == OP_IN ? join(a, &c->values) : c->value);
    default:
        return arena_printf(a, "%s %s exists", c->probe == PROBE_USER ? "user" : "group", what);
    }
}

const char *cond_text(const struct cond *c, struct arena *a)
{
    const struct cond *list = c->all.n ? c->all.v : c->any.v;
    size_t n = c->all.n ? c->all.n : c->any.n;
    const char *s = "", *one;

    if (c->not) {
        one = cond_text(c->not, a);
        return one ? arena_printf(a, "not (%s)", one) : NULL;
    }
    if (!n)
        return c->probe ? probe_text(c, a) : "anything";
    for (size_t i = 0; i < n; i++) {
        one = cond_text(&list[i], a);
        if (!one)
            return NULL;
        s = arena_printf(a, "%s%s%s", s, i ? (c->all.n ? " and " : " or ") : "", one);
        if (!s)
            return NULL;
    }
    return s;
}
