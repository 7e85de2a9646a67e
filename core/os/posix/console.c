#include "core/os/console.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

void os_console_init(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    signal(SIGPIPE, SIG_IGN);
}

bool os_console_is_terminal(int stream)
{
    return isatty(stream);
}

bool os_console_has_colour(int stream)
{
    const char *term = getenv("TERM");

    return isatty(stream) && term && strcmp(term, "dumb") != 0;
}

/* As the locale says, also where the output is a file: it is read on the same system. */
bool os_console_has_utf8(int stream)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

    (void)stream;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *v = getenv(names[i]);

        if (v && *v)
            return strcasestr(v, "utf-8") || strcasestr(v, "utf8");
    }
    return false;
}

void os_console_size(int stream, int *ret_columns, int *ret_rows)
{
    struct winsize size;
    bool known = isatty(stream) && ioctl(stream, TIOCGWINSZ, &size) == 0;

    *ret_columns = known ? size.ws_col : 0;
    *ret_rows = known ? size.ws_row : 0;
}

bool os_console_write(int stream, const char *p, size_t n, struct err *e)
{
    while (n) {
        ssize_t w = write(stream, p, n);

        if (w < 0 && errno == EINTR)
            continue;
        if (w < 0)
            return err_sys(e, ERR_IO, errno, "writing to standard %s", stream == OS_ERR ? "error" : "output");
        p += w;
        n -= (size_t)w;
    }
    return true;
}

bool os_console_read(char *p, size_t size, size_t *ret, struct err *e)
{
    ssize_t n;

    do
        n = read(OS_IN, p, size);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_sys(e, ERR_IO, errno, "reading standard input");
    *ret = (size_t)n;
    return true;
}

static volatile sig_atomic_t interrupts;

static void on_interrupt(int sig)
{
    interrupts++;
    if (interrupts > 1) {
        signal(sig, SIG_DFL);
        raise(sig);
    }
}

void os_console_hold(bool on)
{
    struct sigaction sa = {.sa_handler = on ? on_interrupt : SIG_DFL, .sa_flags = SA_RESTART};

    interrupts = 0;
    sigaction(SIGINT, &sa, NULL);
    signal(SIGHUP, on ? SIG_IGN : SIG_DFL);
}

bool os_console_interrupted(void)
{
    return interrupts > 0;
}

bool os_console_own_window(void)
{
    return false;
}

bool os_console_can_elevate(void)
{
    return false;
}

bool os_console_elevate(int *ret_status, struct err *e)
{
    (void)ret_status;
    return err_set(e, ERR_PRIVILEGE, "this system is not asked for administrator rights: become root");
}

int os_worker_run(int (*work)(int argc, char **argv), int argc, char **argv)
{
    return work(argc, argv);
}
