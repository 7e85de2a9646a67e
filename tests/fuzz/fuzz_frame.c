/*
 * Frames and the greeting: bytes give the same frames, or the same refusal, in whatever pieces they come; frames that were
 * read are written to the very bytes they were read from; nothing is kept beyond the maximum.
 *
 * A good input is whole frames, or noise with a greeting in it and then whole frames.
 */
#include "tests/fuzz/fuzz.h"
#include "core/base/frame.h"

#include <string.h>

#define MAX (64u << 10)

static bool again(void *arg, const struct frame *f, struct err *e)
{
    FUZZ_MUST(f->len <= MAX && strlen(f->type) && strlen(f->type) <= FRAME_TYPE, "'%s' of %zu bytes", f->type, f->len);
    return frame_write(arg, f->type, f->data, f->len, e);
}

/* What was read, written again; *ret_ok: up to the end. The size of the pieces goes round a few numbers. */
static struct buf read_frames(const char *p, size_t n, size_t piece, bool *ret_ok, struct err *e)
{
    struct frame_reader r;
    struct buf out;

    buf_init(&out, (size_t)4 << 20);
    frame_reader_init(&r, MAX);
    *ret_ok = true;
    for (size_t at = 0, k = piece; *ret_ok && at < n; at += k, k = piece ? k * 5 % 61 + 1 : n) {
        k = !k || k > n - at ? n - at : k;
        *ret_ok = frame_feed(&r, p + at, k, again, &out, e);
        FUZZ_MUST(r.body.len <= MAX && r.head_len <= FRAME_HEAD, "%zu and %zu bytes", r.body.len, r.head_len);
    }
    *ret_ok = *ret_ok && frame_end(&r, e);
    if (!*ret_ok)
        fuzz_refused(e);
    frame_reader_free(&r);
    return out;
}

static bool frames(const char *p, size_t n)
{
    struct err one = ERR_INIT, other = ERR_INIT;
    bool ok, same;
    struct buf whole = read_frames(p, n, 0, &ok, &one), pieces = read_frames(p, n, n % 7 + 1, &same, &other);

    FUZZ_MUST(ok == same && text_eq(one.text, other.text), "'%s' and '%s'", one.text, other.text);
    FUZZ_MUST(whole.len == pieces.len && memcmp(buf_str(&whole), buf_str(&pieces), whole.len) == 0, "frames differ by pieces");
    FUZZ_MUST(whole.len <= n && memcmp(buf_str(&whole), p, whole.len) == 0, "written otherwise than read");
    FUZZ_MUST(!ok || whole.len == n, "%zu of %zu bytes", whole.len, n);
    buf_free(&whole);
    buf_free(&pieces);
    return ok;
}

static size_t greet(const char *p, size_t n, size_t piece, struct greeting *g, struct err *e)
{
    size_t at = 0, used;

    *g = (struct greeting)GREETING_INIT;
    while (at < n && g->kind == GREETING_NONE) {
        bool ok = greeting_feed(g, p + at, n - at < piece ? n - at : piece, &used, e);

        at += used;
        if (!ok)
            break;
    }
    return at;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const char *p = (const char *)bytes;
    struct err one = ERR_INIT, other = ERR_INIT;
    struct greeting g, h;
    size_t used = greet(p, n, n + 1, &g, &one);

    FUZZ_MUST(greet(p, n, 3, &h, &other) == used && g.kind == h.kind && text_eq(g.text, h.text), "a greeting differs by pieces");
    FUZZ_MUST(text_eq(one.text, other.text), "'%s' and '%s'", one.text, other.text);
    FUZZ_MUST(used <= GREETING_NOISE + sizeof g.text && strlen(g.text) < sizeof g.text, "%zu bytes of noise", used);
    if (one.code != ERR_NONE)
        fuzz_refused(&one);
    fuzz_accepted = frames(p, n);
    if (g.kind != GREETING_NONE)
        fuzz_accepted = frames(p + used, n - used) || fuzz_accepted;
    return 0;
}
