/*
 * run.h - running a plan on this PC: the face of the engine.
 *
 * A run lives in <state>/runs/<plan id>/ (0700): plan.json, facts.json, journal.jsonl, outcome.json, payload/,
 * backup/. The journal is the truth; everything else can be made again from it and the plan.
 */
#ifndef AVSWAP_CORE_RUN_RUN_H
#define AVSWAP_CORE_RUN_RUN_H

#include "core/model/catalog.h"
#include "core/model/outcome.h"

struct run_options {
    bool dry_run;      /* the same code, mutating calls off; nothing is written */
    bool eicar;        /* test with an EICAR file although the plan does not ask for it */
    /* Called for every journal record as it is made (for progress), and about four times a second while waiting. */
    void (*progress)(void *arg, const struct plan *p, const struct event *ev);
    void *arg;
};

/* Puts a plan into its run folder, not yet started; ERR_STALE, ERR_POLICY ... when it does not fit. Gives its id. */
bool run_prepare(const char *file, const char *text, size_t len, const struct catalog *c, char *ret_id,
                 size_t id_size, struct err *e) MUST_CHECK;
/* Can the plan be run detached? ERR_SECRET: it needs something of the environment that a worker does not have. */
bool run_check_detach(const char *file, const char *text, size_t len, struct err *e) MUST_CHECK;
/* Starts or resumes the run until it ends; ret_exit is the exit status of the design's table. */
bool run_go(const char *id, const struct run_options *o, int *ret_exit, struct err *e) MUST_CHECK;
/* Checks a plan against this PC as `run --dry-run` shows it: each step with its present state. */
bool run_dry(const char *file, const char *text, size_t len, const struct run_options *o, int *ret_exit,
             struct err *e) MUST_CHECK;
/* Turns a run that is not committed round: undo what was done. */
bool run_rollback(const char *id, const struct run_options *o, int *ret_exit, struct err *e) MUST_CHECK;
/* Only puts it on record: whoever goes on with the run undoes it. */
bool run_turn(const char *id, struct err *e) MUST_CHECK;
/* Starts `avswap resume <id>` detached. */
bool run_detach(const char *id, const char *program, const struct run_options *o, struct err *e) MUST_CHECK;
/*
 * Could a worker of the system do it in place of this session? *ret_why: NULL, or why not, "" when there is nothing left
 * to do. *ret_records: how much is on record, for run_follow().
 */
bool run_apart(const char *id, struct arena *a, const char **ret_why, size_t *ret_records, struct err *e) MUST_CHECK;
/* Tells o->progress of all that the detached worker records beyond `from`, until it has ended. *ret_exit is the exit
 * status of the run, -1 when the worker ended without a record. ERR_DOUBT: it ended in the middle. */
bool run_follow(const char *id, size_t from, const struct run_options *o, int *ret_exit, struct err *e) MUST_CHECK;

/* Ids of all runs here, oldest first. */
bool run_list(struct arena *a, struct strs *ret, struct err *e) MUST_CHECK;
/* The run to act on when none is named: the newest unfinished, else the newest. ERR_NOT_FOUND: none. */
bool run_pick(struct arena *a, const char **ret_id, struct err *e) MUST_CHECK;
const char *run_folder(const char *id, struct arena *a);

struct run_view { /* a run as it stands on disk */
    struct doc doc;
    struct plan plan;
    LIST(struct event) events;
    struct outcome outcome;
    size_t journal_size;
};
bool run_view(const char *id, struct run_view *ret, struct err *e) MUST_CHECK;
void run_view_free(struct run_view *v);
/* Is its end on record? One that stopped, in doubt or for a reboot, is not ended: resume or rollback goes on with it. */
bool run_ended(const struct run_view *v);

#endif
