#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/os/machine.h"
#include "core/os/win32/acl.h"
#include "core/os/win32/handle.h"
#include "core/os/win32/privilege.h"
#include "core/os/win32/wide.h"

#include <string.h>

/* --- making -----------------------------------------------------------------------------------------------
 */

/* Is path our state folder, or inside it? Everybody may make a folder in %ProgramData%, also one of this
 * name. */
static bool in_state_dir(const char *path)
{
    const char *state = os_state_dir();
    size_t n = strlen(state);

    return _strnicmp(path, state, n) == 0 && (!path[n] || path[n] == '/');
}

/* A private folder of ours that exists already: nobody else's, and closed to others. */
static bool own(const char *path, struct err *e)
{
    HANDLE h = handle_open(path, READ_CONTROL | WRITE_DAC | FILE_READ_ATTRIBUTES | FILE_LIST_DIRECTORY,
                           OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, e);
    struct os_stat st;
    DWORD attributes;
    bool ok;

    if (!h)
        return false;
    if (!handle_stat(h, &attributes, &st) || st.kind != OS_DIR)
        ok = err_set(e, ERR_OS, "'%s' is a link: remove it, it may lead anywhere", path);
    else if (!acl_trusted(h))
        ok = err_set(e, ERR_OS,
                     "'%s' was made by somebody who is no administrator: look into it and remove it", path);
    else
        ok = !(acl_mode(h, attributes) & 077) || acl_set_private(h, e);
    handle_close(h);
    return ok;
}

/* Makes one folder unless it is there. A folder that another process makes at the same time is welcome. */
static bool make_one(const char *path, bool private, struct err *e)
{
    SECURITY_ATTRIBUTES *sa = private ? acl_private(e) : NULL;
    struct arena a = ARENA_INIT;
    wchar_t *w = sa || !private ? wide_path(path, &a, e) : NULL;
    bool made = w && CreateDirectoryW(w, sa);
    DWORD os = GetLastError(), is = w && !made ? GetFileAttributesW(w) : FILE_ATTRIBUTE_DIRECTORY;

    arena_free(&a);
    if (!w || made)
        return made;
    /* Of a folder that may not be changed "access denied" is said before "it is there". */
    if (is == INVALID_FILE_ATTRIBUTES)
        return wide_error(e, ERR_IO, os, "making the folder '%s'", path);
    if (!(is & FILE_ATTRIBUTE_DIRECTORY))
        return err_set(e, ERR_IO, "'%s' exists and is not a folder", path);
    return !private || !in_state_dir(path) || own(path, e);
}

/* Where the parts behind the drive ("C:/") or the share ("//server/share/") begin. */
static size_t root_of(const char *path)
{
    const char *p = path[0] == '/' ? path + strspn(path, "/") : strchr(path, '/');

    for (int i = 0; i < 2 && p && path[0] == '/'; i++) {
        p = strchr(p, '/');
        p += p && i == 0;
    }
    return p ? (size_t)(p - path) + 1 : strlen(path);
}

bool os_dir_make(const char *path, unsigned mode, struct err *e)
{
    size_t n = strlen(path), root = root_of(path);
    char part[LIMIT_PATH];

    if (n >= sizeof part)
        return err_set(e, ERR_LIMIT, "a path is longer than %u bytes", LIMIT_PATH);
    memcpy(part, path, n + 1);
    for (char *p = part + root; p < part + n; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        if (!make_one(part, !(mode & 077), e))
            return false;
        *p = '/';
    }
    return make_one(part, !(mode & 077), e);
}

/* --- listing ----------------------------------------------------------------------------------------------
 */

static bool dots(const wchar_t *name)
{
    return wcscmp(name, L".") == 0 || wcscmp(name, L"..") == 0;
}

static bool add_name(const WIN32_FIND_DATAW *d, const char *pattern, struct arena *a, struct strs *ret,
                     struct err *e)
{
    const char *name = wide_utf8(d->cFileName, MAX_PATH, a), **slot;

    if (!name)
        return err_nomem(e);
    if (pattern && !text_glob_fold(pattern, name))
        return true;
    slot = LIST_ADD(a, ret);
    if (!slot)
        return err_nomem(e);
    *slot = name;
    return true;
}

/* The folder with a star behind it. */
static wchar_t *everything_in(const char *path, struct arena *a, struct err *e)
{
    wchar_t *w = wide_path(path, a, e), *all;
    size_t n = w ? wcslen(w) : 0;

    if (!w)
        return NULL;
    all = ARENA_ARRAY(a, n + 3, wchar_t);
    if (!all) {
        err_nomem(e);
        return NULL;
    }
    memcpy(all, w, n * sizeof *w);
    if (w[n - 1] != '\\')
        all[n++] = '\\';
    all[n] = '*';
    return all;
}

/* Can a pattern go on below it? Not below what leads elsewhere for programs of old only ("Documents and
 * Settings"): what is there is found where it is. */
static bool leads_on(DWORD attributes)
{
    const DWORD compatible = FILE_ATTRIBUTE_REPARSE_POINT | FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM;

    return (attributes & FILE_ATTRIBUTE_DIRECTORY) && (attributes & compatible) != compatible;
}

