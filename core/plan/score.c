/*
 * How good a candidate is, in four parts of 0 to 100 points each:
 *
 *   preference  its place in the policy's list: the first has 100, what is not in it 0
 *   fit         60 when it already protects this PC; 40 when it can be installed while the old product still protects
 *   evidence    how well it is known how to get it working: 20 for each step from "unverified" to "tested"
 *   cost        100 for a seat that costs nothing, 0 for the dearest one
 *
 * Laboratory results decide among equals of these, only where one test that counts measured every candidate that is left, so
 * that a product without data is neither better nor worse for it.
 *
 * Without weights a part counts only among equals of those before it. Ties are broken by what still fits better: less to
 * supply, a shorter run; and last by the digest of the ids, which favours no name.
 */
#include "core/base/digest.h"
#include "core/plan/internal.h"

#include <string.h>

size_t score_place(const struct planning *p, const struct product *x)
{
    const struct strs *list = &p->r->policy->prefer;

    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->v[i], x->id) == 0 || strcmp(list->v[i], x->vendor) == 0)
            return i;
    return list->n;
}

long long score_cost(const struct planning *p, const char *product)
{
    const struct seats *s = policy_seats(p->r->policy, product);

    return s ? s->cost : 0;
}

/* What needs no installation is known by its health. */
static long long verified(const struct product *x)
{
    static const int ranks[] = {[CONFIDENCE_TESTED] = 4, [CONFIDENCE_DOCUMENTED] = 3, [CONFIDENCE_FIELD] = 2,
                                [CONFIDENCE_UNVERIFIED] = 1, [CONFIDENCE_UNSET] = 0};

    return ranks[x->install ? x->install->confidence : x->health ? x->health->confidence : CONFIDENCE_UNSET];
}

void score_points(const struct planning *p, const struct product *x, long long costs, struct points *ret)
{
    const struct weights *w = p->r->policy->weights;
    size_t n = p->r->policy->prefer.n;

    ret->preference = n ? (long long)(100 * (n - score_place(p, x)) / n) : 0;
    ret->fit = (planning_healthy_here(p, x) ? 60 : 0) + (x->capabilities && x->capabilities->passive ? 40 : 0);
    ret->evidence = verified(x) * 20;
    ret->cost = costs ? 100 - 100 * score_cost(p, x->id) / costs : 100;
    ret->total = w ? w->preference * ret->preference + w->fit * ret->fit + w->evidence * ret->evidence +
                         w->cost * ret->cost
                   : 0;
}

static int order(long long a, long long b) /* more is better */
{
    return a > b ? -1 : a < b;
}

static size_t to_supply(const struct product *x)
{
    size_t n = 0;

    for (size_t i = 0; i < x->vars.n; i++)
        n += x->vars.v[i].required && !x->vars.v[i].def;
    return n;
}

static long long takes(const struct product *x)
{
    return (x->install ? x->install->expected_s : 0) + (x->activate ? x->activate->expected_s : 0);
}

static int by_digest(const char *a, const char *b)
{
    char x[DIGEST_TEXT], y[DIGEST_TEXT];

    digest_of(a, strlen(a), x);
    digest_of(b, strlen(b), y);
    return strcmp(x, y);
}

static const struct lab_result *measured(const struct planning *p, const char *product, const struct evidence **where)
{
    const struct catalog *c = p->r->catalog;

    return evidence_result(c->evidence.v, c->evidence.n, p->lab, product, where);
}

/* The metrics that every candidate has, as an order by others would be none. */
static void shared_metrics(struct planning *p, const char *const *products, size_t n)
{
    const struct evidence *where;
    long long value;

    for (size_t m = 0; evidence_metrics[m].text; m++) {
        bool all = true;

        for (size_t i = 0; i < n; i++) {
            const struct lab_result *r = measured(p, products[i], &where);

            all = all && r && evidence_value(r, &evidence_metrics[m], &value);
        }
        p->lab_metrics |= all ? 1u << m : 0;
    }
    if (!p->lab_metrics)
        p->lab = NULL;
}

bool score_lab(struct planning *p)
{
    const struct catalog *c = p->r->catalog;
    const struct plan *plan = p->plan;
    const char **products = ARENA_ARRAY(p->arena, plan->candidates.n, const char *);
    int segment = text_eq(p->owner.as, "individual") ? SEGMENT_CONSUMER : SEGMENT_BUSINESS;
    size_t n = 0;

    if (!products)
        return err_nomem(p->e);
    for (size_t i = 0; i < plan->candidates.n; i++)
        if (plan->candidates.v[i].fate == CANDIDATE_ELIGIBLE)
            products[n++] = plan->candidates.v[i].product;
    p->lab_metrics = 0;
    p->lab = evidence_common(c->evidence.v, c->evidence.n, products, n, segment, p->r->now, EVIDENCE_MONTHS);
    if (p->lab)
        shared_metrics(p, products, n);
    return true;
}

