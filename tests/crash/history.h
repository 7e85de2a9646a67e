/*
 * history.h - the histories of one scenario with one switch: the uninterrupted run, and every interrupted one that is
 * chosen.
 */
#ifndef AVSWAP_TESTS_CRASH_HISTORY_H
#define AVSWAP_TESTS_CRASH_HISTORY_H

#include "tests/crash/world.h"

enum kind { KIND_KILL, KIND_LATE, KIND_TREE, KIND_POWER, KIND_JOURNAL, KIND_ALLOC, KIND_STARVE, KINDS };
extern const char *const kind_names[];

struct choice {
    unsigned long sample, seed;
    bool all;         /* every point once */
    bool verbose;
    const char *one;  /* only this history: "kill/17-", "power/3+/tree/40-"; NULL: as sampled */
    const char *kind; /* only this kind */
};

struct tally {
    unsigned long histories, wrong, stranded, cuts;
};

/* Adds to *t and prints what is wrong and one line at the end. */
void history_run(const struct scenario *s, enum sim_switch misbehaves, const struct choice *c, struct tally *t);

#endif
