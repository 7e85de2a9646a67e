#include "cmd/avswap/avswap.h"
#include "core/verify/verify.h"

#include "cmd/avswap/execute.h"
#include "cmd/cli/input.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/run/run.h"

/* The plan whose after-state is looked for: --plan, else that of the run. */
static bool find_plan(struct cli *c, struct plan *ret, struct err *e)
{
    const char *file = option_value(&c->args, "plan"), *id, *folder;
    struct buf b;
    bool ok;

    if (!file) {
        if (!execute_pick(c, &id, e))
            return false;
        folder = run_folder(id, &c->doc.arena);
        file = folder ? arena_printf(&c->doc.arena, "%s/plan.json", folder) : NULL;
        if (!file)
            return err_nomem(e);
    }
    buf_init(&b, LIMIT_DOCUMENT);
    ok = input_file(file, &b, e) && plan_read(&c->doc, file, buf_str(&b), b.len, ret, e);
    buf_free(&b);
    return ok;
}

struct verification {
    struct checks gone;
    struct checks healthy;
    struct check_result eicar; /* what is NULL: not asked */
    bool other;                /* an old product still protects */
};

static bool look_eicar(struct cli *c, const struct plan *plan, struct verification *v, struct err *e)
{
    enum eicar_answer answer;
    const struct eicar_def *how = plan->target ? plan->target->eicar : NULL;

    if (!option_given(&c->args, "eicar"))
        return true;
    if (!how || how->expect == EICAR_NONE)
        return err_set(e, ERR_INPUT, "the catalogue knows no EICAR test for %s",
                       plan->target ? plan->target->name : "a plan without a new product");
    if (!verify_eicar(how, NULL, NULL, &c->doc, &answer, &v->eicar.evidence, e))
        return false;
    v->eicar.what = "the EICAR test file is stopped";
    v->eicar.answer = answer == EICAR_WAS_ALLOWED ? TRI_NO : TRI_YES;
    return true;
}

static bool look(struct cli *c, const struct plan *plan, struct verification *v, struct err *e)
{
    static const char *realtime[] = {"realtime"};
    const struct strs only = {realtime, 1};

    if (!verify_gone(plan, &c->doc, &v->gone, e))
        return false;
    v->healthy.good = true;
    if (plan->target && !verify_health(plan->target, NULL, &c->doc, &v->healthy, e))
        return false;
    for (size_t i = 0; !v->healthy.good && i < plan->sources.n; i++) {
        struct checks old = {0};

        if (!verify_health(&plan->sources.v[i], &only, &c->doc, &old, e))
            return false;
        v->other = v->other || (old.list.n && old.good);
    }
    return look_eicar(c, plan, v, e);
}

/* All checks in one list, as they are shown and judged. */
static bool all_checks(struct cli *c, const struct verification *v, struct check_result **ret, size_t *n, struct err *e)
{
    struct check_result *all =
        ARENA_ARRAY(&c->doc.arena, v->gone.list.n + v->healthy.list.n + 1, struct check_result);

    if (!all)
        return err_nomem(e);
    *ret = all;
    *n = 0;
    for (size_t i = 0; i < v->gone.list.n; i++)
        all[(*n)++] = v->gone.list.v[i];
    for (size_t i = 0; i < v->healthy.list.n; i++)
        all[(*n)++] = v->healthy.list.v[i];
    if (v->eicar.what)
        all[(*n)++] = v->eicar;
    return true;
}

static bool has_answer(const struct checks *c, int answer)
{
    for (size_t i = 0; i < c->list.n; i++)
        if (c->list.v[i].answer == answer)
            return true;
    return false;
}

static int status_of(const struct verification *v)
{
    bool allowed = v->eicar.what && v->eicar.answer == TRI_NO;

    if ((has_answer(&v->healthy, TRI_NO) || allowed) && !v->other)
        return EXIT_UNPROTECTED;
    if (v->gone.good && v->healthy.good && !allowed)
        return EXIT_DONE;
    return has_answer(&v->gone, TRI_NO) || has_answer(&v->healthy, TRI_NO) ? EXIT_ERROR : EXIT_IN_DOUBT;
}

static bool print_json(const struct verification *v, const struct check_result *all, size_t n, int status,
                       struct err *e)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{ss ss ss?}", "what", all[i].what, "answer", tri_names[all[i].answer],
                                              "evidence", all[i].evidence));
    return out_json(json_pack("{ss si sb sb sI so}", "schema", "avswap.verification/1", "status", status, "gone",
                              v->gone.good, "healthy", v->healthy.good, "residue", (json_int_t)v->gone.residue, "checks",
                              list),
                    e);
}

static bool verify(struct cli *c, struct err *e)
{
    struct verification v = {0};
    struct check_result *all = NULL;
    struct plan plan;
    struct buf b;
    size_t n = 0;

    if (!find_plan(c, &plan, e) || !look(c, &plan, &v, e) || !all_checks(c, &v, &all, &n, e))
        return false;
    c->status = status_of(&v);
    if (c->json)
        return print_json(&v, all, n, c->status, e);
    buf_init(&b, LIMIT_DOCUMENT);
    report_checks(all, n, &c->style, &b);
    buf_printf(&b, "\n%s\n",
               c->status == EXIT_DONE          ? "The old product is gone and the new one protects."
               : c->status == EXIT_UNPROTECTED ? "UNPROTECTED: the new product does not protect, and nothing else is known to."
               : c->status == EXIT_ERROR       ? "Not as the plan promises; see the marks above."
                                               : "Not everything could be established.");
    return out_text(&b, e);
}

static const struct option options[] = {
    {"plan", 0, "PLAN", "the after-state of this plan instead of a run's", false},
    OPTION_EICAR,
    OPTION_END,
};

static const char *const about[] = {
    "Looks at the PC now and compares it with what a plan promises: the old product is gone with its packages, services, "
    "processes, files, groups and marks, and the new one is healthy by five facts. Each answer comes with its evidence.",
    "With --eicar a test file is made on the spot and opened; the new engine must block it. The EICAR file is harmless.",
    NULL,
};

static const struct example examples[] = {
    {"avswap verify --eicar", "the newest run, with the test file"},
    {NULL, NULL},
};

const struct command cmd_verify = {
    .name = "verify",
    .summary = "prove now that the old product is gone and the new one works",
    .operands = "[RUN]",
    .max_operands = 1,
    .about = about,
    .options = options,
    .exits = (const int[]){EXIT_UNPROTECTED, EXIT_IN_DOUBT, -1},
    .examples = examples,
    .run = verify,
};
