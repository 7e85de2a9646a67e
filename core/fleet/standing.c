#include "core/fleet/standing.h"

#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/fleet/copy.h"
#include "core/inventory/zone.h"
#include "core/model/plan.h"
#include "core/os/file.h"
#include "core/rollout/pace.h"
#include "core/rollout/waves.h"
#include "core/store/folder.h"

#include <stdlib.h>
#include <string.h>

#define GAP_MOST (1ll << 40) /* seconds; no clock makes a longer one */

struct view {
    const struct record_rollout *begun;
    const struct rollout *r;
    const struct records *records;
    const struct roster *roster;
    const struct standing *how;
    struct doc *d;
    struct fleet_status *f;
    size_t open;                    /* the wave that counts now, of the rollout's */
    const struct fleet_wave *wave;  /* the same in the status; NULL: it has no PCs */
};

static bool count_states(struct view *v, struct err *e)
{
    long long counts[HOST_STATES] = {0};

    for (size_t i = 0; i < v->records->v.n; i++)
        counts[v->records->v.v[i].host.state]++;
    for (int s = 0; s < HOST_STATES; s++) {
        struct fleet_count *c = counts[s] ? LIST_ADD(&v->d->arena, &v->f->states) : NULL;

        if (counts[s] && !c)
            return err_nomem(e);
        if (c)
            *c = (struct fleet_count){s, counts[s]};
    }
    return true;
}

/* ---- waves ---- */

struct tally { /* of a wave */
    long long queued, unfinished;
    instant last; /* when the last of its PCs came into its state */
};

static void tally_waves(const struct view *v, struct fleet_wave *waves, struct tally *t, size_t n)
{
    for (size_t i = 0; i < v->records->v.n; i++) {
        const struct record *m = &v->records->v.v[i];
        size_t k = m->wave < n ? m->wave : n - 1;

        waves[k].hosts++;
        waves[k].begun += host_behind(&m->host) != HOST_QUEUED;
        waves[k].at_work += host_is_at_work(&m->host);
        waves[k].done += m->host.state == HOST_DONE;
        waves[k].failures += host_has_failed(&m->host);
        t[k].queued += m->host.state == HOST_QUEUED;
        t[k].unfinished += host_is_unfinished(&m->host);
        if (m->host.since > t[k].last)
            t[k].last = m->host.since;
    }
}

static enum wave_phase phase_of(const struct view *v, const struct fleet_wave *w, const struct tally *t, instant soaked)
{
    if (v->begun->ended != INSTANT_NONE)
        return t->queued ? WAVE_STOPPED : WAVE_OVER;
    if (v->begun->stopped || (w->failures && w->failures >= w->budget))
        return WAVE_STOPPED;
    if (t->queued || t->unfinished)
        return WAVE_OPEN;
    return v->how->now < soaked ? WAVE_SOAKS : WAVE_PROVES;
}

/* The last wave that was begun is the open one; those before it are over, those behind it closed. */
static bool set_phases(struct view *v, struct fleet_wave *waves, const struct tally *t, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        bool known = i == v->begun->wave && v->begun->soaked != INSTANT_NONE;
        instant soaked = known ? v->begun->soaked : t[i].last + (i < v->r->waves.n ? v->r->waves.v[i].soak_s * 1000 : 0);
        struct fleet_wave *x;

        waves[i].phase = i > v->open ? WAVE_CLOSED : i < v->open ? WAVE_OVER : phase_of(v, &waves[i], &t[i], soaked);
        if (waves[i].phase == WAVE_SOAKS)
            waves[i].soaked = soaked;
        if (!waves[i].hosts)
            continue;
        x = LIST_ADD(&v->d->arena, &v->f->waves);
        if (!x)
            return err_nomem(e);
        *x = waves[i];
        if (i == v->open)
            v->wave = &waves[i];
    }
    return true;
}

static bool tell_waves(struct view *v, struct err *e)
{
    size_t n = v->r->waves.n + 1;
    struct fleet_wave *waves = ARENA_ARRAY(&v->d->arena, n, struct fleet_wave);
    struct tally *t = ARENA_ARRAY(&v->d->arena, n, struct tally);

    if (!waves || !t)
        return err_nomem(e);
    tally_waves(v, waves, t, n);
    for (size_t i = 0; i < n; i++) {
        waves[i].name = i < v->r->waves.n ? v->r->waves.v[i].name : "rest";
        waves[i].budget = rollout_budget(v->r, i, waves[i].hosts);
        waves[i].soaked = INSTANT_NONE;
        if (waves[i].begun)
            v->open = i;
    }
    return set_phases(v, waves, t, n, e);
}

/* ---- what keeps the next one waiting ---- */

