/* avswap fleet rebuild: a new store out of what was collected. */
#include "cmd/avswap-fleet/state.h"
#include "cmd/cli/input.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/fleet/standing.h"
#include "core/os/file.h"
#include "core/os/path.h"
#include "core/store/folder.h"

/* SQLite's files beside a store that is closed hold nothing that is not in it, but would be taken for those of the next. */
static bool remove_beside(struct arena *a, const char *path, struct err *e)
{
    static const char *const ends[] = {"-wal", "-shm"};

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char *beside = arena_printf(a, "%s%s", path, ends[i]);

        if (!beside)
            return err_nomem(e);
        if (!os_tree_remove(beside, e))
            return false;
    }
    return true;
}

static bool put_in_place(struct arena *a, const char *made, const char *path, struct err *e)
{
    char *old = arena_printf(a, "%s.old", path);

    if (!old)
        return err_nomem(e);
    if (os_file_exists(path) && !os_file_rename(path, old, e))
        return false;
    return remove_beside(a, path, e) && remove_beside(a, made, e) && os_file_rename(made, path, e);
}

static bool make(struct cli *c, const char *dir, const char *path, struct fleet_rebuilt *r, struct err *e)
{
    struct store *s;
    bool ok;

    if (!os_tree_remove(path, e) || !remove_beside(&c->doc.arena, path, e))
        return false;
    s = store_open(path, e);
    ok = s && fleet_rebuild(dir, s, c->now, &c->doc, r, e) && standing_relearn(s, dir, e);
    store_close(s);
    return ok;
}

static bool tell(struct cli *c, const struct fleet_rebuilt *r, struct err *e)
{
    if (c->json)
        return out_json(json_pack("{ss sI sI sI sI sI}", "schema", "avswap.fleet-rebuild/1", "hosts", (json_int_t)r->hosts, "rollouts",
                                  (json_int_t)r->rollouts, "members", (json_int_t)r->members, "runs", (json_int_t)r->runs, "seats",
                                  (json_int_t)r->seats), e);
    for (size_t i = 0; i < r->notes.n; i++)
        out_talk(c, "%s", r->notes.v[i]);
    out_talk(c, "%zu host%s, %zu rollout%s with %zu member%s, %zu run%s, %zu seat%s.", r->hosts, r->hosts == 1 ? "" : "s", r->rollouts,
             r->rollouts == 1 ? "" : "s", r->members, r->members == 1 ? "" : "s", r->runs, r->runs == 1 ? "" : "s", r->seats,
             r->seats == 1 ? "" : "s");
    return true;
}

/* Nobody moves PCs meanwhile. */
static bool locked(struct cli *c, const char *dir, struct fleet_rebuilt *r, struct err *e)
{
    struct arena *a = &c->doc.arena;
    char *path = arena_printf(a, "%s/fleet.db", dir), *made = arena_printf(a, "%s/fleet.db.new", dir);
    struct os_lock *l;
    bool ok;

    if (!path || !made)
        return err_nomem(e);
    l = state_lock(c, dir, "avswap fleet rebuild", e);
    ok = l && make(c, dir, made, r, e) && put_in_place(a, made, path, e);
    os_lock_release(l);
    return ok;
}

static bool rebuild(struct cli *c, struct err *e)
{
    const char *given = state_dir(c, e), *dir = given ? os_path_real(given, &c->doc.arena, e) : NULL;
    char *fleet = dir ? arena_printf(&c->doc.arena, "%s/fleet", dir) : NULL;
    struct fleet_rebuilt r;

    if (!dir || !input_now(c, e))
        return false;
    if (!fleet)
        return err_nomem(e);
    if (!os_file_exists(fleet))
        return err_set(e, ERR_NOT_FOUND, "%s: not there; nothing to rebuild from", fleet);
    return locked(c, dir, &r, e) && tell(c, &r, e);
}

static const struct option options[] = {OPTION_NOW, OPTION_STATE, OPTION_END};

static const char *const about[] = {
    "Makes a new fleet.db of the jump host's folders: the inventory as it was imported last, what visits have learned of each PC, "
    "and the rollouts with what the collected journals and outcomes say of each PC. Where a run's folder does not say how it stands, "
    "the PC itself is asked at the next 'avswap fleet run'; nothing is started twice. The fleet.db that was there is kept as "
    "fleet.db.old.",
    "Seats are reserved again for the plans that are to be run, and used up by the runs that installed their product, as the policy says "
    "that 'avswap fleet plan' used last (fleet/policy.json). Of events, those come back that a journal or an outcome tells of. When files were "
    "written says nothing, so the folders may be a copy.",
    "Not in the folders, and so gone with a lost fleet.db: the other events, and which seats a person released by hand.",
    NULL,
};

static const struct example examples[] = {{"avswap fleet rebuild", "after fleet.db was lost or damaged"}, {NULL, NULL}};

const struct command cmd_rebuild = {
    .name = "rebuild",
    .summary = "make the store anew from what was collected",
    .operands = "",
    .about = about,
    .options = options,
    .exits = (const int[]){EXIT_REFUSED, -1},
    .examples = examples,
    .run = rebuild,
};
