#include "cmd/avswap-fleet/state.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/report/page.h"

static bool print_json(const struct vault *s, struct err *e)
{
    json_t *list = json_array();

    for (size_t i = s->all.n; i-- > 0;) {
        json_t *one = schema_write(&accepted_schema, &s->all.v[i].record);

        json_object_set_new(one, "folder", json_string(s->all.v[i].folder));
        json_array_append_new(list, one);
    }
    return out_json(json_pack("{ss so}", "schema", "avswap.catalog-log/1", "accepted", list), e);
}

static void one(struct page *p, const struct stored *x, bool in_use)
{
    const struct accepted *a = &x->record;
    char when[64];

    page_say(p, INK_NAME, "%lld  %.12s", a->n, a->commit);
    if (a->subject)
        page_say(p, INK_PLAIN, "  %s", a->subject);
    page_end_line(p, 0, 3, INK_GOOD, in_use ? "in use" : "");
    page_say(p, INK_PLAIN, "accepted %s", page_time(p, a->accepted_at, when, sizeof when));
    page_say(p, INK_PLAIN, ", signed by %s", a->signer);
    if (a->commits > 1)
        page_say(p, INK_DIM, ", %lld commits", a->commits);
    page_end_para(p, 3, 3);
    page_line(p, 3, 3, INK_DIM, "%s", a->key);
    if (a->rewrite)
        page_line(p, 3, 3, INK_WARN, "does not descend from %.12s: a person allowed that", a->previous);
    if (p->style->verbose) {
        page_pair(p, 3, 12, "commit", INK_DIM, a->commit);
        page_pair(p, 3, 12, "digest", INK_DIM, a->digest);
        page_pair(p, 3, 12, "dated", INK_DIM, page_time(p, a->committed_at, when, sizeof when));
        page_pair(p, 3, 12, "source", INK_DIM, a->source);
        page_pair(p, 3, 12, "branch", INK_DIM, a->branch);
        page_pair(p, 3, 12, "folder", INK_DIM, x->folder);
    }
}

static bool print(struct cli *c, const struct vault *s, struct err *e)
{
    struct page p;
    struct buf b;

    if (c->json)
        return print_json(s, e);
    buf_init(&b, LIMIT_DOCUMENT);
    page_open(&p, &c->style, &b);
    if (!s->all.n)
        page_line(&p, 0, 2, INK_PLAIN, "No catalogue was accepted yet: the one inside avswap is in use.");
    for (size_t i = s->all.n; i-- > 0;)
        one(&p, &s->all.v[i], i + 1 == s->all.n);
    page_close(&p);
    return out_text(&b, e);
}

static bool run(struct cli *c, struct err *e)
{
    struct vault s;
    bool ok = state_vault(c, &s, e) && print(c, &s, e);

    vault_close(&s);
    return ok;
}

static const struct option options[] = {
    OPTION_STATE,
    OPTION_END,
};

static const char *const about[] = {
    "Lists the commits that catalog sync accepted on this jump host, the last one first: when, who signed them, and with which key.",
    NULL,
};

static const struct example examples[] = {
    {"avswap fleet catalog log --verbose", "with digests, sources and folders"},
    {NULL, NULL},
};

const struct command cmd_catalog_log = {
    .name = "catalog log",
    .summary = "which commits of the catalogue were accepted, and who signed them",
    .operands = "",
    .about = about,
    .options = options,
    .exits = (const int[]){EXIT_IN_DOUBT, -1},
    .examples = examples,
    .run = run,
};
