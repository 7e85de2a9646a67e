#include "core/base/list.h"

#include <stdlib.h>
#include <string.h>

void *list_grow(struct arena *a, void *v, size_t n, size_t size)
{
    enum { FIRST = 8 };
    void *bigger;

    if (n && (n < FIRST || (n & (n - 1))))
        return v;
    bigger = arena_array(a, n ? 2 * n : FIRST, size);
    if (bigger && n)
        memcpy(bigger, v, n * size);
    return bigger;
}

bool list_add_text(struct arena *a, struct strs *list, const char *p, size_t n, struct err *e)
{
    const char **slot = LIST_ADD(a, list);

    if (slot)
        *slot = text_from_bytes(a, p, n);
    if (!slot || !*slot)
        return err_nomem(e);
    return true;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void list_sort(struct strs *list)
{
    size_t n = 0;

    if (!list->n)
        return;
    qsort(list->v, list->n, sizeof *list->v, by_bytes);
    for (size_t i = 1; i < list->n; i++)
        if (strcmp(list->v[n], list->v[i]) != 0)
            list->v[++n] = list->v[i];
    list->n = n + 1;
}
