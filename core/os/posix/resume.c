/*
 * Going on after a reboot: a unit where systemd is pid 1, else a boot script. Everything is on the disk
 * before arming returns, as the power may fail next. The links that enable either are made here: systemctl
 * and update-rc.d would only ask a running init to look again, and the boot reads the disk.
 */
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/os/posix/fd.h"
#include "core/os/posix/service.h"
#include "core/os/posix/tool.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define UNIT "/etc/systemd/system/avswap-resume.service"
#define UNIT_WANTS "/etc/systemd/system/multi-user.target.wants"
#define UNIT_LINK UNIT_WANTS "/avswap-resume.service"
#define SCRIPT "/etc/init.d/avswap-resume"

const char *os_resume_program(void)
{
    return "/var/lib/avswap/avswap";
}

static const char *const levels[] = {"/etc/rc2.d", "/etc/rc3.d", "/etc/rc4.d", "/etc/rc5.d"};
#define LEVELS (sizeof levels / sizeof *levels)

/* One argument as systemd reads it (systemd.service(5), "Command lines"): quotes, specifiers, variables. */
static void unit_quote(struct buf *b, const char *s)
{
    buf_addc(b, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            buf_addc(b, '\\');
        else if (*s == '%' || *s == '$')
            buf_addc(b, *s);
        buf_addc(b, *s);
    }
    buf_addc(b, '"');
}

static void shell_quote(struct buf *b, const char *s)
{
    buf_addc(b, '\'');
    for (; *s; s++) {
        if (*s == '\'')
            buf_adds(b, "'\\'");
        buf_addc(b, *s);
    }
    buf_addc(b, '\'');
}

static bool check(const struct strs *argv, struct err *e)
{
    if (!argv->n || argv->v[0][0] != '/' || strpbrk(argv->v[0], "$%"))
        return err_set(e, ERR_INPUT, "what is to run after the reboot needs the whole path of a program");
    for (size_t i = 0; i < argv->n; i++)
        for (const char *p = argv->v[i]; *p; p++)
            if ((unsigned char)*p < 0x20)
                return err_set(e, ERR_INPUT, "an argument to run after the reboot holds a control character");
    return true;
}

/* KillMode: when the worker ends, daemons that an installer started by hand must live on. */
static void unit_text(struct buf *b, const struct strs *argv)
{
    buf_adds(b, "[Unit]\n"
                "Description=Go on with the antivirus migration\n"
                "After=local-fs.target network.target dbus.service\n"
                "\n"
                "[Service]\n"
                "Type=simple\n"
                "KillMode=process\n"
                "ExecStart=");
    for (size_t i = 0; i < argv->n; i++) {
        if (i)
            buf_addc(b, ' ');
        unit_quote(b, argv->v[i]);
    }
    buf_adds(b, "\n"
                "\n"
                "[Install]\n"
                "WantedBy=multi-user.target\n");
}

/* The boot goes on meanwhile: the worker has a session of its own. */
static void script_text(struct buf *b, const struct strs *argv)
{
    buf_adds(b, "#!/bin/sh\n"
                "### BEGIN INIT INFO\n"
                "# Provides:          avswap-resume\n"
                "# Required-Start:    $remote_fs $syslog\n"
                "# Required-Stop:\n"
                "# Should-Start:      $network dbus\n"
                "# Default-Start:     2 3 4 5\n"
                "# Default-Stop:\n"
                "# Short-Description: Go on with the antivirus migration\n"
                "### END INIT INFO\n"
                "# chkconfig: 2345 99 01\n"
                "[ \"$1\" = start ] || exit 0\n"
                "setsid");
    for (size_t i = 0; i < argv->n; i++) {
        buf_addc(b, ' ');
        shell_quote(b, argv->v[i]);
    }
    buf_adds(b, " </dev/null >/dev/null 2>&1 &\n");
}

static bool write_text(const char *path, void (*make)(struct buf *b, const struct strs *argv),
                       const struct strs *argv, unsigned mode, struct err *e)
{
    struct buf text;
    bool ok;

    buf_init(&text, LIMIT_STRING);
    make(&text, argv);
    ok = buf_ok(&text, path, e) && os_file_write(path, buf_str(&text), text.len, mode, e);
    buf_free(&text);
    return ok;
}

