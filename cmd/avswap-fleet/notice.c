#include "core/fleet/notice.h"

#include "cmd/avswap-fleet/state.h"
#include "cmd/cli/input.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/os/file.h"

#include <string.h>

/* Standard output, or the file that -o names. */
static bool put(struct cli *c, struct buf *b, struct err *e)
{
    const char *file = option_value(&c->args, "output");
    bool ok;

    if (!file || text_eq(file, "-"))
        return out_text(b, e);
    ok = buf_ok(b, "the notice", e) && out_file(file, b, e);
    buf_free(b);
    return ok;
}

static bool show(struct cli *c, const struct notice *n, struct err *e)
{
    const char *file = option_value(&c->args, "output");
    struct buf b;

    if (!option_given(&c->args, "cef"))
        return out_save(file ? file : "-", &notice_schema, n, e);
    buf_init(&b, LIMIT_FLEET);
    report_notice_cef(n, &b);
    return put(c, &b, e);
}

static bool read_options(struct cli *c, struct notice_source *how, struct rollout *r, struct err *e)
{
    const char *begins = option_value(&c->args, "begins"), *path = option_value(&c->args, "rollout");

    if (!input_now(c, e))
        return false;
    *how = (struct notice_source){.operator = option_value(&c->args, "operator"), .contact = option_value(&c->args, "contact"),
                                  .now = c->now, .begins = INSTANT_NONE};
    if (begins && !instant_parse(begins, &how->begins))
        return err_set(e, ERR_USAGE, "--begins '%.40s' is not an instant such as 2026-12-01T22:00:00Z", begins);
    if (path && !input_doc(c, &rollout_schema, path, r, e))
        return false;
    how->rollout = path ? r : NULL;
    how->state = state_dir(c, e);
    return how->state != NULL;
}

static bool notice(struct cli *c, struct err *e)
{
    struct notice_source how;
    struct rollout r;
    struct notice n;
    struct store *s;
    bool ok;

    if (!read_options(c, &how, &r, e))
        return false;
    s = state_store_there(c, e);
    if (!s)
        return e->code ? false : err_set(e, ERR_NOT_FOUND, "%s/fleet.db: no such file: nothing is planned here", how.state);
    ok = notice_load(s, &how, &c->doc, &n, e) && show(c, &n, e);
    store_close(s);
    return ok;
}

static const struct option options[] = {
    {"cef", 0, NULL, "one line a PC in the Common Event Format, instead of JSON", false},
    {"output", 'o', "FILE", "write it there ('-': standard output)", false},
    {"operator", 0, "TEXT", "who does it (default: who began the rollout)", false},
    {"contact", 0, "TEXT", "whom to ask, for PCs whose inventory names nobody", false},
    {"begins", 0, "INSTANT", "nothing is removed before that", false},
    {"rollout", 0, "FILE", "waves and windows of a rollout that has not begun (avswap.rollout/1)", false},
    OPTION_NOW,
    OPTION_STATE,
    OPTION_END,
};

static const char *const about[] = {
    "Prints what a security operations centre is told before protection is changed: which PCs, in which hours, by which plan "
    "(with its digest), which products, services and packages are going to stop and to start, and whom to ask. To those who watch, "
    "the removal of an antivirus looks like an attack.",
    "avswap fleet run writes the same before the first uninstall: fleet/notice-ROLLOUT.json and .cef in the jump host's state. PCs that were "
    "planned for later, as absent ones, are in notices of their own, notice-ROLLOUT.2.json and so on: no PC is told to start before "
    "a notice on disk names it with its plan.",
    NULL,
};

static const struct example examples[] = {
    {"avswap fleet notice --contact 'helpdesk, 4711'", "as a document (avswap.notice/1)"},
    {"avswap fleet notice --cef -o notice.cef", "for a collector of events"},
    {NULL, NULL},
};

const struct command cmd_fleet_notice = {
    .name = "notice",
    .summary = "tell a security operations centre which change to expect",
    .operands = "",
    .about = about,
    .options = options,
    .exits = (const int[]){-1},
    .examples = examples,
    .run = notice,
};
