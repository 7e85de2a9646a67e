#include "core/detect/collect.h"
#include "core/os/file.h"
#include "core/step/msi.h"
#include "core/step/table.h"

static bool check(void *obj, const struct place *at, struct err *e)
{
    return msi_check(obj, at, e);
}

static const struct field fields[] = {
    FIELD(msi_args, STR, code, "product code, as found on the PC", .flags = FIELD_REQUIRED),
    FIELD(msi_args, STR, name, "the product's name, for people"),
    FIELD(msi_args, MAP, properties, "public properties of its package"),
    FIELD(msi_args, MAP, secret_properties, "properties whose values are secrets: names of secrets"),
    FIELD(msi_args, STRS, hex_utf16, "of those, handed over as hex digits of UTF-16LE"),
    FIELD(msi_args, STRS, hex_ascii, "of those, when refused, once more as hex digits of ASCII"),
    FIELD(msi_args, STR, restore, "installer that undo uses; filled by the planner where there is one"),
    FIELD(msi_args, MAP, restore_properties, "public properties for that"),
    FIELD_END,
};
static const struct schema args_schema = {"msi.remove", NULL, "", sizeof(struct msi_args), fields, check};

static const struct uninstall_entry *entry_of(const struct facts *f, const char *code)
{
    for (size_t i = 0; i < f->uninstall.n; i++)
        if (text_eq_fold(f->uninstall.v[i].code, code) || text_eq_fold(f->uninstall.v[i].key, code))
            return &f->uninstall.v[i];
    return NULL;
}

/* Windows Installer decides. Where it cannot be asked, the uninstall keys do; what they list without it is a trace. */
static bool listed(const struct step_ctx *c, const char *code, struct verdict *ret, struct err *e)
{
    const struct uninstall_entry *entry;
    struct facts f;
    bool here, known;

    if (!facts_collect(FACTS_MSI | FACTS_UNINSTALL, NULL, c->doc, &f, e))
        return false;
    entry = entry_of(&f, code);
    here = msi_find(&f, code) != NULL;
    known = !facts_has_gap(&f, "msi");
    if (!known && !facts_has_gap(&f, "uninstall")) {
        here = entry != NULL;
        known = true;
    }
    ret->answer = !known ? TRI_UNKNOWN : here ? TRI_YES : TRI_NO;
    ret->evidence = !known ? "the installed products cannot be listed"
                    : here ? arena_printf(&c->doc->arena, "%s is installed", code)
                           : arena_printf(&c->doc->arena, "%s is not installed%s", code,
                                          entry ? "; its uninstall entry is a trace" : "");
    return ret->evidence || err_nomem(e);
}

static bool probe(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    if (!listed(c, ((const struct msi_args *)args)->code, ret, e))
        return false;
    ret->answer = ret->answer == TRI_UNKNOWN ? TRI_UNKNOWN : ret->answer == TRI_YES ? TRI_NO : TRI_YES;
    return true;
}

static bool apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct msi_args *a = args;
    struct verdict v;

    if (!listed(c, a->code, &v, e))
        return false;
    if (v.answer == TRI_NO)
        return effect_set(c, ret, OUTCOME_ALREADY_OK, e, "%s", v.evidence);
    if (!msi_change(c, a, false, ret, e))
        return false;
    if (ret->outcome != OUTCOME_OK_REBOOT)
        return true;
    /* A reboot may finish the removal of files, never that of the product's registration. */
    if (!listed(c, a->code, &v, e))
        return false;
    return v.answer != TRI_YES || effect_set(c, ret, OUTCOME_FATAL, e, "%s, but %s", ret->text, v.evidence);
}

static const char *undo_text(const void *args, struct arena *arena)
{
    const struct msi_args *a = args;

    return a->restore ? arena_printf(arena, "install it again from %s, as far as Windows can; its licence may have to "
                                            "be activated again", a->restore)
                      : "";
}

/* The saved installer brings the code back; one that the policy names may bring another version of the same name. */
static bool undone(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    const struct msi_args *a = args;
    struct facts f;

    if (!listed(c, a->code, ret, e) || !facts_collect(FACTS_MSI, NULL, c->doc, &f, e))
        return false;
    for (size_t i = 0; a->name && ret->answer == TRI_NO && i < f.msi.n; i++)
        if (text_eq_fold(f.msi.v[i].name, a->name)) {
            ret->answer = TRI_YES;
            ret->evidence = "it is installed again";
        }
    return true;
}

static bool undo(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct msi_args *a = args;
    struct verdict v;

    if (!msi_forget(c, e) || !undone(c, a, &v, e))
        return false;
    if (v.answer == TRI_YES)
        return effect_set(c, ret, OUTCOME_ALREADY_OK, e, "%s", v.evidence);
    if (!a->restore || !os_file_exists(a->restore))
        return effect_set(c, ret, OUTCOME_FATAL, e, "nothing is here to install it from");
    return msi_change(c, a, true, ret, e);
}

const struct verb verb_msi_remove = {
    .def = {.name = "msi.remove",
            .os = "windows",
            .doc = "Removes a product by Windows Installer, silently and without a reboot. Done when Windows Installer no "
                   "longer lists it and the step's own condition holds. A password never stands in a command line, is "
                   "wiped from the log, and is tried once.",
            .args = &args_schema,
            .flags = VERB_MUTATES | VERB_PROTECTION | VERB_MAY_REBOOT,
            .timeout_s = 1800,
            .undo_text = undo_text,
            .no_undo = "Windows keeps no installer of it and the policy names none: once removed it cannot be put back"},
    .probe = probe,
    .apply = apply,
    .undo = undo,
    .undone = undone,
};

/* --- msi.save ------------------------------------------------------------------------------------------------------------ */

static const struct field save_fields[] = {
    FIELD(msi_args, STR, code, "product code, as found on the PC", .flags = FIELD_REQUIRED),
    FIELD(msi_args, STR, to, "file for it", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema save_schema = {"msi.save", NULL, "", sizeof(struct msi_args), save_fields, check};

static bool save_probe(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    const struct msi_args *a = args;

    (void)c, (void)e;
    ret->answer = os_file_exists(a->to) ? TRI_YES : TRI_NO; /* it is whole or not there at all */
    ret->evidence = ret->answer == TRI_YES ? "its installer is saved" : "its installer is not saved yet";
    return true;
}

static bool save_apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct msi_args *a = args;
    const struct msi_product *p;
    struct facts f;
    char hex[65];

    if (!msi_list(c->doc, &f, e))
        return false;
    p = msi_find(&f, a->code);
    if (!p || !p->package || !p->package_exists)
        return effect_set(c, ret, OUTCOME_FATAL, e, "Windows keeps no installer of %s", a->code);
    if (!os_dir_make(c->backup, 0700, e) || !os_file_copy(p->package, a->to, e) || !os_file_digest(a->to, hex, e))
        return false;
    ret->data = json_pack("{s:s, s:s}", "file", a->to, "sha256", hex);
    return doc_keep(c->doc, ret->data, e) &&
           effect_set(c, ret, OUTCOME_OK, e, "%s is saved, SHA-256 %s", p->package, hex);
}

const struct verb verb_msi_save = {
    .def = {.name = "msi.save",
            .os = "windows",
            .doc = "Saves the installer that Windows keeps of an installed product, so that the product may be put back. "
                   "It may lack what was beside it when it was installed; then putting back fails and the run says so.",
            .args = &save_schema,
            .flags = VERB_AFTER_CRASH,
            .timeout_s = 300,
            .no_undo = "changes nothing on the PC"},
    .probe = save_probe,
    .apply = save_apply,
};
