#include "core/detect/collect.h"
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/base/version_tool.h"
#include "core/os/driver.h"
#include "core/os/file.h"
#include "core/os/installer.h"
#include "core/os/machine.h"
#include "core/os/package.h"
#include "core/os/registry.h"
#include "core/os/security.h"
#include "core/os/service.h"
#include "core/os/task.h"
#include "core/os/trust.h"

#include <string.h>

/* Runs one collector; its failure becomes a gap. */
static bool note_gap(struct facts *f, struct doc *d, const char *what, struct err *e)
{
    struct gap *gap;

    if (e->code == ERR_NOMEM)
        return false;
    gap = LIST_ADD(&d->arena, &f->gaps);
    if (!gap)
        return err_nomem(e);
    gap->what = what;
    gap->why = text_from_bytes(&d->arena, e->text, strlen(e->text)); /* it may have been cut within a letter */
    if (!gap->why)
        return err_nomem(e);
    err_clear(e);
    return true;
}

/* Patterns as they are on this PC: with the known folders that they name. */
static bool here(const struct strs *patterns, const struct facts *f, struct arena *a, struct strs *ret, struct err *e)
{
    ret->n = 0;
    ret->v = ARENA_ARRAY(a, patterns->n, const char *);
    for (size_t i = 0; ret->v && i < patterns->n; i++) {
        const char *path = facts_path(f, a, patterns->v[i]);

        if (!path)
            return err_nomem(e);
        if (*path != '%') /* a folder that this PC does not have holds nothing */
            ret->v[ret->n++] = path;
    }
    return ret->v || err_nomem(e);
}

static bool add_file(const char *path, struct facts *f, struct arena *a, struct err *e)
{
    static const char *const kinds[] = {"", "file", "dir", "link", "other"};
    struct file_fact *x;
    struct os_stat st;

    if (!os_file_stat(path, &st, e))
        return false;
    if (st.kind == OS_ABSENT)
        return true;
    x = LIST_ADD(a, &f->files);
    if (!x)
        return err_nomem(e);
    x->path = path;
    x->kind = kinds[st.kind];
    x->size = st.size;
    x->mtime = st.mtime;
    return true;
}

static bool collect_files(const struct questions *q, struct facts *f, struct arena *a, struct err *e)
{
    struct strs patterns, found;

    if (!here(&q->paths, f, a, &patterns, e))
        return false;
    for (size_t i = 0; i < patterns.n; i++) {
        if (!os_file_glob(patterns.v[i], a, &found, e))
            return false;
        for (size_t k = 0; k < found.n; k++)
            if (!add_file(found.v[k], f, a, e))
                return false;
    }
    return true;
}

static bool collect_signatures(const struct questions *q, struct facts *f, struct arena *a, struct err *e)
{
    struct strs patterns;

    return here(&q->signatures, f, a, &patterns, e) && os_signature_list(&patterns, f, a, e);
}

/* Any part of a key's path or a value's name that speaks of one. */
static bool names_password(const char *s)
{
    return text_glob_fold("*password*", s) || text_glob_fold("*passwd*", s) || text_glob_fold("*pwd*", s);
}

/* Products keep what is made of a password in the registry. That there is one is all that anybody has to know. */
static void hide_passwords(struct facts *f)
{
    for (size_t i = 0; i < f->registry.n; i++) {
        struct registry_value *v = &f->registry.v[i];

        if (v->name && v->data && *v->data && (names_password(v->key) || names_password(v->name)) &&
            !text_eq(v->type, "dword") && !text_eq(v->type, "qword")) {
            v->data = "(hidden)";
            v->expanded = NULL;
        }
    }
}

static bool collect_registry(const struct questions *q, struct facts *f, struct arena *a, struct err *e)
{
    bool ok = os_registry_read(&q->registry, f, a, e);

    /* What was read before something failed is kept, too. */
    hide_passwords(f);
    return ok;
}

static bool ask_command(const struct question_command *c, struct answer *x, struct arena *a, struct err *e)
{
    struct os_child child = {.argv = c->argv, .timeout_ms = c->timeout_s * 1000};
    struct os_exit exit;
    size_t keep;

    x->argv = c->argv;
    x->exit = -1;
    if (!os_program(c->argv.v[0], a))
        return true;
    if (!os_run(&child, &exit, e)) {
        if (e->code == ERR_NOMEM)
            return false;
        err_clear(e);
        return true;
    }
    x->exit = exit.signal || exit.timed_out ? -1 : exit.code;
    x->timed_out = exit.timed_out;
    keep = exit.out.len < LIMIT_ANSWER ? exit.out.len : LIMIT_ANSWER;
    x->out = text_from_bytes(a, buf_str(&exit.out), keep);
    buf_free(&exit.out);
    return x->out || err_nomem(e);
}

