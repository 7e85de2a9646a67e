/* The beginning of a rollout: who is in it, in which wave, and how urgently. */
#include "core/fleet/drive.h"

#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/model/facts.h"
#include "core/model/plan.h"
#include "core/os/file.h"
#include "core/rollout/waves.h"

#include <string.h>

struct enlisting {
    const struct drive_request *r;
    struct doc doc;
    const struct roster_host **pcs;
    struct record *records;
    struct member *members;
    size_t n;
};

/* What is known of a plan that was made for it: its id and how long it will take. A PC without one is planned for at its visit. */
static bool look_at_plan(struct enlisting *x, const struct roster_host *h, struct record *m, struct err *e)
{
    struct err ignored = ERR_INIT;
    struct doc d = DOC_INIT;
    struct plan p;
    bool found, ok = true;

    if (fleet_folder_plan(x->r->state, h->host.name, NULL, &d, NULL, &p, &found, &ignored) && found) {
        m->plan = arena_strdup(&x->doc.arena, p.id);
        m->host.expected_ms = p.expected_s * 1000;
        ok = m->plan || err_nomem(e);
    }
    doc_free(&d);
    return ok;
}

static bool look_at_facts(struct enlisting *x, const struct roster_host *h, struct record *m, struct err *e)
{
    struct err ignored = ERR_INIT;
    struct buf text;
    char *folder = fleet_folder(&x->doc.arena, x->r->state, h->host.name);
    const char *file = folder ? arena_printf(&x->doc.arena, "%s/facts.json", folder) : NULL;

    if (!file)
        return err_nomem(e);
    buf_init(&text, LIMIT_DOCUMENT);
    if (os_file_read(file, &text, &ignored))
        m->urgency = x->r->urgency(x->r->arg, buf_str(&text), text.len);
    buf_free(&text);
    return true;
}

static bool enlist(struct enlisting *x, const struct roster_host *h, instant now, struct err *e)
{
    struct record *m = &x->records[x->n];

    *m = (struct record){.name = h->host.name, .off_since = INSTANT_NONE,
                         .host = {.due = INSTANT_NONE, .since = now, .seen = h->seen, .id = (uint32_t)x->n, .state = HOST_QUEUED}};
    x->pcs[x->n++] = h;
    return look_at_plan(x, h, m, e) && look_at_facts(x, h, m, e);
}

/* The twin of another name is the same machine: it is not moved twice. */
static bool enlist_all(struct enlisting *x, const struct strs *names, instant now, struct err *e)
{
    const struct roster *r = x->r->roster;
    size_t *first;

    if (!roster_twins(r, &x->doc.arena, &first, e))
        return false;
    for (size_t i = 0; names && i < names->n; i++)
        if (!roster_find(r, names->v[i]))
            return err_set(e, ERR_NOT_FOUND, "there is no PC '%.80s' in the inventory (avswap fleet hosts)", names->v[i]);
    for (size_t i = 0; i < r->hosts.n; i++) {
        const struct roster_host *h = &r->hosts.v[i];

        if (first[i] == i && (!names || text_in(names, h->host.name)) && !enlist(x, h, now, e))
            return false;
    }
    return x->n || err_set(e, ERR_NOT_FOUND, "there are no PCs: avswap fleet hosts import FILE");
}

static struct wave_name name_of(const void *arg, size_t i)
{
    const struct enlisting *x = arg;

    return (struct wave_name){x->pcs[i]->host.name, &x->pcs[i]->host.groups};
}

bool drive_begin(const struct drive_request *r, const struct rollout *rollout, const char *text, const struct strs *names,
                 const char *operator, instant now, struct err *e)
{
    struct enlisting x = {.r = r, .doc = DOC_INIT};
    struct record_rollout row = {.document = text, .operator = operator, .begun = now, .ended = INSTANT_NONE}, last;
    size_t most = r->roster->hosts.n + 1;
    bool found = false, ok;

    x.pcs = ARENA_ARRAY(&x.doc.arena, most, const struct roster_host *);
    x.records = ARENA_ARRAY(&x.doc.arena, most, struct record);
    x.members = ARENA_ARRAY(&x.doc.arena, most, struct member);
    ok = x.pcs && x.records && x.members ? record_rollout(r->store, 0, &x.doc, &last, &found, e) : err_nomem(e);
    if (ok && found && last.ended == INSTANT_NONE)
        ok = err_set(e, ERR_BUSY, "rollout %lld has not ended: go on with it by avswap fleet run, or end it by avswap fleet stop", last.id);
    ok = ok && enlist_all(&x, names, now, e);
    if (ok) {
        memset(x.members, 0, x.n * sizeof *x.members);
        waves_assign(rollout, x.members, x.n, name_of, &x);
        for (size_t i = 0; i < x.n; i++)
            x.records[i].wave = x.members[i].wave;
        ok = fleet_folder_rollout(r->state, &row, x.records, x.n, e) && record_begin(r->store, &row, x.records, x.n, &row.id, e);
    }
    doc_free(&x.doc);
    return ok;
}
