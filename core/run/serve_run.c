/* Requests of a visit about the PC's runs: begin one, tell how it stands, hand its records over, clean up. */
#include "core/base/digest.h"
#include "core/base/limits.h"
#include "core/os/machine.h"
#include "core/os/process.h"
#include "core/run/folder.h"
#include "core/run/keep.h"
#include "core/run/run.h"
#include "core/run/serve_do.h"

#include <string.h>

enum {
    BEGIN_MS = 10000,   /* so long a worker may need for its first record */
    LOOK_MS = 50,
    CLEAN_MS = 5000,    /* and for cleaning up behind its last one */
    REBOOT_MS = 600000, /* so long after it was asked for a reboot may take to come */
};

/* --- what is here ------------------------------------------------------------------------------------------------- */

static bool is_here(const char *id, struct arena *a, bool *ret, struct err *e)
{
    const char *plan = folder_path(id, "plan.json", a);

    *ret = plan && os_file_exists(plan);
    return plan || err_nomem(e);
}

/* An unfinished run that is not `id`; NULL: none. */
static bool find_other(const char *id, struct arena *a, const char **ret, struct err *e)
{
    struct strs ids;

    *ret = NULL;
    if (!run_list(a, &ids, e))
        return false;
    for (size_t i = ids.n; i-- > 0 && !*ret;) {
        struct run_view v;

        if (text_eq(ids.v[i], id))
            continue;
        if (!run_view(ids.v[i], &v, e))
            return false;
        if (!run_ended(&v))
            *ret = ids.v[i];
        run_view_free(&v);
    }
    return true;
}

/* Sets none-yet or other-run when the run is not here; *ret: it is. */
static bool is_known(struct serve_job *j, bool *ret, struct err *e)
{
    const char *other;

    *ret = false;
    if (!folder_check_id(j->r->run, e) || !is_here(j->r->run, &j->d->arena, ret, e))
        return false;
    if (*ret)
        return true;
    if (!find_other(j->r->run, &j->d->arena, &other, e))
        return false;
    j->a->event = other ? ANSWER_OTHER : ANSWER_NONE_YET;
    j->a->run = other ? other : j->r->run;
    return true;
}

/* The one worker of this PC holds the lock. */
static bool is_worked_on(bool *ret, struct err *e)
{
    struct err why = ERR_INIT;
    struct os_lock *l = folder_lock("a visit", &why);

    *ret = !l && why.code == ERR_BUSY;
    os_lock_release(l);
    if (l || *ret)
        return true;
    *e = why;
    return false;
}

/* --- going on ------------------------------------------------------------------------------------------------------- */

/* Until the worker's first record is there: from then on it holds the lock, and no second one is started. One that needs
 * longer begins later. */
static bool await_record(struct serve_job *j, const char *path, long long size, struct err *e)
{
    struct os_stat st;

    for (int waited = 0; waited < BEGIN_MS; waited += LOOK_MS) {
        if (!os_file_stat(path, &st, e))
            return false;
        if (st.size != size)
            return true;
        os_sleep_ms(LOOK_MS);
    }
    j->a->text = "its worker was started and has not recorded anything yet";
    return true;
}

static bool detach(struct serve_job *j, struct err *e)
{
    const char *path = folder_path(j->a->run, "journal.jsonl", &j->d->arena);
    struct os_stat before;
    struct buf self;
    bool ok;

    if (!path)
        return err_nomem(e);
    buf_init(&self, LIMIT_PATH);
    ok = os_file_stat(path, &before, e) && os_self_path(&self, e) && run_detach(j->a->run, buf_str(&self), NULL, e);
    buf_free(&self);
    return ok && await_record(j, path, before.size, e);
}

/* Its end is on record, or it stopped until a person has looked: a jump host has nothing more to wait for. */
static bool is_over(const struct run_view *v)
{
    return run_ended(v) || v->outcome.result == RESULT_IN_DOUBT;
}

