/* vendors/<vendor>/vendor.json. */
#include "tests/fuzz/fuzz.h"
#include "core/model/product.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct doc d = DOC_INIT;
    struct vendor x;

    (void)fuzz_document(&d, &vendor_schema, p, n, &x);
    doc_free(&d);
    return 0;
}
