/*
 * A condition and facts, "---" between them, judged. The opposite of a condition has the opposite answer, two of the
 * same have the same, and judging changes nothing.
 */
#include "tests/fuzz/fuzz.h"
#include "core/model/cond.h"

#include <stdlib.h>
#include <string.h>

static enum tri judge(const struct cond *c, const struct facts *f, struct doc *d)
{
    struct err e = ERR_INIT;
    struct verdict v;

    FUZZ_MUST(cond_judge(c, f, &d->arena, &v, &e), "%s", e.text);
    FUZZ_MUST(v.answer <= TRI_YES && v.evidence && *v.evidence, "answer %d", (int)v.answer);
    return v.answer;
}

static void check(struct cond *c, const struct facts *f, struct doc *d)
{
    static const enum tri opposite[] = {[TRI_UNKNOWN] = TRI_UNKNOWN, [TRI_NO] = TRI_YES, [TRI_YES] = TRI_NO};
    struct cond both[2] = {*c, *c}, not, all, any;
    struct questions q = {.paths = {NULL, 0}};
    struct err e = ERR_INIT;
    enum tri answer = judge(c, f, d);
    unsigned parts = 0;
    const char *text;

    schema_init(&cond_schema, &not);
    schema_init(&cond_schema, &all);
    schema_init(&cond_schema, &any);
    not.not= c;
    all.all.v = any.any.v = both;
    all.all.n = any.any.n = 2;
    FUZZ_MUST(judge(&not, f, d) == opposite[answer], "of %s", tri_names[answer]);
    FUZZ_MUST(judge(&all, f, d) == answer && judge(&any, f, d) == answer, "of %s", tri_names[answer]);
    text = cond_text(c, &d->arena);
    FUZZ_MUST(text && *text, "no text");
    FUZZ_MUST(cond_questions(c, &d->arena, &parts, &q, &e), "%s", e.text);
    FUZZ_MUST(judge(c, f, d) == answer, "another answer than %s", tri_names[answer]);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct place at = {NULL, NULL, 0, "input"};
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    size_t len;
    char *first = fuzz_part(&p, &n, &len), *second = fuzz_part(&p, &n, &n);
    const json_t *j = doc_parse(&d, "input", first, len, &e);
    struct facts f;
    struct cond c;

    if (j && schema_read(&cond_schema, j, &d, &at, &c, &e) && doc_read(&d, &facts_schema, "input", second, n, &f, &e)) {
        fuzz_accepted = true;
        check(&c, &f, &d);
    } else {
        fuzz_refused(&e);
    }
    doc_free(&d);
    free(first);
    free(second);
    return 0;
}
