/*
 * Facts and a policy, "---" between them, and the built-in catalogue: the plan made of them. It is made the same
 * twice, reads as a plan, does nothing that the policy forbids, and every step's arguments are what its verb takes.
 */
#include "tests/fuzz/fuzz.h"
#include "core/detect/load.h"
#include "core/detect/match.h"
#include "core/plan/planner.h"
#include "core/step/verb.h"

#include <stdlib.h>
#include <string.h>

static const struct catalog *catalog(void)
{
    static struct catalog c;
    static bool loaded;
    struct err e = ERR_INIT;

    FUZZ_MUST(loaded || catalog_load(NULL, NULL, &c, &e), "%s", e.text);
    loaded = true;
    return &c;
}

static void check_steps(const struct plan *p, struct doc *d)
{
    for (size_t i = 0; i < p->steps.n; i++) {
        const struct step *s = &p->steps.v[i];
        const struct verb *v = verb_find(s->verb);
        struct place at = {NULL, NULL, i, "steps"};
        struct err e = ERR_INIT;
        void *args;

        FUZZ_MUST(v && verb_args(&v->def, s->args, d, &at, &args, &e), "%s: %s: %s", s->id, s->verb, e.text);
        FUZZ_MUST(!(v->def.flags & VERB_MUTATES) || !s->undo == (s->no_undo != NULL), "%s: %s and undo", s->id, s->verb);
    }
}

static void check_policy(const struct plan *p, const struct policy *y)
{
    const struct product *t = p->target ? catalog_product(catalog(), p->target->product) : NULL;

    FUZZ_MUST(p->max_reboots <= y->max_reboots, "%lld reboots", p->max_reboots);
    FUZZ_MUST(p->no_reboot == y->no_reboot, "no_reboot");
    FUZZ_MUST(y->allow_unverified || !p->unverified.n, "%s is not verified", p->unverified.v[0]);
    FUZZ_MUST(!y->strategy || text_eq(y->strategy, p->strategy), "%s", p->strategy);
    if (!t)
        return;
    FUZZ_MUST(!text_in(&y->forbid, t->id) && !text_in(&y->forbid, t->vendor), "%s is forbidden", t->id);
    FUZZ_MUST(!y->allow.n || text_in(&y->allow, t->id) || text_in(&y->allow, t->vendor), "%s is not allowed", t->id);
    FUZZ_MUST(!catalog_vendor(catalog(), t->vendor)->country ||
                  !text_in(&y->forbid_countries, catalog_vendor(catalog(), t->vendor)->country),
              "%s is from a country that is forbidden", t->id);
}

static void check(const struct plan_request *r, struct doc *d)
{
    struct doc again = DOC_INIT;
    struct err e = ERR_INIT;
    struct plan p, same;
    struct buf text, second;

    if (!plan_make(r, d, &p, &e)) {
        fuzz_refused(&e);
        return;
    }
    fuzz_accepted = true;
    text = fuzz_write(&plan_schema, &p);
    FUZZ_MUST(plan_make(r, &again, &same, &e), "%s", e.text);
    second = fuzz_write(&plan_schema, &same);
    FUZZ_MUST(text.len == second.len && memcmp(text.data, second.data, text.len) == 0, "%s\n%s", text.data, second.data);
    FUZZ_MUST(plan_read(&again, "plan", text.data, text.len, &same, &e), "%s\n%s", e.text, text.data);
    check_policy(&p, r->policy);
    check_steps(&p, d);
    buf_free(&text);
    buf_free(&second);
    doc_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    size_t len;
    char *first = fuzz_part(&p, &n, &len), *second = fuzz_part(&p, &n, &n);
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct findings found;
    struct policy y;
    struct facts f;

    if (doc_read(&d, &facts_schema, "facts", first, len, &f, &e) &&
        doc_read(&d, &policy_schema, "policy", second, n, &y, &e)) {
        const struct owner owner = {y.jurisdictions, y.as};
        const struct plan_request r = {.facts = &f,
                                       .findings = &found,
                                       .catalog = catalog(),
                                       .policy = &y,
                                       .now = f.collected_at,
                                       .verbs = verb_defs(),
                                       .tool = "fuzz"};

        FUZZ_MUST(match_facts(&f, r.catalog, &owner, r.now, &d, &found, &e), "%s", e.text);
        check(&r, &d);
    } else {
        fuzz_refused(&e);
    }
    doc_free(&d);
    free(first);
    free(second);
    return 0;
}
