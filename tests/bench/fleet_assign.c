/*
 * fleet_assign PCS: one assignment of 400 classes, 25 products of 25 licences and 6 seat limits, exactly and greedily (each
 * class in turn takes what is cheapest for it and still has seats). Prints "COST GREEDY_COST" and "MS GREEDY_MS".
 */
#include "core/assign/assign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CLASSES = 400, PRODUCTS = 25, LIMITS = 6, CLIENTS = 1 };

static uint64_t state = 3;

static int64_t below(int64_t n)
{
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (int64_t)((state >> 33) % (uint64_t)n);
}

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int64_t greedy(const struct assign_problem *p)
{
    int64_t left[PRODUCTS], total = 0, used = 0;
    bool in_use[PRODUCTS] = {false};

    memcpy(left, p->seats, sizeof left);
    for (size_t c = 0; c < p->classes; c++)
        for (int64_t pcs = p->size[c]; pcs > 0;) {
            size_t best = PRODUCTS;
            int64_t n;

            for (size_t i = 0; i < PRODUCTS; i++)
                if (p->cost[c * PRODUCTS + i] != ASSIGN_CANNOT && left[i] != 0 &&
                    (best == PRODUCTS || p->cost[c * PRODUCTS + i] < p->cost[c * PRODUCTS + best]))
                    best = i;
            if (best == PRODUCTS)
                return -1;
            n = left[best] < 0 || left[best] > pcs ? pcs : left[best];
            total += n * p->cost[c * PRODUCTS + best];
            left[best] -= left[best] < 0 ? 0 : n;
            in_use[best] = true;
            pcs -= n;
        }
    for (size_t i = 0; i < PRODUCTS; i++)
        used += in_use[i];
    return total + (used - 1) * p->extra;
}

int main(int argc, char **argv)
{
    static int64_t size[CLASSES], cost[CLASSES * PRODUCTS], seats[PRODUCTS];
    static size_t client[CLASSES], licence[PRODUCTS];
    const int64_t pcs = argc > 1 ? strtoll(argv[1], NULL, 10) : 100000;
    struct assign_problem p = {CLASSES, PRODUCTS, PRODUCTS, CLIENTS, size, client, cost, licence, seats, pcs / 20, 0, false};
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct assign_result r;
    double from, exact, simple;
    int64_t other;

    for (size_t c = 0; c < CLASSES; c++) {
        size[c] = pcs / CLASSES;
        for (size_t i = 0; i < PRODUCTS; i++)
            cost[c * PRODUCTS + i] = i && below(4) == 0 ? ASSIGN_CANNOT : 10 + (int64_t)i / 2 + below(12);
        cost[c * PRODUCTS] = 60; /* what everybody can have, dearly */
    }
    for (size_t i = 0; i < PRODUCTS; i++) {
        licence[i] = i;
        seats[i] = i >= 1 && i <= LIMITS ? pcs / 12 : -1;
    }
    from = now_ms();
    if (!assign_solve(&p, &a, &r, &e) || !r.feasible || !r.proved) {
        fprintf(stderr, "fleet_assign: %s\n", e.code ? e.text : "no proved optimum");
        return 1;
    }
    exact = now_ms() - from;
    from = now_ms();
    other = greedy(&p);
    simple = now_ms() - from;
    if (other < r.total) {
        fprintf(stderr, "fleet_assign: greedy found %lld, cheaper than %lld\n", (long long)other, (long long)r.total);
        return 1;
    }
    printf("%lld %lld\n%.3f %.3f\n", (long long)r.total, (long long)other, exact, simple > 0.001 ? simple : 0.001);
    arena_free(&a);
    return 0;
}
