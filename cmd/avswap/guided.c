#include "cmd/avswap/avswap.h"
#include "cmd/avswap/execute.h"
#include "cmd/avswap/make.h"
#include "cmd/avswap/migrate.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/model/cond.h"
#include "core/os/console.h"
#include "core/os/machine.h"
#include "core/os/path.h"
#include "core/os/process.h"
#include "core/run/run.h"

#include <string.h>
#include <strings.h>

/*
 * The guided way: detect, explain, plan, ask, run, verify, report. Every question takes q. Each stage returns false with
 * *quit set when the person wants to stop; nothing was changed then, which is said once at the end.
 */

/* A screenful at a time, as the whole of a plan does not fit on one. */
static bool show(struct cli *c, struct buf *b, bool *quit, struct err *e)
{
    const char *cursor = buf_str(b), *end = cursor + b->len, *line;
    int room = c->height > 8 ? c->height - 2 : 22, used = 0;
    char answer[16];
    size_t n;
    bool ok = buf_ok(b, "the report", e);

    while (ok && !*quit && text_line(&cursor, end, &line, &n)) {
        ok = out_bytes(line, n, e) && out_bytes("\n", 1, e);
        if (++used < room || cursor >= end)
            continue;
        used = 0;
        ok = ok && out_bytes("-- more: Enter, q quits -- ", 27, e);
        *quit = ok && (!out_read_line(answer, sizeof answer) || strcasecmp(answer, "q") == 0);
        if (ok && c->style.colour && !*quit)
            ok = out_bytes("\x1b[A\x1b[2K", 7, e); /* the question is answered: take its line away */
    }
    buf_free(b);
    return ok;
}

static bool ask(struct cli *c, bool *quit, const char *question)
{
    return out_ask(c, quit, "\n%s", question);
}

/* Whoever may not see the runs may not see an unfinished one either. */
static bool unseen(struct cli *c, bool *handled, bool *quit, struct err *e)
{
    out_talk(c, "avswap was at work on this PC before. Whether a run is not over yet can only be seen with administrator rights.");
    if (!os_console_can_elevate()) {
        out_talk(c, "Start avswap with them to go on with it. Without them it only looks.");
        return true;
    }
    if (!ask(c, quit, "Ask for them now?"))
        return true;
    *handled = true;
    return os_console_elevate(&c->status, e);
}

/* An unfinished run comes first. *handled: it was dealt with. */
static bool unfinished(struct cli *c, bool *handled, bool *quit, struct err *e)
{
    struct err none = ERR_INIT;
    struct run_view v;
    const char *id;
    int result;

    if (!run_pick(&c->doc.arena, &id, &none) && none.code == ERR_PRIVILEGE)
        return unseen(c, handled, quit, e);
    if (none.code)
        return none.code == ERR_NOT_FOUND || err_set(e, none.code, "%s", none.text);
    if (!run_view(id, &v, e))
        return false;
    result = v.outcome.result;
    run_view_free(&v);
    if (result != RESULT_RUNNING && result != RESULT_REBOOT_NEEDED && result != RESULT_IN_DOUBT)
        return true;
    out_talk(c, "Run %s is not over: %s.", id, run_result_names[result]);
    *handled = true;
    if (ask(c, quit, "Go on with it?"))
        return execute_run(c, id, EXECUTE_GO, e);
    if (!*quit && ask(c, quit, "Undo it?"))
        return execute_run(c, id, EXECUTE_BACK, e);
    *quit = true;
    return true;
}

static size_t choices(const struct plan *p, const struct candidate **v, size_t max)
{
    size_t n = 0;

    for (int fate = CANDIDATE_CHOSEN; fate >= CANDIDATE_ELIGIBLE; fate--)
        for (size_t i = 0; i < p->candidates.n && n < max; i++)
            if (p->candidates.v[i].fate == fate)
                v[n++] = &p->candidates.v[i];
    return n;
}

/* Which product; NULL: the one already chosen. */
static const char *choose(struct cli *c, const struct plan *p, bool *quit)
{
    const struct candidate *v[16];
    size_t n = choices(p, v, 16);
    char line[32];
    long long k;

    if (n < 2)
        return NULL;
    out_talk(c, "\nThese products fit this PC:");
    for (size_t i = 0; i < n; i++)
        out_talk(c, "  %zu  %s%s", i + 1, v[i]->name ? v[i]->name : v[i]->product, i ? "" : "  (fits best)");
    for (;;) {
        static const char question[] = "Which one? [1] ";
        struct err ignored = ERR_INIT;

        (void)!out_bytes(question, sizeof question - 1, &ignored);
        if (!out_read_line(line, sizeof line) || strcasecmp(line, "q") == 0) {
            *quit = true;
            return NULL;
        }
        if (!*line)
            return NULL;
        if (text_number(line, &k) && k >= 1 && (size_t)k <= n)
            return k == 1 ? NULL : v[k - 1]->product;
        out_talk(c, "A number from 1 to %zu, Enter for 1, q quits.", n);
    }
}

