/*
 * package.h - what the package verbs share.
 */
#ifndef AVSWAP_CORE_STEP_PACKAGE_H
#define AVSWAP_CORE_STEP_PACKAGE_H

#include "core/step/verb.h"

struct package_names { /* arguments of several verbs */
    struct strs names;
    const char *to;
};

/* A condition that holds when every package of the list is in state `installed`, or else when every one is absent,
 * with its configuration. */
bool package_cond(const struct strs *names, bool installed, struct doc *d, struct cond **ret, struct err *e) MUST_CHECK;
/* The packages of `names` that are on this PC in at least this state. */
bool package_present(const struct strs *names, enum package_state least, struct doc *d, struct strs *ret,
                     struct err *e) MUST_CHECK;
/* For verbs that change packages, beside their condition: nothing is done as long as an interrupted dpkg is not. */
bool package_probe(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e) MUST_CHECK;
/* Waits for other package managers, as one that a killed run left at work, and finishes what one left half done. */
bool package_settle(const struct step_ctx *c, struct err *e) MUST_CHECK;
/* The rebuilt package file of a package in the backup folder, NULL when there is none; its digest is checked. */
bool package_rebuilt(const struct step_ctx *c, const char *name, const char **ret, struct err *e) MUST_CHECK;

#endif
