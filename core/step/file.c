#include "core/base/digest.h"
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/payload/archive.h"
#include "core/step/guard.h"
#include "core/step/secrets.h"
#include "core/step/table.h"

#include <stdlib.h>
#include <string.h>

struct args {
    const char *path;
    struct strs lines;
    const char *mode;
    const char *secret;
    const char *prefix, *suffix;
    bool if_empty;
};

static bool check_write(void *obj, const struct place *at, struct err *e)
{
    const struct args *a = obj;

    if (!cond_absolute(a->path) && !text_starts(a->path, "${"))
        return place_error(e, at, "the path '%.200s' is not absolute", a->path);
    if (a->mode && (strlen(a->mode) > 4 || !*a->mode || strspn(a->mode, "01234567") != strlen(a->mode)))
        return place_error(e, at, "the mode '%.40s' is not octal", a->mode);
    return true;
}

static bool check_remove(void *obj, const struct place *at, struct err *e)
{
    const struct args *a = obj;
    static const char *const ours[] = {"${run}", "${payload}", "${backup}"};

    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (text_starts(a->path, ours[i]))
            return place_error(e, at, "%s belongs to the run, which removes it by itself", ours[i]);
    return guard_open(a->path) || guard_own_path(a->path) ||
           place_error(e, at, "the path '%.200s' is not absolute and deep enough to be one product's own", a->path);
}

static const struct field write_fields[] = {
    FIELD(args, STR, path, "absolute path", .flags = FIELD_REQUIRED),
    FIELD(args, STRS, lines, "the whole content, line by line", .flags = FIELD_REQUIRED),
    FIELD(args, STR, mode, "permissions in octal; default 0644"),
    FIELD_END,
};
static const struct schema write_schema = {"file.write", NULL, "", sizeof(struct args), write_fields, check_write};

static const struct field secret_fields[] = {
    FIELD(args, STR, path, "absolute path", .flags = FIELD_REQUIRED),
    FIELD(args, STR, secret, "name of the secret", .flags = FIELD_REQUIRED),
    FIELD(args, STR, prefix, "text before it"),
    FIELD(args, STR, suffix, "text behind it"),
    FIELD_END,
};
static const struct schema secret_schema = {"file.secret", NULL, "", sizeof(struct args), secret_fields, check_write};

static const struct field remove_fields[] = {
    FIELD(args, STR, path, "absolute path or pattern, so deep that it is one product's own",
          .flags = FIELD_REQUIRED | FIELD_PATTERN),
    FIELD(args, BOOL, if_empty, "only a folder that is empty by then"),
    FIELD_END,
};
static const struct schema remove_schema = {"file.remove", NULL, "", sizeof(struct args), remove_fields, check_remove};

/* --- file.write, file.secret ------------------------------------------------------------------------------------- */

static unsigned mode_of(const struct args *a)
{
    return a->secret ? 0600 : a->mode ? (unsigned)strtoul(a->mode, NULL, 8) & 07777 : 0644;
}

static bool content(const struct step_ctx *c, const struct args *a, struct buf *out, struct err *e)
{
    struct secret s = {NULL, 0};

    for (size_t i = 0; i < a->lines.n; i++)
        buf_printf(out, "%s\n", a->lines.v[i]);
    if (a->secret) {
        if (!secret_resolve(c->plan, a->secret, &s, e))
            return false;
        buf_adds(out, a->prefix ? a->prefix : "");
        buf_add(out, s.bytes, s.len);
        buf_adds(out, a->suffix ? a->suffix : "");
        secret_clear(&s);
    }
    return buf_ok(out, a->path, e);
}

static bool write_probe(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    const struct args *a = args;
    struct buf want, have;
    struct os_stat st;
    bool ok;

    ret->answer = TRI_NO;
    ret->evidence = arena_printf(&c->doc->arena, "%s is not there or differs", a->path);
    if (!ret->evidence)
        return err_nomem(e);
    buf_init(&want, LIMIT_MANIFEST);
    buf_init(&have, LIMIT_MANIFEST);
    ok = os_file_stat(a->path, &st, e) && content(c, a, &want, e);
    if (ok && st.kind == OS_FILE && st.size == (long long)want.len && os_mode_same(st.mode, mode_of(a))) {
        ok = os_file_read(a->path, &have, e);
        if (ok && have.len == want.len && memcmp(buf_str(&have), buf_str(&want), want.len) == 0) {
            ret->answer = TRI_YES;
            ret->evidence = arena_printf(&c->doc->arena, "%s has the wanted content", a->path);
        }
    }
    if (want.data && a->secret)
        secret_wipe(want.data, want.cap);
    if (have.data && a->secret)
        secret_wipe(have.data, have.cap);
    buf_free(&want);
    buf_free(&have);
    return ok && (ret->evidence || err_nomem(e));
}

