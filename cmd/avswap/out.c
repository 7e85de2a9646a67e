#include "cmd/avswap/out.h"

#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/machine.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool utf8_locale(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *v = getenv(names[i]);

        if (v && *v)
            return strcasestr(v, "utf-8") || strcasestr(v, "utf8");
    }
    return false;
}

static int columns_of(int fd, bool tty)
{
    struct winsize size;
    const char *v = getenv("COLUMNS");
    long long n = 0;

    if (tty && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        n = size.ws_col;
    else if (!v || !text_number(v, &n))
        n = 80;
    if (n < 40)
        return 40;
    return n > 110 ? 110 : (int)n; /* longer lines are hard to read */
}

static struct style style_of(int fd, bool tty)
{
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
    bool able = tty && term && strcmp(term, "dumb") != 0;

    return (struct style){.colour = able && !(none && *none),
                          .utf8 = utf8_locale(),
                          .width = columns_of(fd, tty),
                          .utc_offset = tty ? os_utc_offset(os_now()) : 0};
}

void out_open(struct cli *c)
{
    struct winsize size;

    c->tty_in = isatty(STDIN_FILENO);
    c->tty_out = isatty(STDOUT_FILENO);
    c->tty_err = isatty(STDERR_FILENO);
    c->style = style_of(STDOUT_FILENO, c->tty_out);
    c->err_style = style_of(STDERR_FILENO, c->tty_err);
    c->height = c->tty_out && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

static bool write_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t w = write(fd, p, n);

        if (w < 0 && errno == EINTR)
            continue;
        if (w < 0)
            return false;
        p += w;
        n -= (size_t)w;
    }
    return true;
}

bool out_bytes(const char *p, size_t n, struct err *e)
{
    return write_all(STDOUT_FILENO, p, n) || err_sys(e, ERR_IO, errno, "writing to standard output");
}

void out_stderr(const char *p, size_t n)
{
    (void)!write_all(STDERR_FILENO, p, n);
}

bool out_text(struct buf *b, struct err *e)
{
    bool ok = buf_ok(b, "the report", e) && out_bytes(buf_str(b), b->len, e);

    buf_free(b);
    return ok;
}

bool out_json(json_t *j, struct err *e)
{
    struct buf b;
    bool ok;

    buf_init(&b, LIMIT_DOCUMENT * 4ul);
    ok = json_text(j, true, &b, e) && out_bytes(buf_str(&b), b.len, e);
    buf_free(&b);
    json_decref(j);
    return ok;
}

bool out_doc(const struct schema *s, const void *obj, struct err *e)
{
    return out_json(schema_write(s, obj), e);
}

bool out_save(const char *path, const struct schema *s, const void *obj, struct err *e)
{
    json_t *j;
    struct buf b;
    bool ok;

    if (strcmp(path, "-") == 0)
        return out_doc(s, obj, e);
    j = schema_write(s, obj);
    buf_init(&b, LIMIT_DOCUMENT);
    ok = json_text(j, true, &b, e) && os_file_write(path, buf_str(&b), b.len, 0600, e);
    buf_free(&b);
    json_decref(j);
    return ok;
}

/* Line ends at the beginning of fmt are our own and stay. */
static void format_shown(struct buf *b, const char *fmt, va_list ap)
{
    char *text = NULL;

    for (; *fmt == '\n'; fmt++)
        buf_addc(b, '\n');
    if (vasprintf(&text, fmt, ap) >= 0)
        text_show(b, text);
    free(text);
}

void out_talk(const struct cli *c, const char *fmt, ...)
{
    struct buf b;
    va_list ap;

    buf_init(&b, LIMIT_STRING);
    va_start(ap, fmt);
    format_shown(&b, fmt, ap);
    va_end(ap);
    buf_addc(&b, '\n');
    (void)!write_all(c->json ? STDERR_FILENO : STDOUT_FILENO, buf_str(&b), b.len);
    buf_free(&b);
}

static json_t *error_json(const struct err *e)
{
    return json_pack("{ss ss si ss ss ss sb si}", "schema", "avswap.error/1", "code", err_id(e->code), "status",
                     err_exit(e->code), "message", e->text, "meaning", err_meaning(e->code), "next", err_next(e->code),
                     "retryable", e->retryable, "os", e->os);
}

void out_error(const struct cli *c, const struct err *e)
{
    bool colour = c->err_style.colour;
    struct buf b;

    buf_init(&b, LIMIT_STRING);
    buf_printf(&b, "%savswap: %s", colour ? "\x1b[1;31m" : "", colour ? "\x1b[0m" : "");
    text_show(&b, e->text);
    buf_printf(&b, "\n%s  next: %s%s\n", colour ? "\x1b[2m" : "", err_next(e->code), colour ? "\x1b[0m" : "");
    out_stderr(buf_str(&b), b.len);
    buf_free(&b);
    if (c->json) {
        struct err ignored = ERR_INIT;

        (void)!out_json(error_json(e), &ignored);
    }
}

bool out_read_line(char *buf, size_t size)
{
    size_t n = 0;

    for (;;) {
        char ch;
        ssize_t r = read(STDIN_FILENO, &ch, 1);

        if (r < 0 && errno == EINTR)
            continue;
        if (r <= 0)
            return false;
        if (ch == '\n')
            break;
        if (n + 1 < size)
            buf[n++] = ch;
    }
    buf[n] = '\0';
    return true;
}

bool out_ask(const struct cli *c, bool *quit, const char *fmt, ...)
{
    struct buf b;
    va_list ap;
    char line[64];

    if (quit)
        *quit = false;
    for (;;) {
        buf_init(&b, LIMIT_STRING);
        va_start(ap, fmt);
        format_shown(&b, fmt, ap);
        va_end(ap);
        buf_adds(&b, quit ? " [y/N/q] " : " [y/N] ");
        (void)!write_all(c->json ? STDERR_FILENO : STDOUT_FILENO, buf_str(&b), b.len);
        buf_free(&b);
        if (!out_read_line(line, sizeof line)) {
            if (quit)
                *quit = true;
            return false;
        }
        if (strcasecmp(line, "y") == 0 || strcasecmp(line, "yes") == 0)
            return true;
        if (quit && strcasecmp(line, "q") == 0) {
            *quit = true;
            return false;
        }
        if (!*line || strcasecmp(line, "n") == 0 || strcasecmp(line, "no") == 0)
            return false;
    }
}
