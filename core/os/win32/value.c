#include "core/os/win32/value.h"
#include "core/base/limits.h"
#include "core/os/win32/wide.h"

#include <stdio.h>
#include <string.h>

/* winnt.h; the numbers are part of the file format (MS-RRP 3.1.1.5). */
enum { SZ = 1, EXPAND_SZ = 2, BINARY = 3, DWORD_LE = 4, DWORD_BE = 5, MULTI_SZ = 7, QWORD = 11 };

static unsigned long long number(const unsigned char *p, size_t n, bool big_endian)
{
    unsigned long long v = 0;

    for (size_t i = 0; i < n; i++)
        v |= (unsigned long long)p[big_endian ? n - 1 - i : i] << (8 * i);
    return v;
}

static char *hex(const unsigned char *p, size_t n, struct arena *a)
{
    static const char digits[] = "0123456789abcdef";
    char *s = arena_alloc(a, 2 * n + 1);

    for (size_t i = 0; s && i < n; i++) {
        s[2 * i] = digits[p[i] >> 4];
        s[2 * i + 1] = digits[p[i] & 15];
    }
    return s;
}

/* No half of a surrogate pair stands alone. */
static bool well_formed(const wchar_t *w, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (w[i] >= 0xDC00 && w[i] <= 0xDFFF)
            return false;
        if (w[i] < 0xD800 || w[i] > 0xDBFF)
            continue;
        if (i + 1 == n || w[i + 1] < 0xDC00 || w[i + 1] > 0xDFFF)
            return false;
        i++;
    }
    return true;
}

static bool text(bool multi, const unsigned char *bytes, size_t size, struct arena *a,
                 struct registry_value *ret, struct err *e)
{
    size_t n = size / 2;
    wchar_t *w = ARENA_ARRAY(a, n + 1, wchar_t);
    bool broken = size % 2 != 0;

    if (!w)
        return err_nomem(e);
    memcpy(w, bytes, 2 * n);
    while (n && !w[n - 1])
        n--;
    broken = broken || !well_formed(w, n);
    for (size_t i = 0; i < n; i++) {
        /* Between the parts of a list stands a line end, so none can hold one. */
        broken = broken || (multi ? w[i] == '\n' : !w[i]);
        if (multi && !w[i])
            w[i] = '\n';
    }
    ret->data = wide_utf8(w, n, a);
    if (broken)
        ret->type = "broken";
    return ret->data || err_nomem(e);
}

bool value_decode(unsigned long type, const void *bytes, size_t n, struct arena *a,
                  struct registry_value *ret, struct err *e)
{
    const unsigned char *p = bytes;
    size_t want = type == QWORD ? 8 : 4;

    switch (type) {
    case SZ:
    case EXPAND_SZ:
    case MULTI_SZ:
        ret->type = type == SZ ? "sz" : type == MULTI_SZ ? "multi" : "expand";
        return text(type == MULTI_SZ, p, n, a, ret, e);
    case DWORD_LE:
    case DWORD_BE:
    case QWORD:
        ret->type = n != want ? "broken" : type == QWORD ? "qword" : "dword";
        ret->data = n != want ? hex(p, n, a) : arena_printf(a, "%llu", number(p, n, type == DWORD_BE));
        break;
    default:
        ret->type = "binary";
        ret->data = hex(p, n, a);
    }
    return ret->data || err_nomem(e);
}

const char *value_text(const struct registry_value *v)
{
    return text_eq(v->type, "sz") || text_eq(v->type, "expand") ? v->data : NULL;
}

bool value_number(const struct registry_value *v, unsigned long long *ret)
{
    *ret = 0;
    if (!text_eq(v->type, "dword") && !text_eq(v->type, "qword"))
        return false;
    for (const char *p = v->data; *p; p++)
        *ret = *ret * 10 + (unsigned)(*p - '0');
    return true;
}

/* One expansion: the names being replaced at the moment, outermost last. */
struct expansion {
    const struct value_names *names;
    struct buf out;
    unsigned replaced;
    bool refused;
};

struct open_name {
    const struct open_name *up;
    const char *name;
    size_t n;
    unsigned depth;
};

static bool same_name(const struct open_name *o, const char *name, size_t n)
{
    return o->n == n && strncasecmp(o->name, name, n) == 0;
}

static bool is_open(const struct open_name *o, const char *name, size_t n)
{
    for (; o; o = o->up)
        if (same_name(o, name, n))
            return true;
    return false;
}

static void expand(struct expansion *x, const char *s, const struct open_name *up)
{
    enum { DEPTH = 8, REPLACEMENTS = 256 };

    while (*s && !x->refused) {
        size_t plain = strcspn(s, "%"), n;
        struct open_name here;
        const char *with;

        buf_add(&x->out, s, plain);
        s += plain;
        if (!*s)
            return;
        n = strcspn(s + 1, "%");
        with = n && s[1 + n] && !is_open(up, s + 1, n) ? x->names->find(x->names->arg, s + 1, n) : NULL;
        if (!with) {
            /* The second '%' may begin the next name. */
            buf_addc(&x->out, '%');
            s++;
            continue;
        }
        here = (struct open_name){up, s + 1, n, up ? up->depth + 1 : 1};
        x->refused = here.depth > DEPTH || ++x->replaced > REPLACEMENTS || x->out.failed;
        if (!x->refused)
            expand(x, with, &here);
        s += n + 2;
    }
}

bool value_expand(const char *text, const struct value_names *names, struct arena *a, const char **ret,
                  struct err *e)
{
    struct expansion x = {.names = names};
    bool ok = true;

    *ret = NULL;
    if (!strchr(text, '%'))
        return true;
    buf_init(&x.out, LIMIT_STRING - 1);
    expand(&x, text, NULL);
    if (x.out.nomem) {
        ok = err_nomem(e);
    } else if (x.replaced && !x.refused && !x.out.failed) {
        *ret = arena_strdup(a, buf_str(&x.out));
        ok = *ret || err_nomem(e);
    }
    buf_free(&x.out);
    return ok;
}
