#include "core/detect/observe.h"
#include "core/detect/collect.h"

#include <string.h>

bool observe_facts(const struct cond *const *list, size_t n, struct doc *d, struct facts *ret, struct err *e)
{
    struct questions q;
    unsigned parts = 0;

    memset(&q, 0, sizeof q);
    for (size_t i = 0; i < n; i++)
        if (!cond_questions(list[i], &d->arena, &parts, &q, e))
            return false;
    return facts_collect(parts, &q, d, ret, e);
}

bool observe(const struct cond *c, struct doc *d, struct verdict *ret, struct err *e)
{
    struct facts f;

    return observe_facts(&c, 1, d, &f, e) && cond_judge(c, &f, &d->arena, ret, e);
}
