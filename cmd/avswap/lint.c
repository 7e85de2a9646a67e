#include "cmd/avswap/avswap.h"
#include "core/lint/lint.h"

#include "cmd/cli/input.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/path.h"
#include "core/step/verb.h"

#include <string.h>

#define MAX_FILES 10000

struct gather {
    struct cli *cli;
    struct catalog_file *v;
    size_t n;
};

static bool add_file(struct gather *g, const char *path, struct err *e)
{
    struct catalog_file *f = &g->v[g->n];
    struct buf b;
    bool ok;

    buf_init(&b, LIMIT_DOCUMENT);
    ok = input_file(path, &b, e);
    f->path = strcmp(path, "-") == 0 ? "standard input" : path;
    f->text = ok ? arena_strndup(&g->cli->doc.arena, buf_str(&b), b.len) : NULL;
    f->len = b.len;
    g->n++;
    buf_free(&b);
    return !ok ? false : f->text ? true : err_nomem(e);
}

/* A file, or every .json below a folder. */
static bool gather(struct gather *g, const char *path, int depth, struct err *e)
{
    struct os_stat st = {.kind = OS_FILE};
    struct arena *a = &g->cli->doc.arena;
    struct strs names;

    if (strcmp(path, "-") != 0 && !os_file_stat(path, &st, e))
        return false;
    if (st.kind != OS_DIR)
        return g->n < MAX_FILES ? add_file(g, path, e) : err_set(e, ERR_LIMIT, "more than %d files", MAX_FILES);
    if (depth > 16 || !os_dir_list(path, a, &names, e))
        return depth > 16 ? err_set(e, ERR_LIMIT, "'%s' is nested too deeply", path) : false;
    for (size_t i = 0; i < names.n; i++) {
        const char *below = arena_printf(a, "%s/%s", path, names.v[i]);

        if (!below)
            return err_nomem(e);
        if (!os_file_stat(below, &st, e))
            return false;
        if ((st.kind == OS_DIR || text_ends(below, ".json")) && !gather(g, below, depth + 1, e))
            return false;
    }
    return true;
}

static bool gather_given(struct gather *g, const char *path, struct err *e)
{
    if (strcmp(path, "-") != 0)
        path = os_path_given(path, &g->cli->doc.arena, e);
    return path && gather(g, path, 0, e);
}

static bool print(struct cli *c, const struct problems *p, struct err *e)
{
    struct buf b;

    if (c->json)
        return out_doc(&problems_schema, p, e);
    buf_init(&b, LIMIT_DOCUMENT);
    for (size_t i = 0; i < p->problems.n; i++)
        lint_text(&p->problems.v[i], &b);
    buf_printf(&b, "%lld file%s, %zu problem%s\n", p->files, p->files == 1 ? "" : "s", p->problems.n,
               p->problems.n == 1 ? "" : "s");
    return out_text(&b, e);
}

static bool lint(struct cli *c, struct err *e)
{
    struct gather g = {c, ARENA_ARRAY(&c->doc.arena, MAX_FILES, struct catalog_file), 0};
    const char *inventory = option_value(&c->args, "inventory");
    struct gather listed = {c, ARENA_NEW(&c->doc.arena, struct catalog_file), 0};
    struct lint_with with = {.verbs = verb_defs()};
    struct err ignored = ERR_INIT;
    struct problems found;

    if (!g.v || !listed.v)
        return err_nomem(e);
    if (inventory) {
        if (!add_file(&listed, inventory, e))
            return false;
        with.inventory = listed.v;
    }
    for (size_t i = 0; i < c->args.operand_count; i++)
        if (!gather_given(&g, c->args.operands[i], e))
            return false;
    if (input_catalog(c, true, &ignored))
        with.catalog = &c->catalog;
    else
        out_talk(c, "note: references are checked among these files only: %s", ignored.text);
    if (!lint_files(g.v, g.n, &with, &c->doc, &found, e))
        return false;
    c->status = found.problems.n ? EXIT_ERROR : EXIT_DONE;
    return print(c, &found, e);
}

static const struct option options[] = {
    {"inventory", 0, "FILE", "JSON lines of software with a label whose it is: no product may match what is another vendor's", false},
    OPTION_CATALOG,
    OPTION_END,
};

static const char *const about[] = {
    "Checks vendors, products, timelines, playbooks, policies, plans and facts, each by the format that its key 'schema' "
    "names, and reports every problem with file, line and place, a word for its kind, and what to write instead. A folder means "
    "every .json below it.",
    "Beyond the formats it looks at verbs and their arguments, references, sources and how sure they are, shell strings, secrets in "
    "arguments, installers that would ask or restart the PC, effects that nothing proves and nothing undoes, missing time limits "
    "and exit codes, edits that would leave a PC worse off, and programs for whose work there is a verb.",
    "Between products it looks for those that would recognise a PC with another one as theirs; with --inventory for those that "
    "would take, or remove, software of others.",
    "Exit status 1 means that there are problems.",
    NULL,
};

static const struct example examples[] = {
    {"avswap lint vendors playbooks", "a whole catalogue"},
    {"avswap lint office.json plan.json", "a policy and a plan"},
    {NULL, NULL},
};

const struct command cmd_lint = {
    .name = "lint",
    .summary = "check documents, every problem with its place",
    .operands = "PATH...",
    .min_operands = 1,
    .max_operands = NO_LIMIT,
    .about = about,
    .options = options,
    .exits = (const int[]){-1},
    .examples = examples,
    .run = lint,
};
