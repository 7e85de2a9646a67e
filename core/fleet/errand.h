/*
 * errand.h - one visit of a rollout: what is asked of the PC, in which order, and what its answers mean for its state. Between
 * drive.c, which decides who is visited, and contact.h, which moves the bytes.
 *
 * One visit does as much as there is to do: facts, plan and start; or the end of a run, its journal and the acknowledgement.
 */
#ifndef AVSWAP_CORE_FLEET_ERRAND_H
#define AVSWAP_CORE_FLEET_ERRAND_H

#include "core/fleet/drive.h"
#include "core/fleet/entrust.h"
#include "core/fleet/notices.h"
#include "core/fleet/push.h"
#include "core/fleet/reach.h"
#include "core/os/file.h"
#include "core/visit/transport.h"
#include "core/fleet/copy.h"

struct drive {
    const struct drive_request *r;
    struct drive_request request;
    struct doc doc;
    struct record_rollout rollout;
    struct rollout plan_of_waves;
    struct records records;
    struct host *hosts;
    struct member *members;
    const struct roster_host **pcs; /* NULL: no longer in the roster */
    struct known_way {
        struct way way;
        instant asked;
    } **ways;              /* to PCs that were away; NULL: not asked */
    size_t n;
    struct notices notices;
    struct schedule schedule;
    bool scheduled;
    uv_loop_t loop;
    uv_prepare_t prepare;
    uv_timer_t timer;
    uv_signal_t signals[2];
    bool leaving;          /* nothing new; ends when the last visit has */
    size_t live;           /* errands */
    int64_t orders_looked; /* os_up_ms() */
    instant moved;         /* last event that was no silence */
    size_t wave;           /* last told */
    struct err failed;
};

struct errand {
    struct drive *d;
    uint32_t i;
    enum host_visit kind;
    struct contact *contact;
    struct target target;
    struct arena arena;       /* of the visit */
    int asked;                /* enum visit_do that is unanswered; -1: none */
    bool said;                /* an event of this visit was told to the schedule */
    bool planned;             /* in this visit */
    struct buf facts, outcome, plan_text, fresh;
    struct doc plan_doc;
    struct plan plan;
    bool has_plan;
    struct copy copy;
    bool has_copy;
    struct os_log *journal;
    struct secret secrets;    /* that this PC's plan names */
    struct push push;         /* installers that its plan wants to be sent */
    bool pushing;
    const char *short_of;     /* why one of them cannot be sent; NULL: nothing */
    const char *folder, *run_folder;
    const char *other;        /* the run that is at work there instead */
};

/* Starts the visit; it frees itself, after drive_visit_over(). ERR_INPUT, ERR_NOT_FOUND: this PC cannot be visited as it stands in the
 * roster. */
bool errand_open(struct drive *d, const struct visit *v, struct err *e) MUST_CHECK;

/* errand_push.c: asks which of the plan's installers the PC lacks. False in *ret_asked: none is to be sent, or it cannot be
 * (short_of): the PC is told to start, and where it has not what it needs it refuses before anything is touched. */
bool errand_offer(struct errand *x, bool *ret_asked, struct err *e) MUST_CHECK;
/* Its answer: pushing tells whether something goes now. ERR_INPUT: nonsense. */
bool errand_take_lacks(struct errand *x, const struct visit_answer *a, struct err *e) MUST_CHECK;
/* All that was queued is written: the next piece, or the next offer. *ret_start: neither can be. */
bool errand_drained(struct errand *x, bool *ret_start, struct err *e) MUST_CHECK;

/* drive.c: an event of a visit; records it. text: for people, hostile; NULL: the one before stays. */
bool drive_event(struct drive *d, uint32_t i, enum host_event v, int status, const char *text, struct err *e) MUST_CHECK;
/* drive.c: its login was accepted. */
bool drive_let_in(struct drive *d, uint32_t i, struct err *e) MUST_CHECK;
/* drive.c: the visit's session has ended. */
void drive_visit_over(struct drive *d, uint32_t i);
/* drive.c: writes the record of a PC. */
bool drive_save(struct drive *d, uint32_t i, struct err *e) MUST_CHECK;

#endif
