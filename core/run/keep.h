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

/* Does a secret of the plan come from the folder of sent ones? *ret_path: its file; NULL: from elsewhere. */
bool keep_secret_path(const struct plan *p, const char *name, struct arena *a, const char **ret_path, struct err *e) MUST_CHECK;
/* Writes each member of an object that the plan needs where it looks for it (0600); the others are passed over. ERR_SECRET:
 * the plan takes one from elsewhere, or it is no text, empty or too long. */
bool keep_secrets(const struct plan *p, const json_t *secrets, struct err *e) MUST_CHECK;
bool keep_no_secrets(struct err *e) MUST_CHECK;

/* One piece of an installer: "SHA256 OFFSET SIZE\n" and its bytes. */
bool keep_file(const char *data, size_t len, struct err *e) MUST_CHECK;
bool keep_no_files(struct err *e) MUST_CHECK;

/* Removes the workers that were pushed before this one. What cannot be removed stays for the next time. */
bool keep_this_worker(struct err *e) MUST_CHECK;

#endif
