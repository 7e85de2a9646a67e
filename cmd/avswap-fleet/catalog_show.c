#include "cmd/avswap-fleet/state.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/report/page.h"

#include <string.h>

static bool show_document(struct cli *c, const char *id, struct err *e)
{
    size_t n;
    const struct catalog_doc *docs = catalog_docs(&c->catalog, &c->doc.arena, &n);

    if (!docs)
        return err_nomem(e);
    c->json = true; /* what is printed is a document; talk goes beside it */
    for (size_t i = 0; i < c->catalog.overlay.n; i++)
        if (text_eq(c->catalog.overlay.v[i].id, id))
            out_talk(c, "note: %s", c->catalog.overlay_texts.v[i]);
    for (size_t i = 0; i < n; i++)
        if (text_eq(docs[i].id, id) && strcmp(docs[i].kind, "timeline") != 0)
            return out_doc(docs[i].schema, docs[i].obj, e);
    return err_set(e, ERR_NOT_FOUND, "the catalogue has no document '%.100s' (see avswap fleet catalog show)", id);
}

static json_t *list_json(const struct catalog_doc *docs, size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{ss ss}", "kind", docs[i].kind, "id", docs[i].id));
    return list;
}

static json_t *texts_json(const struct strs *texts)
{
    json_t *list = json_array();

    for (size_t i = 0; i < texts->n; i++)
        json_array_append_new(list, json_string(texts->v[i]));
    return list;
}

static bool show_all(struct cli *c, struct err *e)
{
    size_t n;
    const struct catalog_doc *docs = catalog_docs(&c->catalog, &c->doc.arena, &n);
    struct page p;
    struct buf b;

    if (!docs)
        return err_nomem(e);
    if (c->json)
        return out_json(json_pack("{ss ss ss* so so}", "schema", "avswap.catalog-shown/1", "digest", c->catalog.digest, "commit",
                                  c->catalog.commit, "overlay", texts_json(&c->catalog.overlay_texts), "documents",
                                  list_json(docs, n)),
                        e);
    buf_init(&b, LIMIT_DOCUMENT);
    page_open(&p, &c->style, &b);
    page_pair(&p, 0, 10, "commit", INK_NAME, c->catalog.commit ? c->catalog.commit : "none: the catalogue inside avswap, or a folder's");
    page_pair(&p, 0, 10, "digest", INK_DIM, c->catalog.digest);
    if (c->catalog.overlay_texts.n)
        page_heading(&p, "CHANGED BY YOUR OVERLAY");
    page_list(&p, 2, &c->catalog.overlay_texts);
    page_heading(&p, "DOCUMENTS");
    for (size_t i = 0; i < n; i++) {
        page_say(&p, INK_DIM, "%-10s", docs[i].kind);
        page_say(&p, INK_NAME, "%s", docs[i].id);
        page_end_para(&p, 2, 4);
    }
    page_close(&p);
    return out_text(&b, e);
}

static bool run(struct cli *c, struct err *e)
{
    if (!state_catalog(c, e))
        return false;
    return c->args.operand_count ? show_document(c, c->args.operands[0], e) : show_all(c, e);
}

static const struct option options[] = {
    OPTION_CATALOG,
    OPTION_OVERLAY,
    OPTION_STATE,
    OPTION_END,
};

static const char *const about[] = {
    "Shows the catalogue that avswap fleet plans by: the one accepted last by catalog sync, or the one inside the program where none "
    "ever was. With ID: that document. What the site's own folders (--overlay) change in it is said.",
    NULL,
};

static const struct example examples[] = {
    {"avswap fleet catalog show", "which commit is in use, and what is in it"},
    {"avswap fleet catalog show clamav.clamav.linux", "one document"},
    {NULL, NULL},
};

const struct command cmd_catalog_show = {
    .name = "catalog show",
    .summary = "the catalogue that is in use, or one document of it",
    .operands = "[ID]",
    .max_operands = 1,
    .about = about,
    .options = options,
    .exits = (const int[]){EXIT_IN_DOUBT, -1},
    .examples = examples,
    .run = run,
};
