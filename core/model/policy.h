/*
 * policy.h - the administrator's wishes (avswap-policy(5)). Absent file: all defaults.
 *
 * The keys of the first half hold for one PC as for a fleet; `seats` and the costs are what a fleet is assigned by. A
 * group is a named set of PCs with values of its own: policy_for() gives the wishes that hold for one PC. A PC belongs
 * to the first group that names it.
 *
 * Wishes that exclude each other are refused when the document is read, with both places; what names nothing in the
 * catalogue is told by policy_doubts().
 */
#ifndef AVSWAP_CORE_MODEL_POLICY_H
#define AVSWAP_CORE_MODEL_POLICY_H

#include "core/model/catalog.h"

enum policy_restore { RESTORE_DEFAULT, RESTORE_ALWAYS, RESTORE_NEVER };
enum policy_reinstall { REINSTALL_DISARM, REINSTALL_REFUSE };
enum policy_one { ONE_NO, ONE_PREFER, ONE_REQUIRE };

struct weights { /* how much each part of a candidate's points counts; see core/plan/score.c */
    long long preference;
    long long fit;
    long long evidence;
    long long cost;
};

struct seats { /* of one licence; it may hold for several products, as one vendor's for Linux and Windows */
    const char *licence;
    struct strs products;
    long long seats; /* -1: no limit */
    long long cost;  /* of one seat */
};

struct group {
    const char *name;
    struct strs hosts; /* patterns of host names, or machine ids */
    struct strs tags;
    const char *client; /* whose PCs these are; groups of one client count together. NULL: the group is its own */
    const json_t *set;  /* policy keys that hold for these PCs instead */
};

struct policy {
    struct strs jurisdictions;   /* default: US */
    const char *as;              /* persona; default: business */
    struct strs prefer;          /* product or vendor ids, best first */
    struct weights *weights;     /* NULL: part after part, each only among equals of those before */
    struct strs allow;           /* only these products or vendors */
    struct strs forbid;          /* products or vendors never to choose */
    struct strs allow_countries;
    struct strs forbid_countries;
    struct strs licences;        /* acceptable licences; empty: any */
    struct strs require;         /* capabilities that the replacement must have */
    LIST(struct seats) seats;
    const char *currency;        /* for people: what costs are counted in */
    long long rank_cost;         /* of taking what is one place further down in a PC's own order; default 1 */
    long long extra_product_cost; /* of each further licence that the fleet has in use */
    int one_product_per_client;  /* enum policy_one */
    long long extra_client_cost; /* prefer: of each further licence that one client has in use */
    LIST(struct group) groups;
    const char *strategy;        /* playbook id; NULL: best that fits */
    int restore;                 /* enum policy_restore */
    int reinstallers;            /* enum policy_reinstall */
    bool eicar;                  /* test with an EICAR file */
    bool no_reboot;              /* never reboot by itself: stop with status 4 instead */
    long long max_reboots;       /* default 2 */
    long long unprotected_limit_s; /* ceiling of the gap; 0: by what the plan needs */
    bool override_guards;        /* go on although the old product says that its removal is not allowed */
    bool allow_unverified;
    const json_t *vars;    /* MAP: values of the products' vars */
    const json_t *secrets; /* MAP: secret var -> its source, never the secret itself */
};
extern const struct schema policy_schema;

/* "file:/path", "env:NAME", or "sent": by a jump host, which is given it by --secret. Anything else may be the secret itself. */
bool policy_secret_source(const char *s);

/* The group of a PC; NULL: none. */
const struct group *policy_group(const struct policy *p, const char *hostname, const char *machine_id,
                                 const struct strs *tags);
/* The wishes for a group's PCs: p with what the group sets; vars and secrets are added name by name. g NULL: p. */
bool policy_for(const struct policy *p, const struct group *g, struct doc *d, struct policy *ret,
                struct err *e) MUST_CHECK;
/* The seats that a product takes from; NULL: nobody counts them. */
const struct seats *policy_seats(const struct policy *p, const char *product);

/* Sentences for people: what the policy names and the catalogue does not know. */
bool policy_doubts(const struct policy *p, const struct catalog *c, struct arena *a, struct strs *ret,
                   struct err *e) MUST_CHECK;

#endif
