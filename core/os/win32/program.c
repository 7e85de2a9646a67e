#include "core/os/win32/program.h"
#include "core/base/limits.h"
#include "core/os/process.h"
#include "core/os/win32/wide.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include <userenv.h>

/* *ret is the path if a file is there. A path that can be none is none. */
static bool file_at(const char *path, struct arena *a, const char **ret, struct err *e)
{
    struct err why = ERR_INIT;
    wchar_t *w = wide_path(path, a, &why);
    DWORD kind = w ? GetFileAttributesW(w) : INVALID_FILE_ATTRIBUTES;

    if (kind != INVALID_FILE_ATTRIBUTES && !(kind & FILE_ATTRIBUTE_DIRECTORY))
        *ret = path;
    return why.code != ERR_NOMEM || err_nomem(e);
}

/* *ret stays as it is when there is no such file. */
static bool file_in(const wchar_t *folder, const char *below, const char *name, struct arena *a,
                    const char **ret, struct err *e)
{
    const char *dot = strrchr(name, '.'), *at = wide_path_utf8(folder, LIMIT_PATH, a);
    const char *path = at ? arena_printf(a, "%s%s/%s%s", at, below, name, dot ? "" : ".exe") : NULL;

    return path ? file_at(path, a, ret, e) : err_nomem(e);
}

static bool in_system(const char *name, struct arena *a, const char **ret, struct err *e)
{
    static const char *const below[] = {"", "/wbem", "/WindowsPowerShell/v1.0"};
    wchar_t folder[MAX_PATH];

    if (!GetSystemDirectoryW(folder, MAX_PATH))
        return wide_error(e, ERR_OS, GetLastError(), "finding the folder of Windows");
    for (size_t i = 0; !*ret && i < sizeof below / sizeof *below; i++)
        if (!file_in(folder, below[i], name, a, ret, e))
            return false;
    if (*ret)
        return true;
    if (!GetSystemWindowsDirectoryW(folder, MAX_PATH))
        return wide_error(e, ERR_OS, GetLastError(), "finding the folder of Windows");
    return file_in(folder, "", name, a, ret, e);
}

bool program_find(const char *name, struct arena *a, const char **ret, struct err *e)
{
    *ret = NULL;
    if (strpbrk(name, "/\\:"))
        return file_at(name, a, ret, e);
    return !*name || *name == '.' || in_system(name, a, ret, e);
}

const char *os_program(const char *name, struct arena *a)
{
    struct err ignored = ERR_INIT;
    const char *path;

    return program_find(name, a, &path, &ignored) && path ? arena_strdup(a, path) : NULL;
}

/* How much of an argument's beginning and end may stand outside of quotes: "NAME=" and, behind a library,
 * ",Entry". */
static void inner(const char *s, size_t *ret_from, size_t *ret_to)
{
    static const char special[] = " \t\n\v\"\\";
    size_t n = strcspn(s, special), from = 0, to = strlen(s);
    const char *equals = memchr(s, '=', n), *comma = strrchr(s, ',');

    if (equals)
        from = (size_t)(equals - s) + 1;
    if (comma && comma - s >= 4 && strncasecmp(comma - 4, ".dll", 4) == 0 && !strpbrk(comma, special))
        to = (size_t)(comma - s);
    *ret_from = from;
    *ret_to = to;
}

/* Backslashes count only before a quote: there each is doubled, and the quote gets one more. */
static void add_quoted(struct buf *b, const char *s, size_t n)
{
    size_t slashes = 0;

    buf_addc(b, '"');
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '"')
            for (slashes++; slashes; slashes--)
                buf_addc(b, '\\');
        slashes = s[i] == '\\' ? slashes + 1 : 0;
        buf_addc(b, s[i]);
    }
    for (; slashes; slashes--)
        buf_addc(b, '\\');
    buf_addc(b, '"');
}

static void add_argument(struct buf *b, const char *s)
{
    size_t from, to;

    if (*s && !strpbrk(s, " \t\n\v\"")) {
        buf_adds(b, s);
        return;
    }
    inner(s, &from, &to);
    buf_add(b, s, from);
    add_quoted(b, s + from, to - from);
    buf_adds(b, s + to);
}

/* The program's own name is cut out by a simpler rule: up to the next quote, whatever stands before it. */
static void add_program(struct buf *b, const char *path)
{
    buf_addc(b, '"');
    for (; *path; path++)
        buf_addc(b, *path == '/' ? '\\' : *path);
    buf_addc(b, '"');
}

