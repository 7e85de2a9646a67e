#include "core/verify/verify.h"
#include "core/detect/match.h"
#include "core/detect/observe.h"

#include <string.h>

static bool add(struct checks *c, struct arena *a, const char *what, enum tri answer, const char *evidence,
                struct err *e)
{
    struct check_result *v = ARENA_ARRAY(a, c->list.n + 1, struct check_result);

    if (!v || !what || !evidence)
        return err_nomem(e);
    if (c->list.n)
        memcpy(v, c->list.v, c->list.n * sizeof *v);
    v[c->list.n].what = what;
    v[c->list.n].answer = (int)answer;
    v[c->list.n].evidence = evidence;
    c->list.v = v;
    c->list.n++;
    return true;
}

bool verify_health(const struct plan_product *p, const struct strs *facts, struct doc *d, struct checks *ret,
                   struct err *e)
{
    static const char *const names[] = {"installed", "running", "realtime", "fresh", "managed"};
    const struct cond *conds[5] = {NULL};
    struct facts f;

    ret->good = true;
    if (p->health) {
        const struct health *h = p->health;
        const struct cond *all[5] = {h->installed, h->running, h->realtime, h->fresh, h->managed};

        for (size_t i = 0; i < 5; i++)
            conds[i] = !facts || text_in(facts, names[i]) ? all[i] : NULL;
    }
    if (!observe_facts(conds, 5, d, &f, e))
        return false;
    for (size_t i = 0; i < 5; i++) {
        struct verdict v;

        if (!conds[i])
            continue;
        if (!cond_judge(conds[i], &f, &d->arena, &v, e) ||
            !add(ret, &d->arena, arena_printf(&d->arena, "%s: %s", p->name, names[i]), v.answer, v.evidence, e))
            return false;
        ret->good = ret->good && v.answer == TRI_YES;
    }
    return true;
}

static bool list_traces(const struct plan_product *p, const struct leftover *v, size_t n, const char *kind,
                        const struct facts *f, struct doc *d, struct checks *ret, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        struct verdict x;
        enum tri gone;

        if (!cond_judge(v[i].cond, f, &d->arena, &x, e))
            return false;
        gone = x.answer == TRI_YES ? TRI_NO : x.answer == TRI_NO ? TRI_YES : TRI_UNKNOWN;
        ret->residue += gone == TRI_NO;
        if (!add(ret, &d->arena, arena_printf(&d->arena, "%s: no %s: %s", p->name, kind, v[i].text), gone, x.evidence,
                 e))
            return false;
    }
    return true;
}

static bool source_gone(const struct plan_product *p, struct doc *d, struct checks *ret, struct err *e)
{
    size_t n = 0, max = 1 + p->leftovers.n + p->reinstallers.n;
    const struct cond **conds = ARENA_ARRAY(&d->arena, max, const struct cond *);
    struct verdict v;
    struct facts f;

    if (!conds)
        return err_nomem(e);
    conds[n++] = p->gone;
    for (size_t i = 0; i < p->leftovers.n; i++)
        conds[n++] = p->leftovers.v[i].cond;
    for (size_t i = 0; i < p->reinstallers.n; i++)
        conds[n++] = p->reinstallers.v[i].cond;
    if (!observe_facts(conds, n, d, &f, e) || !cond_judge(p->gone, &f, &d->arena, &v, e) ||
        !add(ret, &d->arena, arena_printf(&d->arena, "%s is gone", p->name), v.answer, v.evidence, e))
        return false;
    ret->good = ret->good && v.answer == TRI_YES;
    if (!list_traces(p, p->leftovers.v, p->leftovers.n, "leftover", &f, d, ret, e))
        return false;
    n = ret->residue;
    if (!list_traces(p, p->reinstallers.v, p->reinstallers.n, "reinstaller", &f, d, ret, e))
        return false;
    ret->reinstallers += ret->residue - n;
    return true;
}

static bool find_advice(const struct plan *p, struct doc *d, struct strs *ret, struct err *e)
{
    for (size_t i = 0; i < p->advice.n; i++) {
        const struct cond *each = p->advice.v[i].each;
        struct facts f;

        if (!observe_facts(&each, 1, d, &f, e) || !advice_find(&p->advice.v[i], &f, d, ret, e))
            return false;
    }
    return true;
}

bool verify_gone(const struct plan *p, struct doc *d, struct checks *ret, struct err *e)
{
    ret->good = true;
    for (size_t i = 0; i < p->sources.n; i++)
        if (!source_gone(&p->sources.v[i], d, ret, e))
            return false;
    return find_advice(p, d, &ret->advice, e);
}

bool verify_json(const struct checks *c, struct doc *d, json_t **ret, struct err *e)
{
    json_t *list = json_array(), *notes = c->advice.n ? json_array() : NULL;

    *ret = json_pack("{s:o, s:o*}", "checks", list, "notes", notes);
    if (!doc_keep(d, *ret, e))
        return false;
    for (size_t i = 0; i < c->advice.n; i++)
        if (json_array_append_new(notes, json_string(c->advice.v[i])))
            return err_nomem(e);
    for (size_t i = 0; i < c->list.n; i++) {
        const struct check_result *x = &c->list.v[i];

        if (json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "what", x->what, "answer",
                                                  tri_names[x->answer], "evidence", x->evidence)))
            return err_nomem(e);
    }
    return true;
}
