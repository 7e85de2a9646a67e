/*
 * plan.json: nothing is accepted whose digest does not fit, told by a digest that is made here; and what people read of it.
 *
 * Mutations break the digest, so a plan that reads as a document is also given its digest and must then be accepted;
 * with one byte of it changed it must be refused.
 */
#include "tests/fuzz/fuzz.h"
#include "core/base/digest.h"
#include "core/base/limits.h"
#include "core/report/report.h"

#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Of each member but the digest itself a line: its name and the SHA-256 of its compact text. */
static void digest_without(const struct buf *text, char hex[DIGEST_TEXT])
{
    static const size_t flags = JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII | JSON_ENCODE_ANY;
    json_t *j = json_loadb(text->data, text->len, 0, NULL), *value;
    const char *names[256], *name;
    struct digest d;
    size_t n = 0;

    FUZZ_MUST(j, "a plan is no JSON");
    json_object_del(j, "digest");
    json_object_foreach(j, name, value)
        names[n++] = name;
    qsort(names, n, sizeof *names, by_name);
    digest_init(&d);
    for (size_t i = 0; i < n; i++) {
        const json_t *member = json_object_get(j, names[i]);
        size_t size = json_dumpb(member, NULL, 0, flags);
        char *plain = malloc(size), of_value[DIGEST_TEXT];

        if (!plain)
            abort();
        FUZZ_MUST(size && json_dumpb(member, plain, size, flags) == size, "a plan has no text");
        digest_of(plain, size, of_value);
        digest_add(&d, names[i], strlen(names[i]));
        digest_add(&d, " ", 1);
        digest_add(&d, of_value, strlen(of_value));
        digest_add(&d, "\n", 1);
        free(plain);
    }
    digest_end(&d, hex);
    json_decref(j);
}

/* Accepted: then the digest fits. */
static bool accepts(struct doc *d, const char *p, size_t n, struct plan *ret, struct buf *ret_text)
{
    struct err e = ERR_INIT;
    char hex[DIGEST_TEXT];

    if (!plan_read(d, "input", p, n, ret, &e)) {
        fuzz_refused(&e);
        return false;
    }
    *ret_text = fuzz_write(&plan_schema, ret);
    digest_without(ret_text, hex);
    FUZZ_MUST(text_eq(hex, ret->digest), "%s is the digest of\n%s", hex, ret_text->data);
    return true;
}

static struct buf sealed(struct doc *d, struct plan *x)
{
    struct err e = ERR_INIT;
    char *hex = arena_alloc(&d->arena, DIGEST_TEXT);

    x->id = "fuzz";
    for (size_t i = 0; i < x->steps.n; i++)
        x->steps.v[i].id = arena_printf(&d->arena, "s%02zu", i + 1);
    FUZZ_MUST(hex && plan_digest(x, hex, &e), "%s", e.text);
    x->digest = hex;
    return fuzz_write(&plan_schema, x);
}

static void show(const struct plan *x, size_t n)
{
    const struct style s = {.utf8 = n % 2, .verbose = n % 3 == 0, .width = n % 5 ? 20 + (int)(n % 80) : 0};
    struct buf b;

    buf_init(&b, LIMIT_DOCUMENT);
    report_plan(x, &s, &b);
    report_candidates(x, &s, &b);
    fuzz_harmless(&b, true);
    buf_free(&b);
}

/* A change that is still accepted changed nothing, as a blank of the layout. */
static void change_one(const struct buf *text, size_t at)
{
    struct doc d = DOC_INIT;
    struct buf again;
    struct plan x;
    char *changed = malloc(text->len);

    if (!changed)
        abort();
    memcpy(changed, text->data, text->len);
    changed[at] = changed[at] == 'a' ? 'b' : changed[at] == '1' ? '2' : changed[at] > '1' && changed[at] <= '9' ? '1' : 'a';
    if (accepts(&d, changed, text->len, &x, &again)) {
        FUZZ_MUST(again.len == text->len && memcmp(again.data, text->data, text->len) == 0, "byte %zu of\n%s", at,
                  text->data);
        buf_free(&again);
    }
    doc_free(&d);
    free(changed);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct doc d = DOC_INIT;
    struct buf text, again;
    struct plan x;

    if (accepts(&d, (const char *)p, n, &x, &text))
        buf_free(&text);
    if (fuzz_document(&d, &plan_schema, p, n, &x)) {
        show(&x, n);
        text = sealed(&d, &x);
        FUZZ_MUST(accepts(&d, text.data, text.len, &x, &again), "%s", text.data);
        buf_free(&again);
        for (size_t i = 0; i < 4; i++)
            change_one(&text, (n * 7919 + i * 104729) % text.len);
        buf_free(&text);
    }
    doc_free(&d);
    return 0;
}
