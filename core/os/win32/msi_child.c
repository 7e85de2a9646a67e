#include "core/base/limits.h"
#include "core/os/win32/msi_change.h"
#include "core/os/win32/program.h"
#include "core/os/win32/wide.h"

#include <string.h>
#include <windows.h>

#include <msi.h>

enum { FIELDS = 4 }; /* what to do, with what, the log, the properties: msi_run.c */

static bool read_all(struct buf *b)
{
    HANDLE in = GetStdHandle(STD_INPUT_HANDLE);
    DWORD n;

    while (b->len < b->max && ReadFile(in, b->data + b->len, (DWORD)(b->max - b->len), &n, NULL) && n)
        b->len += n;
    return b->len && b->len < b->max && !b->data[b->len - 1];
}

static bool cut(const struct buf *b, const char *ret[FIELDS])
{
    const char *p = b->data, *end = p + b->len;

    for (int i = 0; i < FIELDS; i++) {
        if (p == end)
            return false;
        ret[i] = p;
        p += strlen(p) + 1;
    }
    return p == end;
}

/* The properties hold secrets: they do not go where they cannot be wiped. */
static bool widen(const char *text, struct buf *ret, struct err *e)
{
    return msi_room(ret, 2 * LIMIT_SECRET, e) &&
           MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, (wchar_t *)(void *)ret->data,
                               LIMIT_SECRET);
}

static UINT change(const char *const field[FIELDS], const wchar_t *properties, struct arena *a, struct err *e)
{
    /* As /l*v without the dump of all properties at the end. */
    const DWORD verbose = INSTALLLOGMODE_FATALEXIT | INSTALLLOGMODE_ERROR | INSTALLLOGMODE_WARNING |
                          INSTALLLOGMODE_USER | INSTALLLOGMODE_INFO | INSTALLLOGMODE_RESOLVESOURCE |
                          INSTALLLOGMODE_OUTOFDISKSPACE | INSTALLLOGMODE_ACTIONSTART |
                          INSTALLLOGMODE_ACTIONDATA | INSTALLLOGMODE_COMMONDATA | INSTALLLOGMODE_VERBOSE;
    bool install = text_eq(field[0], "install");
    wchar_t *what = install ? program_path(field[1], a, e) : wide_text(field[1], a, e);
    wchar_t *log = *field[2] ? program_path(field[2], a, e) : NULL;

    if (!what || (*field[2] && !log))
        return MSI_CHILD_FAILED;
    MsiSetInternalUI(INSTALLUILEVEL_NONE, NULL);
    /* Without a log of ours there is none at all, even where a policy makes one of everything. */
    MsiEnableLogW(log ? verbose : 0, log, 0);
    return install ? MsiInstallProductW(what, properties)
                   : MsiConfigureProductExW(what, INSTALLLEVEL_DEFAULT, INSTALLSTATE_ABSENT, properties);
}

int os_msi_child(void)
{
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    const char *field[FIELDS];
    UINT code = MSI_CHILD_FAILED;
    struct buf text, wide;

    buf_init(&wide, 0);
    if (msi_room(&text, LIMIT_SECRET + 1, &e) && read_all(&text) && cut(&text, field) &&
        widen(field[3], &wide, &e))
        code = change(field, (const wchar_t *)(const void *)wide.data, &a, &e);
    msi_wipe(&wide);
    msi_wipe(&text);
    arena_free(&a);
    return (int)code;
}
