/*
 * rollout.h - in which order and how fast a fleet is moved: waves, windows, limits.
 *
 * Waves come one after the other. The first is the canary and never shares a wave with the rest. A wave ends when every
 * PC of it that answers has ended; then it soaks, its PCs are looked at again, and the next one opens.
 *
 * A budget is the number of failures that a wave may have. A PC is started only while failures and PCs at work together
 * are below it, so that it holds even if every PC at work fails. PCs that do not answer count for nothing.
 */
#ifndef AVSWAP_CORE_MODEL_ROLLOUT_H
#define AVSWAP_CORE_MODEL_ROLLOUT_H

#include "core/base/schema.h"

struct wave {
    const char *name;
    struct strs hosts;  /* patterns of names, groups as "@name" */
    long long count;    /* or so many of what no other wave names; 0: not by number */
    long long percent;  /* or so many of them; 0: not by part */
    long long budget;   /* failures that it may have; 0: by budget_percent */
    long long budget_percent;
    long long soak_s;
};

struct window { /* in the time of the PC */
    struct strs groups; /* empty: all that no other window names */
    struct strs days;   /* mon .. sun; empty: every day */
    const char *from;   /* "22:00" */
    const char *to;     /* "05:00": the next day's when not after from */
    int from_min, to_min; /* derived */
    unsigned day_mask;    /* derived; bit 0 is Monday */
};

struct site_limit {
    const char *site;
    long long at_once; /* sessions to it */
};

struct rollout {
    LIST(struct wave) waves;
    LIST(struct window) windows;
    LIST(struct site_limit) sites;
    long long at_once;   /* sessions at the same time */
    long long at_work;   /* PCs at work at the same time */
    long long per_second; /* new sessions in a second */
    long long refusals;  /* logins refused in a row after which all pause */
    long long ask_s;     /* a PC at work is asked at least so often; 0: when its plan says that it should be over, and then more rarely */
};
extern const struct schema rollout_schema;

/* Failures that a wave of so many PCs may have; the one behind the last is the rest. */
long long rollout_budget(const struct rollout *r, size_t wave, long long size);
/* Minutes of "22:00"; -1: it is none. */
int window_minutes(const char *s);
/* How many minutes it is open. */
int window_length(const struct window *w);
/* Until when the window is open for a PC `offset` minutes east of UTC; INSTANT_NONE: closed, *ret_opens says until when. */
instant window_until(const struct window *w, instant now, int offset, instant *ret_opens);

#endif
