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

/* The PCs of the rollout that a person names and that are held. */
static bool release(struct jump *j, const struct records *all, const char *pattern, struct err *e)
{
    size_t held = 0;

    for (size_t i = 0; i < all->v.n; i++) {
        const struct record *m = &all->v.v[i];
        const struct roster_host *h = roster_find(&j->roster, m->name);

        if (m->host.state != HOST_HELD || !(text_eq(m->name, pattern) || (h && roster_is(h, pattern))))
            continue;
        if (!drive_order(j->state, "release", m->name, e))
            return false;
        out_talk(j->c, "%s: a person has looked; the rollout goes on with it.", m->name);
        held++;
    }
    return held || err_set(e, ERR_NOT_FOUND, "'%.80s' names no PC of the rollout that is held (avswap fleet status)", pattern);
}

static bool release_all(struct jump *j, long long rollout, struct err *e)
{
    struct records all;
    bool ok = record_load(j->store, rollout, &j->c->doc, &all, e);

    for (size_t i = 0; ok && i < j->c->args.operand_count; i++)
        ok = release(j, &all, j->c->args.operands[i], e);
    return ok;
}

static bool others(struct jump *j, const struct record_rollout *r, struct err *e)
{
    if (r->paused && !drive_order(j->state, "others", NULL, e))
        return false;
    out_talk(j->c, r->paused ? "The rollout goes on; the PCs that refused the login stay held." : "The rollout is not paused.");
    return true;
}

static bool ack(struct cli *c, struct err *e)
{
    bool found = false, ok;
    struct record_rollout r;
    struct jump j;

    if (option_given(&c->args, "others") == (c->args.operand_count != 0))
        return err_set(e, ERR_USAGE, "either PCs that are held, or --others");
    ok = jump_look(&j, c, e) && record_rollout(j.store, 0, &c->doc, &r, &found, e) &&
         ((found && r.ended == INSTANT_NONE) || err_set(e, ERR_NOT_FOUND, "no rollout is under way")) &&
         (c->args.operand_count ? release_all(&j, r.id, e) : others(&j, &r, e));
    jump_close(&j);
    return ok;
}

static const struct option options[] = {OPTION_STATE, OPTION_END};
static const struct option options_ack[] = {
    {"others", 0, NULL, "end a pause for refused logins without trying those PCs again: they stay held", false},
    OPTION_STATE,
    OPTION_END,
};

static const char *const about_stop[] = {
    "Starts no more PCs: those at work are seen to their end, wherever avswap fleet run is at work or when it is started again.",
    NULL,
};

static const char *const about_ack[] = {
    "Says that a person has looked at PCs that are held: whose host key is another one, whose answer could not be right, or that "
    "refused the login. The rollout goes on with them from where they were. Until then nothing is sent to them. PCs are named as they "
    "are in the inventory, by a pattern such as 'lab*', or as @group; those that are not held are left alone.",
    "Where the rollout is paused for refused logins, this ends the pause: with PCs that refused, as their login is tried again; with "
    "--others, while they stay held. As many as the rollout's \"refusals\" may refuse before it pauses again.",
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
    .operands = "[HOST...]",
    .max_operands = NO_LIMIT,
    .about = about_ack,
    .options = options_ack,
    .exits = (const int[]){-1},
    .examples = no_examples,
    .run = ack,
};
