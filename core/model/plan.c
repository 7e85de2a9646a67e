#include "core/model/plan.h"
#include "core/base/digest.h"
#include "core/base/list.h"
#include "core/model/visit.h"

#include <stdio.h>
#include <string.h>

const char *const rung_names[] = {"new-healthy", "old-restored", "other-protection", "unprotected", NULL};
static const char *const fate_names[] = {"rejected", "eligible", "chosen", NULL};

static const struct field assumption_fields[] = {
    FIELD(assumption, STR, text, "for people", .flags = FIELD_REQUIRED),
    FIELD(assumption, OBJ, cond, "must still hold", .sub = &cond_schema, .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema assumption_schema = {"assumption", NULL, "what the plan rests on",
                                                sizeof(struct assumption), assumption_fields, NULL};

static const struct field points_fields[] = {
    FIELD(points, INT, preference, "its place in the policy's order", .flags = FIELD_REQUIRED),
    FIELD(points, INT, fit, "how smoothly it fits this PC", .flags = FIELD_REQUIRED),
    FIELD(points, INT, evidence, "how well it is known", .flags = FIELD_REQUIRED),
    FIELD(points, INT, cost, "how little a seat costs", .flags = FIELD_REQUIRED),
    FIELD(points, INT, total, "all of them by the policy's weights"),
    FIELD_END,
};
static const struct schema points_schema = {"points", NULL, "of a candidate, 0 to 100 each", sizeof(struct points),
                                            points_fields, NULL};

static const struct field candidate_fields[] = {
    FIELD(candidate, STR, product, "product id", .flags = FIELD_REQUIRED),
    FIELD(candidate, STR, name, "for people", .flags = FIELD_REQUIRED),
    FIELD(candidate, ENUM, fate, "rejected, eligible or chosen", .names = fate_names, .flags = FIELD_REQUIRED),
    FIELD(candidate, OBJ, points, "what it was ranked by", .sub = &points_schema),
    FIELD(candidate, STRS, reasons, "sentences"),
    FIELD_END,
};
static const struct schema candidate_schema = {"candidate", NULL, "a possible replacement", sizeof(struct candidate),
                                               candidate_fields, NULL};

static const struct field product_fields[] = {
    FIELD(plan_product, STR, product, "product id", .flags = FIELD_REQUIRED | FIELD_ID),
    FIELD(plan_product, STR, name, "for people", .flags = FIELD_REQUIRED),
    FIELD(plan_product, STR, version, "as found"),
    FIELD(plan_product, ENUM, role, "protection, component or agent", .names = product_role_names),
    FIELD(plan_product, OBJ, health, "when it is healthy", .sub = &health_schema),
    FIELD(plan_product, OBJ, gone, "holds when every trace has gone", .sub = &cond_schema),
    FIELD(plan_product, OBJ, eicar, "the EICAR test", .sub = &eicar_schema),
    FIELD(plan_product, OBJS, leftovers, "traces that may stay behind", .sub = &leftover_schema),
    FIELD(plan_product, OBJS, reinstallers, "who would bring it back", .sub = &leftover_schema),
    FIELD_END,
};
static const struct schema plan_product_schema = {"plan product", NULL, "what the worker must know of a product",
                                                  sizeof(struct plan_product), product_fields, NULL};

static const struct field rung_fields[] = {
    FIELD(ladder_rung, ENUM, rung, "which", .names = rung_names, .flags = FIELD_REQUIRED),
    FIELD(ladder_rung, BOOL, allowed, "may it be used", .flags = FIELD_REQUIRED),
    FIELD(ladder_rung, STR, why, "the reason", .flags = FIELD_REQUIRED),
    FIELD(ladder_rung, OBJ, cond, "other protection, or an old product that cannot be put back: holds when it protects", .sub = &cond_schema),
    FIELD_END,
};
static const struct schema rung_schema = {"rung", NULL, "a safe state", sizeof(struct ladder_rung), rung_fields, NULL};

static const struct field step_fields[] = {
    FIELD(step, STR, id, "s01, s02 ...", .flags = FIELD_REQUIRED | FIELD_ID),
    FIELD(step, ENUM, stage, "which stage", .names = stage_names, .flags = FIELD_REQUIRED),
    FIELD(step, STR, verb, "verb", .flags = FIELD_REQUIRED),
    FIELD(step, STR, title, "for people", .flags = FIELD_REQUIRED),
    FIELD(step, STR, product, "whose step it is"),
    FIELD(step, JSON, args, "the verb's arguments", .flags = FIELD_REQUIRED),
    FIELD(step, OBJ, before, "expected state before", .sub = &cond_schema),
    FIELD(step, OBJ, after, "expected state after", .sub = &cond_schema),
    FIELD(step, STR, undo, "what undoing does"),
    FIELD(step, STR, no_undo, "why there is no undo"),
    FIELD(step, INT, timeout_s, "limit in seconds", .min = 1, .max = 86400, .flags = FIELD_REQUIRED),
    FIELD(step, BOOL, auxiliary, "its failure never leads to a rollback"),
    FIELD(step, BOOL, repeat, "after an interruption it is run again even if its effect seems to hold"),
    FIELD(step, BOOL, drops_network, "the network may be gone for a moment"),
    FIELD(step, BOOL, no_return, "what lies before can no longer be undone"),
    FIELD(step, OBJS, exit_codes, "what exit statuses mean", .sub = &exit_code_schema),
    FIELD_END,
};
static const struct schema step_schema = {"step", NULL, "a concrete step", sizeof(struct step), step_fields, NULL};

static const struct field plan_fields[] = {
    FIELD(plan, STR, id, "short id", .flags = FIELD_ID),
    FIELD(plan, INSTANT, made_at, "when", .flags = FIELD_REQUIRED),
    FIELD(plan, STR, tool, "version of avswap", .flags = FIELD_REQUIRED),
    FIELD(plan, STR, catalog_digest, "SHA-256 of the catalogue", .flags = FIELD_REQUIRED),
    FIELD(plan, STR, catalog_commit, "the signed commit that the catalogue was accepted with"),
    FIELD(plan, STRS, catalog_overlay, "what the site's own folders changed in the catalogue"),
    FIELD(plan, OBJ, machine, "which PC", .sub = &machine_schema, .flags = FIELD_REQUIRED),
    FIELD(plan, STR, strategy, "playbook", .flags = FIELD_REQUIRED | FIELD_ID),
    FIELD(plan, OBJS, sources, "what goes", .sub = &plan_product_schema, .flags = FIELD_REQUIRED),
    FIELD(plan, OBJ, target, "what comes", .sub = &plan_product_schema),
    FIELD(plan, STRS, explain, "why so"),
    FIELD(plan, OBJS, candidates, "what was considered, best first", .sub = &candidate_schema),
    FIELD(plan, STRS, warnings, "what to know before"),
    FIELD(plan, OBJS, advice, "told to a person before and after, changed by nobody else", .sub = &advice_schema),
    FIELD(plan, OBJS, ladder, "safe states after a failure, best first", .sub = &rung_schema),
    FIELD(plan, OBJS, assumptions, "what the plan rests on", .sub = &assumption_schema),
    FIELD(plan, STRS, secrets, "names of secrets needed"),
    FIELD(plan, MAP, secret_sources, "where they come from"),
    FIELD(plan, OBJS, steps, "the steps in order", .sub = &step_schema, .flags = FIELD_REQUIRED),
    FIELD(plan, INT, expected_s, "seconds that such a run usually takes", .min = 0, .max = 1000000),
    FIELD(plan, INT, max_reboots, "how often the run may reboot", .min = 0, .max = 10, .flags = FIELD_REQUIRED),
    FIELD(plan, BOOL, no_reboot, "never reboot by itself"),
    FIELD(plan, INT, unprotected_limit_s, "ceiling of the gap", .min = 1, .max = 86400, .flags = FIELD_REQUIRED),
    FIELD(plan, BOOL, eicar, "test with an EICAR file"),
    FIELD(plan, STRS, unverified, "sections that are run although not verified"),
    FIELD(plan, STR, digest, "SHA-256 over the plan's other keys, each with the SHA-256 of its value"),
    FIELD_END,
};
const struct schema plan_schema = {"plan", "avswap.plan/1", "what will be done on one PC", sizeof(struct plan),
                                   plan_fields, NULL};

bool plan_digest(const struct plan *p, char hex[65], struct err *e)
{
    json_t *j = schema_write(&plan_schema, p);
    bool ok;

    if (!j)
        return err_nomem(e);
    json_object_del(j, "digest");
    ok = json_digest_members(j, hex, e);
    json_decref(j);
    return ok;
}

const struct step *plan_step(const struct plan *p, const char *id)
{
    for (size_t i = 0; i < p->steps.n; i++)
        if (text_eq(p->steps.v[i].id, id))
            return &p->steps.v[i];
    return NULL;
}

bool plan_sent(const struct plan *p, struct arena *a, struct plan_files *ret, struct err *e)
{
    memset(ret, 0, sizeof *ret);
    for (size_t i = 0; i < p->steps.n; i++) {
        const json_t *args = p->steps.v[i].args;
        const char *name = json_string_value(json_object_get(args, "sent")), *sha256 = json_string_value(json_object_get(args, "sha256"));
        struct plan_file *x;

        if (!name || !text_eq(p->steps.v[i].verb, "payload.get"))
            continue;
        if (!text_is_name(name) || !sha256 || !digest_is(sha256))
            return err_set(e, ERR_INPUT, "step %s: an installer that is sent needs a plain name and its digest", p->steps.v[i].id);
        x = LIST_ADD(a, &ret->files);
        if (!x)
            return err_nomem(e);
        *x = (struct plan_file){name, sha256};
    }
    return true;
}

bool plan_secret_sent(const struct plan *p, const char *name)
{
    return text_eq(json_string_value(json_object_get(p->secret_sources, name)), VISIT_SENT);
}

const char *plan_fleeting_secret(const struct plan *p)
{
    for (size_t i = 0; i < p->secrets.n; i++) {
        const char *from = json_string_value(json_object_get(p->secret_sources, p->secrets.v[i]));

        if (from && text_starts(from, "env:"))
            return p->secrets.v[i];
    }
    return NULL;
}

bool plan_read(struct doc *d, const char *file, const char *text, size_t len, struct plan *ret, struct err *e)
{
    char hex[65], id[32];

    if (!doc_read(d, &plan_schema, file, text, len, ret, e))
        return false;
    if (!ret->digest || !ret->id)
        return err_set(e, ERR_INPUT, "%s: a plan needs 'id' and 'digest'", file);
    if (!plan_digest(ret, hex, e))
        return false;
    if (strcmp(hex, ret->digest) != 0)
        return err_set(e, ERR_TAMPERED, "%s: the plan was changed after it was made (its digest does not fit)", file);
    for (size_t i = 0; i < ret->steps.n; i++) {
        snprintf(id, sizeof id, "s%02zu", i + 1);
        if (strcmp(id, ret->steps.v[i].id) != 0)
            return err_set(e, ERR_INPUT, "%s: steps[%zu]: its id is '%.40s', expected '%s'", file, i,
                           ret->steps.v[i].id, id);
    }
    return true;
}
