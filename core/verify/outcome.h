/*
 * outcome.h - plan and journal -> outcome. Pure.
 */
#ifndef AVSWAP_CORE_VERIFY_OUTCOME_H
#define AVSWAP_CORE_VERIFY_OUTCOME_H

#include "core/model/outcome.h"

bool outcome_make(const struct plan *p, const struct event *events, size_t n, const char *journal_head, struct doc *d,
                  struct outcome *ret, struct err *e) MUST_CHECK;

#endif
