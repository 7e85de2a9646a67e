#include "cmd/avswap-fleet/fleet.h"
#include "cmd/cli/input.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/report/page.h"
#include "core/rollout/rehearse.h"

#include <string.h>

static void pair_time(struct page *p, const char *label, instant t, const char *none)
{
    char when[64];

    page_pair(p, 2, 26, label, t == INSTANT_NONE ? INK_WARN : INK_PLAIN, t == INSTANT_NONE ? none : page_time(p, t, when, sizeof when));
}

static void ends(struct page *p, const struct forecast *f)
{
    static const char *const bad[] = {"unprotected", "in-doubt", "rolled-back", "held"};

    page_heading(p, "HOW IT ENDS");
    for (size_t i = 0; i < f->states.n; i++) {
        enum ink ink = text_eq(f->states.v[i].state, "done") ? INK_GOOD : INK_PLAIN;

        for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++)
            if (text_eq(f->states.v[i].state, bad[k]))
                ink = k ? INK_WARN : INK_BAD;
        page_keep(p, ink, "%-12s", f->states.v[i].state);
        page_say(p, ink, "%10lld", f->states.v[i].hosts);
        page_end_para(p, 2, 14);
    }
    page_line(p, 2, 4, INK_PLAIN, "unprotected while the engines change: %lld s in the middle, %lld s for one of a hundred, %lld s at worst", f->gap_p50_s,
              f->gap_p99_s, f->gap_max_s);
}

static void when(struct page *p, const struct forecast *f)
{
    char label[64];

    page_heading(p, "WHEN");
    pair_time(p, "begins", f->begins, "");
    for (size_t i = 0; i < f->through.n; i++) {
        snprintf(label, sizeof label, "%lld of 100 through", f->through.v[i].percent);
        pair_time(p, label, f->through.v[i].at, "");
    }
    pair_time(p, "nothing left to do", f->ended, "not within the days looked at");
    if (f->deadline == INSTANT_NONE)
        return;
    pair_time(p, "deadline", f->deadline, "");
    page_line(p, 2, 4, f->late ? INK_BAD : INK_GOOD, "%lld of %lld PCs are not through by then; %lld a day are needed, %lld a day are reached", f->late,
              f->hosts, f->per_day_needed, f->per_day_reached);
}

static void waves(struct page *p, const struct forecast *f)
{
    char from[64], to[64];

    page_heading(p, "WAVES");
    for (size_t i = 0; i < f->waves.n; i++) {
        const struct forecast_wave *w = &f->waves.v[i];

        page_keep(p, INK_NAME, "%-10s", w->name);
        page_say(p, INK_PLAIN, "%lld PCs, %lld begun, %lld of %lld failures that it may have", w->hosts, w->begun, w->failures, w->budget);
        page_say(p, text_eq(w->phase, "stopped") ? INK_BAD : INK_PLAIN, "; %s", w->phase);
        if (w->opened != INSTANT_NONE)
            page_say(p, INK_DIM, ", %s to %s", page_time(p, w->opened, from, sizeof from),
                     w->ended == INSTANT_NONE ? "the end of the days looked at" : page_time(p, w->ended, to, sizeof to));
        page_end_para(p, 2, 12);
    }
}

static void limits(struct page *p, const struct forecast *f)
{
    if (f->limits.n)
        page_heading(p, "WHAT LIMITS THE PACE");
    for (size_t i = 0; i < f->limits.n; i++) {
        page_keep(p, INK_PLAIN, "%7lld h ", f->limits.v[i].hours);
        page_say(p, INK_PLAIN, "%s", f->limits.v[i].what);
        page_end_para(p, 2, 13);
    }
    if (f->licences.n)
        page_heading(p, "SEATS");
    for (size_t i = 0; i < f->licences.n; i++) {
        const struct forecast_licence *l = &f->licences.v[i];
        char out[64];

        page_keep(p, INK_NAME, "%-10s", l->licence);
        page_say(p, l->needed > l->seats ? INK_BAD : INK_PLAIN, "%lld needed of %lld", l->needed, l->seats);
        if (l->run_out != INSTANT_NONE)
            page_say(p, INK_BAD, "; none left from %s on", page_time(p, l->run_out, out, sizeof out));
        page_end_para(p, 2, 12);
    }
}

static bool show(struct cli *c, const struct forecast *f, struct err *e)
{
    struct page p;
    struct buf b;

    buf_init(&b, LIMIT_DOCUMENT);
    page_open(&p, &c->style, &b);
    page_line(&p, 0, 0, INK_BOLD, "Rehearsal of %lld PCs, seed %lld: %lld sessions", f->hosts, f->seed, f->visits);
    page_line(&p, 0, 0, INK_DIM, "A forecast of the schedule; its chances are the scenario's.");
    when(&p, f);
    ends(&p, f);
    waves(&p, f);
    limits(&p, f);
    page_close(&p);
    return out_text(&b, e);
}

static bool rehearsal(struct cli *c, struct err *e)
{
    const char *path = option_value(&c->args, "rollout"), *seed = option_value(&c->args, "seed");
    struct scenario s;
    struct rollout r;
    struct forecast f;

    schema_init(&rollout_schema, &r);
    if (!input_doc(c, &scenario_schema, c->args.operands[0], &s, e) || (path && !input_doc(c, &rollout_schema, path, &r, e)))
        return false;
    if (seed && (!text_number(seed, &s.seed) || s.seed < 0))
        return err_set(e, ERR_USAGE, "--seed '%.40s' is no number", seed);
    if (!rehearse(&s, &r, &c->doc, &f, e))
        return false;
    return c->json ? out_doc(&forecast_schema, &f, e) : show(c, &f, e);
}

static const struct option options[] = {
    {"rollout", 0, "FILE", "waves, windows and limits (avswap.rollout/1); without it: one wave, at any hour", false},
    {"seed", 0, "N", "of the chances, instead of the scenario's", false},
    OPTION_END,
};

static const char *const about[] = {
    "Runs a rollout over a fleet that is made up: the same waves, windows, budgets, limits and retries as a real one, with a "
    "clock that is computed. It says when which part of the fleet would be through, how many would be late, how many seats are "
    "missing and what limits the pace.",
    "The scenario (avswap.scenario/1) says of what kinds of PCs the fleet consists: when they are switched on, how long a run "
    "takes, how often it fails, what their line carries. The same scenario, rollout and seed give the same bytes.",
    NULL,
};

static const struct example examples[] = {
    {"avswap fleet rehearse fleet.json --rollout waves.json", "what these waves come to"},
    {"avswap fleet rehearse fleet.json --seed 2 --json", "the same fleet on another day"},
    {NULL, NULL},
};

const struct command cmd_rehearse = {
    .name = "rehearse",
    .summary = "run a rollout over a fleet that is made up",
    .operands = "SCENARIO",
    .min_operands = 1,
    .max_operands = 1,
    .about = about,
    .options = options,
    .exits = (const int[]){-1},
    .examples = examples,
    .run = rehearsal,
};
