/* Drivers, certificates, tasks, signatures, Security Center and WMI of the simulated PC. */
#include "core/base/list.h"
#include "core/base/limits.h"
#include "core/os/driver.h"
#include "core/os/file.h"
#include "core/os/security.h"
#include "core/os/task.h"
#include "core/os/trust.h"
#include "tests/sim/pc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- drivers ------------------------------------------------------------------------------------------------------------ */

static bool is_driver(const char *name)
{
    const struct win_value *v = win_get(win_below(WIN_SERVICES, name), false, "Type");

    return v && strcmp(v->data, "1") == 0;
}

bool os_driver_list(struct facts *f, struct arena *a, struct err *e)
{
    static const char *const starts[] = {"boot", "system", "auto", "manual", "disabled"};
    char name[WIN_KEY];

    for (size_t i = 0; win_child(WIN_SERVICES, false, i, name, sizeof name); i++) {
        const char *key = win_below(WIN_SERVICES, name);
        const struct win_value *path, *start;
        struct driver *d;

        if (!is_driver(name))
            continue;
        d = LIST_ADD(a, &f->drivers);
        if (!d)
            return err_nomem(e);
        path = win_get(key, false, "ImagePath");
        start = win_get(key, false, "Start");
        d->name = arena_strdup(a, name);
        d->path = path ? arena_strdup(a, path->data) : NULL;
        d->start = start ? starts[atoi(start->data) % 5] : NULL;
        d->state = win_driver_loaded(name) ? "running" : "stopped";
        if (!d->name || (path && !d->path))
            return err_nomem(e);
    }
    return true;
}

static bool filters(const struct win_value *v, const char *name)
{
    const char *line, *cursor = v->data, *end = v->data + strlen(v->data);
    size_t n;

    while (text_line(&cursor, end, &line, &n))
        if (n == strlen(name) && strncasecmp(line, name, n) == 0)
            return true;
    return false;
}

bool os_driver_filters(const char *name, struct arena *a, struct strs *ret, struct err *e)
{
    ret->v = NULL;
    ret->n = 0;
    for (uint32_t i = 0; i < pc.win.now.n; i++) {
        const struct win_value *v = &pc.win.now.values[i];

        if (text_starts(v->key, WIN_CLASSES "/") && text_ends(v->name, "Filters") && filters(v, name) &&
            !list_add_text(a, ret, v->key, strlen(v->key), e))
            return false;
    }
    return true;
}

bool os_driver_remove(const char *name, bool *ret_at_boot, struct err *e)
{
    struct arena a = ARENA_INIT;
    const char *key = win_below(WIN_SERVICES, name);
    struct strs named;
    bool ok = os_driver_filters(name, &a, &named, e);

    *ret_at_boot = false;
    arena_free(&a);
    if (!ok)
        return false;
    if (named.n)
        return err_set(e, ERR_BUSY, "a class filter names %s", name);
    pc_advance(20);
    if (!is_driver(name))
        return true;
    *ret_at_boot = win_driver_loaded(name);
    pc_before("driver entry removed", name);
    if (*ret_at_boot)
        win_set(key, false, "DeleteFlag", WIN_DWORD, "1");
    else
        win_drop_key(key, false);
    pc_after("driver entry removed", name);
    return true;
}

/* --- certificates ---------------------------------------------------------------------------------------------------------- */

bool os_certificate_list(struct facts *f, struct arena *a, struct err *e)
{
    char thumbprint[WIN_KEY];

    for (size_t i = 0; win_child(WIN_ROOTS, false, i, thumbprint, sizeof thumbprint); i++) {
        struct certificate *c = LIST_ADD(a, &f->certificates);
        const struct win_value *v;

        if (!c)
            return err_nomem(e);
        v = win_get(win_below(WIN_ROOTS, thumbprint), false, "Subject");
        memset(c, 0, sizeof *c);
        c->store = "machine/ROOT";
        c->subject = arena_strdup(a, v ? v->data : "");
        c->thumbprint = arena_strdup(a, thumbprint);
        if (!c->subject || !c->thumbprint)
            return err_nomem(e);
    }
    return true;
}

/* No program there trusts a file of its own. */
bool os_trust_file_list(struct facts *f, struct arena *a, struct err *e)
{
    (void)f, (void)a, (void)e;
    return true;
}

bool os_certificate_remove(const char *store, const char *thumbprint, struct err *e)
{
    (void)store, (void)e;
    pc_advance(10);
    if (!win_key_here(win_below(WIN_ROOTS, thumbprint), false))
        pc_needless("certificate removed", thumbprint);
    pc_before("certificate removed", thumbprint);
    win_drop_key(win_below(WIN_ROOTS, thumbprint), false);
    pc_after("certificate removed", thumbprint);
    return true;
}

bool os_certificate_save(const char *store, const char *thumbprint, const char *file, struct err *e)
{
    const struct win_value *v = win_get(win_below(WIN_ROOTS, thumbprint), false, "Subject");
    char text[WIN_KEY + WIN_DATA];

    (void)store;
    if (!v)
        return err_set(e, ERR_NOT_FOUND, "no certificate %s", thumbprint);
    snprintf(text, sizeof text, "%s\n%s", thumbprint, v->data);
    return os_file_write(file, text, strlen(text), 0600, e);
}

