#include "core/base/frame.h"
#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

enum { PART_HEAD, PART_BODY, PART_END };

static const char head_mark[] = "#avswap ";

static size_t type_length(const char *s)
{
    size_t n = 0;

    while (s[n] >= 'a' && s[n] <= 'z')
        n++;
    return n;
}

bool frame_head(struct buf *out, const char *type, size_t n, struct err *e)
{
    size_t letters = type_length(type);

    if (!letters || letters > FRAME_TYPE || type[letters] || n > FRAME_MAX)
        return err_set(e, ERR_BUG, "a frame '%.20s' of %zu bytes", type, n);
    buf_printf(out, "%s%s %zu\n", head_mark, type, n);
    return buf_ok(out, "a frame", e);
}

bool frame_write(struct buf *out, const char *type, const void *p, size_t n, struct err *e)
{
    if (!frame_head(out, type, n, e))
        return false;
    buf_add(out, p, n);
    buf_addc(out, '\n');
    return buf_ok(out, "a frame", e);
}

void frame_reader_init(struct frame_reader *r, size_t max)
{
    memset(r, 0, sizeof *r);
    r->max = max;
    buf_init(&r->body, max);
}

void frame_reader_free(struct frame_reader *r)
{
    buf_free(&r->body);
}

static bool refuse(struct err *failed, enum err_code code, const char *bytes, const char *why)
{
    struct buf shown;

    buf_init(&shown, 4 * FRAME_HEAD + 64);
    text_show(&shown, bytes);
    err_set(failed, code, "%s: '%s'", why, buf_str(&shown));
    buf_free(&shown);
    return false;
}

/* The number that ends the header; -1: it is none as a writer makes it. */
static long long length_of(const char *s)
{
    long long n;

    if (!*s || strspn(s, "0123456789") != strlen(s) || (*s == '0' && s[1]) || !text_number(s, &n))
        return -1;
    return n;
}

static bool read_head(struct frame_reader *r)
{
    const char *type = r->head + sizeof head_mark - 1;
    size_t letters;
    long long n;

    if (!text_starts(r->head, head_mark))
        return refuse(&r->failed, ERR_INPUT, r->head, "no frame begins so");
    letters = type_length(type);
    if (!letters || letters > FRAME_TYPE || type[letters] != ' ')
        return refuse(&r->failed, ERR_INPUT, r->head, "a frame's type is 1 to 12 small letters");
    n = length_of(type + letters + 1);
    if (n < 0)
        return refuse(&r->failed, ERR_INPUT, r->head, "a frame's length is a decimal number");
    if ((unsigned long long)n > r->max)
        return refuse(&r->failed, ERR_LIMIT, r->head, "a frame is longer than allowed");
    memcpy(r->type, type, letters);
    r->type[letters] = '\0';
    r->want = (size_t)n;
    r->part = n ? PART_BODY : PART_END;
    buf_clear(&r->body);
    return true;
}

/* The header as far as it has come must already be able to become one: what is none is told at its first byte. */
static bool add_head(struct frame_reader *r, char c)
{
    if (c == '\n')
        return read_head(r);
    r->head[r->head_len++] = c;
    r->head[r->head_len] = '\0';
    if (r->head_len < sizeof head_mark && c != head_mark[r->head_len - 1])
        return refuse(&r->failed, ERR_INPUT, r->head, "no frame begins so");
    if (!c || r->head_len == FRAME_HEAD)
        return refuse(&r->failed, ERR_INPUT, r->head, "a frame's first line does not end where it should");
    return true;
}

static size_t add_body(struct frame_reader *r, const char *p, size_t n)
{
    size_t take = r->want - r->body.len;

    if (take > n)
        take = n;
    buf_add(&r->body, p, take);
    (void)!buf_ok(&r->body, "a frame", &r->failed);
    if (r->body.len == r->want)
        r->part = PART_END;
    return take;
}

