/*
 * keep.h - what a jump host sends to a PC for its run, in private folders (0700) of the state folder: secrets, installers,
 * and the program that does the work. core/model/visit.h says what they look like on the wire.
 *
 * Secrets and installers serve one run at a time, as a PC has; secrets go with its end, all of it when the jump host has
 * acknowledged. Everything here may be repeated.
 */
#ifndef AVSWAP_CORE_RUN_KEEP_H
#define AVSWAP_CORE_RUN_KEEP_H

#include "core/model/plan.h"
#include "core/model/visit.h"

/* Writes each member of an object that the plan needs where the run finds it (0600, core/step/sent.h); the others are passed over.
 * ERR_SECRET: the plan takes one from elsewhere, or it is no text, empty or too long. */
bool keep_secrets(const struct plan *p, const json_t *secrets, struct err *e) MUST_CHECK;
bool keep_no_secrets(struct err *e) MUST_CHECK;

/* Which of the offered installers are not here whole (in the arena), with the bytes of each that are. What an earlier run left goes.
 * ERR_PREFLIGHT: there is no room for the rest of them. */
bool keep_lacks(const struct visit_request *offer, struct arena *a, struct visit_answer *ret, struct err *e) MUST_CHECK;
/* One piece of an installer: "SHA256 OFFSET SIZE\n" and its bytes. */
bool keep_file(const char *data, size_t len, struct err *e) MUST_CHECK;
bool keep_no_files(struct err *e) MUST_CHECK;

/* Removes the workers that were pushed before this one. What cannot be removed stays for the next time. */
bool keep_this_worker(struct err *e) MUST_CHECK;

#endif
