#include "core/run/run.h"
#include "core/base/limits.h"
#include "core/base/version_tool.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/os/process.h"
#include "core/run/engine.h"
#include "core/run/folder.h"
#include "core/run/keep.h"
#include "core/verify/outcome.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *run_folder(const char *id, struct arena *a)
{
    return folder_path(id, NULL, a);
}

/* --- looking at runs ------------------------------------------------------------------------------------------- */

static bool is_run(const char *id, struct arena *a)
{
    struct err e = ERR_INIT;
    const char *plan;

    if (!folder_check_id(id, &e))
        return false;
    plan = folder_path(id, "plan.json", a);
    return plan && os_file_exists(plan);
}

struct dated {
    const char *id;
    instant made;
};

static int by_date(const void *x, const void *y)
{
    const struct dated *a = x, *b = y;

    return a->made != b->made ? (a->made < b->made ? -1 : 1) : strcmp(a->id, b->id);
}

bool run_list(struct arena *a, struct strs *ret, struct err *e)
{
    const char *root = arena_printf(a, "%s/runs", os_state_dir());
    struct os_stat there;
    struct strs names;
    struct dated *list;
    size_t n = 0;

    ret->n = 0;
    ret->v = NULL;
    if (!root)
        return err_nomem(e);
    /* The folder is private: whoever may not look into it must not be told that it is empty. */
    if (!os_file_stat(root, &there, e) || (there.kind != OS_ABSENT && !os_dir_list(root, a, &names, e)))
        return os_is_admin() ? false
                             : err_set(e, ERR_PRIVILEGE, "runs on this PC, finished or not, are seen only with administrator rights");
    if (there.kind == OS_ABSENT)
        return true;
    list = ARENA_ARRAY(a, names.n, struct dated);
    ret->v = ARENA_ARRAY(a, names.n, const char *);
    if (!list || !ret->v)
        return err_nomem(e);
    for (size_t i = 0; i < names.n; i++) {
        struct os_stat st;

        if (!is_run(names.v[i], a))
            continue;
        if (!os_file_stat(folder_path(names.v[i], "plan.json", a), &st, e))
            return false;
        list[n].id = names.v[i];
        list[n++].made = st.mtime;
    }
    qsort(list, n, sizeof *list, by_date);
    for (size_t i = 0; i < n; i++)
        ret->v[ret->n++] = list[i].id;
    return true;
}

bool run_ended(const struct run_view *v)
{
    for (size_t i = v->events.n; i-- > 0;)
        if (v->events.v[i].kind == EVENT_FINISH)
            return true;
    return false;
}

bool run_pick(struct arena *a, const char **ret_id, struct err *e)
{
    struct strs ids;

    if (!run_list(a, &ids, e))
        return false;
    if (!ids.n)
        return err_set(e, ERR_NOT_FOUND, "no run was started on this PC");
    *ret_id = ids.v[ids.n - 1];
    for (size_t i = ids.n; i-- > 0;) {
        struct run_view v;
        bool open;

        if (!run_view(ids.v[i], &v, e))
            return false;
        open = !run_ended(&v);
        run_view_free(&v);
        if (open) {
            *ret_id = ids.v[i];
            break;
        }
    }
    return true;
}

static bool read_journal(const char *id, struct run_view *v, struct journal *j, struct err *e)
{
    const char *path = folder_path(id, "journal.jsonl", &v->doc.arena);
    struct buf b;
    size_t whole = 0;
    bool ok = true;

    if (!path)
        return err_nomem(e);
    buf_init(&b, LIMIT_JOURNAL);
    if (os_file_exists(path))
        ok = os_file_read(path, &b, e);
    ok = ok && journal_parse(path, buf_str(&b), b.len, &v->doc, j, &whole, e);
    v->journal_size = whole;
    buf_free(&b);
    return ok;
}

