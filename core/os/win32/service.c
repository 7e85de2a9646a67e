#include "core/os/service.h"
#include "core/base/list.h"
#include "core/os/file.h"
#include "core/os/win32/environment.h"
#include "core/os/win32/hklm.h"
#include "core/os/win32/image.h"
#include "core/os/win32/service.h"
#include "core/os/win32/wide.h"

#include <string.h>
#include <windows.h>

struct walk {
    SC_HANDLE manager;
    unsigned long types;
    const struct strs *patterns;
    struct arena *a;
    bool (*add)(void *arg, const struct service_row *row, struct err *e);
    void *arg;
    struct err *e;
};

/* The largest that the service manager gives (learn.microsoft.com, QueryServiceConfigW). */
enum { CONFIG_BYTES = 8192 };

static bool read_config(SC_HANDLE service, struct arena *a, struct service_row *row, struct err *e)
{
    _Alignas(QUERY_SERVICE_CONFIGW) unsigned char bytes[CONFIG_BYTES];
    QUERY_SERVICE_CONFIGW *config = (QUERY_SERVICE_CONFIGW *)(void *)bytes;
    DWORD need;

    if (!QueryServiceConfigW(service, config, sizeof bytes, &need))
        return true;
    row->start =
        config->dwStartType <= SERVICE_DISABLED ? (enum service_start)config->dwStartType : START_UNKNOWN;
    if (!config->lpBinaryPathName || !*config->lpBinaryPathName)
        return true;
    row->image = wide_utf8(config->lpBinaryPathName, wcslen(config->lpBinaryPathName), a);
    return row->image || err_nomem(e);
}

static bool wanted(const struct strs *patterns, const char *name)
{
    for (size_t i = 0; patterns && i < patterns->n; i++)
        if (text_glob_fold(patterns->v[i], name))
            return true;
    return !patterns;
}

/* Where the service manager itself keeps it. */
static bool is_delayed(const char *name, bool *ret, struct err *e)
{
    struct arena scratch = ARENA_INIT;
    const char *key = arena_printf(&scratch, "HKLM/SYSTEM/CurrentControlSet/Services/%s", name);
    unsigned long long delayed = 0;
    bool ok = key ? hklm_number(key, "DelayedAutostart", &delayed, e) : err_nomem(e);

    *ret = delayed == 1;
    arena_free(&scratch);
    return ok;
}

static bool one(const struct walk *w, const ENUM_SERVICE_STATUS_PROCESSW *s)
{
    struct service_row row = {.state = s->ServiceStatusProcess.dwCurrentState, .start = START_UNKNOWN};
    SC_HANDLE service;
    bool ok = true;

    row.name = wide_utf8(s->lpServiceName, wcslen(s->lpServiceName), w->a);
    if (!row.name)
        return err_nomem(w->e);
    if (!wanted(w->patterns, row.name))
        return true;
    service = OpenServiceW(w->manager, s->lpServiceName, SERVICE_QUERY_CONFIG);
    if (service) {
        ok = read_config(service, w->a, &row, w->e);
        CloseServiceHandle(service);
    } else if (GetLastError() == ERROR_SERVICE_DOES_NOT_EXIST) {
        return true; /* deleted since it was listed */
    }
    if (ok && row.start == START_AUTO)
        ok = is_delayed(row.name, &row.delayed, w->e);
    return ok && w->add(w->arg, &row, w->e);
}

/* The list comes in pieces of at most 256 KiB. */
static bool all(const struct walk *w)
{
    enum { PIECE = 256 * 1024, PIECES = 64 };
    unsigned char *piece = mem_alloc(PIECE);
    DWORD need, n, resume = 0;
    bool ok = piece || err_nomem(w->e), more = true;

    for (unsigned k = 0; ok && more && k < PIECES; k++) {
        const ENUM_SERVICE_STATUS_PROCESSW *s = (const void *)piece;

        more = !EnumServicesStatusExW(w->manager, SC_ENUM_PROCESS_INFO, w->types, SERVICE_STATE_ALL, piece,
                                      PIECE, &need, &n, &resume, NULL);
        if (more && GetLastError() != ERROR_MORE_DATA)
            ok = wide_error(w->e, ERR_OS, GetLastError(), "listing services");
        for (DWORD i = 0; ok && i < n; i++)
            ok = one(w, &s[i]);
    }
    mem_free(piece);
    return ok;
}

bool service_each(unsigned long types, const struct strs *patterns, struct arena *a,
                  bool (*add)(void *arg, const struct service_row *row, struct err *e), void *arg,
                  struct err *e)
{
    struct walk w = {OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT | SC_MANAGER_ENUMERATE_SERVICE),
                     types,
                     patterns,
                     a,
                     add,
                     arg,
                     e};
    bool ok;

    if (!w.manager)
        return wide_error(e, ERR_OS, GetLastError(), "opening the service manager");
    ok = all(&w);
    CloseServiceHandle(w.manager);
    return ok;
}

struct listing {
    struct facts *f;
    struct arena *a;
    struct environment environment;
};

static bool is_file(const char *path)
{
    struct err ignored = ERR_INIT;
    struct os_stat st;

    return os_file_stat(path, &st, &ignored) && st.kind == OS_FILE;
}

static const char *state_name(unsigned long state)
{
    switch (state) {
    case SERVICE_RUNNING:
        return "active";
    case SERVICE_START_PENDING:
    case SERVICE_CONTINUE_PENDING:
        return "activating";
    case SERVICE_STOP_PENDING:
    case SERVICE_PAUSE_PENDING:
        return "deactivating";
    default:
        return "inactive";
    }
}

/* ImagePath as the service manager reads it. */
static const char *program(const struct listing *l, const char *image, struct err *e)
{
    const char *command = environment_expand(&l->environment, image, l->a, e), *exe;

    exe = command ? image_program(command, l->environment.root, is_file, l->a) : NULL;
    if (command && !exe)
        err_nomem(e);
    return exe;
}

static bool add_unit(void *arg, const struct service_row *row, struct err *e)
{
    static const char *const starts[] = {"enabled", "enabled", "enabled", "manual", "disabled", NULL};
    struct listing *l = arg;
    struct unit *u = LIST_ADD(l->a, &l->f->units);

    if (!u)
        return err_nomem(e);
    *u = (struct unit){.name = row->name,
                       .manager = "scm",
                       .load = "loaded",
                       .active = state_name(row->state),
                       .enabled = starts[row->start],
                       .delayed = row->delayed};
    u->exe = row->image ? program(l, row->image, e) : NULL;
    return !row->image || u->exe;
}

bool os_service_list(const struct strs *patterns, struct facts *f, struct arena *a, struct err *e)
{
    struct listing l = {.f = f, .a = a};

    if (patterns && !patterns->n)
        return true;
    return environment_open(false, a, &l.environment, e) &&
           service_each(SERVICE_WIN32, patterns, a, add_unit, &l, e);
}
