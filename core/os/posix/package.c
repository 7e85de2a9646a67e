/*
 * Packages as the databases have them. dpkg's status file is read directly (deb822 paragraphs, dpkg(1),
 * "Files"): a program for it costs more than all other facts together. What an interrupted dpkg had not
 * merged yet stands in updates/, numbered; it overrides. rpm's database has no stable form on disk, so rpm is
 * asked, where there is one.
 */
#include "core/os/package.h"
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/base/list.h"
#include "core/os/posix/fd.h"
#include "core/os/posix/proc.h"
#include "core/os/posix/program.h"
#include "core/os/posix/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DPKG_STATUS "/var/lib/dpkg/status"
#define DPKG_UPDATES "/var/lib/dpkg/updates"

struct piece { /* of a text, not terminated */
    const char *p;
    size_t n;
};

struct paragraph {
    struct piece package, status, version, arch;
};

static bool is(struct piece s, const char *word)
{
    return s.n == strlen(word) && (!s.n || memcmp(s.p, word, s.n) == 0); /* an absent field has no bytes */
}

/* The value when the line is "Name: value". */
static bool field(const char *line, size_t n, const char *name, struct piece *ret)
{
    size_t k = strlen(name);

    if (n <= k || line[k] != ':' || strncasecmp(line, name, k) != 0)
        return false;
    line += k + 1;
    n -= k + 1;
    while (n && (*line == ' ' || *line == '\t'))
        line++, n--;
    while (n && (line[n - 1] == ' ' || line[n - 1] == '\t' || line[n - 1] == '\r'))
        n--;
    *ret = (struct piece){line, n};
    return true;
}

static void read_line(struct paragraph *p, const char *line, size_t n)
{
    switch (*line) {
    case 'P':
    case 'p':
        field(line, n, "Package", &p->package);
        break;
    case 'S':
    case 's':
        field(line, n, "Status", &p->status);
        break;
    case 'V':
    case 'v':
        field(line, n, "Version", &p->version);
        break;
    case 'A':
    case 'a':
        field(line, n, "Architecture", &p->arch);
        break;
    }
}

/* "want flag state": the state is the third word. */
static int state_of(struct piece status)
{
    static const struct {
        const char *word;
        int state;
    } states[] = {
        {"installed", PACKAGE_INSTALLED},
        {"config-files", PACKAGE_CONFIG_FILES},
        {"half-installed", PACKAGE_HALF_INSTALLED},
        {"unpacked", PACKAGE_UNPACKED},
        {"half-configured", PACKAGE_HALF_CONFIGURED},
        {"triggers-awaited", PACKAGE_TRIGGERS},
        {"triggers-pending", PACKAGE_TRIGGERS},
    };
    const char *space = memrchr(status.p, ' ', status.n);

    if (space) {
        status.n -= (size_t)(space + 1 - status.p);
        status.p = space + 1;
    }
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (is(status, states[i].word))
            return states[i].state;
    return PACKAGE_ABSENT;
}

static struct package *known(struct facts *f, const struct paragraph *p)
{
    for (size_t i = 0; i < f->packages.n; i++) {
        struct package *k = &f->packages.v[i];

        if (is(p->package, k->name) && is(p->arch, k->arch) && text_eq(k->manager, "dpkg"))
            return k;
    }
    return NULL;
}

static bool add(struct facts *f, const struct paragraph *p, bool update, struct arena *a, struct err *e)
{
    struct package *k = update ? known(f, p) : NULL;
    int state = p->status.p ? state_of(p->status) : PACKAGE_ABSENT;

    if (!p->package.p || (!k && state == PACKAGE_ABSENT))
        return true;
    if (!k)
        k = LIST_ADD(a, &f->packages);
    if (!k)
        return err_nomem(e);
    k->manager = "dpkg";
    k->name = text_from_bytes(a, p->package.p, p->package.n);
    k->version = text_from_bytes(a, p->version.p ? p->version.p : "", p->version.n);
    k->arch = text_from_bytes(a, p->arch.p ? p->arch.p : "", p->arch.n);
    k->state = state;
    if (!k->name || !k->version || !k->arch)
        return err_nomem(e);
    return true;
}