/* A run that is not over and that no process works on waits for somebody. */
static void note_idle(struct run_view *v)
{
    struct err e = ERR_INIT;
    struct os_lock *l = v->outcome.result == RESULT_RUNNING && os_is_admin() ? folder_lock("status", &e) : NULL;

    if (l) {
        os_lock_release(l);
        v->outcome.next = v->events.n ? "No process works on it: avswap resume goes on with it, avswap rollback undoes it."
                                      : "It was not started yet: avswap resume starts it.";
    }
}

bool run_view(const char *id, struct run_view *ret, struct err *e)
{
    struct journal j;

    memset(ret, 0, sizeof *ret);
    if (!folder_check_id(id, e))
        return false;
    if (!folder_read_plan(id, &ret->doc, &ret->plan, e) || !read_journal(id, ret, &j, e) ||
        !outcome_make(&ret->plan, j.events.v, j.events.n, j.head, &ret->doc, &ret->outcome, e)) {
        run_view_free(ret);
        return err_wrap(e, "run %s", id);
    }
    ret->events.v = j.events.v;
    ret->events.n = j.events.n;
    note_idle(ret);
    return true;
}

void run_view_free(struct run_view *v)
{
    doc_free(&v->doc);
}

/* --- going -------------------------------------------------------------------------------------------------------- */

struct session { /* one worker process on one run */
    struct doc doc;
    struct plan plan;
    struct journal journal;
    struct engine engine;
    struct os_lock *lock;
};

static const struct run_options no_options;

static bool open_engine(struct session *s, const char *id, const struct run_options *o, struct err *e)
{
    struct engine *g = &s->engine;
    struct arena *a = &s->doc.arena;

    g->plan = &s->plan;
    g->id = id;
    g->folder = folder_path(id, NULL, a);
    g->payload = folder_path(id, "payload", a);
    g->backup = folder_path(id, "backup", a);
    g->options = o ? o : &no_options;
    g->journal = &s->journal;
    g->doc = &s->doc;
    g->last_on = INSTANT_NONE;
    return g->folder && g->payload && g->backup ? state_init(&g->state, &s->plan, a, e) : err_nomem(e);
}

static bool fold(struct engine *g, struct err *e)
{
    for (size_t i = 0; i < g->journal->events.n; i++)
        if (!state_add(&g->state, &g->journal->events.v[i], e))
            return false;
    return true;
}

static bool open_session(struct session *s, const char *id, const struct run_options *o, struct err *e)
{
    const char *path;

    memset(s, 0, sizeof *s);
    if (!folder_check_id(id, e))
        return false;
    if (!os_is_admin())
        return err_set(e, ERR_PRIVILEGE, "running a plan needs root, on Windows an administrator");
    path = folder_path(id, "journal.jsonl", &s->doc.arena);
    if (!path)
        return err_nomem(e);
    s->lock = folder_lock(id, e);
    return s->lock && folder_read_plan(id, &s->doc, &s->plan, e) &&
           journal_open(path, &s->doc, &s->journal, e) && open_engine(s, id, o, e) && fold(&s->engine, e);
}

static void close_session(struct session *s)
{
    journal_close(&s->journal);
    if (s->lock)
        os_lock_release(s->lock);
    doc_free(&s->doc);
}

/* The program itself, where it survives a reboot and the removal of the folder it was started from. */
static bool arm(const char *id, const struct run_options *o, struct err *e)
{
    const char *copy = os_resume_program(), *words[] = {copy, "resume", id, "--eicar"};
    const struct strs argv = {words, o->eicar ? 4 : 3};
    struct buf self;
    bool ok, armed;

    if (!os_resume_armed(&armed, e))
        return false;
    if (armed)
        return true;
    buf_init(&self, LIMIT_PATH);
    ok = os_self_path(&self, e) && (text_eq(buf_str(&self), copy) || os_file_copy(buf_str(&self), copy, e));
    buf_free(&self);
    return ok && os_resume_arm(&argv, e);
}