static bool add_end(struct frame_reader *r, char c, frame_handler *handler, void *arg)
{
    struct frame f = {r->type, buf_str(&r->body), r->body.len};

    if (c != '\n')
        return err_set(&r->failed, ERR_INPUT, "a frame '%s' of %zu bytes goes on behind its end", r->type, r->want);
    r->part = PART_HEAD;
    r->head_len = 0;
    r->head[0] = '\0';
    if (!handler(arg, &f, &r->failed) && r->failed.code == ERR_NONE)
        err_set(&r->failed, ERR_BUG, "a frame '%s' was refused without a reason", r->type);
    return r->failed.code == ERR_NONE;
}

bool frame_feed(struct frame_reader *r, const void *p, size_t n, frame_handler *handler, void *arg, struct err *e)
{
    const char *at = p, *end = at + n;

    while (at < end && r->failed.code == ERR_NONE) {
        if (r->part == PART_BODY)
            at += add_body(r, at, (size_t)(end - at));
        else if (r->part == PART_END)
            (void)!add_end(r, *at++, handler, arg);
        else
            (void)!add_head(r, *at++);
    }
    if (r->failed.code == ERR_NONE)
        return true;
    *e = r->failed;
    return false;
}

bool frame_end(const struct frame_reader *r, struct err *e)
{
    if (r->failed.code != ERR_NONE) {
        *e = r->failed;
        return false;
    }
    if (r->part == PART_HEAD)
        return !r->head_len || err_set(e, ERR_INPUT, "it ends inside a frame's first line");
    return err_set(e, ERR_INPUT, "it ends inside a frame '%s' of %zu bytes, after %zu of them", r->type, r->want, r->body.len);
}

/* --- the greeting ----------------------------------------------------------------------------------------------- */

static bool know(struct greeting *g)
{
    static const struct {
        const char *words;
        enum greeting_kind kind;
    } kinds[] = {{"have", GREETING_HAVE}, {"want", GREETING_WANT}, {"want gzip", GREETING_WANT_GZIP}};

    g->text[g->len] = '\0';
    if (g->len && g->text[g->len - 1] == '\r')
        g->text[--g->len] = '\0';
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (text_eq(g->text, kinds[i].words))
            g->kind = kinds[i].kind;
    if (text_starts(g->text, "failed"))
        g->kind = GREETING_FAILED;
    if (g->kind == GREETING_NONE)
        return refuse(&g->failed, ERR_INPUT, g->text, "not a greeting of avswap");
    if (g->kind == GREETING_FAILED) {
        size_t skip = strlen("failed") + strspn(g->text + strlen("failed"), " ");

        memmove(g->text, g->text + skip, g->len - skip + 1);
        g->len -= skip;
    }
    return true;
}

/* The mark's only beginning that is also an end of a part of it is its first letter, as in "avswa": there a search that
 * has come so far goes on from one letter, not from none. */
static size_t match(size_t matched, char c)
{
    static const char mark[] = GREETING_MARK;

    if (c == mark[matched])
        return matched + 1;
    return matched == strlen("avswa") && c == mark[1] ? 2 : c == mark[0];
}

static bool add_greeting(struct greeting *g, char c)
{
    if (g->matched < strlen(GREETING_MARK)) {
        g->matched = match(g->matched, c);
        return true;
    }
    if (c == '\n')
        return know(g);
    if (g->len == sizeof g->text - 1)
        return err_set(&g->failed, ERR_LIMIT, "the greeting is longer than %zu bytes", sizeof g->text - 1);
    g->text[g->len++] = c ? c : '?';
    return true;
}

bool greeting_feed(struct greeting *g, const void *p, size_t n, size_t *ret_used, struct err *e)
{
    const char *bytes = p;

    *ret_used = 0;
    while (*ret_used < n && g->kind == GREETING_NONE && g->failed.code == ERR_NONE) {
        if (g->seen++ == GREETING_NOISE + sizeof g->text)
            err_set(&g->failed, ERR_LIMIT, "no greeting within %u bytes: that is not the worker", GREETING_NOISE);
        else
            (void)!add_greeting(g, bytes[(*ret_used)++]);
    }
    if (g->failed.code == ERR_NONE)
        return true;
    *e = g->failed;
    return false;
}
