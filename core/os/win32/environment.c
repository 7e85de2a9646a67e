#include "core/os/win32/environment.h"
#include "core/base/limits.h"
#include "core/os/win32/value.h"
#include "core/os/win32/wide.h"

#include <string.h>
#include <windows.h>

static const char *folder(const struct facts *f, const char *name)
{
    for (size_t i = 0; f && i < f->folders.n; i++)
        if (text_eq_fold(f->folders.v[i].name, name))
            return f->folders.v[i].path;
    return NULL;
}

/* Folders are ours ("C:/x"), what is to be expanded is Windows' own. */
static const char *with_backslashes(const char *path, struct arena *a)
{
    char *s = path ? arena_strdup(a, path) : NULL;

    for (char *p = s; p && *p; p++)
        if (*p == '/')
            *p = '\\';
    return s;
}

static const char *variable(const char *name, struct arena *a)
{
    struct err e = ERR_INIT;
    wchar_t *w = wide_text(name, a, &e), *value;
    DWORD n = w ? GetEnvironmentVariableW(w, NULL, 0) : 0;

    if (!n || n > LIMIT_PATH)
        return NULL;
    value = ARENA_ARRAY(a, n, wchar_t);
    n = value ? GetEnvironmentVariableW(w, value, n) : 0;
    return n ? wide_utf8(value, n, a) : NULL;
}

const char *environment_find(const struct environment *x, const char *name, size_t n)
{
    const char *key = arena_strndup(x->a, name, n), *found;

    if (key && x->bits32 && (text_eq_fold(key, "ProgramFiles") || text_eq_fold(key, "CommonProgramFiles")))
        key = arena_printf(x->a, "%s(x86)", key);
    if (!key)
        return NULL;
    found = with_backslashes(folder(x->f, key), x->a);
    return found ? found : variable(key, x->a);
}

static const char *find(void *arg, const char *name, size_t n)
{
    return environment_find(arg, name, n);
}

const char *environment_path(const struct environment *x, const char *text, struct err *e)
{
    struct environment own = *x;
    const struct value_names names = {find, &own};
    const char *expanded;
    char *path;
    size_t n;

    if (!value_expand(text, &names, x->a, &expanded, e))
        return NULL;
    text = expanded ? expanded : text;
    text += strspn(text, "\" ");
    n = strcspn(text, "\"");
    while (n && (text[n - 1] == ' ' || ((text[n - 1] == '\\' || text[n - 1] == '/') && n > 3)))
        n--;
    path = arena_strndup(x->a, text, n);
    if (!path)
        err_nomem(e);
    for (char *p = path; p && *p; p++)
        if (*p == '\\')
            *p = '/';
    return path;
}

const char *environment_root(struct arena *a)
{
    wchar_t w[MAX_PATH];
    UINT n = GetSystemWindowsDirectoryW(w, MAX_PATH);

    return wide_path_utf8(w, n < MAX_PATH ? n : 0, a);
}
