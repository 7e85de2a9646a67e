#include "cmd/avswap/avswap.h"
#include "cmd/avswap/execute.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/run/run.h"

#include <string.h>

#define LOOK_MS 250

/* The journal's bytes from *at on, as they are; *at moves. */
static bool copy_bytes(const char *path, size_t *at, struct err *e)
{
    struct buf b;
    bool ok;

    buf_init(&b, LIMIT_JOURNAL);
    ok = os_file_read(path, &b, e) && (*at >= b.len || out_bytes(b.data + *at, b.len - *at, e));
    if (ok && b.len > *at)
        *at = b.len;
    buf_free(&b);
    return ok;
}

static bool print_events(const struct cli *c, const struct run_view *v, size_t *seen, struct err *e)
{
    struct buf b;

    buf_init(&b, LIMIT_DOCUMENT);
    for (; *seen < v->events.n; (*seen)++)
        report_event(&v->plan, &v->events.v[*seen], &c->style, &b);
    return out_text(&b, e);
}

/* Shows what is new in one look; *over once the run has ended and all of it is shown. */
static bool look(struct cli *c, const char *id, const char *journal, bool raw, size_t *at, bool *over, struct err *e)
{
    struct run_view v;
    bool ok;

    if (!run_view(id, &v, e))
        return false;
    ok = raw ? copy_bytes(journal, at, e) : print_events(c, &v, at, e);
    *over = v.outcome.result != RESULT_RUNNING && (!raw || *at >= v.journal_size);
    run_view_free(&v);
    return ok;
}

static bool follow(struct cli *c, const char *id, bool raw, size_t from, struct err *e)
{
    const char *folder = run_folder(id, &c->doc.arena);
    const char *journal = folder ? arena_printf(&c->doc.arena, "%s/journal.jsonl", folder) : NULL;
    bool again = option_given(&c->args, "follow"), over = false;
    long long size = -1;

    if (!journal)
        return err_nomem(e);
    while (!over) {
        struct os_stat st;

        if (!os_file_stat(journal, &st, e))
            return false;
        if (st.size != size && !look(c, id, journal, raw, &from, &over, e))
            return false;
        size = st.size;
        if (!again)
            return true;
        if (!over)
            os_sleep_ms(LOOK_MS);
    }
    return true;
}

static bool standing(struct cli *c, const char *id, struct err *e)
{
    struct run_view v;
    struct buf b;
    size_t last;
    bool ok;

    if (!run_view(id, &v, e))
        return false;
    if (c->json) {
        ok = out_doc(&outcome_schema, &v.outcome, e);
    } else {
        buf_init(&b, LIMIT_DOCUMENT);
        buf_printf(&b, "Run %s: ", id);
        text_show(&b, run_result_names[v.outcome.result]);
        buf_addc(&b, '\n');
        last = v.events.n > 12 && !c->style.verbose ? v.events.n - 12 : 0;
        for (size_t i = last; i < v.events.n; i++)
            report_event(&v.plan, &v.events.v[i], &c->style, &b);
        if (v.outcome.next) {
            buf_adds(&b, "Next: ");
            text_show(&b, v.outcome.next);
            buf_addc(&b, '\n');
        }
        ok = out_text(&b, e);
    }
    run_view_free(&v);
    return ok;
}

static bool status(struct cli *c, struct err *e)
{
    const char *from = option_value(&c->args, "from"), *id;
    long long at = 0;

    if (from && (!text_number(from, &at) || at < 0))
        return err_set(e, ERR_USAGE, "--from '%.40s' is not a number of bytes", from);
    if (!execute_pick(c, &id, e)) {
        if (e->code != ERR_NOT_FOUND || c->args.operand_count || c->json || from)
            return false;
        out_talk(c, "No run on this PC.");
        return true;
    }
    if (from || option_given(&c->args, "follow"))
        return follow(c, id, from || c->json, (size_t)at, e);
    return standing(c, id, e);
}

static const struct option options[] = {
    {"follow", 'f', NULL, "go on showing what happens until the run ends", false},
    {"from", 0, "BYTE", "the journal's own bytes from this offset on, as a jump host collects them", false},
    OPTION_END,
};

static const char *const about[] = {
    "Shows where a run stands: the newest unfinished one when none is named. Looking changes nothing and needs no lock.",
    "With --from the bytes of journal.jsonl are printed as they are; asking again from the last offset gives what is new, so a "
    "dropped line costs nothing. With --follow and --json the same from the beginning.",
    NULL,
};

static const struct example examples[] = {
    {"avswap status --follow", "watch a detached run"},
    {"avswap status 3f0a9c51d2ee --from 4096", "the journal from byte 4096"},
    {NULL, NULL},
};

const struct command cmd_status = {
    .name = "status",
    .summary = "where a run stands",
    .operands = "[RUN]",
    .max_operands = 1,
    .about = about,
    .options = options,
    .exits = (const int[]){EXIT_IN_DOUBT, -1},
    .examples = examples,
    .run = status,
};
