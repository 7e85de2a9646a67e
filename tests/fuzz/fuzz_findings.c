/* findings, and what people read of them. */
#include "tests/fuzz/fuzz.h"
#include "core/base/limits.h"
#include "core/report/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct doc d = DOC_INIT;
    struct findings x;

    if (fuzz_document(&d, &findings_schema, p, n, &x)) {
        const struct style s = {.utf8 = n % 2, .verbose = n % 3 == 0, .width = n % 5 ? 20 + (int)(n % 80) : 0};
        struct buf b;

        buf_init(&b, LIMIT_DOCUMENT);
        report_findings(&x, &s, &b);
        fuzz_harmless(&b, true);
        buf_free(&b);
        (void)findings_must_go(&x);
    }
    doc_free(&d);
    return 0;
}
