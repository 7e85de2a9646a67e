#include "core/os/file.h"
#include "core/os/package.h"
#include "core/payload/archive.h"
#include "core/step/package.h"
#include "core/step/table.h"

#include <string.h>

struct args {
    struct strs names;
    const char *manager;
};

static const struct field fields[] = {
    FIELD(args, STRS, names, "packages, all removed in one transaction", .flags = FIELD_REQUIRED),
    FIELD(args, STR, manager, "dpkg or rpm; default: the one that has them"),
    FIELD_END,
};
static const struct schema args_schema = {"package.remove", NULL, "", sizeof(struct args), fields, NULL};

static bool after(const void *args, struct doc *d, struct cond **ret, struct err *e)
{
    const struct args *a = args;

    return package_cond(&a->names, false, d, ret, e);
}

static const char *undo_text(const void *args, struct arena *arena)
{
    const struct args *a = args;

    return arena_printf(arena, "restore the saved state and install the rebuilt package%s %s%s",
                        a->names.n == 1 ? "" : "s", a->names.n ? a->names.v[0] : "", a->names.n > 1 ? " ..." : "");
}

static bool change(const struct step_ctx *c, enum os_package_action action, const char *manager,
                   const struct strs *names, struct os_exit *x, struct err *e)
{
    struct os_package_change k = {.action = action,
                                  .manager = manager,
                                  .names = *names,
                                  .timeout_ms = c->step->timeout_s * 1000,
                                  .tick = c->tick,
                                  .arg = c->tick_arg};

    return os_package_change(&k, x, e);
}

static bool apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    struct strs here;
    struct os_exit x;
    const char *manager;

    if (!package_settle(c, e) || !package_present(&a->names, PACKAGE_CONFIG_FILES, c->doc, &here, e))
        return false;
    if (!here.n)
        return effect_set(c, ret, OUTCOME_ALREADY_OK, e, "none of the packages is installed");
    manager = a->manager ? a->manager : os_package_manager(here.v[0]);
    if (!manager)
        return err_set(e, ERR_NOT_FOUND, "no package manager knows %s", here.v[0]);
    if (!change(c, OS_PACKAGE_PURGE, manager, &here, &x, e))
        return false;
    return effect_exit(c, ret, arena_printf(&c->doc->arena, "removing %s by %s", here.v[0], manager), EXITS_NONE, &x, e);
}

/* State first, so that the daemon which the package starts finds it. */
static bool restore_state(const struct step_ctx *c, struct err *e)
{
    const char *path = arena_printf(&c->doc->arena, "%s/state-%s", c->backup, c->step->product ? c->step->product : "");
    struct strs everything = {NULL, 0};

    if (!path)
        return err_nomem(e);
    return !os_file_exists(path) || archive_restore(path, &everything, e) || err_wrap(e, "restoring the saved state");
}

/* The rebuilt files of those that were here before, and their names. */
static bool rebuilt(const struct step_ctx *c, const struct args *a, struct strs *files, struct strs *names,
                    struct err *e)
{
    files->n = names->n = 0;
    files->v = ARENA_ARRAY(&c->doc->arena, a->names.n, const char *);
    names->v = ARENA_ARRAY(&c->doc->arena, a->names.n, const char *);
    if (!files->v || !names->v)
        return err_nomem(e);
    for (size_t i = 0; i < a->names.n; i++) {
        const char *path;

        if (!package_rebuilt(c, a->names.v[i], &path, e))
            return false;
        if (path) {
            names->v[names->n++] = a->names.v[i];
            files->v[files->n++] = path;
        }
    }
    return true;
}

static bool undone(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    struct strs files, wanted, here;

    if (!rebuilt(c, args, &files, &wanted, e) || !package_present(&wanted, PACKAGE_TRIGGERS, c->doc, &here, e))
        return false;
    if (here.n == wanted.n)
        return package_probe(c, args, ret, e);
    ret->answer = TRI_NO;
    ret->evidence = arena_printf(&c->doc->arena, "%zu of %zu packages are here again", here.n, wanted.n);
    return ret->evidence || err_nomem(e);
}

static bool undo(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    const char *manager = a->manager;
    struct strs files, wanted;
    struct verdict here;
    struct os_exit x;

    /* What an interrupted try left at work may have done it meanwhile. */
    if (!rebuilt(c, a, &files, &wanted, e) || !package_settle(c, e) || !undone(c, a, &here, e))
        return false;
    if (here.answer == TRI_YES)
        return effect_set(c, ret, OUTCOME_ALREADY_OK, e, "%s",
                          files.n ? here.evidence : "nothing of it was here before");
    if (!restore_state(c, e))
        return false;
    if (!manager)
        manager = text_ends(files.v[0], ".rpm") ? "rpm" : "dpkg";
    if (!change(c, OS_PACKAGE_INSTALL_FILES, manager, &files, &x, e))
        return false;
    return effect_exit(c, ret, "installing the rebuilt packages", EXITS_NONE, &x, e);
}

const struct verb verb_package_remove = {
    .def = {.name = "package.remove",
            .os = "linux",
            .doc = "Removes packages with their configuration (dpkg --purge, rpm -e). Done when the package database no "
                   "longer lists them and the step's own condition holds, not when the manager returns.",
            .args = &args_schema,
            .flags = VERB_MUTATES | VERB_PROTECTION,
            .timeout_s = 600,
            .after = after,
            .undo_text = undo_text},
    .probe = package_probe,
    .apply = apply,
    .undo = undo,
    .undone = undone,
};
