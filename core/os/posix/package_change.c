/*
 * Changes through the managers' own programs. Two rules hold for all of them: configuration that people
 * changed is kept, configuration that a removal deleted comes back (dpkg(1), --force-confold,
 * --force-confmiss); and installing never removes anything: what has to go is a step of its own (apt-get(8),
 * --no-remove).
 */
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/os/package.h"
#include "core/os/posix/tool.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LISTS "/var/lib/apt/lists"

/* Options of apt-get for every use here; a lock that another manager holds is waited for, as people do. */
#define APT                                                                                                  \
    "apt-get", "-y", "-q", "--no-install-recommends", "-o", "APT::Get::Show-Versions=false", "-o",           \
        "Dpkg::Use-Pty=false", "-o", "DPkg::Lock::Timeout=120"

static bool is_rpm(const char *manager)
{
    return text_eq(manager, "rpm") || text_eq(manager, "dnf") || text_eq(manager, "yum");
}

/* A name that a manager cannot take for an option, nor apt for "remove this" (a trailing '-'). */
static bool name_ok(const char *name)
{
    static const char set[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-_:=~^";
    size_t n = strlen(name);

    return n && strspn(name, set) == n && !strchr(".+-_:=~^", name[0]) && name[n - 1] != '-';
}

static bool check(const struct os_package_change *c, struct err *e)
{
    bool files = c->action == OS_PACKAGE_INSTALL_FILES;

    if (c->action != OS_PACKAGE_CONFIGURE && !c->names.n)
        return err_set(e, ERR_BUG, "a change of no packages");
    for (size_t i = 0; i < c->names.n; i++) {
        if (files ? c->names.v[i][0] != '/' : !name_ok(c->names.v[i]))
            return err_set(e, ERR_INPUT, "'%s' is not %s", c->names.v[i],
                           files ? "an absolute path" : "the name of a package");
    }
    if ((c->action == OS_PACKAGE_FETCH || c->action == OS_PACKAGE_INSTALL_FETCHED) &&
        (!c->dir || *c->dir != '/'))
        return err_set(e, ERR_BUG, "no folder for packages");
    return true;
}

static bool run(const struct os_package_change *c, const struct strs *argv, struct os_exit *ret,
                struct err *e)
{
    struct os_child child = {
        .argv = *argv,
        .timeout_ms = c->timeout_ms,
        /* A removal goes on until its last helper has ended; an installation leaves the daemons it is for. */
        .wait_tree = c->action == OS_PACKAGE_PURGE,
        .tick = c->tick,
        .arg = c->arg,
    };

    return os_run(&child, ret, e);
}

/* ---- apt ---- */

static long long changed_at(const char *path)
{
    struct os_stat st;
    struct err e = ERR_INIT;

    return os_file_stat(path, &st, &e) && st.kind != OS_ABSENT ? (long long)st.mtime : -1;
}

/* Lists are old when a day has passed or the sources changed since. */
static bool lists_old(struct arena *a)
{
    static const char *const sources[] = {"/etc/apt/sources.list", "/etc/apt/sources.list.d"};
    long long at = changed_at(LISTS);
    struct strs found = {NULL, 0};
    struct err e = ERR_INIT;

    if (at < 0 || !os_file_glob(LISTS "/*Release", a, &found, &e) || !found.n)
        return true;
    if (os_now() - at > INSTANT_DAY)
        return true;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (changed_at(sources[i]) > at)
            return true;
    if (!os_file_glob("/etc/apt/sources.list.d/*", a, &found, &e))
        return true;
    for (size_t i = 0; i < found.n; i++)
        if (changed_at(found.v[i]) > at)
            return true;
    return false;
}

/* One source that cannot be reached must not stop a package that another one has: only the output is kept. */
static bool apt_update(const struct os_package_change *c, struct os_exit *ret, bool *go_on, struct err *e)
{
    if (!run(c, &ARGV("apt-get", "-q", "-o", "DPkg::Lock::Timeout=120", "update"), ret, e))
        return false;
    *go_on = !ret->timed_out && !ret->signal;
    return true;
}

/* Puts the output of an earlier program in front; both are freed by the caller through ret. */
static bool join(struct os_exit *ret, struct os_exit *before, struct err *e)
{
    struct buf both;
    bool ok;

    buf_init(&both, 2 * LIMIT_CHILD_OUTPUT);
    buf_add(&both, buf_str(&before->out), before->out.len);
    buf_add(&both, buf_str(&ret->out), ret->out.len);
    ok = buf_ok(&both, "output of a package manager", e);
    buf_free(&before->out);
    buf_free(&ret->out);
    if (ok)
        ret->out = both;
    else
        buf_free(&both);
    return ok;
}

static bool apt(const struct os_package_change *c, bool fetch, struct arena *a, struct os_exit *ret,
                struct err *e)
{
    const char *archives = arena_printf(a, "Dir::Cache::archives=%s", c->dir);
    const char *partial = arena_printf(a, "%s/partial", c->dir);
    struct strs argv = {NULL, 0};
    struct os_exit before = {0};
    bool go_on = true, ok;

    if (!archives || !partial)
        return err_nomem(e);
    if (!tool_add(a, &argv, &ARGV(APT, "-o", archives, "-o", "APT::Keep-Downloaded-Packages=true"), e))
        return false;
    /* The sandbox user may not enter our private folder; fetching changes nothing, so it takes no lock. */
    if (fetch
            ? !tool_add(
                  a, &argv,
                  &ARGV("--download-only", "-o", "APT::Sandbox::User=root", "-o", "Debug::NoLocking=true"), e)
            : !tool_add(a, &argv,
                        &ARGV("--no-download", "--no-remove", "-o", "Dpkg::Options::=--force-confold", "-o",
                              "Dpkg::Options::=--force-confdef"),
                        e))
        return false;
    if (!tool_add(a, &argv, &ARGV("install"), e) || !tool_add(a, &argv, &c->names, e))
        return false;
    if (!os_dir_make(partial, 0700, e))
        return false;
    if (!fetch || !lists_old(a))
        return run(c, &argv, ret, e);
    if (!apt_update(c, &before, &go_on, e))
        return false;
    if (!go_on) {
        *ret = before;
        return true;
    }
    ok = run(c, &argv, ret, e);
    if (!ok) {
        buf_free(&before.out);
        return false;
    }
    return join(ret, &before, e);
}

/* ---- dnf, yum ---- */

#define DNF(program) program, "-y", "--setopt=install_weak_deps=False"

/* What is fetched may conflict with what has to go first; fetching erases nothing. */
static bool dnf_fetch(const struct os_package_change *c, struct arena *a, struct os_exit *ret, struct err *e)
{
    bool has_dnf = tool_exists("dnf");
    const char *dest = arena_printf(a, "--%s=%s", has_dnf ? "destdir" : "downloaddir", c->dir);
    struct strs argv = {NULL, 0};

    if (!dest)
        return err_nomem(e);
    if (!tool_add(a, &argv, &ARGV(DNF(has_dnf ? "dnf" : "yum"), "--downloadonly", dest), e))
        return false;
    if (has_dnf && !tool_add(a, &argv, &ARGV("--allowerasing"), e))
        return false;
    return tool_add(a, &argv, &ARGV("install"), e) && tool_add(a, &argv, &c->names, e) &&
           os_dir_make(c->dir, 0700, e) && run(c, &argv, ret, e);
}

static bool dnf_install(const struct os_package_change *c, struct arena *a, struct os_exit *ret,
                        struct err *e)
{
    const char *pattern = arena_printf(a, "%s/*.rpm", c->dir);
    struct strs argv = {NULL, 0}, files = {NULL, 0};

    if (!pattern)
        return err_nomem(e);
    if (!os_file_glob(pattern, a, &files, e))
        return false;
    if (!files.n)
        return err_set(e, ERR_NOT_FOUND, "no packages in '%s'", c->dir);
    return tool_add(a, &argv, &ARGV(DNF(tool_exists("dnf") ? "dnf" : "yum"), "--disablerepo=*", "install"),
                    e) &&
           tool_add(a, &argv, &files, e) && run(c, &argv, ret, e);
}

static bool from_repository(const struct os_package_change *c, bool fetch, struct arena *a,
                            struct os_exit *ret, struct err *e)
{
    if (is_rpm(c->manager))
        return fetch ? dnf_fetch(c, a, ret, e) : dnf_install(c, a, ret, e);
    return apt(c, fetch, a, ret, e);
}

static bool with_names(const struct os_package_change *c, const struct strs *fixed, struct arena *a,
                       struct os_exit *ret, struct err *e)
{
    struct strs argv = {NULL, 0};

    return tool_add(a, &argv, fixed, e) && tool_add(a, &argv, &c->names, e) && run(c, &argv, ret, e);
}

/* `dpkg --purge` first notes that the packages are to go; the note stays when the removal fails, and anybody's next
 * `dpkg --purge --pending` would act on it. */
static bool dpkg_purge(const struct os_package_change *c, struct arena *a, struct os_exit *ret, struct err *e)
{
    struct os_exit wishes, x;
    struct secret input;
    bool ok;

    if (!with_names(c, &ARGV("dpkg", "--get-selections"), a, &wishes, e))
        return false;
    ok = with_names(c, &ARGV("dpkg", "--purge"), a, ret, e);
    if (ok && ret->code != 0 && wishes.code == 0) {
        struct os_child put_back = {
            .argv = ARGV("dpkg", "--set-selections"), .input = &input, .timeout_ms = TOOL_MS};

        input = (struct secret){wishes.out.data, wishes.out.len};
        ok = os_run(&put_back, &x, e);
        buf_free(ok ? &x.out : &ret->out);
    }
    buf_free(&wishes.out);
    return ok;
}

static bool change(const struct os_package_change *c, struct arena *a, struct os_exit *ret, struct err *e)
{
    bool rpm = is_rpm(c->manager);

    switch (c->action) {
    case OS_PACKAGE_PURGE:
        return rpm ? with_names(c, &ARGV("rpm", "-e"), a, ret, e) : dpkg_purge(c, a, ret, e);
    case OS_PACKAGE_INSTALL_FILES:
        return with_names(c,
                          rpm ? &ARGV("rpm", "-U", "--oldpackage", "--replacepkgs")
                              : &ARGV("dpkg", "--force-confold", "--force-confmiss", "-i"),
                          a, ret, e);
    case OS_PACKAGE_FETCH:
        return from_repository(c, true, a, ret, e);
    case OS_PACKAGE_INSTALL_FETCHED:
        return from_repository(c, false, a, ret, e);
    case OS_PACKAGE_CONFIGURE:
        if (!rpm)
            return run(c, &ARGV("dpkg", "--force-confold", "--force-confdef", "--configure", "-a"), ret, e);
        /* rpm has no such state. */
        memset(ret, 0, sizeof *ret);
        ret->tree_empty = true;
        return true;
    }
    return err_set(e, ERR_BUG, "an unknown change of packages");
}

bool os_package_change(const struct os_package_change *c, struct os_exit *ret, struct err *e)
{
    struct arena a = ARENA_INIT;
    bool ok = check(c, e) && change(c, &a, ret, e);

    arena_free(&a);
    return ok;
}
