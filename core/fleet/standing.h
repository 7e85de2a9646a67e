/*
 * standing.h - where a rollout stands: avswap.fleet-status/1 from the store. Reads only; safe beside a coordinator at work.
 *
 * What a wave's phase is follows from its PCs: those before the last one that was begun are over. What keeps the next PC
 * from being started is what can be seen from outside: budgets, limits, windows; the coordinator may know more.
 * Calling order: standing_read(), standing_of(), as often as wanted, standing_stored_free(). What has not changed is not read again.
 */
#ifndef AVSWAP_CORE_FLEET_STANDING_H
#define AVSWAP_CORE_FLEET_STANDING_H

#include "core/model/catalog.h"
#include "core/store/record.h"
#include "core/store/roster.h"

struct standing {
    const char *state;          /* folder of the jump host; NULL: names of products are left out */
    const struct catalog *law;  /* NULL: no deadlines but the own one */
    const struct owner *owner;
    instant deadline;           /* of the house; INSTANT_NONE: the law's */
    instant now;
    long long rollout;          /* 0: the one that goes on, else the last */
};

/* What a status is made from; read again only when somebody has changed it, for those who look every second. */
struct standing_stored {
    struct doc doc, before;   /* of what was read last, and of the time before: a status of that time may still be looked at */
    struct doc hosts, hosts_before;
    long long version;        /* store_version() at that time */
    instant hosts_at;         /* when the inventory was read; INSTANT_NONE: not yet */
    bool found;
    struct record_rollout begun;
    struct rollout rollout;
    struct records records;
    struct roster roster;
};
#define STANDING_STORED_INIT {.doc = DOC_INIT, .before = DOC_INIT, .hosts = DOC_INIT, .hosts_before = DOC_INIT, .hosts_at = INSTANT_NONE}
/* Brings it up to date; the inventory not more often than each STANDING_HOSTS_MS. */
enum { STANDING_HOSTS_MS = 60 * 1000 };
bool standing_read(struct store *s, const struct standing *how, struct standing_stored *x, struct err *e) MUST_CHECK;
void standing_stored_free(struct standing_stored *x);
/* The status at how->now; without any rollout ret->rollout is NULL. What it points at lives in d and, until it has been read anew twice, in x. */
bool standing_of(const struct standing_stored *x, const struct standing *how, struct doc *d, struct fleet_status *ret, struct err *e) MUST_CHECK;

/* Since when a PC is without protection, as far as its journal has come, by its own clock; where a later look found it so, since that.
 * INSTANT_NONE: it is not, or nothing is known. */
instant standing_off_since(const struct record *m);

/*
 * What the collected journals of the last rollout say of time without protection, into its records: after fleet_rebuild(), which
 * does not read them. A journal that is no good says nothing; the PC is asked again.
 */
bool standing_relearn(struct store *s, const char *state, struct err *e) MUST_CHECK;

/* The pure part: the same from what the store has. roster: where the sites and machines come from. */
bool standing_make(const struct record_rollout *begun, const struct rollout *r, const struct records *records,
                   const struct roster *roster, const struct standing *how, struct doc *d, struct fleet_status *ret,
                   struct err *e) MUST_CHECK;

/* The window that holds for a PC: its own, else the rollout's by its groups. *ret: NULL: none, at any hour. */
bool standing_window(const struct rollout *r, const struct fleet_host *h, struct doc *d, const struct window **ret,
                     struct err *e) MUST_CHECK;

#endif
