/*
 * verify.h - the after-state: is the old product gone, is the new one healthy. Looks, changes nothing.
 */
#ifndef AVSWAP_CORE_VERIFY_VERIFY_H
#define AVSWAP_CORE_VERIFY_VERIFY_H

#include "core/model/outcome.h"

struct checks {
    LIST(struct check_result) list;
    bool good;   /* everything that must hold holds */
    size_t residue; /* traces left: reported, never a reason to turn round */
    size_t reinstallers; /* of these: who would bring it back */
    struct strs advice; /* what the plan tells a person to change, as far as it is still there */
};

/* The health facts named ("installed", "running", "realtime", "fresh", "managed"; NULL: all that are defined). */
bool verify_health(const struct plan_product *p, const struct strs *facts, struct doc *d, struct checks *ret,
                   struct err *e) MUST_CHECK;
/* Every source is gone; its leftovers, who would bring it back, and what a person should change are listed. */
bool verify_gone(const struct plan *p, struct doc *d, struct checks *ret, struct err *e) MUST_CHECK;
/* The same for the journal: {"checks": [...], "notes": [...]}, the second only where there is advice. */
bool verify_json(const struct checks *c, struct doc *d, json_t **ret, struct err *e) MUST_CHECK;

/*
 * The EICAR test: writes the test file, composed at run time, where the product looks, and reads it. `ret_what` says
 * what happened and who holds the marks that blocked it. The file is removed again.
 */
enum eicar_answer { EICAR_WAS_ALLOWED, EICAR_WAS_BLOCKED, EICAR_WAS_REMOVED };
bool verify_eicar(const struct eicar_def *how, bool (*tick)(void *), void *arg, struct doc *d,
                  enum eicar_answer *ret, const char **ret_what, struct err *e) MUST_CHECK;

#endif
