#include "core/detect/collect.h"
#include "core/os/machine.h"
#include "core/step/table.h"

struct args {
    const char *mark;
};

static bool check_mark(void *obj, const struct place *at, struct err *e)
{
    const struct args *a = obj;
    long long mark;

    return text_number(a->mark, &mark) || place_error(e, at, "'%.40s' is no mark", a->mark);
}

static const struct field fields[] = {
    FIELD(args, STR, mark, "as 0x400", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema args_schema = {"firewall.remove", NULL, "", sizeof(struct args), fields, check_mark};

static bool after(const void *args, struct doc *d, struct cond **ret, struct err *e)
{
    const struct cond here = {.probe = PROBE_FIREWALL, .mark = ((const struct args *)args)->mark};

    return cond_copy(&here, true, d, ret, e);
}

static bool apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    struct facts f;
    long long mark;
    size_t n = 0;

    if (!text_number(a->mark, &mark))
        return err_set(e, ERR_INPUT, "'%s' is no mark", a->mark);
    if (!facts_collect(FACTS_FIREWALL, NULL, c->doc, &f, e))
        return false;
    for (size_t i = 0; i < f.firewall.n; i++) {
        if (f.firewall.v[i].mark != mark)
            continue;
        if (!os_firewall_remove(&f.firewall.v[i], e))
            return false;
        n++;
    }
    return effect_set(c, ret, OUTCOME_OK, e, "%zu rule%s with mark %s removed", n, n == 1 ? "" : "s", a->mark);
}

const struct verb verb_firewall_remove = {
    .def = {.name = "firewall.remove",
            .os = "linux",
            .doc = "Removes firewall rules that carry the old product's mark.",
            .args = &args_schema,
            .flags = VERB_MUTATES,
            .timeout_s = 60,
            .after = after,
            .no_undo = "the product sets them again when it starts"},
    .apply = apply,
};
