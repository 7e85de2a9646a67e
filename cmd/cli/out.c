#include "cmd/cli/out.h"

#include "core/base/limits.h"
#include "core/os/console.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/os/path.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int width_of(int columns)
{
    const char *v = getenv("COLUMNS");
    long long n = columns;

    if (!n && (!v || !text_number(v, &n)))
        n = 80;
    if (n < 40)
        return 40;
    return n > 110 ? 110 : (int)n; /* longer lines are hard to read */
}

static struct style style_of(int stream, int *ret_rows)
{
    const char *none = getenv("NO_COLOR");
    int columns;

    os_console_size(stream, &columns, ret_rows);
    return (struct style){.colour = os_console_has_colour(stream) && !(none && *none),
                          .utf8 = os_console_has_utf8(stream),
                          .width = width_of(columns),
                          .utc_offset = os_console_is_terminal(stream) ? os_utc_offset(os_now()) : 0};
}

void out_open(struct cli *c)
{
    int ignored;

    c->tty_in = os_console_is_terminal(OS_IN);
    c->tty_out = os_console_is_terminal(OS_OUT);
    c->tty_err = os_console_is_terminal(OS_ERR);
    c->err_style = style_of(OS_ERR, &ignored);
    c->style = style_of(OS_OUT, &c->height);
}

bool out_bytes(const char *p, size_t n, struct err *e)
{
    return os_console_write(OS_OUT, p, n, e);
}

void out_stderr(const char *p, size_t n)
{
    struct err ignored = ERR_INIT;

    (void)!os_console_write(OS_ERR, p, n, &ignored);
}

/* Where talk goes. */
static void say(const struct cli *c, const struct buf *b)
{
    struct err ignored = ERR_INIT;

    (void)!os_console_write(c->json ? OS_ERR : OS_OUT, buf_str(b), b->len, &ignored);
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

bool out_file(const char *path, const struct buf *b, struct err *e)
{
    struct arena a = ARENA_INIT;
    const char *whole = os_path_given(path, &a, e);
    bool ok = whole && os_file_write(whole, buf_str(b), b->len, 0600, e);

    arena_free(&a);
    return ok;
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
    ok = json_text(j, true, &b, e) && out_file(path, &b, e);
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
    say(c, &b);
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
    buf_printf(&b, "%s%s: %s", colour ? "\x1b[1;31m" : "", program.name, colour ? "\x1b[0m" : "");
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
    struct err ignored = ERR_INIT;
    size_t n = 0, got;
    char ch;

    for (;;) {
        if (!os_console_read(&ch, 1, &got, &ignored) || !got)
            return false;
        if (ch == '\n')
            break;
        if (ch != '\r' && n + 1 < size)
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
        say(c, &b);
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