static bool read_status(struct facts *f, const char *path, bool update, struct arena *a, struct err *e)
{
    struct paragraph p = {.arch = {NULL, 0}};
    const char *cursor, *end, *line;
    struct buf text;
    bool ok;
    size_t n;

    buf_init(&text, LIMIT_SYSFILE);
    ok = os_file_read(path, &text, e);
    cursor = buf_str(&text);
    end = cursor + text.len;
    while (ok && text_line(&cursor, end, &line, &n)) {
        if (n) {
            read_line(&p, line, n);
        } else {
            ok = add(f, &p, update, a, e);
            memset(&p, 0, sizeof p);
        }
    }
    ok = ok && add(f, &p, update, a, e);
    buf_free(&text);
    return ok;
}

static void drop_absent(struct facts *f)
{
    size_t n = 0;

    for (size_t i = 0; i < f->packages.n; i++)
        if (f->packages.v[i].state != PACKAGE_ABSENT)
            f->packages.v[n++] = f->packages.v[i];
    f->packages.n = n;
}

static bool list_dpkg(struct facts *f, struct arena *a, struct err *e)
{
    struct strs updates = {NULL, 0};

    if (!os_file_exists(DPKG_STATUS))
        return true;
    if (!read_status(f, DPKG_STATUS, false, a, e))
        return false;
    if (!os_dir_list(DPKG_UPDATES, a, &updates, e))
        return e->code == ERR_NOT_FOUND;
    for (size_t i = 0; i < updates.n; i++) {
        const char *path;

        if (strspn(updates.v[i], "0123456789") != strlen(updates.v[i]))
            continue;
        path = arena_printf(a, DPKG_UPDATES "/%s", updates.v[i]);
        if (!path)
            return err_nomem(e);
        /* A running dpkg merges and removes them at any time. */
        if (!read_status(f, path, true, a, e) && e->code != ERR_NOT_FOUND)
            return false;
    }
    drop_absent(f);
    return true;
}

static bool has_rpm(void)
{
    static const char *const files[] = {
        "/var/lib/rpm/rpmdb.sqlite",      "/var/lib/rpm/Packages",
        "/var/lib/rpm/Packages.db",       "/usr/lib/sysimage/rpm/rpmdb.sqlite",
        "/usr/lib/sysimage/rpm/Packages", "/usr/lib/sysimage/rpm/Packages.db"};

    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (os_file_exists(files[i]))
            return true;
    return false;
}

/* "=NAME<tab>VERSION<tab>ARCH"; the mark tells them from warnings. */
static bool add_rpm(struct facts *f, const char *line, size_t n, struct arena *a, struct err *e)
{
    const char *end = line + n, *version, *arch;
    struct package *k;

    if (!n || *line != '=' || !(version = memchr(line, '\t', n)) ||
        !(arch = memchr(version + 1, '\t', (size_t)(end - version - 1))))
        return true;
    if (version - line == 11 && memcmp(line, "=gpg-pubkey", 11) == 0) /* a key, no software */
        return true;
    k = LIST_ADD(a, &f->packages);
    if (!k)
        return err_nomem(e);
    k->manager = "rpm";
    k->name = text_from_bytes(a, line + 1, (size_t)(version - line - 1));
    k->version = text_from_bytes(a, version + 1, (size_t)(arch - version - 1));
    k->arch = text_from_bytes(a, arch + 1, (size_t)(end - arch - 1));
    k->state = PACKAGE_INSTALLED;
    return (k->name && k->version && k->arch) || err_nomem(e);
}

static bool list_rpm(struct facts *f, struct arena *a, struct err *e)
{
    static const char format[] = "=%{NAME}\\t%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\\t%{ARCH}\\n";
    const char *cursor, *line;
    struct buf out;
    bool ok = true;
    size_t n;

    if (!has_rpm() || !tool_exists("rpm"))
        return true;
    if (!tool_ask(&ARGV("rpm", "-qa", "--qf", format), &out, e))
        return false;
    cursor = buf_str(&out);
    while (ok && text_line(&cursor, buf_str(&out) + out.len, &line, &n))
        ok = add_rpm(f, line, n, a, e);
    buf_free(&out);
    return ok;
}

