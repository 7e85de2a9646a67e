/* The store out of the folders. */
#include "core/base/digest.h"
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/model/facts.h"
#include "core/model/outcome.h"
#include "core/os/file.h"
#include "core/store/folder.h"
#include "core/store/folder_format.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rebuild {
    const char *state;
    struct store *store;
    instant now;
    struct doc *d;
    struct fleet_rebuilt *ret;
};

/* What could not be taken does not keep the rest from it. */
static bool note(struct rebuild *x, struct err *e, const char *fmt, ...) __attribute__((format(__printf__, 3, 4)));
static bool note(struct rebuild *x, struct err *e, const char *fmt, ...)
{
    const char **mine = LIST_ADD(&x->d->arena, &x->ret->notes);
    char text[sizeof e->text];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return mine && (*mine = arena_strdup(&x->d->arena, text)) ? true : err_nomem(e);
}

/* Is it worth a note only? */
static bool tolerable(const struct err *why)
{
    return why->code == ERR_INPUT || why->code == ERR_LIMIT || why->code == ERR_NOT_FOUND || why->code == ERR_TAMPERED;
}

/* --- the PCs ----------------------------------------------------------------------------------------------------------- */

static bool read_facts(const char *path, struct doc *d, struct facts *f, struct err *e)
{
    struct buf text;
    bool ok;

    buf_init(&text, LIMIT_DOCUMENT);
    ok = os_file_read(path, &text, e) && doc_read(d, &facts_schema, path, buf_str(&text), text.len, f, e);
    buf_free(&text);
    return ok;
}

static bool learn_one(struct rebuild *x, const char *name, struct err *e)
{
    struct doc d = DOC_INIT;
    char *folder = fleet_folder(&d.arena, x->state, name), *path = folder ? arena_printf(&d.arena, "%s/facts.json", folder) : NULL;
    struct err why = ERR_INIT;
    const char *other;
    struct facts f;
    bool ok = true;

    if (!path)
        ok = err_nomem(e);
    else if (!os_file_exists(path))
        ok = true;
    else if (!read_facts(path, &d, &f, &why))
        ok = tolerable(&why) ? note(x, e, "%s", why.text) : (*e = why, false);
    else if (f.machine)
        ok = roster_learn(x->store, name, f.machine->id, f.machine->hostname, f.collected_at, &d, &other, e);
    doc_free(&d);
    return ok;
}

static bool put_hosts(struct rebuild *x, const struct fleet_inventory *v, struct err *e)
{
    enum roster_change change;

    for (size_t i = 0; i < v->hosts.n; i++)
        if (!roster_put(x->store, &v->hosts.v[i], x->now, &change, e) || !learn_one(x, v->hosts.v[i].name, e))
            return false;
    x->ret->hosts = v->hosts.n;
    return true;
}

static bool rebuild_hosts(struct rebuild *x, struct err *e)
{
    char *path = arena_printf(&x->d->arena, "%s/fleet/hosts.jsonl", x->state);
    struct fleet_inventory v = {.build = NULL};
    bool ok;

    if (!path)
        return err_nomem(e);
    if (!os_file_exists(path))
        return note(x, e, "%s: not there; import the inventory again", path);
    ok = fleet_inventory_file(&v, path, INVENTORY_JSONL, e) && fleet_inventory_end(&v, e) && put_hosts(x, &v, e);
    fleet_inventory_free(&v);
    return ok;
}

/* --- a run ------------------------------------------------------------------------------------------------------------- */

static void stands(struct record *m, enum host_state state, instant since, instant due)
{
    m->host.state = (uint8_t)state;
    m->host.since = since;
    m->host.due = due;
}

static bool read_journal(struct record *m, const char *path, struct err *e)
{
    struct buf text;
    bool ok;

    buf_init(&text, LIMIT_JOURNAL);
    ok = os_file_read(path, &text, e);
    if (ok) {
        m->journal_size = (long long)text.len;
        digest_of(buf_str(&text), text.len, m->journal_digest);
    }
    buf_free(&text);
    return ok;
}

