#include "core/run/folder.h"
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/machine.h"

#include <string.h>

const char *folder_path(const char *id, const char *name, struct arena *a)
{
    return arena_printf(a, "%s/runs/%s%s%s", os_state_dir(), id, name ? "/" : "", name ? name : "");
}

bool folder_check_id(const char *id, struct err *e)
{
    if (*id && strlen(id) <= 64 && strspn(id, "0123456789abcdef-") == strlen(id))
        return true;
    return err_set(e, ERR_USAGE, "'%.64s' is no run id (see avswap status)", id);
}

struct os_lock *folder_lock(const char *note, struct err *e)
{
    struct arena a = ARENA_INIT;
    const char *path = arena_printf(&a, "%s/lock", os_state_dir());
    struct os_lock *l = NULL;

    if (!path)
        err_nomem(e);
    else if (os_dir_make(os_state_dir(), 0700, e))
        l = os_lock_take(path, note, e);
    arena_free(&a);
    return l;
}

bool folder_read_plan(const char *id, struct doc *d, struct plan *ret, struct err *e)
{
    const char *path = folder_path(id, "plan.json", &d->arena);
    struct buf b;
    bool ok;

    if (!path)
        return err_nomem(e);
    buf_init(&b, LIMIT_DOCUMENT);
    ok = os_file_read(path, &b, e) && plan_read(d, path, buf_str(&b), b.len, ret, e);
    buf_free(&b);
    return ok;
}

bool folder_write_json(const char *id, const char *name, const struct schema *s, const void *obj, struct err *e)
{
    struct arena a = ARENA_INIT;
    const char *path = folder_path(id, name, &a);
    json_t *j = schema_write(s, obj);
    struct buf b;
    bool ok;

    buf_init(&b, LIMIT_DOCUMENT);
    ok = path && j ? json_text(j, true, &b, e) && os_file_write(path, buf_str(&b), b.len, 0600, e) : err_nomem(e);
    buf_free(&b);
    json_decref(j);
    arena_free(&a);
    return ok;
}
