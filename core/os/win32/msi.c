#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/os/file.h"
#include "core/os/installer.h"
#include "core/os/win32/wide.h"

#include <string.h>
#include <windows.h>
#include <msi.h>

enum { CODE_UNITS = 39, SID_UNITS = 256 };

struct found {
    wchar_t code[CODE_UNITS];
    wchar_t sid[SID_UNITS]; /* "" for one of the machine */
    MSIINSTALLCONTEXT context;
};

/* A property, NULL when the product has none or an empty one. */
static bool property(const struct found *p, const wchar_t *name, struct arena *a, const char **ret,
                     struct err *e)
{
    const wchar_t *sid = *p->sid ? p->sid : NULL;
    wchar_t *value;
    DWORD n = 0;
    UINT r = MsiGetProductInfoExW(p->code, sid, p->context, name, NULL, &n);

    *ret = NULL;
    if ((r != ERROR_SUCCESS && r != ERROR_MORE_DATA) || n >= LIMIT_PATH)
        return true;
    n++;
    value = ARENA_ARRAY(a, n, wchar_t);
    if (!value)
        return err_nomem(e);
    if (MsiGetProductInfoExW(p->code, sid, p->context, name, value, &n) != ERROR_SUCCESS || !*value)
        return true;
    *ret = wide_utf8(value, n, a);
    return *ret || err_nomem(e);
}

/* The installer's own copy of the package, as a path of ours. */
static bool read_package(const struct found *p, struct arena *a, struct msi_product *m, struct err *e)
{
    struct err ignored = ERR_INIT;
    struct os_stat st;
    char *path;

    if (!property(p, INSTALLPROPERTY_LOCALPACKAGE, a, &m->package, e))
        return false;
    if (!m->package)
        return true;
    path = arena_strdup(a, m->package);
    if (!path)
        return err_nomem(e);
    for (char *c = path; *c; c++)
        if (*c == '\\')
            *c = '/';
    m->package = path;
    m->package_exists = os_file_stat(path, &st, &ignored) && st.kind == OS_FILE;
    return true;
}

static bool add_product(const struct found *p, struct facts *f, struct arena *a, struct err *e)
{
    struct msi_product m = {.context = p->context == MSIINSTALLCONTEXT_MACHINE ? "machine" : "user"}, *slot;
    const char *state;

    /* "1" is advertised only: nothing of it is here. */
    if (!property(p, INSTALLPROPERTY_PRODUCTSTATE, a, &state, e))
        return false;
    if (text_eq(state, "1"))
        return true;
    m.code = wide_utf8(p->code, CODE_UNITS, a);
    if (!m.code)
        return err_nomem(e);
    if (!property(p, INSTALLPROPERTY_INSTALLEDPRODUCTNAME, a, &m.name, e) ||
        !property(p, INSTALLPROPERTY_PUBLISHER, a, &m.publisher, e) ||
        !property(p, INSTALLPROPERTY_VERSIONSTRING, a, &m.version, e) || !read_package(p, a, &m, e))
        return false;
    slot = LIST_ADD(a, &f->msi);
    if (!slot)
        return err_nomem(e);
    *slot = m;
    return true;
}

static bool list(const wchar_t *whose, struct facts *f, struct arena *a, UINT *ret_code, struct err *e)
{
    for (DWORD i = 0; i < LIMIT_REGISTRY; i++) {
        struct found p = {L"", L"", MSIINSTALLCONTEXT_NONE};
        DWORD sid_n = SID_UNITS;

        *ret_code =
            MsiEnumProductsExW(NULL, whose, MSIINSTALLCONTEXT_ALL, i, p.code, &p.context, p.sid, &sid_n);
        if (*ret_code != ERROR_SUCCESS)
            return true;
        if (!add_product(&p, f, a, e))
            return false;
    }
    return err_set(e, ERR_LIMIT, "more than %u products of Windows Installer", LIMIT_REGISTRY);
}

bool os_msi_list(struct facts *f, struct arena *a, struct err *e)
{
    UINT r;

    if (!list(L"S-1-1-0", f, a, &r, e))
        return false;
    if (r == ERROR_NO_MORE_ITEMS)
        return true;
    /* Who may not see other users' products sees the machine's and his own, and the rest is a gap. */
    if (r == ERROR_ACCESS_DENIED && !f->msi.n && !list(NULL, f, a, &(UINT){0}, e))
        return false;
    return wide_error(e, ERR_OS, r, "listing the products of Windows Installer");
}
