#include "cmd/cli/man.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/model/jsonschema.h"
#include "core/model/words.h"
#include "core/os/path.h"
#include "core/step/verb.h"

#include <string.h>

static bool write_page(struct cli *c, const char *dir, const char *name, struct buf *b, struct err *e)
{
    const char *path = arena_printf(&c->doc.arena, "%s/%s", dir, name);
    bool ok = path ? buf_ok(b, "a manual page", e) && os_file_write(path, buf_str(b), b->len, 0644, e) : err_nomem(e);

    buf_free(b);
    return ok;
}

static bool write_manual(struct cli *c, const char *dir, struct err *e)
{
    const char *name = arena_printf(&c->doc.arena, "%s.1", program.name);
    struct buf b;

    if (!name)
        return err_nomem(e);
    if (!os_dir_make(dir, 0755, e))
        return false;
    buf_init(&b, LIMIT_MANIFEST);
    man_program(&b);
    if (!write_page(c, dir, name, &b, e))
        return false;
    for (const struct manual *m = program.manuals; m && m->name; m++) {
        buf_init(&b, LIMIT_MANIFEST);
        m->make(&b);
        if (!write_page(c, dir, m->name, &b, e))
            return false;
    }
    for (size_t i = 0; program.commands[i]; i++) {
        struct buf page;

        buf_init(&page, 128);
        man_name(program.commands[i], &page);
        name = arena_printf(&c->doc.arena, "%s.1", buf_str(&page));
        buf_free(&page);
        if (!name)
            return err_nomem(e);
        buf_init(&b, LIMIT_MANIFEST);
        man_command(program.commands[i], &b);
        if (!write_page(c, dir, name, &b, e))
            return false;
    }
    return true;
}

static bool write_schemas(struct cli *c, const char *dir, struct err *e)
{
    if (!os_dir_make(dir, 0755, e))
        return false;
    for (const struct words_format *f = words_formats; f->schema; f++) {
        json_t *j = jsonschema_make(f->schema, verb_defs());
        char name[64];
        const char *file;
        struct buf b;
        bool ok;

        buf_init(&b, LIMIT_DOCUMENT);
        jsonschema_name(f->schema, name, sizeof name);
        file = arena_printf(&c->doc.arena, "%s.schema.json", name);
        ok = j && file ? json_text(j, true, &b, e) : err_nomem(e);
        json_decref(j);
        if (!ok)
            buf_free(&b);
        if (!ok || !write_page(c, dir, file, &b, e))
            return false;
    }
    return true;
}

static bool docs(struct cli *c, struct err *e)
{
    const char *what = c->args.operands[0], *dir;
    struct buf b;

    if (strcmp(what, "man") == 0 && c->args.operand_count == 2) {
        dir = os_path_given(c->args.operands[1], &c->doc.arena, e);
        return dir && write_manual(c, dir, e);
    }
    if (strcmp(what, "schemas") == 0 && c->args.operand_count == 2) {
        dir = os_path_given(c->args.operands[1], &c->doc.arena, e);
        return dir && write_schemas(c, dir, e);
    }
    if (strcmp(what, "completion") != 0 || c->args.operand_count != 1)
        return err_set(e, ERR_USAGE, "write %s docs man DIR, %s docs schemas DIR, or %s docs completion", program.call,
                       program.call, program.call);
    buf_init(&b, LIMIT_MANIFEST);
    completion_bash(&b);
    return out_text(&b, e);
}

static const char *const about[] = {
    "'man DIR' writes the manual pages into a folder, 'schemas DIR' a JSON Schema (draft 2020-12) for each format of "
    "avswap-formats(5), as product.schema.json; 'completion' prints a bash completion script. All are made from the tables that "
    "the program itself runs by, so they cannot differ from it.",
    "'make install' puts the schemas into share/avswap/schemas. Editors are told by file pattern which schema a document has, "
    "as vendors/*/*.json: documents carry no key '$schema'.",
    NULL,
};

static const struct example examples[] = {
    {"avswap docs man /usr/local/share/man/man1", "the pages; sections 5 and 7 come with them"},
    {"avswap docs schemas schemas", "what an editor needs to complete and check manifests while they are written"},
    {"source <(avswap docs completion)", "completion in this shell"},
    {NULL, NULL},
};

const struct command cmd_docs = {
    .name = "docs",
    .summary = "write the manual pages and JSON Schemas, print the completion",
    .operands = "man DIR | schemas DIR | completion",
    .min_operands = 1,
    .max_operands = 2,
    .words = "man schemas completion",
    .about = about,
    .exits = (const int[]){-1},
    .examples = examples,
    .run = docs,
};
