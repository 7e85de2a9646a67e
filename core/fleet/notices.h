/*
 * notices.h - the notices that were given for a rollout: no PC is told to start before one on disk names it with its plan.
 *
 *     notices_open     reads those that are there: after a crash, too, nobody is told of twice
 *     notices_all      what is planned so far, when a rollout begins or goes on; NOTICE_HOSTS PCs a notice
 *     notices_before   before each start: a PC that was planned for since (absent until now, another plan) gets a notice of its own
 *     notices_close
 *
 * A notice is <state>/fleet/notice-<rollout>.json and .cef, later ones notice-<rollout>.<number>.*; each names only PCs that no
 * earlier one names with that plan. The CEF is written first: where the JSON is, both are whole and on disk. One that was moved away
 * or cannot be read counts as not given, and its number is not taken again as long as a later one is there.
 */
#ifndef AVSWAP_CORE_FLEET_NOTICES_H
#define AVSWAP_CORE_FLEET_NOTICES_H

#include "core/fleet/notice.h"
#include "core/store/record.h"
#include "core/visit/transport.h"

enum { NOTICE_HOSTS = 2000 }; /* so that each can be read again (LIMIT_DOCUMENT) */

struct notices {
    struct notice_source how; /* its texts and rollout are the caller's */
    const struct worker_file *const *workers; /* by enum fleet_os */
    const char *rollout;
    long long last;          /* number of the last one; 0: none yet */
    struct arena arena;
    struct strs told, late;  /* digests of plans: sorted, of those that were there or given at once; and of PCs one by one since */
};

/* how->rollout is set. rollout: its id. */
bool notices_open(struct notices *x, const struct notice_source *how, const struct worker_file *const *workers, long long rollout,
                  struct err *e) MUST_CHECK;
void notices_close(struct notices *x);
/* PCs that wait for their start or are being started, and whose plan no notice names yet. *ret: how many. Plans that cannot be read are
 * left for notices_before(). */
bool notices_all(struct notices *x, const struct records *records, const struct roster *roster, instant now, size_t *ret,
                 struct err *e) MUST_CHECK;
/* When it returns true, a notice that names this plan is on disk. */
bool notices_before(struct notices *x, const struct roster_host *pc, unsigned wave, const struct plan *p, instant now,
                    struct err *e) MUST_CHECK;

#endif
