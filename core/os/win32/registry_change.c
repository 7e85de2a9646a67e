/* Changing the registry. Every change is flushed: what a step says is done must be there after a power cut.
 */
#include "core/base/limits.h"
#include "core/os/registry.h"
#include "core/os/win32/key.h"
#include "core/os/win32/registry_change.h"
#include "core/os/win32/wide.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <winternl.h>

static const struct {
    const char *name;
    DWORD type;
} types[] = {{"sz", REG_SZ},       {"expand", REG_EXPAND_SZ}, {"multi", REG_MULTI_SZ},
             {"dword", REG_DWORD}, {"qword", REG_QWORD},      {"binary", REG_BINARY}};

/* --- a value's data as bytes --- */

static bool add_text(struct buf *b, const char *s, size_t n, struct arena *a, struct err *e)
{
    char *copy = arena_strndup(a, s, n);
    wchar_t *w = copy ? wide_text(copy, a, e) : NULL;

    if (!copy)
        return err_nomem(e);
    if (w)
        buf_add(b, w, (wcslen(w) + 1) * sizeof *w);
    return w;
}

/* One text for each line, and an empty one behind the last. */
static bool add_texts(struct buf *b, const char *s, struct arena *a, struct err *e)
{
    const char *line, *cursor = s, *end = s + strlen(s);
    bool ok = true;
    size_t n;

    while (ok && text_line(&cursor, end, &line, &n))
        ok = n ? add_text(b, line, n, a, e) : err_set(e, ERR_INPUT, "a list of texts holds an empty one");
    buf_add(b, L"", sizeof(wchar_t));
    return ok;
}

static bool add_number(struct buf *b, const char *s, size_t bytes, struct err *e)
{
    char *end;
    unsigned long long v = strtoull(s, &end, 10);

    if (*s < '0' || *s > '9' || *end || strlen(s) > 20 || (bytes == 4 && v > UINT32_MAX))
        return err_set(e, ERR_INPUT, "'%.40s' is no number for it", s);
    buf_add(b, &v, bytes); /* the machine is little-endian, as the registry */
    return true;
}

static bool add_hex(struct buf *b, const char *s, struct err *e)
{
    for (; *s; s += 2) {
        char pair[3] = {s[0], s[1], '\0'};
        char *end;
        unsigned long byte = strtoul(pair, &end, 16);

        if (!strchr("0123456789abcdefABCDEF", s[0]) || end != pair + 2)
            return err_set(e, ERR_INPUT, "its bytes are not in hex");
        buf_addc(b, (char)byte);
    }
    return true;
}

static bool encode(DWORD type, const char *data, struct buf *b, struct arena *a, struct err *e)
{
    switch (type) {
    case REG_MULTI_SZ:
        return add_texts(b, data, a, e);
    case REG_DWORD:
        return add_number(b, data, 4, e);
    case REG_QWORD:
        return add_number(b, data, 8, e);
    case REG_BINARY:
        return add_hex(b, data, e);
    default:
        return add_text(b, data, strlen(data), a, e);
    }
}

/* --- keys that are changed --- */

static REGSAM view_bits(const char *view)
{
    return text_eq(view, "32") ? KEY_WOW64_32KEY : KEY_WOW64_64KEY;
}

void *registry_change_open(const char *key, const char *view, struct err *e)
{
    struct arena a = ARENA_INIT;
    void *hive;
    wchar_t *path = key_path(key, &hive, &a, e);
    HKEY opened = NULL;
    LONG r = ERROR_SUCCESS;

    if (path && !*path) {
        err_set(e, ERR_INPUT, "'%s' is a hive, not a key", key);
    } else if (path) {
        r = RegCreateKeyExW(hive, path, 0, NULL, 0, KEY_READ | KEY_WRITE | view_bits(view), NULL, &opened,
                            NULL);
        if (r != ERROR_SUCCESS)
            wide_error(e, ERR_OS, (DWORD)r, "opening the key '%s'", key);
    }
    arena_free(&a);
    return r == ERROR_SUCCESS ? opened : NULL;
}

bool registry_change_put(void *key, const char *name, DWORD type, const void *bytes, size_t n, struct err *e)
{
    struct arena a = ARENA_INIT;
    wchar_t *w = wide_text(name, &a, e);
    LONG r = w ? RegSetValueExW(key, w, 0, type, bytes, (DWORD)n) : ERROR_SUCCESS;

    arena_free(&a);
    return w && (r == ERROR_SUCCESS || wide_error(e, ERR_OS, (DWORD)r, "writing the value '%.200s'", name));
}

