#include "cmd/avswap/avswap.h"
#include "cmd/cli/input.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/report/page.h"

#include <string.h>

static bool digest(struct cli *c, struct err *e)
{
    struct buf b;

    if (c->json)
        return out_json(json_pack("{ss ss ss*}", "schema", "avswap.catalog/1", "digest", c->catalog.digest, "commit",
                                  c->catalog.commit),
                        e);
    buf_init(&b, 128);
    buf_printf(&b, "%s\n", c->catalog.digest);
    return out_text(&b, e);
}

static json_t *changes_json(const struct cli *c)
{
    json_t *changes = json_array();

    for (size_t i = 0; i < c->catalog.overlay.n; i++) {
        const struct catalog_change *x = &c->catalog.overlay.v[i];

        json_array_append_new(changes, json_pack("{ss ss ss si sb}", "kind", x->kind, "id", x->id, "file", x->path, "overlay",
                                                 x->layer, "overrides", x->overrides));
    }
    return changes;
}

static bool list_json(struct cli *c, struct err *e)
{
    json_t *products = json_array(), *playbooks = json_array(), *vendors = json_array(), *tests = json_array();

    for (size_t i = 0; i < c->catalog.vendors.n; i++)
        json_array_append_new(vendors, json_pack("{ss ss}", "id", c->catalog.vendors.v[i].id, "name",
                                                 c->catalog.vendors.v[i].name));
    for (size_t i = 0; i < c->catalog.products.n; i++) {
        const struct product *p = &c->catalog.products.v[i];

        json_array_append_new(products, json_pack("{ss ss ss ss ss ss}", "id", p->id, "vendor", p->vendor, "name", p->name,
                                                  "os", p->os, "role", product_role_names[p->role], "confidence",
                                                  confidence_names[p->confidence]));
    }
    for (size_t i = 0; i < c->catalog.playbooks.n; i++)
        json_array_append_new(playbooks, json_pack("{ss ss}", "id", c->catalog.playbooks.v[i].id, "title",
                                                   c->catalog.playbooks.v[i].title));
    for (size_t i = 0; i < c->catalog.evidence.n; i++)
        json_array_append_new(tests, json_pack("{ss ss ss ss}", "id", c->catalog.evidence.v[i].id, "lab",
                                               c->catalog.evidence.v[i].lab, "series", c->catalog.evidence.v[i].series, "os",
                                               c->catalog.evidence.v[i].os));
    return out_json(json_pack("{ss ss ss* so so so so so}", "schema", "avswap.catalog/1", "digest", c->catalog.digest, "commit",
                              c->catalog.commit, "overlay", changes_json(c), "vendors", vendors, "products", products,
                              "playbooks", playbooks, "evidence", tests),
                    e);
}

static const char *use_of(const struct product *x)
{
    if (product_is_candidate(x))
        return "is a candidate";
    if (x->manual_install || x->manual_remove)
        return "by hand";
    return x->install ? "can replace" : x->remove ? "can be removed" : "is recognised";
}

static void product_line(struct page *p, const struct product *x)
{
    const char *use = use_of(x);

    page_say(p, INK_NAME, "%s", x->id);
    page_end_line(p, 2, 4, INK_DIM, use);
    page_say(p, INK_PLAIN, "%s", x->name);
    page_say(p, INK_DIM, " (%s)", product_role_names[x->role]);
    page_end_para(p, 6, 8);
}

static void list_tests(struct page *p, const struct catalog *c)
{
    if (c->evidence.n)
        page_heading(p, "LABORATORY TESTS");
    for (size_t i = 0; i < c->evidence.n; i++) {
        const struct evidence *t = &c->evidence.v[i];

        page_say(p, INK_NAME, "%s", t->id);
        page_say(p, INK_PLAIN, "  %s, %s (%s, %s)", t->lab, t->series, evidence_segment_names[t->segment], t->os);
        page_end_para(p, 2, 4);
    }
}

static bool list(struct cli *c, struct err *e)
{
    struct page p;
    struct buf b;

    if (c->json)
        return list_json(c, e);
    buf_init(&b, LIMIT_DOCUMENT);
    page_open(&p, &c->style, &b);
    page_line(&p, 0, 0, INK_BOLD, "PRODUCTS");
    for (size_t i = 0; i < c->catalog.products.n; i++)
        product_line(&p, &c->catalog.products.v[i]);
    page_heading(&p, "PLAYBOOKS");
    for (size_t i = 0; i < c->catalog.playbooks.n; i++) {
        page_say(&p, INK_NAME, "%s", c->catalog.playbooks.v[i].id);
        page_say(&p, INK_PLAIN, "  %s", c->catalog.playbooks.v[i].title);
        page_end_para(&p, 2, 4);
    }
    list_tests(&p, &c->catalog);
    if (c->catalog.overlay_texts.n)
        page_heading(&p, "CHANGED BY YOUR OVERLAY");
    page_list(&p, 2, &c->catalog.overlay_texts);
    page_heading(&p, "DIGEST");
    page_line(&p, 2, 2, INK_DIM, "%s", c->catalog.digest);
    if (c->catalog.commit)
        page_line(&p, 2, 2, INK_DIM, "commit %s", c->catalog.commit);
    page_close(&p);
    return out_text(&b, e);
}

