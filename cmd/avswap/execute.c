#include "cmd/avswap/execute.h"

#include "cmd/cli/input.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "cmd/avswap/progress.h"
#include "core/base/limits.h"
#include "core/os/process.h"
#include "core/run/run.h"

bool execute_prepare(struct cli *c, const char *file, const char *text, size_t len, const char **ret_id, struct err *e)
{
    char id[64];

    if (!input_catalog(c, false, e) || !run_prepare(file, text, len, &c->catalog, id, sizeof id, e))
        return false;
    *ret_id = arena_strdup(&c->doc.arena, id);
    return *ret_id || err_nomem(e);
}

static bool own_worker(const char *id, enum execute_how how, const struct run_options *o, struct err *e)
{
    struct buf self;
    bool ok;

    buf_init(&self, LIMIT_PATH);
    ok = (how == EXECUTE_GO || run_turn(id, e)) && os_self_path(&self, e) && run_detach(id, buf_str(&self), o, e);
    buf_free(&self);
    return ok;
}

/*
 * Where the end of a session is the end of what runs in it, a worker of the system does the run, and this session only
 * looks on. *ret_status stays -1 when the run is left to us: then it is told why, and what not to do meanwhile.
 */
static bool run_elsewhere(struct cli *c, const char *id, enum execute_how how, const struct run_options *o, int *ret_status,
                          struct err *e)
{
    struct err failed = ERR_INIT;
    struct progress *p = o->arg;
    const char *why = "";
    size_t records;

    *ret_status = -1;
    if (!os_session_bound())
        return true;
    if (!run_apart(id, &c->doc.arena, &why, &records, e))
        return false;
    if (!why && !own_worker(id, how, o, &failed)) {
        if (failed.code == ERR_BUSY || failed.code == ERR_POLICY || failed.code == ERR_PRIVILEGE || failed.code == ERR_TAMPERED) {
            *e = failed;
            return false;
        }
        why = failed.text;
    }
    if (why && *why)
        out_talk(c, "This run cannot be left to a service: %s. Keep this window open and stay logged on until it is over.", why);
    p->apart = !why;
    return why || run_follow(id, records, o, ret_status, e);
}

bool execute_run(struct cli *c, const char *id, enum execute_how how, struct err *e)
{
    struct progress progress;
    struct run_options o = {
        .eicar = option_given(&c->args, "eicar"), .progress = progress_event, .arg = &progress};
    int status = EXIT_ERROR;
    bool ok;

    progress_begin(&progress, c);
    ok = run_elsewhere(c, id, how, &o, &status, e) &&
         (status >= 0 || (how == EXECUTE_BACK ? run_rollback(id, &o, &status, e) : run_go(id, &o, &status, e)));
    progress_end(&progress);
    if (!ok)
        return false;
    c->status = status;
    if (!c->json)
        out_talk(c, "%s", "");
    return execute_report(c, id, true, e);
}

bool execute_report(struct cli *c, const char *id, bool watched, struct err *e)
{
    struct run_view v;
    struct buf b;
    bool ok;

    if (!run_view(id, &v, e))
        return false;
    if (c->json) {
        ok = out_doc(&outcome_schema, &v.outcome, e);
    } else {
        buf_init(&b, LIMIT_DOCUMENT);
        (watched && !c->style.verbose ? report_outcome_summary : report_outcome)(&v.outcome, &c->style, &b);
        ok = out_text(&b, e);
    }
    run_view_free(&v);
    return ok;
}

bool execute_pick(struct cli *c, const char **ret_id, struct err *e)
{
    struct strs known;

    if (!c->args.operand_count)
        return run_pick(&c->doc.arena, ret_id, e);
    *ret_id = c->args.operands[0];
    if (!run_list(&c->doc.arena, &known, e))
        return false;
    return text_in(&known, *ret_id) || err_set(e, ERR_NOT_FOUND, "there is no run '%.60s' on this PC", *ret_id);
}

bool execute_consent(struct cli *c, const char *question, bool *ret, struct err *e)
{
    *ret = option_given(&c->args, "yes");
    if (*ret)
        return true;
    if (!c->tty_in || !(c->json ? c->tty_err : c->tty_out))
        return err_set(e, ERR_USAGE, "this changes the PC and there is no terminal to ask on: add --yes");
    *ret = out_ask(c, NULL, "%s", question);
    if (!*ret)
        out_talk(c, "Nothing was changed.");
    return true;
}
