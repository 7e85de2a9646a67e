/*
 * observe.h - looking at this machine now, for just what a condition asks.
 */
#ifndef AVSWAP_CORE_DETECT_OBSERVE_H
#define AVSWAP_CORE_DETECT_OBSERVE_H

#include "core/model/cond.h"

/* Collects what c needs and judges it. A NULL condition is yes. */
bool observe(const struct cond *c, struct doc *d, struct verdict *ret, struct err *e) MUST_CHECK;
/* Collects what all these conditions need. NULLs among them are skipped. */
bool observe_facts(const struct cond *const *list, size_t n, struct doc *d, struct facts *ret,
                   struct err *e) MUST_CHECK;

#endif
