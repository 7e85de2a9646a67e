#include "core/detect/collect.h"
#include "core/os/machine.h"
#include "core/step/table.h"

#include <string.h>

struct args {
    const char *type;
};

static const struct field fields[] = {
    FIELD(args, STR, type, "type of the file contexts, as kesl_exec_t", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema args_schema = {"selinux.remove", NULL, "", sizeof(struct args), fields, NULL};

static bool after(const void *args, struct doc *d, struct cond **ret, struct err *e)
{
    const struct cond here = {.probe = PROBE_SELINUX, .name = ((const struct args *)args)->type};

    return cond_copy(&here, true, d, ret, e);
}

static bool apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    struct facts f;
    size_t n = 0;

    if (!facts_collect(FACTS_SELINUX, NULL, c->doc, &f, e))
        return false;
    for (size_t i = 0; i < f.selinux_contexts.n; i++) {
        const char *s = f.selinux_contexts.v[i], *type = strrchr(s, ' ');
        const char *pattern = type ? arena_strndup(&c->doc->arena, s, (size_t)(type - s)) : NULL;

        if (!type || !text_glob(a->type, type + 1))
            continue;
        if (!pattern)
            return err_nomem(e);
        if (!os_selinux_context_remove(pattern, e))
            return false;
        n++;
    }
    return effect_set(c, ret, OUTCOME_OK, e, "%zu file context%s removed", n, n == 1 ? "" : "s");
}

const struct verb verb_selinux_remove = {
    .def = {.name = "selinux.remove",
            .os = "linux",
            .doc = "Removes local SELinux file contexts of the old product.",
            .args = &args_schema,
            .flags = VERB_MUTATES,
            .timeout_s = 120,
            .after = after,
            .no_undo = "the product's package sets them again"},
    .apply = apply,
};