bool standing_window(const struct rollout *r, const struct fleet_host *h, struct doc *d, const struct window **ret, struct err *e)
{
    struct window *own;
    uint16_t i;

    if (h->window) {
        own = ARENA_NEW(&d->arena, struct window);
        *ret = own;
        return own ? fleet_window(&d->arena, h->window, own, e) : err_nomem(e);
    }
    i = waves_window(r, &h->groups);
    *ret = i == SCHEDULE_ALWAYS ? NULL : &r->windows.v[i];
    return true;
}

/* When the first of the wave's queued PCs may be started by its window; now: one may. */
static bool next_window(struct view *v, instant *ret, struct err *e)
{
    *ret = INSTANT_NONE;
    for (size_t i = 0; i < v->records->v.n && *ret != v->how->now; i++) {
        const struct record *m = &v->records->v.v[i];
        const struct roster_host *h = m->host.state == HOST_QUEUED && m->wave == v->open ? roster_find(v->roster, m->name) : NULL;
        const struct window *w = NULL;
        instant opens = v->how->now;
        int offset = 0;

        if (!h)
            continue;
        if (!standing_window(v->r, &h->host, v->d, &w, e) || !zone_offset(h->host.zone, v->how->now, &offset, e))
            return false;
        if (w && window_until(w, v->how->now, offset, &opens) != INSTANT_NONE)
            opens = v->how->now;
        if (*ret == INSTANT_NONE || opens < *ret)
            *ret = opens;
    }
    return true;
}

static bool tell_limit(struct view *v, struct err *e)
{
    const struct fleet_wave *w = v->wave;
    long long at_work = 0;
    char when[INSTANT_TEXT];
    instant opens;

    for (size_t i = 0; i < v->f->waves.n; i++)
        at_work += v->f->waves.v[i].at_work;
    v->f->limit = v->f->paused;
    if (!w || v->f->limit)
        return true;
    if (w->phase == WAVE_SOAKS || w->phase == WAVE_PROVES)
        v->f->limit = "the wave soaks and is looked at again before the next one";
    if (w->phase != WAVE_OPEN)
        return true;
    if (w->begun == w->hosts)
        v->f->limit = "the end of the wave";
    else if (w->failures + w->at_work >= w->budget)
        v->f->limit = "the failure budget: as many are at work as may fail";
    else if (at_work >= v->r->at_work)
        v->f->limit = "the number of PCs at work";
    if (v->f->limit)
        return true;
    if (!next_window(v, &opens, e))
        return false;
    if (opens != INSTANT_NONE && opens > v->how->now) {
        v->f->limit = arena_printf(&v->d->arena, "windows: the next one opens at %s", instant_format(opens, when));
        return v->f->limit != NULL || err_nomem(e);
    }
    return true;
}

/* ---- PCs ---- */

/* The plan with this id; what is not there or cannot be read is left out. */
static bool find_plan(const struct view *v, const struct record *m, struct doc *d, struct plan *ret)
{
    struct err ignored = ERR_INIT;
    bool found;

    if (fleet_folder_plan(v->how->state, m->name, m->plan, d, NULL, ret, &found, &ignored) && found && text_eq(ret->id, m->plan))
        return true;
    err_clear(&ignored);
    return fleet_folder_plan(v->how->state, m->name, NULL, d, NULL, ret, &found, &ignored) && found && text_eq(ret->id, m->plan);
}

/* Of what goes: the protection, not its window or its agent. NULL: nothing goes. */
static const struct plan_product *source_of(const struct plan *p)
{
    for (size_t i = 0; i < p->sources.n; i++)
        if (p->sources.v[i].role == ROLE_PROTECTION)
            return &p->sources.v[i];
    return p->sources.n ? &p->sources.v[0] : NULL;
}

/* Names of what goes and comes. */
static bool products(struct view *v, const struct record *m, struct fleet_member *h, struct err *e)
{
    struct doc doc = DOC_INIT;
    struct plan plan;
    bool ok = true;

    if (find_plan(v, m, &doc, &plan)) {
        const struct plan_product *source = source_of(&plan);

        h->from = source ? arena_strdup(&v->d->arena, source->name) : NULL;
        h->to = plan.target ? arena_strdup(&v->d->arena, plan.target->name) : NULL;
        ok = (h->from || !source) && (h->to || !plan.target);
    }
    doc_free(&doc);
    return ok || err_nomem(e);
}

struct ranked { /* a PC in the list that is read from above: who needs a person soonest, and of those who has for the longest */
    int need;
    instant since;
    struct fleet_member host;
};

static int by_need(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    int d = x->need - y->need;

    return d ? d : x->since != y->since ? (x->since < y->since ? -1 : 1) : strcmp(x->host.name, y->host.name);
}