/* Where the passwords and tokens are that the plan needs; *asked: the plan has to be made again. */
static bool secrets(struct cli *c, struct made *m, bool *asked, bool *quit, struct err *e)
{
    json_t *map = m->policy.secrets ? json_deep_copy(m->policy.secrets) : json_object();

    if (!doc_keep(&c->doc, map, e))
        return false;
    m->policy.secrets = map;
    for (size_t i = 0; i < m->plan.secrets.n; i++) {
        const char *name = m->plan.secrets.v[i];
        char line[LIMIT_PATH];
        const char *path;

        if (json_object_get(map, name))
            continue;
        out_talk(c, "\nThe password or token '%s' is needed. In which file is it? (whole path; q quits)", name);
        if (!out_read_line(line, sizeof line) || !*line || strcasecmp(line, "q") == 0) {
            *quit = true;
            return true;
        }
        path = os_path_given(line, &c->doc.arena, e);
        if (!path)
            return false;
        if (!cond_absolute(path))
            return err_set(e, ERR_USAGE, "the file of '%s' must be given with its whole path", name);
        if (json_object_set_new(map, name, json_sprintf("file:%s", path)))
            return err_nomem(e);
        *asked = true;
    }
    return true;
}

static bool remake(struct cli *c, const char *target, struct made *m, struct err *e)
{
    if (make_plan(c, target, m, e))
        return true;
    make_explain_failure(c, m);
    return false;
}

/* From a first plan to the one that is wanted. */
static bool settle(struct cli *c, struct made *m, bool *quit, struct err *e)
{
    bool again = false;
    const char *target;

    if (!remake(c, NULL, m, e))
        return false;
    target = choose(c, &m->plan, quit);
    if (*quit)
        return true;
    if (!m->policy.eicar)
        m->policy.eicar = ask(c, quit, "Prove the new engine with the harmless EICAR test file at the end?");
    if (*quit || ((target || m->policy.eicar != m->plan.eicar) && !remake(c, target, m, e)))
        return *quit;
    if (!secrets(c, m, &again, quit, e))
        return false;
    return *quit || !again || remake(c, target, m, e);
}

static bool change(struct cli *c, struct made *m, bool *quit, struct err *e)
{
    struct buf b;

    if (!settle(c, m, quit, e) || *quit)
        return *quit;
    buf_init(&b, LIMIT_DOCUMENT);
    buf_addc(&b, '\n');
    report_plan_summary(&m->plan, &c->style, &b);
    if (!show(c, &b, quit, e) || *quit)
        return *quit;
    if (ask(c, quit, "See every step?")) {
        buf_init(&b, LIMIT_DOCUMENT);
        report_plan_steps(&m->plan, &c->style, &b);
        if (!show(c, &b, quit, e))
            return false;
    }
    if (*quit || !ask(c, quit, "Do it now?")) {
        *quit = true;
        return true;
    }
    return migrate_plan(c, m, e);
}

/* The whole of the guided way again, by a program that may change the PC. */
static bool elevate(struct cli *c, bool *quit, struct err *e)
{
    if (!os_console_can_elevate())
        return err_set(e, ERR_PRIVILEGE, "changing this PC needs administrator rights");
    out_talk(c, "\nChanging this PC needs administrator rights. The system can be asked for them now; what follows then goes on in a "
                "new window.");
    if (!ask(c, quit, "Ask for them?")) {
        *quit = true;
        return true;
    }
    return os_console_elevate(&c->status, e);
}

static bool stages(struct cli *c, bool *quit, struct err *e)
{
    bool handled = false;
    struct made m;
    struct buf b;

    if (!unfinished(c, &handled, quit, e) || handled || *quit)
        return e->code == ERR_NONE;
    if (!make_findings(c, &m, e))
        return false;
    buf_init(&b, LIMIT_DOCUMENT);
    report_findings(&m.findings, &c->style, &b);
    if (!show(c, &b, quit, e))
        return false;
    if (*quit || !findings_to_clean(&m.findings))
        return true;
    if (!os_is_admin())
        return elevate(c, quit, e);
    if (!ask(c, quit, "Look for a replacement?")) {
        *quit = true;
        return true;
    }
    return change(c, &m, quit, e);
}

static bool guided(struct cli *c, struct err *e)
{
    bool quit = false;

    if (!c->tty_in || !c->tty_out)
        return err_set(e, ERR_USAGE, "the guided way asks questions and needs a terminal; scripts use avswap migrate --yes");
    c->now = os_now();
    if (!stages(c, &quit, e))
        return false;
    if (quit)
        out_talk(c, "Nothing was changed.");
    return true;
}

static const struct option options[] = {
    {"policy", 0, "FILE", "the administrator's wishes; see avswap-policy(5)", false},
    OPTION_JURISDICTION,
    OPTION_AS,
    OPTION_CATALOG,
    OPTION_OVERLAY,
    OPTION_END,
};

static const char *const about[] = {
    "The same as avswap without a command, on a terminal: looks at the PC, explains what it found, plans a change, asks which "
    "product and whether to go on, runs with progress, proves the result and reports. q quits at every question; nothing is "
    "changed before the last one is answered with yes.",
    NULL,
};

static const struct example examples[] = {
    {"avswap", "the guided way"},
    {NULL, NULL},
};

const struct command cmd_guided = {
    .name = "guided",
    .summary = "step by step, with questions (also: no command at all)",
    .operands = "",
    .about = about,
    .options = options,
    .exits = (const int[]){EXIT_REBOOT, EXIT_ROLLED_BACK, EXIT_UNPROTECTED, EXIT_REFUSED, EXIT_IN_DOUBT, -1},
    .examples = examples,
    .run = guided,
};
