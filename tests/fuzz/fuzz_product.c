/* vendors/<vendor>/<product>.json. */
#include "tests/fuzz/fuzz.h"
#include "core/model/product.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct doc d = DOC_INIT;
    struct product x;

    if (fuzz_document(&d, &product_schema, p, n, &x)) {
        const char *as_source = product_unverified(&x, true), *as_target = product_unverified(&x, false);

        FUZZ_MUST(!as_source || schema_field(&product_schema, as_source), "%s", as_source);
        FUZZ_MUST(!as_target || schema_field(&product_schema, as_target), "%s", as_target);
    }
    doc_free(&d);
    return 0;
}
