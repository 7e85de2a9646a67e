/* The store out of the folders. */
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/model/facts.h"
#include "core/os/file.h"
#include "core/store/folder.h"
#include "core/store/folder_format.h"
#include "core/store/folder_run.h"

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
        ok = folder_may_lack(&why) ? note(x, e, "%s", why.text) : (*e = why, false);
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

struct reading {
    struct record_rollout rollout;
    LIST(struct record) members;
    LIST(struct record_event) events; /* that the documents tell of */
    long long promised;
    instant until; /* when the next one began */
};

/* --- a run ------------------------------------------------------------------------------------------------------------- */

static void stands(struct record *m, enum host_state state, instant since, instant due)
{
    m->host.state = (uint8_t)state;
    m->host.since = since;
    m->host.due = due;
}

/* As far as the run's folder shows it; what is no good there is asked of the PC again. */
static void take_run(struct rebuild *x, struct record *m, const struct folder_run *r)
{
    m->plan = r->id;
    m->host.seen = folder_run_at(r) < x->now ? folder_run_at(r) : x->now; /* by the PC's clock */
    if (r->expected_ms)
        m->host.expected_ms = r->expected_ms;
    m->journal_size = r->journal_size;
    memcpy(m->journal_digest, r->journal_digest, sizeof m->journal_digest);
    if (r->has_outcome) {
        stands(m, host_end(r->exit), r->ended != INSTANT_NONE ? r->ended : x->now, INSTANT_NONE);
        m->host.end = m->host.state;
        m->gap_ms = r->gap_ms;
        m->text = r->why;
    } else if (r->has_journal) {
        stands(m, HOST_RUNNING, r->began != INSTANT_NONE ? r->began : x->now, x->now);
    } else {
        stands(m, HOST_STARTING, r->made_at != INSTANT_NONE ? r->made_at : x->now, x->now);
    }
}

/*
 * The run of this rollout: whose plan the rollout names or, as it names those only that were there when it began, while it goes on: that was
 * planned or heard of since; the latest of them.
 */
static const struct folder_run *find_run(const struct folder_runs *runs, const char *plan, const struct reading *rollout)
{
    bool ended = rollout->rollout.ended != INSTANT_NONE; /* then its file was written anew, with the plans of all that were run */
    const struct folder_run *last = NULL;

    for (size_t i = 0; i < runs->v.n; i++) {
        const struct folder_run *r = &runs->v.v[i];
        instant at = folder_run_at(r);

        if (r->begun && (text_eq(r->id, plan) || (!ended && at >= rollout->rollout.begun && at < rollout->until)) && (!last || at > folder_run_at(last)))
            last = r;
    }
    return last;
}

static bool add_notes(struct rebuild *x, const struct folder_runs *runs, struct err *e)
{
    for (size_t i = 0; i < runs->notes.n; i++)
        if (!text_in(&x->ret->notes, runs->notes.v[i]) && !note(x, e, "%s", runs->notes.v[i]))
            return false;
    return true;
}

/* --- seats ------------------------------------------------------------------------------------------------------------- */

static bool reserve(struct rebuild *x, const struct folder_run *r, const struct policy *p, bool *ret, struct err *e)
{
    const struct seats *s = r->product && r->machine ? policy_seats(p, r->product) : NULL;
    const struct seat seat = {.machine = r->machine, .hostname = r->hostname, .licence = s ? s->licence : NULL, .product = r->product,
                              .plan = r->id, .at = r->made_at};

    *ret = s != NULL;
    x->ret->seats += *ret;
    return !s || store_seat_reserve(x->store, &seat, e);
}

/* What its runs have used up, and one for the plan that is to be run, or is. */
static bool seats_of(struct rebuild *x, const char *name, const struct policy *p, struct err *e)
{
    const struct folder_run *next = NULL;
    struct folder_runs runs;
    struct doc d = DOC_INIT;
    enum seat_fate fate;
    bool taken, ok = folder_runs_read(x->state, name, &d, &runs, e) && add_notes(x, &runs, e);

    for (size_t i = 0; ok && i < runs.v.n; i++) {
        const struct folder_run *r = &runs.v.v[i];

        fate = r->has_outcome ? store_seat_fate(r->result) : SEAT_KEPT;
        if (fate == SEAT_KEPT)
            next = !next || r->made_at > next->made_at ? r : next;
        if (fate == SEAT_NOW_CONSUMED)
            ok = reserve(x, r, p, &taken, e) && (!taken || store_seat_end(x->store, r->id, r->machine, r->result, &fate, e));
    }
    ok = ok && (!next || reserve(x, next, p, &taken, e));
    doc_free(&d);
    return ok;
}

