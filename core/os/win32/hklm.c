#include "core/os/win32/hklm.h"
#include "core/os/win32/key.h"
#include "core/os/win32/value.h"

#include <windows.h>

static bool read(const char *key, const char *name, struct arena *a, struct registry_value *ret,
                 struct err *e)
{
    void *h;
    bool ok;

    *ret = (struct registry_value){NULL};
    if (!key_open(key, "64", KEY_READ, &h, e))
        return false;
    if (!h)
        return true;
    ok = key_value(h, name, a, ret, e) || err_wrap(e, "'%s'", key);
    key_close(h);
    return ok;
}

bool hklm_text(const char *key, const char *name, struct arena *a, const char **ret, struct err *e)
{
    struct registry_value v;

    if (!read(key, name, a, &v, e))
        return false;
    *ret = value_text(&v);
    return true;
}

bool hklm_number(const char *key, const char *name, unsigned long long *ret, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct registry_value v;
    bool ok = read(key, name, &a, &v, e);

    if (!ok || !value_number(&v, ret))
        *ret = 0;
    arena_free(&a);
    return ok;
}

bool hklm_there(const char *key, bool *ret, struct err *e)
{
    void *h;

    if (!key_open(key, "64", KEY_READ, &h, e))
        return false;
    *ret = h != NULL;
    key_close(h);
    return true;
}
