/*
 * survey.h - one question to many PCs, each by one visit, so many at once. Nothing is changed on the PCs.
 *
 *     detect    their facts, which go to each PC's folder (folder.h)
 *     prove     whether each has the passwords and tokens that its plan names, and whether they are right as far as that can be
 *               told without using them up. Only PCs whose plan names any are asked.
 *
 * A directory may count refused logins of a user over all PCs and lock the account: until a PC has let him in, and while there are
 * refusals in a row, no more sessions of that user are open than SURVEY_REFUSALS allows, and behind so many in a row nobody else is asked
 * with that login.
 *
 * What was learned of a PC goes to the roster. One that does not answer, or not as it should, is told and the others go on.
 */
#ifndef AVSWAP_CORE_FLEET_SURVEY_H
#define AVSWAP_CORE_FLEET_SURVEY_H

#include "core/fleet/drive.h"

enum { SURVEY_REFUSALS = 3 }; /* as rollouts have it, unless they say otherwise */
#define SURVEY_REFUSED "PC after PC refused this login; put it right and ask again"

struct survey_request {
    const struct drive_request *r;      /* state, store, roster, workers, transport */
    const struct roster_host **hosts;
    size_t n;
    unsigned at_once, per_second;
    bool prove;
    /* The end of one: text is "" when it answered well, else the reason, which may be the PC's own words. */
    void (*tell)(void *arg, const struct roster_host *h, const char *text);
    void *arg;
};

struct survey_result {
    size_t asked;
    size_t answered, silent, failed; /* failed: reached, or not to be before a person has looked, or not asked for that reason */
};

bool survey(const struct survey_request *q, struct survey_result *ret, struct err *e) MUST_CHECK;

#endif
