/*
 * session.h - one visit's conversation as the jump host leads it. Pure: the driver moves the bytes, keeps the deadlines and
 * starts and ends the child (transport.h).
 *
 *     session_new                     when the child was started
 *     session_input(bytes)            whatever its standard output brings, in any pieces
 *     session_output -> write -> session_wrote
 *                                     as long as there is something; the worker file goes out only when it is wanted
 *     session_ask(request)            from the `hello` callback or after it, one at a time: the next one when `answer` came
 *     session_end                     at end of file: was that the end of a conversation, or did it break off?
 *     session_free
 *
 * The PC is hostile. Anything but what was asked for, in order and in measure, is ERR_INPUT: nonsense (EVENT_NONSENSE);
 * the session takes no more input, says the same again, and has nothing more to write. Other errors: ERR_OS the PC
 * could not take or start the worker, and says why (nothing was changed there); ERR_IO the connection broke off; ERR_NOMEM;
 * and what a callback itself gave. Texts of the PC stand in err.text and are harmless on a terminal.
 *
 * Memory of a session: at most one frame as read, its parsed form if it is a document of at most
 * SESSION_DOCUMENT, and what was given to session_ask(): nothing grows with what the PC sends. In numbers: FRAME_MAX (of
 * core/base/frame.h) and 2 MiB. The worker's and the frames'
 * bytes are the caller's and are not copied; they stay where they are until session_free(), or until session_wrote() went
 * past them and session_pending() says 0.
 */
#ifndef AVSWAP_CORE_VISIT_SESSION_H
#define AVSWAP_CORE_VISIT_SESSION_H

#include "core/model/visit.h"
#include "core/visit/transport.h"

struct session;

enum {
    SESSION_DOCUMENT = 64 << 10, /* a hello or an answer */
    SESSION_FRAMES = 16,         /* queued at the same time */
};

/* Called from session_input(). False ends the session with that error. Texts live only during the call. */
struct session_calls {
    void *arg;
    bool (*hello)(void *arg, const struct visit_hello *h, struct err *e);
    /* A frame of what was asked for: "facts", "journal", "outcome". A long one comes in pieces, in order; they end with the
     * answer. The bytes are as they came: neither JSON nor UTF-8 is promised. */
    bool (*data)(void *arg, const char *type, const char *p, size_t n, struct err *e);
    bool (*answer)(void *arg, const struct visit_answer *a, struct err *e);
};

/* machine: the id that this PC had at an earlier visit; another one is nonsense. NULL: not known yet. w: see transport.h. */
struct session *session_new(const struct worker_file *w, const char *machine, const struct session_calls *calls,
                            struct err *e) MUST_CHECK;
void session_free(struct session *s);

bool session_input(struct session *s, const char *p, size_t n, struct err *e) MUST_CHECK;

/* Queues a frame that a request needs (plan, secrets, file); it goes out before the next request. Not copied. */
bool session_frame(struct session *s, const char *type, const char *p, size_t n, struct err *e) MUST_CHECK;
/* Queues a request. Not before the hello, and not while another is unanswered: ERR_BUG. */
bool session_ask(struct session *s, const struct visit_request *r, struct err *e) MUST_CHECK;

/* The next bytes to write; false: none now. They stay until session_wrote() says how many of them went. */
bool session_output(const struct session *s, const char **p, size_t *n);
void session_wrote(struct session *s, size_t n);
size_t session_pending(const struct session *s); /* frames queued and not yet written out */

/* Standard output is at its end, or the child is. True: greeted, said hello, and everything asked for was answered. */
bool session_end(struct session *s, struct err *e) MUST_CHECK;

bool session_greeted(const struct session *s); /* the PC was reached and the script ran */
bool session_sent_worker(const struct session *s); /* it had to be pushed */
bool session_idle(const struct session *s); /* hello is there, nothing unanswered: ask, or close its standard input */

#endif
