/*
 * Services where systemd is not pid 1: scripts in /etc/init.d, enabled by links "S??NAME" in /etc/rc?.d.
 *
 * A script is not run to be asked, as it may do anything. It is active when the process of its pid file lives
 * (the file is the one its header or its PIDFILE variable names, else NAME.pid in /run or /var/run), or,
 * without such a file, when a process has its name. A pid file older than the process that now has the id was
 * left by another boot. A pid file without its process is "failed", as in the LSB's status 1.
 *
 * Unit files may lie about here too (containers, a product's package that brings both); nothing runs them, so
 * they are listed as inactive, and not at all when a script of the same name does the work.
 */
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/os/posix/fd.h"
#include "core/base/list.h"
#include "core/os/posix/proc.h"
#include "core/os/posix/service.h"
#include "core/os/process.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct sysv {
    const struct strs *patterns;
    struct facts *f;
    struct arena *a;
    struct strs links;           /* names with an S link */
    const struct facts *running; /* has the processes */
};

static bool name_runs(const struct sysv *s, const char *name)
{
    enum { KEPT = 15 }; /* bytes of a name that the kernel keeps */

    for (size_t i = 0; i < s->running->processes.n; i++) {
        const struct process *p = &s->running->processes.v[i];

        if (strncmp(p->name, name, KEPT) == 0 && proc_alive((pid_t)p->pid))
            return true;
    }
    return false;
}

/* Milliseconds of the clock at which a process started; the file's time has the same base. */
static instant started_at(const struct proc_stat *st)
{
    instant boot = os_now() - os_up_ms();

    return boot + (instant)(st->start * 1000 / (unsigned long long)sysconf(_SC_CLK_TCK));
}

/* "active", "failed", or NULL when there is no pid file. */
static const char *by_pid_file(const char *path)
{
    enum { SLACK_MS = 2000 };
    struct err e = ERR_INIT;
    struct proc_stat st;
    struct os_stat file;
    char text[64];
    long pid;

    if (!os_file_stat(path, &file, &e) || file.kind != OS_FILE ||
        fd_read_small(AT_FDCWD, path, text, sizeof text) <= 0)
        return NULL;
    pid = strtol(text, NULL, 10);
    if (pid <= 0 || pid > INT32_MAX || !proc_stat((pid_t)pid, &st) || st.state == 'Z')
        return "failed";
    return started_at(&st) > file.mtime + SLACK_MS ? "failed" : "active";
}

/* A plain path from p on, quoted or not, which nothing but the end of the word follows; its length, 0: none.
 */
static size_t plain_path(const char **p, const char *stop)
{
    const char *q = *p;
    size_t n = 0;

    while (q < stop && strchr(" \t\"'", *q))
        q++;
    while (q + n < stop && (isalnum((unsigned char)q[n]) || strchr("/._-", q[n])))
        n++;
    *p = q;
    return n > 1 && *q == '/' && (q + n == stop || strchr("\"' \t;\r", q[n])) ? n : 0;
}

/* The path after "KEY:" or "KEY=" at the start of a line, in any case and behind a '#'. */
static const char *named_path(const char *text, const char *key, struct arena *a)
{
    const char *cursor = text, *end = text + strlen(text), *line;
    size_t n, k = strlen(key);

    while (text_line(&cursor, end, &line, &n)) {
        const char *p = line + strspn(line, "# \t");
        size_t len;

        if (line + n - p < (long)k + 2 || strncasecmp(p, key, k) != 0 || !strchr(":=", p[k]))
            continue;
        p += k + 1;
        len = plain_path(&p, line + n);
        if (len)
            return arena_strndup(a, p, len);
    }
    return NULL;
}

/* The path after "--pidfile", an option of start-stop-daemon(8) and killproc. */
static const char *option_path(const char *text, struct arena *a)
{
    static const char option[] = "--pidfile";

    for (const char *p = strstr(text, option); p; p = strstr(p, option)) {
        size_t len;

        p += strlen(option);
        p += *p == '=';
        len = plain_path(&p, p + strcspn(p, "\n"));
        if (len)
            return arena_strndup(a, p, len);
    }
    return NULL;
}

static const char *active(const struct sysv *s, const char *name, const char *text)
{
    const char *program = named_path(text, "daemon", s->a);
    const char *const files[] = {named_path(text, "pidfile", s->a), option_path(text, s->a),
                                 arena_printf(s->a, "/run/%s.pid", name),
                                 arena_printf(s->a, "/var/run/%s.pid", name)};
    const char *state = NULL;

    for (size_t i = 0; !state && i < sizeof files / sizeof *files; i++)
        state = files[i] ? by_pid_file(files[i]) : NULL;
    if (state)
        return state;
    return name_runs(s, name) || (program && name_runs(s, strrchr(program, '/') + 1)) ? "active" : "inactive";
}