bool program_line(const char *path, const struct strs *argv, struct buf *out, struct err *e)
{
    if (strchr(path, '"'))
        return err_set(e, ERR_INPUT, "a program's path holds a quote");
    add_program(out, path);
    for (size_t i = 1; i < argv->n; i++) {
        buf_addc(out, ' ');
        add_argument(out, argv->v[i]);
    }
    return buf_ok(out, "a command line", e);
}

wchar_t *program_path(const char *path, struct arena *a, struct err *e)
{
    wchar_t *w = wide_path(path, a, e);

    return w && wcslen(w) < MAX_PATH && w[5] == L':' ? w + 4 : w;
}

/* --- the environment: what the system gives to everybody, and where this account's own folders are --- */

struct variables {
    const wchar_t **v; /* NAME=value; sorted by name without case, as CreateProcessW() demands it */
    size_t n, max;
};

static size_t name_length(const wchar_t *variable)
{
    /* "=C:=C:\x" is the current folder of a drive. */
    const wchar_t *end = wcschr(variable + 1, L'=');

    return end ? (size_t)(end - variable) : wcslen(variable);
}

static int by_name(const void *a, const void *b)
{
    const wchar_t *x = *(const wchar_t *const *)a, *y = *(const wchar_t *const *)b;

    return CompareStringOrdinal(x, (int)name_length(x), y, (int)name_length(y), TRUE) - CSTR_EQUAL;
}

static bool put(struct variables *l, const wchar_t *variable, struct err *e)
{
    for (size_t i = 0; i < l->n; i++) {
        if (by_name(&l->v[i], &variable) == 0) {
            l->v[i] = variable;
            return true;
        }
    }
    if (l->n == l->max)
        return err_set(e, ERR_LIMIT, "an environment has too many variables");
    l->v[l->n++] = variable;
    return true;
}

static bool put_text(struct variables *l, struct arena *a, const char *variable, struct err *e)
{
    wchar_t *w;

    if (!variable)
        return err_nomem(e);
    w = wide_text(variable, a, e);
    return w && (wcschr(w, L'=') > w || err_set(e, ERR_INPUT, "an environment variable without a name")) &&
           put(l, w, e);
}

/* Without a token: no variables of the user, which a program without rights may have set. */
static bool put_system(struct variables *l, struct arena *a, struct err *e)
{
    bool ok = true;
    void *block;

    if (!CreateEnvironmentBlock(&block, NULL, FALSE))
        return wide_error(e, ERR_OS, GetLastError(), "reading the system's environment");
    for (const wchar_t *p = block; ok && *p; p += wcslen(p) + 1) {
        size_t n = wcslen(p) + 1;
        wchar_t *copy = ARENA_ARRAY(a, n, wchar_t);

        ok = copy || err_nomem(e);
        if (ok) {
            wmemcpy(copy, p, n);
            ok = put(l, copy, e);
        }
    }
    DestroyEnvironmentBlock(block);
    return ok;
}

static bool put_path(struct variables *l, struct arena *a, struct err *e)
{
    wchar_t folder[MAX_PATH];
    const char *w;

    if (!GetSystemWindowsDirectoryW(folder, MAX_PATH))
        return wide_error(e, ERR_OS, GetLastError(), "finding the folder of Windows");
    w = wide_utf8(folder, MAX_PATH, a);
    return (w || err_nomem(e)) && put_text(l, a,
                                           arena_printf(a,
                                                        "PATH=%s\\System32;%s;%s\\System32\\Wbem;"
                                                        "%s\\System32\\WindowsPowerShell\\v1.0",
                                                        w, w, w, w),
                                           e);
}

/* The folders of the account that we run under; the system's own block names those of "Default". */
static bool put_profile(struct variables *l, struct arena *a, struct err *e)
{
    wchar_t folder[MAX_PATH];
    DWORD n = MAX_PATH;
    HANDLE token;
    const char *home;
    bool found;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return wide_error(e, ERR_OS, GetLastError(), "looking at the own account");
    found = GetUserProfileDirectoryW(token, folder, &n);
    CloseHandle(token);
    if (!found)
        return true;
    home = wide_utf8(folder, MAX_PATH, a);
    return (home || err_nomem(e)) && put_text(l, a, arena_printf(a, "USERPROFILE=%s", home), e) &&
           put_text(l, a, arena_printf(a, "APPDATA=%s\\AppData\\Roaming", home), e) &&
           put_text(l, a, arena_printf(a, "LOCALAPPDATA=%s\\AppData\\Local", home), e);
}

