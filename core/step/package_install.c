#include "core/detect/collect.h"
#include "core/detect/observe.h"
#include "core/os/file.h"
#include "core/os/package.h"
#include "core/step/package.h"
#include "core/step/table.h"

#include <string.h>

struct args {
    struct strs packages;
    const char *dir;
    const char *file;
    const char *manager;
};

static const struct field fetch_fields[] = {
    FIELD(args, STRS, packages, "packages; their dependencies come with them", .flags = FIELD_REQUIRED),
    FIELD(args, STR, dir, "folder for the files", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema fetch_schema = {"package.fetch", NULL, "", sizeof(struct args), fetch_fields, NULL};

static const struct field file_fields[] = {
    FIELD(args, STR, file, "package file", .flags = FIELD_REQUIRED),
    FIELD(args, STRS, packages, "packages it brings", .flags = FIELD_REQUIRED),
    FIELD(args, STR, manager, "dpkg or rpm; default: by the file's name"),
    FIELD_END,
};
static const struct schema file_schema = {"package.install_file", NULL, "", sizeof(struct args), file_fields, NULL};

static bool run(const struct step_ctx *c, enum os_package_action action, const char *manager, const struct strs *names,
                const char *dir, struct os_exit *x, struct err *e)
{
    struct os_package_change k = {.action = action,
                                  .manager = manager,
                                  .names = *names,
                                  .dir = dir,
                                  .timeout_ms = c->step->timeout_s * 1000,
                                  .tick = c->tick,
                                  .arg = c->tick_arg};

    return os_package_change(&k, x, e);
}

static const char *front_end(void)
{
    return os_package_manager("dpkg") || os_package_manager("apt") ? "dpkg" : "rpm";
}

/* --- package.fetch --------------------------------------------------------------------------------------------- */

/* {"file": "sha256", ...} of everything in the folder: the evidence, and what install compares with. */
static bool digests(const struct step_ctx *c, const char *dir, json_t **ret, struct err *e)
{
    struct strs names;
    char hex[65];

    *ret = json_object();
    if (!doc_keep(c->doc, *ret, e) || !os_dir_list(dir, &c->doc->arena, &names, e))
        return false;
    for (size_t i = 0; i < names.n; i++) {
        const char *path = arena_printf(&c->doc->arena, "%s/%s", dir, names.v[i]);

        if (!path)
            return err_nomem(e);
        if (!text_ends(path, ".deb") && !text_ends(path, ".rpm"))
            continue;
        if (!os_file_digest(path, hex, e))
            return false;
        if (json_object_set_new(*ret, names.v[i], json_string(hex)))
            return err_nomem(e);
    }
    return true;
}

static const char *index_path(const struct step_ctx *c, const char *dir)
{
    return arena_printf(&c->doc->arena, "%s/fetched.json", dir);
}

static bool fetch_probe(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    const struct args *a = args;
    const char *path = index_path(c, a->dir);
    json_t *now;
    const json_t *then;
    struct buf b;

    ret->answer = TRI_NO;
    ret->evidence = "not fetched yet";
    if (!path)
        return err_nomem(e);
    if (!os_file_exists(path))
        return true;
    buf_init(&b, 1 << 20);
    then = os_file_read(path, &b, e) ? doc_parse(c->doc, path, buf_str(&b), b.len, e) : NULL;
    buf_free(&b);
    if (!then || !digests(c, a->dir, &now, e)) {
        if (e->code == ERR_NOMEM)
            return false;
        err_clear(e); /* fetched again */
        return true;
    }
    if (json_equal((json_t *)(uintptr_t)then, now)) {
        ret->answer = TRI_YES;
        ret->evidence = "everything is fetched and the digests are right";
    }
    return true;
}

static bool fetch_apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    const char *path = index_path(c, a->dir);
    struct os_exit x;
    json_t *index;
    struct buf b;
    bool ok;

    if (!path || !os_dir_make(a->dir, 0755, e) ||
        !run(c, OS_PACKAGE_FETCH, front_end(), &a->packages, a->dir, &x, e))
        return false;
    if (x.code != 0) {
        if (!effect_exit(c, ret, "fetching the packages", EXITS_NONE, &x, e))
            return false;
        if (ret->outcome == OUTCOME_NONE)
            ret->outcome = OUTCOME_NO_NETWORK;
        return true;
    }
    buf_free(&x.out);
    os_sync(); /* apt leaves that to the kernel: a power cut would take the files and leave the index */
    if (!digests(c, a->dir, &index, e))
        return false;
    buf_init(&b, 1 << 20);
    ok = json_text(index, true, &b, e) && os_file_write(path, buf_str(&b), b.len, 0600, e);
    buf_free(&b);
    ret->data = index;
    return ok && effect_set(c, ret, OUTCOME_OK, e, "%zu package files are here, checked by the system's repositories",
                            json_object_size(index));
}

const struct verb verb_package_fetch = {
    .def = {.name = "package.fetch",
            .os = "linux",
            .doc = "Downloads packages with their dependencies from the system's signed repositories without installing "
                   "anything, and records the digest of every file.",
            .args = &fetch_schema,
            .flags = VERB_NETWORK | VERB_AFTER_CRASH,
            .timeout_s = 1800,
            .no_undo = "changes nothing on the PC"},
    .probe = fetch_probe,
    .apply = fetch_apply,
};

/* --- package.install, package.install_file ---------------------------------------------------------------------- */

static bool after(const void *args, struct doc *d, struct cond **ret, struct err *e)
{
    const struct args *a = args;

    return package_cond(&a->packages, true, d, ret, e);
}

static const char *undo_text(const void *args, struct arena *arena)
{
    const struct args *a = args;

    return arena_printf(arena, "remove %s%s and what came with it", a->packages.n ? a->packages.v[0] : "it",
                        a->packages.n > 1 ? " ..." : "");
}

/* Names of packages not on this PC now that the files in dir (or the packages named) will bring. */
static bool remember(const struct step_ctx *c, const void *args, json_t **ret, struct err *e)
{
    const struct args *a = args;
    struct strs files = {NULL, 0}, here;
    struct strs names = {NULL, 0};

    if (a->dir && !os_dir_list(a->dir, &c->doc->arena, &files, e))
        return false;
    names.v = ARENA_ARRAY(&c->doc->arena, files.n + a->packages.n, const char *);
    if (!names.v)
        return err_nomem(e);
    for (size_t i = 0; i < a->packages.n; i++)
        names.v[names.n++] = a->packages.v[i];
    for (size_t i = 0; i < files.n; i++) {
        size_t n = strcspn(files.v[i], "_"); /* apt names files NAME_VERSION_ARCH.deb */
        const char *name = arena_strndup(&c->doc->arena, files.v[i], n);

        if (!name)
            return err_nomem(e);
        if (text_ends(files.v[i], ".deb") && !text_in(&names, name))
            names.v[names.n++] = name;
    }
    if (!package_present(&names, PACKAGE_HALF_INSTALLED, c->doc, &here, e))
        return false;
    *ret = json_array();
    if (!doc_keep(c->doc, *ret, e))
        return false;
    for (size_t i = 0; i < names.n; i++)
        if (!text_in(&here, names.v[i]) && json_array_append_new(*ret, json_string(names.v[i])))
            return err_nomem(e);
    return true;
}

/*
 * A package whose unpacking or removal was interrupted is unpacked once more before it is removed: dpkg refuses to
 * remove the one, and of the other it would not run the script that stops its daemon. Whether that succeeds shows in
 * the removal.
 */
static bool make_whole(const struct step_ctx *c, const struct args *a, const struct strs *names, struct err *e)
{
    const char *file = a->file;
    struct strs files = {&file, 1}, here, half;
    struct os_exit x;
    bool ok;

    if (!package_present(names, PACKAGE_HALF_INSTALLED, c->doc, &here, e) ||
        !package_present(names, PACKAGE_UNPACKED, c->doc, &half, e))
        return false;
    if (here.n == half.n)
        return true;
    ok = a->file ? run(c, OS_PACKAGE_INSTALL_FILES, "dpkg", &files, NULL, &x, e)
                 : run(c, OS_PACKAGE_INSTALL_FETCHED, front_end(), &a->packages, a->dir, &x, e);
    if (ok)
        buf_free(&x.out);
    return ok;
}

static bool undo(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    size_t n = json_array_size(c->remembered);
    struct strs names = {ARENA_ARRAY(&c->doc->arena, n, const char *), 0}, here;
    struct os_exit x;

    if (!names.v)
        return err_nomem(e);
    for (size_t i = 0; i < n; i++)
        names.v[names.n++] = json_string_value(json_array_get(c->remembered, i));
    if (!package_settle(c, e) || !make_whole(c, a, &names, e) ||
        !package_present(&names, PACKAGE_CONFIG_FILES, c->doc, &here, e))
        return false;
    if (!here.n)
        return effect_set(c, ret, OUTCOME_OK, e, "nothing of it is installed");
    if (!run(c, OS_PACKAGE_PURGE, a->manager ? a->manager : front_end(), &here, NULL, &x, e))
        return false;
    return effect_exit(c, ret, "removing the new packages again", EXITS_NONE, &x, e);
}

static bool undone(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    size_t n = json_array_size(c->remembered);
    struct strs names = {ARENA_ARRAY(&c->doc->arena, n, const char *), 0}, here;

    if (!names.v)
        return err_nomem(e);
    for (size_t i = 0; i < n; i++)
        names.v[names.n++] = json_string_value(json_array_get(c->remembered, i));
    if (!package_present(&names, PACKAGE_CONFIG_FILES, c->doc, &here, e))
        return false;
    if (here.n == 0)
        return package_probe(c, args, ret, e);
    ret->answer = TRI_NO;
    ret->evidence = arena_printf(&c->doc->arena, "%zu of the new packages are left", here.n);
    return ret->evidence || err_nomem(e);
}

/* Waits for what an interrupted try left at work, and finishes it; *ret_here: then everything is installed. */
static bool settle(const struct step_ctx *c, const struct strs *names, bool *ret_here, struct err *e)
{
    struct verdict v = {TRI_NO, ""};
    struct cond *installed;

    if (!package_settle(c, e) || !package_cond(names, true, c->doc, &installed, e) ||
        !observe(installed, c->doc, &v, e))
        return false;
    *ret_here = v.answer == TRI_YES;
    return true;
}

static bool install_apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    struct verdict fetched;
    struct os_exit x;
    bool here;

    if (!fetch_probe(c, args, &fetched, e))
        return false;
    if (fetched.answer != TRI_YES)
        return effect_set(c, ret, OUTCOME_CORRUPT, e, "the fetched files are not what they were: %s", fetched.evidence);
    if (!settle(c, &a->packages, &here, e))
        return false;
    if (here)
        return effect_set(c, ret, OUTCOME_OK, e, "an interrupted installation has finished meanwhile");
    if (!run(c, OS_PACKAGE_INSTALL_FETCHED, front_end(), &a->packages, a->dir, &x, e))
        return false;
    return effect_exit(c, ret, "installing the packages", EXITS_NONE, &x, e);
}