static bool collect_commands(const struct questions *q, struct facts *f, struct arena *a, struct err *e)
{
    f->answers.v = ARENA_ARRAY(a, q->commands.n, struct answer);
    if (!f->answers.v)
        return err_nomem(e);
    for (size_t i = 0; i < q->commands.n; i++) {
        struct answer *x = &f->answers.v[f->answers.n];

        if (!ask_command(&q->commands.v[i], x, a, e))
            return false;
        /* A command that is not here says nothing that its absence does not say. */
        f->answers.n += x->exit >= 0 || x->timed_out || x->out;
    }
    return true;
}

static bool collect_services(const struct questions *q, struct facts *f, struct arena *a, struct err *e)
{
    return os_service_list(q->units.n ? &q->units : NULL, f, a, e);
}

/* What needs no question, in the order of the facts. Names are compared by the rules of the system, so the machine
 * comes first and with everything that has names. */
static const struct {
    unsigned part;
    const char *what;
    bool (*collect)(struct facts *f, struct arena *a, struct err *e);
} collectors[] = {
    {FACTS_OS | FACTS_UNITS | FACTS_PROCESSES | FACTS_FILES | FACTS_SIGNATURES | FACTS_DRIVERS, "machine", os_machine},
    {FACTS_PACKAGES, "packages", os_package_list},
    {FACTS_PROCESSES, "processes", os_process_list},
    {FACTS_ACCOUNTS, "accounts", os_accounts},
    {FACTS_FANOTIFY, "fanotify", os_fanotify_list},
    {FACTS_FIREWALL, "firewall", os_firewall_list},
    {FACTS_SELINUX, "selinux", os_selinux},
    {FACTS_REBOOT, "reboot", os_reboot_pending},
    {FACTS_LOCK, "package_lock", os_package_lock},
    {FACTS_UNINSTALL, "uninstall", os_uninstall_list},
    {FACTS_MSI, "msi", os_msi_list},
    {FACTS_DRIVERS, "drivers", os_driver_list},
    {FACTS_CERTIFICATES, "certificates", os_certificate_list},
    {FACTS_TRUST_FILES, "trust_files", os_trust_file_list},
    {FACTS_SECURITY_CENTER, "security_center", os_security_center},
    {FACTS_TASKS, "tasks", os_task_list},
};

/* What looks only at what was asked about. */
static const struct {
    unsigned part;
    const char *what;
    bool (*collect)(const struct questions *q, struct facts *f, struct arena *a, struct err *e);
} answers[] = {
    {FACTS_UNITS, "units", collect_services},      {FACTS_FILES, "files", collect_files},
    {FACTS_COMMANDS, "commands", collect_commands}, {FACTS_REGISTRY, "registry", collect_registry},
    {FACTS_SIGNATURES, "signatures", collect_signatures}, {FACTS_WMI, "wmi", os_wmi},
};

/* Listing every service costs systemd most of a second: while a run polls, only those asked about are looked at. */
static struct questions asked(unsigned parts, const struct questions *q)
{
    struct questions ret;

    memset(&ret, 0, sizeof ret);
    if (q)
        ret = *q;
    if (parts == FACTS_ALL)
        ret.units.n = 0;
    return ret;
}

bool facts_collect(unsigned parts, const struct questions *q, struct doc *d, struct facts *ret, struct err *e)
{
    struct questions ask = asked(parts, q);

    schema_init(&facts_schema, ret);
    ret->collected_at = os_now();
    ret->tool = AVSWAP_VERSION;
    for (size_t i = 0; i < sizeof collectors / sizeof collectors[0]; i++)
        if ((parts & collectors[i].part) && !collectors[i].collect(ret, &d->arena, e) &&
            !note_gap(ret, d, collectors[i].what, e))
            return false;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        if ((parts & answers[i].part) && !answers[i].collect(&ask, ret, &d->arena, e) &&
            !note_gap(ret, d, answers[i].what, e))
            return false;
    return true;
}
