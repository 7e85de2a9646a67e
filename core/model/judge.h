/*
 * judge.h - what the files that judge conditions share. For them only; everybody else uses cond.h.
 */
#ifndef AVSWAP_CORE_MODEL_JUDGE_H
#define AVSWAP_CORE_MODEL_JUDGE_H

#include "core/model/cond.h"

struct judge {
    const struct facts *facts;
    struct arena *arena;
};

/* The value of a general fact as text, NULL when it is not known; *decode is set to what the fact is by nature. */
const char *judge_fact_value(const struct judge *j, const char *name, int *decode);
/* The list's texts with spaces between; NULL when memory runs out. */
const char *judge_join(struct arena *a, const struct strs *list);

#endif
