#include "core/os/machine.h"
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/posix/fd.h"
#include "core/base/list.h"
#include "core/os/posix/service.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

/* The first line of a small file; NULL when there is none or it is empty. */
static const char *first_line(const char *path, struct arena *a)
{
    char text[256];
    size_t n;

    if (fd_read_small(AT_FDCWD, path, text, sizeof text) <= 0)
        return NULL;
    n = strcspn(text, "\n");
    return n ? text_from_bytes(a, text, n) : NULL;
}

/* machine-id(5); else what the firmware says; a machine without either is known by its name. */
static const char *machine_id(const char *hostname, struct arena *a)
{
    static const char *const files[] = {"/etc/machine-id", "/var/lib/dbus/machine-id",
                                        "/sys/class/dmi/id/product_uuid"};

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const char *id = first_line(files[i], a);

        if (id && !text_eq(id, "uninitialized"))
            return id;
    }
    return arena_printf(a, "host-%s", hostname);
}

static bool fill_machine(struct facts *f, const struct utsname *u, struct arena *a, struct err *e)
{
    struct machine *m = ARENA_NEW(a, struct machine);
    char boot[64];

    if (!m)
        return err_nomem(e);
    if (!os_boot_id(boot, sizeof boot, e))
        return false;
    m->hostname = text_from_bytes(a, u->nodename, strlen(u->nodename));
    m->boot_id = text_from_bytes(a, boot, strlen(boot));
    m->id = m->hostname ? machine_id(m->hostname, a) : NULL;
    if (!m->id || !m->boot_id)
        return err_nomem(e);
    f->machine = m;
    return true;
}

/* A value of os-release(5): quotes are taken off, and the backslashes that double quotes need. */
static const char *unquote(const char *p, size_t n, struct arena *a)
{
    char quote = n >= 2 && (*p == '"' || *p == '\'') && p[n - 1] == *p ? *p : '\0', *text;
    size_t o = 0;

    if (quote) {
        p++;
        n -= 2;
    }
    text = text_from_bytes(a, p, n);
    for (char *q = text; quote == '"' && q && *q; q++) {
        if (*q == '\\' && q[1])
            q++;
        text[o++] = *q;
    }
    if (text && quote == '"')
        text[o] = '\0';
    return text;
}

static bool split_words(const char *s, struct arena *a, struct strs *ret, struct err *e)
{
    for (;;) {
        size_t n;

        s += strspn(s, " \t");
        n = strcspn(s, " \t");
        if (!n)
            return true;
        if (!list_add_text(a, ret, s, n, e))
            return false;
        s += n;
    }
}

static bool read_release(struct os_facts *o, struct arena *a, struct err *e)
{
    const struct {
        const char *key;
        const char **to;
    } keys[] = {
        {"ID=", &o->id}, {"VERSION_ID=", &o->version_id}, {"PRETTY_NAME=", &o->name}, {"ID_LIKE=", NULL}};
    const char *cursor, *line;
    bool ok = true;
    struct buf text;
    size_t n;

    buf_init(&text, LIMIT_STRING);
    if (!os_file_read("/etc/os-release", &text, e) && !os_file_read("/usr/lib/os-release", &text, e)) {
        buf_free(&text);
        return e->code == ERR_NOT_FOUND;
    }
    cursor = buf_str(&text);
    while (ok && text_line(&cursor, buf_str(&text) + text.len, &line, &n)) {
        for (size_t i = 0; ok && i < sizeof keys / sizeof *keys; i++) {
            size_t k = strlen(keys[i].key);
            const char *value;

            if (n < k || memcmp(line, keys[i].key, k) != 0)
                continue;
            value = unquote(line + k, n - k, a);
            ok = value || err_nomem(e);
            if (ok && keys[i].to)
                *keys[i].to = value;
            else if (ok)
                ok = split_words(value, a, &o->id_like, e);
        }
    }
    buf_free(&text);
    return ok;
}

static bool fill_os(struct facts *f, const struct utsname *u, struct arena *a, struct err *e)
{
    struct os_facts *o = ARENA_NEW(a, struct os_facts);

    if (!o)
        return err_nomem(e);
    o->family = "linux";
    o->kernel = text_from_bytes(a, u->release, strlen(u->release));
    o->arch = text_from_bytes(a, u->machine, strlen(u->machine));
    o->init = service_systemd() ? "systemd" : os_file_exists("/etc/init.d") ? "sysv" : "other";
    if (!o->kernel || !o->arch)
        return err_nomem(e);
    f->os = o;
    return read_release(o, a, e);
}

static bool fill_disks(struct facts *f, struct arena *a, struct err *e)
{
    const char *const paths[] = {"/", "/var", "/opt", os_state_dir()};

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct disk *d = LIST_ADD(a, &f->disks);

        if (!d)
            return err_nomem(e);
        d->path = paths[i];
        if (!os_disk_free(d->path, &d->free_mib, &d->total_mib, e))
            return false;
    }
    return true;
}

bool os_machine(struct facts *f, struct arena *a, struct err *e)
{
    struct sysinfo info;
    struct utsname u;

    if (uname(&u) != 0 || sysinfo(&info) != 0)
        return err_sys(e, ERR_OS, errno, "asking the kernel about the machine");
    f->memory_mib = (long long)((unsigned long long)info.totalram * info.mem_unit >> 20);
    f->cpus = sysconf(_SC_NPROCESSORS_ONLN);
    return fill_machine(f, &u, a, e) && fill_os(f, &u, a, e) && fill_disks(f, a, e);
}
