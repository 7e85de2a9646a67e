/*
 * A catalogue of the files that an input holds, "---" between them. What is accepted has its products in order, every
 * name once, and every vendor that is named; in another order of files it is the same catalogue.
 */
#include "tests/fuzz/fuzz.h"
#include "core/model/catalog.h"

#include <stdlib.h>
#include <string.h>

#define FILES_MAX 12

static void check(const struct catalog *c)
{
    struct arena a = ARENA_INIT;
    struct questions q = {.paths = {NULL, 0}};
    struct err e = ERR_INIT;

    for (size_t i = 0; i < c->products.n; i++) {
        const struct product *p = &c->products.v[i];

        FUZZ_MUST(i == 0 || strcmp(p[-1].id, p->id) < 0, "%s comes after %s", p->id, p[-1].id);
        FUZZ_MUST(catalog_product(c, p->id) == p && catalog_vendor(c, p->vendor), "%s", p->id);
        FUZZ_MUST(catalog_questions(c, p->os, &a, &q, &e), "%s", e.text);
    }
    for (size_t i = 0; i < c->timelines.n; i++)
        FUZZ_MUST(catalog_timeline(c, c->timelines.v[i].vendor) == &c->timelines.v[i] &&
                      catalog_vendor(c, c->timelines.v[i].vendor),
                  "%s", c->timelines.v[i].vendor);
    for (size_t i = 0; i < c->playbooks.n; i++)
        FUZZ_MUST(catalog_playbook(c, c->playbooks.v[i].id) == &c->playbooks.v[i], "%s", c->playbooks.v[i].id);
    arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const char *const paths[FILES_MAX] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};
    struct catalog_file files[FILES_MAX], turned[FILES_MAX];
    struct catalog c, again;
    struct err e = ERR_INIT;
    size_t k = 0;

    for (; k < FILES_MAX && (n || !k); k++) {
        files[k] = (struct catalog_file){.path = paths[k]};
        files[k].text = fuzz_part(&p, &n, &files[k].len);
    }
    for (size_t i = 0; i < k; i++)
        turned[i] = files[k - 1 - i];
    if (catalog_make(files, k, &c, &e)) {
        fuzz_accepted = true;
        check(&c);
        FUZZ_MUST(catalog_make(turned, k, &again, &e) && text_eq(c.digest, again.digest), "%s", e.text);
        catalog_free(&again);
    } else {
        fuzz_refused(&e);
    }
    catalog_free(&c);
    for (size_t i = 0; i < k; i++)
        free((char *)(uintptr_t)files[i].text);
    return 0;
}
