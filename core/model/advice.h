/*
 * advice.h - what only a person should change when a product goes: settings of other programs that lean on it.
 *
 * Stands in a product's manifest, and, where it was found, in the plan, so that the run looks for it again at its end. It is
 * told; no decision, no exit status and no count of traces depends on it.
 */
#ifndef AVSWAP_CORE_MODEL_ADVICE_H
#define AVSWAP_CORE_MODEL_ADVICE_H

#include "core/model/cond.h"

struct advice {
    const char *id;
    const char *text;  /* what it means and what to do, behind the place and a colon */
    struct cond *each; /* finds the places (cond_lists()) */
    const char *source;
    int confidence;
};
extern const struct schema advice_schema;

/* Adds a sentence for every place that is found. Texts belong to d. */
bool advice_find(const struct advice *x, const struct facts *f, struct doc *d, struct strs *ret, struct err *e) MUST_CHECK;

#endif
