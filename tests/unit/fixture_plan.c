#include "tests/unit/fixture_plan.h"
#include "core/detect/load.h"
#include "core/detect/match.h"
#include "core/os/path.h"
#include "core/step/verb.h"

static const char *us[] = {"US"};

void planned_make(struct planned *p, const struct situation *s)
{
    struct err e = ERR_INIT;
    const char *catalog;
    struct owner o;

    memset(p, 0, sizeof *p);
    if (text_starts(s->facts, "'collected_at'"))
        fixture_read(&p->doc, &facts_schema, s->facts, &p->facts);
    else
        fixture_facts(&p->doc, s->facts, &p->facts);
    fixture_read(&p->doc, &policy_schema, s->policy ? s->policy : "", &p->policy);
    catalog = s->catalog ? os_path_given(s->catalog, &p->doc.arena, &e) : NULL;
    if (!s->catalog)
        fixture_catalog(&p->doc.arena, s->edits, &p->catalog);
    else if (!catalog || !catalog_load(catalog, NULL, &p->catalog, &e))
        fail_msg("%s", e.text);
    o.as = p->policy.as;
    o.jurisdictions = p->policy.jurisdictions;
    if (!o.jurisdictions.n)
        o.jurisdictions = (struct strs){us, 1};
    if (!match_facts(&p->facts, &p->catalog, &o, fixture_instant(FIXTURE_NOW), &p->doc, &p->findings, &e))
        fail_msg("%s", e.text);
    p->request = (struct plan_request){.facts = &p->facts,
                                       .findings = &p->findings,
                                       .catalog = &p->catalog,
                                       .policy = &p->policy,
                                       .now = fixture_instant(FIXTURE_NOW),
                                       .target = s->target,
                                       .verbs = verb_defs(),
                                       .tool = "test"};
    p->ok = plan_make(&p->request, &p->doc, &p->plan, &p->err);
    if (p->ok)
        p->text = fixture_text(&p->doc.arena, &plan_schema, &p->plan);
}

void planned_free(struct planned *p)
{
    catalog_free(&p->catalog);
    doc_free(&p->doc);
}

const struct candidate *planned_candidate(const struct planned *p, const char *product)
{
    for (size_t i = 0; i < p->plan.candidates.n; i++)
        if (strcmp(p->plan.candidates.v[i].product, product) == 0)
            return &p->plan.candidates.v[i];
    return NULL;
}

const struct step *planned_step(const struct planned *p, const char *verb, const char *product)
{
    for (size_t i = 0; i < p->plan.steps.n; i++)
        if (strcmp(p->plan.steps.v[i].verb, verb) == 0 && (!product || text_eq(p->plan.steps.v[i].product, product)))
            return &p->plan.steps.v[i];
    return NULL;
}

char *planned_verbs(struct planned *p, int stage)
{
    char *s = arena_strdup(&p->doc.arena, "");

    for (size_t i = 0; i < p->plan.steps.n; i++)
        if (p->plan.steps.v[i].stage == stage)
            s = arena_printf(&p->doc.arena, "%s%s%s", s, *s ? " " : "", p->plan.steps.v[i].verb);
    assert_non_null(s);
    return s;
}

bool planned_says(const struct strs *list, const char *part)
{
    for (size_t i = 0; i < list->n; i++)
        if (strstr(list->v[i], part))
            return true;
    return false;
}