static bool link_to(const char *target, const char *path, struct err *e)
{
    if ((unlink(path) != 0 && errno != ENOENT) || symlink(target, path) != 0 || !fd_sync_folder(path))
        return err_sys(e, ERR_IO, errno, "making the link '%s'", path);
    return true;
}

static bool is_link(const char *path)
{
    struct os_stat st;
    struct err e = ERR_INIT;

    return os_file_stat(path, &st, &e) && st.kind == OS_LINK;
}

/* Links that start the script, whatever number they have. */
static bool script_links(struct arena *a, struct strs *ret, struct err *e)
{
    return os_file_glob("/etc/rc?.d/[SK][0-9][0-9]avswap-resume", a, ret, e);
}

static bool arm_unit(const struct strs *argv, struct err *e)
{
    return write_text(UNIT, unit_text, argv, 0644, e) && os_dir_make(UNIT_WANTS, 0755, e) &&
           link_to(UNIT, UNIT_LINK, e);
}

/*
 * update-rc.d also tells a boot that runs its scripts side by side of the new one; where it does not do its
 * work, the links are made here.
 */
static bool arm_script(const struct strs *argv, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct strs links = {NULL, 0};
    struct os_exit x;
    bool ok = write_text(SCRIPT, script_text, argv, 0755, e);

    if (ok && tool_exists("update-rc.d")) {
        ok = tool_run(&ARGV("update-rc.d", "avswap-resume", "defaults"), TOOL_MS, &x, e);
        if (ok)
            buf_free(&x.out);
    }
    ok = ok && script_links(&a, &links, e);
    for (size_t i = 0; ok && !links.n && i < LEVELS; i++) {
        const char *path = arena_printf(&a, "%s/S99avswap-resume", levels[i]);

        ok = path ? !os_file_exists(levels[i]) || link_to("../init.d/avswap-resume", path, e) : err_nomem(e);
    }
    if (ok && !links.n)
        ok = script_links(&a, &links, e) &&
             (links.n ||
              err_set(e, ERR_OS, "no way to go on after a reboot: neither systemd nor /etc/rc?.d is here"));
    arena_free(&a);
    /* update-rc.d writes more files than one and makes none of them durable. */
    sync();
    return ok;
}

bool os_resume_arm(const struct strs *argv, struct err *e)
{
    if (!check(argv, e))
        return false;
    return service_systemd() ? arm_unit(argv, e) : arm_script(argv, e);
}

static bool remove_file(const char *path, struct err *e)
{
    if (unlink(path) == 0)
        return fd_sync_folder(path) || err_sys(e, ERR_IO, errno, "removing '%s'", path);
    return errno == ENOENT || errno == ENOTDIR || err_sys(e, ERR_IO, errno, "removing '%s'", path);
}

static bool disarm_script(struct err *e)
{
    struct arena a = ARENA_INIT;
    struct strs links = {NULL, 0};
    struct os_exit x;
    bool ok = true;

    if (os_file_exists(SCRIPT) && tool_exists("update-rc.d")) {
        ok = tool_run(&ARGV("update-rc.d", "-f", "avswap-resume", "remove"), TOOL_MS, &x, e);
        if (ok)
            buf_free(&x.out);
    }
    ok = ok && script_links(&a, &links, e);
    for (size_t i = 0; ok && i < links.n; i++)
        ok = remove_file(links.v[i], e);
    arena_free(&a);
    return ok && remove_file(SCRIPT, e);
}

bool os_resume_disarm(struct err *e)
{
    return remove_file(UNIT_LINK, e) && remove_file(UNIT, e) && disarm_script(e);
}

bool os_resume_armed(bool *ret, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct strs links = {NULL, 0};
    bool ok = script_links(&a, &links, e);

    *ret = (is_link(UNIT_LINK) && os_file_exists(UNIT)) || (links.n && os_file_exists(SCRIPT));
    arena_free(&a);
    return ok;
}