/* Said beside the document, which stays what can be saved and changed. */
static void tell_origin(struct cli *c, const char *id)
{
    for (size_t i = 0; i < c->catalog.overlay.n; i++)
        if (text_eq(c->catalog.overlay.v[i].id, id))
            out_talk(c, "note: %s", c->catalog.overlay_texts.v[i]);
}

/* What laboratories measured of a replacement, each number with its source and date; none is an answer too. */
static bool tell_evidence(struct cli *c, const struct product *p, struct err *e)
{
    const struct evidence *v = c->catalog.evidence.v, *where;
    size_t n = c->catalog.evidence.n, told = 0;

    if (p->role != ROLE_PROTECTION || catalog_timeline(&c->catalog, p->vendor))
        return true;
    for (size_t i = 0; i < n; i++) {
        const struct lab_result *r = evidence_result(&v[i], 1, &v[i], p->id, &where);
        const char *text = r ? evidence_text(&c->doc.arena, &v[i], r) : NULL;

        if (r && !text)
            return err_nomem(e);
        if (r)
            out_talk(c, "evidence: %s%s", text,
                     evidence_counts(&v[i], c->now, EVIDENCE_MONTHS) ? "" : "; not of the last 18 months, so no ranking uses it");
        told += r != NULL;
    }
    if (!told)
        out_talk(c, "evidence: no data");
    return true;
}

/* The document itself: it is what a person would change. */
static bool show(struct cli *c, const char *id, struct err *e)
{
    const struct product *p = catalog_product(&c->catalog, id);
    const struct playbook *b = catalog_playbook(&c->catalog, id);
    const struct vendor *v = catalog_vendor(&c->catalog, id);
    const struct evidence *t = catalog_evidence(&c->catalog, id);
    const char *names[512] = {NULL}, *near;
    size_t n = 0;

    c->json = true; /* what is printed is a document */
    tell_origin(c, id);
    if (p)
        return tell_evidence(c, p, e) && out_doc(&product_schema, p, e);
    if (t)
        return out_doc(&evidence_schema, t, e);
    if (b)
        return out_doc(&playbook_schema, b, e);
    if (v)
        return out_doc(&vendor_schema, v, e);
    for (size_t i = 0; i < c->catalog.products.n && n < 512; i++)
        names[n++] = c->catalog.products.v[i].id;
    near = text_nearest(id, names, n);
    return err_set(e, ERR_NOT_FOUND, "the catalogue has no product, playbook, vendor or laboratory test '%.100s'%s%s%s", id,
                   near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
}

static bool catalog(struct cli *c, struct err *e)
{
    const char *what = c->args.operand_count ? c->args.operands[0] : "list";
    bool shows = strcmp(what, "show") == 0;

    if (shows != (c->args.operand_count == 2))
        return err_set(e, ERR_USAGE, "write avswap catalog [list | show ID | digest]");
    if (!input_catalog(c, true, e))
        return false;
    if (shows)
        return show(c, c->args.operands[1], e);
    if (strcmp(what, "list") == 0)
        return list(c, e);
    if (strcmp(what, "digest") == 0)
        return digest(c, e);
    return err_set(e, ERR_USAGE, "'%.40s' is not list, show or digest", what);
}

static const struct option options[] = {
    OPTION_NOW,
    OPTION_CATALOG,
    OPTION_OVERLAY,
    OPTION_END,
};

static const char *const about[] = {
    "The catalogue is all that avswap knows of vendors, products, measures and strategies; it is data, and a copy is inside the "
    "program. 'list' names what is in it, 'show ID' prints one document and tells what laboratories measured of a replacement, 'digest' the SHA-256 that plans are bound to.",
    NULL,
};

static const struct example examples[] = {
    {"avswap catalog", "what is known"},
    {"avswap catalog show kaspersky.kesl.linux", "one product, to copy and change"},
    {NULL, NULL},
};

const struct command cmd_catalog = {
    .name = "catalog",
    .summary = "what is known of products and strategies",
    .operands = "[list | show ID | digest]",
    .max_operands = 2,
    .words = "list show digest",
    .about = about,
    .options = options,
    .exits = (const int[]){-1},
    .examples = examples,
    .run = catalog,
};
