/* Exported inventories of any format: what is read does not depend on how the bytes come in, and what is made of a row
 * writes, reads and shows. The first byte is the size of the pieces in which the rest comes. */
#include "tests/fuzz/fuzz.h"
#include "core/base/limits.h"
#include "core/detect/load.h"
#include "core/detect/triage.h"
#include "core/detect/triage_hosts.h"
#include "core/report/report.h"

#include <stdlib.h>
#include <string.h>

struct reading {
    struct buf rows;
    struct triage_hosts hosts;
    struct err e;
    bool ok;
};

static struct triage_rules *rules(void)
{
    static const char *const us[] = {"US"};
    static const struct owner owner = {{(const char **)(uintptr_t)us, 1}, NULL};
    static struct catalog c;
    static struct triage_rules r;
    static bool made;
    struct err e = ERR_INIT;
    instant now;

    FUZZ_MUST(made || (instant_parse("2026-11-22T10:00:00Z", &now) && catalog_load(NULL, NULL, &c, &e) &&
                       triage_make(&c, &owner, now, &r, &e)), "%s", e.text);
    made = true;
    return &r;
}

static bool take(void *arg, const struct inventory_row *in, struct err *e)
{
    static const struct style s = {.utf8 = true, .verbose = true, .width = 60};
    struct reading *x = arg;
    struct triage_row row, again;
    const struct place at = {.file = "row"};
    struct doc d = DOC_INIT;
    struct buf text, shown;
    const json_t *j;

    triage_row(rules(), in, &row);
    FUZZ_MUST(row.n == in->n && row.reason && row.vendor && row.product, "row %lld", in->n);
    FUZZ_MUST(!row.must_go || row.class != TRIAGE_NONE, "%s", row.reason);
    text = fuzz_write(&triage_row_schema, &row);
    j = doc_parse(&d, "row", text.data, text.len, e);
    FUZZ_MUST(j && schema_read(&triage_row_schema, j, &d, &at, &again, e), "%s", e->text);
    FUZZ_MUST(again.class == row.class, "%s", text.data);
    buf_add(&x->rows, text.data, text.len);
    buf_init(&shown, LIMIT_DOCUMENT);
    report_triage_row(&row, &s, &shown);
    fuzz_harmless(&shown, true);
    buf_free(&shown);
    buf_free(&text);
    doc_free(&d);
    return triage_hosts_add(&x->hosts, &row, e);
}

static void read_in(struct reading *x, const uint8_t *p, size_t n, size_t piece)
{
    static const struct inventory_options o = {.file = "input"};
    struct inventory *v = malloc(sizeof *v);

    if (!v)
        abort();
    *x = (struct reading){.e = ERR_INIT, .ok = true};
    buf_init(&x->rows, LIMIT_JOURNAL);
    inventory_open(v, &o, take, x);
    for (size_t at = 0; at < n && x->ok; at += piece)
        x->ok = inventory_feed(v, p + at, n - at < piece ? n - at : piece, &x->e);
    x->ok = x->ok && inventory_end(v, &x->e);
    inventory_close(v);
    free(v);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const struct style s = {.utf8 = true, .width = 60};
    struct reading whole, pieces;
    struct buf shown;

    if (n < 2)
        return 0;
    read_in(&whole, p + 1, n - 1, n);
    read_in(&pieces, p + 1, n - 1, *p ? *p : 1);
    FUZZ_MUST(whole.ok == pieces.ok, "%s / %s", whole.e.text, pieces.e.text);
    FUZZ_MUST(whole.rows.len == pieces.rows.len, "%s\n---\n%s", buf_str(&whole.rows), buf_str(&pieces.rows));
    FUZZ_MUST(!whole.rows.len || memcmp(whole.rows.data, pieces.rows.data, whole.rows.len) == 0, "other rows");
    fuzz_accepted = whole.ok;
    if (!whole.ok)
        fuzz_refused(&whole.e);
    buf_init(&shown, LIMIT_DOCUMENT);
    report_triage_hosts(whole.hosts.hosts.v, whole.hosts.hosts.n, 1, &s, &shown);
    fuzz_harmless(&shown, true);
    buf_free(&shown);
    buf_free(&whole.rows);
    buf_free(&pieces.rows);
    triage_hosts_free(&whole.hosts);
    triage_hosts_free(&pieces.hosts);
    return 0;
}