/* Names in a folder that match `pattern` (NULL: all); with `through` only those below which a pattern can go
 * on. */
static bool read_names(const char *path, const char *pattern, bool through, struct arena *a, struct strs *ret,
                       struct err *e)
{
    struct arena scratch = ARENA_INIT;
    wchar_t *all = everything_in(path, &scratch, e);
    WIN32_FIND_DATAW d;
    bool ok = all != NULL;
    HANDLE h;

    if (!ok) {
        arena_free(&scratch);
        return false;
    }
    h = FindFirstFileExW(all, FindExInfoBasic, &d, FindExSearchNameMatch, NULL, FIND_FIRST_EX_LARGE_FETCH);
    arena_free(&scratch);
    if (h == INVALID_HANDLE_VALUE) {
        /* A drive's root has no "." and may be empty. Below a file no name is valid. */
        DWORD os = GetLastError() == ERROR_INVALID_NAME ? ERROR_DIRECTORY : GetLastError();

        return (os == ERROR_FILE_NOT_FOUND && text_ends(path, "/")) ||
               wide_error(e, ERR_IO, os, "reading the folder '%s'", path);
    }
    do {
        if (dots(d.cFileName) || (through && !leads_on(d.dwFileAttributes)))
            continue;
        if (ret->n == LIMIT_TREE)
            ok = err_set(e, ERR_LIMIT, "'%s' has too many entries", path);
        ok = ok && add_name(&d, pattern, a, ret, e);
    } while (ok && FindNextFileW(h, &d));
    if (ok && GetLastError() != ERROR_NO_MORE_FILES)
        ok = wide_error(e, ERR_IO, GetLastError(), "reading the folder '%s'", path);
    FindClose(h);
    return ok;
}

bool os_dir_list(const char *path, struct arena *a, struct strs *ret, struct err *e)
{
    ret->v = NULL;
    ret->n = 0;
    if (!read_names(path, NULL, false, a, ret, e))
        return false;
    list_sort(ret);
    return true;
}

/* --- patterns ---------------------------------------------------------------------------------------------
 */

/* Names in a folder that match one part of a pattern. A folder that is none has no matches. */
static bool matching(const char *folder, const char *part, bool last, struct arena *a, struct strs *ret,
                     struct err *e)
{
    struct err why = ERR_INIT;

    if (read_names(folder, part, !last, a, ret, &why) || why.code == ERR_NOT_FOUND)
        return true;
    *e = why;
    return false;
}

/* Is it there? What nobody may look at is not. */
static bool there(const char *path, bool *ret, struct err *e)
{
    struct err why = ERR_INIT;
    struct os_stat st;

    *ret = os_file_stat(path, &st, &why) && st.kind != OS_ABSENT;
    if (why.code != ERR_NOMEM && why.code != ERR_INPUT)
        return true;
    *e = why;
    return false;
}

/* Paths `found` are the matches so far; each becomes its matches of one more part. */
static bool glob_part(struct strs *found, const char *part, bool last, struct arena *a, struct err *e)
{
    bool literal = !strpbrk(part, "*?[");
    struct strs next = {NULL, 0};

    for (size_t i = 0; i < found->n; i++) {
        struct strs names = {literal ? &part : NULL, literal};

        if (!literal && !matching(found->v[i], part, last, a, &names, e))
            return false;
        for (size_t k = 0; k < names.n; k++) {
            const char *slash = text_ends(found->v[i], "/") ? "" : "/", **slot;
            const char *path = arena_printf(a, "%s%s%s", found->v[i], slash, names.v[k]);
            bool is = true;

            if (path && last && literal && !there(path, &is, e))
                return false;
            if (!is)
                continue;
            if (next.n == LIMIT_GLOB)
                return err_set(e, ERR_LIMIT, "a pattern has more than %u matches", LIMIT_GLOB);
            slot = LIST_ADD(a, &next);
            if (!slot || !path)
                return err_nomem(e);
            *slot = path;
        }
    }
    *found = next;
    return true;
}

bool os_file_glob(const char *pattern, struct arena *a, struct strs *ret, struct err *e)
{
    static bool asked;
    struct strs found = {NULL, 0};
    const char *p;
    bool is;

    /* An administrator sees also what a product closed to administrators. */
    if (!asked)
        privilege_enable(SE_BACKUP_NAME);
    asked = true;
    ret->v = NULL;
    ret->n = 0;
    if (!*pattern || strncmp(pattern + 1, ":/", 2) != 0)
        return err_set(e, ERR_INPUT, "the pattern '%s' does not begin with a drive, as 'C:/'", pattern);
    if (!list_add_text(a, &found, pattern, 3, e))
        return false;
    if (!there(found.v[0], &is, e))
        return false;
    if (!is)
        return true;
    for (p = pattern + 3 + strspn(pattern + 3, "/"); *p && found.n; p += strspn(p, "/")) {
        size_t n = strcspn(p, "/");
        const char *part = arena_strndup(a, p, n);

        p += n;
        if (!part)
            return err_nomem(e);
        if (!glob_part(&found, part, !p[strspn(p, "/")], a, e))
            return err_wrap(e, "the pattern '%s'", pattern);
    }
    list_sort(&found);
    *ret = found;
    return true;
}
