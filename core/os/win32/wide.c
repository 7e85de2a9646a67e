#include "core/os/win32/wide.h"
#include "core/base/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>

wchar_t *wide_text(const char *utf8, struct arena *a, struct err *e)
{
    size_t n = strlen(utf8);
    wchar_t *w;

    if (n > LIMIT_DOCUMENT) {
        err_set(e, ERR_LIMIT, "a text is longer than %u bytes", LIMIT_DOCUMENT);
        return NULL;
    }
    w = ARENA_ARRAY(a, n + 1, wchar_t);
    if (!w)
        err_nomem(e);
    else if (n && !MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, utf8, (int)n, w, (int)n)) {
        err_set(e, ERR_INPUT, "a text is not UTF-8");
        return NULL;
    }
    return w;
}

static bool bad_path(const char *path, const char *why, struct err *e)
{
    struct buf shown;

    buf_init(&shown, sizeof e->text);
    text_show(&shown, path);
    err_set(e, ERR_INPUT, "the path '%s' %s", buf_str(&shown), why);
    buf_free(&shown);
    return false;
}

/* One part of a path: no "." or "..", no character that Windows gives a meaning of its own; ':' would be an
 * alternate data stream. */
static bool good_part(const char *path, const char *p, size_t n, struct err *e)
{
    if ((n == 1 && p[0] == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
        return bad_path(path, "holds '.' or '..'", e);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)p[i] < 32 || strchr("<>:\"|?*\\", p[i]))
            return bad_path(path, "holds a character that no file name of Windows has", e);
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Joins the parts with single backslashes into b, behind its prefix. */
static bool add_parts(struct buf *b, const char *path, const char *p, size_t *ret_parts, struct err *e)
{
    *ret_parts = 0;
    for (;;) {
        size_t n;

        p += strspn(p, "/");
        n = strcspn(p, "/");
        if (!n)
            return true;
        if (!good_part(path, p, n, e))
            return false;
        if ((*ret_parts)++)
            buf_addc(b, '\\');
        buf_add(b, p, n);
        p += n;
    }
}

wchar_t *wide_path(const char *path, struct arena *a, struct err *e)
{
    bool drive = is_letter(path[0]) && path[1] == ':' && path[2] == '/';
    bool share = path[0] == '/' && path[1] == '/' && path[2] && path[2] != '/';
    wchar_t *w = NULL;
    size_t parts;
    struct buf b;

    buf_init(&b, LIMIT_PATH);
    if (drive)
        buf_printf(&b, "\\\\?\\%c:\\", path[0]);
    else if (share)
        buf_adds(&b, "\\\\?\\UNC\\");
    if (!drive && !share)
        bad_path(path, "is not absolute: it must begin as 'C:/'", e);
    else if (add_parts(&b, path, path + 2, &parts, e)) {
        if (share && parts < 2)
            bad_path(path, "names no share", e);
        else if (buf_ok(&b, "a path", e))
            w = wide_text(buf_str(&b), a, e);
    }
    buf_free(&b);
    return w;
}

const char *wide_utf8(const wchar_t *w, size_t n, struct arena *a)
{
    size_t units = 0, bytes;
    char *text;

    while (units < n && w[units])
        units++;
    if (units > LIMIT_DOCUMENT)
        units = LIMIT_DOCUMENT;
    /* Without WC_ERR_INVALID_CHARS what is unpaired becomes U+FFFD: three bytes, as every unit at most. */
    text = arena_alloc(a, units * 3 + 1);
    if (!text || !units)
        return text;
    bytes = (size_t)WideCharToMultiByte(CP_UTF8, 0, w, (int)units, text, (int)(units * 3), NULL, NULL);
    text[bytes] = '\0';
    return text;
}

static const wchar_t *without_prefix(const wchar_t *w, size_t *n, bool *ret_share)
{
    static const struct {
        const wchar_t *text;
        bool share;
    } prefixes[] = {{L"\\\\?\\UNC\\", true}, {L"\\\\?\\", false}, {L"\\??\\UNC\\", true}, {L"\\??\\", false}};

    *ret_share = false;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t k = wcslen(prefixes[i].text);

        if (*n < k || wcsncmp(w, prefixes[i].text, k) != 0)
            continue;
        *ret_share = prefixes[i].share;
        *n -= k;
        return w + k;
    }
    return w;
}

