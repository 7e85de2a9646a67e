#include "core/detect/collect.h"
#include "core/os/file.h"
#include "core/os/trust.h"
#include "core/step/guard.h"
#include "core/step/table.h"

#include <string.h>

struct args {
    const char *store;
    const char *thumbprint;
    const char *subject;
};

static bool check(void *obj, const struct place *at, struct err *e)
{
    const struct args *a = obj;

    if (!guard_open(a->thumbprint) &&
        (strlen(a->thumbprint) != 40 || strspn(a->thumbprint, "0123456789abcdefABCDEF") != 40))
        return place_error(e, at, "'%.80s' is no thumbprint", a->thumbprint);
    /* Whose certificate it is must be said, and by more than a star. */
    return strcspn(a->subject, "*?[") >= 3 || strlen(a->subject) >= 8 ||
           place_error(e, at, "'%.80s' does not say whose certificate it is", a->subject);
}

static const struct field fields[] = {
    FIELD(args, STR, store, "machine/ROOT or user:<SID>/ROOT", .flags = FIELD_REQUIRED),
    FIELD(args, STR, thumbprint, "as found on the PC", .flags = FIELD_REQUIRED),
    FIELD(args, STR, subject, "pattern that its subject must fit", .flags = FIELD_REQUIRED | FIELD_PATTERN),
    FIELD_END,
};
static const struct schema args_schema = {"certificate.remove", NULL, "", sizeof(struct args), fields, check};

static bool find(const struct step_ctx *c, const struct args *a, const struct certificate **ret, struct err *e)
{
    struct facts f;

    *ret = NULL;
    if (!facts_collect(FACTS_CERTIFICATES, NULL, c->doc, &f, e))
        return false;
    for (size_t i = 0; i < f.certificates.n; i++)
        if (text_eq_fold(f.certificates.v[i].store, a->store) &&
            text_eq_fold(f.certificates.v[i].thumbprint, a->thumbprint))
            *ret = &f.certificates.v[i];
    return !facts_has_gap(&f, "certificates") ||
           err_set(e, ERR_OS, "the certificates cannot be listed: %s", f.gaps.v[0].why);
}

static bool probe(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    const struct certificate *x;

    if (!find(c, args, &x, e))
        return false;
    ret->answer = x ? TRI_NO : TRI_YES;
    ret->evidence = x ? arena_printf(&c->doc->arena, "%s is in the store", x->subject) : "it is not in the store";
    return ret->evidence || err_nomem(e);
}

static bool remember(const struct step_ctx *c, const void *args, json_t **ret, struct err *e)
{
    const struct args *a = args;
    const char *file = arena_printf(&c->doc->arena, "%s/%s.cer", c->backup, c->step->id);
    const struct certificate *x;

    if (!file)
        return err_nomem(e);
    if (!find(c, a, &x, e))
        return false;
    if (x && (!os_dir_make(c->backup, 0700, e) || !os_certificate_save(a->store, a->thumbprint, file, e)))
        return false;
    *ret = x ? json_pack("{s:s}", "saved", file) : json_object();
    return doc_keep(c->doc, *ret, e);
}

static bool apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    const struct certificate *x;

    if (!find(c, a, &x, e))
        return false;
    if (!x)
        return effect_set(c, ret, OUTCOME_ALREADY_OK, e, "it is not in the store");
    if (!x->subject || !text_glob_fold(a->subject, x->subject))
        return effect_set(c, ret, OUTCOME_REFUSED, e, "%s is of %s, not of %s", a->thumbprint,
                          x->subject ? x->subject : "nobody", a->subject);
    return os_certificate_remove(a->store, a->thumbprint, e) &&
           effect_set(c, ret, OUTCOME_OK, e, "%s is no longer trusted", x->subject);
}

static const char *undo_text(const void *args, struct arena *arena)
{
    return arena_printf(arena, "put the saved certificate back into %s", ((const struct args *)args)->store);
}

static bool undone(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    bool was = json_object_get(c->remembered, "saved") != NULL;

    if (!probe(c, args, ret, e))
        return false;
    ret->answer = (ret->answer == TRI_NO) == was ? TRI_YES : TRI_NO;
    return true;
}

static bool undo(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    const char *file = json_string_value(json_object_get(c->remembered, "saved"));

    if (!file)
        return effect_set(c, ret, OUTCOME_OK, e, "it was not there before");
    return os_certificate_add(a->store, file, e) && effect_set(c, ret, OUTCOME_OK, e, "it is in %s again", a->store);
}

const struct verb verb_certificate_remove = {
    .def = {.name = "certificate.remove",
            .os = "windows",
            .doc = "Takes a root certificate of the old product, by thumbprint and subject, out of a store.",
            .args = &args_schema,
            .flags = VERB_MUTATES,
            .timeout_s = 60,
            .undo_text = undo_text},
    .probe = probe,
    .remember = remember,
    .apply = apply,
    .undo = undo,
    .undone = undone,
};
