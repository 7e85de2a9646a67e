/* vendors/<vendor>/timeline.json, and what is asked of it. */
#include "tests/fuzz/fuzz.h"
#include "core/base/limits.h"
#include "core/report/report.h"

static void ask(const struct timeline *t, const struct owner *o, instant now)
{
    const struct measure *white = timeline_in_force(t, o, true, now), *any = timeline_in_force(t, o, false, now),
                         *use = timeline_forbids(t, o, "use", now);
    const struct style s = {.utf8 = true, .width = 60};
    instant cutoff = timeline_cutoff(t, o);
    struct buf b;

    FUZZ_MUST(!white || any, "white-label products are bound where nothing is");
    FUZZ_MUST(!any || (timeline_applies(t, any, o) && any->effective <= now), "%s is not in force", any->id);
    FUZZ_MUST(!use || (timeline_applies(t, use, o) && use->effective <= now && text_in(&use->forbids, "use")),
              "%s does not forbid use", use->id);
    FUZZ_MUST(cutoff == INSTANT_NONE || t->measures.n, "a cutoff of nothing");
    buf_init(&b, LIMIT_DOCUMENT);
    report_timeline(t, o, NULL, now, &s, &b);
    fuzz_harmless(&b, true);
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct doc d = DOC_INIT;
    struct timeline t;

    if (fuzz_document(&d, &timeline_schema, p, n, &t)) {
        struct owner everywhere = {{NULL, 0}, NULL};

        for (size_t i = 0; i < t.measures.n && i < 8; i++) {
            struct owner there = {{&t.measures.v[i].jurisdiction, 1}, t.personas.n ? t.personas.v[0].id : NULL};

            ask(&t, &everywhere, t.measures.v[i].effective);
            ask(&t, &there, t.measures.v[i].effective - 1);
        }
    }
    doc_free(&d);
    return 0;
}