const char *wide_path_utf8(const wchar_t *w, size_t n, struct arena *a)
{
    const char *text;
    char *path;
    bool share;

    w = without_prefix(w, &n, &share);
    text = wide_utf8(w, n, a);
    path = text ? arena_printf(a, "%s%s", share ? "//" : "", text) : NULL;
    for (char *p = path; p && *p; p++)
        if (*p == '\\')
            *p = '/';
    return path;
}

/* What a code says whatever was being done; ERR_NONE: nothing. */
static enum err_code class_of(unsigned long os)
{
    static const struct {
        unsigned long os;
        enum err_code code;
    } rows[] = {
        {ERROR_ACCESS_DENIED, ERR_PRIVILEGE},
        {(unsigned long)E_ACCESSDENIED, ERR_PRIVILEGE},
        {ERROR_PRIVILEGE_NOT_HELD, ERR_PRIVILEGE},
        {740 /* ERROR_ELEVATION_REQUIRED, which mingw does not name */, ERR_PRIVILEGE},
        {ERROR_SHARING_VIOLATION, ERR_BUSY},
        {ERROR_LOCK_VIOLATION, ERR_BUSY},
        {ERROR_USER_MAPPED_FILE, ERR_BUSY},
        {ERROR_BUSY, ERR_BUSY},
        {ERROR_FILE_NOT_FOUND, ERR_NOT_FOUND},
        {ERROR_PATH_NOT_FOUND, ERR_NOT_FOUND},
        {ERROR_DIRECTORY, ERR_NOT_FOUND}, /* a file where a folder should be */
        {ERROR_INVALID_DRIVE, ERR_NOT_FOUND},
        {ERROR_BAD_NETPATH, ERR_NOT_FOUND},
        {ERROR_BAD_NET_NAME, ERR_NOT_FOUND},
        {ERROR_SERVICE_DOES_NOT_EXIST, ERR_NOT_FOUND},
        {ERROR_UNKNOWN_PRODUCT, ERR_NOT_FOUND},
        {ERROR_NOT_ENOUGH_MEMORY, ERR_NOMEM},
        {ERROR_OUTOFMEMORY, ERR_NOMEM},
        {(unsigned long)E_OUTOFMEMORY, ERR_NOMEM},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].os == os)
            return rows[i].code;
    return ERR_NONE;
}

/* The system's text for a code, on one line and without its full stop; "" when it has none. */
static void system_text(unsigned long os, char *text, size_t size)
{
    wchar_t w[256];
    DWORD n = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS |
                                 FORMAT_MESSAGE_MAX_WIDTH_MASK,
                             NULL, os, 0, w, sizeof w / sizeof *w, NULL);
    int bytes;

    while (n && (w[n - 1] <= L' ' || w[n - 1] == L'.'))
        n--;
    bytes = n ? WideCharToMultiByte(CP_UTF8, 0, w, (int)n, text, (int)size - 1, NULL, NULL) : 0;
    text[bytes] = '\0';
}

bool wide_error(struct err *e, enum err_code code, unsigned long os, const char *fmt, ...)
{
    enum err_code class = class_of(os);
    char text[256 * 3 + 1];
    va_list ap;
    size_t n;

    e->code = class == ERR_NONE ? code : class;
    e->os = (int)os;
    e->retryable = class == ERR_BUSY;
    va_start(ap, fmt);
    vsnprintf(e->text, sizeof e->text, fmt, ap);
    va_end(ap);
    n = strlen(e->text);
    system_text(os, text, sizeof text);
    snprintf(e->text + n, sizeof e->text - n, os >> 31 ? ": %s%s0x%lx%s" : ": %s%s%lu%s", text,
             *text ? " (error " : "error ", os, *text ? ")" : "");
    return false;
}
