#include "tests/fuzz/fuzz.h"
#include "core/base/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool fuzz_accepted;
struct err fuzz_reason;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    mem_setup();
    return 0;
}

void fuzz_fail(const char *file, int line, const char *what, const char *fmt, ...)
{
    va_list ap;

    fprintf(stderr, "%s:%d: does not hold: %s: ", file, line, what);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    abort();
}

struct buf fuzz_write(const struct schema *s, const void *obj)
{
    json_t *j = schema_write(s, obj);
    struct err e = ERR_INIT;
    struct buf b;

    buf_init(&b, LIMIT_DOCUMENT);
    FUZZ_MUST(j, "a %s cannot be written", s->name);
    FUZZ_MUST(json_text(j, true, &b, &e), "a %s has no text: %s", s->name, e.text);
    json_decref(j);
    return b;
}

void fuzz_refused(const struct err *e)
{
    FUZZ_MUST(e->code > ERR_NONE && e->code < ERR_COUNT, "code %d", (int)e->code);
    FUZZ_MUST(e->code != ERR_NOMEM && e->code != ERR_BUG, "%s", e->text);
    FUZZ_MUST(e->text[0], "no reason");
    fuzz_reason = *e;
}

bool fuzz_document(struct doc *d, const struct schema *s, const uint8_t *p, size_t n, void *ret)
{
    struct doc again = DOC_INIT;
    struct err e = ERR_INIT;
    void *obj = calloc(1, s->size);
    struct buf first, second;

    if (!obj)
        abort();
    if (!doc_read(d, s, "input", (const char *)p, n, ret, &e)) {
        fuzz_refused(&e);
        free(obj);
        return false;
    }
    fuzz_accepted = true;
    first = fuzz_write(s, ret);
    FUZZ_MUST(doc_read(&again, s, "again", first.data, first.len, obj, &e), "%s\n%s", e.text, first.data);
    second = fuzz_write(s, obj);
    FUZZ_MUST(first.len == second.len && memcmp(first.data, second.data, first.len) == 0, "%s\n%s", first.data,
              second.data);
    buf_free(&first);
    buf_free(&second);
    doc_free(&again);
    free(obj);
    return true;
}

void fuzz_harmless(const struct buf *b, bool lines)
{
    const unsigned char *p = (const unsigned char *)buf_str(b);

    FUZZ_MUST(!b->failed, "no room for the text");
    FUZZ_MUST(text_utf8_valid(buf_str(b), b->len), "not UTF-8: %s", buf_str(b));
    for (size_t i = 0; i < b->len; i++) {
        FUZZ_MUST((p[i] >= 0x20 && p[i] != 0x7F) || (lines && p[i] == '\n'), "byte %02x at %zu: %s", p[i], i, buf_str(b));
        /* C1 controls are C2 80 to C2 9F; U+202A to U+202E and U+2066 to U+2069 turn the direction of writing. */
        FUZZ_MUST(p[i] != 0xC2 || p[i + 1] >= 0xA0, "a C1 control at %zu: %s", i, buf_str(b));
        FUZZ_MUST(p[i] != 0xE2 || !((p[i + 1] == 0x80 && p[i + 2] >= 0xA8 && p[i + 2] <= 0xAE) ||
                                    (p[i + 1] == 0x81 && p[i + 2] >= 0xA6 && p[i + 2] <= 0xA9)),
                  "a turn of direction at %zu: %s", i, buf_str(b));
    }
}

char *fuzz_part(const uint8_t **p, size_t *n, size_t *ret_len)
{
    static const char line[] = "\n---\n";
    const uint8_t *end = memmem(*p, *n, line, sizeof line - 1);
    size_t len = end ? (size_t)(end - *p) : *n, used = end ? len + sizeof line - 1 : *n;
    char *part = malloc(len + 1);

    if (!part)
        abort();
    if (len)
        memcpy(part, *p, len);
    part[len] = '\0';
    *p += used;
    *n -= used;
    if (ret_len)
        *ret_len = len;
    return part;
}
