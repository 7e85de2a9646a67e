/* stop and ack: words to the rollout that is under way, in this process or another. */
#include "cmd/avswap-fleet/jump.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"

static bool stop(struct cli *c, struct err *e)
{
    struct record_rollout r;
    struct jump j;
    bool found = false, ok = jump_look(&j, c, e) && record_rollout(j.store, 0, &c->doc, &r, &found, e);

    if (ok && (!found || r.ended != INSTANT_NONE))
        out_talk(c, "No rollout is under way.");
    else if (ok && drive_order(j.state, "stop", NULL, e))
        out_talk(c, "Nobody else is started. What is at work on the PCs is seen to its end by avswap fleet run.");
    jump_close(&j);
    return ok && !e->code;
}

static bool ack(struct cli *c, struct err *e)
{
    struct jump j;
    bool ok = jump_look(&j, c, e);

    for (size_t i = 0; ok && i < c->args.operand_count; i++) {
        const char *name = c->args.operands[i];

        ok = roster_find(&j.roster, name) ? drive_order(j.state, "release", name, e)
                                          : err_set(e, ERR_NOT_FOUND, "there is no PC '%.80s' in the inventory", name);
        if (ok)
            out_talk(c, "%s: a person has looked; the rollout goes on with it.", name);
    }
    jump_close(&j);
    return ok;
}

static const struct option options[] = {OPTION_STATE, OPTION_END};

static const char *const about_stop[] = {
    "Starts no more PCs: those at work are seen to their end, wherever avswap fleet run is at work or when it is started again.",
    NULL,
};

static const char *const about_ack[] = {
    "Says that a person has looked at PCs that are held: whose host key is another one, or whose answer could not be right. The "
    "rollout goes on with them from where they were. Until then nothing is sent to them.",
    NULL,
};

static const struct example no_examples[] = {{NULL, NULL}};

const struct command cmd_fleet_stop = {
    .name = "stop",
    .summary = "start no more PCs of the rollout",
    .operands = "",
    .about = about_stop,
    .options = options,
    .exits = (const int[]){-1},
    .examples = no_examples,
    .run = stop,
};

const struct command cmd_fleet_ack = {
    .name = "ack",
    .summary = "go on with PCs at which a person has looked",
    .operands = "HOST...",
    .min_operands = 1,
    .max_operands = NO_LIMIT,
    .about = about_ack,
    .options = options,
    .exits = (const int[]){-1},
    .examples = no_examples,
    .run = ack,
};
