/*
 * registry.h - what the verbs that change the registry share.
 */
#ifndef AVSWAP_CORE_STEP_REGISTRY_H
#define AVSWAP_CORE_STEP_REGISTRY_H

#include "core/step/verb.h"

struct registry_args {
    const char *key;
    const char *view; /* "64", "32"; NULL: see the verb */
    const char *name; /* of a value */
    const char *type, *data;
    const char *value; /* filter_remove: which list; name: what is taken out of it */
};

/* "64", "32", or something that becomes one. */
bool registry_view_ok(const char *view);
/* The values of just this key, in both views. ERR_OS when they cannot be read. */
bool registry_look(const struct step_ctx *c, const char *key, struct facts *ret, struct err *e) MUST_CHECK;
/* Does the key exist in that view? Its value (name "": the default one); NULL: none. */
bool registry_has_key(const struct facts *f, const char *view);
const struct registry_value *registry_value(const struct facts *f, const char *view, const char *name);

#endif
