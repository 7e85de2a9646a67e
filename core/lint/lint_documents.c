#include "core/lint/rules.h"

#include "core/model/playbook.h"
#include "core/model/policy.h"
#include "core/model/timeline.h"

#include <string.h>

/* --- one rule set a kind of document -------------------------------------------------------------------------- */

bool lint_known_vendor(const struct lint *l, const char *id)
{
    return catalog_vendor(&l->here, id) || (l->with->catalog && catalog_vendor(l->with->catalog, id));
}

bool lint_known_product(const struct lint *l, const char *id)
{
    return catalog_product(&l->here, id) || (l->with->catalog && catalog_product(l->with->catalog, id));
}

static void check_vendor_reference(struct lint *l, const char *id, const struct place *at, const char *key)
{
    struct place here = {at, key, 0, NULL};

    if (id && !lint_known_vendor(l, id))
        lint_add(l, PROBLEM_DEAD_REFERENCE, &here, "there is no vendor '%.80s' in these files or the catalogue", id);
}

static void product_rules(struct lint *l, const void *doc, const json_t *j, const struct place *at)
{
    lint_product(l, doc, j, at);
}

static void vendor_rules(struct lint *l, const void *doc, const json_t *j, const struct place *at)
{
    (void)doc;
    lint_sourced(l, &vendor_schema, j, NULL, at);
}

/* What may ask for a restart needs a step behind it that gives it. */
static void check_reboots(struct lint *l, const struct playbook *b, const struct place *at)
{
    static const char *const asking[] = {"source.remove", "source.clean", "agent.remove", "target.install", "target.activate"};
    struct place stages = {at, "stages", 0, NULL};
    bool given = false;

    for (size_t i = b->stages.n; i-- > 0;)
        for (size_t k = b->stages.v[i].steps.n; k-- > 0;) {
            struct place stage = {&stages, NULL, i, NULL}, steps = {&stage, "steps", 0, NULL}, item = {&steps, NULL, k, NULL};
            const struct step_def *s = &b->stages.v[i].steps.v[k];

            given = given || text_eq(s->verb, "reboot.if_needed");
            for (size_t m = 0; !given && s->use && m < sizeof asking / sizeof asking[0]; m++)
                if (strcmp(asking[m], s->use) == 0) {
                    lint_add(l, PROBLEM_UNDECLARED_REBOOT, &item, "'%s' may need a restart, and no step behind it gives it", s->use);
                    lint_advise(l, "add a step reboot.if_needed behind it");
                }
        }
}

static void playbook_rules(struct lint *l, const void *doc, const json_t *j, const struct place *at)
{
    const struct playbook *b = doc;
    struct place stages = {at, "stages", 0, NULL};
    bool seen[STAGE_COUNT] = {false};

    (void)j;
    for (size_t i = 0; i < b->stages.n; i++) {
        const struct playbook_stage *s = &b->stages.v[i];
        struct place item = {&stages, NULL, i, NULL};

        if (seen[s->stage])
            lint_add(l, PROBLEM_DUPLICATE, &item, "the stage '%s' is here twice", stage_names[s->stage]);
        seen[s->stage] = true;
        lint_steps(l, NULL, s->steps.v, s->steps.n, &item);
    }
    check_reboots(l, b, at);
    if (!seen[STAGE_VERIFY])
        lint_add(l, PROBLEM_PLAYBOOK, at, "without a stage 'verify' nothing proves the result");
}

static bool speaks_to_anybody(const struct timeline *t, const struct measure *m)
{
    for (size_t i = 0; i < t->personas.n; i++)
        for (size_t k = 0; k < m->applies_to.n; k++)
            if (text_in(&t->personas.v[i].tags, m->applies_to.v[k]))
                return true;
    return false;
}

