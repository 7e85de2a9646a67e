#include "core/verify/verification.h"

static bool look_eicar(const struct plan *p, struct doc *d, struct verification *v, struct err *e)
{
    const struct eicar_def *how = p->target ? p->target->eicar : NULL;
    enum eicar_answer answer;

    if (!how || how->expect == EICAR_NONE)
        return err_set(e, ERR_INPUT, "the catalogue knows no EICAR test for %s",
                       p->target ? p->target->name : "a plan without a new product");
    if (!verify_eicar(how, NULL, NULL, d, &answer, &v->eicar.evidence, e))
        return false;
    v->eicar.what = "the EICAR test file is stopped";
    v->eicar.answer = answer == EICAR_WAS_ALLOWED ? TRI_NO : TRI_YES;
    return true;
}

bool verification_look(const struct plan *p, bool eicar, struct doc *d, struct verification *ret, struct err *e)
{
    static const char *realtime[] = {"realtime"};
    const struct strs only = {realtime, 1};

    *ret = (struct verification){.healthy.good = true};
    if (!verify_gone(p, d, &ret->gone, e) || (p->target && !verify_health(p->target, NULL, d, &ret->healthy, e)))
        return false;
    for (size_t i = 0; !ret->healthy.good && i < p->sources.n; i++) {
        struct checks old = {0};

        if (!verify_health(&p->sources.v[i], &only, d, &old, e))
            return false;
        ret->other = ret->other || (old.list.n && old.good);
    }
    return !eicar || look_eicar(p, d, ret, e);
}

bool verification_list(const struct verification *v, struct arena *a, struct check_result **ret, size_t *n, struct err *e)
{
    struct check_result *all = ARENA_ARRAY(a, v->gone.list.n + v->healthy.list.n + 1, struct check_result);

    if (!all)
        return err_nomem(e);
    *ret = all;
    *n = 0;
    for (size_t i = 0; i < v->gone.list.n; i++)
        all[(*n)++] = v->gone.list.v[i];
    for (size_t i = 0; i < v->healthy.list.n; i++)
        all[(*n)++] = v->healthy.list.v[i];
    if (v->eicar.what)
        all[(*n)++] = v->eicar;
    return true;
}

static bool has_answer(const struct checks *c, int answer)
{
    for (size_t i = 0; i < c->list.n; i++)
        if (c->list.v[i].answer == answer)
            return true;
    return false;
}

int verification_status(const struct verification *v)
{
    bool allowed = v->eicar.what && v->eicar.answer == TRI_NO;

    if ((has_answer(&v->healthy, TRI_NO) || allowed) && !v->other)
        return EXIT_UNPROTECTED;
    if (v->gone.good && v->healthy.good && !allowed)
        return EXIT_DONE;
    return has_answer(&v->gone, TRI_NO) || has_answer(&v->healthy, TRI_NO) ? EXIT_ERROR : EXIT_IN_DOUBT;
}
