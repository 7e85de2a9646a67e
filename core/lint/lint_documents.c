#include "core/lint/rules.h"

#include "core/model/playbook.h"
#include "core/model/policy.h"
#include "core/model/timeline.h"

#include <string.h>

/* --- one rule set a kind of document -------------------------------------------------------------------------- */

/* Whose schema has both `source` and `confidence` states both; a step inherits them from its section. */
static void check_sourced(struct lint *l, const struct schema *s, const json_t *j, const struct place *at)
{
    json_t *obj = (json_t *)(uintptr_t)j;

    if (s != &step_def_schema && schema_field(s, "source") && schema_field(s, "confidence")) {
        if (!json_object_get(j, "source"))
            lint_add(l, PROBLEM_UNSOURCED, at, "a %s needs 'source': where the fact comes from", s->name);
        if (!json_object_get(j, "confidence"))
            lint_add(l, PROBLEM_UNSOURCED, at, "a %s needs 'confidence': documented, field, tested or unverified", s->name);
    }
    for (void *it = json_object_iter(obj); it; it = json_object_iter_next(obj, it)) {
        const struct field *f = schema_field(s, json_object_iter_key(it));
        const json_t *v = json_object_iter_value(it);
        struct place here = {at, json_object_iter_key(it), 0, NULL};

        if (f && f->type == FIELD_OBJ)
            check_sourced(l, f->sub, v, &here);
        for (size_t i = 0; f && f->type == FIELD_OBJS && i < json_array_size(v); i++) {
            struct place item = {&here, NULL, i, NULL};

            check_sourced(l, f->sub, json_array_get(v, i), &item);
        }
    }
}

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
    const struct product *p = doc;
    const struct {
        const char *key;
        const struct section *section;
    } sections[] = {{"install", p->install}, {"activate", p->activate}, {"disarm", p->disarm},
                    {"remove", p->remove},   {"clean", p->clean}};
    struct place suppliers = {at, "engine_suppliers", 0, NULL};

    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        struct place here = {at, sections[i].key, 0, NULL};

        if (sections[i].section)
            lint_steps(l, p, sections[i].section->steps.v, sections[i].section->steps.n, &here);
    }
    check_vendor_reference(l, p->vendor, at, "vendor");
    check_vendor_reference(l, p->moved_by_vendor, at, "moved_by_vendor");
    for (size_t i = 0; i < p->engine_suppliers.n; i++) {
        struct place item = {&suppliers, NULL, i, NULL};

        check_vendor_reference(l, p->engine_suppliers.v[i].vendor, &item, "vendor");
    }
    for (size_t i = 0; i < p->vars.n; i++)
        if (p->vars.v[i].secret && p->vars.v[i].def)
            lint_add(l, PROBLEM_SECRET_WRITTEN, at, "the secret '%s' has a default value; a secret never stands in a file", p->vars.v[i].name);
    lint_artifacts(l, p, at);
    lint_import(l, p, j, at);
    lint_probes(l, p->os, j, at);
    check_sourced(l, &product_schema, j, at);
}

static void vendor_rules(struct lint *l, const void *doc, const json_t *j, const struct place *at)
{
    (void)doc;
    check_sourced(l, &vendor_schema, j, at);
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

        if (v && !(text_starts(v, "file:") && cond_absolute(v + 5)) && !text_starts(v, "env:"))
            lint_add(l, PROBLEM_SECRET_WRITTEN, &here, "a secret is given by 'file:/path' or 'env:NAME', never itself");
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
