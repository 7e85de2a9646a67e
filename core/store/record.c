#include "core/base/list.h"
#include "core/store/record.h"
#include "core/store/store_impl.h"

#include <stdio.h>
#include <string.h>

#define WRITE "a record cannot be written"

/* --- members --------------------------------------------------------------------------------------------------------- */

static bool add_member(struct store *s, int64_t rollout, const struct record *m, struct err *e)
{
    const struct host *h = &m->host;

    return store_do(s, store_ask(s, MEMBER_ADD, "iitiitiiiiaaaiititai", rollout, (int64_t)h->id, m->name, (int64_t)m->wave,
                                 (int64_t)m->urgency, m->plan, (int64_t)h->state, (int64_t)h->back, (int64_t)h->end,
                                 (int64_t)h->tries, h->due, h->since, h->seen, h->expected_ms, (int64_t)m->journal_size,
                                 m->journal_digest, m->gap_ms, m->text, m->off_since, (int64_t)h->cause), WRITE, e);
}

bool record_save(struct store *s, long long rollout, const struct record *m, struct err *e)
{
    const struct host *h = &m->host;

    if (!store_do(s, store_ask(s, MEMBER_SAVE, "iitiiiiaaaiititai", (int64_t)rollout, (int64_t)h->id, m->plan, (int64_t)h->state,
                               (int64_t)h->back, (int64_t)h->end, (int64_t)h->tries, h->due, h->since, h->seen,
                               h->expected_ms, (int64_t)m->journal_size, m->journal_digest, m->gap_ms, m->text, m->off_since,
                               (int64_t)h->cause), WRITE, e))
        return false;
    return sqlite3_changes(s->db) == 1 ||
           err_set(e, ERR_BUG, "%s: rollout %lld has no place %u", s->path, rollout, (unsigned)h->id);
}

struct loading {
    struct doc *doc;
    struct records *records;
};

static bool load_member(sqlite3_stmt *q, void *arg, struct err *e)
{
    struct loading *x = arg;
    struct record *m = LIST_ADD(&x->doc->arena, &x->records->v);
    const char *digest = (const char *)sqlite3_column_text(q, 14);
    struct arena *a = &x->doc->arena;

    if (!m)
        return err_nomem(e);
    *m = (struct record){
        .host = {.id = (uint32_t)sqlite3_column_int64(q, 0), .state = (uint8_t)sqlite3_column_int(q, 5),
                 .back = (uint8_t)sqlite3_column_int(q, 6), .end = (uint8_t)sqlite3_column_int(q, 7),
                 .tries = (uint16_t)sqlite3_column_int(q, 8), .due = store_instant(q, 9), .since = store_instant(q, 10),
                 .seen = store_instant(q, 11), .expected_ms = sqlite3_column_int64(q, 12),
                 .cause = (uint8_t)sqlite3_column_int(q, 18)},
        .wave = (uint16_t)sqlite3_column_int(q, 2),
        .urgency = (uint32_t)sqlite3_column_int64(q, 3),
        .journal_size = sqlite3_column_int64(q, 13),
        .gap_ms = sqlite3_column_int64(q, 15),
        .off_since = store_instant(q, 17),
    };
    snprintf(m->journal_digest, sizeof m->journal_digest, "%s", digest ? digest : "");
    if (m->host.id != x->records->v.n - 1)
        return err_set(e, ERR_TAMPERED, "place %u of the rollout is not there", (unsigned)x->records->v.n - 1);
    return store_text(q, 1, a, &m->name, e) && store_text(q, 4, a, &m->plan, e) && store_text(q, 16, a, &m->text, e);
}

bool record_load(struct store *s, long long rollout, struct doc *d, struct records *ret, struct err *e)
{
    struct loading x = {d, ret};

    memset(ret, 0, sizeof *ret);
    return store_each(s, store_ask(s, MEMBERS_LOAD, "i", (int64_t)rollout), load_member, &x, e) || err_wrap(e, "%s", s->path);
}

