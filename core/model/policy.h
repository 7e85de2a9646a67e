/*
 * policy.h - the administrator's wishes (avswap-policy(5)). Absent file: all defaults.
 */
#ifndef AVSWAP_CORE_MODEL_POLICY_H
#define AVSWAP_CORE_MODEL_POLICY_H

#include "core/base/schema.h"

enum policy_restore { RESTORE_DEFAULT, RESTORE_ALWAYS, RESTORE_NEVER };

struct policy {
    struct strs jurisdictions;   /* default: US */
    const char *as;              /* persona; default: business */
    struct strs prefer;          /* product or vendor ids, best first */
    struct strs allow;           /* only these products or vendors */
    struct strs forbid;          /* products or vendors never to choose */
    struct strs forbid_countries;
    struct strs licences;        /* acceptable licences; empty: any */
    const char *strategy;        /* playbook id; NULL: best that fits */
    int restore;                 /* enum policy_restore */
    bool eicar;                  /* test with an EICAR file */
    bool no_reboot;              /* never reboot by itself: stop with status 4 instead */
    long long max_reboots;       /* default 2 */
    long long unprotected_limit_s; /* ceiling of the gap; default 600 */
    bool override_guards;        /* go on although the old product says that its removal is not allowed */
    bool allow_unverified;
    const json_t *vars;    /* MAP: values of the products' vars */
    const json_t *secrets; /* MAP: secret var -> "file:/path" or "env:NAME"; never the secret itself */
};
extern const struct schema policy_schema;

#endif
