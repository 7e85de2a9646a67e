#include "cmd/avswap-fleet/state.h"
#include "cmd/cli/input.h"
#include "cmd/cli/options.h"
#include "core/detect/load.h"
#include "core/os/machine.h"
#include "core/os/path.h"

#define SIGNERS_FILE "/etc/avswap/allowed_signers"

const char *state_dir(struct cli *c, struct err *e)
{
    const char *given = option_value(&c->args, "state");

    return given ? os_path_given(given, &c->doc.arena, e) : os_state_dir();
}

static const char *store_path(struct cli *c, const char *dir, struct err *e)
{
    const char *path = dir ? arena_printf(&c->doc.arena, "%s/fleet.db", dir) : NULL;

    if (dir && !path)
        err_nomem(e);
    return path;
}

struct store *state_store(struct cli *c, struct err *e)
{
    const char *dir = state_dir(c, e), *path = store_path(c, dir, e);

    return path && os_dir_make(dir, 0700, e) ? store_open(path, e) : NULL;
}

struct store *state_store_there(struct cli *c, struct err *e)
{
    const char *path = store_path(c, state_dir(c, e), e);

    return path && os_file_exists(path) ? store_open(path, e) : NULL;
}

struct os_lock *state_lock(struct cli *c, const char *dir, const char *note, struct err *e)
{
    const char *folder = arena_printf(&c->doc.arena, "%s/fleet", dir);
    const char *lock = arena_printf(&c->doc.arena, "%s/fleet/rollout.lock", dir);

    if (!folder || !lock) {
        err_nomem(e);
        return NULL;
    }
    return os_dir_make(folder, 0700, e) ? os_lock_take(lock, note, e) : NULL;
}

bool state_vault(struct cli *c, struct vault *ret, struct err *e)
{
    const char *dir = state_dir(c, e);

    *ret = (struct vault){.lock = NULL};
    return dir && vault_open(dir, ret, e);
}

/* Where an option names a file: with its path whole, as ssh-keygen runs in another folder. */
static bool path_option(struct cli *c, const char *name, const char **ret, struct err *e)
{
    const char *given = option_value(&c->args, name);

    if (!given)
        return true;
    *ret = os_path_real(given, &c->doc.arena, e);
    return *ret != NULL || err_wrap(e, "--%s", name);
}

bool state_signers(struct cli *c, struct signers *ret, struct err *e)
{
    *ret = (struct signers){.allowed = SIGNERS_FILE};
    return path_option(c, "signers", &ret->allowed, e) && path_option(c, "revoked", &ret->revoked, e);
}

bool state_catalog(struct cli *c, struct err *e)
{
    const struct stored *last;
    const char *folder;
    struct vault s;
    bool ok;

    if (c->has_catalog)
        return true;
    if (option_given(&c->args, "catalog"))
        return input_catalog(c, true, e);
    ok = state_vault(c, &s, e);
    last = ok ? vault_last(&s) : NULL;
    folder = last ? arena_strdup(&c->doc.arena, last->folder) : NULL;
    if (last && !folder)
        ok = err_nomem(e);
    vault_close(&s);
    return ok && input_catalog_from(c, folder, true, e);
}
