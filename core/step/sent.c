#include "core/step/sent.h"
#include "core/base/digest.h"
#include "core/model/visit.h"
#include "core/os/file.h"
#include "core/os/machine.h"

static const char *place(const char *folder, const char *name, bool fits, struct arena *a, struct err *e)
{
    const char *ret = fits ? arena_printf(a, "%s/%s/%s", os_state_dir(), folder, name) : NULL;

    if (!fits)
        err_set(e, ERR_INPUT, "'%.60s' is no name of what a jump host sends", name);
    else if (!ret)
        err_nomem(e);
    return ret;
}

const char *sent_secret(const char *name, struct arena *a, struct err *e)
{
    return place(VISIT_SECRETS, name, text_is_name(name), a, e);
}

const char *sent_file(const char *sha256, struct arena *a, struct err *e)
{
    return place(VISIT_FILES, sha256, digest_is(sha256), a, e);
}

bool sent_check(const struct plan *p, struct arena *a, struct err *e)
{
    struct plan_files all;

    if (!plan_sent(p, a, &all, e))
        return false;
    for (size_t i = 0; i < all.files.n; i++) {
        const char *path = sent_file(all.files.v[i].sha256, a, e);

        if (!path)
            return false;
        if (!os_file_exists(path))
            return err_set(e, ERR_PAYLOAD, "the installer %s (SHA-256 %.12s...) is not here: a jump host sends it, by avswap fleet run",
                           all.files.v[i].name, all.files.v[i].sha256);
    }
    return true;
}
