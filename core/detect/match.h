/*
 * match.h - findings from facts and product definitions. Pure.
 */
#ifndef AVSWAP_CORE_DETECT_MATCH_H
#define AVSWAP_CORE_DETECT_MATCH_H

#include "core/model/catalog.h"
#include "core/model/finding.h"

bool match_facts(const struct facts *f, const struct catalog *c, const struct owner *o, instant now, struct doc *d,
                 struct findings *ret, struct err *e) MUST_CHECK;
/* The five health facts of one product, with evidence. */
bool match_health(const struct health *h, const struct facts *f, struct arena *a, struct health_facts *ret,
                  struct err *e) MUST_CHECK;

#endif