static bool file_apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    const char *path = a->file;
    struct strs files = {&path, 1};
    struct os_exit x;
    bool here;

    if (!settle(c, &a->packages, &here, e))
        return false;
    if (here)
        return effect_set(c, ret, OUTCOME_OK, e, "an interrupted installation has finished meanwhile");
    if (!run(c, OS_PACKAGE_INSTALL_FILES, a->manager ? a->manager : text_ends(path, ".rpm") ? "rpm" : "dpkg", &files,
             NULL, &x, e))
        return false;
    return effect_exit(c, ret, arena_printf(&c->doc->arena, "installing %s", path), EXITS_NONE, &x, e);
}

static const struct schema install_schema = {"package.install", NULL, "", sizeof(struct args), fetch_fields, NULL};

const struct verb verb_package_install = {
    .def = {.name = "package.install",
            .os = "linux",
            .doc = "Installs packages fetched before, without network. What was not there before is removed again by "
                   "undo.",
            .args = &install_schema,
            .flags = VERB_MUTATES,
            .timeout_s = 1200,
            .after = after,
            .undo_text = undo_text},
    .probe = package_probe,
    .remember = remember,
    .apply = install_apply,
    .undo = undo,
    .undone = undone,
};

const struct verb verb_package_install_file = {
    .def = {.name = "package.install_file",
            .os = "linux",
            .doc = "Installs one package file that was fetched and checked before.",
            .args = &file_schema,
            .flags = VERB_MUTATES,
            .timeout_s = 1200,
            .after = after,
            .undo_text = undo_text},
    .probe = package_probe,
    .remember = remember,
    .apply = file_apply,
    .undo = undo,
    .undone = undone,
};
