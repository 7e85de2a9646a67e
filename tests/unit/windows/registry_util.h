/*
 * registry_util.h - making keys and values of any bytes, for tests of Windows.
 */
#ifndef AVSWAP_TESTS_UNIT_WINDOWS_REGISTRY_UTIL_H
#define AVSWAP_TESTS_UNIT_WINDOWS_REGISTRY_UTIL_H

#include "tests/unit/fixture.h"

#include <windows.h>

#define STRS(...)                                                                                            \
    ((struct strs){(const char *[]){__VA_ARGS__},                                                            \
                   sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *)})
#define VIEW64 KEY_WOW64_64KEY
#define VIEW32 KEY_WOW64_32KEY

static inline HKEY make_key(HKEY hive, const wchar_t *path, REGSAM view)
{
    HKEY key;

    assert_int_equal(RegCreateKeyExW(hive, path, 0, NULL, 0, KEY_ALL_ACCESS | view, NULL, &key, NULL), 0);
    return key;
}

static inline void put(HKEY key, const wchar_t *name, DWORD type, const void *bytes, size_t n)
{
    assert_int_equal(RegSetValueExW(key, name, 0, type, bytes, (DWORD)n), 0);
}

static inline void put_text(HKEY key, const wchar_t *name, const wchar_t *text)
{
    put(key, name, REG_SZ, text, (wcslen(text) + 1) * sizeof *text);
}

/* One with values, in one breath. */
static inline void make_texts(HKEY hive, const wchar_t *path, REGSAM view, const wchar_t *const (*rows)[2])
{
    HKEY key = make_key(hive, path, view);

    for (; (*rows)[0]; rows++)
        put_text(key, (*rows)[0], (*rows)[1]);
    RegCloseKey(key);
}
#define MAKE(hive, path, view, ...)                                                                          \
    make_texts(hive, path, view, (const wchar_t *const[][2]){__VA_ARGS__, {NULL, NULL}})

#endif