/* The first shared metric in which they differ; NULL: none. */
static const struct evidence_metric *lab_differ(const struct planning *p, const char *a, const char *b, int *ret)
{
    const struct evidence *where;

    *ret = 0;
    for (size_t m = 0; p->lab && evidence_metrics[m].text; m++) {
        long long x, y;

        if (!(p->lab_metrics & 1u << m) || !evidence_value(measured(p, a, &where), &evidence_metrics[m], &x) ||
            !evidence_value(measured(p, b, &where), &evidence_metrics[m], &y) || x == y)
            continue;
        *ret = (x > y) == evidence_metrics[m].lower ? 1 : -1;
        return &evidence_metrics[m];
    }
    return NULL;
}

static int lab_order(const struct planning *p, const char *a, const char *b)
{
    int ret;

    (void)lab_differ(p, a, b, &ret);
    return ret;
}

/* Whose numbers, of when and where they stand. */
static const char *lab_why(const struct planning *p, const char *a, const char *b)
{
    int ret;
    const struct evidence_metric *m = lab_differ(p, a, b, &ret);
    const struct evidence *of_a, *of_b;
    const struct lab_result *x = measured(p, a, &of_a), *y = measured(p, b, &of_b);
    const char *chosen = evidence_text(p->arena, of_a, x), *other = evidence_text(p->arena, of_b, y);

    return chosen && other ? arena_printf(p->arena, "a laboratory's test found the chosen one better in %s (%s; against: %s)", m->text,
                                          chosen, other)
                           : NULL;
}

enum part { PART_WEIGHED, PART_PREFERENCE, PART_PRESENT, PART_PASSIVE, PART_EVIDENCE, PART_LAB, PART_COST, PART_SUPPLY,
            PART_TIME, PART_NONE };

/* The first part in which they differ, and how. */
static enum part differ(const struct planning *p, const struct candidate *a, const struct candidate *b, int *ret)
{
    const struct product *x = catalog_product(p->r->catalog, a->product);
    const struct product *y = catalog_product(p->r->catalog, b->product);
    bool weighed = p->r->policy->weights != NULL;
    const int orders[] = {
        [PART_WEIGHED] = weighed ? order(a->points->total, b->points->total) : 0,
        [PART_PREFERENCE] = weighed ? 0 : -order((long long)score_place(p, x), (long long)score_place(p, y)),
        [PART_PRESENT] = order(planning_healthy_here(p, x), planning_healthy_here(p, y)),
        [PART_PASSIVE] = order(a->points->fit, b->points->fit),
        [PART_EVIDENCE] = order(a->points->evidence, b->points->evidence),
        [PART_LAB] = lab_order(p, a->product, b->product),
        [PART_COST] = -order(score_cost(p, a->product), score_cost(p, b->product)),
        [PART_SUPPLY] = -order((long long)to_supply(x), (long long)to_supply(y)),
        [PART_TIME] = -order(takes(x), takes(y)),
    };

    for (enum part i = PART_WEIGHED; i < PART_NONE; i++)
        if ((*ret = orders[i]) != 0)
            return i;
    *ret = by_digest(a->product, b->product);
    return PART_NONE;
}

int score_compare(const struct planning *p, const struct candidate *a, const struct candidate *b)
{
    int ret;

    (void)differ(p, a, b, &ret);
    return ret;
}

const char *score_why(const struct planning *p, const struct candidate *a, const struct candidate *b)
{
    const char *unit = p->r->policy->currency;
    int ignored;

    switch (differ(p, a, b, &ignored)) {
    case PART_WEIGHED:
        return arena_printf(p->arena, "the chosen one has more points by the policy's weights (%lld against %lld)",
                            a->points->total, b->points->total);
    case PART_PREFERENCE:
        return "the policy prefers the chosen one";
    case PART_PRESENT:
        return "the chosen one already protects this PC";
    case PART_PASSIVE:
        return "the chosen one can be installed while the old product still protects, so the gap is shorter";
    case PART_EVIDENCE:
        return "the facts of the chosen one are better verified";
    case PART_LAB:
        return lab_why(p, a->product, b->product);
    case PART_COST:
        return arena_printf(p->arena, "a seat of the chosen one costs less (%lld against %lld%s%s)",
                            score_cost(p, a->product), score_cost(p, b->product), unit ? " " : "", unit ? unit : "");
    case PART_SUPPLY:
        return "the chosen one needs less that has to be supplied by hand";
    case PART_TIME:
        return "the chosen one is usually installed in less time";
    case PART_NONE:
        break;
    }
    return "nothing tells them apart on this PC: one is taken without regard to names, and \"prefer\" in the policy would "
           "settle it";
}
