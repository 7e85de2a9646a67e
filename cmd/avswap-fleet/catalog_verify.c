#include "cmd/avswap-fleet/state.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/catalog/sync.h"
#include "core/report/page.h"

static bool print(struct cli *c, size_t n, const struct strs *problems, struct err *e)
{
    struct page p;
    struct buf b;

    if (c->json) {
        json_t *list = json_array();

        for (size_t i = 0; i < problems->n; i++)
            json_array_append_new(list, json_string(problems->v[i]));
        return out_json(json_pack("{ss sI so}", "schema", "avswap.catalog-verified/1", "accepted", (json_int_t)n, "problems", list),
                        e);
    }
    buf_init(&b, LIMIT_DOCUMENT);
    page_open(&p, &c->style, &b);
    for (size_t i = 0; i < problems->n; i++) {
        page_mark(&p, INK_BAD, MARK_NO);
        page_say(&p, INK_PLAIN, " %s", problems->v[i]);
        page_end_para(&p, 0, 2);
    }
    page_line(&p, 0, 2, problems->n ? INK_BAD : INK_GOOD, "%zu accepted, %zu problem%s", n, problems->n, problems->n == 1 ? "" : "s");
    page_close(&p);
    return out_text(&b, e);
}

static bool run(struct cli *c, struct err *e)
{
    struct signers signers;
    struct strs problems;
    struct vault s;
    bool ok = state_vault(c, &s, e) && vault_lock(&s, e) && state_signers(c, &signers, e) &&
              sync_verify(&s, &signers, &c->doc.arena, &problems, e);

    if (ok) {
        c->status = problems.n ? EXIT_IN_DOUBT : EXIT_DONE;
        ok = print(c, s.all.n, &problems, e);
    }
    vault_close(&s);
    return ok;
}

static const struct option options[] = {
    OPTION_SIGNERS,
    OPTION_REVOKED,
    OPTION_STATE,
    OPTION_END,
};

static const char *const about[] = {
    "Checks everything again that was accepted: that the folders hold what their records say, that the records fit the signed commits "
    "in the repository and each other, that the signatures are good for the time when they were accepted, and that nothing is missing.",
    "Signers who may sign no longer stay in the allowed signers file, with valid-before: what they signed before then stays good.",
    NULL,
};

static const struct example examples[] = {
    {"avswap fleet catalog verify", "every night, from a timer: exit status 8 tells of tampering"},
    {NULL, NULL},
};

const struct command cmd_catalog_verify = {
    .name = "catalog verify",
    .summary = "check again everything about the catalogues that were accepted",
    .operands = "",
    .about = about,
    .options = options,
    .exits = (const int[]){EXIT_REFUSED, EXIT_IN_DOUBT, -1},
    .examples = examples,
    .run = run,
};
