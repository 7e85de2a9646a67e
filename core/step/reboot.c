#include "core/detect/collect.h"
#include "core/step/table.h"

struct args {
    struct strs packages;
};

static const struct field fields[] = {
    FIELD(args, STRS, packages, "packages whose pending reboot counts, on Windows patterns of what waits for it; filled by the planner"),
    FIELD_END,
};
static const struct schema args_schema = {"reboot.if_needed", NULL, "", sizeof(struct args), fields, NULL};

static bool ours(const struct args *a, const char *reason)
{
    for (size_t i = 0; i < a->packages.n; i++)
        if (text_glob_fold(a->packages.v[i], reason))
            return true;
    return false;
}

/* A pending reboot counts when one of our packages caused it: others may leave theirs pending for ever. */
static bool apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    struct facts f;

    /* A boot before the product asked does not count, as after a power cut. */
    if (c->rebooted)
        return effect_set(c, ret, OUTCOME_OK, e, "the PC was rebooted");
    if (c->reboot_wanted)
        return effect_set(c, ret, OUTCOME_REBOOT_THEN_RETRY, e, "an installer asked for a reboot");
    if (!facts_collect(FACTS_REBOOT, NULL, c->doc, &f, e))
        return false;
    for (size_t i = 0; f.reboot_pending && i < f.reboot_reasons.n; i++)
        if (ours(a, f.reboot_reasons.v[i]))
            return effect_set(c, ret, OUTCOME_REBOOT_THEN_RETRY, e, "%s asked for a reboot", f.reboot_reasons.v[i]);
    return effect_set(c, ret, OUTCOME_OK, e, "no reboot is needed");
}

const struct verb verb_reboot_if_needed = {
    .def = {.name = "reboot.if_needed",
            .doc = "Reboots when a removed or installed product asked for it, and goes on after the boot. Proved by a "
                   "changed boot id; bounded by the plan.",
            .args = &args_schema,
            .flags = VERB_REBOOTS | VERB_AFTER_CRASH,
            .timeout_s = 900,
            .no_undo = "a reboot cannot be undone"},
    .apply = apply,
};