static bool read_outcome(struct rebuild *x, struct record *m, const char *path, struct err *e)
{
    struct doc d = DOC_INIT;
    struct outcome o;
    struct buf text;
    bool ok;

    buf_init(&text, LIMIT_DOCUMENT);
    ok = os_file_read(path, &text, e) && doc_read(&d, &outcome_schema, path, buf_str(&text), text.len, &o, e);
    if (ok && !text_eq(o.plan, m->plan))
        ok = err_set(e, ERR_TAMPERED, "%s: it is another run's", path);
    if (ok) {
        stands(m, host_end((int)o.exit), o.ended != INSTANT_NONE ? o.ended : x->now, INSTANT_NONE);
        m->host.end = m->host.state;
        m->host.seen = m->host.since;
        m->gap_ms = o.unprotected_ms;
        m->text = o.why ? arena_strdup(&x->d->arena, o.why) : NULL;
        ok = !o.why || m->text || err_nomem(e);
    }
    buf_free(&text);
    doc_free(&d);
    return ok;
}

/* The run whose plan was put into its folder last, in the time of the rollout. */
static bool find_run(struct rebuild *x, struct record *m, instant from, instant until, struct doc *d, struct err *e)
{
    char *folder = fleet_folder(&d->arena, x->state, m->name), *runs = folder ? arena_printf(&d->arena, "%s/runs", folder) : NULL;
    struct strs names = {NULL, 0};
    instant last = from - 1000; /* files are dated by a clock that ticks more rarely */
    const char *run = NULL;

    if (!runs)
        return err_nomem(e);
    if (os_file_exists(runs) && !os_dir_list(runs, &d->arena, &names, e))
        return false;
    for (size_t i = 0; i < names.n; i++) {
        char *plan = arena_printf(&d->arena, "%s/%s/plan.json", runs, names.v[i]);
        struct os_stat st;

        if (!plan)
            return err_nomem(e);
        if (os_file_stat(plan, &st, e) && st.kind == OS_FILE && st.mtime >= last && st.mtime < until) {
            last = st.mtime;
            run = names.v[i];
        }
        if (e->code)
            return false;
    }
    if (run && !(m->plan = arena_strdup(&x->d->arena, run)))
        return err_nomem(e);
    if (run) {
        x->ret->runs++;
        stands(m, HOST_STARTING, x->now, x->now);
    }
    return true;
}

/* As far as the run's folder shows it; a file that is no good is asked of the PC again. */
static bool read_run(struct rebuild *x, struct record *m, struct doc *d, struct err *e)
{
    char *folder = fleet_folder_run(&d->arena, x->state, m->name, m->plan, e);
    char *journal = folder ? arena_printf(&d->arena, "%s/journal.jsonl", folder) : NULL;
    char *outcome = folder ? arena_printf(&d->arena, "%s/outcome.json", folder) : NULL;
    struct err why = ERR_INIT;

    if (!folder)
        return tolerable(e) ? (*e = (struct err)ERR_INIT, true) : false;
    if (!journal || !outcome)
        return err_nomem(e);
    if (os_file_exists(journal)) {
        stands(m, HOST_RUNNING, x->now, x->now);
        if (!read_journal(m, journal, &why))
            return tolerable(&why) ? note(x, e, "%s", why.text) : (*e = why, false);
    }
    if (os_file_exists(outcome) && !read_outcome(x, m, outcome, &why))
        return tolerable(&why) ? note(x, e, "%s", why.text) : (*e = why, false);
    return true;
}

/* --- rollouts ---------------------------------------------------------------------------------------------------------- */

struct reading {
    struct record_rollout rollout;
    LIST(struct record) members;
    long long promised;
    instant until; /* when the next one began */
};

static bool read_head(struct rebuild *x, const char *file, const char *line, size_t n, struct reading *r, struct err *e)
{
    struct folder_rollout head;
    struct buf text;
    bool ok;

    if (!doc_read(x->d, &folder_rollout_schema, file, line, n, &head, e))
        return false;
    buf_init(&text, LIMIT_DOCUMENT);
    ok = json_text(head.document, false, &text, e);
    r->rollout = (struct record_rollout){.document = ok ? arena_strdup(&x->d->arena, buf_str(&text)) : NULL, .operator = head.operator,
                                         .begun = head.begun, .ended = head.ended, .stopped = head.stopped};
    r->promised = head.members;
    buf_free(&text);
    return ok && (r->rollout.document || err_nomem(e));
}