/* A reboot of this boot is still to come: by the system, or by a person where the plan may not. */
static bool waits_for_boot(const struct run_view *v, bool *ret, struct err *e)
{
    const struct event *last = v->events.n ? &v->events.v[v->events.n - 1] : NULL;
    char boot[64];

    *ret = false;
    if (!last || (last->kind != EVENT_REBOOT && v->outcome.result != RESULT_REBOOT_NEEDED))
        return true;
    if (!os_boot_id(boot, sizeof boot, e))
        return false;
    *ret = text_eq(boot, last->boot) && (last->kind != EVENT_REBOOT || os_up_ms() - last->up_ms < REBOOT_MS);
    return true;
}

/* A run that nobody works on, for no reason on record, is started again. What prevents that is told and tried again at
 * the next visit. */
static bool go_on(struct serve_job *j, const struct run_view *v, struct err *e)
{
    struct err why = ERR_INIT;
    bool busy, waits;

    j->a->event = ANSWER_PROGRESS;
    if (!waits_for_boot(v, &waits, e))
        return false;
    if (waits) {
        j->a->text = "it goes on after a reboot";
        return true;
    }
    if (!is_worked_on(&busy, e))
        return false;
    if (busy)
        return true;
    j->a->text = v->events.n ? "no process worked on it: it was started again" : "it had not begun: it was started again";
    if (detach(j, &why))
        return true;
    j->a->text = arena_printf(&j->d->arena, "no process works on it, and none could be started: %s", why.text);
    return j->a->text || err_nomem(e);
}

/* Behind its last record a worker still cleans up. What follows an end needs its lock. */
static bool await_clean(struct err *e)
{
    bool busy = true;

    for (int waited = 0; busy && waited < CLEAN_MS; waited += LOOK_MS) {
        if (!is_worked_on(&busy, e))
            return false;
        if (busy)
            os_sleep_ms(LOOK_MS);
    }
    return true;
}

static bool stand(struct serve_job *j, const struct run_view *v, struct err *e)
{
    j->a->size = (long long)v->journal_size;
    if (!is_over(v))
        return go_on(j, v, e);
    j->a->event = ANSWER_OVER;
    j->a->status = v->outcome.exit;
    j->a->text = v->outcome.why ? arena_strdup(&j->d->arena, v->outcome.why) : NULL;
    return v->outcome.why && !j->a->text ? err_nomem(e) : await_clean(e);
}

/* --- records ---------------------------------------------------------------------------------------------------------- */

/* The journal's whole records. */
static bool read_records(const char *id, const struct run_view *v, struct arena *a, struct buf *ret, struct err *e)
{
    const char *path = folder_path(id, "journal.jsonl", a);

    if (!path)
        return err_nomem(e);
    if (!v->journal_size)
        return true;
    return os_file_read(path, ret, e) &&
           (ret->len >= v->journal_size || err_set(e, ERR_IO, "the journal became shorter while it was read"));
}

/* Are the client's bytes the first of these? What differs is for a person to look at. */
static bool agrees(struct serve_job *j, const char *bytes, size_t size)
{
    char hex[DIGEST_TEXT];

    if ((unsigned long long)j->r->from <= size) {
        digest_of(bytes, (size_t)j->r->from, hex);
        if (!j->r->from || text_eq(hex, j->r->digest))
            return true;
    }
    j->a->event = ANSWER_PROGRESS;
    j->a->error = VISIT_FORKED;
    j->a->text = "the journal on this PC does not go on where the jump host's ends";
    return false;
}

static bool send_records(struct serve_job *j, const char *bytes, size_t size, size_t pieces, struct err *e)
{
    for (size_t at = (size_t)j->r->from; at < size && pieces--;) {
        size_t n = size - at < VISIT_PIECE ? size - at : VISIT_PIECE;

        if (!serve_send(j->visit, "journal", bytes + at, n, e))
            return false;
        at += n;
    }
    return true;
}

