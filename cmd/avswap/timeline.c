#include "cmd/avswap/avswap.h"
#include "cmd/cli/input.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/detect/match.h"

/* The measures that speak to the owner, each with the days left (negative: overdue). */
static json_t *timeline_json(const struct cli *c, const struct owner *o)
{
    char now[INSTANT_TEXT], at[INSTANT_TEXT];
    json_t *list = json_array(), *j;

    for (size_t i = 0; i < c->catalog.timelines.n; i++) {
        const struct timeline *t = &c->catalog.timelines.v[i];

        for (size_t k = 0; k < t->measures.n; k++) {
            const struct measure *m = &t->measures.v[k];
            json_t *forbids = json_array();
            int64_t left = m->effective - c->now;

            for (size_t n = 0; n < m->forbids.n; n++)
                json_array_append_new(forbids, json_string(m->forbids.v[n]));
            if (!timeline_applies(t, m, o)) {
                json_decref(forbids);
                continue;
            }
            j = json_pack("{ss ss ss ss ss ss sb sI so ss ss}", "vendor", t->vendor, "id", m->id, "jurisdiction",
                          m->jurisdiction, "what", m->what, "effective", instant_format(m->effective, at),
                          "effective_text", m->effective_text, "in_force", left <= 0, "days_left",
                          (json_int_t)(left > 0 ? left / INSTANT_DAY : -(-left / INSTANT_DAY)), "forbids", forbids,
                          "source", m->source, "confidence", m->confidence);
            if (json_array_append_new(list, j)) {
                json_decref(list);
                return NULL;
            }
        }
    }
    return json_pack("{ss ss ss so}", "schema", "avswap.measures/1", "now", instant_format(c->now, now), "as",
                     o->as ? o->as : "business", "measures", list);
}

static bool timeline(struct cli *c, struct err *e)
{
    bool about_pc = !option_given(&c->args, "no-pc") && !c->json;
    struct policy policy;
    struct owner owner;
    struct facts facts;
    struct findings findings;
    struct buf b;

    if (!input_policy(c, &policy, e))
        return false;
    owner = input_owner(&policy);
    if (c->json)
        return out_json(timeline_json(c, &owner), e);
    if (about_pc && (!input_facts(c, &facts, e) ||
                     !match_facts(&facts, &c->catalog, &owner, c->now, &c->doc, &findings, e)))
        return false;
    buf_init(&b, LIMIT_DOCUMENT);
    for (size_t i = 0; i < c->catalog.timelines.n; i++)
        report_timeline(&c->catalog.timelines.v[i], &owner, about_pc ? &findings : NULL, c->now, &c->style, &b);
    return out_text(&b, e);
}

static const struct option options[] = {
    OPTION_JURISDICTION,
    OPTION_AS,
    OPTION_NOW,
    OPTION_FROM,
    {"no-pc", 0, NULL, "the measures only, without looking at a PC", false},
    OPTION_CATALOG,
    OPTION_OVERLAY,
    OPTION_END,
};

static const char *const about[] = {
    "Prints the measures that speak to this owner, in the order they take effect: the exact instant, the days left or "
    "overdue, what the measure means and, unless --no-pc is given, what it means for this PC.",
    "A measure binds whom it names. The tool tells 'unsupported' (updates ended) and 'forbidden' (use is forbidden to those "
    "it binds) apart; it gives the source of each and is no legal advice.",
    NULL,
};

static const struct example examples[] = {
    {"avswap timeline --as individual --no-pc", "what applies to a private user in the US"},
    {"avswap timeline --jurisdiction DE,US --as business", "both laws at once"},
    {"avswap timeline --now 2024-09-29T03:59:59Z", "as it stood one second before"},
    {NULL, NULL},
};

const struct command cmd_timeline = {
    .name = "timeline",
    .summary = "which measures apply to whom, and the days left or overdue",
    .operands = "",
    .about = about,
    .options = options,
    .exits = (const int[]){-1},
    .examples = examples,
    .run = timeline,
};