static void timeline_rules(struct lint *l, const void *doc, const json_t *j, const struct place *at)
{
    const struct timeline *t = doc;
    struct place measures = {at, "measures", 0, NULL};

    (void)j;
    check_vendor_reference(l, t->vendor, at, "vendor");
    for (size_t i = 0; i < t->measures.n; i++) {
        const struct measure *m = &t->measures.v[i];
        struct place item = {&measures, NULL, i, NULL};

        if (!speaks_to_anybody(t, m))
            lint_add(l, PROBLEM_TIMELINE, &item, "applies_to names no group that any persona belongs to: nobody would ever be told");
        for (size_t k = 0; k < i; k++)
            if (strcmp(t->measures.v[k].id, m->id) == 0)
                lint_add(l, PROBLEM_DUPLICATE, &item, "the measure '%.80s' is here twice", m->id);
    }
}

static void check_wishes(struct lint *l, const struct strs *names, const struct place *at, const char *key)
{
    struct place list = {at, key, 0, NULL};

    for (size_t i = 0; i < names->n; i++) {
        struct place item = {&list, NULL, i, NULL};

        if (!lint_known_vendor(l, names->v[i]) && !lint_known_product(l, names->v[i]))
            lint_add(l, PROBLEM_DEAD_REFERENCE, &item, "'%.80s' is neither a product nor a vendor of the catalogue", names->v[i]);
    }
}

static void policy_rules(struct lint *l, const void *doc, const json_t *j, const struct place *at)
{
    const struct policy *p = doc;
    struct place strategy = {at, "strategy", 0, NULL}, as = {at, "as", 0, NULL}, secrets = {at, "secrets", 0, NULL};
    json_t *map = json_object_get(j, "secrets");
    bool known = !p->as;

    check_wishes(l, &p->prefer, at, "prefer");
    check_wishes(l, &p->allow, at, "allow");
    check_wishes(l, &p->forbid, at, "forbid");
    if (p->strategy && l->with->catalog && !catalog_playbook(l->with->catalog, p->strategy))
        lint_add(l, PROBLEM_DEAD_REFERENCE, &strategy, "there is no playbook '%.80s'", p->strategy);
    for (size_t i = 0; l->with->catalog && i < l->with->catalog->timelines.n; i++)
        known = known || timeline_persona(&l->with->catalog->timelines.v[i], p->as);
    if (l->with->catalog && !known)
        lint_add(l, PROBLEM_DEAD_REFERENCE, &as, "nobody is called '%.80s'", p->as);
    for (void *it = json_object_iter(map); it; it = json_object_iter_next(map, it)) {
        struct place here = {&secrets, json_object_iter_key(it), 0, NULL};
        const char *v = json_string_value(json_object_iter_value(it));

        if (v && !policy_secret_source(v))
            lint_add(l, PROBLEM_SECRET_WRITTEN, &here, "a secret is given by 'file:/path', 'env:NAME' or 'sent', never itself");
    }
}

static void plan_rules(struct lint *l, const void *doc, const json_t *j, const struct place *at)
{
    const struct plan *p = doc;
    struct place steps = {at, "steps", 0, NULL};
    struct err e = ERR_INIT;
    char digest[65];

    (void)j;
    if (!plan_digest(p, digest, &e))
        l->nomem = true;
    else if (!text_eq(digest, p->digest))
        lint_add(l, PROBLEM_CHANGED_PLAN, at, "the plan was changed after it was made: its digest does not fit");
    for (size_t i = 0; i < p->steps.n; i++) {
        struct place item = {&steps, NULL, i, NULL};

        lint_verb_args(l, p->steps.v[i].verb, p->steps.v[i].args, &item);
    }
}

static const struct {
    const struct schema *schema;
    void (*rules)(struct lint *l, const void *doc, const json_t *j, const struct place *at);
} kinds[] = {
    {&product_schema, product_rules}, {&vendor_schema, vendor_rules}, {&playbook_schema, playbook_rules},
    {&timeline_schema, timeline_rules}, {&policy_schema, policy_rules}, {&plan_schema, plan_rules},
};

void lint_document(struct lint *l, const struct schema *s, const json_t *j, const struct place *at)
{
    void *obj = arena_alloc(&l->doc->arena, s->size);
    struct err e = ERR_INIT;

    if (!obj || !schema_read(s, j, l->doc, at, obj, &e)) {
        l->nomem = true;
        return;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i].schema == s) {
            lint_commands(l, j, at);
            kinds[i].rules(l, obj, j, at);
        }
}