static bool hand_over(struct serve_job *j, const struct run_view *v, const struct buf *b, struct err *e)
{
    struct outcome o = v->outcome;

    if (!agrees(j, buf_str(b), v->journal_size))
        return true;
    if (j->r->what == DO_COLLECT && is_over(v)) {
        j->a->event = ANSWER_WHOLE;
        return send_records(j, buf_str(b), v->journal_size, SIZE_MAX, e) &&
               serve_send_doc(j->visit, "outcome", &outcome_schema, &o, e);
    }
    return j->r->what != DO_POLL || send_records(j, buf_str(b), v->journal_size, 1, e);
}

/* *ret: the run's view is there (to be freed) and the answer says how it stands; else the answer says why not. */
static bool look(struct serve_job *j, struct run_view *v, bool *ret, struct err *e)
{
    struct err why = ERR_INIT;
    bool known;

    *ret = false;
    if (!is_known(j, &known, &why))
        return serve_failed(j, ANSWER_PROGRESS, &why, e);
    if (!known)
        return true;
    if (!run_view(j->r->run, v, &why))
        return serve_failed(j, ANSWER_PROGRESS, &why, e);
    *ret = stand(j, v, &why);
    if (*ret)
        return true;
    run_view_free(v);
    return serve_failed(j, ANSWER_PROGRESS, &why, e);
}

/* Asked to collect, too: hand_over() tells them apart. */
bool serve_poll(struct serve_job *j, struct err *e)
{
    struct err why = ERR_INIT;
    struct run_view v;
    struct buf b;
    bool here, ok;

    if (!look(j, &v, &here, e))
        return false;
    if (!here)
        return true;
    buf_init(&b, LIMIT_JOURNAL);
    if (read_records(j->r->run, &v, &j->d->arena, &b, &why))
        ok = hand_over(j, &v, &b, e);
    else
        ok = serve_failed(j, ANSWER_PROGRESS, &why, e);
    buf_free(&b);
    run_view_free(&v);
    return ok;
}

/* Whoever follows a run that was begun from elsewhere needs its plan to read its journal by. */
static bool send_plan(struct serve_job *j, struct err *e)
{
    const char *path = folder_path(j->r->run, "plan.json", &j->d->arena);
    struct buf b;
    bool ok;

    if (!path)
        return err_nomem(e);
    buf_init(&b, FRAME_MAX);
    ok = os_file_read(path, &b, e) && serve_send(j->visit, "plan", buf_str(&b), b.len, e);
    buf_free(&b);
    return ok;
}

bool serve_attach(struct serve_job *j, struct err *e)
{
    struct err why = ERR_INIT;
    bool known;

    j->a->event = ANSWER_PROGRESS;
    return (is_known(j, &known, &why) && (!known || send_plan(j, &why))) || serve_failed(j, ANSWER_PROGRESS, &why, e);
}

/* --- beginning -------------------------------------------------------------------------------------------------------- */

/* A run that could not be started is taken back, so that a no-start is one; not where its worker came after all. */
static bool take_back(const char *id, struct arena *a, struct err *e)
{
    const char *folder = folder_path(id, NULL, a), *journal = folder_path(id, "journal.jsonl", a);
    struct os_lock *l = folder_lock("a visit", e);
    bool ok = l && folder && journal && !os_file_exists(journal) && os_tree_remove(folder, e) && keep_no_secrets(e);

    os_lock_release(l);
    return ok;
}

static bool begin(struct serve_job *j, const struct plan *p, struct err *e)
{
    const struct buf *text = &j->visit->plan;
    struct err why = ERR_INIT;
    char id[80];

    if (!run_check_detach("the plan that was sent", buf_str(text), text->len, e) ||
        (j->visit->secrets && !keep_secrets(p, j->visit->secrets, e)) ||
        !run_prepare("the plan that was sent", buf_str(text), text->len, NULL, id, sizeof id, e)) {
        (void)!keep_no_secrets(&why);
        if (e->code != ERR_STALE && e->code != ERR_BUSY) /* where only the plan is old, the next one may want them */
            (void)!keep_no_files(&why);
        return false;
    }
    j->a->event = ANSWER_STARTED;
    if (detach(j, e))
        return true;
    if (take_back(id, &j->d->arena, &why))
        return false;
    j->a->text = arena_strdup(&j->d->arena, e->text); /* it is here: the next poll starts it */
    err_clear(e);
    return j->a->text || err_nomem(e);
}

