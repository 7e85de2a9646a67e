/*
 * form.h - one plan for many machines: the text and digests of a plan in which only the machine is left open.
 *
 * plan_form_fill() gives, for a machine, the very bytes (compact) of the plan that plan_make() would have made from facts
 * that differ in their machine only. A form lives until plan_form_free().
 */
#ifndef AVSWAP_CORE_PLAN_FORM_H
#define AVSWAP_CORE_PLAN_FORM_H

#include "core/model/plan.h"

struct plan_form {
    struct buf head;   /* up to the id */
    struct buf middle; /* from there up to the machine */
    struct buf tail;   /* from there up to the digest */
    struct buf lines;  /* what the digest is made of (json_digest_members), without id, machine and digest */
    size_t id_at, machine_at; /* where their lines belong in `lines` */
};

bool plan_form_make(const struct plan *p, struct plan_form *ret, struct err *e) MUST_CHECK;
/* Appends the plan's text, with a line end. */
bool plan_form_fill(const struct plan_form *f, const struct machine *m, struct buf *out, struct err *e) MUST_CHECK;
void plan_form_free(struct plan_form *f);

#endif
