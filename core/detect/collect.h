/*
 * collect.h - facts from this machine.
 *
 * What cannot be read becomes a gap in the facts, not an error; only running out of memory fails.
 */
#ifndef AVSWAP_CORE_DETECT_COLLECT_H
#define AVSWAP_CORE_DETECT_COLLECT_H

#include "core/model/facts.h"

/* parts: enum facts_part bits; q: files to look at and commands to ask (may be empty). */
bool facts_collect(unsigned parts, const struct questions *q, struct doc *d, struct facts *ret,
                   struct err *e) MUST_CHECK;

#endif
