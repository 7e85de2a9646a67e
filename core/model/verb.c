#include "core/model/verb.h"

bool verb_args(const struct verb_def *v, const json_t *args, struct doc *d, const struct place *at, void **ret,
               struct err *e)
{
    json_t *none;

    *ret = arena_alloc(&d->arena, v->args->size);
    if (!*ret)
        return err_nomem(e);
    if (args)
        return schema_read(v->args, args, d, at, *ret, e);
    none = json_object();
    return doc_keep(d, none, e) && schema_read(v->args, none, d, at, *ret, e);
}