/* The topmost of the file's folders that are not there; NULL: all are. */
static bool first_missing(const char *path, struct arena *a, const char **ret, struct err *e)
{
    *ret = NULL;
    for (const char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
        const char *folder = arena_strndup(a, path, (size_t)(p - path));

        if (!folder)
            return err_nomem(e);
        if (!os_file_exists(folder)) {
            *ret = folder;
            return true;
        }
    }
    return true;
}

/* The file as it is now goes to the backup folder under the step's id. */
static bool write_remember(const struct step_ctx *c, const void *args, json_t **ret, struct err *e)
{
    const struct args *a = args;
    const char *copy = arena_printf(&c->doc->arena, "%s/%s.before", c->backup, c->step->id), *made;
    struct os_stat st;

    if (!copy)
        return err_nomem(e);
    if (!os_file_stat(a->path, &st, e) || !first_missing(a->path, &c->doc->arena, &made, e))
        return false;
    if (st.kind != OS_ABSENT && st.kind != OS_FILE)
        return err_set(e, ERR_OS, "%s is no regular file", a->path);
    if (st.kind == OS_FILE && (!os_dir_make(c->backup, 0700, e) || !os_file_copy(a->path, copy, e)))
        return false;
    /* json_pack() would leave an optional one out when memory runs out, and undo would not know of it. */
    *ret = json_object();
    if (!doc_keep(c->doc, *ret, e))
        return false;
    if ((st.kind == OS_FILE && json_object_set_new(*ret, "copy", json_string(copy))) ||
        (made && json_object_set_new(*ret, "made", json_string(made))))
        return err_nomem(e);
    return true;
}

static bool write_apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    const char *slash = strrchr(a->path, '/');
    struct buf b;
    bool ok;

    buf_init(&b, LIMIT_MANIFEST);
    ok = content(c, a, &b, e);
    if (ok && slash && slash > a->path) {
        const char *dir = arena_strndup(&c->doc->arena, a->path, (size_t)(slash - a->path));

        ok = dir ? os_dir_make(dir, 0755, e) : err_nomem(e);
    }
    ok = ok && os_file_write(a->path, buf_str(&b), b.len, mode_of(a), e);
    if (b.data && a->secret)
        secret_wipe(b.data, b.cap);
    buf_free(&b);
    return ok && effect_set(c, ret, OUTCOME_OK, e, "%s written", a->path);
}

static const char *write_undo_text(const void *args, struct arena *arena)
{
    return arena_printf(arena, "put %s back as it was", ((const struct args *)args)->path);
}

/* The folders from the file's own up to `top` that hold nothing any more. */
static bool remove_made(const struct step_ctx *c, const char *path, const char *top, struct err *e)
{
    for (;;) {
        const char *slash = strrchr(path, '/');
        struct strs inside;

        path = arena_strndup(&c->doc->arena, path, (size_t)(slash - path));
        if (!path)
            return err_nomem(e);
        if (strlen(path) < strlen(top) || !os_file_exists(path))
            return true;
        if (!os_dir_list(path, &c->doc->arena, &inside, e))
            return false;
        if (inside.n)
            return true;
        if (!os_tree_remove(path, e))
            return false;
    }
}

static bool write_undo(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    const char *copy = json_string_value(json_object_get(c->remembered, "copy"));
    const char *made = json_string_value(json_object_get(c->remembered, "made"));

    if (!c->remembered)
        return effect_set(c, ret, OUTCOME_OK, e, "it was never written");
    if (copy ? !os_file_copy(copy, a->path, e) : !os_tree_remove(a->path, e))
        return false;
    if (made && !remove_made(c, a->path, made, e))
        return false;
    return effect_set(c, ret, OUTCOME_OK, e, "%s %s", a->path, copy ? "is as it was" : "removed");
}

