/*
 * mem.h - memory: the one allocator, arenas, and growable buffers with a maximum.
 *
 * mem_alloc() and friends are the only way to memory in core/, so that a test can make the N-th allocation fail
 * (mem_fail_at). jansson is pointed here too by mem_setup().
 *
 * An arena serves one lifetime (a document, a plan, a step): allocate from it, never free single objects, drop
 * all with arena_free(). An arena on the stack starts as ARENA_INIT. Allocations are zeroed and aligned for any
 * object. NULL means memory ran out or the arena's maximum was reached.
 *
 * A buf grows up to its maximum; the first failure sticks (buf_ok), so that writers need not check every call.
 * Its bytes are always followed by a NUL that is not counted.
 */
#ifndef AVSWAP_CORE_BASE_MEM_H
#define AVSWAP_CORE_BASE_MEM_H

#include "core/base/err.h"

#include <stddef.h>
#include <stdint.h>

void mem_setup(void);
void *mem_alloc(size_t size) MUST_CHECK;
void *mem_realloc(void *p, size_t size) MUST_CHECK;
void mem_free(void *p);
/* Tests: fail the n-th allocation from now (1 = next); 0 turns it off. Every later one fails too if `sticky`. */
void mem_fail_at(unsigned long n, bool sticky);
unsigned long mem_count(void);
/* How many allocations have failed so far, for libraries that do not tell. */
unsigned long mem_failures(void);

struct arena_block;
struct arena {
    struct arena_block *head;
    size_t used; /* bytes handed out */
    size_t max;  /* 0 = LIMIT_ARENA */
};

#define ARENA_INIT                                                                                           \
    {                                                                                                        \
        NULL, 0, 0                                                                                           \
    }

void *arena_alloc(struct arena *a, size_t size) MUST_CHECK;
/* n objects of size bytes; refuses an overflowing product. */
void *arena_array(struct arena *a, size_t n, size_t size) MUST_CHECK;
char *arena_strdup(struct arena *a, const char *s) MUST_CHECK;
char *arena_strndup(struct arena *a, const char *s, size_t n) MUST_CHECK;
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(__printf__, 2, 3))) MUST_CHECK;
void arena_free(struct arena *a);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, n, type) ((type *)arena_array((a), (n), sizeof(type)))

struct buf {
    char *data; /* NULL while empty */
    size_t len;
    size_t cap;
    size_t max;
    bool failed;
    bool nomem; /* for want of memory, not of room below max */
};

/* max: the size the buffer may never exceed, not counting the trailing NUL. */
void buf_init(struct buf *b, size_t max);
void buf_free(struct buf *b);
void buf_clear(struct buf *b);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(__printf__, 2, 3)));
/* "" while empty. */
const char *buf_str(const struct buf *b);
bool buf_ok(const struct buf *b, const char *what, struct err *e) MUST_CHECK;

#endif
