/*
 * drive.h - a rollout under way: the schedule, real visits, the store and the collected documents, in one loop (libuv).
 *
 *     drive_begin    a new rollout over the PCs of the roster that it names, all recorded before anything is visited
 *     drive_open     the one that has not ended, as it was left: also after a crash of the jump host at any moment
 *     drive_run      until nothing is left to do, or until told to leave
 *     drive_close
 *
 * Who watches the network is told first: no PC is told to start before a notice on disk names it with its plan (notices.h).
 *
 * What makes a crash harmless: a PC's record and its plan are on disk before it is told to start, what it sends is on disk
 * before it is told that all is here, and everything else can be asked again. One rollout at a time works in a state
 * folder; whoever drives holds <state>/fleet/rollout.lock (the caller's).
 *
 * Other commands talk to a rollout that is under way by files in <state>/fleet/orders/, which it takes and removes within a
 * second: "stop", "release-<12 hex of SHA-256(name)>" for a PC at which a person has looked, and "others": a pause for refused
 * logins ends, and those that refused stay held.
 *
 * A pause stays over the end of this process: logins that a person has not looked after are not tried again by starting it
 * anew. It ends by an order (also a release of one that refused), or when a visit that was under way is let in after all.
 */
#ifndef AVSWAP_CORE_FLEET_DRIVE_H
#define AVSWAP_CORE_FLEET_DRIVE_H

#include "core/fleet/shelf.h"
#include "core/rollout/schedule.h"
#include "core/store/folder.h"
#include "core/visit/transport.h"

struct drive_plan { /* what a planner made of a PC's facts */
    struct buf *text;  /* plan.json; empty: none, and why says the reason */
    struct buf *why;
    int *status;       /* of a PC without a plan: EXIT_DONE: nothing has to go; EXIT_REFUSED */
};

struct drive_request {
    const char *state;                 /* folder */
    struct store *store;
    const struct roster *roster;
    const struct worker_file *workers[2]; /* by enum fleet_os; NULL: none of that kind is there */
    struct transport_options transport;
    const char *contact;               /* whom the notices of expected changes name; NULL: nobody */
    const char *secrets;               /* JSON object name -> value; NULL: none */
    size_t secrets_len;
    struct shelf *shelf;               /* installers that are sent; NULL: none */
    int64_t patience_ms;               /* leave when for so long only absent or held PCs were left; -1: never */
    /* Plans for a PC that has no plan, or whose plan no longer fits. */
    bool (*plan)(void *arg, const struct roster_host *h, const char *facts, size_t n, const struct drive_plan *ret, struct err *e);
    /* How urgent a PC is by its facts: days for which its protection was not updated; who has gone longest comes first within
     * its wave. */
    uint32_t (*urgency)(void *arg, const char *facts, size_t n);
    /* A PC came into another state. text: of a PC, or "". */
    void (*tell)(void *arg, const char *host, enum host_state was, enum host_state is, const char *text);
    /* About the rollout: a wave has opened, a login was refused. */
    void (*say)(void *arg, const char *text);
    void *arg;
};

struct drive;

/* `rollout` and its JSON text live as long as the drive. names: the PCs; NULL: all. ERR_BUSY: another one has not ended. */
bool drive_begin(const struct drive_request *r, const struct rollout *rollout, const char *text, const struct strs *names,
                 const char *operator, instant now, struct err *e) MUST_CHECK;
/* NULL without an error: there is none under way. */
struct drive *drive_open(const struct drive_request *r, instant now, struct err *e) MUST_CHECK;
bool drive_run(struct drive *d, struct err *e) MUST_CHECK;
void drive_close(struct drive *d);

/* How it stands, of a drive that was run. */
const struct schedule *drive_schedule(const struct drive *d);
const struct record *drive_record(const struct drive *d, uint32_t i);
bool drive_ended(const struct drive *d); /* nothing is left to do; else it goes on with the next drive_run() */

/* Leaves an order. name NULL: of the rollout. */
bool drive_order(const char *state, const char *what, const char *name, struct err *e) MUST_CHECK;

#endif
