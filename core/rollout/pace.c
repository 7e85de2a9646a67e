#include "core/rollout/pace.h"

#include "core/base/list.h"

#include <stdlib.h>

enum { EARLY_MS = 3600 * 1000 }; /* before that a rate would be a guess */

static int by_instant(const void *a, const void *b)
{
    const struct fleet_deadline *x = a, *y = b;

    return x->at < y->at ? -1 : x->at > y->at;
}

bool pace_deadlines(const struct catalog *law, const struct owner *o, struct doc *d, struct fleet_status *f, struct err *e)
{
    for (size_t i = 0; law && i < law->timelines.n; i++) {
        const struct timeline *t = &law->timelines.v[i];

        for (size_t k = 0; k < t->measures.n; k++) {
            const struct measure *m = &t->measures.v[k];
            bool ends = text_in(&m->forbids, "use") || text_in(&m->forbids, "updates") || text_in(&m->forbids, "cloud");
            struct fleet_deadline *x = ends && timeline_applies(t, m, o) ? LIST_ADD(&d->arena, &f->deadlines) : NULL;

            if (ends && timeline_applies(t, m, o) && !x)
                return err_nomem(e);
            if (x)
                *x = (struct fleet_deadline){t->vendor, m->id, m->jurisdiction, m->what, m->effective};
        }
    }
    if (f->deadlines.n)
        qsort(f->deadlines.v, f->deadlines.n, sizeof *f->deadlines.v, by_instant);
    return true;
}

static void find_deadlines(instant own, const struct fleet_status *f, struct fleet_pace *p)
{
    for (size_t i = 0; i < f->deadlines.n; i++) {
        instant at = f->deadlines.v[i].at;

        if (at <= f->at && p->overdue_since == INSTANT_NONE)
            p->overdue_since = at;
        if (at > f->at && p->deadline == INSTANT_NONE)
            p->deadline = at;
    }
    if (own == INSTANT_NONE)
        return;
    if (own > f->at)
        p->deadline = own;
    else if (p->overdue_since == INSTANT_NONE)
        p->overdue_since = own;
}

bool pace_tell(instant own, struct doc *d, struct fleet_status *f, struct err *e)
{
    struct fleet_pace *p = ARENA_NEW(&d->arena, struct fleet_pace);
    long long done = fleet_state_count(f, HOST_DONE);
    instant until = f->ended != INSTANT_NONE ? f->ended : f->at;
    double days = f->begun != INSTANT_NONE ? (double)(until - f->begun) / (double)INSTANT_DAY : 0, rate = 0;

    if (!p)
        return err_nomem(e);
    f->pace = p;
    *p = (struct fleet_pace){f->total - done, -1, INSTANT_NONE, -1, INSTANT_NONE, INSTANT_NONE, -1};
    find_deadlines(own, f, p);
    if (days * (double)INSTANT_DAY >= EARLY_MS) {
        rate = (double)done / days;
        p->done_per_day = (long long)(rate + 0.5);
    }
    if (p->deadline != INSTANT_NONE)
        p->needed_per_day = (long long)((double)p->left * (double)INSTANT_DAY / (double)(p->deadline - f->at) + 0.999);
    if (rate > 0 && p->left && f->ended == INSTANT_NONE && (double)p->left / rate < 36500)
        p->expected = f->at + (instant)((double)p->left / rate * (double)INSTANT_DAY);
    if (rate > 0 && p->deadline != INSTANT_NONE) {
        double reached = rate * (double)(p->deadline - f->at) / (double)INSTANT_DAY;

        p->late = reached >= (double)p->left ? 0 : p->left - (long long)reached;
    }
    return true;
}