bool registry_change_close(void *key, struct err *e)
{
    LONG r = RegFlushKey(key);

    RegCloseKey(key);
    return r == ERROR_SUCCESS || wide_error(e, ERR_IO, (DWORD)r, "writing the registry to the disk");
}

bool os_registry_set(const struct registry_value *v, struct err *e)
{
    struct arena a = ARENA_INIT;
    const char *name = v->name ? v->name : "", *data = v->data ? v->data : "";
    struct buf bytes;
    DWORD type = REG_NONE;
    void *key = NULL;
    bool ok;

    buf_init(&bytes, LIMIT_SYSFILE);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (text_eq(types[i].name, v->type))
            type = types[i].type;
    ok = type != REG_NONE || err_set(e, ERR_INPUT, "'%.40s' is no type of a value", v->type ? v->type : "");
    ok = ok && encode(type, data, &bytes, &a, e) && buf_ok(&bytes, "a value", e);
    ok = ok && (key = registry_change_open(v->key, v->view, e));
    ok = ok && registry_change_put(key, name, type, bytes.data, bytes.len, e);
    if (key)
        ok = registry_change_close(key, e) && ok;
    buf_free(&bytes);
    arena_free(&a);
    return ok || err_wrap(e, "the value '%.200s' of '%.300s'", name, v->key);
}

/* --- removing --- */

/* Below a hive: Windows does not start, or nobody logs on, without these and what is above them. */
static const char *const machine_keys[] = {
    "SAM",
    "SECURITY",
    "HARDWARE",
    "BCD00000000",
    "SYSTEM/Select",
    "SYSTEM/Setup",
    "SYSTEM/CurrentControlSet/Control/Class",
    "SYSTEM/CurrentControlSet/Control/SafeBoot/Minimal",
    "SYSTEM/CurrentControlSet/Control/Session Manager",
    "SYSTEM/CurrentControlSet/Enum",
    "SYSTEM/CurrentControlSet/Services/Tcpip",
    "SYSTEM/CurrentControlSet/Services/WinSock2/Parameters",
    "SOFTWARE/Classes/CLSID",
    "SOFTWARE/Classes/Installer/Products",
    "SOFTWARE/Classes/Interface",
    "SOFTWARE/Clients/StartMenuInternet",
    "SOFTWARE/Microsoft/EnterpriseCertificates",
    "SOFTWARE/Microsoft/SystemCertificates/ROOT/Certificates",
    "SOFTWARE/Microsoft/Windows/CurrentVersion/Installer/UserData",
    "SOFTWARE/Microsoft/Windows/CurrentVersion/Run",
    "SOFTWARE/Microsoft/Windows/CurrentVersion/Uninstall",
    "SOFTWARE/Microsoft/Windows Defender",
    "SOFTWARE/Microsoft/Windows NT/CurrentVersion/Winlogon",
    "SOFTWARE/Policies/Microsoft",
    "SOFTWARE/WOW6432Node/Classes/CLSID",
    "SOFTWARE/WOW6432Node/Microsoft/Windows/CurrentVersion/Uninstall",
};
static const char *const user_keys[] = {
    "Software/Classes/CLSID",
    "Software/Microsoft/SystemCertificates/Root/Certificates",
    "Software/Microsoft/Windows/CurrentVersion/Run",
    "Software/Microsoft/Windows/CurrentVersion/Uninstall",
    "Software/Policies/Microsoft",
};

/* Is one of the keys `key` itself, or below it? */
static bool holds_one(const char *key, const char *const *keys, size_t count)
{
    size_t n = strlen(key);

    for (size_t i = 0; i < count; i++)
        if (strncasecmp(keys[i], key, n) == 0 && (keys[i][n] == '\0' || keys[i][n] == '/'))
            return true;
    return false;
}

/* ControlSet001 is what CurrentControlSet is a link to. */
static bool is_control_set(const char *key)
{
    return strncasecmp(key, "SYSTEM/ControlSet", strlen("SYSTEM/ControlSet")) == 0;
}

