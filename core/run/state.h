/*
 * state.h - the state of a run as the fold of its journal. Pure: the same records give the same state, so a run that
 * was killed knows after reading them what it knew before.
 */
#ifndef AVSWAP_CORE_RUN_STATE_H
#define AVSWAP_CORE_RUN_STATE_H

#include "core/model/event.h"
#include "core/model/plan.h"

enum step_phase { PHASE_WAITING, PHASE_BEGUN, PHASE_DONE, PHASE_FAILED };

struct step_state {
    enum step_phase phase;
    bool applied;     /* a begin is on record: it may have changed something */
    long long attempt;
    int outcome;
    const char *text; /* of the last end */
    const json_t *remembered; /* what undo needs, from the first begin */
    const char *tried;     /* the form in which a secret was handed over last */
    long long tries;       /* how often in that form */
    bool handing;          /* no end was recorded since */
    const char *reboot_in; /* boot in which it asked for a reboot */
    bool undo_begun;
    bool undone;
    bool undone_well;
    const char *undone_in; /* boot in which it was */
};

struct run_state {
    const struct plan *plan;
    struct step_state *steps; /* as many as the plan has */
    bool started;
    const char *boot;      /* of the last record */
    instant at;            /* of the last record */
    instant dark_from, dark_to; /* the last time without power: from that record to the boot; INSTANT_NONE: there was none */
    instant worked;        /* last moment a worker knew what `protected_now` says, before the present one */
    long long boots;       /* changes of the boot id seen */
    bool fresh_boot;       /* no step was worked on since the last change */
    long long reboots;     /* asked for by the run */
    const char *wanted_in; /* boot id in which an installer asked for a reboot */
    bool rolling_back;
    const char *why;       /* of the rollback */
    bool committed;
    bool finished;
    long long exit;
    const char *result;
    const char *stopped;   /* text of a stop that no start followed */
    /* the ledger */
    int protected_now;     /* enum tri; unknown before the first look */
    int protected_first;
    struct strs by;
    instant off_since;     /* while not protected: last moment it was seen on */
    int64_t without_power; /* of the time since then: the PC was off, and nobody could attack it */
};

bool state_init(struct run_state *s, const struct plan *p, struct arena *a, struct err *e) MUST_CHECK;
/* False when the record does not belong to this plan. */
bool state_add(struct run_state *s, const struct event *ev, struct err *e) MUST_CHECK;
/* The step to do next; NULL when all are done. */
const struct step *state_next(const struct run_state *s);
struct step_state *state_of(struct run_state *s, const struct step *step);
/* Has anything been changed that would have to be undone? */
bool state_touched(const struct run_state *s, bool (*mutates)(const char *verb));

#endif
