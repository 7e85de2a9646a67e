#include "cmd/avswap/avswap.h"
#include "core/verify/verification.h"

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

static bool print_json(const struct verification *v, const struct check_result *all, size_t n, int status,
                       struct err *e)
{
    json_t *list = json_array(), *advice = json_array();

    for (size_t i = 0; i < v->gone.advice.n; i++)
        json_array_append_new(advice, json_string(v->gone.advice.v[i]));
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{ss ss ss?}", "what", all[i].what, "answer", tri_names[all[i].answer],
                                              "evidence", all[i].evidence));
    return out_json(json_pack("{ss si sb sb sI so so}", "schema", "avswap.verification/1", "status", status, "gone",
                              v->gone.good, "healthy", v->healthy.good, "residue", (json_int_t)v->gone.residue, "checks",
                              list, "advice", advice),
                    e);
}

static bool verify(struct cli *c, struct err *e)
{
    struct verification v;
    struct check_result *all = NULL;
    struct plan plan;
    struct buf b;
    size_t n = 0;

    if (!find_plan(c, &plan, e) ||
        !verification_look(&plan, option_given(&c->args, "eicar"), &c->doc, &v, e) ||
        !verification_list(&v, &c->doc.arena, &all, &n, e))
        return false;
    c->status = verification_status(&v);
    if (c->json)
        return print_json(&v, all, n, c->status, e);
    buf_init(&b, LIMIT_DOCUMENT);
    report_checks(all, n, &v.gone.advice, &c->style, &b);
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
