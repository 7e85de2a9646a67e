/*
 * What the system's files and tools say: the input's parts, "---" between them, are given one after the other to
 * whoever reads a file or runs a tool, round and round. Everything learned must be text fit for facts.json.
 *
 * The functions named in fuzz.mk (FUZZ_wrap_system) are replaced by those here.
 */
#include "tests/fuzz/fuzz.h"
#include "core/base/limits.h"
#include "core/os/machine.h"
#include "core/os/package.h"
#include "core/os/posix/fd.h"
#include "core/os/posix/firewall.h"
#include "core/os/posix/netlink.h"
#include "core/os/posix/proc.h"
#include "core/os/posix/service.h"
#include "core/os/posix/tool.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PARTS_MAX 6

static struct part {
    char *p;
    size_t n;
} parts[PARTS_MAX];
static size_t parts_n, parts_next;

static const struct part *next_part(void)
{
    return &parts[parts_next++ % parts_n];
}

bool __wrap_os_file_read(const char *path, struct buf *out, struct err *e);
bool __wrap_os_file_exists(const char *path);
bool __wrap_os_file_glob(const char *pattern, struct arena *a, struct strs *ret, struct err *e);
bool __wrap_os_dir_list(const char *path, struct arena *a, struct strs *ret, struct err *e);
long __wrap_fd_read_small(int dir, const char *path, char *buf, size_t size);
bool __wrap_tool_exists(const char *name);
bool __wrap_tool_ask(const struct strs *argv, struct buf *ret, struct err *e);
bool __wrap_tool_run(const struct strs *argv, long long timeout_ms, struct os_exit *ret, struct err *e);
bool __wrap_netlink_tables(void (*f)(void *arg, int family, const char *name), void *arg, struct err *e);
bool __wrap_netlink_marks(int family, void (*f)(void *arg, uint32_t mark), void *arg, struct err *e);

bool __wrap_os_file_read(const char *path, struct buf *out, struct err *e)
{
    const struct part *x = next_part();

    buf_add(out, x->p, x->n);
    return buf_ok(out, path, e);
}

bool __wrap_os_file_exists(const char *path)
{
    return strcmp(path, "/nowhere") != 0;
}

bool __wrap_os_file_glob(const char *pattern, struct arena *a, struct strs *ret, struct err *e)
{
    const char **v = ARENA_NEW(a, const char *);

    ret->n = v != NULL;
    ret->v = v;
    if (v)
        *v = pattern;
    return v || err_nomem(e);
}

bool __wrap_os_dir_list(const char *path, struct arena *a, struct strs *ret, struct err *e)
{
    (void)path;
    return __wrap_os_file_glob("0001", a, ret, e);
}

long __wrap_fd_read_small(int dir, const char *path, char *buf, size_t size)
{
    const struct part *x = next_part();
    size_t n = x->n < size ? x->n : size - 1;

    (void)dir;
    (void)path;
    memcpy(buf, x->p, n);
    buf[n] = '\0';
    return (long)n;
}

bool __wrap_tool_exists(const char *name)
{
    return *name != '\0';
}

bool __wrap_tool_run(const struct strs *argv, long long timeout_ms, struct os_exit *ret, struct err *e)
{
    (void)timeout_ms;
    memset(ret, 0, sizeof *ret);
    buf_init(&ret->out, LIMIT_CHILD_OUTPUT);
    return __wrap_os_file_read(argv->v[0], &ret->out, e);
}

bool __wrap_tool_ask(const struct strs *argv, struct buf *ret, struct err *e)
{
    buf_init(ret, LIMIT_CHILD_OUTPUT);
    return __wrap_os_file_read(argv->v[0], ret, e);
}

bool __wrap_netlink_tables(void (*f)(void *arg, int family, const char *name), void *arg, struct err *e)
{
    static const int families[] = {1, 2, 10}; /* NFPROTO_INET, NFPROTO_IPV4, NFPROTO_IPV6 */

    (void)e;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        f(arg, families[i], "filter");
    return true;
}

bool __wrap_netlink_marks(int family, void (*f)(void *arg, uint32_t mark), void *arg, struct err *e)
{
    (void)e;
    f(arg, family == AF_INET ? 1 : 2);
    return true;
}

static bool a_rule(void *arg, const struct firewall_spot *s, const char *rule, long long handle, struct err *e)
{
    long long mark = firewall_mark(rule);

    (void)arg;
    (void)e;
    FUZZ_MUST(*s->chain && handle >= 0, "%s has no place", rule);
    FUZZ_MUST(mark >= 0 && mark < UINT32_MAX, "mark %lld of %s", mark, rule);
    return true;
}

static void check_parts(void)
{
    for (size_t i = 0; i < parts_n; i++) {
        struct buf b = {.data = parts[i].p, .len = parts[i].n};
        struct arena a = ARENA_INIT;
        struct err e = ERR_INIT;

        FUZZ_MUST(firewall_each_nft(&b, &a, a_rule, NULL, &e), "%s", e.text);
        FUZZ_MUST(proc_contained(parts[i].p) <= (strstr(parts[i].p, "NSpid:") != NULL), "%s", parts[i].p);
        arena_free(&a);
    }
}

/* Each in its own facts, so that they do not hide each other's. */
static void check_facts(void)
{
    static bool (*const collect[])(struct facts *, struct arena *, struct err *) = {
        os_package_list, os_accounts, os_selinux, os_firewall_list, os_reboot_pending, os_machine,
    };

    for (size_t i = 0; i <= sizeof collect / sizeof *collect; i++) {
        struct doc d = DOC_INIT, again = DOC_INIT;
        struct err e = ERR_INIT;
        struct facts f, read;
        bool ok;

        schema_init(&facts_schema, &f);
        f.collected_at = 0;
        parts_next = 0;
        ok = i < sizeof collect / sizeof *collect ? collect[i](&f, &d.arena, &e) : os_service_list(NULL, &f, &d.arena, &e);
        if (ok) {
            struct buf b = fuzz_write(&facts_schema, &f);

            fuzz_accepted = true;
            FUZZ_MUST(fuzz_document(&again, &facts_schema, (const uint8_t *)b.data, b.len, &read), "%s", b.data);
            buf_free(&b);
        } else {
            fuzz_refused(&e);
        }
        doc_free(&again);
        doc_free(&d);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct proc_stat st;

    for (parts_n = 0; parts_n < PARTS_MAX && (n || !parts_n); parts_n++)
        parts[parts_n].p = fuzz_part(&p, &n, &parts[parts_n].n);
    parts_next = 0;
    check_parts();
    if (proc_stat(getpid(), &st))
        FUZZ_MUST(memchr(st.comm, '\0', sizeof st.comm), "a name without end");
    check_facts();
    for (size_t i = 0; i < parts_n; i++)
        free(parts[i].p);
    return 0;
}
