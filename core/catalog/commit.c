#include "core/catalog/commit.h"
#include "core/base/limits.h"
#include "core/base/list.h"

#include <string.h>

#define PARENTS_MAX 64
#define SIGNATURE "gpgsig "

struct reader {
    const char *p, *end;
    struct arena *arena;
    struct commit *ret;
    struct buf payload, signature;
};

static bool bad(struct err *e, const char *what)
{
    return err_set(e, ERR_INPUT, "the commit is malformed: %s", what);
}

static bool hex40(const char *s, size_t n)
{
    return n == 40 && strspn(s, "0123456789abcdef") >= 40;
}

/* The next header line without its end; *n 0: the blank line before the message. */
static bool next(struct reader *r, const char **line, size_t *n)
{
    const char *nl = memchr(r->p, '\n', (size_t)(r->end - r->p));

    if (!nl)
        return false;
    *line = r->p;
    *n = (size_t)(nl - r->p);
    r->p = nl + 1;
    return true;
}

static bool starts(const char *line, size_t n, const char *key)
{
    return n > strlen(key) && memcmp(line, key, strlen(key)) == 0;
}

static bool header(struct reader *r, const char *key, const char **value, size_t *n)
{
    const char *from = r->p, *line;

    if (!next(r, &line, n))
        return false;
    if (!starts(line, *n, key)) {
        r->p = from;
        return false;
    }
    *value = line + strlen(key);
    *n -= strlen(key);
    return true;
}

/* "NAME <MAIL> SECONDS +ZONE" */
static bool read_date(const char *s, size_t n, instant *ret)
{
    const char *at = s + n;
    long long seconds = 0;
    size_t digits = 0;

    while (at > s && at[-1] != '>')
        at--;
    if (at == s || at == s + n || *at != ' ')
        return false;
    for (at++; at < s + n && *at >= '0' && *at <= '9' && digits < 12; at++, digits++)
        seconds = seconds * 10 + (*at - '0');
    *ret = seconds * 1000;
    return digits && at < s + n && *at == ' ';
}

static bool read_fixed(struct reader *r, struct err *e)
{
    const char *v;
    size_t n;

    if (!header(r, "tree ", &v, &n) || !hex40(v, n))
        return bad(e, "it does not begin with its tree");
    r->ret->tree = arena_strndup(r->arena, v, n);
    if (!r->ret->tree)
        return err_nomem(e);
    while (header(r, "parent ", &v, &n)) {
        const char **parent;

        if (!hex40(v, n) || r->ret->parents.n == PARENTS_MAX)
            return bad(e, "a parent is no commit, or there are too many");
        parent = LIST_ADD(r->arena, &r->ret->parents);
        if (!parent || !(*parent = arena_strndup(r->arena, v, n)))
            return err_nomem(e);
    }
    if (!header(r, "author ", &v, &n))
        return bad(e, "it has no author where one must stand");
    if (!header(r, "committer ", &v, &n) || !read_date(v, n, &r->ret->committed_at))
        return bad(e, "it has no committer with a date where one must stand");
    return true;
}

/* The first line of a signature was read; those that continue it begin with a blank. */
static void read_signature(struct reader *r, const char *line, size_t n)
{
    buf_add(&r->signature, line + strlen(SIGNATURE), n - strlen(SIGNATURE));
    buf_addc(&r->signature, '\n');
    while (r->p < r->end && *r->p == ' ' && next(r, &line, &n)) {
        buf_add(&r->signature, line + 1, n - 1);
        buf_addc(&r->signature, '\n');
    }
}

static bool read_others(struct reader *r, struct err *e)
{
    const char *line;
    size_t n;

    for (;;) {
        if (!next(r, &line, &n))
            return bad(e, "its headers do not end");
        if (starts(line, n, SIGNATURE)) {
            if (r->signature.len)
                return bad(e, "it has two signatures");
            read_signature(r, line, n);
            continue;
        }
        if (n && !starts(line, n, "encoding ") && !starts(line, n, "mergetag ") && *line != ' ')
            return bad(e, "it has a header that is not expected");
        buf_add(&r->payload, line, n + 1);
        if (!n)
            return true;
    }
}

static bool take_rest(struct reader *r, struct err *e)
{
    const char *nl = memchr(r->p, '\n', (size_t)(r->end - r->p));

    r->ret->subject = text_from_bytes(r->arena, r->p, (size_t)((nl ? nl : r->end) - r->p));
    buf_add(&r->payload, r->p, (size_t)(r->end - r->p));
    if (!buf_ok(&r->payload, "the commit", e) || !buf_ok(&r->signature, "the commit's signature", e))
        return false;
    r->ret->payload = arena_strndup(r->arena, buf_str(&r->payload), r->payload.len);
    r->ret->payload_len = r->payload.len;
    if (r->signature.len)
        r->ret->signature = arena_strndup(r->arena, buf_str(&r->signature), r->signature.len);
    return (r->ret->subject && r->ret->payload && (!r->signature.len || r->ret->signature)) || err_nomem(e);
}

bool commit_read(const char *p, size_t n, struct arena *a, struct commit *ret, struct err *e)
{
    struct reader r = {.p = p, .end = p + n, .arena = a, .ret = ret};
    bool ok;

    memset(ret, 0, sizeof *ret);
    if (memchr(p, '\0', n))
        return bad(e, "it has a zero byte");
    buf_init(&r.payload, COMMIT_MAX);
    buf_init(&r.signature, COMMIT_MAX);
    ok = read_fixed(&r, e);
    if (ok)
        buf_add(&r.payload, p, (size_t)(r.p - p));
    ok = ok && read_others(&r, e) && take_rest(&r, e);
    buf_free(&r.payload);
    buf_free(&r.signature);
    return ok;
}
