#include "cmd/avswap-fleet/source.h"
#include "cmd/cli/input.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/os/console.h"
#include "core/os/machine.h"
#include "core/os/screen.h"

#include <signal.h>

enum { LOOK_MS = 1000, WIDTH_LEAST = 40, HEIGHT_LEAST = 10 };

struct look { /* one, and what was read for it */
    struct doc doc;
    struct fleet_status status;
};

static bool look(struct cli *c, struct source *s, struct look *ret, struct err *e)
{
    instant now = option_given(&c->args, "now") ? c->now : os_now();

    *ret = (struct look){.doc = DOC_INIT};
    if (source_look(s, now, &ret->doc, &ret->status, e))
        return true;
    doc_free(&ret->doc);
    return false;
}

static bool is_over(const struct fleet_status *f)
{
    return !f->rollout || f->ended != INSTANT_NONE;
}

/* ---- a terminal ---- */

static bool draw(struct cli *c, const struct fleet_status *f, struct err *e)
{
    struct style style = c->style;
    struct buf b;
    int columns, rows;
    bool ok;

    os_console_size(OS_OUT, &columns, &rows);
    style.width = columns <= WIDTH_LEAST ? WIDTH_LEAST : columns - 1; /* clearing behind a full line would take its last letter */
    buf_init(&b, LIMIT_DOCUMENT);
    report_fleet_screen(f, &style, rows < HEIGHT_LEAST ? HEIGHT_LEAST : rows, &b);
    ok = buf_ok(&b, "the screen", e) && screen_draw(buf_str(&b), b.len, e);
    buf_free(&b);
    return ok;
}

static bool on_screen(struct cli *c, struct source *s, struct err *e)
{
    struct look now;
    int key = SCREEN_TIME;
    bool ok = true;

    if (!look(c, s, &now, e))
        return false;
    if (!screen_open(e)) {
        doc_free(&now.doc);
        return false;
    }
    while (ok && key != 'q' && key != 'Q' && key != SCREEN_END) {
        struct look next;

        ok = draw(c, &now.status, e);
        key = ok ? screen_wait(LOOK_MS) : SCREEN_END;
        if (key != SCREEN_TIME)
            continue;
        ok = look(c, s, &next, e);
        if (ok) {
            doc_free(&now.doc);
            now = next;
        }
    }
    screen_close();
    doc_free(&now.doc);
    if (screen_signal()) /* as it would have ended without us */
        raise(screen_signal());
    return ok;
}

/* ---- no terminal: lines ---- */

static bool as_lines(struct cli *c, struct source *s, struct err *e)
{
    struct look was, now;
    struct buf b;
    bool ok, first = true;

    for (;;) {
        if (!look(c, s, &now, e))
            break;
        buf_init(&b, LIMIT_FLEET);
        report_fleet_changes(first ? NULL : &was.status, &now.status, &c->style, &b);
        ok = out_text(&b, e);
        if (!first)
            doc_free(&was.doc);
        first = false;
        was = now;
        if (!ok || is_over(&now.status)) {
            doc_free(&was.doc);
            return ok;
        }
        os_sleep_ms(LOOK_MS);
    }
    if (!first)
        doc_free(&was.doc);
    return false;
}

static bool watch(struct cli *c, struct err *e)
{
    struct source s;
    bool ok;

    ok = input_now(c, e) && source_open(c, false, &s, e) &&
         (c->tty_in && c->tty_out && !option_given(&c->args, "lines") ? on_screen(c, &s, e) : as_lines(c, &s, e));
    source_close(&s);
    return ok;
}

static const struct option options[] = {
    {"lines", 0, NULL, "plain lines when something changes, also on a terminal", false},
    OPTIONS_SOURCE,
    OPTION_END,
};

static const char *const about[] = {
    "Shows the rollout on the whole screen, anew every second: PCs by state, waves, pace, deadline, time without protection, what "
    "keeps the next PC from being started, and the PCs that need a person with what to do. q leaves; the rollout goes on.",
    "Without a terminal it prints a line when a PC comes into another state, and ends when the rollout is over.",
    NULL,
};

static const struct example examples[] = {
    {"avswap fleet watch", "on the whole screen"},
    {"avswap fleet watch --lines | tee rollout.log", "lines, for a log"},
    {NULL, NULL},
};

const struct command cmd_fleet_watch = {
    .name = "watch",
    .summary = "look on while the rollout goes on",
    .operands = "",
    .about = about,
    .options = options,
    .exits = (const int[]){-1},
    .examples = examples,
    .run = watch,
};
