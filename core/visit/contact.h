/*
 * contact.h - one live visit: a child (transport.h) whose standard input and output are its conversation (session.h), moved
 * by libuv.
 *
 *     contact_open                      the child runs; everything else comes by the calls, from uv_run()
 *     hello -> contact_ask              what the visit is for
 *     data, answer -> contact_ask       the next question of the same visit, or
 *                     contact_close     nothing more: the PC ends the visit
 *     drained -> contact_frame, _ask    all that was queued is written and nothing is unanswered: for what goes in pieces
 *     over                              once, whatever happened; the contact is gone when it returns
 *
 * Deadlines: CONTACT_QUIET_MS without a byte in either direction and CONTACT_WHOLE_MS in all; then the child's process group
 * is ended; contact_allow() makes the second longer for much that is to be sent. What it wrote to standard error is kept in part for the classification. Memory: a session's (session.h) and
 * about 80 KiB. Bytes given to contact_frame() stay the caller's until `over`.
 *
 * A child gets its own session, so that what a terminal sends to the jump host's program does not reach it.
 */
#ifndef AVSWAP_CORE_VISIT_CONTACT_H
#define AVSWAP_CORE_VISIT_CONTACT_H

#include "core/model/visit.h"
#include "core/visit/session.h"

#include <uv.h>

enum {
    CONTACT_QUIET_MS = 90 * 1000,
    CONTACT_WHOLE_MS = 20 * 60 * 1000,
    CONTACT_SLOWEST = 64 << 10, /* bytes a second */
};

struct contact;

enum contact_how {
    CONTACT_WELL,     /* said and answered to the end */
    CONTACT_LINK,     /* no connection, or none to the end: `link` says which kind */
    CONTACT_NONSENSE, /* the PC answered what cannot be */
    CONTACT_UNABLE,   /* reached, but the worker could not be laid down or started there: nothing was changed */
    CONTACT_FAILED,   /* here: memory, a disk, a callback */
};

struct contact_end {
    enum contact_how how;
    enum link link;
    bool greeted;        /* the PC was reached */
    const char *text;    /* for people, harmless on a terminal; "" when all went well */
    const struct err *e; /* CONTACT_FAILED, CONTACT_NONSENSE, CONTACT_UNABLE */
};

struct contact_calls {
    bool (*hello)(void *arg, struct contact *c, const struct visit_hello *h, struct err *e);
    bool (*data)(void *arg, struct contact *c, const char *type, const char *p, size_t n, struct err *e);
    bool (*answer)(void *arg, struct contact *c, const struct visit_answer *a, struct err *e);
    void (*over)(void *arg, struct contact *c, const struct contact_end *end);
    bool (*drained)(void *arg, struct contact *c, struct err *e); /* NULL: nothing goes in pieces */
};

struct contact_request {
    const struct transport *transport;
    const struct target *target;               /* stays the caller's until `over` */
    const struct transport_options *options;
    const struct worker_file *worker;
    const char *machine;                       /* as session_new() has it */
    const struct contact_calls *calls;
    void *arg;
};

/* ERR_INPUT: a host that cannot be handed to ssh; ERR_OS: the child could not be started. Then `over` is not called. */
struct contact *contact_open(uv_loop_t *loop, const struct contact_request *r, struct err *e) MUST_CHECK;
/* From the calls hello and answer, or after them. */
bool contact_frame(struct contact *c, const char *type, const char *p, size_t n, struct err *e) MUST_CHECK;
bool contact_ask(struct contact *c, const struct visit_request *r, struct err *e) MUST_CHECK;
void contact_close(struct contact *c);
/* So many bytes more are to be sent: as long as that takes at CONTACT_SLOWEST, it may last longer. */
void contact_allow(struct contact *c, long long bytes);
/* Ends it now; `over` is called from uv_run(). */
void contact_kill(struct contact *c);

#endif
