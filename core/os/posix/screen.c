#include "core/os/screen.h"

#include "core/base/limits.h"
#include "core/os/console.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Second screen, cursor off, lines do not run over; and back. */
#define ENTER "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J"
#define LEAVE "\x1b[?7h\x1b[?25h\x1b[0m\x1b[?1049l"

static struct {
    bool open;
    struct termios before;
    struct sigaction old[4];
    struct buf drawn; /* what stands there; nothing: not known */
} screen;

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH};
static volatile sig_atomic_t ended, resized;

static void on_signal(int sig)
{
    if (sig == SIGWINCH)
        resized = 1;
    else
        ended = sig;
}

bool screen_open(struct err *e)
{
    struct sigaction sa = {.sa_handler = on_signal};
    struct termios raw;

    if (tcgetattr(STDIN_FILENO, &screen.before) < 0)
        return err_sys(e, ERR_OS, errno, "the terminal's modes");
    ended = resized = 0;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        sigaction(signals[i], &sa, &screen.old[i]);
    screen.open = true;
    buf_init(&screen.drawn, LIMIT_DOCUMENT);
    raw = screen.before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    raw.c_cc[VSUSP] = _POSIX_VDISABLE; /* a stopped program would leave the screen as it is */
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) < 0 || !os_console_write(OS_OUT, ENTER, sizeof ENTER - 1, e)) {
        screen_close();
        return err_set(e, ERR_OS, "the terminal takes no other modes");
    }
    return true;
}

/* Lines that stand there already are left, so that a watch over a thin line costs little. */
static void add_changes(struct buf *out, const char *lines, size_t n)
{
    const char *end = lines + n, *line, *old = buf_str(&screen.drawn), *old_end = old + screen.drawn.len, *was;
    bool all = !screen.drawn.len;
    size_t len, was_len;
    int row = 1;

    if (all)
        buf_adds(out, "\x1b[2J");
    for (; text_line(&lines, end, &line, &len); row++) {
        bool had = text_line(&old, old_end, &was, &was_len);

        if (!all && had && was_len == len && memcmp(was, line, len) == 0)
            continue;
        buf_printf(out, "\x1b[%d;1H", row);
        buf_add(out, line, len);
        buf_adds(out, "\x1b[K");
    }
    if (old < old_end) /* fewer lines than before */
        buf_printf(out, "\x1b[%d;1H\x1b[J", row);
}

bool screen_draw(const char *lines, size_t n, struct err *e)
{
    struct buf out;
    bool ok;

    buf_init(&out, LIMIT_DOCUMENT);
    add_changes(&out, lines, n);
    ok = buf_ok(&out, "the screen", e) && os_console_write(OS_OUT, buf_str(&out), out.len, e);
    buf_free(&out);
    buf_clear(&screen.drawn);
    buf_add(&screen.drawn, lines, n);
    if (screen.drawn.failed) {
        buf_free(&screen.drawn);
        buf_init(&screen.drawn, LIMIT_DOCUMENT);
    }
    return ok;
}

int screen_wait(int ms)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    unsigned char key;
    int n = ended || resized ? 0 : poll(&in, 1, ms);

    if (ended)
        return SCREEN_END;
    if (resized) {
        resized = 0;
        buf_clear(&screen.drawn);
        return SCREEN_RESIZED;
    }
    if (n <= 0)
        return SCREEN_TIME;
    return read(STDIN_FILENO, &key, 1) == 1 && key ? key : SCREEN_END; /* no terminal any more */
}

void screen_close(void)
{
    struct err ignored = ERR_INIT;

    if (!screen.open)
        return;
    (void)!os_console_write(OS_OUT, LEAVE, sizeof LEAVE - 1, &ignored);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &screen.before);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        sigaction(signals[i], &screen.old[i], NULL);
    buf_free(&screen.drawn);
    screen.open = false;
}

int screen_signal(void)
{
    return ended;
}