instant standing_off_since(const struct record *m)
{
    enum host_state s = (enum host_state)m->host.state;

    if (s == HOST_DONE || s == HOST_ROLLED_BACK || s == HOST_REFUSED)
        return INSTANT_NONE;
    return m->off_since == INSTANT_NONE && s == HOST_UNPROTECTED ? m->host.since : m->off_since;
}

/* Its clock may be wrong, but not before the rollout began nor later than now. */
static instant unprotected_since(const struct view *v, const struct record *m)
{
    instant t = standing_off_since(m);

    if (t == INSTANT_NONE)
        return INSTANT_NONE;
    return t > v->how->now ? v->how->now : t < v->begun->begun ? v->begun->begun : t;
}

/* Whole seconds without protection so far, the gap that is open with them. */
static long long gap_of(const struct view *v, const struct record *m, instant since)
{
    int64_t ms = since == INSTANT_NONE ? 0 : v->how->now - since;

    if (!m->journal_size && since == INSTANT_NONE)
        return -1;
    return __builtin_add_overflow(ms, m->gap_ms, &ms) || ms > GAP_MOST * 1000 ? GAP_MOST : (ms + 999) / 1000;
}

static bool tell_host(struct view *v, const struct record *m, struct ranked *ret, struct err *e)
{
    const struct roster_host *known = roster_find(v->roster, m->name);
    struct fleet_member *h = &ret->host;
    struct fleet_care care;

    *h = (struct fleet_member){
        .name = m->name, .machine = known ? known->machine : NULL, .site = known ? known->host.site : NULL,
        .wave = m->wave < v->r->waves.n ? v->r->waves.v[m->wave].name : "rest", .state = m->host.state,
        .was = host_behind(&m->host) == m->host.state ? NULL : host_state_names[m->host.back],
        .since = m->host.since, .seen = m->host.seen, .next = m->host.due, .text = m->text,
        .unprotected_since = unprotected_since(v, m)};
    h->gap_s = gap_of(v, m, h->unprotected_since);
    care = fleet_care(h);
    h->action = care.action;
    h->command = care.command ? arena_printf(&v->d->arena, "%s %s", care.command, h->name) : NULL;
    ret->need = 2 * care.need + (h->unprotected_since == INSTANT_NONE);
    ret->since = h->unprotected_since != INSTANT_NONE ? h->unprotected_since : h->since;
    return (h->command || !care.command || err_nomem(e)) && (!v->how->state || !m->plan || products(v, m, h, e));
}

static bool tell_hosts(struct view *v, struct err *e)
{
    size_t n = v->records->v.n;
    struct ranked *ranked = mem_alloc((n + 1) * sizeof *ranked);
    bool ok = true;

    v->f->hosts.v = ARENA_ARRAY(&v->d->arena, n + 1, struct fleet_member);
    if (!ranked || !v->f->hosts.v) {
        mem_free(ranked);
        return err_nomem(e);
    }
    for (size_t i = 0; ok && i < n; i++)
        ok = tell_host(v, &v->records->v.v[i], &ranked[i], e);
    if (ok)
        qsort(ranked, n, sizeof *ranked, by_need);
    for (size_t i = 0; ok && i < n; i++)
        v->f->hosts.v[v->f->hosts.n++] = ranked[i].host;
    mem_free(ranked);
    return ok;
}

static bool tell_gaps(struct view *v, struct err *e)
{
    struct fleet_gaps *g = ARENA_NEW(&v->d->arena, struct fleet_gaps);

    if (!g)
        return err_nomem(e);
    for (size_t i = 0; i < v->f->hosts.n; i++) {
        const struct fleet_member *h = &v->f->hosts.v[i];
        const char **now = h->unprotected_since != INSTANT_NONE ? LIST_ADD(&v->d->arena, &g->now) : NULL;

        if (h->unprotected_since != INSTANT_NONE && !now)
            return err_nomem(e);
        if (now)
            *now = h->name;
        if (h->gap_s < 0)
            continue;
        g->measured++;
        g->sum_s = g->sum_s > GAP_MOST - h->gap_s ? GAP_MOST : g->sum_s + h->gap_s;
        if (h->gap_s > g->worst_s) {
            g->worst_s = h->gap_s;
            g->worst = h->name;
        }
    }
    v->f->gaps = g;
    return true;
}

