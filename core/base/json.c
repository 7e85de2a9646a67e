#include "core/base/json.h"
#include "core/base/mem.h"

#include <setjmp.h>

/* Before every block of jansson's: those of a parse that is on are in the ring, those of one that is over in a ring of
 * their own, any other is alone. */
struct json_block {
    _Alignas(max_align_t) struct json_block *prev;
    struct json_block *next;
};

static struct json_block ring = {&ring, &ring};
static jmp_buf *leave; /* where a parse goes that finds no memory; NULL: none is on */

static void *block_alloc(size_t size)
{
    struct json_block *b = size > SIZE_MAX - sizeof *b ? NULL : mem_alloc(sizeof *b + size);

    if (!b) {
        if (leave)
            longjmp(*leave, 1);
        return NULL;
    }
    b->prev = b->next = b;
    if (leave) {
        b->prev = &ring;
        b->next = ring.next;
        ring.next->prev = b;
        ring.next = b;
    }
    return b + 1;
}

static void block_unlink(struct json_block *b)
{
    b->prev->next = b->next;
    b->next->prev = b->prev;
    b->prev = b->next = b;
}

static void block_free(void *p)
{
    struct json_block *b = p;

    if (!p)
        return;
    block_unlink(--b);
    mem_free(b);
}

void json_setup(void)
{
    json_set_alloc_funcs(block_alloc, block_free);
    /* A fixed seed: hash order never shows (objects keep insertion order), and no entropy is needed at boot. */
    json_object_seed(1);
}

json_t *json_parse(const char *text, size_t len, size_t flags, json_error_t *where, struct err *e)
{
    jmp_buf here;
    json_t *j;

    if (setjmp(here)) {
        leave = NULL;
        while (ring.next != &ring)
            block_free(ring.next + 1);
        err_nomem(e);
        return NULL;
    }
    leave = &here;
    j = json_loadb(text, len, flags, where);
    leave = NULL;
    block_unlink(&ring); /* what was parsed is left in a ring of its own */
    if (!j)
        err_set(e, ERR_INPUT, "%d:%d: %s", where->line, where->column, where->text);
    return j;
}
