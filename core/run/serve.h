/*
 * serve.h - the worker's side of a jump host's visit: bytes of the client in, frames out (core/model/visit.h).
 *
 * Order: serve_begin() says hello, serve_feed() takes what comes, serve_end() at its end, serve_free() always.
 *
 * What goes wrong on the PC is told in an answer and ends nothing; a function here fails only where the conversation cannot go
 * on: frames or documents that are none, nobody who listens, no memory. What runs on goes on either way.
 */
#ifndef AVSWAP_CORE_RUN_SERVE_H
#define AVSWAP_CORE_RUN_SERVE_H

#include "core/base/frame.h"
#include "core/model/facts.h"

struct serve_ways { /* what it needs of the program around it */
    bool (*send)(void *arg, const char *p, size_t n, struct err *e);
    /* All facts of this PC that the catalogue asks for; they live until the visit ends. */
    bool (*facts)(void *arg, struct facts *ret, struct err *e);
    void *arg;
};

struct serve {
    const struct serve_ways *ways;
    struct frame_reader reader;
    struct buf plan;     /* text of the plan for the next request; empty: none */
    json_t *secrets;     /* for the next request; NULL: none */
    struct err bad;      /* what was wrong with what the next request needs */
};

bool serve_begin(struct serve *s, const struct serve_ways *w, struct err *e) MUST_CHECK;
bool serve_feed(struct serve *s, const char *p, size_t n, struct err *e) MUST_CHECK;
bool serve_end(const struct serve *s, struct err *e) MUST_CHECK;
void serve_free(struct serve *s);

#endif
