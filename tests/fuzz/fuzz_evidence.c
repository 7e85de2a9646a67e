/* vendors/labs/<test>.json, and what a ranking asks of it. */
#include "tests/fuzz/fuzz.h"

#include "core/model/evidence.h"

#include <string.h>

static void compare(const struct evidence *t, const struct lab_result *a, const struct lab_result *b)
{
    const struct evidence_metric *by, *back;
    int order = evidence_order(a, b, &by);

    FUZZ_MUST(evidence_order(b, a, &back) == -order && by == back, "%s and %s: an order of its own each way", a->product, b->product);
    FUZZ_MUST(!order == !by, "an order of %d by %s", order, by ? by->text : "nothing");
    (void)t;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct doc d = DOC_INIT;
    struct evidence t;

    if (fuzz_document(&d, &evidence_schema, p, n, &t)) {
        const char *products[2] = {NULL, NULL};
        const struct evidence *where, *common;

        FUZZ_MUST(!evidence_counts(&t, t.published - 1, EVIDENCE_MONTHS), "it counts before it is published");
        for (size_t i = 0; i < t.results.n && i < 16; i++) {
            const struct lab_result *r = &t.results.v[i];

            FUZZ_MUST(evidence_result(&t, 1, &t, r->product, &where) == r && where == &t, "the result of %s is lost", r->product);
            FUZZ_MUST(evidence_text(&d.arena, &t, r) != NULL, "no text");
            products[i % 2] = r->product;
            if (i)
                compare(&t, &t.results.v[i - 1], r);
        }
        common = evidence_common(&t, 1, products, 2, SEGMENT_UNSET, t.retrieved, EVIDENCE_MONTHS);
        FUZZ_MUST(!common || (products[0] && products[1]), "a test is common to fewer than two");
    }
    doc_free(&d);
    return 0;
}
