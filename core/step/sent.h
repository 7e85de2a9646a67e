/*
 * sent.h - where on this PC lies what a jump host sends for a run: secrets by name, installers by digest, in private folders of the
 * state folder. core/run/keep.h puts them there and takes them away; core/model/visit.h is how they come.
 *
 * Paths live in the arena. NULL: ERR_INPUT, a name or digest that is none; ERR_NOMEM.
 */
#ifndef AVSWAP_CORE_STEP_SENT_H
#define AVSWAP_CORE_STEP_SENT_H

#include "core/model/plan.h"

const char *sent_secret(const char *name, struct arena *a, struct err *e);
const char *sent_file(const char *sha256, struct arena *a, struct err *e);
/* ERR_PAYLOAD: an installer that is sent for the plan is not here whole. */
bool sent_check(const struct plan *p, struct arena *a, struct err *e) MUST_CHECK;

#endif
