#include "core/fleet/solo.h"

#include "core/assign/issue.h"
#include "core/base/list.h"
#include "core/step/verb.h"

static bool take(void *arg, const struct machine *m, const char *text, size_t n, struct err *e)
{
    struct buf *out = arg;

    (void)m;
    buf_add(out, text, n);
    return buf_ok(out, "a plan", e);
}

/* Why there is no plan, of a census of one PC; NULL: there may be one. */
static const char *reason(const struct census *c, int *status)
{
    const struct census_class *k = c->classes.n ? &c->classes.v[0] : NULL;

    if (!k)
        return c->bad.n ? c->bad.v[0].text : "its facts cannot be read";
    if (k->fate == CENSUS_CLEAN) {
        *status = EXIT_DONE;
        return "nothing has to go";
    }
    return k->fate == CENSUS_REFUSED ? k->err.text : NULL;
}

static bool choose_and_issue(const struct solo *s, const struct census *c, struct doc *d, const struct drive_plan *ret, struct err *e)
{
    struct issue_request q = {.census = c, .store = s->store, .put = take, .arg = ret->text};
    struct issued issued;
    struct choice choice;
    long long *taken = NULL;

    if (!issue_taken(c, s->store, &d->arena, &taken, e) || !choose(c, taken, d, &choice, e))
        return false;
    if (!choice.doc.feasible) {
        buf_adds(ret->why, "no seat is left for a product that it could have (avswap fleet seats)");
        return true;
    }
    q.choice = &choice;
    if (!issue(&q, &d->arena, &issued, e))
        return false;
    if (!ret->text->len)
        buf_adds(ret->why, issued.reasons.n ? issued.reasons.v[0] : "no replacement fits it (avswap fleet plan says why)");
    return true;
}

bool solo_plan(const struct solo *s, const struct roster_host *h, const char *facts, size_t n, instant now,
               const struct drive_plan *ret, struct err *e)
{
    struct census_request q = {.catalog = s->catalog, .policy = s->policy, .now = now, .verbs = verb_defs(), .tool = s->tool};
    struct doc d = DOC_INIT;
    struct tagged *t = LIST_ADD(&d.arena, &q.tags);
    struct census c = {.r = NULL};
    const char *why;
    bool ok;

    *ret->status = EXIT_REFUSED;
    if (!t)
        return err_nomem(e);
    *t = (struct tagged){h->hostname ? h->hostname : h->host.name, h->host.tags};
    ok = census_open(&c, &q, e) && census_add(&c, facts, n, h->host.name, e) && census_end(&c, e);
    why = ok ? reason(&c, ret->status) : NULL;
    if (why)
        buf_adds(ret->why, why);
    else
        ok = ok && choose_and_issue(s, &c, &d, ret, e);
    census_free(&c);
    doc_free(&d);
    return ok;
}
