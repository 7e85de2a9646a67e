#include "cmd/avswap-fleet/state.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/catalog/patch.h"
#include "core/catalog/sync.h"
#include "core/detect/load.h"
#include "core/model/changes.h"
#include "core/report/page.h"

#include <string.h>

#define CANDIDATE "candidate"

struct side {
    const char *commit;
    struct catalog catalog;
};

/* Where only one side is named: from what is in use to what was fetched, or from the one before to the one in use. */
static bool names(struct cli *c, const struct vault *s, const char **ret, struct err *e)
{
    const struct stored *last = vault_last(s);
    size_t n = c->args.operand_count;

    if (!last)
        return err_set(e, ERR_NOT_FOUND, "no catalogue was accepted yet");
    ret[0] = n > 0 ? c->args.operands[0] : last->record.previous;
    ret[1] = n > 1 ? c->args.operands[1] : last->record.commit;
    if (n == 1 && strcmp(ret[0], CANDIDATE) == 0) {
        ret[0] = last->record.commit;
        ret[1] = CANDIDATE;
    }
    return ret[0] || err_set(e, ERR_NOT_FOUND, "only one commit was accepted yet; write catalog diff " CANDIDATE
                                               " for what was fetched since");
}

static bool load(struct cli *c, struct vault *s, const char *name, struct side *ret, struct err *e)
{
    const struct stored *x;

    if (strcmp(name, CANDIDATE) == 0)
        return sync_candidate(s, &c->doc.arena, &ret->commit, &ret->catalog, e);
    x = vault_find(s, name, e);
    ret->commit = x ? x->record.commit : NULL;
    return x && catalog_load(x->folder, NULL, &ret->catalog, e);
}

static void show_field(struct page *p, const struct field_change *f)
{
    page_line(p, 4, 6, INK_NAME, "%s", f->path);
    if (f->was) {
        page_say(p, INK_BAD, "- %.300s%s", f->was, strlen(f->was) > 300 ? "..." : "");
        page_end_para(p, 6, 8);
    }
    if (f->is) {
        page_say(p, INK_GOOD, "+ %.300s%s", f->is, strlen(f->is) > 300 ? "..." : "");
        page_end_para(p, 6, 8);
    }
}

static bool print_changes(struct cli *c, const struct changes *x, struct err *e)
{
    static const enum ink inks[] = {[CHANGE_CHANGED] = INK_WARN, [CHANGE_ADDED] = INK_GOOD, [CHANGE_REMOVED] = INK_BAD};
    struct page p;
    struct buf b;

    if (c->json)
        return out_doc(&changes_schema, x, e);
    buf_init(&b, LIMIT_DOCUMENT);
    page_open(&p, &c->style, &b);
    page_line(&p, 0, 2, INK_BOLD, "%.12s to %.12s: %zu document%s differ%s", x->from, x->to, x->documents.n,
              x->documents.n == 1 ? "" : "s", x->documents.n == 1 ? "s" : "");
    for (size_t i = 0; i < x->documents.n; i++) {
        const struct doc_change *d = &x->documents.v[i];

        page_say(&p, INK_PLAIN, "%s %s: ", d->kind, d->id);
        page_say(&p, inks[d->what], "%s", change_names[d->what]);
        page_end_para(&p, 2, 4);
        for (size_t k = 0; k < d->fields.n; k++)
            show_field(&p, &d->fields.v[k]);
    }
    page_close(&p);
    return out_text(&b, e);
}

/* Line by line harmless, and still a patch where all of it is. */
static bool print_raw(const struct vault *s, const struct side *sides, struct err *e)
{
    struct buf raw, shown;
    const char *cursor, *line, *end;
    char *copy;
    size_t n;
    bool ok;

    buf_init(&raw, LIMIT_DOCUMENT);
    buf_init(&shown, LIMIT_DOCUMENT * 2);
    ok = patch_make(s, sides[0].commit, sides[1].commit, &raw, e);
    cursor = buf_str(&raw);
    end = cursor + raw.len;
    while (ok && text_line(&cursor, end, &line, &n)) {
        struct arena a = ARENA_INIT;

        copy = arena_strndup(&a, line, n);
        ok = copy || err_nomem(e);
        if (ok)
            text_show(&shown, copy);
        buf_addc(&shown, '\n');
        arena_free(&a);
    }
    buf_free(&raw);
    if (ok)
        return out_text(&shown, e);
    buf_free(&shown);
    return false;
}

static bool diff(struct cli *c, struct vault *s, struct side *sides, struct err *e)
{
    const char *wanted[2];
    struct changes x;

    for (int i = 0; i < 2; i++)
        if ((i == 0 && !names(c, s, wanted, e)) || !load(c, s, wanted[i], &sides[i], e))
            return false;
    if (option_given(&c->args, "raw"))
        return print_raw(s, sides, e);
    if (!changes_make(&sides[0].catalog, &sides[1].catalog, &c->doc, &x, e))
        return false;
    x.from = sides[0].commit;
    x.to = sides[1].commit;
    return print_changes(c, &x, e);
}

static bool run(struct cli *c, struct err *e)
{
    struct side sides[2] = {{.commit = NULL}, {.commit = NULL}};
    struct vault s;
    bool ok = state_vault(c, &s, e) && diff(c, &s, sides, e);

    catalog_free(&sides[0].catalog);
    catalog_free(&sides[1].catalog);
    vault_close(&s);
    return ok;
}

static const struct option options[] = {
    {"raw", 0, NULL, "as git shows it, line by line", false},
    OPTION_STATE,
    OPTION_END,
};

static const char *const about[] = {
    "Shows what is different between two commits that were accepted, by product, vendor, timeline and playbook and field by field: "
    "what a person has to read before plans rest on it. Without operands: from the one accepted before to the one in use; with one: "
    "from that to the one in use. A commit is named by its number in catalog log, or by 4 or more of its first digits.",
    "'candidate' is what catalog sync --dry-run fetched and did not accept. Alone it is compared with what is in use.",
    NULL,
};

static const struct example examples[] = {
    {"avswap fleet catalog diff", "what the last sync changed"},
    {"avswap fleet catalog diff candidate", "what the next one would"},
    {NULL, NULL},
};

const struct command cmd_catalog_diff = {
    .name = "catalog diff",
    .summary = "what is different between two commits of the catalogue",
    .operands = "[FROM [TO]]",
    .max_operands = 2,
    .about = about,
    .options = options,
    .exits = (const int[]){EXIT_IN_DOUBT, -1},
    .examples = examples,
    .run = run,
};
