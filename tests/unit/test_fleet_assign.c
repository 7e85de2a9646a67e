/* The assignment against every possible one, on small instances made at random. */
#include "core/assign/assign.h"
#include "tests/unit/fixture.h"

#define CLASSES 3
#define PRODUCTS 4
#define LICENCES 3
#define CLIENTS 2

static uint64_t seed = 7;

static int64_t random_below(int64_t n)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return (int64_t)((seed >> 33) % (uint64_t)n);
}

struct instance {
    int64_t size[CLASSES], cost[CLASSES * PRODUCTS], seats[LICENCES];
    size_t client[CLASSES], licence[PRODUCTS];
    struct assign_problem p;
};

static void make(struct instance *x)
{
    memset(x, 0, sizeof *x);
    for (size_t c = 0; c < CLASSES; c++) {
        x->size[c] = 1 + random_below(2);
        x->client[c] = (size_t)random_below(CLIENTS);
        for (size_t i = 0; i < PRODUCTS; i++)
            x->cost[c * PRODUCTS + i] = random_below(3) ? random_below(20) : ASSIGN_CANNOT;
        x->cost[c * PRODUCTS + (size_t)random_below(PRODUCTS)] = random_below(20);
    }
    for (size_t i = 0; i < PRODUCTS; i++)
        x->licence[i] = (size_t)random_below(LICENCES);
    for (size_t l = 0; l < LICENCES; l++)
        x->seats[l] = random_below(4) - (random_below(4) == 0 ? 10 : 0);
    x->p = (struct assign_problem){CLASSES, PRODUCTS, LICENCES, CLIENTS, x->size, x->client, x->cost, x->licence, x->seats,
                                   random_below(2) * random_below(30), random_below(2) * random_below(15),
                                   random_below(3) == 0};
}

struct search {
    const struct assign_problem *p;
    int64_t more[LICENCES]; /* seats beyond what there is */
    int64_t taken[LICENCES];
    bool has[CLIENTS][LICENCES];
    int64_t best; /* -1: none */
};

static void judge(struct search *s, int64_t cost)
{
    int64_t used = 0;

    for (size_t l = 0; l < LICENCES; l++) {
        bool any = false;

        for (size_t k = 0; k < CLIENTS; k++)
            any = any || s->has[k][l];
        used += any;
    }
    cost += used > 1 ? (used - 1) * s->p->extra : 0;
    for (size_t k = 0; k < CLIENTS; k++) {
        used = 0;
        for (size_t l = 0; l < LICENCES; l++)
            used += s->has[k][l];
        if (used > 1 && s->p->one_per_client)
            return;
        cost += used > 1 ? (used - 1) * s->p->extra_client : 0;
    }
    if (s->best < 0 || cost < s->best)
        s->best = cost;
}

static void place(struct search *s, size_t c, int64_t pc, int64_t cost)
{
    if (c == CLASSES) {
        judge(s, cost);
        return;
    }
    for (size_t i = 0; i < PRODUCTS; i++) {
        size_t l = s->p->licence[i], k = s->p->client[c];
        bool had = s->has[k][l];

        if (s->p->cost[c * PRODUCTS + i] == ASSIGN_CANNOT ||
            (s->p->seats[l] >= 0 && s->taken[l] >= s->p->seats[l] + s->more[l]))
            continue;
        s->taken[l]++;
        s->has[k][l] = true;
        if (pc + 1 < s->p->size[c])
            place(s, c, pc + 1, cost + s->p->cost[c * PRODUCTS + i]);
        else
            place(s, c + 1, 0, cost + s->p->cost[c * PRODUCTS + i]);
        s->has[k][l] = had;
        s->taken[l]--;
    }
}

static int64_t best_with(const struct assign_problem *p, const int64_t *more)
{
    struct search s = {.p = p, .best = -1};

    if (more)
        memcpy(s.more, more, sizeof s.more);
    place(&s, 0, 0, 0);
    return s.best;
}

/* The least number of seats more by which there is any assignment; -1: none. only: of that licence, or LICENCES: any. */
static int64_t least_more(const struct assign_problem *p, size_t only)
{
    for (int64_t n = 0; n <= 12; n++)
        for (int64_t a = 0; a <= n; a++)
            for (int64_t b = 0; a + b <= n; b++) {
                const int64_t more[LICENCES] = {a, b, n - a - b};
                bool fits = true;

                for (size_t l = 0; l < LICENCES; l++)
                    fits = fits && (only == LICENCES || only == l || !more[l]) && (more[l] == 0 || p->seats[l] >= 0);
                if (fits && best_with(p, more) >= 0)
                    return n;
            }
    return -1;
}

static void check_counts(const struct assign_problem *p, const struct assign_result *r)
{
    int64_t taken[LICENCES] = {0};

    for (size_t c = 0; c < CLASSES; c++) {
        int64_t n = 0;

        for (size_t i = 0; i < PRODUCTS; i++) {
            int64_t x = r->count[c * PRODUCTS + i];

            assert_true(x >= 0 && (x == 0 || p->cost[c * PRODUCTS + i] != ASSIGN_CANNOT));
            n += x;
            taken[p->licence[i]] += x;
        }
        assert_int_equal(n, p->size[c]);
    }
    for (size_t l = 0; l < LICENCES; l++)
        assert_true(p->seats[l] < 0 || taken[l] <= p->seats[l]);
}