bool os_package_list(struct facts *f, struct arena *a, struct err *e)
{
    return list_dpkg(f, a, e) && list_rpm(f, a, e);
}

const char *os_package_manager(const char *name)
{
    struct arena a = ARENA_INIT;
    struct facts f = {0};
    struct err e = ERR_INIT;
    const char *manager = NULL;
    struct os_exit x;

    if (list_dpkg(&f, &a, &e))
        for (size_t i = 0; i < f.packages.n && !manager; i++)
            if (text_eq(f.packages.v[i].name, name))
                manager = "dpkg";
    arena_free(&a);
    if (manager || !has_rpm() || !tool_exists("rpm") || *name == '-')
        return manager;
    if (tool_run(&ARGV("rpm", "-q", "--quiet", name), TOOL_MS, &x, &e)) {
        manager = x.code == 0 ? "rpm" : NULL;
        buf_free(&x.out);
    }
    return manager;
}

/* Who holds a lock that keeps us from `type`? The kernel gives 0 or -1 for a holder it cannot name. */
static bool held_by(const char *path, short type, long long *ret_pid)
{
    struct flock l = {.l_type = type, .l_whence = SEEK_SET};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    bool held;

    if (fd < 0)
        return false;
    held = fcntl(fd, F_GETLK, &l) == 0 && l.l_type != F_UNLCK;
    close(fd);
    *ret_pid = l.l_pid > 0 ? l.l_pid : 0;
    return held;
}

/* Files named by numbers are what an interrupted dpkg has not merged into its status yet (dpkg(1), --configure -a). */
static bool dpkg_interrupted(struct arena *a, bool *ret, struct err *e)
{
    struct strs found = {NULL, 0};

    *ret = false;
    if (!os_file_glob(DPKG_UPDATES "/[0-9]*", a, &found, e))
        return false;
    for (size_t i = 0; i < found.n; i++) {
        const char *name = strrchr(found.v[i], '/') + 1;

        *ret = *ret || name[strspn(name, "0123456789")] == '\0';
    }
    return true;
}

/* Its environment has our mark. */
static bool is_ours(long long pid)
{
    char path[64], text[16384];
    long n;

    snprintf(path, sizeof path, "/proc/%lld/environ", pid);
    n = fd_read_small(AT_FDCWD, path, text, sizeof text);
    for (long i = 0; i < n; i += (long)strlen(text + i) + 1)
        if (strcmp(text + i, PROGRAM_MARK) == 0)
            return true;
    return false;
}

bool os_package_lock(struct facts *f, struct arena *a, struct err *e)
{
    /* rpm: queries hold it shared, only changes keep a reader out. */
    static const struct {
        const char *path;
        short type;
    } locks[] = {
        {"/var/lib/dpkg/lock-frontend", F_WRLCK},     {"/var/lib/dpkg/lock", F_WRLCK},
        {"/var/cache/apt/archives/lock", F_WRLCK},    {"/var/lib/rpm/.rpm.lock", F_RDLCK},
        {"/usr/lib/sysimage/rpm/.rpm.lock", F_RDLCK},
    };
    struct package_lock *l = ARENA_NEW(a, struct package_lock);
    struct proc_stat st;

    if (!l)
        return err_nomem(e);
    for (size_t i = 0; i < sizeof locks / sizeof *locks && !l->held; i++) {
        l->held = held_by(locks[i].path, locks[i].type, &l->pid);
        l->path = l->held ? locks[i].path : NULL;
    }
    if (l->held && l->pid && proc_stat((pid_t)l->pid, &st)) {
        l->holder = text_from_bytes(a, st.comm, strlen(st.comm));
        if (!l->holder)
            return err_nomem(e);
        l->ours = is_ours(l->pid);
    }
    f->package_lock = l;
    return dpkg_interrupted(a, &l->interrupted, e);
}
