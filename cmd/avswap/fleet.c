#include "cmd/avswap/out.h"
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

static bool become(struct cli *c, const char *path, struct err *e)
{
    struct strs argv = {ARENA_ARRAY(&c->doc.arena, c->args.operand_count + 1, const char *), c->args.operand_count + 1};

    if (!argv.v)
        return err_nomem(e);
    argv.v[0] = path;
    for (size_t i = 0; i < c->args.operand_count; i++)
        argv.v[i + 1] = c->args.operands[i];
    return os_become(&argv, e);
}

static bool fleet(struct cli *c, struct err *e)
{
    struct buf path;
    bool ok;

    buf_init(&path, LIMIT_PATH);
    ok = beside(&path, e);
    if (ok && !os_file_exists(buf_str(&path)))
        ok = err_set(e, ERR_USAGE, "avswap-fleet is not installed: no '%s'", buf_str(&path));
    else if (ok)
        ok = become(c, buf_str(&path), e);
    buf_free(&path);
    return ok;
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
    .about = about,
    .exits = (const int[]){EXIT_FLEET_PARTIAL, -1},
    .examples = examples,
    .run = fleet,
};