static bool may_remove_tree(const char *key, struct err *e)
{
    bool user = strncasecmp(key, "HKU/", 4) == 0;
    const char *below = strchr(key, '/');
    size_t parts = 1;

    /* A user's hive is what HKLM is for the machine. */
    if (user && below)
        below = strchr(below + 1, '/');
    below = below ? below + 1 : "";
    for (const char *p = below; *p; p++)
        parts += *p == '/';
    if (parts >= 2 && *below && !is_control_set(below) &&
        !(user ? holds_one(below, user_keys, sizeof user_keys / sizeof *user_keys)
               : holds_one(below, machine_keys, sizeof machine_keys / sizeof *machine_keys)))
        return true;
    return err_set(e, ERR_INPUT, "the key '%.300s' is never removed as a whole", key);
}

NTSYSAPI NTSTATUS NTAPI NtDeleteKey(HANDLE key);

/* Deletes what is open, and below. Links are opened as themselves: what they name is not touched. */
static LONG delete_open(HKEY key, REGSAM view, int depth)
{
    enum { NAME = 256, DEPTH = 500 };
    wchar_t name[NAME];

    for (;;) {
        DWORD n = NAME;
        LONG r = RegEnumKeyExW(key, 0, name, &n, NULL, NULL, NULL, NULL);
        HKEY child;

        if (r == ERROR_NO_MORE_ITEMS)
            return (LONG)RtlNtStatusToDosError(NtDeleteKey(key));
        if (r == ERROR_SUCCESS && depth == DEPTH)
            return ERROR_BUFFER_OVERFLOW;
        if (r == ERROR_SUCCESS)
            r = RegOpenKeyExW(key, name, REG_OPTION_OPEN_LINK, KEY_READ | DELETE | view, &child);
        if (r != ERROR_SUCCESS)
            return r;
        r = delete_open(child, view, depth + 1);
        RegCloseKey(child);
        if (r != ERROR_SUCCESS)
            return r;
    }
}

static bool is_gone(LONG r)
{
    return r == ERROR_FILE_NOT_FOUND || r == ERROR_PATH_NOT_FOUND || r == ERROR_KEY_DELETED;
}

/* The key above, for its part of the hive to be written to the disk. */
static bool flush_above(const char *key, const char *view, struct err *e)
{
    struct arena a = ARENA_INIT;
    char *above = arena_strdup(&a, key), *end = above ? strrchr(above, '/') : NULL;
    void *opened = NULL;
    bool ok;

    if (end)
        *end = '\0';
    ok = (above || err_nomem(e)) && key_open(above, view, KEY_READ, &opened, e);
    if (opened)
        ok = registry_change_close(opened, e);
    arena_free(&a);
    return ok;
}

static bool remove_tree(const char *key, const char *view, struct err *e)
{
    struct arena a = ARENA_INIT;
    void *hive;
    wchar_t *path = key_path(key, &hive, &a, e);
    HKEY opened;
    LONG r;

    if (!path || !may_remove_tree(key, e)) {
        arena_free(&a);
        return false;
    }
    r = RegOpenKeyExW(hive, path, REG_OPTION_OPEN_LINK, KEY_READ | DELETE | view_bits(view), &opened);
    if (r == ERROR_SUCCESS) {
        r = delete_open(opened, view_bits(view), 0);
        RegCloseKey(opened);
    }
    arena_free(&a);
    if (is_gone(r))
        return true;
    if (r != ERROR_SUCCESS)
        return wide_error(e, ERR_OS, (DWORD)r, "removing the key '%.300s'", key);
    return flush_above(key, view, e);
}

static bool remove_value(const char *key, const char *view, const char *name, struct err *e)
{
    struct arena a = ARENA_INIT;
    wchar_t *w = wide_text(name, &a, e);
    void *opened = NULL;
    bool ok = w && key_open(key, view, KEY_READ | KEY_WRITE, &opened, e);
    LONG r;

    if (opened) {
        r = RegDeleteValueW(opened, w);
        ok = r == ERROR_SUCCESS || is_gone(r) ||
             wide_error(e, ERR_OS, (DWORD)r, "removing the value '%.200s' of '%.300s'", name, key);
        ok = registry_change_close(opened, e) && ok;
    }
    arena_free(&a);
    return ok;
}

bool os_registry_remove(const char *key, const char *view, const char *name, struct err *e)
{
    return name ? remove_value(key, view, name, e) : remove_tree(key, view, e);
}
