/* A rollout as the store left it, made ready to go on. */
#include "core/base/list.h"
#include "core/fleet/errand.h"
#include "core/inventory/zone.h"
#include "core/rollout/waves.h"

#include <stdlib.h>
#include <string.h>

static uint16_t site_number(const struct drive *d, const struct fleet_host *h)
{
    const struct rollout *r = &d->plan_of_waves;

    for (size_t i = 0; h->site && i < r->sites.n; i++)
        if (text_eq(r->sites.v[i].site, h->site))
            return (uint16_t)i;
    return (uint16_t)r->sites.n; /* the one without limits */
}

/* A PC's own window is one more of the rollout's, shared by all that have the same. */
static bool window_number(struct drive *d, const struct fleet_host *h, uint16_t *ret, struct err *e)
{
    struct rollout *r = &d->plan_of_waves;
    struct window own, *slot;

    *ret = waves_window(r, &h->groups);
    if (!h->window)
        return true;
    if (!fleet_window(&d->doc.arena, h->window, &own, e))
        return false;
    own.groups = (struct strs){.n = 0};
    for (size_t i = 0; i < r->windows.n; i++) {
        const struct window *w = &r->windows.v[i];

        if (w->from_min == own.from_min && w->to_min == own.to_min && w->day_mask == own.day_mask) {
            *ret = (uint16_t)i;
            return true;
        }
    }
    slot = LIST_ADD(&d->doc.arena, &r->windows);
    if (!slot)
        return err_nomem(e);
    *slot = own;
    *ret = (uint16_t)(r->windows.n - 1);
    return true;
}

static bool member_of(struct drive *d, uint32_t i, instant now, struct err *e)
{
    const struct record *m = &d->records.v.v[i];
    const struct roster_host *pc = roster_find(d->r->roster, m->name);
    struct member *x = &d->members[i];
    struct err ignored = ERR_INIT;
    int offset = 0;

    d->hosts[i] = m->host;
    d->hosts[i].id = i;
    *x = (struct member){.urgency = m->urgency, .wave = m->wave, .window = SCHEDULE_ALWAYS, .site = (uint16_t)d->plan_of_waves.sites.n};
    d->pcs[i] = pc;
    if (!pc)
        return true;
    if (!zone_offset(pc->host.zone, now, &offset, &ignored))
        offset = 0; /* refused at the import; a database that has gone since is no reason to stop */
    x->offset = (int16_t)offset;
    x->site = site_number(d, &pc->host);
    return window_number(d, &pc->host, &x->window, e);
}

static const char *user_of(const struct drive *d, uint32_t i)
{
    return d->pcs[i] && d->pcs[i]->host.user ? d->pcs[i]->host.user : ""; /* as ssh_config says: one for all, as far as is known */
}

static int by_user(const void *a, const void *b, void *drive)
{
    return strcmp(user_of(drive, *(const uint32_t *)a), user_of(drive, *(const uint32_t *)b));
}

/* PCs with the same user have the same number. */
static bool number_logins(struct drive *d, struct err *e)
{
    uint32_t *order = mem_alloc((d->n + 1) * sizeof *order);
    uint16_t login = 0;

    if (!order)
        return err_nomem(e);
    for (uint32_t i = 0; i < d->n; i++)
        order[i] = i;
    qsort_r(order, d->n, sizeof *order, by_user, d);
    for (size_t i = 0; i < d->n; i++) {
        login += i && login < UINT16_MAX && by_user(&order[i - 1], &order[i], d) != 0;
        d->members[order[i]].login = login;
    }
    mem_free(order);
    return true;
}

static bool make_schedule(struct drive *d, instant now, struct err *e)
{
    size_t sites = d->plan_of_waves.sites.n;
    unsigned *most = ARENA_ARRAY(&d->doc.arena, sites + 1, unsigned);

    d->n = d->records.v.n;
    d->hosts = mem_alloc((d->n + 1) * sizeof *d->hosts);
    d->members = mem_alloc((d->n + 1) * sizeof *d->members);
    d->pcs = mem_alloc((d->n + 1) * sizeof *d->pcs);
    d->ways = mem_alloc((d->n + 1) * sizeof *d->ways);
    if (!most || !d->hosts || !d->members || !d->pcs || !d->ways)
        return err_nomem(e);
    for (size_t i = 0; i <= sites; i++)
        most[i] = i < sites ? (unsigned)d->plan_of_waves.sites.v[i].at_once : 0;
    memset(d->ways, 0, d->n * sizeof *d->ways);
    for (uint32_t i = 0; i < d->n; i++)
        if (!member_of(d, i, now, e))
            return false;
    if (!number_logins(d, e))
        return false;
    d->scheduled = schedule_init(&d->schedule, &d->plan_of_waves, d->hosts, d->members, d->n, most, sites + 1, now, e);
    if (!d->scheduled)
        return false;
    schedule_left_at(&d->schedule, d->rollout.wave, d->rollout.soaked);
    if (d->rollout.stopped)
        schedule_stop(&d->schedule);
    if (d->rollout.paused)
        schedule_pause(&d->schedule);
    return true;
}

static bool open_notices(struct drive *d, struct err *e)
{
    const struct notice_source how = {.state = d->r->state, .operator = d->rollout.operator, .contact = d->r->contact,
                                      .begins = INSTANT_NONE, .rollout = &d->plan_of_waves};

    return notices_open(&d->notices, &how, d->r->workers, d->rollout.id, e);
}

struct drive *drive_open(const struct drive_request *r, instant now, struct err *e)
{
    struct drive *d = mem_alloc(sizeof *d);
    bool found = false, ok;

    if (!d) {
        err_nomem(e);
        return NULL;
    }
    memset(d, 0, sizeof *d);
    d->request = *r;
    d->r = &d->request;
    d->doc = (struct doc)DOC_INIT;
    ok = record_rollout(r->store, 0, &d->doc, &d->rollout, &found, e);
    found = found && d->rollout.ended == INSTANT_NONE;
    ok = ok && (!found || (doc_read(&d->doc, &rollout_schema, "the rollout in the store", d->rollout.document,
                                    strlen(d->rollout.document), &d->plan_of_waves, e) &&
                           record_load(r->store, d->rollout.id, &d->doc, &d->records, e) && open_notices(d, e) &&
                           make_schedule(d, now, e)));
    if (ok && found)
        return d;
    drive_close(d);
    return NULL;
}

void drive_close(struct drive *d)
{
    if (!d)
        return;
    if (d->scheduled)
        schedule_free(&d->schedule);
    notices_close(&d->notices);
    mem_free(d->hosts);
    mem_free(d->members);
    mem_free(d->pcs);
    mem_free(d->ways);
    doc_free(&d->doc);
    mem_free(d);
}
