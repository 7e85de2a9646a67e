/* A run that another worker carries: may it, and what it records as it goes. */
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/os/process.h"
#include "core/run/folder.h"
#include "core/run/journal.h"
#include "core/run/run.h"

#include <string.h>

enum { LOOK_MS = 250 };

/* The first path in the arguments of a step that the worker would not see; NULL: none. */
static const char *personal(const json_t *j)
{
    const char *found = NULL;
    json_t *item;
    void *it;

    if (json_is_string(j))
        return os_path_personal(json_string_value(j)) ? json_string_value(j) : NULL;
    for (size_t i = 0; !found && i < json_array_size(j); i++)
        found = personal(json_array_get(j, i));
    for (it = json_object_iter((json_t *)(uintptr_t)j); !found && it;
         it = json_object_iter_next((json_t *)(uintptr_t)j, it)) {
        item = json_object_iter_value(it);
        found = personal(item);
    }
    return found;
}

static const char *personal_secret(const struct plan *p)
{
    for (size_t i = 0; i < p->secrets.n; i++) {
        const char *from = json_string_value(json_object_get(p->secret_sources, p->secrets.v[i]));

        if (from && text_starts(from, "file:") && os_path_personal(from + 5))
            return from + 5;
    }
    return NULL;
}

static bool why_not(const struct plan *p, struct arena *a, const char **ret, struct err *e)
{
    const char *secret = plan_fleeting_secret(p), *path = personal_secret(p);

    for (size_t i = 0; !path && i < p->steps.n; i++)
        path = personal(p->steps.v[i].args);
    *ret = NULL;
    if (secret)
        *ret = arena_printf(a, "the secret '%s' comes from the environment of this session", secret);
    else if (path)
        *ret = arena_printf(a, "'%s' is on a drive or share of this session", path);
    return *ret || (!secret && !path) || err_nomem(e);
}

/* What is on record now. Unlike run_view() it never asks for the lock, which the worker is about to take. */
static bool read_records(const char *path, struct doc *d, struct journal *ret, struct err *e)
{
    struct buf b;
    size_t whole;
    bool ok;

    memset(ret, 0, sizeof *ret);
    memset(ret->head, '0', sizeof ret->head - 1);
    if (!os_file_exists(path))
        return true;
    buf_init(&b, LIMIT_JOURNAL);
    ok = os_file_read(path, &b, e) && journal_parse(path, buf_str(&b), b.len, d, ret, &whole, e);
    buf_free(&b);
    return ok;
}

bool run_apart(const char *id, struct arena *a, const char **ret_why, size_t *ret_records, struct err *e)
{
    struct doc d = DOC_INIT;
    struct journal j;
    struct plan p;
    const char *path;
    bool ok = folder_check_id(id, e) && folder_read_plan(id, &d, &p, e) &&
              ((path = folder_path(id, "journal.jsonl", &d.arena)) || err_nomem(e)) && read_records(path, &d, &j, e) &&
              why_not(&p, a, ret_why, e);

    if (ok) {
        *ret_records = j.events.n;
        if (j.events.n && j.events.v[j.events.n - 1].kind == EVENT_FINISH)
            *ret_why = "";
    }
    doc_free(&d);
    return ok;
}

struct following {
    const struct run_options *o;
    const struct plan *plan;
    const char *path;
    long long size; /* of the journal when it was read */
    size_t seen;    /* records */
    int exit;       /* by the last of them; -1: the run is in the middle */
    bool over;      /* and never goes on */
};

/* A reboot that was asked for is an end, too: the run goes on with the next boot. */
static int exit_by(const struct event *ev)
{
    if (ev->kind == EVENT_FINISH || ev->kind == EVENT_STOP)
        return (int)ev->exit;
    return ev->kind == EVENT_REBOOT ? EXIT_REBOOT : -1;
}

static bool look(struct following *w, struct err *e)
{
    struct doc d = DOC_INIT;
    struct os_stat st;
    struct journal j;
    bool ok = true;

    if (!os_file_exists(w->path))
        return true;
    if (!os_file_stat(w->path, &st, e))
        return false;
    if (st.size != w->size) {
        ok = read_records(w->path, &d, &j, e);
        for (; ok && w->seen < j.events.n; w->seen++) {
            w->exit = exit_by(&j.events.v[w->seen]);
            w->over = j.events.v[w->seen].kind == EVENT_FINISH;
            w->o->progress(w->o->arg, w->plan, &j.events.v[w->seen]);
        }
        w->size = st.size;
        doc_free(&d);
    }
    w->o->progress(w->o->arg, w->plan, NULL);
    return ok;
}

static bool follow(struct following *w, struct err *e)
{
    for (bool working = true; working;) {
        /* First, so that nothing is missed that it records before it ends. */
        if (!os_detached(&working, e) || !look(w, e))
            return false;
        if (working)
            os_sleep_ms(LOOK_MS);
    }
    return true;
}

/* A worker that ended the run left the file it ran from to the next boot, as nobody can remove what runs. It runs no
 * more. Where this fails, it goes at the boot. */
static void tidy(struct arena *a)
{
    enum { TRIES = 20, TRY_MS = 100 };
    const char *copy = os_resume_program(), *pattern = text_literal(a, copy);
    struct err ignored = ERR_INIT;
    bool gone = false;

    for (int i = 0; pattern && !gone && i < TRIES; i++) {
        if (i)
            os_sleep_ms(TRY_MS);
        gone = os_tree_remove(copy, &ignored);
    }
    if (gone)
        (void)!os_tree_keep(pattern, &ignored);
}

bool run_follow(const char *id, size_t from, const struct run_options *o, int *ret_exit, struct err *e)
{
    struct following w = {.o = o, .size = -1, .seen = from, .exit = -1};
    struct doc d = DOC_INIT;
    struct plan p;
    bool ok = folder_check_id(id, e) && folder_read_plan(id, &d, &p, e);

    w.plan = &p;
    w.path = ok ? folder_path(id, "journal.jsonl", &d.arena) : NULL;
    ok = ok && (w.path || err_nomem(e)) && follow(&w, e);
    *ret_exit = w.exit;
    if (ok && w.seen > from && w.exit < 0)
        ok = err_set(e, ERR_DOUBT, "its worker ended in the middle of it; avswap resume goes on");
    if (ok && w.over)
        tidy(&d.arena);
    doc_free(&d);
    return ok || err_wrap(e, "run %s", id);
}
