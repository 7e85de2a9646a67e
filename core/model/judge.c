/* Judging conditions against facts: the pure half of cond.h. */
#include "core/model/judge.h"

#include <stdlib.h>
#include <string.h>

bool judge_say(struct verdict *v, enum tri answer, const char *evidence)
{
    v->answer = answer;
    v->evidence = evidence;
    return evidence != NULL;
}

bool judge_unknown(const struct judge *j, struct verdict *v, const char *what)
{
    for (size_t i = 0; i < j->facts->gaps.n; i++)
        if (text_eq(j->facts->gaps.v[i].what, what))
            return judge_say(v, TRI_UNKNOWN,
                       arena_printf(j->arena, "%s could not be looked at: %s", what, j->facts->gaps.v[i].why));
    return judge_say(v, TRI_UNKNOWN, arena_printf(j->arena, "%s is not known", what));
}

struct judge judge_of(const struct facts *f, struct arena *a)
{
    return (struct judge){f, a, f->os && text_eq(f->os->family, "windows")};
}

struct judge judge_for(const struct judge *j, int probe)
{
    return (struct judge){j->facts, j->arena, j->fold || !probe_on(probe, "linux")};
}

bool judge_name(const struct judge *j, const char *pattern, const char *name)
{
    return name && (j->fold ? text_glob_fold(pattern, name) : text_glob(pattern, name));
}

bool judge_path(const struct judge *j, const char *pattern, const char *path)
{
    size_t slashes = 0;

    if (!path)
        return false;
    for (const char *p = pattern; *p; p++)
        slashes += *p == '/';
    for (const char *p = path; *p; p++)
        slashes -= *p == '/';
    return slashes == 0 && judge_name(j, pattern, path);
}

bool judge_here(const struct judge *j, const struct cond *c, struct cond *ret)
{
    *ret = *c;
    if (c->path)
        ret->path = facts_path(j->facts, j->arena, c->path);
    if (c->exe)
        ret->exe = facts_path(j->facts, j->arena, c->exe);
    return !c->path == !ret->path && !c->exe == !ret->exe;
}

