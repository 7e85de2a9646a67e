/*
 * store.h - what a jump host remembers: one SQLite file (WAL, synchronous FULL, strict tables, private permissions).
 *
 * Several programs may use it at once: every change is one transaction that begins as a writer, and waits for others for
 * some seconds (ERR_BUSY after that). The schema is made and brought forward by numbered migrations (PRAGMA user_version).
 * A file that is no such store, of a newer program, or damaged is refused with ERR_INPUT or ERR_TAMPERED and left as it is.
 *
 * Seats: one of a licence is *reserved* for a PC when a plan for it is made, *consumed* when the plan's run installed the
 * product, and released (the row goes) when it ended without. A new plan for a PC takes the place of its reservation.
 */
#ifndef AVSWAP_CORE_STORE_STORE_H
#define AVSWAP_CORE_STORE_STORE_H

#include "core/base/instant.h"
#include "core/base/text.h"
#include "core/model/outcome.h"
#include "core/model/policy.h"

struct store;

/* Makes the file where there is none. */
struct store *store_open(const char *path, struct err *e) MUST_CHECK;
void store_close(struct store *s);

/* A change: between begin and commit nobody else changes anything. store_abort() does nothing where none is open. */
bool store_begin(struct store *s, struct err *e) MUST_CHECK;
bool store_commit(struct store *s, struct err *e) MUST_CHECK;
void store_abort(struct store *s);
/* Grouped changes: begins one where none is open and counts; due after 50 ms or 256 of them. store_commit() ends it. `now_ms`:
 * os_up_ms(). */
bool store_batch(struct store *s, int64_t now_ms, struct err *e) MUST_CHECK;
bool store_batch_due(const struct store *s, int64_t now_ms);
bool store_changing(const struct store *s); /* a change is open */
/* Another number when others have changed something since the last call; what was changed by this store itself does not count. */
bool store_version(struct store *s, long long *ret, struct err *e) MUST_CHECK;

enum seat_state { SEAT_RESERVED, SEAT_CONSUMED };
extern const char *const seat_state_names[];

struct seat {
    const char *machine;  /* id */
    const char *hostname; /* NULL: none */
    const char *licence;
    const char *product;
    const char *plan;     /* id */
    int state;
    instant at;
};

/* Within a change: forgets the machine's reservation. What it consumed stays. */
bool store_seat_drop(struct store *s, const char *machine, struct err *e) MUST_CHECK;
/* Within a change: reserves a seat; where the machine has consumed one of that licence, that is kept. */
bool store_seat_reserve(struct store *s, const struct seat *seat, struct err *e) MUST_CHECK;
/* Seats of the licence that are reserved or consumed. */
bool store_seats_taken(struct store *s, const char *licence, long long *ret, struct err *e) MUST_CHECK;

/* What the end of a run means for the seat that was reserved for its plan: consumed, released, or nothing yet. */
enum seat_fate { SEAT_KEPT, SEAT_NOW_CONSUMED, SEAT_NOW_RELEASED, SEAT_UNKNOWN };
enum seat_fate store_seat_fate(int run_result);
/* Does it. SEAT_UNKNOWN: no seat is reserved for this plan and machine. */
bool store_seat_end(struct store *s, const char *plan, const char *machine, int run_result, enum seat_fate *ret,
                    struct err *e) MUST_CHECK;
/* What is reserved for a machine and product is for this plan: its run was found at work there. */
bool store_seat_follow(struct store *s, const char *machine, const char *product, const char *plan, struct err *e) MUST_CHECK;
/* Releases what a host (name or machine id) has reserved, whatever became of the plan. *ret: how many. */
bool store_seat_release(struct store *s, const char *host, long long *ret, struct err *e) MUST_CHECK;

bool store_seats_each(struct store *s, bool (*each)(void *arg, const struct seat *seat, struct err *e), void *arg,
                      struct err *e) MUST_CHECK;

#endif
