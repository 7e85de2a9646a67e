#include "core/base/mem.h"
#include "core/base/json.h"
#include "core/base/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MIN (16u << 10)
#define ALIGN _Alignof(max_align_t)

struct arena_block {
    struct arena_block *next;
    size_t size;
    size_t used;
    _Alignas(max_align_t) unsigned char data[];
};

static unsigned long allocations;
static unsigned long failures;
static unsigned long fail_at;
static bool fail_sticky;

void mem_setup(void)
{
    json_setup();
}

void mem_fail_at(unsigned long n, bool sticky)
{
    fail_at = n ? allocations + n : 0;
    fail_sticky = sticky;
}

unsigned long mem_count(void)
{
    return allocations;
}

unsigned long mem_failures(void)
{
    return failures;
}

static bool must_fail(void)
{
    allocations++;
    if (!fail_at)
        return false;
    return fail_sticky ? allocations >= fail_at : allocations == fail_at;
}

void *mem_alloc(size_t size)
{
    void *p = must_fail() ? NULL : malloc(size ? size : 1);

    failures += !p;
    return p;
}

void *mem_realloc(void *old, size_t size)
{
    void *p = must_fail() ? NULL : realloc(old, size ? size : 1);

    failures += !p;
    return p;
}

void mem_free(void *p)
{
    free(p);
}

void *arena_alloc(struct arena *a, size_t size)
{
    size_t max = a->max ? a->max : LIMIT_ARENA;
    struct arena_block *b = a->head;
    unsigned char *p;

    if (size <= max)
        size = (size + ALIGN - 1) / ALIGN * ALIGN;
    if (size > max || a->used > max - size) {
        failures++;
        return NULL;
    }
    if (!b || b->size - b->used < size) {
        size_t want = b ? b->size * 2 : BLOCK_MIN;

        if (want > (1u << 20))
            want = 1u << 20;
        if (want < size)
            want = size;
        b = mem_alloc(sizeof *b + want);
        if (!b)
            return NULL;
        b->next = a->head;
        b->size = want;
        b->used = 0;
        a->head = b;
    }
    p = b->data + b->used;
    b->used += size;
    a->used += size;
    memset(p, 0, size);
    return p;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
    if (size && n > SIZE_MAX / size)
        return NULL;
    return arena_alloc(a, n * size);
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
    char *p = arena_alloc(a, n + 1);

    if (p)
        memcpy(p, s, n);
    return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    char *p;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0)
        return NULL;
    p = arena_alloc(a, (size_t)n + 1);
    if (!p)
        return NULL;
    va_start(ap, fmt);
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return p;
}

void arena_free(struct arena *a)
{
    struct arena_block *b = a->head;

    while (b) {
        struct arena_block *next = b->next;

        mem_free(b);
        b = next;
    }
    a->head = NULL;
    a->used = 0;
}

void buf_init(struct buf *b, size_t max)
{
    memset(b, 0, sizeof *b);
    b->max = max;
}

void buf_free(struct buf *b)
{
    mem_free(b->data);
    buf_init(b, b->max);
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->failed = b->nomem = false;
    if (b->data)
        b->data[0] = '\0';
}

static bool reserve(struct buf *b, size_t more)
{
    size_t cap;
    char *p;

    if (b->failed || more > b->max || b->len > b->max - more) {
        b->failed = true;
        return false;
    }
    if (b->len + more < b->cap)
        return true;
    cap = b->cap ? b->cap * 2 : 256;
    if (cap < b->len + more + 1)
        cap = b->len + more + 1;
    p = mem_realloc(b->data, cap);
    if (!p) {
        b->failed = b->nomem = true;
        return false;
    }
    b->data = p;
    b->cap = cap;
    return true;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
    if (!reserve(b, n))
        return;
    if (n)
        memcpy(b->data + b->len, p, n);
    b->len += n;
    b->data[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_addc(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0 || !reserve(b, (size_t)n)) {
        b->failed = true;
        return;
    }
    va_start(ap, fmt);
    vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->len += (size_t)n;
}

const char *buf_str(const struct buf *b)
{
    return b->data ? b->data : "";
}

bool buf_ok(const struct buf *b, const char *what, struct err *e)
{
    if (!b->failed)
        return true;
    if (b->nomem)
        return err_nomem(e);
    return err_set(e, ERR_LIMIT, "%s: does not fit into %zu bytes", what, b->max);
}
