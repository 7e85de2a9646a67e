/*
 * secrets.h - from the name of a secret to its value, when a step needs it and not before.
 *
 * The plan says where it comes from: "file:/path" (must belong to root and be closed to others), "env:NAME" of the
 * process that runs, or "sent" by a jump host (sent.h). The caller wipes it with secret_clear().
 */
#ifndef AVSWAP_CORE_STEP_SECRETS_H
#define AVSWAP_CORE_STEP_SECRETS_H

#include "core/base/secret.h"
#include "core/model/plan.h"

bool secret_resolve(const struct plan *p, const char *name, struct secret *ret, struct err *e) MUST_CHECK;

#endif
