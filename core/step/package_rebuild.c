#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/package.h"
#include "core/payload/rebuild.h"
#include "core/step/package.h"
#include "core/step/table.h"

#include <string.h>

static const struct field fields[] = {
    FIELD(package_names, STRS, names, "packages", .flags = FIELD_REQUIRED),
    FIELD(package_names, STR, to, "folder for the rebuilt packages", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema args_schema = {"package.rebuild", NULL, "", sizeof(struct package_names), fields, NULL};

static bool probe(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    const struct package_names *a = args;
    const char *path;

    ret->answer = TRI_YES;
    ret->evidence = "every package was rebuilt and its digest is right";
    for (size_t i = 0; i < a->names.n; i++) {
        if (!package_rebuilt(c, a->names.v[i], &path, e)) {
            if (e->code == ERR_NOMEM)
                return false;
            err_clear(e); /* a damaged or half-written file is made again */
            path = NULL;
        }
        if (!path) {
            ret->answer = TRI_NO;
            ret->evidence = arena_printf(&c->doc->arena, "%s is not rebuilt", a->names.v[i]);
            return ret->evidence || err_nomem(e);
        }
    }
    return true;
}

static bool rebuild_all(const struct step_ctx *c, const struct package_names *a, json_t *index, struct err *e)
{
    for (size_t i = 0; i < a->names.n; i++) {
        const char *name = a->names.v[i], *manager = os_package_manager(name);
        struct rebuilt r;

        if (!manager)
            return err_set(e, ERR_NOT_FOUND, "package %s is not installed", name);
        if (!rebuild_package(manager, name, a->to, &c->doc->arena, &r, e))
            return err_wrap(e, "rebuilding %s", name);
        if (json_object_set_new(index, name,
                                json_pack("{s:s, s:s, s:I, s:I, s:I, s:I}", "path", r.path, "sha256", r.digest,
                                          "bytes", (json_int_t)r.bytes, "files", (json_int_t)r.files, "changed",
                                          (json_int_t)r.changed, "missing", (json_int_t)r.missing)))
            return err_nomem(e);
    }
    return true;
}

/* What earlier steps rebuilt stays in the index. */
static bool old_index(const struct step_ctx *c, const char *path, json_t **ret, struct err *e)
{
    struct buf b;
    const json_t *j;

    *ret = json_object();
    if (!doc_keep(c->doc, *ret, e))
        return false;
    if (!os_file_exists(path))
        return true;
    buf_init(&b, LIMIT_MANIFEST);
    j = os_file_read(path, &b, e) ? doc_parse(c->doc, path, buf_str(&b), b.len, e) : NULL;
    buf_free(&b);
    if (!j)
        return false;
    return json_object_update(*ret, (json_t *)(uintptr_t)j) == 0 || err_nomem(e);
}

static bool apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct package_names *a = args;
    const char *path = arena_printf(&c->doc->arena, "%s/rebuilt.json", a->to);
    json_t *index;
    struct buf b;
    bool ok;

    if (!path || !os_dir_make(a->to, 0700, e) || !old_index(c, path, &index, e) || !rebuild_all(c, a, index, e))
        return false;
    buf_init(&b, LIMIT_MANIFEST);
    ok = json_text(index, true, &b, e) && os_file_write(path, buf_str(&b), b.len, 0600, e);
    buf_free(&b);
    if (!ok)
        return false;
    ret->data = index;
    return effect_set(c, ret, OUTCOME_OK, e, "%zu package%s rebuilt; they can be installed again", a->names.n,
                      a->names.n == 1 ? "" : "s");
}

const struct verb verb_package_rebuild = {
    .def = {.name = "package.rebuild",
            .os = "linux",
            .doc = "Makes installable packages again from what is installed, with changed configuration files, so that "
                   "the product can be restored although nobody has its installer.",
            .args = &args_schema,
            .flags = VERB_AFTER_CRASH,
            .timeout_s = 1800,
            .no_undo = "changes nothing on the PC"},
    .probe = probe,
    .apply = apply,
};
