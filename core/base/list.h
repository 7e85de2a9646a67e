/*
 * list.h - lists in an arena that grow: LIST_ADD() gives the address of a new last element, NULL when memory
 * ran out.
 *
 * A list whose number of elements is a power of two (or 0) is full; it moves to twice the room. Start with n
 * = 0.
 */
#ifndef AVSWAP_CORE_BASE_LIST_H
#define AVSWAP_CORE_BASE_LIST_H

#include "core/base/text.h"

#define LIST_ADD(arena, list)                                                                                \
    ({                                                                                                       \
        __typeof__((list)->v) list_v_ = list_grow((arena), (list)->v, (list)->n, sizeof *(list)->v);         \
        if (list_v_)                                                                                         \
            (list)->v = list_v_;                                                                             \
        list_v_ ? &(list)->v[(list)->n++] : NULL;                                                            \
    })

void *list_grow(struct arena *a, void *v, size_t n, size_t size) MUST_CHECK;
/* Adds text that came from the system. */
bool list_add_text(struct arena *a, struct strs *list, const char *p, size_t n, struct err *e) MUST_CHECK;
/* Sorts by bytes and drops equal ones. */
void list_sort(struct strs *list);

#endif
