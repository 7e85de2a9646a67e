#include "core/step/msi.h"
#include "core/step/table.h"

static bool check(void *obj, const struct place *at, struct err *e)
{
    return msi_check(obj, at, e);
}

static const struct field fields[] = {
    FIELD(msi_args, STR, file, "the .msi", .flags = FIELD_REQUIRED),
    FIELD(msi_args, STR, name, "name or pattern of the product that it brings", .flags = FIELD_REQUIRED | FIELD_PATTERN),
    FIELD(msi_args, STR, signer, "name or pattern of who must have signed it", .flags = FIELD_PATTERN),
    FIELD(msi_args, MAP, properties, "public properties of its package"),
    FIELD(msi_args, MAP, secret_properties, "properties whose values are secrets: names of secrets"),
    FIELD_END,
};
static const struct schema args_schema = {"msi.install", NULL, "", sizeof(struct msi_args), fields, check};

static bool after(const void *args, struct doc *d, struct cond **ret, struct err *e)
{
    const struct cond here = {.probe = PROBE_MSI, .name = ((const struct msi_args *)args)->name};

    return cond_copy(&here, false, d, ret, e);
}

static const char *undo_text(const void *args, struct arena *arena)
{
    return arena_printf(arena, "remove %s again", ((const struct msi_args *)args)->name);
}

/* Codes of the products of that name. */
static bool codes(const struct step_ctx *c, const char *name, json_t **ret, struct err *e)
{
    struct facts f;

    *ret = json_array();
    if (!doc_keep(c->doc, *ret, e) || !msi_list(c->doc, &f, e))
        return false;
    for (size_t i = 0; i < f.msi.n; i++)
        if (f.msi.v[i].name && text_glob_fold(name, f.msi.v[i].name) &&
            json_array_append_new(*ret, json_string(f.msi.v[i].code)))
            return err_nomem(e);
    return true;
}

static bool remember(const struct step_ctx *c, const void *args, json_t **ret, struct err *e)
{
    return codes(c, ((const struct msi_args *)args)->name, ret, e);
}

static bool apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct msi_args *a = args;
    bool good;

    if (!effect_signer(c, ret, a->file, a->signer, &good, e))
        return false;
    if (!good)
        return true;
    if (!msi_change(c, a, true, ret, e))
        return false;
    /* "not installed" and "uninstalled" are answers to a removal. */
    if (ret->outcome == OUTCOME_ALREADY_OK)
        ret->outcome = OUTCOME_NONE;
    return true;
}

/* A code of that name that was not there before; NULL: none. */
static bool new_code(const struct step_ctx *c, const char *name, const char **ret, struct err *e)
{
    json_t *now;

    *ret = NULL;
    if (!codes(c, name, &now, e))
        return false;
    for (size_t i = 0; i < json_array_size(now); i++) {
        const char *code = json_string_value(json_array_get(now, i));
        bool old = false;

        for (size_t k = 0; k < json_array_size(c->remembered); k++)
            old = old || text_eq_fold(code, json_string_value(json_array_get(c->remembered, k)));
        if (!old)
            *ret = code;
    }
    return true;
}

static bool undone(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    const char *code;

    if (!new_code(c, ((const struct msi_args *)args)->name, &code, e))
        return false;
    ret->answer = code ? TRI_NO : TRI_YES;
    ret->evidence = code ? "it is installed" : "nothing of it is installed";
    return true;
}

static bool undo(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct msi_args *a = args;
    struct msi_args remove = {.name = a->name};

    if (!msi_forget(c, e) || !new_code(c, a->name, &remove.code, e))
        return false;
    if (!remove.code || !c->remembered)
        return effect_set(c, ret, OUTCOME_OK, e, "nothing of it is installed");
    return msi_change(c, &remove, false, ret, e);
}

const struct verb verb_msi_install = {
    .def = {.name = "msi.install",
            .os = "windows",
            .doc = "Installs a package by Windows Installer, silently and without a reboot. Done when Windows Installer "
                   "lists the product and the step's own condition holds.",
            .args = &args_schema,
            .flags = VERB_MUTATES | VERB_PROTECTION | VERB_MAY_REBOOT,
            .timeout_s = 1800,
            .after = after,
            .undo_text = undo_text},
    .remember = remember,
    .apply = apply,
    .undo = undo,
    .undone = undone,
};
