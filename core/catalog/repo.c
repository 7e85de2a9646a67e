#include "core/catalog/repo.h"
#include "core/base/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define OBJECTS_MAX 200000u
#define OBJECT_MAX (32u << 20)

bool repo_err(struct err *e, enum err_code code, const char *fmt, ...)
{
    const git_error *last = git_error_last();
    char text[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (last && last->klass == GIT_ERROR_NOMEMORY)
        return err_nomem(e);
    return err_set(e, code, "%s: %.850s", text, last && last->message ? last->message : "git failed");
}

bool repo_setup(struct err *e)
{
    static const int levels[] = {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG,
                                 GIT_CONFIG_LEVEL_GLOBAL};

    if (git_libgit2_init() < 0)
        return repo_err(e, ERR_OS, "starting libgit2");
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "") < 0)
            return repo_err(e, ERR_OS, "setting libgit2 up");
    if (git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECTS, (size_t)OBJECTS_MAX) < 0 ||
        git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECT_SIZE, (size_t)OBJECT_MAX) < 0 ||
        git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1) < 0 || git_libgit2_opts(GIT_OPT_ENABLE_CACHING, 0) < 0)
        return repo_err(e, ERR_OS, "setting libgit2 up");
    return true;
}

git_repository *repo_open(const char *path, struct err *e)
{
    git_repository *r = NULL;
    int rc = git_repository_open_bare(&r, path);

    if (rc == GIT_ENOTFOUND)
        err_set(e, ERR_NOT_FOUND, "no catalogue was fetched yet");
    else if (rc < 0)
        repo_err(e, ERR_IO, "opening '%s'", path);
    return rc < 0 ? NULL : r;
}

bool repo_make(const char *path, struct err *e)
{
    git_repository *r = NULL;

    if (git_repository_init(&r, path, 1) < 0)
        return repo_err(e, ERR_IO, "making '%s'", path);
    git_repository_free(r);
    return true;
}

static bool read_whole(git_odb *db, const git_oid *id, size_t size, struct buf *out, struct err *e)
{
    git_odb_object *o = NULL;

    if (git_odb_read(&o, db, id) < 0)
        return repo_err(e, ERR_INPUT, "an object of the repository");
    if (git_odb_object_size(o) == size)
        buf_add(out, git_odb_object_data(o), size);
    else
        err_set(e, ERR_INPUT, "an object of the repository is not as large as it says");
    size = git_odb_object_size(o) == size;
    git_odb_object_free(o);
    return size && buf_ok(out, "an object of the repository", e);
}

bool repo_read(git_repository *r, const git_oid *id, git_object_t type, size_t max, struct buf *out, struct err *e)
{
    char hex[GIT_OID_HEXSZ + 1];
    git_object_t is;
    git_odb *db;
    size_t size;
    bool ok;

    git_oid_tostr(hex, sizeof hex, id);
    if (git_repository_odb(&db, r) < 0)
        return repo_err(e, ERR_IO, "opening the objects");
    if (git_odb_read_header(&size, &is, db, id) < 0)
        ok = repo_err(e, ERR_INPUT, "object %s", hex);
    else if (is != type)
        ok = err_set(e, ERR_INPUT, "object %s is a %s, not a %s", hex, git_object_type2string(is), git_object_type2string(type));
    else if (size > max)
        ok = err_set(e, ERR_LIMIT, "object %s has %zu bytes, at most %zu are taken", hex, size, max);
    else
        ok = read_whole(db, id, size, out, e);
    git_odb_free(db);
    return ok;
}

bool repo_candidate(git_repository *r, struct arena *a, const char **ret_branch, git_oid *ret_id, struct err *e)
{
    git_reference_iterator *it;
    git_reference *ref = NULL;
    bool ok = false;

    if (git_reference_iterator_glob_new(&it, r, REPO_CANDIDATE "*") < 0)
        return repo_err(e, ERR_IO, "looking for what was fetched");
    if (git_reference_next(&ref, it) < 0) {
        err_set(e, ERR_NOT_FOUND, "nothing that was fetched waits to be accepted");
    } else if (git_reference_type(ref) != GIT_REFERENCE_DIRECT) {
        err_set(e, ERR_INPUT, "what was fetched is no commit");
    } else {
        *ret_branch = arena_strdup(a, git_reference_name(ref) + strlen(REPO_CANDIDATE));
        git_oid_cpy(ret_id, git_reference_target(ref));
        ok = *ret_branch || err_nomem(e);
    }
    git_reference_free(ref);
    git_reference_iterator_free(it);
    return ok;
}
