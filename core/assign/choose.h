/*
 * choose.h - from a census to an assignment: classes of equal eligibility, the cheapest assignment of them, and its reasons.
 *
 * PCs of one group that can have the same products in the same order of merit are one class here, however else their facts
 * differ. What each class gets is settled by assign.h; within it the PCs are served in the order of the census, so that
 * the same facts give the same plans. Results live in the doc given.
 */
#ifndef AVSWAP_CORE_ASSIGN_CHOOSE_H
#define AVSWAP_CORE_ASSIGN_CHOOSE_H

#include "core/assign/census.h"
#include "core/model/assignment.h"

struct allotment { /* so many PCs of a census class get this product */
    uint32_t class;
    const struct product *target; /* NULL: only cleaning up */
    size_t pcs;
    const char *why;
};

struct choice {
    struct assignment doc;
    LIST(struct allotment) allotments; /* by class, each class's in the order in which its PCs are served */
};

/* taken[i]: seats of the policy's seats[i] that PCs outside of the census hold; NULL: none. */
bool choose(const struct census *c, const long long *taken, struct doc *d, struct choice *ret, struct err *e) MUST_CHECK;

#endif
