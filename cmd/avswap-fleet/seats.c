#include "cmd/avswap-fleet/fleet.h"
#include "cmd/cli/input.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/store/store.h"

#include <stdio.h>
#include <string.h>

static struct store *open_store(struct cli *c, struct err *e)
{
    const char *path = option_value(&c->args, "store");

    if (!path) {
        err_set(e, ERR_USAGE, "--store is missing: the file that the plans reserved their seats in");
        return NULL;
    }
    if (!os_file_exists(path)) {
        err_set(e, ERR_NOT_FOUND, "%s: no such file", path);
        return NULL;
    }
    return store_open(path, e);
}

/* --- seats ----------------------------------------------------------------------------------------------------------- */

static json_t *seat_json(const struct seat *s)
{
    char at[INSTANT_TEXT];

    return json_pack("{ss ss* ss ss ss ss ss}", "machine", s->machine, "hostname", s->hostname, "licence", s->licence,
                     "product", s->product, "plan", s->plan, "state", seat_state_names[s->state], "at",
                     instant_format(s->at, at));
}

static bool to_list(void *arg, const struct seat *s, struct err *e)
{
    return json_array_append_new(arg, seat_json(s)) == 0 || err_nomem(e);
}

struct sums { /* of one licence */
    struct cli *c;
    char licence[256];
    long long reserved, consumed, all;
};

static void say_sums(const struct sums *s)
{
    if (s->reserved + s->consumed)
        out_talk(s->c, "%s: %lld reserved, %lld consumed", s->licence, s->reserved, s->consumed);
}

static bool add_up(void *arg, const struct seat *s, struct err *e)
{
    struct sums *x = arg;
    char at[INSTANT_TEXT];

    (void)e;
    if (strncmp(s->licence, x->licence, sizeof x->licence - 1) != 0) {
        say_sums(x);
        x->reserved = x->consumed = 0;
        snprintf(x->licence, sizeof x->licence, "%s", s->licence);
    }
    if (x->c->style.verbose)
        out_talk(x->c, "  %-9s %s  %s  plan %s  %s", seat_state_names[s->state], s->hostname ? s->hostname : s->machine,
                 s->product, s->plan, instant_format(s->at, at));
    x->reserved += s->state == SEAT_RESERVED;
    x->consumed += s->state == SEAT_CONSUMED;
    x->all++;
    return true;
}

static bool list(struct cli *c, struct err *e)
{
    struct store *s = open_store(c, e);
    struct sums sums = {.c = c};
    json_t *rows = c->json ? json_array() : NULL;
    bool ok = s && store_seats_each(s, c->json ? to_list : add_up, c->json ? (void *)rows : &sums, e);

    store_close(s);
    if (c->json)
        return ok ? out_json(json_pack("{ss so}", "schema", "avswap.seats/1", "seats", rows), e) : (json_decref(rows), false);
    if (!ok)
        return false;
    say_sums(&sums);
    if (!sums.all)
        out_talk(c, "No seats are reserved or consumed.");
    return true;
}

/* --- seats release ------------------------------------------------------------------------------------------------------ */

static bool end_one(struct cli *c, struct store *s, const char *path, struct err *e)
{
    static const char *const words[] = {
        [SEAT_KEPT] = "the run has not ended: its seat stays reserved",
        [SEAT_NOW_CONSUMED] = "seat consumed",
        [SEAT_NOW_RELEASED] = "seat released",
        [SEAT_UNKNOWN] = "no seat is reserved for this plan",
    };
    struct outcome o;
    enum seat_fate fate;

    if (!input_doc(c, &outcome_schema, path, &o, e))
        return false;
    if (!o.plan || !o.machine_id)
        return err_set(e, ERR_INPUT, "%s: it does not tell plan and machine", path);
    if (!store_seat_end(s, o.plan, o.machine_id, o.result, &fate, e))
        return false;
    out_talk(c, "%s: %s (%s)", o.hostname ? o.hostname : o.machine_id, words[fate], run_result_names[o.result]);
    return true;
}

static bool release(struct cli *c, struct err *e)
{
    struct store *s = open_store(c, e);
    bool ok = s != NULL;

    if (ok && !c->args.operand_count && !option_given(&c->args, "host"))
        ok = err_set(e, ERR_USAGE, "which seats? name outcome.json files, or hosts with --host");
    for (size_t i = 0; ok && i < c->args.operand_count; i++)
        ok = end_one(c, s, c->args.operands[i], e);
    for (size_t i = 0; ok && i < c->args.n; i++) {
        const struct given *g = &c->args.given[i];
        long long n;

        if (strcmp(g->option->name, "host") != 0)
            continue;
        ok = store_seat_release(s, g->value, &n, e);
        if (ok)
            out_talk(c, "%s: %lld seat%s released", g->value, n, n == 1 ? "" : "s");
    }
    store_close(s);
    return ok;
}

#define OPTION_STORE {"store", 0, "FILE", "the file that plans reserved their seats in", false}

static const struct option list_options[] = {OPTION_STORE, OPTION_END};
static const struct option release_options[] = {
    OPTION_STORE,
    {"host", 0, "HOST", "release what this host, by name or machine id, has reserved, whatever became of its plan", true},
    OPTION_END,
};

static const char *const list_about[] = {
    "Shows how many seats of each licence are reserved by plans and consumed by runs that installed the product; with -v every "
    "one of them.",
    NULL,
};

static const char *const release_about[] = {
    "Tells the store how runs ended. A run that installed the product consumes the seat that its plan reserved; one that ended "
    "without releases it; one that goes on, or left the PC in doubt, keeps it. What is told twice changes nothing.",
    NULL,
};

static const struct example list_examples[] = {{"avswap fleet seats --store fleet.db", "what is left for the next wave"}, {NULL, NULL}};
static const struct example release_examples[] = {
    {"avswap fleet seats release --store fleet.db outcomes/*.json", "the outcomes of a wave"},
    {"avswap fleet seats release --store fleet.db --host pc17", "a PC that is gone"},
    {NULL, NULL},
};

const struct command cmd_seats = {
    .name = "seats",
    .summary = "which seats are reserved and consumed",
    .operands = "",
    .about = list_about,
    .options = list_options,
    .exits = (const int[]){-1},
    .examples = list_examples,
    .run = list,
};

const struct command cmd_seats_release = {
    .name = "seats release",
    .summary = "give seats back, or consume them, by how runs ended",
    .operands = "[OUTCOME...]",
    .max_operands = NO_LIMIT,
    .about = release_about,
    .options = release_options,
    .exits = (const int[]){EXIT_REFUSED, -1},
    .examples = release_examples,
    .run = release,
};
