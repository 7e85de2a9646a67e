/*
 * plan.h - plan.json: everything the worker will do on one PC, concrete, explained, and bound by digests.
 *
 * The plan is self-contained: a run needs no catalogue. `digest` is that of the plan without that key, made of its
 * members' digests (json_digest_members), so that plans which differ in their machine only share most of the work.
 * Secrets appear by name only.
 */
#ifndef AVSWAP_CORE_MODEL_PLAN_H
#define AVSWAP_CORE_MODEL_PLAN_H

#include "core/model/finding.h"
#include "core/model/playbook.h"

struct assumption { /* checked again before the first step; a plan whose assumptions fail is refused */
    const char *text;
    struct cond *cond;
};

struct points { /* of a candidate, 0 to 100 each; see core/plan/score.c */
    long long preference;
    long long fit;
    long long evidence;
    long long cost;
    long long total; /* weighed, where the policy has weights */
};

struct candidate { /* in their order for this PC, best first; then those that cannot be */
    const char *product;
    const char *name;
    int fate; /* enum candidate_fate */
    struct points *points; /* NULL: rejected */
    struct strs reasons; /* sentences */
};
enum candidate_fate { CANDIDATE_REJECTED, CANDIDATE_ELIGIBLE, CANDIDATE_CHOSEN };

struct plan_product { /* what the worker must know of a source or target */
    const char *product;
    const char *name;
    const char *version; /* sources: as found */
    int role;
    struct health *health;
    struct cond *gone; /* sources: holds when every trace that must go has gone */
    struct eicar_def *eicar;
    LIST(struct leftover) leftovers;
    LIST(struct leftover) reinstallers;
};

struct step {
    const char *id; /* "s01".. in order */
    int stage;
    const char *verb;
    const char *title;
    const char *product; /* whose step it is; NULL: the plan's */
    const json_t *args;
    struct cond *before; /* expected state; NULL: any */
    struct cond *after;  /* its effect holds (with the verb's own probe) */
    const char *undo;    /* what undoing does, for people; NULL: there is none */
    const char *no_undo; /* why there is none: "changes nothing", "leaves no value behind", or a no-return */
    long long timeout_s;
    bool auxiliary;
    bool repeat; /* after an interruption its effect is not believed */
    bool drops_network;
    bool no_return; /* once it acted, the steps before it can no longer be undone */
    LIST(struct exit_code) exit_codes;
};

enum rung { RUNG_NEW_HEALTHY, RUNG_OLD_RESTORED, RUNG_OTHER_PROTECTION, RUNG_UNPROTECTED, RUNG_COUNT };
extern const char *const rung_names[];

struct ladder_rung {
    int rung;
    bool allowed;
    const char *why;
    struct cond *cond; /* other protection: holds when it protects; an old product that could not be put back: holds
                          while it still protects, so that undoing the rest is right */
};

struct plan {
    const char *id; /* first 12 digits of the digest without id and digest */
    instant made_at;
    const char *tool;
    const char *catalog_digest;
    const char *catalog_commit; /* that these files were accepted with; NULL: those inside the program, or a folder's */
    struct strs catalog_overlay; /* what the site's own folders changed in it, as sentences */
    struct machine *machine;
    const char *strategy; /* playbook id */
    LIST(struct plan_product) sources;
    struct plan_product *target; /* NULL: nothing to install */
    struct strs explain;    /* why this one, why this way */
    LIST(struct candidate) candidates;
    struct strs warnings;
    LIST(struct advice) advice; /* found on this PC; looked for again at the end of the run */
    LIST(struct ladder_rung) ladder;
    LIST(struct assumption) assumptions;
    struct strs secrets; /* names needed */
    const json_t *secret_sources; /* MAP name -> "file:..." | "env:..." | "sent" */
    LIST(struct step) steps;
    long long expected_s; /* what such a run usually takes, by the manifests; 0: nothing says */
    long long max_reboots;
    bool no_reboot;
    long long unprotected_limit_s;
    bool eicar;
    struct strs unverified; /* sections run although not verified */
    const char *digest;
};
extern const struct schema plan_schema;

/* Computes the digest of a plan (its digest field is left out). */
bool plan_digest(const struct plan *p, char hex[65], struct err *e) MUST_CHECK;
/* Reads and checks a plan: schema, digest, step ids. */
bool plan_read(struct doc *d, const char *file, const char *text, size_t len, struct plan *ret, struct err *e) MUST_CHECK;
const struct step *plan_step(const struct plan *p, const char *id);
struct plan_file {
    const char *name;   /* in the jump host's folder of installers */
    const char *sha256;
};
/* The installers that a jump host sends for it. ERR_INPUT: a name or digest that is none. */
struct plan_files {
    LIST(struct plan_file) files;
};
bool plan_sent(const struct plan *p, struct arena *a, struct plan_files *ret, struct err *e) MUST_CHECK;
/* Does a jump host send this secret? */
bool plan_secret_sent(const struct plan *p, const char *name);
/* A secret that comes from the environment of who starts the run: a worker that goes on detached or after a reboot has
 * another one. NULL: none does. */
const char *plan_fleeting_secret(const struct plan *p);

#endif
