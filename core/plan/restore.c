/* What a product of Windows Installer could be installed from again after its removal. */
#include "core/base/list.h"
#include "core/plan/steps.h"

#include <string.h>

/* The codes that one step of a removal is about. */
static bool add_codes(struct planning *p, const struct product *x, const struct step_def *def, struct strs *ret)
{
    struct cond_matches found = {.rows = {NULL, 0}};
    size_t n = 1;

    if (def->each && !cond_each(def->each, p->r->facts, p->doc, &found, p->e))
        return false;
    if (def->each)
        n = found.rows.n;
    for (size_t i = 0; i < n; i++) {
        const struct scope o = {p, x, def->each ? found.rows.v[i].fields : NULL};
        json_t *args = steps_expand(&o, def->args, NULL);
        const char *code = json_string_value(json_object_get(args, "code")), **slot;

        if (!args && p->e->code == ERR_NOT_FOUND) {
            err_clear(p->e);
            continue;
        }
        if (!args || !doc_keep(p->doc, args, p->e))
            return p->e->code ? false : err_nomem(p->e);
        if (!code || text_in(ret, code))
            continue;
        slot = LIST_ADD(p->arena, ret);
        if (!slot)
            return err_nomem(p->e);
        *slot = code;
    }
    return true;
}

static bool section_codes(struct planning *p, const struct product *x, const struct section *s, struct strs *ret)
{
    for (size_t i = 0; s && i < s->steps.n; i++) {
        const struct step_def *def = &s->steps.v[i];
        struct verdict wanted = {TRI_YES, ""};

        if (!text_eq(def->verb, "msi.remove"))
            continue;
        if (!cond_judge(def->when, p->r->facts, p->arena, &wanted, p->e))
            return false;
        if (wanted.answer == TRI_YES && !add_codes(p, x, def, ret))
            return false;
    }
    return true;
}

bool planning_codes(struct planning *p, const struct product *x, struct strs *ret)
{
    ret->v = NULL;
    ret->n = 0;
    return section_codes(p, x, x->remove, ret) && section_codes(p, x, x->clean, ret);
}

bool planning_named_installer(struct planning *p, const struct product *x, const char **ret, const char **ret_sha256)
{
    const char *key = arena_printf(p->arena, "%s_installer", x->id);
    const char *digest = arena_printf(p->arena, "%s_installer_sha256", x->id);

    if (!key || !digest)
        return err_nomem(p->e);
    *ret = json_string_value(json_object_get(p->r->policy->vars, key));
    *ret_sha256 = json_string_value(json_object_get(p->r->policy->vars, digest));
    return true;
}

bool planning_restore(struct planning *p, const struct product *x, const char *code, const char **ret)
{
    const char *named, *digest;

    *ret = NULL;
    if (!planning_named_installer(p, x, &named, &digest))
        return false;
    if (named) {
        *ret = arena_printf(p->arena, "${backup}/%s.msi", x->id);
        return *ret || err_nomem(p->e);
    }
    for (size_t i = 0; i < p->r->facts->msi.n; i++) {
        const struct msi_product *m = &p->r->facts->msi.v[i];

        if (!text_eq_fold(m->code, code) || !m->package_exists)
            continue;
        *ret = arena_printf(p->arena, "${backup}/%s.msi", code);
        return *ret || err_nomem(p->e);
    }
    return true;
}

bool planning_restorable(struct planning *p, const struct product *x, bool *ret)
{
    struct strs codes;
    const char *from;

    *ret = false;
    if (!planning_codes(p, x, &codes))
        return false;
    for (size_t i = 0; i < codes.n; i++) {
        if (!planning_restore(p, x, codes.v[i], &from))
            return false;
        *ret = *ret || from;
    }
    return true;
}
