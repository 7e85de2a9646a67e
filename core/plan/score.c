/*
 * How good a candidate is, in four parts of 0 to 100 points each:
 *
 *   preference  its place in the policy's list: the first has 100, what is not in it 0
 *   fit         60 when it already protects this PC; 40 when it can be installed while the old product still protects
 *   evidence    how well it is known how to get it working: 20 for each step from "unverified" to "tested"
 *   cost        100 for a seat that costs nothing, 0 for the dearest one
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

enum part { PART_WEIGHED, PART_PREFERENCE, PART_PRESENT, PART_PASSIVE, PART_EVIDENCE, PART_COST, PART_SUPPLY, PART_TIME,
            PART_NONE };

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
