#include "cmd/avswap/avswap.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/process.h"

#include <string.h>

/* Beside this program: the two are installed together. */
static bool beside(struct buf *path, struct err *e)
{
    char *slash;

    if (!os_self_path(path, e))
        return false;
    slash = path->data ? strrchr(path->data, '/') : NULL;
    if (!slash)
        return err_set(e, ERR_OS, "this program's folder is not known");
    path->len = (size_t)(slash + 1 - path->data);
    buf_adds(path, "avswap-fleet");
    return buf_ok(path, "a path", e);
}

/* avswap-fleet at this path, with these words before what was given. */
static bool become(struct cli *c, const char *path, const char *const *words, struct err *e)
{
    struct strs argv = {NULL, 0};
    size_t n = 0;

    while (words[n])
        n++;
    argv.v = ARENA_ARRAY(&c->doc.arena, c->args.operand_count + n + 1, const char *);
    if (!argv.v)
        return err_nomem(e);
    argv.v[argv.n++] = path;
    for (size_t i = 0; i < n; i++)
        argv.v[argv.n++] = words[i];
    for (size_t i = 0; i < c->args.operand_count; i++)
        argv.v[argv.n++] = c->args.operands[i];
    return os_become(&argv, e);
}

static bool hand_over(struct cli *c, const char *const *words, struct err *e)
{
    struct buf path;
    bool ok;

    buf_init(&path, LIMIT_PATH);
    ok = beside(&path, e);
    if (ok && !os_file_exists(buf_str(&path)))
        ok = err_set(e, ERR_USAGE, "avswap-fleet is not installed: no '%s'", buf_str(&path));
    else if (ok)
        ok = become(c, buf_str(&path), words, e);
    buf_free(&path);
    return ok;
}

static bool fleet(struct cli *c, struct err *e)
{
    return hand_over(c, (const char *const[]){NULL}, e);
}

static bool import_winget(struct cli *c, struct err *e)
{
    return hand_over(c, (const char *const[]){"catalog", "import-winget", NULL}, e);
}

static const char *const about[] = {
    "Starts avswap-fleet, the program for a jump host that moves many PCs, with the arguments that follow. It is a program of "
    "its own and need not be installed on a PC.",
    NULL,
};

static const struct example examples[] = {
    {"avswap fleet --help", "what it can do, where it is installed"},
    {NULL, NULL},
};

const struct command cmd_fleet = {
    .name = "fleet",
    .summary = "start avswap-fleet, where it is installed",
    .operands = "[ARGUMENTS]",
    .max_operands = NO_LIMIT,
    .takes_all = true,
    .about = about,
    .exits = (const int[]){EXIT_FLEET_PARTIAL, -1},
    .examples = examples,
    .run = fleet,
};

static const char *const import_about[] = {
    "Reads package manifests in the form of winget and writes candidates for the catalogue, for a person to review. The work is "
    "done by avswap-fleet, as it is no work for a PC: see avswap-fleet-catalog-import-winget(1).",
    NULL,
};

static const struct example import_examples[] = {
    {"avswap catalog import-winget --help", "what it reads and what it rejects"},
    {NULL, NULL},
};

const struct command cmd_import_winget = {
    .name = "catalog import-winget",
    .summary = "make a candidate manifest, by avswap-fleet",
    .operands = "[ARGUMENTS]",
    .max_operands = NO_LIMIT,
    .takes_all = true,
    .about = import_about,
    .exits = (const int[]){-1},
    .examples = import_examples,
    .run = import_winget,
};
