/*
 * assign.h - which class of PCs gets how much of which product: the cheapest assignment under seat limits, exactly.
 *
 * A class is a set of PCs to which the same products can be given at the same costs. Every product takes its seats from
 * one licence. Costs are whole numbers. The optimum is found by GLPK: whether a licence is in use at all is a binary
 * variable; once that is settled the rest is a transportation problem, whose corners are whole numbers.
 *
 * Why it is so comes from the dual of that transportation problem: what one more seat would save, and by how much a
 * product is too dear for a class. When there are too few seats, ret->feasible is false and the smallest relaxation is
 * told instead. Results live in the arena given. ERR_INPUT: the problem is not well formed.
 */
#ifndef AVSWAP_CORE_ASSIGN_ASSIGN_H
#define AVSWAP_CORE_ASSIGN_ASSIGN_H

#include "core/base/mem.h"

#include <stdint.h>

#define ASSIGN_CANNOT INT64_MIN /* a product that a class cannot have */

struct assign_problem {
    size_t classes, products, licences, clients;
    const int64_t *size;    /* of each class, PCs */
    const size_t *client;   /* of each class */
    const int64_t *cost;    /* [class * products + product], per PC; ASSIGN_CANNOT */
    const size_t *licence;  /* of each product */
    const int64_t *seats;   /* of each licence; negative: no limit */
    int64_t extra;          /* of each licence in use beyond the first */
    int64_t extra_client;   /* the same within each client */
    bool one_per_client;    /* at most one licence in use within each client */
};

struct assign_result {
    bool feasible;
    bool proved;         /* the optimum; false: the best found when time was up */
    int64_t total;       /* all costs */
    int64_t fixed;       /* of them those of further licences */
    int64_t *count;      /* [class * products + product] PCs */
    bool *used;          /* licences in use */
    int64_t *seat_price; /* of each licence: what one more seat would save; 0: nothing */
    int64_t *too_dear;   /* [class * products + product]: by how much a seat; 0: would do as well; ASSIGN_CANNOT */
    /* When not feasible: */
    int64_t missing;     /* PCs without a seat, at least; 0: seats are not what is missing */
    int64_t *more;       /* of each licence: seats more in the smallest relaxation */
    int64_t *alone;      /* seats more if only this licence gets any; -1: that alone does not help */
    bool *squeezed;      /* classes that compete for the seats that run out */
    bool *split;         /* clients whose PCs no single licence can serve; with any, seats are told without regard to
                            clients */
};

bool assign_solve(const struct assign_problem *p, struct arena *a, struct assign_result *ret, struct err *e) MUST_CHECK;

#endif
