#include "core/detect/collect.h"
#include "core/base/limits.h"
#include "core/base/version_tool.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/os/package.h"
#include "core/os/service.h"

#include <string.h>

/* Runs one collector; its failure becomes a gap. */
static bool note_gap(struct facts *f, struct doc *d, const char *what, struct err *e)
{
    struct gap *v;

    if (e->code == ERR_NOMEM)
        return false;
    v = ARENA_ARRAY(&d->arena, f->gaps.n + 1, struct gap);
    if (!v)
        return err_nomem(e);
    if (f->gaps.n)
        memcpy(v, f->gaps.v, f->gaps.n * sizeof *v);
    v[f->gaps.n].what = what;
    v[f->gaps.n].why = arena_strdup(&d->arena, e->text);
    if (!v[f->gaps.n].why)
        return err_nomem(e);
    f->gaps.v = v;
    f->gaps.n++;
    err_clear(e);
    return true;
}

static bool collect_files(const struct questions *q, struct facts *f, struct arena *a, struct err *e)
{
    size_t max = 0;
    struct strs *found = ARENA_ARRAY(a, q->paths.n, struct strs);

    if (!found)
        return err_nomem(e);
    for (size_t i = 0; i < q->paths.n; i++) {
        if (!os_file_glob(q->paths.v[i], a, &found[i], e))
            return false;
        max += found[i].n;
    }
    f->files.v = ARENA_ARRAY(a, max, struct file_fact);
    if (!f->files.v)
        return err_nomem(e);
    for (size_t i = 0; i < q->paths.n; i++) {
        for (size_t k = 0; k < found[i].n; k++) {
            static const char *const kinds[] = {"", "file", "dir", "link", "other"};
            struct file_fact *x = &f->files.v[f->files.n];
            struct os_stat st;

            if (!os_file_stat(found[i].v[k], &st, e))
                return false;
            if (st.kind == OS_ABSENT)
                continue;
            x->path = found[i].v[k];
            x->kind = kinds[st.kind];
            x->size = st.size;
            x->mtime = st.mtime;
            f->files.n++;
        }
    }
    return true;
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

/* Listing every service costs systemd most of a second: while a run polls, only those asked about are looked at. */
static bool collect_services(unsigned parts, const struct questions *q, struct facts *f, struct arena *a, struct err *e)
{
    return os_service_list(q && q->units.n && parts != FACTS_ALL ? &q->units : NULL, f, a, e);
}

bool facts_collect(unsigned parts, const struct questions *q, struct doc *d, struct facts *ret, struct err *e)
{
    static const struct {
        unsigned part;
        const char *what;
        bool (*collect)(struct facts *f, struct arena *a, struct err *e);
    } collectors[] = {
        {FACTS_OS, "machine", os_machine},
        {FACTS_PACKAGES, "packages", os_package_list},
        {FACTS_PROCESSES, "processes", os_process_list},
        {FACTS_ACCOUNTS, "accounts", os_accounts},
        {FACTS_FANOTIFY, "fanotify", os_fanotify_list},
        {FACTS_FIREWALL, "firewall", os_firewall_list},
        {FACTS_SELINUX, "selinux", os_selinux},
        {FACTS_REBOOT, "reboot", os_reboot_pending},
        {FACTS_LOCK, "package_lock", os_package_lock},
    };

    schema_init(&facts_schema, ret);
    ret->collected_at = os_now();
    ret->tool = AVSWAP_VERSION;
    for (size_t i = 0; i < sizeof collectors / sizeof collectors[0]; i++)
        if ((parts & collectors[i].part) && !collectors[i].collect(ret, &d->arena, e) &&
            !note_gap(ret, d, collectors[i].what, e))
            return false;
    if ((parts & FACTS_UNITS) && !collect_services(parts, q, ret, &d->arena, e) && !note_gap(ret, d, "units", e))
        return false;
    if ((parts & FACTS_FILES) && q && !collect_files(q, ret, &d->arena, e) && !note_gap(ret, d, "files", e))
        return false;
    if ((parts & FACTS_COMMANDS) && q && !collect_commands(q, ret, &d->arena, e) && !note_gap(ret, d, "commands", e))
        return false;
    return true;
}
