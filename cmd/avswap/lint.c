#include "cmd/avswap/avswap.h"
#include "core/lint/lint.h"

#include "cmd/cli/input.h"
#include "cmd/cli/out.h"
#include "core/model/words.h"
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/path.h"
#include "core/step/verb.h"

#include <string.h>

#define MAX_FILES 10000

struct source { /* a file that parsed */
    const char *path;
    const json_t *json; /* NULL: it did not */
    const struct schema *schema;
};

struct gather {
    struct cli *cli;
    struct lint *lint;
    struct source *v;
    size_t n;
};

static const struct schema *schema_of(const json_t *j)
{
    const char *format = json_string_value(json_object_get(j, "schema"));

    for (size_t i = 0; format && words_formats[i].schema; i++)
        if (text_eq(words_formats[i].schema->format, format))
            return words_formats[i].schema;
    return NULL;
}

static void no_schema(struct lint *l, const struct source *s)
{
    const char *format = json_string_value(json_object_get(s->json, "schema"));
    struct place at = {NULL, NULL, 0, s->path};
    const char *names[32], *near;
    size_t n = 0;

    for (size_t i = 0; words_formats[i].schema && n < 32; i++)
        if (words_formats[i].schema->format) /* a journal's records have none */
            names[n++] = words_formats[i].schema->format;
    near = format ? text_nearest(format, names, n) : NULL;
    if (!format)
        lint_add(l, &at, "not a document of ours: no key 'schema'");
    else
        lint_add(l, &at, "'schema' is '%.60s', which is no format of ours%s%s%s", format, near ? " (did you mean '" : "",
                 near ? near : "", near ? "'?)" : "");
}

/* Reads and parses one file; what is wrong with it as a file becomes a problem. */
static void add_file(struct gather *g, const char *path, struct err *e)
{
    struct source *s = &g->v[g->n++];
    struct buf b;

    s->path = strcmp(path, "-") == 0 ? "standard input" : path;
    buf_init(&b, LIMIT_DOCUMENT);
    if (input_file(path, &b, e))
        s->json = doc_parse(g->lint->doc, s->path, buf_str(&b), b.len, e);
    buf_free(&b);
    if (!s->json) {
        lint_add_err(g->lint, e);
        return;
    }
    s->schema = schema_of(s->json);
    if (!s->schema)
        no_schema(g->lint, s);
}

/* A file, or every .json below a folder. */
static bool gather(struct gather *g, const char *path, int depth, struct err *e)
{
    struct os_stat st = {.kind = OS_FILE};
    struct strs names;

    if (strcmp(path, "-") != 0 && !os_file_stat(path, &st, e))
        return false;
    if (st.kind != OS_DIR) {
        if (g->n == MAX_FILES)
            return err_set(e, ERR_LIMIT, "more than %d files", MAX_FILES);
        add_file(g, path, e);
        return true;
    }
    if (depth > 16 || !os_dir_list(path, &g->lint->doc->arena, &names, e))
        return depth > 16 ? err_set(e, ERR_LIMIT, "'%s' is nested too deeply", path) : false;
    for (size_t i = 0; i < names.n; i++) {
        const char *below = arena_printf(&g->lint->doc->arena, "%s/%s", path, names.v[i]);

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
        path = os_path_given(path, &g->lint->doc->arena, e);
    return path && gather(g, path, 0, e);
}

/* The ids that the files themselves define, for references between them. */
static bool collect_ids(struct gather *g, struct err *e)
{
    struct catalog *here = &g->lint->here;

    here->vendors.v = ARENA_ARRAY(&g->lint->doc->arena, g->n, struct vendor);
    here->products.v = ARENA_ARRAY(&g->lint->doc->arena, g->n, struct product);
    if (!here->vendors.v || !here->products.v)
        return err_nomem(e);
    for (size_t i = 0; i < g->n; i++) {
        const char *id = json_string_value(json_object_get(g->v[i].json, "id"));

        if (id && g->v[i].schema == &vendor_schema)
            here->vendors.v[here->vendors.n++].id = id;
        if (id && g->v[i].schema == &product_schema) {
            struct place at = {NULL, NULL, 0, g->v[i].path};

            if (catalog_product(here, id))
                lint_add(g->lint, &at, "another of these files defines the product '%.80s' too", id);
            here->products.v[here->products.n++].id = id;
        }
    }
    return true;
}

static bool print(struct cli *c, const struct lint *l, size_t files, struct err *e)
{
    struct buf b;

    if (c->json) {
        json_t *list = json_array();

        for (size_t i = 0; i < l->problems.n; i++)
            json_array_append_new(list, json_string(l->problems.v[i]));
        return out_json(json_pack("{ss sI so}", "schema", "avswap.lint/1", "files", (json_int_t)files, "problems", list), e);
    }
    buf_init(&b, LIMIT_DOCUMENT);
    for (size_t i = 0; i < l->problems.n; i++) {
        text_show(&b, l->problems.v[i]);
        buf_addc(&b, '\n');
    }
    buf_printf(&b, "%zu file%s, %zu problem%s\n", files, files == 1 ? "" : "s", l->problems.n,
               l->problems.n == 1 ? "" : "s");
    return out_text(&b, e);
}

static bool lint(struct cli *c, struct err *e)
{
    struct lint l = {.doc = &c->doc, .verbs = verb_defs()};
    struct gather g = {c, &l, ARENA_ARRAY(&c->doc.arena, MAX_FILES, struct source), 0};
    struct err ignored = ERR_INIT;

    if (!g.v)
        return err_nomem(e);
    for (size_t i = 0; i < c->args.operand_count; i++)
        if (!gather_given(&g, c->args.operands[i], e))
            return false;
    if (input_catalog(c, true, &ignored))
        l.catalog = &c->catalog;
    else
        out_talk(c, "note: references are checked among these files only: %s", ignored.text);
    if (!collect_ids(&g, e))
        return false;
    for (size_t i = 0; i < g.n; i++) {
        struct place at = {NULL, NULL, 0, g.v[i].path};
        size_t before = l.problems.n;

        if (!g.v[i].json || !g.v[i].schema)
            continue;
        lint_structure(&l, g.v[i].schema, g.v[i].json, &at);
        if (l.problems.n == before)
            lint_rules(&l, g.v[i].schema, g.v[i].json, &at);
    }
    if (l.nomem)
        return err_nomem(e);
    c->status = l.problems.n ? EXIT_ERROR : EXIT_DONE;
    return print(c, &l, g.n, e);
}

static const struct option options[] = {
    OPTION_CATALOG,
    OPTION_END,
};

static const char *const about[] = {
    "Checks vendors, products, timelines, playbooks, policies, plans and facts, each by the format that its key 'schema' "
    "names, and reports every problem with file and place. A folder means every .json below it.",
    "Beyond the formats it checks verbs and their arguments, references, that every fact carries source and confidence, that "
    "no command is a shell string and that no secret stands in a command's arguments.",
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
