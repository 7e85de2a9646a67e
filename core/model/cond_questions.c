/* What judging a condition needs to know of a PC. */
#include "core/base/list.h"
#include "core/model/cond.h"

#include <string.h>

static bool add_text(struct strs *list, struct arena *a, const char *text, struct err *e)
{
    const char **slot;

    if (text_in(list, text))
        return true;
    slot = LIST_ADD(a, list);
    if (!slot)
        return err_nomem(e);
    *slot = text;
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

bool questions_add_registry(struct questions *q, struct arena *a, const char *key, struct err *e)
{
    return add_text(&q->registry, a, key, e);
}

static bool add_wmi(struct questions *q, struct arena *a, const struct cond *c, struct err *e)
{
    struct question_wmi *slot;

    for (size_t i = 0; i < q->wmi.n; i++)
        if (text_eq_fold(q->wmi.v[i].space, c->path) && text_eq_fold(q->wmi.v[i].class, c->class))
            return true;
    slot = LIST_ADD(a, &q->wmi);
    if (!slot)
        return err_nomem(e);
    slot->space = c->path;
    slot->class = c->class;
    return true;
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
    struct question_command *slot;

    for (size_t i = 0; i < q->commands.n; i++) {
        if (same_argv(&q->commands.v[i].argv, argv)) {
            if (timeout_s > q->commands.v[i].timeout_s)
                q->commands.v[i].timeout_s = timeout_s;
            return true;
        }
    }
    slot = LIST_ADD(a, &q->commands);
    if (!slot)
        return err_nomem(e);
    slot->argv = *argv;
    slot->timeout_s = timeout_s;
    return true;
}

/* Beyond which parts of the facts it needs: what to look at there. */
static bool ask(const struct cond *c, struct arena *a, struct questions *q, struct err *e)
{
    switch (c->probe) {
    case PROBE_FILE:
        return questions_add_path(q, a, c->path, e);
    case PROBE_UNIT:
        return questions_add_unit(q, a, c->name, e);
    case PROBE_COMMAND:
        return questions_add_command(q, a, &c->argv, c->timeout_s ? c->timeout_s : 20, e);
    case PROBE_REGISTRY:
        return questions_add_registry(q, a, c->path, e);
    case PROBE_SIGNATURE:
        return add_text(&q->signatures, a, c->path, e);
    case PROBE_WMI:
        return add_wmi(q, a, c, e);
    default:
        return true;
    }
}

bool cond_questions(const struct cond *c, struct arena *a, unsigned *parts, struct questions *q, struct err *e)
{
    static const unsigned of[PROBE_COUNT] = {
        [PROBE_PACKAGE] = FACTS_PACKAGES,
        [PROBE_UNIT] = FACTS_UNITS,
        [PROBE_PROCESS] = FACTS_PROCESSES,
        [PROBE_FILE] = FACTS_FILES,
        [PROBE_USER] = FACTS_ACCOUNTS,
        [PROBE_GROUP] = FACTS_ACCOUNTS,
        [PROBE_FANOTIFY] = FACTS_FANOTIFY,
        [PROBE_FIREWALL] = FACTS_FIREWALL,
        [PROBE_SELINUX] = FACTS_SELINUX,
        [PROBE_COMMAND] = FACTS_COMMANDS,
        [PROBE_FACT] = FACTS_OS | FACTS_LOCK | FACTS_REBOOT | FACTS_FANOTIFY | FACTS_PACKAGES,
        /* whether Windows Installer still knows what is listed, and whether it runs */
        [PROBE_UNINSTALL] = FACTS_UNINSTALL | FACTS_MSI | FACTS_PROCESSES,
        [PROBE_MSI] = FACTS_MSI,
        [PROBE_DRIVER] = FACTS_DRIVERS,
        [PROBE_REGISTRY] = FACTS_REGISTRY,
        [PROBE_CERTIFICATE] = FACTS_CERTIFICATES,
        [PROBE_TRUST_FILE] = FACTS_TRUST_FILES,
        [PROBE_SECURITY_CENTER] = FACTS_SECURITY_CENTER | FACTS_PROCESSES,
        [PROBE_TASK] = FACTS_TASKS,
        [PROBE_SIGNATURE] = FACTS_SIGNATURES,
        [PROBE_WMI] = FACTS_WMI,
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
    return ask(c, a, q, e);
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