static bool write_undone(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    const struct args *a = args;
    const char *copy = json_string_value(json_object_get(c->remembered, "copy"));
    const char *made = json_string_value(json_object_get(c->remembered, "made"));
    char was[65], now[65];
    struct os_stat st, old;
    bool same;

    if (!os_file_stat(a->path, &st, e))
        return false;
    same = copy ? st.kind == OS_FILE : st.kind == OS_ABSENT && !(made && os_file_exists(made));
    if (same && copy) {
        if (!os_file_stat(copy, &old, e) || !os_file_digest(copy, was, e) || !os_file_digest(a->path, now, e))
            return false;
        same = st.mode == old.mode && strcmp(was, now) == 0;
    }
    ret->answer = same ? TRI_YES : TRI_NO;
    ret->evidence = arena_printf(&c->doc->arena, "%s is %s", a->path, same ? "as it was" : "not as it was");
    return ret->evidence || err_nomem(e);
}

const struct verb verb_file_write = {
    .def = {.name = "file.write",
            .doc = "Writes a whole file; the one before is kept for undo.",
            .args = &write_schema,
            .flags = VERB_MUTATES,
            .timeout_s = 60,
            .undo_text = write_undo_text},
    .probe = write_probe,
    .remember = write_remember,
    .apply = write_apply,
    .undo = write_undo,
    .undone = write_undone,
};

const struct verb verb_file_secret = {
    .def = {.name = "file.secret",
            .doc = "Writes a secret into a file that only root can read (0600).",
            .args = &secret_schema,
            .flags = VERB_MUTATES,
            .timeout_s = 60,
            .undo_text = write_undo_text},
    .probe = write_probe,
    .remember = write_remember,
    .apply = write_apply,
    .undo = write_undo,
    .undone = write_undone,
};

/* --- file.remove -------------------------------------------------------------------------------------------------- */

static bool gone(const void *args, struct doc *d, struct cond **ret, struct err *e)
{
    const struct args *a = args;
    const struct cond here = {.probe = PROBE_FILE, .path = a->path};

    *ret = NULL;
    return a->if_empty || cond_copy(&here, true, d, ret, e); /* a folder that others use too stays */
}

static const char *remove_undo_text(const void *args, struct arena *arena)
{
    return arena_printf(arena, "put %s back from the saved state, where it was saved", ((const struct args *)args)->path);
}

static bool remove_apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    struct strs found;
    size_t n = 0, later = 0;

    if (!os_file_glob(a->path, &c->doc->arena, &found, e))
        return false;
    for (size_t i = 0; i < found.n; i++) {
        struct strs inside = {NULL, 0};
        bool at_boot = false;

        if (a->if_empty && !os_dir_list(found.v[i], &c->doc->arena, &inside, e))
            return false;
        if (inside.n)
            continue;
        if (!os_tree_remove_used(found.v[i], &at_boot, e))
            return false;
        later += at_boot;
        n++;
    }
    if (later)
        return effect_set(c, ret, OUTCOME_OK_REBOOT, e, "%zu path%s removed; what is in use of %zu goes with the next boot",
                          n, n == 1 ? "" : "s", later);
    return effect_set(c, ret, OUTCOME_OK, e, "%zu path%s removed", n, n == 1 ? "" : "s");
}

static bool remove_undo(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    const char *path = arena_printf(&c->doc->arena, "%s/state-%s", c->backup, c->step->product ? c->step->product : "");
    struct strs only = {ARENA_ARRAY(&c->doc->arena, 1, const char *), 1};

    if (!path || !only.v)
        return err_nomem(e);
    only.v[0] = a->path;
    /* What comes back, here or with its installer, must live through the next boot. */
    if (!os_tree_keep(a->path, e))
        return false;
    if (!os_file_exists(path))
        return effect_set(c, ret, OUTCOME_OK, e, "nothing of it was saved");
    if (!archive_restore(path, &only, e))
        return false;
    return effect_set(c, ret, OUTCOME_OK, e, "restored what was saved of %s", a->path);
}

const struct verb verb_file_remove = {
    .def = {.name = "file.remove",
            .doc = "Removes files or folders that the old product left behind. What is in use on Windows goes with the next "
                   "boot.",
            .args = &remove_schema,
            .flags = VERB_MUTATES | VERB_AFTER_CRASH,
            .timeout_s = 300,
            .after = gone,
            .undo_text = remove_undo_text},
    .apply = remove_apply,
    .undo = remove_undo,
};
