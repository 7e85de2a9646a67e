/* The installers that go to a PC before its plan is started. */
#include "core/fleet/errand.h"

/* It will refuse to start, so nothing large is sent to it before. */
static bool lacks_secret(const struct errand *x)
{
    for (size_t i = 0; i < x->plan.secrets.n; i++)
        if (plan_secret_sent(&x->plan, x->plan.secrets.v[i]) && !entrust_has(x->d->r->secrets, x->d->r->secrets_len, x->plan.secrets.v[i]))
            return true;
    return false;
}

bool errand_offer(struct errand *x, bool *ret_asked, struct err *e)
{
    struct visit_request q = {.what = DO_OFFER, .run = x->plan.id};
    struct err why = ERR_INIT;

    *ret_asked = false;
    x->pushing = false;
    x->short_of = NULL;
    push_close(&x->push);
    if (lacks_secret(x))
        return true;
    if (!push_open(&x->push, x->d->r->shelf, &x->plan, &x->arena, &why)) {
        x->short_of = why.code == ERR_NOMEM ? NULL : arena_strdup(&x->arena, why.text);
        return x->short_of || err_nomem(e);
    }
    if (!x->push.n)
        return true;
    *ret_asked = true;
    x->asked = DO_OFFER;
    push_offer(&x->push, &q);
    return contact_ask(x->contact, &q, e);
}

bool errand_take_lacks(struct errand *x, const struct visit_answer *a, struct err *e)
{
    bool first = !x->push.answered;

    if (!push_answer(&x->push, a, e))
        return false;
    x->pushing = push_rest(&x->push) > 0;
    if (x->pushing)
        x->asked = DO_OFFER; /* until all is there, it is not answered */
    if (first)
        contact_allow(x->contact, push_rest(&x->push));
    return true;
}

bool errand_drained(struct errand *x, bool *ret_start, struct err *e)
{
    struct visit_request q = {.what = DO_OFFER, .run = x->plan.id};
    struct err why = ERR_INIT;
    const struct buf *piece;

    *ret_start = false;
    if (!x->pushing)
        return true;
    if (!push_piece(&x->push, &piece, &why)) { /* the PC itself says what that means for its run */
        x->pushing = false;
        x->short_of = why.code == ERR_NOMEM ? NULL : arena_strdup(&x->arena, why.text);
        *ret_start = true;
        return x->short_of || err_nomem(e);
    }
    if (piece)
        return contact_frame(x->contact, "file", buf_str(piece), piece->len, e);
    x->pushing = false;
    push_offer(&x->push, &q);
    return contact_ask(x->contact, &q, e);
}
