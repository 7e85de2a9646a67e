/*
 * product.h - vendors/<vendor>/vendor.json and vendors/<vendor>/<product>.json: how one product on one OS family is
 * recognised, installed, judged healthy, removed, and what it leaves behind.
 *
 * A product is a source (to be removed) or a target (a replacement) by the measures in force, not by its file.
 * Every section carries `source` (where the fact comes from) and `confidence`; unverified ones are not run unattended.
 * Step arguments may contain ${name}: values of `vars` (never of secret ones), and
 *   ${run} ${payload} ${backup}   folders of this run.
 */
#ifndef AVSWAP_CORE_MODEL_PRODUCT_H
#define AVSWAP_CORE_MODEL_PRODUCT_H

#include "core/model/advice.h"

enum confidence {
    CONFIDENCE_UNSET,
    CONFIDENCE_DOCUMENTED, /* the vendor's or the distribution's documentation, or its published installer */
    CONFIDENCE_FIELD,      /* public code or reports of people who did it */
    CONFIDENCE_TESTED,     /* done by this project's own tests on the real product */
    CONFIDENCE_UNVERIFIED, /* believed; refuses to run without --allow-unverified */
};
extern const char *const confidence_names[];

enum product_role {
    ROLE_UNSET,
    ROLE_PROTECTION, /* detects and blocks by itself */
    ROLE_COMPONENT,  /* a part of a protection product, as a GUI */
    ROLE_AGENT,      /* management: removed last */
};
extern const char *const product_role_names[];

struct step_def { /* a step as written in a product or playbook, before the planner made it concrete */
    const char *verb; /* NULL in a playbook's `use` step */
    const char *use;  /* playbooks only: "source.remove", "source.clean", "target.install", ... */
    const char *title;
    const json_t *args;     /* checked against the verb's schema */
    struct cond *each;      /* a probe: one step for every fact that it finds; ${each.FIELD} in title and args */
    struct cond *when;      /* planned only if it holds on the facts; unknown counts as no */
    struct cond *after;     /* holds once the step had its effect; default: the verb's own probe */
    long long timeout_s;    /* 0: the verb's default */
    bool auxiliary;         /* its failure is recorded but never leads to a rollback */
    bool repeat;            /* after an interruption it is run again although `after` holds: its traces appear early */
    bool drops_network;
    const char *no_undo;    /* where the verb could undo it but not with these arguments: why nothing does */
    const char *source;
    int confidence;
};
extern const struct schema step_def_schema;

struct section { /* a list of steps */
    LIST(struct step_def) steps;
    long long expected_s; /* how long it usually takes, for progress and polling */
    const char *source;
    int confidence;
};

struct supplier { /* whose engine is inside */
    const char *vendor;
    bool optional; /* in some versions or settings only: a name alone does not tell */
    const char *source;
    int confidence;
};

struct requirement {
    const char *text; /* "at least 3 GiB of memory" */
    struct cond *cond;
    const char *source;
    int confidence;
};

struct leftover {
    const char *id;
    const char *text;
    struct cond *cond; /* yes: it is here */
    const char *source;
    int confidence;
};

struct report_def { /* something the product's own command or registry tells */
    const char *name; /* "database_date", "ksn", "licence", ... */
    struct strs argv;
    const char *registry; /* key pattern; with `value`: the name of the value (pattern) */
    const char *value;
    struct strs json; /* paths tried in order: field names differ between versions and languages */
    struct strs key;
    int decode; /* enum cond_decode */
    const char *source;
    int confidence;
};

struct health {
    struct cond *installed;
    struct cond *running;
    struct cond *realtime;
    struct cond *fresh;
    struct cond *managed;
    const json_t *absent; /* MAP: a fact without a condition -> why nothing on the PC tells it */
    long long within_s; /* deadline for becoming healthy after installation */
    const char *source;
    int confidence;
};

struct var {
    const char *name;
    const char *label;
    const char *def; /* value when none is given; NULL: none */
    bool secret;
    bool required;
    bool file; /* the value is the path of a file supplied by the administrator */
    const char *source;
};

enum artifact_kind { ARTIFACT_UNSET, ARTIFACT_REPOSITORY, ARTIFACT_FILE };
struct artifact {
    const char *id;
    int kind;             /* repository: packages with their dependencies by the system's signed repositories;
                             file: one installer file that the administrator supplies or a URL gives */
    struct strs packages; /* repository */
    const char *name;     /* file: name below ${payload} */
    const char *url;      /* file: NULL when only the administrator has it (var `from`) */
    const char *from;     /* file: var with the path on this PC */
    const char *sha256;   /* file: NULL for rolling or per-tenant files (then the var NAME_sha256 or a signer) */
    const char *signer;   /* file: pattern of the signer's name; both halves of the signature must hold */
    long long size_mib;   /* for the disk check */
    struct cond *when;    /* got only where this holds, as an installer for one kind of processor */
    const char *source;
    int confidence;
};

struct capabilities {
    int realtime;            /* enum tri */
    bool passive;            /* can be installed without its on-access engine running */
    bool awakes;             /* part of the system: becomes active by itself once no other product is registered */
    bool fanotify_exclusive; /* refuses while another process holds fanotify marks */
    bool server;
    bool edr_only;
};