static bool read_member(struct rebuild *x, const char *file, const char *line, size_t n, struct reading *r, struct err *e)
{
    struct doc d = DOC_INIT;
    const struct place at = {.file = file};
    const json_t *j = doc_parse(&d, file, line, n, e);
    struct record *m = LIST_ADD(&x->d->arena, &r->members);
    struct folder_member in;
    bool ok = m && j && schema_read(&folder_member_schema, j, &d, &at, &in, e);

    if (!m && !e->code)
        err_nomem(e);
    if (ok) {
        *m = (struct record){.name = arena_strdup(&x->d->arena, in.host), .wave = (uint16_t)in.wave, .urgency = (uint32_t)in.urgency,
                             .plan = in.plan ? arena_strdup(&x->d->arena, in.plan) : NULL,
                             .host = {.expected_ms = in.expected_ms, .seen = INSTANT_NONE}, .off_since = INSTANT_NONE};
        stands(m, HOST_QUEUED, r->rollout.begun, INSTANT_NONE);
        ok = (m->name && (m->plan || !in.plan)) || err_nomem(e);
        ok = ok && find_run(x, m, r->rollout.begun, r->until, &d, e) && (m->host.state == HOST_QUEUED || read_run(x, m, &d, e));
    }
    doc_free(&d);
    return ok;
}

static bool read_rollout(struct rebuild *x, const char *path, const struct buf *text, struct reading *r, struct err *e)
{
    const char *p = buf_str(text), *end = p + text->len, *line;
    size_t n, lines = 0;

    while (text_line(&p, end, &line, &n)) {
        if (!(lines++ ? read_member(x, path, line, n, r, e) : read_head(x, path, line, n, r, e)))
            return err_wrap(e, "line %zu", lines);
    }
    return (lines && r->promised == (long long)r->members.n) ||
           err_set(e, ERR_INPUT, "%s: it has not all of its members", path);
}

/* until: when the next one began; INT64_MAX: there is none. */
static bool rebuild_rollout(struct rebuild *x, const char *path, instant until, struct err *e)
{
    struct reading r = {.until = until};
    struct err why = ERR_INIT;
    struct buf text;
    long long id;
    bool ok;

    buf_init(&text, LIMIT_FLEET);
    ok = os_file_read(path, &text, &why) && read_rollout(x, path, &text, &r, &why);
    buf_free(&text);
    if (!ok)
        return tolerable(&why) ? note(x, e, "%s", why.text) : (*e = why, false);
    if (r.rollout.ended == INSTANT_NONE && until != INT64_MAX)
        r.rollout.ended = until; /* there is one at a time */
    x->ret->rollouts++;
    x->ret->members += r.members.n;
    return record_begin(x->store, &r.rollout, r.members.v, r.members.n, &id, e);
}

static bool rebuild_rollouts(struct rebuild *x, struct err *e)
{
    char *folder = arena_printf(&x->d->arena, "%s/fleet/rollouts", x->state);
    struct strs files = {NULL, 0};

    if (!folder)
        return err_nomem(e);
    if (!os_file_exists(folder))
        return true;
    if (!os_dir_list(folder, &x->d->arena, &files, e))
        return false;
    for (size_t i = 0; i < files.n; i++) {
        char *path = arena_printf(&x->d->arena, "%s/%s", folder, files.v[i]);
        instant until = i + 1 < files.n ? strtoll(files.v[i + 1], NULL, 10) : INT64_MAX; /* a file is named by it */

        if (!path)
            return err_nomem(e);
        if (text_ends(path, ".jsonl") && !rebuild_rollout(x, path, until, e))
            return false;
    }
    return true;
}

bool fleet_rebuild(const char *state, struct store *s, instant now, struct doc *d, struct fleet_rebuilt *ret, struct err *e)
{
    struct rebuild x = {state, s, now, d, ret};
    bool ok;

    memset(ret, 0, sizeof *ret);
    ok = store_begin(s, e) && rebuild_hosts(&x, e) && store_commit(s, e) && rebuild_rollouts(&x, e);
    if (!ok)
        store_abort(s);
    return ok;
}
