/*
 * serve_do.h - one request of a visit, at work. Internal to core/run/serve*.c.
 *
 * A request's function fills the answer and sends the data frames that come before it. It fails only where the conversation
 * cannot go on; serve_failed() turns any other error into an answer.
 */
#ifndef AVSWAP_CORE_RUN_SERVE_DO_H
#define AVSWAP_CORE_RUN_SERVE_DO_H

#include "core/model/plan.h"
#include "core/model/visit.h"
#include "core/run/serve.h"

struct serve_job {
    struct serve *visit;
    const struct visit_request *r;
    struct visit_answer *a;
    struct doc *d; /* lifetime of the request */
};

typedef bool serve_do(struct serve_job *j, struct err *e);
serve_do serve_detect, serve_prove, serve_verify;            /* serve_look.c */
serve_do serve_offer, serve_start, serve_poll, serve_ack, serve_attach;    /* serve_run.c; poll is collect, too */

bool serve_send(struct serve *s, const char *type, const void *p, size_t n, struct err *e) MUST_CHECK;
/* A document as a frame; one that is too long for it is ERR_LIMIT. */
bool serve_send_doc(struct serve *s, const char *type, const struct schema *schema, const void *obj, struct err *e) MUST_CHECK;
/* The answer of an error: always true, but false (with `e`) where memory ran out. */
bool serve_failed(struct serve_job *j, enum visit_event event, const struct err *why, struct err *e) MUST_CHECK;
/* The plan that came before the request. */
bool serve_plan(struct serve_job *j, struct plan *ret, struct err *e) MUST_CHECK;

#endif