struct exit_code {
    long long code;
    int outcome; /* enum outcome_kind, event.h */
    const char *text;
};

struct eicar_def {
    int expect;      /* enum eicar_expect */
    const char *dir; /* where the test file is written */
    long long within_s;
    const char *source;
};
enum eicar_expect { EICAR_NONE, EICAR_BLOCKED, EICAR_QUARANTINED };

struct detect_def {
    struct cond *installed;
    struct cond *half_removed; /* engine there but not whole */
    struct strs version_from;  /* package names (patterns) whose version is the product's */
    const char *source;
    int confidence;
};

struct removal_guard { /* reasons why an uninstall would be refused; looked at before anything changes */
    const char *text;
    struct cond *blocked; /* yes: blocked */
    const char *source;
    int confidence;
};

struct manual_work { /* what a person does where it does not go, or does not go safely, by itself */
    const char *why;
    struct strs steps; /* in order, a sentence each */
    const char *source;
    int confidence;
};

struct import_def { /* where a machine took the file from; a candidate was reviewed by nobody and is never planned */
    const char *from;    /* "winget" */
    const char *id;      /* there */
    const char *version; /* there */
    instant fetched;
    bool candidate;
    struct strs todo; /* what the reviewer has to find out; empty once it is no candidate */
};

struct product {
    const char *id; /* "kaspersky.kesl.linux" */
    const char *vendor;
    const char *name;
    const char *os; /* family */
    int role;
    const char *licence; /* "free", "subscription", "builtin"; NULL unknown */
    struct strs audience;
    struct strs alternatives_of; /* same product under other names */
    LIST(struct supplier) engine_suppliers;
    const char *moved_by_vendor; /* set: the vendor itself put this here in place of its own (successor) */
    struct detect_def *detect;
    LIST(struct leftover) leftovers;
    LIST(struct report_def) reports;
    struct health *health;
    struct capabilities *capabilities;
    LIST(struct requirement) requires;
    LIST(struct var) vars;
    LIST(struct artifact) payload;
    struct section *install;  /* files and configuration; on-access engine not running where `passive` */
    struct section *activate; /* switches the on-access engine on */
    struct section *disarm; /* agents: steps that keep it from bringing others back while they are removed */
    struct section *remove;
    struct manual_work *manual_install; /* set: never planned, whatever `install` says */
    struct manual_work *manual_remove;  /* set: a plan is refused and tells it, whatever `remove` says */
    struct section *clean;
    LIST(struct removal_guard) guards;
    LIST(struct leftover) reinstallers; /* who would bring it back */
    LIST(struct advice) advice;         /* what a person should change by hand once it has gone */
    struct strs state_paths;            /* saved with the rebuilt package before removal */
    struct strs packages;               /* of this product, rebuilt before removal */
    LIST(struct exit_code) exit_codes;
    struct eicar_def *eicar;
    struct strs notes; /* for the plan's reader, as console work to do */
    struct import_def *import; /* NULL: written by people */
    const char *source;
    int confidence;
};
extern const struct schema product_schema;

struct inventory_kind { /* rows of inventories that the vendor's own product files do not tell apart */
    int class;           /* enum triage_class */
    const char *product; /* id without its system, as "vendor.agent"; NULL: none of the catalogue's */
    struct strs names;   /* patterns of names, where the name or the publisher is the vendor's */
    struct strs packages; /* names of Linux packages, which need no publisher */
    struct strs codes;   /* product codes that were seen: they name a row, never what is removed */
    const char *source;
    int confidence;
};

struct vendor_inventory { /* how exported inventories name the vendor */
    struct strs words; /* its name in each script: beginnings of words */
    struct strs about; /* patterns of names of tools of others that deal with its products */
    struct strs tools; /* its own, whose names sound the same */
    struct strs common_packages; /* names that others' packages bear as well */
    LIST(struct inventory_kind) kinds; /* asked in order, before the products' own patterns */
    const char *source;
    int confidence;
};

struct listing_of {
    const char *entity;
    const char *list; /* "US Entity List" */
    const char *source;
    int confidence;
};

struct vendor {
    const char *id;
    const char *name;
    struct strs aliases;
    struct strs entities; /* legal entities that measures name */
    LIST(struct listing_of) listed; /* those of them that stand on a list of a state */
    struct strs signers;  /* subjects of its signing certificates */
    struct strs team_ids; /* under which Apple signs for it */
    const char *country; /* ISO 3166 alpha-2; NULL unknown */
    struct vendor_inventory *inventory;
    const char *source;
    int confidence;
};
extern const struct schema vendor_schema;
/* Parts that plan.json embeds. */
extern const struct schema leftover_schema, health_schema, exit_code_schema, eicar_schema;
extern const struct schema capability_schema; /* its fields are what a policy may require */

/* Nobody has reviewed it: it has no say on any PC. */
bool product_is_candidate(const struct product *p);
/* Any part of the product needed to run it that is not verified: its name ("install"), else NULL. */
const char *product_unverified(const struct product *p, bool as_source);

#endif
