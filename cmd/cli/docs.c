#include "cmd/cli/man.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/path.h"

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

static bool docs(struct cli *c, struct err *e)
{
    const char *what = c->args.operands[0], *dir;
    struct buf b;

    if (strcmp(what, "man") == 0 && c->args.operand_count == 2) {
        dir = os_path_given(c->args.operands[1], &c->doc.arena, e);
        return dir && write_manual(c, dir, e);
    }
    if (strcmp(what, "completion") != 0 || c->args.operand_count != 1)
        return err_set(e, ERR_USAGE, "write %s docs man DIR, or %s docs completion", program.call, program.call);
    buf_init(&b, LIMIT_MANIFEST);
    completion_bash(&b);
    return out_text(&b, e);
}

static const char *const about[] = {
    "'man DIR' writes the manual pages into a folder; 'completion' prints a bash completion script. Both are made from the "
    "tables that the program itself runs by, so they cannot differ from it.",
    NULL,
};

static const struct example examples[] = {
    {"avswap docs man /usr/local/share/man/man1", "the pages; sections 5 and 7 come with them"},
    {"source <(avswap docs completion)", "completion in this shell"},
    {NULL, NULL},
};

const struct command cmd_docs = {
    .name = "docs",
    .summary = "write the manual pages, print the completion",
    .operands = "man DIR | completion",
    .min_operands = 1,
    .max_operands = 2,
    .words = "man completion",
    .about = about,
    .exits = (const int[]){-1},
    .examples = examples,
    .run = docs,
};
