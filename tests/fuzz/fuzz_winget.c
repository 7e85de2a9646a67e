/*
 * The files of a manifest of winget, "---" between them. Either there is a candidate or there are reasons against it; a
 * candidate reads as a product, and the same files give the same one.
 */
#include "tests/fuzz/fuzz.h"
#include "core/catalog/winget.h"
#include "core/step/verb.h"

#include <stdlib.h>
#include <string.h>

#define FILES_MAX 6

static void check(const json_t *j, struct doc *d)
{
    const struct place at = {NULL, NULL, 0, "candidate"};
    struct err e = ERR_INIT;
    struct product p;

    FUZZ_MUST(schema_read(&product_schema, j, d, &at, &p, &e), "%s", e.text);
    FUZZ_MUST(p.import && p.import->candidate && p.import->todo.n, "%s", p.id);
    FUZZ_MUST(p.payload.n && p.install && p.install->steps.n == p.payload.n, "%s", p.id);
    for (size_t i = 0; i < p.payload.n; i++)
        FUZZ_MUST((p.payload.v[i].sha256 || p.payload.v[i].signer) && !strchr(p.payload.v[i].name, '/'), "%s",
                  p.payload.v[i].name);
}

static void import(const struct winget_request *r, struct doc *d, struct import_result *ret)
{
    struct err e = ERR_INIT;

    FUZZ_MUST(winget_import(r, d, ret, &e), "%s", e.text);
    FUZZ_MUST(!ret->product == (ret->reasons.n > 0), "%zu reasons", ret->reasons.n);
    for (size_t i = 0; i < ret->reasons.n; i++)
        FUZZ_MUST(text_utf8_valid(ret->reasons.v[i], strlen(ret->reasons.v[i])), "%s", ret->reasons.v[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static struct vendor vendor = {.id = "eset", .name = "ESET"};
    struct winget_file file[FILES_MAX];
    struct winget_files files = {.files = {file, 0}};
    struct catalog catalog;
    struct winget_request r = {.files = &files, .catalog = &catalog, .verbs = verb_defs(), .now = 0};
    struct import_result one, again;
    struct doc d = DOC_INIT, e = DOC_INIT;
    struct err why = ERR_INIT;

    memset(&catalog, 0, sizeof catalog);
    catalog.vendors.v = &vendor;
    catalog.vendors.n = 1;
    r.signer = n % 2 ? "ESET*" : NULL;
    for (; files.files.n < FILES_MAX && (n || !files.files.n); files.files.n++) {
        file[files.files.n] = (struct winget_file){.name = "x.yaml"};
        file[files.files.n].text = fuzz_part(&p, &n, &file[files.files.n].len);
    }
    import(&r, &d, &one);
    import(&r, &e, &again);
    if (one.product) {
        fuzz_accepted = true;
        check(one.product, &d);
        FUZZ_MUST(json_equal((json_t *)(uintptr_t)one.product, (json_t *)(uintptr_t)again.product), "another candidate");
    }
    if (!one.product) {
        err_set(&why, ERR_INPUT, "%s", one.reasons.v[0]);
        fuzz_refused(&why);
    }
    doc_free(&d);
    doc_free(&e);
    for (size_t i = 0; i < files.files.n; i++)
        free((char *)(uintptr_t)file[i].text);
    return 0;
}
