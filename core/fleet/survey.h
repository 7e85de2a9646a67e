/*
 * survey.h - the facts of many PCs, each by one visit, so many at once. Nothing is changed on the PCs.
 *
 * Facts go to each PC's folder (folder.h), what was learned of it to the roster. A PC that does not answer, or not as it
 * should, is told and the others go on.
 */
#ifndef AVSWAP_CORE_FLEET_SURVEY_H
#define AVSWAP_CORE_FLEET_SURVEY_H

#include "core/fleet/drive.h"

struct survey_request {
    const struct drive_request *r;      /* state, store, roster, workers, transport */
    const struct roster_host **hosts;
    size_t n;
    unsigned at_once, per_second;
    /* The end of one: text is "" when its facts are here. harmless: it can be shown as it is. */
    void (*tell)(void *arg, const struct roster_host *h, const char *text);
    void *arg;
};

struct survey_result {
    size_t answered, silent, failed; /* failed: reached, or not to be reached before a person has looked */
};

bool survey(const struct survey_request *q, struct survey_result *ret, struct err *e) MUST_CHECK;

#endif
