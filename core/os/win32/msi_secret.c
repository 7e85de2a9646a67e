#include "core/os/win32/msi_secret.h"
#include "core/base/limits.h"

#include <string.h>
#include <windows.h>

bool msi_room(struct buf *b, size_t size, struct err *e)
{
    buf_init(b, size);
    b->data = mem_alloc(size + 1);
    if (!b->data)
        return err_nomem(e);
    b->cap = size + 1;
    b->data[0] = '\0';
    return true;
}

void msi_wipe(struct buf *b)
{
    if (b->data)
        SecureZeroMemory(b->data, b->cap);
    buf_free(b);
}

/* From one encoding to another, through UTF-16; UTF16 is no code page of Windows' own. */
enum { UTF16 = 1200 };

static bool widen(const struct secret *s, UINT page, struct buf *ret, struct err *e)
{
    int n;

    if (!msi_room(ret, LIMIT_STRING, e))
        return false;
    n = MultiByteToWideChar(page, page == CP_UTF8 ? MB_ERR_INVALID_CHARS : 0, s->bytes, (int)s->len,
                            (wchar_t *)(void *)ret->data, (int)(ret->max / 2));
    ret->len = (size_t)n * 2;
    return n > 0 || err_set(e, ERR_SECRET, "a secret is not UTF-8");
}

static bool recode(const struct secret *s, UINT from, UINT to, struct secret *ret, struct err *e)
{
    struct buf wide, out;
    bool ok = widen(s, from, &wide, e);
    int n;

    if (ok && to == UTF16) {
        ok = secret_set(ret, wide.data, wide.len, e);
    } else if (ok && (ok = msi_room(&out, LIMIT_STRING, e))) {
        n = WideCharToMultiByte(to, 0, (wchar_t *)(void *)wide.data, (int)(wide.len / 2), out.data,
                                (int)out.max, NULL, NULL);
        ok = secret_set(ret, out.data, (size_t)n, e);
        msi_wipe(&out);
    }
    msi_wipe(&wide);
    return ok;
}

static bool hex_of(const struct secret *s, bool upper, struct secret *ret, struct err *e)
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    struct buf out;
    bool ok = msi_room(&out, 2 * s->len, e);

    for (size_t i = 0; ok && i < s->len; i++) {
        unsigned char c = (unsigned char)s->bytes[i];

        buf_addc(&out, digits[c >> 4]);
        buf_addc(&out, digits[c & 15]);
    }
    ok = ok && secret_set(ret, out.data, out.len, e);
    msi_wipe(&out);
    return ok;
}

bool msi_secret_hex(const struct secret *s, struct secret *ret, struct err *e)
{
    struct secret wide = {NULL, 0};
    bool ok = recode(s, CP_UTF8, UTF16, &wide, e) && hex_of(&wide, true, ret, e);

    secret_clear(&wide);
    return ok;
}

/* Takes the secret over. */
static bool add_form(struct msi_forms *f, struct secret *s, bool wide, struct err *e)
{
    struct msi_form *form;

    if (!s->len) {
        secret_clear(s);
        return true;
    }
    form = LIST_ADD(&f->arena, f);
    if (!form) {
        secret_clear(s);
        return err_nomem(e);
    }
    *form = (struct msi_form){*s, wide};
    if (s->len > f->longest)
        f->longest = s->len;
    return true;
}

/* A text as bytes and as UTF-16LE; clears it. */
static bool add_text(struct msi_forms *f, struct secret *s, UINT page, struct err *e)
{
    struct secret wide = {NULL, 0};

    if (!recode(s, page, UTF16, &wide, e)) {
        secret_clear(s);
        return false;
    }
    return add_form(f, s, false, e) & add_form(f, &wide, true, e);
}

static bool add_hex(struct msi_forms *f, const struct secret *bytes, struct err *e)
{
    bool ok = true;

    for (int upper = 0; ok && upper < 2; upper++) {
        struct secret hex = {NULL, 0};

        ok = hex_of(bytes, upper, &hex, e) && add_text(f, &hex, CP_UTF8, e);
    }
    return ok;
}

static bool double_quotes(const struct secret *s, struct secret *ret, struct err *e)
{
    struct buf out;
    bool ok = msi_room(&out, 2 * s->len, e);

    for (size_t i = 0; ok && i < s->len; i++) {
        if (s->bytes[i] == '"')
            buf_addc(&out, '"');
        buf_addc(&out, s->bytes[i]);
    }
    ok = ok && secret_set(ret, out.data, out.len, e);
    msi_wipe(&out);
    return ok;
}

bool msi_forms_add(struct msi_forms *f, const struct secret *s, struct err *e)
{
    struct secret quoted = {NULL, 0}, local = {NULL, 0}, wide = {NULL, 0}, plain = {NULL, 0};
    bool ok;

    if (!s->len)
        return true;
    ok = recode(s, CP_UTF8, UTF16, &wide, e) && add_hex(f, &wide, e) && add_hex(f, s, e);
    secret_clear(&wide);
    /* The longer one first: what is covered already is not found again. */
    if (ok && memchr(s->bytes, '"', s->len))
        ok = double_quotes(s, &quoted, e) && add_text(f, &quoted, CP_UTF8, e);
    ok = ok && secret_set(&plain, s->bytes, s->len, e) && add_text(f, &plain, CP_UTF8, e);
    return ok && recode(s, CP_UTF8, CP_ACP, &local, e) && add_form(f, &local, false, e);
}

void msi_forms_clear(struct msi_forms *f)
{
    for (size_t i = 0; i < f->n; i++)
        secret_clear(&f->v[i].text);
    arena_free(&f->arena);
    memset(f, 0, sizeof *f);
}

static bool cover(const struct msi_form *f, char *p, size_t n)
{
    const char *end = p + n;
    bool any = false;

    while ((size_t)(end - p) >= f->text.len &&
           (p = memchr(p, f->text.bytes[0], (size_t)(end - p) - f->text.len + 1))) {
        if (memcmp(p, f->text.bytes, f->text.len) != 0) {
            p++;
            continue;
        }
        for (size_t i = 0; i < f->text.len; i++)
            *p++ = f->wide && i % 2 ? '\0' : '*';
        any = true;
    }
    return any;
}

bool msi_forms_cover(const struct msi_forms *f, char *p, size_t n)
{
    bool any = false;

    for (size_t i = 0; i < f->n; i++)
        any |= cover(&f->v[i], p, n);
    return any;
}
