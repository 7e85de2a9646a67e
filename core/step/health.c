#include "core/os/machine.h"
#include "core/step/table.h"
#include "core/verify/verify.h"

struct args {
    struct strs facts;
    bool after_reboot;
    long long within_s;
};

static const struct field wait_fields[] = {
    FIELD(args, STRS, facts, "installed, running, realtime, fresh, managed; default: all that the product defines"),
    FIELD(args, BOOL, after_reboot, "only if the run rebooted"),
    FIELD(args, INT, within_s, "deadline; default: the product's own", .min = 0, .max = 86400),
    FIELD_END,
};
static const struct schema wait_schema = {"health.wait", NULL, "", sizeof(struct args), wait_fields, NULL};

static const struct field gone_fields[] = {
    FIELD(args, BOOL, after_reboot, "only if the run rebooted"),
    FIELD(args, INT, within_s, "deadline; default 30", .min = 0, .max = 86400),
    FIELD_END,
};
static const struct schema gone_schema = {"verify.gone", NULL, "", sizeof(struct args), gone_fields, NULL};

static const struct field eicar_fields[] = {
    FIELD(args, BOOL, after_reboot, "only if the run rebooted"),
    FIELD_END,
};
static const struct schema eicar_schema_args = {"eicar.test", NULL, "", sizeof(struct args), eicar_fields, NULL};

/* Looks until the checks are good or the time is over; the last look is the result. */
static bool look(const struct step_ctx *c, const struct args *a, bool target, long long within_s, struct checks *ret,
                 json_t **json, struct err *e)
{
    int64_t until = os_up_ms() + within_s * 1000;

    for (;;) {
        struct doc d = DOC_INIT;
        struct checks k = {.good = false};
        json_t *j = NULL;
        bool ok = target ? verify_health(c->plan->target, a->facts.n ? &a->facts : NULL, &d, &k, e)
                         : verify_gone(c->plan, &d, &k, e);
        bool over = k.good || os_up_ms() >= until || (ok && c->tick && !c->tick(c->tick_arg));

        ok = ok && (!over || (verify_json(&k, &d, &j, e) && doc_keep(c->doc, json_deep_copy(j), e)));
        doc_free(&d);
        if (!ok)
            return false;
        if (over) {
            *json = json_array_get(c->doc->keep, json_array_size(c->doc->keep) - 1);
            *ret = k;
            return true;
        }
        os_sleep_ms(500);
    }
}

/* The first check that does not hold, for the one line that people read. */
static const char *first_bad(const json_t *data, const char *wanted)
{
    const json_t *list = json_object_get(data, "checks");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *x = json_array_get(list, i);

        if (!text_eq(json_string_value(json_object_get(x, "answer")), wanted))
            return json_string_value(json_object_get(x, "evidence"));
    }
    return "";
}

static bool skip(const struct step_ctx *c, const struct args *a)
{
    return a->after_reboot && !c->reboots;
}

static bool wait_apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    const struct health *h = c->plan->target ? c->plan->target->health : NULL;
    struct checks k;

    if (!h)
        return effect_set(c, ret, OUTCOME_OK, e, "there is no new product to look at");
    if (skip(c, a))
        return effect_set(c, ret, OUTCOME_OK, e, "there was no reboot");
    if (!look(c, a, true, a->within_s ? a->within_s : h->within_s ? h->within_s : 120, &k, &ret->data, e))
        return false;
    if (k.good)
        return effect_set(c, ret, OUTCOME_OK, e, "%s is healthy: %zu of %zu facts hold", c->plan->target->name, k.list.n,
                          k.list.n);
    return effect_set(c, ret, OUTCOME_TIMEOUT, e, "%s did not become healthy in time: %s", c->plan->target->name,
                      first_bad(ret->data, "yes"));
}

static bool gone_apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    struct checks k;

    if (skip(c, a))
        return effect_set(c, ret, OUTCOME_OK, e, "there was no reboot");
    if (!look(c, a, false, a->within_s ? a->within_s : 30, &k, &ret->data, e))
        return false;
    if (!k.good)
        return effect_set(c, ret, OUTCOME_TIMEOUT, e, "the old product is not gone: %s", first_bad(ret->data, "yes"));
    return effect_set(c, ret, OUTCOME_OK, e, "the old product is gone; %zu trace%s left", k.residue,
                      k.residue == 1 ? "" : "s");
}

static bool eicar_apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct eicar_def *how = c->plan->target ? c->plan->target->eicar : NULL;
    enum eicar_answer answer;
    const char *what;

    if (!c->eicar || skip(c, args))
        return effect_set(c, ret, OUTCOME_OK, e, "not asked for");
    if (!how || how->expect == EICAR_NONE || !how->dir)
        return effect_set(c, ret, OUTCOME_OK, e, "this product does not react to the EICAR test file");
    if (!verify_eicar(how, c->tick, c->tick_arg, c->doc, &answer, &what, e))
        return false;
    ret->data = json_pack("{s:s, s:s}", "eicar", answer == EICAR_WAS_ALLOWED ? "allowed" : "blocked", "by",
                          c->plan->target->name);
    return doc_keep(c->doc, ret->data, e) &&
           effect_set(c, ret, answer == EICAR_WAS_ALLOWED ? OUTCOME_FATAL : OUTCOME_OK, e, "%s", what);
}

const struct verb verb_health_wait = {
    .def = {.name = "health.wait",
            .doc = "Waits until the new product's health facts hold, by its own probes.",
            .args = &wait_schema,
            .flags = VERB_AFTER_CRASH | VERB_PROTECTION,
            .timeout_s = 900,
            .no_undo = "changes nothing"},
    .apply = wait_apply,
};

const struct verb verb_verify_gone = {
    .def = {.name = "verify.gone",
            .doc = "Proves that the old products are gone and lists every trace that is left.",
            .args = &gone_schema,
            .flags = VERB_AFTER_CRASH | VERB_PROTECTION,
            .timeout_s = 300,
            .no_undo = "changes nothing"},
    .apply = gone_apply,
};

const struct verb verb_eicar_test = {
    .def = {.name = "eicar.test",
            .doc = "Writes the EICAR test file, composed at run time, where the new engine looks; it must be blocked. Only "
                   "when the plan or the command line asks for it, as the test raises an alert in the vendor's console.",
            .args = &eicar_schema_args,
            .flags = VERB_AFTER_CRASH | VERB_NOTICED,
            .timeout_s = 120,
            .no_undo = "the file is removed again"},
    .apply = eicar_apply,
};
