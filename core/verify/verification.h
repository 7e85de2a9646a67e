/*
 * verification.h - a PC as it stands now against what a plan promises, all in one: what `avswap verify` shows and what a
 * jump host is told when it looks again after a wave has soaked. Looks, changes nothing but the EICAR test file.
 *
 * All memory is the document's.
 */
#ifndef AVSWAP_CORE_VERIFY_VERIFICATION_H
#define AVSWAP_CORE_VERIFY_VERIFICATION_H

#include "core/verify/verify.h"

struct verification {
    struct checks gone;
    struct checks healthy;
    struct check_result eicar; /* what is NULL: not asked */
    bool other;                /* an old product still protects */
};

/* ERR_INPUT: an EICAR test is asked for and the plan's product has none. */
bool verification_look(const struct plan *p, bool eicar, struct doc *d, struct verification *ret, struct err *e) MUST_CHECK;
/* All checks in one list, as they are shown and judged. */
bool verification_list(const struct verification *v, struct arena *a, struct check_result **ret, size_t *n,
                       struct err *e) MUST_CHECK;
/* EXIT_DONE as promised, EXIT_UNPROTECTED, EXIT_ERROR not as promised, EXIT_IN_DOUBT not established. */
int verification_status(const struct verification *v);

#endif
