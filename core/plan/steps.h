/*
 * steps.h - what the files share that make a playbook's stages concrete: steps.c the steps, expand.c their texts, uses.c
 * what `use` stands for.
 */
#ifndef AVSWAP_CORE_PLAN_STEPS_H
#define AVSWAP_CORE_PLAN_STEPS_H

#include "core/plan/internal.h"

struct builder {
    struct planning *p;
    size_t max;
    int stage;
};

/* Where ${name} is looked up. */
struct scope {
    const struct planning *p;
    const struct product *x; /* NULL: a playbook's own step */
    const json_t *each;      /* the fact that this step is for; NULL: none */
};

const struct var *planning_find_var(const struct product *x, const char *name, size_t n);
/* A copy of a verb's arguments with every text expanded; NULL with the error set, ERR_NOT_FOUND when a text serves what
 * nobody gave or what the fact does not have. */
json_t *steps_expand(const struct scope *o, const json_t *args, const struct schema *s);
json_t *steps_expand_text(const struct scope *o, const char *text);
/* What was expanded as a verb sees it or a person reads it: values as they stand. NULL: no memory. */
json_t *steps_plain(const json_t *expanded);
/* A value for an argument that is expanded yet, so that it comes out as it stands; NULL: no memory. */
const char *steps_literal(struct arena *a, const char *value);

/* A step that the planner itself makes; args is a new reference. */
bool steps_make(struct builder *b, const struct product *x, const char *verb, json_t *args, const char *fmt,
                const char *name) MUST_CHECK;
struct cond *steps_negate(struct arena *a, struct cond *c);
json_t *steps_strings(const struct strs *list);

bool use_guards(struct builder *b, const struct product *x) MUST_CHECK;
bool use_backup(struct builder *b, const struct product *x) MUST_CHECK;
bool use_payload(struct builder *b, const struct product *x) MUST_CHECK;

#endif
