#include "core/step/package.h"
#include "core/base/limits.h"
#include "core/detect/collect.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/os/package.h"

#include <string.h>

/* Adds to the list of c a (negated) condition for each name. */
static bool add_conds(struct cond *c, const struct strs *names, const char *state, bool not, struct doc *d,
                      struct err *e)
{
    struct cond *one;

    for (size_t i = 0; i < names->n; i++) {
        one = ARENA_NEW(&d->arena, struct cond);
        if (!one)
            return err_nomem(e);
        schema_init(&cond_schema, one);
        one->probe = PROBE_PACKAGE;
        one->name = names->v[i];
        one->state = state;
        schema_init(&cond_schema, &c->all.v[c->all.n]);
        if (not)
            c->all.v[c->all.n++].not= one;
        else
            c->all.v[c->all.n++] = *one;
    }
    return true;
}

bool package_cond(const struct strs *names, bool installed, struct doc *d, struct cond **ret, struct err *e)
{
    struct cond *c = ARENA_NEW(&d->arena, struct cond);

    if (!c)
        return err_nomem(e);
    schema_init(&cond_schema, c);
    c->all.v = ARENA_ARRAY(&d->arena, 2 * names->n, struct cond);
    if (!c->all.v)
        return err_nomem(e);
    /* A removal that was interrupted before its end leaves the package with nothing but its configuration. */
    if (!add_conds(c, names, installed ? "installed" : NULL, !installed, d, e) ||
        (!installed && !add_conds(c, names, "config-files", true, d, e)))
        return false;
    *ret = c->all.n ? c : NULL;
    return true;
}

bool package_present(const struct strs *names, enum package_state least, struct doc *d, struct strs *ret,
                     struct err *e)
{
    struct facts f;

    ret->n = 0;
    ret->v = ARENA_ARRAY(&d->arena, names->n, const char *);
    if (!ret->v)
        return err_nomem(e);
    if (!facts_collect(FACTS_PACKAGES, NULL, d, &f, e))
        return false;
    if (facts_has_gap(&f, "packages"))
        return err_set(e, ERR_OS, "the package database cannot be read: %s", f.gaps.v[0].why);
    for (size_t i = 0; i < names->n; i++)
        for (size_t k = 0; k < f.packages.n; k++)
            if (strcmp(f.packages.v[k].name, names->v[i]) == 0 && f.packages.v[k].state >= (int)least) {
                ret->v[ret->n++] = names->v[i];
                break;
            }
    return true;
}

bool package_probe(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    struct facts f;

    (void)args;
    if (!facts_collect(FACTS_LOCK, NULL, c->doc, &f, e))
        return false;
    ret->answer = f.package_lock && f.package_lock->interrupted && !f.package_lock->held ? TRI_NO : TRI_YES;
    ret->evidence = ret->answer == TRI_YES ? "the package manager is done" : "dpkg was interrupted and has to finish";
    return true;
}

static bool look_at_lock(struct doc *d, struct package_lock *ret, struct err *e)
{
    struct facts f;

    memset(ret, 0, sizeof *ret);
    if (!facts_collect(FACTS_LOCK, NULL, d, &f, e))
        return false;
    if (f.package_lock)
        *ret = *f.package_lock;
    return true;
}

/* Ends a holder by its id, as the executable that it runs now. */
static bool end_holder(long long pid, struct doc *d, struct err *e)
{
    enum { GRACE_MS = 3000 };
    struct facts f;

    if (!facts_collect(FACTS_PROCESSES, NULL, d, &f, e))
        return false;
    for (size_t i = 0; i < f.processes.n; i++)
        if (f.processes.v[i].pid == pid && f.processes.v[i].exe)
            return os_process_end(pid, f.processes.v[i].exe, GRACE_MS, e);
    return true;
}

/*
 * Half of the step's time others may take. A manager that a killed worker started and that hangs has nobody any more
 * to end it: that is done here. *ret_interrupted: dpkg left updates that nothing works with until it has merged them.
 */
static bool wait_for_lock(const struct step_ctx *c, bool *ret_interrupted, struct err *e)
{
    int64_t until = os_up_ms() + c->step->timeout_s * 500;
    bool over = false;

    for (int ended = 0;;) {
        struct doc d = DOC_INIT;
        struct package_lock l;
        bool ok = look_at_lock(&d, &l, e);

        *ret_interrupted = l.interrupted;
        over = over || os_up_ms() >= until;
        if (ok && l.held && over && l.ours && ended++ < 8) /* apt, dpkg and what they started, one after the other */
            ok = end_holder(l.pid, &d, e);
        else if (ok && l.held && (over || (c->tick && !c->tick(c->tick_arg))))
            ok = err_set(e, ERR_BUSY, "the package manager is held by %s (process %lld)",
                         l.holder ? l.holder : "another program", l.pid);
        doc_free(&d);
        if (!ok || !l.held)
            return ok;
        os_sleep_ms(250);
    }
}

bool package_settle(const struct step_ctx *c, struct err *e)
{
    struct os_package_change change = {.action = OS_PACKAGE_CONFIGURE,
                                       .manager = "dpkg",
                                       .timeout_ms = c->step->timeout_s * 1000,
                                       .tick = c->tick,
                                       .arg = c->tick_arg};
    struct os_exit x;
    struct facts f;
    bool half = false;

    if (!wait_for_lock(c, &half, e) || !facts_collect(FACTS_PACKAGES, NULL, c->doc, &f, e))
        return false;
    for (size_t i = 0; i < f.packages.n; i++)
        half = half || (f.packages.v[i].state >= PACKAGE_HALF_INSTALLED && f.packages.v[i].state <= PACKAGE_HALF_CONFIGURED);
    if (!half)
        return true;
    if (!os_package_change(&change, &x, e))
        return false;
    buf_free(&x.out); /* what could not be settled shows in the next action */
    return true;
}

/* backup/rebuilt.json: {"name": {"path": ..., "sha256": ...}} */
bool package_rebuilt(const struct step_ctx *c, const char *name, const char **ret, struct err *e)
{
    const char *index = arena_printf(&c->doc->arena, "%s/rebuilt.json", c->backup);
    const json_t *j;
    struct buf b;
    char hex[65];
    bool ok;

    *ret = NULL;
    if (!index)
        return err_nomem(e);
    if (!os_file_exists(index))
        return true;
    buf_init(&b, LIMIT_MANIFEST);
    ok = os_file_read(index, &b, e);
    j = ok ? doc_parse(c->doc, index, buf_str(&b), b.len, e) : NULL;
    buf_free(&b);
    if (!j)
        return false;
    j = json_object_get(j, name);
    *ret = json_string_value(json_object_get(j, "path"));
    if (!*ret)
        return true;
    if (!os_file_digest(*ret, hex, e))
        return false;
    if (!text_eq(hex, json_string_value(json_object_get(j, "sha256"))))
        return err_set(e, ERR_TAMPERED, "%s is not the file that was rebuilt (its digest differs)", *ret);
    return true;
}
