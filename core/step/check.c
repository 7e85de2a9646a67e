#include "core/detect/observe.h"
#include "core/os/machine.h"
#include "core/step/table.h"

struct args {
    struct cond *cond;
    const char *refuse;
    long long within_s;
};

static const struct field check_fields[] = {
    FIELD(args, OBJ, cond, "must hold", .sub = &cond_schema, .flags = FIELD_REQUIRED),
    FIELD(args, STR, refuse, "what people read when it does not", .flags = FIELD_REQUIRED),
    FIELD(args, INT, within_s, "seconds to wait for it", .min = 0, .max = 86400),
    FIELD_END,
};
static const struct schema check_schema = {"check.that", NULL, "", sizeof(struct args), check_fields, NULL};

static const struct field wait_fields[] = {
    FIELD(args, OBJ, cond, "is waited for", .sub = &cond_schema, .flags = FIELD_REQUIRED),
    FIELD(args, INT, within_s, "seconds", .min = 1, .max = 86400, .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema wait_schema = {"wait.until", NULL, "", sizeof(struct args), wait_fields, NULL};

/* Looks until the condition holds or the time is over. */
static bool look(const struct step_ctx *c, const struct args *a, struct verdict *v, struct err *e)
{
    int64_t until = os_up_ms() + a->within_s * 1000;

    for (;;) {
        struct doc d = DOC_INIT;
        bool ok = observe(a->cond, &d, v, e);

        if (ok)
            v->evidence = arena_strdup(&c->doc->arena, v->evidence);
        doc_free(&d);
        if (!ok)
            return false;
        if (!v->evidence)
            return err_nomem(e);
        if (v->answer == TRI_YES || os_up_ms() >= until || (c->tick && !c->tick(c->tick_arg)))
            return true;
        os_sleep_ms(500);
    }
}

static bool check(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    struct verdict v;

    if (!look(c, a, &v, e))
        return false;
    if (v.answer == TRI_NO)
        return effect_set(c, ret, OUTCOME_REFUSED, e, "%s (%s)", a->refuse, v.evidence);
    return effect_set(c, ret, OUTCOME_OK, e, "%s%s", v.answer == TRI_YES ? "" : "not known: ", v.evidence);
}

static bool wait(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    struct verdict v;

    if (!look(c, args, &v, e))
        return false;
    return effect_set(c, ret, v.answer == TRI_YES ? OUTCOME_OK : OUTCOME_TIMEOUT, e, "%s", v.evidence);
}

const struct verb verb_check_that = {
    .def = {.name = "check.that",
            .doc = "Refuses to go on when a condition does not hold. What is not known is no reason to refuse.",
            .args = &check_schema,
            .flags = VERB_AFTER_CRASH,
            .timeout_s = 300,
            .no_undo = "changes nothing"},
    .apply = check,
};

const struct verb verb_wait_until = {
    .def = {.name = "wait.until",
            .doc = "Waits until a condition holds.",
            .args = &wait_schema,
            .flags = VERB_AFTER_CRASH | VERB_PROTECTION,
            .timeout_s = 3600,
            .no_undo = "changes nothing"},
    .apply = wait,
};
