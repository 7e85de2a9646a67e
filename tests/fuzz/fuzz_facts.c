/* facts.json, and what the catalogue makes of it: findings that write, read and show, and conditions judged. */
#include "tests/fuzz/fuzz.h"
#include "core/base/limits.h"
#include "core/detect/load.h"
#include "core/detect/match.h"
#include "core/report/report.h"

static const struct catalog *catalog(void)
{
    static struct catalog c;
    static bool loaded;
    struct err e = ERR_INIT;

    FUZZ_MUST(loaded || catalog_load(NULL, NULL, &c, &e), "%s", e.text);
    loaded = true;
    return &c;
}

static void show(const struct findings *f)
{
    const struct style s = {.utf8 = true, .verbose = true, .width = 60};
    struct buf b;

    buf_init(&b, LIMIT_DOCUMENT);
    report_findings(f, &s, &b);
    fuzz_harmless(&b, true);
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const char *const us[] = {"US"};
    const struct owner owner = {{(const char **)(uintptr_t)us, 1}, NULL};
    struct doc d = DOC_INIT, again = DOC_INIT;
    struct findings found, read;
    struct err e = ERR_INIT;
    struct facts f;

    if (fuzz_document(&d, &facts_schema, p, n, &f)) {
        struct buf b;

        FUZZ_MUST(match_facts(&f, catalog(), &owner, f.collected_at, &d, &found, &e), "%s", e.text);
        b = fuzz_write(&findings_schema, &found);
        FUZZ_MUST(fuzz_document(&again, &findings_schema, (const uint8_t *)b.data, b.len, &read), "%s", b.data);
        buf_free(&b);
        show(&found);
    }
    doc_free(&again);
    doc_free(&d);
    return 0;
}