/* --- rollouts -------------------------------------------------------------------------------------------------------- */

static bool add_all(struct store *s, const struct record_rollout *r, struct record *members, size_t n, long long *ret,
                    struct err *e)
{
    bool ok = store_do(s, store_ask(s, ROLLOUT_ADD, "ttiai", r->document, r->operator, r->begun, r->ended, (int64_t)r->stopped),
                       WRITE, e);

    *ret = sqlite3_last_insert_rowid(s->db);
    for (size_t i = 0; ok && i < n; i++) {
        members[i].host.id = (uint32_t)i;
        ok = add_member(s, *ret, &members[i], e) || err_wrap(e, "%s", members[i].name);
    }
    return ok;
}

bool record_begin(struct store *s, const struct record_rollout *r, struct record *members, size_t n, long long *ret,
                  struct err *e)
{
    bool ok = store_begin(s, e) && add_all(s, r, members, n, ret, e) && store_commit(s, e);

    if (!ok)
        store_abort(s);
    return ok;
}

struct found {
    struct doc *doc;
    struct record_rollout *rollout;
    bool found;
};

static bool load_rollout(sqlite3_stmt *q, void *arg, struct err *e)
{
    struct found *x = arg;
    struct record_rollout *r = x->rollout;

    x->found = true;
    r->id = sqlite3_column_int64(q, 0);
    r->begun = store_instant(q, 3);
    r->ended = store_instant(q, 4);
    r->stopped = sqlite3_column_int(q, 5);
    r->wave = (size_t)sqlite3_column_int64(q, 7);
    r->soaked = store_instant(q, 8);
    return store_text(q, 1, &x->doc->arena, &r->document, e) && store_text(q, 2, &x->doc->arena, &r->operator, e) &&
           store_text(q, 6, &x->doc->arena, &r->paused, e);
}

bool record_rollout(struct store *s, long long id, struct doc *d, struct record_rollout *ret, bool *ret_found, struct err *e)
{
    struct found x = {d, ret, false};

    memset(ret, 0, sizeof *ret);
    if (!store_each(s, store_ask(s, ROLLOUT_LOAD, "i", (int64_t)id), load_rollout, &x, e))
        return false;
    *ret_found = x.found;
    return true;
}

bool record_rollout_save(struct store *s, const struct record_rollout *r, struct err *e)
{
    return store_do(s, store_ask(s, ROLLOUT_SAVE, "iaitia", (int64_t)r->id, r->ended, (int64_t)r->stopped, r->paused, (int64_t)r->wave,
                                 r->soaked), WRITE, e);
}

/* --- events ---------------------------------------------------------------------------------------------------------- */

bool record_event(struct store *s, long long rollout, const struct record_event *ev, struct err *e)
{
    return store_do(s, store_ask(s, EVENT_ADD, "ititt", (int64_t)rollout, ev->host, ev->at, ev->event, ev->text), WRITE, e);
}

struct each {
    bool (*each)(void *arg, const struct record_event *ev, struct err *e);
    void *arg;
};

static bool each_event(sqlite3_stmt *q, void *arg, struct err *e)
{
    const struct each *x = arg;
    const struct record_event ev = {.host = (const char *)sqlite3_column_text(q, 0),
                                    .at = sqlite3_column_int64(q, 1),
                                    .event = (const char *)sqlite3_column_text(q, 2),
                                    .text = (const char *)sqlite3_column_text(q, 3)};

    return x->each(x->arg, &ev, e);
}

bool record_events_each(struct store *s, long long rollout, const char *host,
                        bool (*each)(void *arg, const struct record_event *ev, struct err *e), void *arg, struct err *e)
{
    struct each x = {each, arg};

    return store_each(s, store_ask(s, EVENTS_EACH, "it", (int64_t)rollout, host), each_event, &x, e);
}
