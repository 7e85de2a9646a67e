#include "core/os/win32/key.h"
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/os/win32/value.h"
#include "core/os/win32/wide.h"

#include <string.h>
#include <windows.h>
#include <winternl.h>

/* Longest names with their ends, in UTF-16 units (learn.microsoft.com, Registry Element Size Limits). */
enum { KEY_NAME_UNITS = 256, VALUE_NAME_UNITS = 16384 };

static bool gone(LONG r)
{
    return r == ERROR_FILE_NOT_FOUND || r == ERROR_PATH_NOT_FOUND || r == ERROR_KEY_DELETED;
}

/* The hive of a key and what stands behind it: "" or "/PART..."; NULL: it is no key. */
static const char *split(const char *key, void **ret_hive, struct err *e)
{
    bool machine = text_starts(key, "HKLM");
    const char *below = key + strlen(machine ? "HKLM" : "HKU");

    if ((!machine && !text_starts(key, "HKU")) || (*below && *below != '/')) {
        err_set(e, ERR_INPUT, "'%.200s': a key begins with HKLM/ or HKU/", key);
        return NULL;
    }
    if (strlen(key) >= LIMIT_PATH || strstr(key, "//") || text_ends(key, "/")) {
        err_set(e, ERR_INPUT, "'%.200s' is no key: a part is empty, or it is too long", key);
        return NULL;
    }
    *ret_hive = machine ? HKEY_LOCAL_MACHINE : HKEY_USERS;
    return below;
}

wchar_t *key_path(const char *key, void **ret_hive, struct arena *a, struct err *e)
{
    const char *below = split(key, ret_hive, e);
    wchar_t *w = below ? wide_text(*below ? below + 1 : below, a, e) : NULL;

    for (wchar_t *p = w; p && *p; p++)
        if (*p == '/' || *p == '\\')
            *p = *p == '/' ? '\\' : '/';
    return w;
}

bool key_open(const char *key, const char *view, unsigned long access, void **ret, struct err *e)
{
    REGSAM sam = (REGSAM)access | (text_eq(view, "32") ? KEY_WOW64_32KEY : KEY_WOW64_64KEY);
    struct arena scratch = ARENA_INIT;
    void *hive;
    wchar_t *path = key_path(key, &hive, &scratch, e);
    HKEY opened = NULL;
    LONG r;

    *ret = NULL;
    if (!path) {
        arena_free(&scratch);
        return false;
    }
    r = RegOpenKeyExW(hive, path, 0, sam, &opened);
    arena_free(&scratch);
    if (r == ERROR_SUCCESS)
        *ret = opened;
    else if (!gone(r))
        return wide_error(e, ERR_OS, (unsigned long)r, "opening the key '%s'", key);
    return true;
}

void key_close(void *key)
{
    if (key)
        RegCloseKey(key);
}

bool key_children(void *key, struct arena *a, struct strs *ret, struct err *e)
{
    wchar_t name[KEY_NAME_UNITS];

    for (DWORD i = 0; i < LIMIT_REGISTRY; i++) {
        DWORD n = KEY_NAME_UNITS;
        LONG r = RegEnumKeyExW(key, i, name, &n, NULL, NULL, NULL, NULL);
        const char **slot;

        if (r == ERROR_NO_MORE_ITEMS || gone(r))
            return true;
        if (r != ERROR_SUCCESS)
            return wide_error(e, ERR_OS, (unsigned long)r, "listing keys");
        /* A name with a NUL inside can be made by the kernel's interface only, and opened by it only. */
        if (wcsnlen(name, n) != n)
            continue;
        for (DWORD k = 0; k < n; k++)
            if (name[k] == '/')
                name[k] = '\\';
        slot = LIST_ADD(a, ret);
        if (slot)
            *slot = wide_utf8(name, n, a);
        if (!slot || !*slot)
            return err_nomem(e);
    }
    return err_set(e, ERR_LIMIT, "a key has more than %u subkeys", LIMIT_REGISTRY);
}

/* The bytes of a value; an over-long one is broken and has no data. */
static bool read_value(HKEY key, const wchar_t *name, unsigned char *bytes, struct arena *a,
                       struct registry_value *ret, struct err *e)
{
    DWORD type = REG_NONE, size = LIMIT_REGISTRY_DATA;
    LONG r = RegQueryValueExW(key, name, NULL, &type, bytes, &size);

