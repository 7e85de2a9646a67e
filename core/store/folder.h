/*
 * folder.h - where the collected documents of each PC lie, below the jump host's state folder. They are what counts: the
 * store is an index that can be made from them again.
 *
 *     <state>/fleet/hosts.jsonl         the inventory as it was imported last, also to be imported again
 *     <state>/fleet/hosts/<name, made safe, at most 40>.<12 hex of SHA-256(name)>/
 *         facts.json plan.json          as collected, as planned; which machine it is stands in its facts
 *         runs/<id>/plan.json           before the run is started: a run's folder says that it may have been
 *         runs/<id>/journal.jsonl       bytes as they came
 *         runs/<id>/outcome.json        and it is over and all is here
 *     <state>/fleet/rollouts/<begun, 13 digits>.jsonl    avswap.fleet-rollout/1, then one line a member
 *
 * Files are private (0600) and written whole by os_file_write(), journals excepted.
 */
#ifndef AVSWAP_CORE_STORE_FOLDER_H
#define AVSWAP_CORE_STORE_FOLDER_H

#include "core/model/plan.h"
#include "core/store/record.h"
#include "core/store/roster.h"

/* Path of a PC's folder; nothing is made. NULL: no memory. */
char *fleet_folder(struct arena *a, const char *state, const char *name) MUST_CHECK;
/* Path of a run's folder in it; id is a plan's, else ERR_INPUT. */
char *fleet_folder_run(struct arena *a, const char *state, const char *name, const char *run, struct err *e) MUST_CHECK;

/* Writes hosts.jsonl; after each change of the roster. */
bool fleet_folder_roster(const char *state, const struct roster *r, struct err *e) MUST_CHECK;
/* Writes the rollout's file: before record_begin() with the same, and when it has been stopped or has ended. */
bool fleet_folder_rollout(const char *state, const struct record_rollout *r, const struct record *members, size_t n,
                          struct err *e) MUST_CHECK;

/*
 * The plan in a PC's folder: that of its run, or, with run NULL, the one that was made for it last. *ret_found: false: there is none.
 * text: its bytes as they are, the caller's; NULL: nobody wants them. The plan belongs to d.
 */
bool fleet_folder_plan(const char *state, const char *name, const char *run, struct doc *d, struct buf *text, struct plan *ret,
                       bool *ret_found, struct err *e) MUST_CHECK;

struct fleet_rebuilt {
    size_t hosts, rollouts, members, runs, seats;
    struct strs notes; /* what could not be taken, and why */
};
/*
 * Fills an empty store from the folders. A member's run is the latest whose plan the rollout names or, while it has not ended, that was
 * planned or heard of since it began, by the instants in its documents. None: it is queued; only the plan: it may have been started, so it
 * is asked (starting); a journal: running; an outcome: how that ended, acknowledged or not. Events are those that these documents tell
 * of. Seats are reserved again for each PC's last plan, and used up by the runs that installed their product, as the policy that was
 * planned with last counts them; without one there are none. What a person released is in no document. Notes belong to d.
 */
bool fleet_rebuild(const char *state, struct store *s, instant now, struct doc *d, struct fleet_rebuilt *ret,
                   struct err *e) MUST_CHECK;

#endif