/* Not services: what belongs to the boot itself, and what package managers leave. */
static bool is_service(const char *name)
{
    static const char *const others[] = {"README",    "skeleton", "rc",     "rcS",    "rc.local",
                                         "functions", "halt",     "reboot", "single", "killall"};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (text_eq(name, others[i]))
            return false;
    return name[0] != '.' && !strstr(name, ".dpkg-") && !text_ends(name, "~") && !strstr(name, ".rpm");
}

static bool add_script(struct sysv *s, const char *name, struct err *e)
{
    const char *path = arena_printf(s->a, "/etc/init.d/%s", name);
    char text[16384];
    struct unit *u;

    if (!path)
        return err_nomem(e);
    if (access(path, X_OK) != 0 || fd_read_small(AT_FDCWD, path, text, sizeof text) < 0)
        return true;
    u = LIST_ADD(s->a, &s->f->units);
    if (!u)
        return err_nomem(e);
    *u = (struct unit){
        .name = name,
        .manager = "sysv",
        .load = "loaded",
        .active = active(s, name, text),
        .enabled = text_in(&s->links, name) ? "enabled" : "disabled",
    };
    return true;
}

static bool read_links(struct sysv *s, struct err *e)
{
    static const char levels[] = "2345S";

    for (const char *level = levels; *level; level++) {
        char path[] = "/etc/rc?.d";
        struct strs names;

        path[7] = *level;
        if (!os_dir_list(path, s->a, &names, e)) {
            if (e->code != ERR_NOT_FOUND)
                return false;
            continue;
        }
        for (size_t i = 0; i < names.n; i++) {
            const char *n = names.v[i];

            if (n[0] == 'S' && isdigit((unsigned char)n[1]) && isdigit((unsigned char)n[2]) &&
                !list_add_text(s->a, &s->links, n + 3, strlen(n + 3), e))
                return false;
        }
    }
    list_sort(&s->links);
    return true;
}

static bool list_scripts(struct sysv *s, struct err *e)
{
    struct strs names;

    if (!os_dir_list("/etc/init.d", s->a, &names, e))
        return e->code == ERR_NOT_FOUND;
    for (size_t i = 0; i < names.n; i++)
        if (is_service(names.v[i]) && service_wanted(s->patterns, names.v[i]) &&
            !add_script(s, names.v[i], e))
            return false;
    return true;
}

/* Has the unit file's service a script of its own, or was the file seen in another folder? */
static bool covered(const struct sysv *s, const char *file)
{
    size_t n = strlen(file) - strlen(".service");

    for (size_t i = 0; i < s->f->units.n; i++) {
        const char *name = s->f->units.v[i].name;

        if (text_eq(name, file) || (strlen(name) == n && memcmp(name, file, n) == 0))
            return true;
    }
    return false;
}

static bool list_unit_files(struct sysv *s, const char *folder, const struct strs *wants, struct err *e)
{
    struct strs names;

    if (!os_dir_list(folder, s->a, &names, e))
        return e->code == ERR_NOT_FOUND;
    for (size_t i = 0; i < names.n; i++) {
        const char *name = names.v[i], *link = NULL;
        struct unit *u;

        if (!text_ends(name, ".service") || !service_wanted(s->patterns, name) || covered(s, name))
            continue;
        for (size_t k = 0; k < wants->n && !link; k++)
            if (text_eq(strrchr(wants->v[k], '/') + 1, name))
                link = wants->v[k];
        u = LIST_ADD(s->a, &s->f->units);
        if (!u)
            return err_nomem(e);
        *u = (struct unit){.name = name,
                           .manager = "systemd",
                           .load = "loaded",
                           .active = "inactive",
                           .enabled = link ? "enabled" : "disabled"};
    }
    return true;
}

bool service_sysv_list(const struct strs *patterns, struct facts *f, struct arena *a, struct err *e)
{
    static const char *const folders[] = {"/etc/systemd/system", "/run/systemd/system",
                                          "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
                                          "/lib/systemd/system"};
    struct facts own = {0};
    struct sysv s = {.patterns = patterns, .f = f, .a = a, .running = f->processes.n ? f : &own};
    struct strs wants;

    if (!f->processes.n && !os_process_list(&own, a, e))
        return false;
    if (!read_links(&s, e) || !list_scripts(&s, e))
        return false;
    if (!os_file_glob("/etc/systemd/system/*.wants/*.service", a, &wants, e))
        return false;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (!list_unit_files(&s, folders[i], &wants, e))
            return false;
    return true;
}
