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

static json_t *map_object(json_t *j, json_t *(*f)(void *arg, const char *text), void *arg)
{
    json_t *copy = json_object(), *item;

    for (void *it = json_object_iter(j); copy && it; it = json_object_iter_next(j, it)) {
        item = json_map_texts(json_object_iter_value(it), f, arg);
        if (!item || json_object_set_new(copy, json_object_iter_key(it), item)) {
            json_decref(copy);
            return NULL;
        }
    }
    return copy;
}

json_t *json_map_texts(const json_t *j, json_t *(*f)(void *arg, const char *text), void *arg)
{
    json_t *copy, *item;

    if (json_is_string(j))
        return f(arg, json_string_value(j));
    if (json_is_object(j))
        return map_object((json_t *)(uintptr_t)j, f, arg); /* jansson's iterators take no const */
    if (!json_is_array(j))
        return json_deep_copy(j);
    copy = json_array();
    for (size_t i = 0; copy && i < json_array_size(j); i++) {
        item = json_map_texts(json_array_get(j, i), f, arg);
        if (!item || json_array_append_new(copy, item)) {
            json_decref(copy);
            return NULL;
        }
    }
    return copy;
}
