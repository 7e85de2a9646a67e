/*
 * notice.h - the expected change that a security operations centre is told of: avswap.notice/1 from rollout and plans.
 *
 * Calling order: notice_begin(), notice_tell() or notice_add() for each PC with its plan, then notice_write() or a report. notice_load() does the
 * first two from the jump host's state. Which were given for a rollout under way: notices.h. Everything in the notice belongs to the doc; no secret is in it, as none is in a plan.
 */
#ifndef AVSWAP_CORE_FLEET_NOTICE_H
#define AVSWAP_CORE_FLEET_NOTICE_H

#include "core/model/fleet.h"
#include "core/model/plan.h"
#include "core/store/roster.h"
#include "core/store/store.h"

struct notice_source {
    const char *state;    /* folder of the jump host */
    const char *operator, *contact; /* NULL: not told */
    instant now;
    instant begins;       /* INSTANT_NONE: not fixed */
    const struct rollout *rollout; /* waves and windows; NULL: the one in the store, else none */
};

void notice_begin(const struct notice_source *how, struct notice *ret);
/* A worker that is going to be sent. */
bool notice_worker(struct notice *n, const char *os, const char *sha256, struct doc *d, struct err *e) MUST_CHECK;
/* wave and window may be NULL. Nothing of the plan is kept. */
bool notice_add(struct notice *n, const struct fleet_host *h, const char *machine, const char *wave, const struct window *w,
                long long utc_offset_min, const struct plan *p, struct doc *d, struct err *e) MUST_CHECK;

/* The same for one of a roster, with its window in how->rollout. wave: of that; NOTICE_NO_WAVE: none. */
enum { NOTICE_NO_WAVE = 0xffffffff };
bool notice_tell(struct notice *n, const struct notice_source *how, const struct roster_host *h, unsigned wave, const struct plan *p,
                 struct doc *d, struct err *e) MUST_CHECK;

/* The PCs of the rollout that are not through; where none goes on, all that have a plan. */
bool notice_load(struct store *s, const struct notice_source *how, struct doc *d, struct notice *ret, struct err *e) MUST_CHECK;
/* <state>/fleet/notice-<rollout>.cef and then .json, the second and later ones notice-<rollout>.<number>.*; each whole or not at all, and on
 * disk (fsync) when it returns. Of a rollout that has begun. */
bool notice_write(const char *state, const struct notice *n, struct err *e) MUST_CHECK;

#endif
