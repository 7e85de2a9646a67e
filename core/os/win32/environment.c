#include "core/os/win32/environment.h"
#include "core/os/win32/folders.h"
#include "core/os/win32/hklm.h"
#include "core/os/win32/value.h"

#include <string.h>

bool environment_open(bool bits32, struct arena *a, struct environment *ret, struct err *e)
{
    *ret = (struct environment){.bits32 = bits32, .a = a};
    ret->machine = "HKLM/SYSTEM/CurrentControlSet/Control/Session Manager/Environment";
    if (!folders_fill(&ret->folders, a, e))
        return false;
    ret->root = folders_path(&ret->folders, "SystemRoot");
    return true;
}

/* Folders are ours ("C:/x"), what is to be expanded is Windows' own. */
static const char *with_backslashes(const char *path, struct arena *a)
{
    char *s = arena_strdup(a, path);

    for (char *p = s; p && *p; p++)
        if (*p == '/')
            *p = '\\';
    return s;
}

const char *environment_find(const struct environment *x, const char *name, size_t n)
{
    const char *key = arena_strndup(x->a, name, n), *found = NULL;
    struct err ignored = ERR_INIT;

    if (key && x->bits32 && (text_eq_fold(key, "ProgramFiles") || text_eq_fold(key, "CommonProgramFiles")))
        key = arena_printf(x->a, "%s(x86)", key);
    if (!key)
        return NULL;
    if (text_eq_fold(key, "SystemDrive"))
        return arena_printf(x->a, "%.2s", x->root);
    for (size_t i = 0; i < x->folders.folders.n; i++)
        if (text_eq_fold(x->folders.folders.v[i].name, key))
            return with_backslashes(x->folders.folders.v[i].path, x->a);
    return hklm_text(x->machine, key, x->a, &found, &ignored) ? found : NULL;
}

static const char *find(void *arg, const char *name, size_t n)
{
    return environment_find(*(const struct environment **)arg, name, n);
}

const char *environment_expand(const struct environment *x, const char *text, struct arena *a, struct err *e)
{
    const struct value_names names = {find, &x};
    const char *expanded;

    if (!value_expand(text, &names, a, &expanded, e))
        return NULL;
    return expanded ? expanded : text;
}

const char *environment_path(const struct environment *x, const char *text, struct arena *a, struct err *e)
{
    char *path;
    size_t n;

    text = environment_expand(x, text, a, e);
    if (!text)
        return NULL;
    text += strspn(text, "\" ");
    n = strcspn(text, "\"");
    while (n && (text[n - 1] == ' ' || (strchr("\\/", text[n - 1]) && n > 3)))
        n--;
    path = arena_strndup(a, text, n);
    if (!path)
        err_nomem(e);
    for (char *p = path; p && *p; p++)
        if (*p == '\\')
            *p = '/';
    return path;
}