static wchar_t *join(struct variables *l, struct arena *a)
{
    size_t units = 2;
    wchar_t *block, *p;

    qsort(l->v, l->n, sizeof *l->v, by_name);
    for (size_t i = 0; i < l->n; i++)
        units += wcslen(l->v[i]) + 1;
    block = p = ARENA_ARRAY(a, units, wchar_t);
    for (size_t i = 0; block && i < l->n; i++) {
        size_t n = wcslen(l->v[i]) + 1;

        wmemcpy(p, l->v[i], n);
        p += n;
    }
    return block;
}

static bool environment(const struct strs *env, struct arena *a, struct program *ret, struct err *e)
{
    enum { MAX = 1000 };
    struct variables l = {ARENA_ARRAY(a, MAX, const wchar_t *), 0, MAX};
    bool ok = l.v || err_nomem(e);

    ok = ok && put_system(&l, a, e) && put_path(&l, a, e) && put_profile(&l, a, e);
    for (size_t i = 0; ok && env && i < env->n; i++)
        ok = put_text(&l, a, env->v[i], e);
    ret->env = ok ? join(&l, a) : NULL;
    return ret->env || (ok ? err_nomem(e) : false);
}

static bool is_batch(const char *path)
{
    const char *dot = strrchr(path, '.');

    return dot && (strcasecmp(dot, ".bat") == 0 || strcasecmp(dot, ".cmd") == 0);
}

bool program_make(const char *name, const struct strs *env, struct arena *a, struct program *ret,
                  struct err *e)
{
    if (!program_find(name, a, &ret->name, e))
        return false;
    if (!ret->name)
        return err_set(e, ERR_NOT_FOUND, "there is no program '%.300s'", name);
    if (is_batch(ret->name))
        return err_set(e, ERR_INPUT, "'%.300s' is a batch file, which is not run", ret->name);
    ret->path = program_path(ret->name, a, e);
    return ret->path && environment(env, a, ret, e);
}

/* --- this program --- */

long long os_self_pid(void)
{
    return GetCurrentProcessId();
}

bool os_self_path(struct buf *out, struct err *e)
{
    struct arena a = ARENA_INIT;
    wchar_t *w = ARENA_ARRAY(&a, PROGRAM_LINE + 1, wchar_t);
    DWORD n = w ? GetModuleFileNameW(NULL, w, PROGRAM_LINE) : 0;
    const char *path = n ? wide_path_utf8(w, n, &a) : NULL;
    bool ok = true;

    if (w && (!n || n == PROGRAM_LINE))
        ok = wide_error(e, ERR_OS, GetLastError(), "finding the program's own path");
    else if (!path)
        ok = err_nomem(e);
    else
        buf_adds(out, path);
    arena_free(&a);
    return ok && buf_ok(out, "the program's path", e);
}

/* A member of Administrators by the token: a user who could be one but has not been asked has that group for
 * denials only, and is none. LocalSystem is one. */
bool os_is_admin(void)
{
    SID_IDENTIFIER_AUTHORITY nt = {SECURITY_NT_AUTHORITY};
    BOOL member = FALSE;
    PSID administrators;

    if (!AllocateAndInitializeSid(&nt, 2, SECURITY_BUILTIN_DOMAIN_RID, DOMAIN_ALIAS_RID_ADMINS, 0, 0, 0, 0, 0,
                                  0, &administrators))
        return false;
    if (!CheckTokenMembership(NULL, administrators, &member))
        member = FALSE;
    FreeSid(administrators);
    return member;
}

/* At once and without Windows Error Reporting, whose dumps would hold secrets. */
static LONG WINAPI end_at_once(EXCEPTION_POINTERS *x)
{
    TerminateProcess(GetCurrentProcess(), x->ExceptionRecord->ExceptionCode);
    return EXCEPTION_EXECUTE_HANDLER;
}

/* Nobody sits there to click a dialog away: children inherit the error mode. Libraries that are loaded from
 * now on come from System32 alone, never from the folder that the program was copied to. */
void os_harden(void)
{
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
    SetUnhandledExceptionFilter(end_at_once);
    SetDllDirectoryW(L"");
    SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32);
}