/* Which licence a product takes a seat of, stands in the policy that was planned with last. */
static bool rebuild_seats(struct rebuild *x, struct err *e)
{
    char *path = arena_printf(&x->d->arena, "%s/fleet/policy.json", x->state);
    struct err why = ERR_INIT;
    struct roster roster;
    struct policy p;
    struct buf text;
    bool ok;

    if (!path)
        return err_nomem(e);
    if (!os_file_exists(path))
        return true;
    buf_init(&text, LIMIT_DOCUMENT);
    ok = os_file_read(path, &text, &why) && doc_read(x->d, &policy_schema, path, buf_str(&text), text.len, &p, &why);
    buf_free(&text);
    if (!ok)
        return folder_may_lack(&why) ? note(x, e, "%s", why.text) : (*e = why, false);
    ok = roster_load(x->store, x->d, &roster, e);
    for (size_t i = 0; ok && i < roster.hosts.n; i++)
        ok = seats_of(x, roster.hosts.v[i].host.name, &p, e);
    return ok;
}

/* --- rollouts ---------------------------------------------------------------------------------------------------------- */

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

static bool add_event(struct rebuild *x, struct reading *r, const char *host, instant at, const char *event, const char *text, struct err *e)
{
    struct record_event *ev = at == INSTANT_NONE ? NULL : LIST_ADD(&x->d->arena, &r->events);

    if (ev)
        *ev = (struct record_event){host, at, event, text};
    return ev || at == INSTANT_NONE || err_nomem(e);
}

static bool look_for_run(struct rebuild *x, struct record *m, struct reading *r, struct err *e)
{
    const struct folder_run *run;
    struct folder_runs runs;

    if (!folder_runs_read(x->state, m->name, x->d, &runs, e) || !add_notes(x, &runs, e))
        return false;
    run = find_run(&runs, m->plan, r);
    if (!run)
        return true;
    take_run(x, m, run);
    x->ret->runs++;
    return add_event(x, r, m->name, run->began, host_event_names[EVENT_STARTED], NULL, e) &&
           (!run->has_outcome || add_event(x, r, m->name, run->ended, host_event_names[EVENT_OVER], run->why, e));
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
        ok = ok && look_for_run(x, m, r, e);
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

static int by_instant(const void *a, const void *b)
{
    const struct record_event *x = a, *y = b;

    return x->at != y->at ? (x->at < y->at ? -1 : 1) : 0;
}

static bool put_events(struct rebuild *x, struct reading *r, long long id, struct err *e)
{
    bool ok = store_begin(x->store, e);

    qsort(r->events.v, r->events.n, sizeof *r->events.v, by_instant);
    for (size_t i = 0; ok && i < r->events.n; i++)
        ok = record_event(x->store, id, &r->events.v[i], e);
    return ok && store_commit(x->store, e);
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
        return folder_may_lack(&why) ? note(x, e, "%s", why.text) : (*e = why, false);
    if (r.rollout.ended == INSTANT_NONE && until != INT64_MAX)
        r.rollout.ended = until; /* there is one at a time */
    x->ret->rollouts++;
    x->ret->members += r.members.n;
    return add_event(x, &r, NULL, r.rollout.begun, "begun", NULL, e) && add_event(x, &r, NULL, r.rollout.ended, "ended", NULL, e) &&
           record_begin(x->store, &r.rollout, r.members.v, r.members.n, &id, e) && put_events(x, &r, id, e);
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
    ok = store_begin(s, e) && rebuild_hosts(&x, e) && rebuild_seats(&x, e) && store_commit(s, e) && rebuild_rollouts(&x, e);
    if (!ok)
        store_abort(s);
    return ok;
}