static bool judge_package(const struct judge *j, const struct cond *c, struct verdict *v)
{
    bool gap = facts_has_gap(j->facts, "packages");

    for (size_t i = 0; i < j->facts->packages.n; i++) {
        const struct package *p = &j->facts->packages.v[i];
        const char *state = package_state_names[p->state];

        if (!text_glob(c->name, p->name))
            continue;
        if (c->state ? strcmp(c->state, state) != 0 : p->state <= PACKAGE_CONFIG_FILES)
            continue;
        if (c->op && judge_compare(j, c, DECODE_VERSION, p->version ? p->version : "") != TRI_YES)
            continue;
        return judge_say(v, TRI_YES,
                   arena_printf(j->arena, "%s package %s %s is %s", p->manager, p->name, p->version ? p->version : "",
                                state));
    }
    if (gap)
        return judge_unknown(j, v, "packages");
    return judge_say(v, TRI_NO, arena_printf(j->arena, "no package %s%s%s", c->name, c->state ? " in state " : "",
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
static bool unit_named(const struct judge *j, const struct unit *u, const char *pattern)
{
    char bare[256];
    size_t n = strlen(pattern);

    if (judge_name(j, pattern, u->name))
        return true;
    if (!text_eq(u->manager, "sysv") || !text_ends(pattern, ".service") || n - 8 >= sizeof bare)
        return false;
    memcpy(bare, pattern, n - 8);
    bare[n - 8] = '\0';
    return text_glob(bare, u->name);
}

enum fit judge_unit_fit(const struct judge *j, const struct cond *c, const void *row)
{
    return !unit_named(j, row, c->name) ? FIT_NONE : unit_in_state(row, c->state) ? FIT_YES : FIT_OTHER;
}

static bool judge_unit(const struct judge *j, const struct cond *c, struct verdict *v)
{
    const struct unit *seen = NULL;

    for (size_t i = 0; i < j->facts->units.n; i++) {
        const struct unit *u = &j->facts->units.v[i];

        enum fit fit = judge_unit_fit(j, c, u);

        if (fit == FIT_NONE)
            continue;
        seen = u;
        if (fit == FIT_YES)
            return judge_say(v, TRI_YES,
                       arena_printf(j->arena, "service %s is %s%s%s", u->name, u->active ? u->active : "loaded",
                                    u->enabled ? ", " : "", u->enabled ? u->enabled : ""));
    }
    if (facts_has_gap(j->facts, "units"))
        return judge_unknown(j, v, "units");
    if (seen)
        return judge_say(v, TRI_NO, arena_printf(j->arena, "service %s is %s%s%s, not %s", seen->name,
                                           seen->active ? seen->active : "in no known state", seen->enabled ? ", " : "",
                                           seen->enabled ? seen->enabled : "", c->state ? c->state : "loaded"));
    return judge_say(v, TRI_NO, arena_printf(j->arena, "no service %s", c->name));
}

static bool judge_process(const struct judge *j, const struct cond *c, struct verdict *v)
{
    for (size_t i = 0; i < j->facts->processes.n; i++) {
        const struct process *p = &j->facts->processes.v[i];

        if ((c->name && !judge_name(j, c->name, p->name)) || (c->exe && !judge_name(j, c->exe, p->exe)))
            continue;
        return judge_say(v, TRI_YES,
                   arena_printf(j->arena, "a process runs %s", p->exe ? p->exe : p->name));
    }
    if (facts_has_gap(j->facts, "processes"))
        return judge_unknown(j, v, "processes");
    return judge_say(v, TRI_NO, arena_printf(j->arena, "no process %s", c->exe ? c->exe : c->name));
}

static bool judge_fanotify(const struct judge *j, const struct cond *c, struct verdict *v)
{
    for (size_t i = 0; i < j->facts->fanotify.n; i++) {
        const struct fanotify_holder *h = &j->facts->fanotify.v[i];

        if ((c->name && !text_glob(c->name, h->name)) || (c->exe && !(h->exe && text_glob(c->exe, h->exe))))
            continue;
        return judge_say(v, TRI_YES, arena_printf(j->arena, "process %lld (%s) holds %lld fanotify mark%s", h->pid,
                                            h->exe ? h->exe : h->name, h->marks, h->marks == 1 ? "" : "s"));
    }
    if (facts_has_gap(j->facts, "fanotify"))
        return judge_unknown(j, v, "fanotify");
    return judge_say(v, TRI_NO, arena_printf(j->arena, "%s holds no fanotify mark", c->exe ? c->exe : c->name));
}

static bool too_old(const struct judge *j, const struct cond *c, const struct file_fact *f)
{
    return c->max_age_h &&
           (f->mtime == INSTANT_NONE || j->facts->collected_at - f->mtime > c->max_age_h * 3600000);
}

enum fit judge_file_fit(const struct judge *j, const struct cond *c, const void *row)
{
    const struct file_fact *f = row;

    if (!judge_path(j, c->path, f->path))
        return FIT_NONE;
    return (c->state && !text_eq(c->state, f->kind)) || too_old(j, c, f) ? FIT_OTHER : FIT_YES;
}

static bool judge_file(const struct judge *j, const struct cond *c, struct verdict *v)
{
    const struct file_fact *seen = NULL;
    bool old = false;

    for (size_t i = 0; i < j->facts->files.n; i++) {
        const struct file_fact *f = &j->facts->files.v[i];

        enum fit fit = judge_file_fit(j, c, f);

        if (fit == FIT_NONE)
            continue;
        seen = f;
        old = text_eq(f->kind, c->state ? c->state : f->kind) && too_old(j, c, f);
        if (fit == FIT_YES)
            return judge_say(v, TRI_YES, arena_printf(j->arena, "%s exists", f->path));
    }
    if (facts_has_gap(j->facts, "files"))
        return judge_unknown(j, v, "files");
    if (seen)
        return judge_say(v, TRI_NO, old ? arena_printf(j->arena, "%s is older than %lld h", seen->path, c->max_age_h)
                                  : arena_printf(j->arena, "%s is a %s", seen->path, seen->kind));
    return judge_say(v, TRI_NO, arena_printf(j->arena, "no %s", c->path));
}

static bool judge_account(const struct judge *j, const struct cond *c, struct verdict *v)
{
    bool user = c->probe == PROBE_USER;
    const struct strs *list = user ? &j->facts->users : &j->facts->groups;

    for (size_t i = 0; i < list->n; i++)
        if (text_glob(c->name, list->v[i]))
            return judge_say(v, TRI_YES, arena_printf(j->arena, "%s %s exists", user ? "user" : "group", list->v[i]));
    if (facts_has_gap(j->facts, "accounts"))
        return judge_unknown(j, v, "accounts");
    return judge_say(v, TRI_NO, arena_printf(j->arena, "no %s %s", user ? "user" : "group", c->name));
}

static bool judge_firewall(const struct judge *j, const struct cond *c, struct verdict *v)
{
    long long mark = 0;

    if (!text_number(c->mark, &mark))
        return judge_say(v, TRI_UNKNOWN, arena_printf(j->arena, "'%s' is no mark", c->mark));
    for (size_t i = 0; i < j->facts->firewall.n; i++)
        if (j->facts->firewall.v[i].mark == mark)
            return judge_say(v, TRI_YES, arena_printf(j->arena, "%s rule with mark %s: %s", j->facts->firewall.v[i].tool,
                                                c->mark, j->facts->firewall.v[i].text));
    if (facts_has_gap(j->facts, "firewall"))
        return judge_unknown(j, v, "firewall");
    return judge_say(v, TRI_NO, arena_printf(j->arena, "no firewall rule with mark %s", c->mark));
}

static bool judge_selinux(const struct judge *j, const struct cond *c, struct verdict *v)
{
    for (size_t i = 0; i < j->facts->selinux_contexts.n; i++) {
        const char *s = j->facts->selinux_contexts.v[i], *type = strrchr(s, ' ');

        if (text_glob(c->name, type ? type + 1 : s))
            return judge_say(v, TRI_YES, arena_printf(j->arena, "SELinux file context %s", s));
    }
    if (facts_has_gap(j->facts, "selinux"))
        return judge_unknown(j, v, "selinux");
    return judge_say(v, TRI_NO, arena_printf(j->arena, "no SELinux file context of type %s", c->name));
}

static bool judge_command(const struct judge *j, const struct cond *c, struct verdict *v)
{
    const struct answer *x = cond_answer(j->facts, &c->argv);
    const char *value, *name = c->argv.v[0];
    enum tri t;

    if (!x)
        return judge_say(v, TRI_UNKNOWN, arena_printf(j->arena, "%s was not asked", name));
    if (x->timed_out)
        return judge_say(v, TRI_UNKNOWN, arena_printf(j->arena, "%s did not answer in time", name));
    if (x->exit < 0)
        return judge_say(v, TRI_UNKNOWN, arena_printf(j->arena, "%s could not be run", name));
    if (!c->json && !c->key) {
        value = arena_printf(j->arena, "%lld", x->exit);
        if (!value)
            return false;
        return judge_say(v, judge_compare(j, c, DECODE_NUMBER, value),
                   arena_printf(j->arena, "%s exits with %s", name, value));
    }
    value = cond_extract(x, c->json, c->key, j->arena);
    if (!value)
        return judge_say(v, TRI_UNKNOWN,
                   arena_printf(j->arena, "%s does not tell '%s'", name, c->json ? c->json : c->key));
    t = judge_compare(j, c, c->decode, value);
    return judge_say(v, t, arena_printf(j->arena, "%s tells %s: %s", name, c->json ? c->json : c->key, value));
}

static bool judge_fact(const struct judge *j, const struct cond *c, struct verdict *v)
{
    int decode = c->decode;
    const char *value = judge_fact_value(j, c->name, &decode);

    if (!value)
        return judge_say(v, TRI_UNKNOWN, arena_printf(j->arena, "%s is not known", c->name));
    return judge_say(v, judge_compare(j, c, decode, value), arena_printf(j->arena, "%s is %s", c->name, value));
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
        ok = judge_say(v, decides == TRI_NO ? TRI_YES : TRI_NO,
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
        [PROBE_UNINSTALL ... PROBE_WMI] = judge_listing,
    };

    struct judge mine = judge_for(j, c->probe);
    struct cond here;

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
        return judge_say(v, TRI_YES, "nothing is asked");
    return judge_here(&mine, c, &here) && by_probe[c->probe](&mine, &here, v);
}

bool cond_judge(const struct cond *c, const struct facts *f, struct arena *a, struct verdict *ret, struct err *e)
{
    unsigned long failures = mem_failures();
    struct judge j = judge_of(f, a);

    if (!c) {
        ret->answer = TRI_YES;
        ret->evidence = "nothing is asked";
        return true;
    }
    /* A value that could not be copied looks like one that is not there: no answer is better than that one. */
    return (judge(&j, c, ret) && mem_failures() == failures) || err_nomem(e);
}
