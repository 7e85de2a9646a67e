/*
 * A verb's name and its arguments, "---" between them: what the verb's schema takes writes and reads again, and what
 * it says of its effect and its undoing is a condition and a text.
 */
#include "tests/fuzz/fuzz.h"
#include "core/step/verb.h"

#include <stdlib.h>

static bool read_args(const struct verb_def *v, const json_t *j, struct doc *d, void **ret, struct err *e)
{
    struct place at = {NULL, NULL, 0, v->name};

    return verb_args(v, j, d, &at, ret, e);
}

static void check(const struct verb_def *v, const void *args, struct doc *d)
{
    struct buf first = fuzz_write(v->args, args), second;
    struct err e = ERR_INIT;
    struct cond *after = NULL;
    void *again;
    const json_t *j = doc_parse(d, "again", first.data, first.len, &e);

    FUZZ_MUST(j && read_args(v, j, d, &again, &e), "%s\n%s", e.text, first.data);
    second = fuzz_write(v->args, again);
    FUZZ_MUST(text_eq(first.data, second.data), "%s\n%s", first.data, second.data);
    buf_free(&first);
    buf_free(&second);
    if (v->after)
        FUZZ_MUST(v->after(args, d, &after, &e), "%s", e.text);
    if (after) {
        struct place at = {NULL, NULL, 0, "after"};
        struct cond c;

        first = fuzz_write(&cond_schema, after);
        j = doc_parse(d, "after", first.data, first.len, &e);
        FUZZ_MUST(j && schema_read(&cond_schema, j, d, &at, &c, &e), "%s\n%s", e.text, first.data);
        buf_free(&first);
    }
    if (v->undo_text)
        FUZZ_MUST(v->undo_text(args, &d->arena), "no text");
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    char *name = fuzz_part(&p, &n, NULL), *text = fuzz_part(&p, &n, &n);
    const struct verb *v = verb_find(name);
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    const json_t *j = doc_parse(&d, "input", text, n, &e);
    void *args;

    if (v && j && read_args(&v->def, j, &d, &args, &e)) {
        fuzz_accepted = true;
        check(&v->def, args, &d);
    } else if (v) {
        fuzz_refused(&e);
    }
    doc_free(&d);
    free(name);
    free(text);
    return 0;
}