    ret->type = ret->data = NULL;
    if (r == ERROR_MORE_DATA)
        ret->type = "broken";
    if (r == ERROR_MORE_DATA || gone(r))
        return true;
    if (r != ERROR_SUCCESS)
        return wide_error(e, ERR_OS, (unsigned long)r, "reading a value");
    return value_decode(type, bytes, size, a, ret, e);
}

bool key_value(void *key, const char *name, struct arena *a, struct registry_value *ret, struct err *e)
{
    wchar_t *w = wide_text(name, a, e);
    unsigned char *bytes;
    bool ok;

    ret->name = name;
    if (!w)
        return false;
    bytes = mem_alloc(LIMIT_REGISTRY_DATA);
    if (!bytes)
        return err_nomem(e);
    ok = read_value(key, w, bytes, a, ret, e);
    mem_free(bytes);
    return ok;
}

static bool add_value(HKEY key, const wchar_t *name, size_t n, unsigned char *bytes, struct arena *a,
                      struct registry_values *list, struct err *e)
{
    struct registry_value v = {NULL}, *slot;

    v.name = wide_utf8(name, n, a);
    if (!v.name)
        return err_nomem(e);
    if (!read_value(key, name, bytes, a, &v, e))
        return false;
    if (!v.type)
        return true;
    slot = LIST_ADD(a, list);
    if (!slot)
        return err_nomem(e);
    *slot = v;
    return true;
}

bool key_values(void *key, struct arena *a, struct registry_values *list, struct err *e)
{
    unsigned char *bytes = mem_alloc(LIMIT_REGISTRY_DATA + VALUE_NAME_UNITS * sizeof(wchar_t));
    wchar_t *name = bytes ? (wchar_t *)(void *)(bytes + LIMIT_REGISTRY_DATA) : NULL;
    bool ok = bytes || err_nomem(e);

    for (DWORD i = 0; ok; i++) {
        DWORD n = VALUE_NAME_UNITS;
        LONG r = RegEnumValueW(key, i, name, &n, NULL, NULL, NULL, NULL);

        if (r == ERROR_NO_MORE_ITEMS || gone(r))
            break;
        if (i >= LIMIT_REGISTRY)
            ok = err_set(e, ERR_LIMIT, "a key has more than %u values", LIMIT_REGISTRY);
        else if (r != ERROR_SUCCESS)
            ok = wide_error(e, ERR_OS, (unsigned long)r, "listing values");
        else if (wcsnlen(name, n) == n)
            ok = add_value(key, name, n, bytes, a, list, e);
    }
    mem_free(bytes);
    return ok;
}

bool key_users(struct arena *a, struct strs *ret, struct err *e)
{
    struct strs hives = {NULL, 0};

    if (!key_children(HKEY_USERS, a, &hives, e))
        return false;
    for (size_t i = 0; i < hives.n; i++) {
        const char *hive = hives.v[i], **slot;

        if (!text_starts(hive, "S-1-") || text_ends(hive, "_Classes"))
            continue;
        slot = LIST_ADD(a, ret);
        if (slot)
            *slot = arena_printf(a, "HKU/%s", hive);
        if (!slot || !*slot)
            return err_nomem(e);
    }
    return true;
}

/* wdm.h: KEY_NAME_INFORMATION, the full name that the key has in the kernel. */
struct key_name {
    ULONG size;
    WCHAR name[LIMIT_PATH];
};
NTSYSAPI NTSTATUS NTAPI NtQueryKey(HANDLE key, int what, PVOID ret, ULONG size, PULONG ret_size);

bool key_redirected(void *key)
{
    enum { KEY_NAME_INFORMATION_CLASS = 3 };
    static const wchar_t mark[] = L"\\wow6432node";
    size_t mark_n = sizeof mark / sizeof *mark - 1, n;
    struct key_name info;
    ULONG size;

    /* Who cannot be asked is shown: twice is better than not at all. */
    if (NtQueryKey(key, KEY_NAME_INFORMATION_CLASS, &info, sizeof info, &size) < 0)
        return true;
    n = info.size / sizeof(WCHAR);
    for (size_t i = 0; i + mark_n <= n; i++)
        if (_wcsnicmp(info.name + i, mark, mark_n) == 0)
            return true;
    return false;
}
