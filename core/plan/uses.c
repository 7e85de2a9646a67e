/* What `use` in a playbook stands for beside the sections of a product: guards, backup, installers. */
#include "core/plan/steps.h"

#include <string.h>

json_t *steps_strings(const struct strs *list)
{
    json_t *a = json_array();

    for (size_t i = 0; a && i < list->n; i++)
        if (json_array_append_new(a, json_string(list->v[i]))) {
            json_decref(a);
            return NULL;
        }
    return a;
}

/* The run looks at it again, and refuses; whoever reads the plan can do something about it before. */
static bool warn_of_guard(struct planning *p, const struct product *x, const struct removal_guard *g)
{
    struct verdict now;

    if (!cond_judge(g->blocked, p->r->facts, p->arena, &now, p->e))
        return false;
    return now.answer != TRI_YES ||
           planning_say(p, &p->plan->warnings, "%s: as things are, the run will be refused: %s (%s).", x->name, g->text,
                        now.evidence);
}

bool use_guards(struct builder *b, const struct product *x)
{
    for (size_t i = 0; i < x->guards.n && !b->p->r->policy->override_guards; i++) {
        const struct removal_guard *g = &x->guards.v[i];
        struct cond *free_to_go = steps_negate(b->p->arena, g->blocked);
        json_t *cond = free_to_go ? schema_write(&cond_schema, free_to_go) : NULL;

        if (!cond)
            return err_nomem(b->p->e);
        if (!steps_make(b, x, "check.that", json_pack("{s:o, s:s}", "cond", cond, "refuse", g->text),
                       "Check that the removal is allowed:", x->name) ||
            !warn_of_guard(b->p, x, g))
            return false;
    }
    return true;
}

static bool installed_packages(const struct planning *p, const struct product *x, struct strs *ret)
{
    ret->n = 0;
    ret->v = ARENA_ARRAY(p->arena, x->packages.n, const char *);
    if (!ret->v)
        return err_nomem(p->e);
    for (size_t i = 0; i < x->packages.n; i++) {
        const struct package *k = facts_package(p->r->facts, x->packages.v[i]);

        if (k && k->state >= PACKAGE_UNPACKED)
            ret->v[ret->n++] = k->name;
    }
    return true;
}

/* The installer that the policy names, or else those that Windows keeps of the product. */
static bool keep_installers(struct builder *b, const struct product *x)
{
    struct planning *p = b->p;
    const char *named, *digest, *from;
    bool lacks = false;
    struct strs codes;

    if (!planning_codes(p, x, &codes) || !planning_named_installer(p, x, &named, &digest))
        return false;
    if (codes.n && named && !(named = steps_literal(p->arena, named)))
        return err_nomem(p->e);
    if (codes.n && named)
        return steps_make(b, x, "payload.get",
                          json_pack("{s:s++, s:s, s:s*}", "file", "${backup}/", x->id, ".msi", "from", named, "sha256",
                                    digest),
                          "Keep the installer of", x->name);
    for (size_t i = 0; i < codes.n; i++) {
        if (!planning_restore(p, x, codes.v[i], &from))
            return false;
        lacks = lacks || !from;
        if (from && !steps_make(b, x, "msi.save", json_pack("{s:s, s:s}", "code", codes.v[i], "to", from),
                                "Save the installer that Windows keeps of", x->name))
            return false;
    }
    return !lacks || planning_say(p, &p->plan->warnings,
                                  "Windows keeps no installer of %s, so once removed it cannot be put back. "
                                  "\"%s_installer\" in the policy's \"vars\" may name one.", x->name, x->id);
}

bool use_backup(struct builder *b, const struct product *x)
{
    struct strs names;

    if (!keep_installers(b, x))
        return false;
    if (!installed_packages(b->p, x, &names))
        return false;
    if (names.n && !steps_make(b, x, "package.rebuild",
                              json_pack("{s:o, s:s}", "names", steps_strings(&names), "to", "${backup}"),
                              "Rebuild the installer of", x->name))
        return false;
    if (x->state_paths.n && !steps_make(b, x, "state.save",
                                       json_pack("{s:o, s:s+}", "paths", steps_strings(&x->state_paths), "to",
                                                 "${backup}/state-", x->id),
                                       "Save the state of", x->name))
        return false;
    return true;
}

/* The digest of an installer that the administrator supplies: "<variable>_sha256" of the policy, else the manifest's. */
static bool installer_digest(struct builder *b, const struct artifact *f, bool sent, const char **ret)
{
    struct planning *p = b->p;
    const char *key = f->from ? arena_printf(p->arena, "%s_sha256", f->from) : NULL;

    if (f->from && !key)
        return err_nomem(p->e);
    *ret = key ? json_string_value(json_object_get(p->r->policy->vars, key)) : NULL;
    if (!*ret)
        *ret = f->sha256;
    if (!*ret && sent)
        return err_set(p->e, ERR_PAYLOAD, "the variable '%s' names the installer without a folder: a jump host sends such, and this is "
                                          "none or does not have it (avswap fleet plan --payload DIR); else give its path on this PC",
                       f->from);
    if (*ret || !f->from || f->signer)
        return true;
    return planning_say(p, &p->plan->warnings,
                        "Nothing says what digest the installer '%s' must have: it is taken as it is, and its digest is "
                        "recorded. \"%s_sha256\" in the policy's \"vars\" would have it checked.", f->from, f->from);
}

/* Not where its `when` does not hold, or nobody knows. */
static bool is_wanted(struct builder *b, const struct artifact *f, bool *ret)
{
    struct verdict v;

    if (!cond_judge(f->when, b->p->r->facts, b->p->arena, &v, b->p->e))
        return false;
    *ret = v.answer == TRI_YES;
    return true;
}

static bool get_file(struct builder *b, const struct product *x, const struct artifact *f)
{
    const struct var *from = f->from ? planning_find_var(x, f->from, strlen(f->from)) : NULL;
    const char *path = from ? planning_var(b->p, from) : NULL, *digest;
    bool sent;

    if (f->from && !path)
        return err_set(b->p->e, ERR_POLICY, "product %s: the variable '%s' (path of the installer) is not set", x->id, f->from);
    if (path && !(path = steps_literal(b->p->arena, path)))
        return err_nomem(b->p->e);
    sent = path && text_is_name(path); /* no folder: it is the jump host that has it */
    return installer_digest(b, f, sent, &digest) &&
           steps_make(b, x, "payload.get",
                      json_pack("{s:s+, s:s*, s:s*, s:s*, s:s*}", "file", "${payload}/", f->name ? f->name : f->id,
                                sent ? "sent" : "from", path, "url", f->url, "sha256", digest, "signer", f->signer),
                      "Get and check the installer of", x->name);
}

bool use_payload(struct builder *b, const struct product *x)
{
    for (size_t i = 0; i < x->payload.n; i++) {
        const struct artifact *f = &x->payload.v[i];
        json_t *args;
        bool wanted;

        if (!is_wanted(b, f, &wanted))
            return false;
        if (!wanted)
            continue;
        if (f->kind == ARTIFACT_REPOSITORY) {
            args = json_pack("{s:o, s:s}", "packages", steps_strings(&f->packages), "dir", "${payload}");
            if (!steps_make(b, x, "package.fetch", args, "Fetch the packages of", x->name))
                return false;
            continue;
        }
        if (!get_file(b, x, f))
            return false;
    }
    return true;
}

