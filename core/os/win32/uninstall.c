#include "core/base/list.h"
#include "core/os/file.h"
#include "core/os/installer.h"
#include "core/os/win32/environment.h"
#include "core/os/win32/guid.h"
#include "core/os/win32/key.h"
#include "core/os/win32/value.h"

#include <string.h>
#include <windows.h>

static const char where[] = "SOFTWARE/Microsoft/Windows/CurrentVersion/Uninstall";

struct listing {
    struct facts *f;
    struct arena *a;
    const char *hive, *view;
    const struct environment *environment;
    struct err *e;
};

/* What people read: a damaged text is shown as far as it goes. */
static bool shown(void *key, const char *name, const struct listing *l, const char **ret)
{
    struct registry_value v;

    if (!key_value(key, name, l->a, &v, l->e))
        return false;
    *ret = v.data && *v.data && !text_eq(v.type, "binary") ? v.data : NULL;
    return true;
}

/* What would be acted upon: a damaged text is none. */
static bool trusted(void *key, const char *name, const struct listing *l, const char **ret)
{
    struct registry_value v;

    if (!key_value(key, name, l->a, &v, l->e))
        return false;
    *ret = value_text(&v) && *v.data ? v.data : NULL;
    return true;
}

static bool read_location(void *key, const struct listing *l, struct uninstall_entry *u)
{
    struct err ignored = ERR_INIT;
    struct os_stat st;
    const char *text;

    if (!trusted(key, "InstallLocation", l, &text))
        return false;
    u->location = text ? environment_path(l->environment, text, l->a, l->e) : NULL;
    if (text && !u->location)
        return false;
    if (u->location && !*u->location)
        u->location = NULL;
    u->location_exists = u->location && os_file_stat(u->location, &st, &ignored) && st.kind != OS_ABSENT;
    return true;
}

/* The program of a command: what stands in its quotes, or before the space behind its first ".exe". */
static const char *program_of(const char *command, struct arena *a)
{
    static const char ending[] = ".exe";
    const char *s = command + strspn(command, " \t"), *end;

    if (*s == '"')
        return arena_strndup(a, s + 1, strcspn(s + 1, "\""));
    for (end = s; *end; end++)
        if (_strnicmp(end, ending, strlen(ending)) == 0 && (!end[4] || end[4] == ' ' || end[4] == '\t'))
            return arena_strndup(a, s, (size_t)(end + 4 - s));
    return arena_strdup(a, "");
}

/* Only where its whole path is known for sure: a variable of a user is not ours to know, and a name is looked for
 * in many places. */
static bool find_missing(const struct listing *l, struct uninstall_entry *u)
{
    const char *command = u->command ? u->command : u->quiet, *path;
    struct err ignored = ERR_INIT;
    struct os_stat st;

    if (!command || u->code || strcmp(l->hive, "HKLM") != 0)
        return true;
    path = program_of(command, l->a);
    if (!path || !(path = environment_path(l->environment, path, l->a, l->e)))
        return path || l->e->code != ERR_NONE ? false : err_nomem(l->e);
    u->command_missing = strlen(path) > 3 && path[1] == ':' && path[2] == '/' && !strchr(path, '%') &&
                         os_file_stat(path, &st, &ignored) && st.kind == OS_ABSENT;
    return true;
}

static bool read_entry(void *key, const char *name, struct listing *l)
{
    struct uninstall_entry u = {.hive = l->hive, .view = l->view, .key = name}, *slot;
    struct registry_value msi;
    unsigned long long by_msi = 0;

    if (!shown(key, "DisplayName", l, &u.name) || !shown(key, "Publisher", l, &u.publisher) ||
        !shown(key, "DisplayVersion", l, &u.version) || !trusted(key, "UninstallString", l, &u.command) ||
        !trusted(key, "QuietUninstallString", l, &u.quiet) || !read_location(key, l, &u) ||
        !key_value(key, "WindowsInstaller", l->a, &msi, l->e))
        return false;
    value_number(&msi, &by_msi);
    u.code = guid_of_entry(name, by_msi == 1, u.command, l->a, l->e);
    if (l->e->code == ERR_NONE && !find_missing(l, &u))
        return false;
    slot = l->e->code == ERR_NONE ? LIST_ADD(l->a, &l->f->uninstall) : NULL;
    if (!slot)
        return l->e->code != ERR_NONE ? false : err_nomem(l->e);
    *slot = u;
    return true;
}

static bool open_entry(const char *root, const char *name, struct listing *l)
{
    struct arena scratch = ARENA_INIT;
    const char *path = arena_printf(&scratch, "%s/%s", root, name);
    void *key = NULL;
    bool ok = path ? key_open(path, l->view, KEY_READ, &key, l->e) : err_nomem(l->e);

    arena_free(&scratch);
    ok = ok && (!key || read_entry(key, name, l));
    key_close(key);
    return ok;
}

/* An entry that cannot be read does not hide the others. */
static bool list_entries(struct listing *l, void *handle, const char *root, struct err *first)
{
    struct strs names = {NULL, 0};

    if (!key_children(handle, l->a, &names, l->e))
        return err_keep(first, l->e);
    for (size_t i = 0; i < names.n; i++) {
        if (open_entry(root, names.v[i], l))
            continue;
        err_wrap(l->e, "uninstall entry '%s'", names.v[i]);
        if (!err_keep(first, l->e))
            return false;
        err_clear(l->e);
    }
    return true;
}

static bool list_hive(const char *hive, const struct environment *x, struct facts *f, struct arena *a,
                      struct err *first)
{
    struct err e = ERR_INIT;
    const char *view = x->bits32 ? "32" : "64";
    struct listing l = {f, a, hive, view, x, &e};
    const char *root = arena_printf(a, "%s/%s", hive, where);
    void *key = NULL;
    bool ok;

    if (!root)
        return err_nomem(first);
    if (!key_open(root, view, KEY_READ, &key, &e))
        return err_keep(first, &e);
    /* A user's hive has one Software for both views. */
    ok = !key || (text_eq(view, "32") && !key_redirected(key)) || list_entries(&l, key, root, first);
    key_close(key);
    return ok;
}

bool os_uninstall_list(struct facts *f, struct arena *a, struct err *e)
{
    struct environment bits64, bits32;
    struct strs hives = {NULL, 0};
    const char **machine = LIST_ADD(a, &hives);

    if (!machine)
        return err_nomem(e);
    *machine = "HKLM";
    if (!environment_open(false, a, &bits64, e) || !environment_open(true, a, &bits32, e) ||
        !key_users(a, &hives, e))
        return false;
    for (size_t i = 0; i < hives.n; i++)
        if (!list_hive(hives.v[i], &bits64, f, a, e) || !list_hive(hives.v[i], &bits32, f, a, e))
            return false;
    return e->code == ERR_NONE;
}
