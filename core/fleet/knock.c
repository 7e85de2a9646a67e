#include "core/fleet/knock.h"

#include "core/os/machine.h"
#include "core/visit/probe.h"

#define WAY_HOLDS INSTANT_DAY /* then ssh is asked again, as its configuration may be another one */

struct knock {
    struct drive *d;
    uint32_t i;
    struct target target;
};

static bool keep_way(struct drive *d, uint32_t i, const struct way *way, struct err *e)
{
    struct known_way **known = &d->ways[i];

    if (!*known) {
        *known = ARENA_NEW(&d->doc.arena, struct known_way);
        if (!*known)
            return err_nomem(e);
        (*known)->asked = os_now();
    }
    (*known)->way = *way;
    return true;
}

static void over(void *arg, enum probe_end end, const struct way *way)
{
    struct knock *k = arg;
    struct drive *d = k->d;
    struct err e = ERR_INIT;
    bool ok = true;

    if (end == PROBE_CANNOT)
        d->members[k->i].indirect = true;
    else /* what ssh had said when it was away stays the reason */
        ok = keep_way(d, k->i, way, &e) && drive_event(d, k->i, end == PROBE_ANSWERS ? EVENT_ANSWERS : EVENT_SILENT, 0, NULL, &e);
    if (!ok && !d->failed.code)
        d->failed = e;
    drive_visit_over(d, k->i);
    mem_free(k);
}

/* NULL: it has to be asked. */
static const struct way *way_to(struct drive *d, uint32_t i)
{
    struct known_way *known = d->ways[i];

    if (known && os_now() - known->asked > WAY_HOLDS)
        known = d->ways[i] = NULL;
    return known ? &known->way : NULL;
}

bool knock_open(struct drive *d, uint32_t i, struct err *e)
{
    struct contact_request q;
    struct knock *k;
    bool ok;

    if (!d->pcs[i])
        return err_set(e, ERR_NOT_FOUND, "it is no longer in the inventory");
    k = mem_alloc(sizeof *k);
    if (!k)
        return err_nomem(e);
    *k = (struct knock){.d = d, .i = i};
    ok = reach(d->r, d->pcs[i], &k->target, &q, e) &&
         probe_open(&d->loop, &(struct probe_request){.transport = q.transport, .target = q.target, .options = q.options,
                                                      .way = way_to(d, i), .over = over, .arg = k}, e);
    if (!ok)
        mem_free(k);
    return ok;
}