bool os_certificate_add(const char *store, const char *file, struct err *e)
{
    struct buf b;
    char *line;
    bool ok;

    (void)store;
    buf_init(&b, LIMIT_SECRET);
    ok = os_file_read(file, &b, e);
    line = ok ? strchr(b.data, '\n') : NULL;
    if (ok && !line)
        ok = err_set(e, ERR_INPUT, "'%s' is no certificate", file);
    if (ok) {
        *line = '\0';
        pc_before("certificate put back", b.data);
        win_set(win_below(WIN_ROOTS, b.data), false, "Subject", WIN_SZ, line + 1);
        pc_after("certificate put back", b.data);
    }
    buf_free(&b);
    return ok;
}

/* --- scheduled tasks --------------------------------------------------------------------------------------------------------- */

bool os_task_list(struct facts *f, struct arena *a, struct err *e)
{
    for (uint32_t i = 0; i < pc.win.now.n; i++) {
        const struct win_value *v = &pc.win.now.values[i];
        struct task *t;

        if (!text_starts(v->key, WIN_TASKS "/") || strcmp(v->name, "Command") != 0)
            continue;
        t = LIST_ADD(a, &f->tasks);
        if (!t)
            return err_nomem(e);
        t->path = arena_strdup(a, v->key + sizeof WIN_TASKS - 1);
        t->command = arena_strdup(a, v->data);
        if (!t->path || !t->command)
            return err_nomem(e);
    }
    return true;
}

bool os_task_remove(const char *path, struct err *e)
{
    return err_set(e, ERR_BUG, "the simulated PC has no task of a product: %s", path);
}

bool os_task_save(const char *path, const char *file, struct err *e)
{
    (void)file;
    return os_task_remove(path, e);
}

bool os_task_add(const char *path, const char *file, struct err *e)
{
    (void)file;
    return os_task_remove(path, e);
}

/* --- signatures --------------------------------------------------------------------------------------------------------------- */

/* Installers are signed by the makers of what they hold, as long as they are whole. */
bool os_signature(const char *path, struct arena *a, struct signature *ret, struct err *e)
{
    int p = win_installer_of(path);

    if (!os_file_exists(path))
        return err_set(e, ERR_NOT_FOUND, "there is no file '%s'", path);
    ret->path = arena_strdup(a, path);
    ret->status = p == WIN_NO_PRODUCT ? "unsigned" : "valid";
    ret->subject = p == WIN_NO_PRODUCT ? NULL : win_products[p].publisher;
    pc_advance(50);
    return ret->path || err_nomem(e);
}

bool os_signature_list(const struct strs *patterns, struct facts *f, struct arena *a, struct err *e)
{
    for (size_t i = 0; i < patterns->n; i++) {
        struct strs found;

        if (!os_file_glob(patterns->v[i], a, &found, e))
            return false;
        for (size_t k = 0; k < found.n; k++) {
            struct signature *s = LIST_ADD(a, &f->signatures);

            if (!s)
                return err_nomem(e);
            if (!os_signature(found.v[k], a, s, e))
                return false;
        }
    }
    return true;
}

/* --- Security Center, WMI --------------------------------------------------------------------------------------------------- */

bool os_security_center(struct facts *f, struct arena *a, struct err *e)
{
    const struct pc_process *defender = win_process(DEFENDER_EXE);
    struct security_product *s;

    if (pc.setup.windows != SIM_CLIENT)
        return true;
    for (int p = 0; p < WIN_PRODUCTS; p++) {
        const struct pc_process *x = win_process(win_products[p].exe);

        if (!(pc.win.now.registered & (1u << p)))
            continue;
        s = LIST_ADD(a, &f->security_center);
        if (!s)
            return err_nomem(e);
        *s = (struct security_product){"antivirus", win_products[p].protects, x && x->marks ? 0x041000 : 0x040000, NULL};
    }
    s = LIST_ADD(a, &f->security_center);
    if (!s)
        return err_nomem(e);
    *s = (struct security_product){"antivirus", "Windows Defender", defender ? 0x061100 : 0x060100, DEFENDER_EXE};
    return true;
}

/* While it is not active, Defender answers nothing. */
bool os_wmi(const struct questions *q, struct facts *f, struct arena *a, struct err *e)
{
    static const char *const rows[][2] = {
        {"RealTimeProtectionEnabled", "true"}, {"AMRunningMode", "Normal"}, {"AntivirusSignatureAge", "0"}};

    for (size_t i = 0; i < q->wmi.n; i++) {
        if (!text_eq_fold(q->wmi.v[i].class, "MSFT_MpComputerStatus"))
            continue;
        pc_advance(30);
        if (!win_process(DEFENDER_EXE))
            return err_set(e, ERR_TIMEOUT, "Microsoft Defender does not answer");
        for (size_t k = 0; k < 3; k++) {
            struct wmi_value *w = LIST_ADD(a, &f->wmi);

            if (!w)
                return err_nomem(e);
            *w = (struct wmi_value){q->wmi.v[i].space, q->wmi.v[i].class, 0, rows[k][0], rows[k][1]};
        }
    }
    return true;
}