bool standing_make(const struct record_rollout *begun, const struct rollout *r, const struct records *records,
                   const struct roster *roster, const struct standing *how, struct doc *d, struct fleet_status *ret, struct err *e)
{
    struct view v = {begun, r, records, roster, how, d, ret, 0, NULL};

    schema_init(&fleet_status_schema, ret);
    ret->at = how->now;
    ret->rollout = arena_printf(&d->arena, "%lld", begun->id);
    if (!ret->rollout)
        return err_nomem(e);
    ret->begun = begun->begun;
    ret->ended = begun->ended;
    ret->operator = begun->operator;
    ret->paused = begun->paused;
    ret->stopped = begun->stopped ? "a person said stop, or the failure budget is used up" : NULL;
    ret->total = (long long)records->v.n;
    return count_states(&v, e) && tell_waves(&v, e) && tell_hosts(&v, e) && tell_gaps(&v, e) &&
           pace_deadlines(how->law, how->owner, d, ret, e) && pace_tell(how->deadline, d, ret, e) &&
           tell_limit(&v, e);
}

/* ---- from the store ---- */

static bool read_records(struct store *s, const struct standing *how, struct standing_stored *x, struct err *e)
{
    doc_free(&x->before);
    x->before = x->doc;
    x->doc = (struct doc)DOC_INIT;
    if (!record_rollout(s, how->rollout, &x->doc, &x->begun, &x->found, e))
        return false;
    if (!x->found)
        return !how->rollout || err_set(e, ERR_NOT_FOUND, "there is no rollout %lld", how->rollout);
    return doc_read(&x->doc, &rollout_schema, "the rollout in the store", x->begun.document, strlen(x->begun.document), &x->rollout, e) &&
           record_load(s, x->begun.id, &x->doc, &x->records, e);
}

static bool read_hosts(struct store *s, const struct standing *how, struct standing_stored *x, struct err *e)
{
    if (x->hosts_at != INSTANT_NONE && how->now - x->hosts_at < STANDING_HOSTS_MS && how->now >= x->hosts_at)
        return true;
    doc_free(&x->hosts_before);
    x->hosts_before = x->hosts;
    x->hosts = (struct doc)DOC_INIT;
    x->roster = (struct roster){.hosts = {.n = 0}};
    x->hosts_at = how->now;
    return roster_load(s, &x->hosts, &x->roster, e);
}

bool standing_read(struct store *s, const struct standing *how, struct standing_stored *x, struct err *e)
{
    bool first = x->hosts_at == INSTANT_NONE;
    long long version;

    if (!store_version(s, &version, e))
        return false;
    if (!first && version == x->version)
        return true;
    x->version = version;
    return read_records(s, how, x, e) && (!x->found || read_hosts(s, how, x, e));
}

void standing_stored_free(struct standing_stored *x)
{
    doc_free(&x->doc);
    doc_free(&x->before);
    doc_free(&x->hosts);
    doc_free(&x->hosts_before);
    *x = (struct standing_stored)STANDING_STORED_INIT;
}

bool standing_of(const struct standing_stored *x, const struct standing *how, struct doc *d, struct fleet_status *ret, struct err *e)
{
    if (x->found)
        return standing_make(&x->begun, &x->rollout, &x->records, &x->roster, how, d, ret, e);
    schema_init(&fleet_status_schema, ret);
    ret->at = how->now;
    return true;
}

/* ---- from the journals ---- */

static bool add_block(void *arg, const void *p, size_t n, struct err *e)
{
    return copy_add(arg, p, n, NULL, e);
}

/* False: it has none, or none that can be read. */
static bool reread(const char *state, struct record *m)
{
    struct err ignored = ERR_INIT;
    struct arena a = ARENA_INIT;
    char *folder = fleet_folder_run(&a, state, m->name, m->plan, &ignored);
    char *file = folder ? arena_printf(&a, "%s/journal.jsonl", folder) : NULL;
    struct copy c;
    bool ok;

    copy_init(&c, NULL);
    ok = file && os_file_exists(file) && os_file_pour(file, add_block, &c, &ignored);
    if (ok) {
        m->gap_ms = c.gap_ms;
        m->off_since = c.off_since;
    }
    copy_free(&c);
    arena_free(&a);
    return ok;
}

bool standing_relearn(struct store *s, const char *state, struct err *e)
{
    struct record_rollout begun;
    struct doc d = DOC_INIT;
    struct records records;
    bool found = false, ok = record_rollout(s, 0, &d, &begun, &found, e);

    ok = ok && (!found || (record_load(s, begun.id, &d, &records, e) && store_begin(s, e)));
    for (size_t i = 0; ok && found && i < records.v.n; i++)
        if (records.v.v[i].plan && records.v.v[i].journal_size && reread(state, &records.v.v[i]))
            ok = record_save(s, begun.id, &records.v.v[i], e);
    if (ok && found)
        ok = store_commit(s, e);
    if (!ok)
        store_abort(s);
    doc_free(&d);
    return ok;
}
