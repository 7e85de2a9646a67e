#include "core/model/policy.h"

static const char *const restore_names[] = {"default", "always", "never", NULL};

static const struct field policy_fields[] = {
    FIELD(policy, STRS, jurisdictions, "whose law applies: US, US-federal, AU-federal, DE ... (default: US)"),
    FIELD(policy, STR, as, "who the owner is: business, individual, federal, contractor, msp ... (default: business)"),
    FIELD(policy, STRS, prefer, "products or vendors, best first"),
    FIELD(policy, STRS, allow, "only these products or vendors"),
    FIELD(policy, STRS, forbid, "never these products or vendors"),
    FIELD(policy, STRS, forbid_countries, "no vendor with its seat there (ISO 3166 codes)"),
    FIELD(policy, STRS, licences, "acceptable licences: free, subscription, builtin"),
    FIELD(policy, STR, strategy, "playbook to use: overlap, replace, builtin ... (default: the safest that fits)"),
    FIELD(policy, ENUM, restore,
          "may the old product be restored after a failure? default: unless a measure forbids this owner its use",
          .names = restore_names),
    FIELD(policy, BOOL, eicar, "test the new engine with an EICAR file"),
    FIELD(policy, BOOL, no_reboot, "never reboot: stop with status 4 instead"),
    FIELD(policy, INT, max_reboots, "how often a run may reboot", .min = 0, .max = 10, .def = 2),
    FIELD(policy, INT, unprotected_limit_s, "seconds without protection after which the run turns round", .min = 1,
          .max = 86400, .def = 600),
    FIELD(policy, BOOL, override_guards,
          "go on although the old product says that its removal is not allowed, as when its console is gone"),
    FIELD(policy, BOOL, allow_unverified, "run steps whose facts are not verified"),
    FIELD(policy, MAP, vars, "values of the products' variables; NAME_sha256 gives the digest of the installer that NAME points to"),
    FIELD(policy, MAP, secrets, "secret variable -> file:/path or env:NAME; never the secret itself"),
    FIELD_END,
};
const struct schema policy_schema = {"policy", "avswap.policy/1", "the administrator's wishes", sizeof(struct policy),
                                     policy_fields, NULL};