static bool offer(struct serve_job *j, struct err *e)
{
    const char *other;
    bool here;

    j->a->event = ANSWER_PROGRESS;
    if (!folder_check_id(j->r->run, e) || !is_here(j->r->run, &j->d->arena, &here, e))
        return false;
    if (here) /* begun already: it has what it needed */
        return true;
    if (!find_other(j->r->run, &j->d->arena, &other, e))
        return false;
    if (other) {
        j->a->event = ANSWER_OTHER;
        j->a->run = other;
        return true;
    }
    if (j->visit->bad.code != ERR_NONE) {
        *e = j->visit->bad;
        return false;
    }
    return keep_lacks(j->r, &j->d->arena, j->a, e);
}

bool serve_offer(struct serve_job *j, struct err *e)
{
    struct err why = ERR_INIT;

    if (offer(j, &why))
        return true;
    memset(&j->a->lacks, 0, sizeof j->a->lacks);
    return serve_failed(j, why.retryable ? ANSWER_NONE_YET : ANSWER_NO_START, &why, e);
}

/* The plan has a run here: nothing is begun twice. */
static bool already(struct serve_job *j, const struct plan *p, struct err *e)
{
    struct run_view v;
    bool ok;

    if (!run_view(p->id, &v, e))
        return false;
    ok = text_eq(v.plan.digest, p->digest) ? stand(j, &v, e)
                                            : err_set(e, ERR_TAMPERED, "run %s on this PC is of another plan", p->id);
    if (ok && j->a->event == ANSWER_PROGRESS)
        j->a->event = ANSWER_STARTED;
    run_view_free(&v);
    return ok;
}

static bool start(struct serve_job *j, struct err *e)
{
    const char *other;
    struct plan p;
    bool here;

    if (!serve_plan(j, &p, e) || !folder_check_id(p.id, e))
        return false;
    j->a->run = p.id;
    if (!is_here(p.id, &j->d->arena, &here, e))
        return false;
    if (here)
        return already(j, &p, e);
    if (!find_other(p.id, &j->d->arena, &other, e))
        return false;
    if (!other)
        return begin(j, &p, e);
    j->a->event = ANSWER_OTHER;
    j->a->run = other;
    return true;
}

/* Somebody who only looked held the lock: nothing is known against the plan. */
bool serve_start(struct serve_job *j, struct err *e)
{
    struct err why = ERR_INIT;

    return start(j, &why) || serve_failed(j, why.retryable ? ANSWER_NONE_YET : ANSWER_NO_START, &why, e);
}

/* --- the end ------------------------------------------------------------------------------------------------------------ */

/* A worker that was killed between the last record and its own cleaning up left the rest to whoever comes. */
static bool wind_up(const char *id, struct err *e)
{
    bool armed;
    int status;

    return os_resume_armed(&armed, e) && (!armed || run_go(id, NULL, &status, e));
}

static bool clean(struct serve_job *j, const struct run_view *v, struct err *e)
{
    const char *payload = folder_path(j->r->run, "payload", &j->d->arena), *other;

    if (!payload)
        return err_nomem(e);
    if (!find_other(j->r->run, &j->d->arena, &other, e))
        return false;
    if (other || !run_ended(v)) /* what is left is needed: by that run, or by the person who goes on with this one */
        return true;
    return wind_up(j->r->run, e) && os_tree_remove(payload, e) && keep_no_secrets(e) && keep_no_files(e) && keep_this_worker(e);
}

bool serve_ack(struct serve_job *j, struct err *e)
{
    struct err why = ERR_INIT;
    struct run_view v;
    bool here, ok = true;

    if (!look(j, &v, &here, e))
        return false;
    if (!here)
        return true;
    if (is_over(&v)) {
        j->a->event = ANSWER_ACKED;
        ok = clean(j, &v, &why) || serve_failed(j, ANSWER_PROGRESS, &why, e);
    }
    run_view_free(&v);
    return ok;
}
