/* avswap-policy(5). What a policy maps is text. */
#include "tests/fuzz/fuzz.h"
#include "core/model/policy.h"

static void all_texts(const json_t *map)
{
    json_t *j = (json_t *)(uintptr_t)map;

    for (void *it = json_object_iter(j); it; it = json_object_iter_next(j, it))
        FUZZ_MUST(json_is_string(json_object_iter_value(it)), "%s", json_object_iter_key(it));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct doc d = DOC_INIT;
    struct policy x;

    if (fuzz_document(&d, &policy_schema, p, n, &x)) {
        all_texts(x.vars);
        all_texts(x.secrets);
    }
    doc_free(&d);
    return 0;
}