/* What is told of too few seats is the least, and true. */
static void check_relaxation(const struct assign_problem *p, const struct assign_result *r)
{
    int64_t least = least_more(p, LICENCES), sum = 0;
    bool split = false;

    for (size_t k = 0; k < CLIENTS; k++)
        split = split || r->split[k];
    assert_int_equal(split, least < 0);
    if (split)
        return;
    for (size_t l = 0; l < LICENCES; l++)
        sum += r->more[l];
    assert_int_equal(sum, r->missing);
    assert_int_equal(r->missing, least);
    assert_true(best_with(p, r->more) >= 0);
    for (size_t l = 0; l < LICENCES; l++)
        assert_int_equal(r->alone[l], least_more(p, l));
}

static void test_optimum(void **state)
{
    size_t feasible = 0, not = 0;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        struct arena a = ARENA_INIT;
        struct err e = ERR_INIT;
        struct instance x;
        struct assign_result r;
        int64_t best;

        make(&x);
        best = best_with(&x.p, NULL);
        if (!assign_solve(&x.p, &a, &r, &e))
            fail_msg("round %d: %s", round, e.text);
        if (r.feasible != (best >= 0) || (r.feasible && r.total != best))
            fail_msg("round %d: found %lld, the best is %lld", round, r.feasible ? (long long)r.total : -1, (long long)best);
        if (r.feasible)
            check_counts(&x.p, &r);
        else
            check_relaxation(&x.p, &r);
        feasible += r.feasible;
        not += !r.feasible;
        arena_free(&a);
    }
    assert_true(feasible > 500 && not > 500);
}

/* The price of a seat is what one more would save; what is too dear by some would be taken when it costs that much less. */
static void test_prices(void **state)
{
    static const int64_t size[] = {10, 10}, seats[] = {12, -1};
    static const size_t client[] = {0, 0}, licence[] = {0, 1};
    static const int64_t cost[] = {5, 9, 5, 20};
    const struct assign_problem p = {2, 2, 2, 1, size, client, cost, licence, seats, 0, 0, false};
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct assign_result r;

    (void)state;
    assert_true(assign_solve(&p, &a, &r, &e));
    assert_true(r.feasible && r.proved);
    assert_int_equal(r.total, 2 * 5 + 8 * 9 + 10 * 5);
    assert_int_equal(r.seat_price[0], 4);
    assert_int_equal(r.seat_price[1], 0);
    assert_int_equal(r.too_dear[0], 0);
    assert_int_equal(r.too_dear[3], 11);
    arena_free(&a);
}

static void test_fixed_cost(void **state)
{
    static const int64_t size[] = {10, 10}, seats[] = {-1, -1};
    static const size_t client[] = {0, 1}, licence[] = {0, 1};
    static const int64_t cost[] = {5, 6, 6, 5};
    struct assign_problem p = {2, 2, 2, 2, size, client, cost, licence, seats, 0, 0, false};
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct assign_result r;

    (void)state;
    assert_true(assign_solve(&p, &a, &r, &e));
    assert_int_equal(r.total, 100);
    p.extra = 15;
    assert_true(assign_solve(&p, &a, &r, &e));
    assert_int_equal(r.total, 110);
    assert_int_equal(r.used[0] + r.used[1], 1);
    p.extra = 5;
    assert_true(assign_solve(&p, &a, &r, &e));
    assert_int_equal(r.total, 105);
    assert_int_equal(r.fixed, 5);
    arena_free(&a);
}

/* 30 PCs can only have a or b, of which there are 10 and 8. */
static void test_too_few(void **state)
{
    static const int64_t size[] = {30, 5}, seats[] = {10, 8, -1};
    static const size_t client[] = {0, 0}, licence[] = {0, 1, 2};
    static const int64_t cost[] = {1, 1, ASSIGN_CANNOT, 1, 1, 1};
    const struct assign_problem p = {2, 3, 3, 1, size, client, cost, licence, seats, 0, 0, false};
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct assign_result r;

    (void)state;
    assert_true(assign_solve(&p, &a, &r, &e));
    assert_false(r.feasible);
    assert_int_equal(r.missing, 12);
    assert_int_equal(r.alone[0], 12);
    assert_int_equal(r.alone[1], 12);
    assert_int_equal(r.alone[2], -1);
    assert_true(r.squeezed[0]);
    assert_false(r.squeezed[1]);
    arena_free(&a);
}

static void test_split_client(void **state)
{
    static const int64_t size[] = {3, 3}, seats[] = {-1, -1};
    static const size_t client[] = {0, 0}, licence[] = {0, 1};
    static const int64_t cost[] = {1, ASSIGN_CANNOT, ASSIGN_CANNOT, 1};
    const struct assign_problem p = {2, 2, 2, 1, size, client, cost, licence, seats, 0, 0, true};
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct assign_result r;

    (void)state;
    assert_true(assign_solve(&p, &a, &r, &e));
    assert_false(r.feasible);
    assert_true(r.split[0]);
    arena_free(&a);
}

int main(void)
{
    ADD(test_optimum);
    ADD(test_prices);
    ADD(test_fixed_cost);
    ADD(test_too_few);
    ADD(test_split_client);
    return fixture_run("fleet/assign");
}
