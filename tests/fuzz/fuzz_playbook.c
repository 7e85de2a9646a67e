/* playbooks/<strategy>.json. */
#include "tests/fuzz/fuzz.h"
#include "core/model/playbook.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct doc d = DOC_INIT;
    struct playbook x;

    if (fuzz_document(&d, &playbook_schema, p, n, &x))
        for (size_t i = 0; i < x.stages.n; i++)
            FUZZ_MUST(x.stages.v[i].stage >= 0 && x.stages.v[i].stage < STAGE_COUNT, "%d", x.stages.v[i].stage);
    doc_free(&d);
    return 0;
}