static bool write_outcome(struct session *s, const char *id, struct err *e)
{
    struct outcome o;

    return outcome_make(&s->plan, s->journal.events.v, s->journal.events.n, s->journal.head, &s->doc, &o, e) &&
           folder_write_json(id, "outcome.json", &outcome_schema, &o, e);
}

/* What is left to do once the end is on record; may be done again after a crash. */
static bool wind_up(struct session *s, const char *id, struct err *e)
{
    bool at_boot;

    if (s->engine.state.committed &&
        (!os_tree_remove(s->engine.payload, e) || !os_tree_remove(s->engine.backup, e)))
        return false;
    return write_outcome(s, id, e) && keep_no_secrets(e) && os_resume_disarm(e) &&
           os_tree_remove_used(os_resume_program(), &at_boot, e);
}

static bool note_start(struct session *s, struct err *e)
{
    struct event run = {.kind = EVENT_RUN, .plan = s->plan.digest, .text = s->plan.id, .exit = -1};
    struct event start = {.kind = EVENT_START, .pid = os_self_pid(), .text = "avswap " AVSWAP_VERSION, .exit = -1};

    return (s->engine.state.started || engine_note(&s->engine, &run, e)) && engine_note(&s->engine, &start, e);
}

static bool go(struct session *s, const char *id, int *ret_exit, struct err *e)
{
    struct run_state *st = &s->engine.state;

    *ret_exit = (int)st->exit;
    if (!st->finished) {
        if (!arm(id, s->engine.options, e) || !note_start(s, e) || !engine_run(&s->engine, ret_exit, e))
            return false;
    }
    return st->finished ? wind_up(s, id, e) : write_outcome(s, id, e);
}

bool run_go(const char *id, const struct run_options *o, int *ret_exit, struct err *e)
{
    struct session s;
    bool ok = open_session(&s, id, o, e) && go(&s, id, ret_exit, e);

    close_session(&s);
    return ok || err_wrap(e, "run %s", id);
}

static bool turn(struct session *s, struct err *e)
{
    struct event ev = {.kind = EVENT_ROLLBACK, .text = "asked for by the administrator", .exit = -1};
    struct run_state *st = &s->engine.state;

    if (st->finished || st->committed)
        return err_set(e, ERR_POLICY, "it is finished%s and cannot be rolled back", st->committed ? " and committed" : "");
    return st->rolling_back || (note_start(s, e) && engine_note(&s->engine, &ev, e));
}

bool run_turn(const char *id, struct err *e)
{
    struct session s;
    bool ok = open_session(&s, id, NULL, e) && turn(&s, e);

    close_session(&s);
    return ok || err_wrap(e, "run %s", id);
}

bool run_rollback(const char *id, const struct run_options *o, int *ret_exit, struct err *e)
{
    struct session s;
    bool ok = open_session(&s, id, o, e) && turn(&s, e) && go(&s, id, ret_exit, e);

    close_session(&s);
    return ok || err_wrap(e, "run %s", id);
}

bool run_dry(const char *file, const char *text, size_t len, const struct run_options *o, int *ret_exit, struct err *e)
{
    struct session s;
    bool ok;

    memset(&s, 0, sizeof s);
    ok = plan_read(&s.doc, file, text, len, &s.plan, e) && journal_open(NULL, &s.doc, &s.journal, e) &&
         open_engine(&s, s.plan.id, o, e);
    s.engine.dry = true;
    ok = ok && note_start(&s, e) && engine_run(&s.engine, ret_exit, e);
    close_session(&s);
    return ok;
}

bool run_detach(const char *id, const char *program, const struct run_options *o, struct err *e)
{
    const char *argv[] = {program, "resume", id, "--eicar"};
    struct strs list = {argv, o && o->eicar ? 4 : 3};
    char name[128];

    if (!folder_check_id(id, e))
        return false;
    /* Another name each time: as long as something lives that a worker left which was killed, its unit stays loaded. */
    snprintf(name, sizeof name, "avswap-run-%s-%lld", id, (long long)os_up_ms());
    return os_detach(&list, name, e);
}
