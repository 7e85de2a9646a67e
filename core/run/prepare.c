/* Before a run: does the plan still fit this PC, this catalogue and this moment? Then its folder is made. */
#include "core/base/limits.h"
#include "core/detect/collect.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/os/process.h"
#include "core/run/folder.h"
#include "core/run/run.h"
#include "core/step/secrets.h"
#include "core/step/sent.h"

#include <stdio.h>
#include <string.h>

static bool collect(const struct plan *p, struct doc *d, struct facts *f, struct err *e)
{
    struct questions q;
    unsigned parts = FACTS_ALL;

    memset(&q, 0, sizeof q);
    for (size_t i = 0; i < p->assumptions.n; i++)
        if (!cond_questions(p->assumptions.v[i].cond, &d->arena, &parts, &q, e))
            return false;
    return facts_collect(parts, &q, d, f, e);
}

static bool check_machine(const struct plan *p, const struct facts *f, struct err *e)
{
    if (f->machine && text_eq(f->machine->id, p->machine->id))
        return true;
    return err_set(e, ERR_STALE, "the plan is for the PC %s (%s), this is %s",
                   p->machine->hostname ? p->machine->hostname : "?", p->machine->id,
                   f->machine ? f->machine->id : "unknown");
}

static bool check_assumptions(const struct plan *p, const struct facts *f, struct arena *a, struct err *e)
{
    for (size_t i = 0; i < p->assumptions.n; i++) {
        struct verdict v;

        if (!cond_judge(p->assumptions.v[i].cond, f, a, &v, e))
            return false;
        if (v.answer == TRI_NO)
            return err_set(e, ERR_STALE, "the PC has changed since the plan was made. The plan rests on: %s; now: %s",
                           p->assumptions.v[i].text, v.evidence);
    }
    return true;
}

static bool check_secrets(const struct plan *p, struct err *e)
{
    for (size_t i = 0; i < p->secrets.n; i++) {
        struct secret s = {NULL, 0};

        if (!secret_resolve(p, p->secrets.v[i], &s, e))
            return false;
        secret_clear(&s);
    }
    return true;
}

/* A commit is only named: what counts is the digest over the files. */
static bool other_catalog(const struct plan *p, const struct catalog *c, struct err *e)
{
    return err_set(e, ERR_STALE, "the plan was made from another catalogue (%.12s%s%.12s%s) than this one (%.12s%s%.12s%s)",
                   p->catalog_digest, p->catalog_commit ? ", commit " : "", p->catalog_commit ? p->catalog_commit : "",
                   p->catalog_overlay.n ? ", with an overlay" : "", c->digest, c->commit ? ", commit " : "",
                   c->commit ? c->commit : "", c->overlay.n ? ", with an overlay" : "");
}

static bool check(const struct plan *p, const struct catalog *c, const struct facts *f, struct arena *a, struct err *e)
{
    if (c && strcmp(c->digest, p->catalog_digest) != 0)
        return other_catalog(p, c, e);
    return check_machine(p, f, e) && check_assumptions(p, f, a, e) && check_secrets(p, e) && sent_check(p, a, e);
}

/* An unfinished run must be ended first: two plans on one PC would undo each other. Where a worker is at work now, the
 * lock tells which. */
static bool check_unfinished(struct arena *a, struct err *e)
{
    struct os_lock *l = folder_lock("a new plan", e);
    struct strs ids;

    if (!l)
        return false;
    os_lock_release(l);
    if (!run_list(a, &ids, e))
        return false;
    for (size_t i = 0; i < ids.n; i++) {
        struct run_view v;
        bool open, ok = run_view(ids.v[i], &v, e);

        open = ok && !run_ended(&v);
        if (ok)
            run_view_free(&v);
        if (!ok)
            return false;
        if (open)
            return err_set(e, ERR_BUSY, "run %s is not finished: resume it or roll it back first", ids.v[i]);
    }
    return true;
}

/* The plan's id, with a number behind it when the plan was run before. */
static bool new_id(const struct plan *p, char *ret, size_t size, struct arena *a, struct err *e)
{
    for (int i = 1; i < 100; i++) {
        const char *file;

        if (i == 1)
            snprintf(ret, size, "%s", p->id);
        else
            snprintf(ret, size, "%s-%d", p->id, i);
        file = folder_path(ret, "plan.json", a); /* a folder without it is none */
        if (!file)
            return err_nomem(e);
        if (!os_file_exists(file))
            return true;
    }
    return err_set(e, ERR_STALE, "this plan was run a hundred times; make a new one");
}

static bool make_folder(const char *id, const struct plan *p, const struct facts *f, struct arena *a, struct err *e)
{
    const char *folder = folder_path(id, NULL, a);

    if (!folder)
        return err_nomem(e);
    /* plan.json last: a folder without it is none. */
    return os_dir_make(folder, 0700, e) && folder_write_json(id, "facts.json", &facts_schema, f, e) &&
           folder_write_json(id, "plan.json", &plan_schema, p, e);
}

bool run_check_detach(const char *file, const char *text, size_t len, struct err *e)
{
    struct doc d = DOC_INIT;
    const char *fleeting;
    struct plan p;
    bool ok = plan_read(&d, file, text, len, &p, e);

    fleeting = ok ? plan_fleeting_secret(&p) : NULL;
    if (fleeting)
        ok = err_set(e, ERR_SECRET, "the secret '%s' comes from the environment, which a detached run does not have: make "
                                    "the plan with file:/path", fleeting);
    doc_free(&d);
    return ok;
}

bool run_prepare(const char *file, const char *text, size_t len, const struct catalog *c, char *ret_id, size_t id_size,
                 struct err *e)
{
    struct doc d = DOC_INIT;
    struct facts f;
    struct plan p;
    bool ok;

    if (!os_is_admin())
        return err_set(e, ERR_PRIVILEGE, "running a plan needs root, on Windows an administrator");
    ok = plan_read(&d, file, text, len, &p, e) && collect(&p, &d, &f, e) && check(&p, c, &f, &d.arena, e) &&
         check_unfinished(&d.arena, e) && new_id(&p, ret_id, id_size, &d.arena, e) &&
         make_folder(ret_id, &p, &f, &d.arena, e);
    doc_free(&d);
    return ok;
}
