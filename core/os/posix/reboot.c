#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/base/list.h"
#include "core/os/posix/service.h"
#include "core/os/posix/tool.h"

#include <string.h>

static bool reason(struct facts *f, const char *p, size_t n, struct arena *a, struct err *e)
{
    f->reboot_pending = true;
    return list_add_text(a, &f->reboot_reasons, p, n, e);
}

/* Debian's mark (update-notifier, needrestart): the packages that asked stand beside it, one a line, often
 * twice. */
static bool marked(struct facts *f, const char *path, struct arena *a, struct err *e)
{
    const char *packages = arena_printf(a, "%s.pkgs", path), *cursor, *line;
    struct buf text;
    bool ok = true;
    size_t n;

    if (!packages)
        return err_nomem(e);
    if (!os_file_exists(path))
        return true;
    buf_init(&text, LIMIT_STRING);
    if (!os_file_read(packages, &text, e)) {
        buf_free(&text);
        if (e->code != ERR_NOT_FOUND)
            return false;
        return reason(f, path, strlen(path), a, e);
    }
    cursor = buf_str(&text);
    while (ok && text_line(&cursor, buf_str(&text) + text.len, &line, &n))
        ok = !n || reason(f, line, n, a, e);
    buf_free(&text);
    if (ok && !f->reboot_pending)
        ok = reason(f, path, strlen(path), a, e);
    return ok;
}

/*
 * rpm systems: needs-restarting(1) -r ends with 1 and lists "  * PACKAGE" for what was updated since the
 * boot. A newer kernel alone runs no worse until the next reboot, so it is no reason to hold up a migration.
 */
static bool needs_restarting(struct facts *f, struct arena *a, struct err *e)
{
    const char *cursor, *line;
    struct os_exit x;
    bool ok = true;
    size_t n;

    if (!tool_exists("needs-restarting"))
        return true;
    if (!tool_run(&ARGV("needs-restarting", "-r"), TOOL_MS, &x, e))
        return false;
    cursor = buf_str(&x.out);
    while (ok && x.code == 1 && text_line(&cursor, buf_str(&x.out) + x.out.len, &line, &n)) {
        if (n < 5 || memcmp(line, "  * ", 4) != 0)
            continue;
        if (n >= 10 && memcmp(line + 4, "kernel", 6) == 0)
            continue;
        ok = reason(f, line + 4, n - 4, a, e);
    }
    buf_free(&x.out);
    return ok;
}

bool os_reboot_pending(struct facts *f, struct arena *a, struct err *e)
{
    /* On most systems one folder is a link to the other. */
    if (!marked(f, "/run/reboot-required", a, e))
        return false;
    if (!f->reboot_pending && !marked(f, "/var/run/reboot-required", a, e))
        return false;
    if (!needs_restarting(f, a, e))
        return false;
    list_sort(&f->reboot_reasons);
    return true;
}

bool os_reboot(struct err *e)
{
    if (service_systemd())
        return tool_do(&ARGV("systemctl", "--no-ask-password", "--no-block", "reboot"), e);
    return tool_do(&ARGV("/sbin/reboot"), e);
}
