/*
 * frame.h - bytes of a conversation over one pipe, cut into frames; and the greeting before them.
 *
 *     greeting:  avswap-visit/1 have\n | avswap-visit/1 want\n | avswap-visit/1 want gzip\n | avswap-visit/1 failed TEXT\n
 *     frame:     #avswap TYPE LENGTH\n  LENGTH bytes  \n        TYPE is [a-z]{1,12}, LENGTH decimal without leading zeros
 *
 * Both readers take bytes in pieces of any size, as they come, and keep no more than a frame's maximum. What is refused is
 * refused for good: every later call fails with the same text, as nothing tells where the next frame would begin.
 *
 * A login prints what it likes before the greeting, without or with an end of line, at most GREETING_NOISE bytes. So the
 * order is: greeting_feed() until it found one, then frame_feed() with all that follows.
 *
 * Errors: ERR_INPUT, ERR_LIMIT, ERR_NOMEM, and those of the handler. A reader's memory is freed by frame_reader_free().
 */
#ifndef AVSWAP_CORE_BASE_FRAME_H
#define AVSWAP_CORE_BASE_FRAME_H

#include "core/base/mem.h"

#define FRAME_MAX (4u << 20)      /* bytes of one frame */
#define FRAME_TYPE 12             /* letters */
#define FRAME_HEAD 32             /* room that a frame takes besides its bytes */
#define GREETING_NOISE (64u << 10)
#define GREETING_MARK "avswap-visit/1 "

struct frame {
    const char *type;
    const char *data; /* NUL-terminated for convenience; may hold others */
    size_t len;
};

/* A frame's first line alone, for one whose bytes (at most FRAME_MAX) and last newline go out without being copied. */
bool frame_head(struct buf *out, const char *type, size_t n, struct err *e) MUST_CHECK;
/* A frame behind what is in `out`; what sticks in `out` (buf_ok) is told at once. Types and lengths that no reader takes are
 * ERR_BUG. */
bool frame_write(struct buf *out, const char *type, const void *p, size_t n, struct err *e) MUST_CHECK;

struct frame_reader {
    size_t max; /* bytes of one frame */
    int part;   /* of a frame, that is read now */
    char head[FRAME_HEAD + 1];
    size_t head_len;
    char type[FRAME_TYPE + 1];
    size_t want;
    struct buf body;
    struct err failed;
};

/* Takes one frame; it lives until the handler returns. False ends the reading. */
typedef bool frame_handler(void *arg, const struct frame *f, struct err *e);

void frame_reader_init(struct frame_reader *r, size_t max);
void frame_reader_free(struct frame_reader *r);
bool frame_feed(struct frame_reader *r, const void *p, size_t n, frame_handler *handler, void *arg, struct err *e) MUST_CHECK;
/* At the end of the bytes: false (ERR_INPUT) inside a frame. */
bool frame_end(const struct frame_reader *r, struct err *e) MUST_CHECK;

enum greeting_kind { GREETING_NONE, GREETING_HAVE, GREETING_WANT, GREETING_WANT_GZIP, GREETING_FAILED };

struct greeting {
    enum greeting_kind kind;
    size_t seen;    /* bytes so far */
    size_t matched; /* of the mark */
    size_t len;
    char text[512]; /* after GREETING_FAILED what it said: bytes of the host, to be shown by text_show() only */
    struct err failed;
};

#define GREETING_INIT                                                                                        \
    {                                                                                                        \
        .kind = GREETING_NONE                                                                                \
    }

/* *ret_used of the n bytes belong to it or to what came before; all of them as long as g->kind is GREETING_NONE. */
bool greeting_feed(struct greeting *g, const void *p, size_t n, size_t *ret_used, struct err *e) MUST_CHECK;

#endif
