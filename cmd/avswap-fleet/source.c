#include "cmd/avswap-fleet/source.h"

#include "cmd/avswap-fleet/state.h"
#include "cmd/cli/input.h"
#include "cmd/cli/options.h"
#include "core/base/limits.h"
#include "core/os/file.h"

#include <string.h>

static bool instant_option(struct cli *c, const char *name, instant *ret, struct err *e)
{
    const char *text = option_value(&c->args, name);

    *ret = INSTANT_NONE;
    return !text || instant_parse(text, ret) || err_set(e, ERR_USAGE, "--%s '%.40s' is not an instant such as 2024-09-29T04:00:00Z", name, text);
}

bool source_open(struct cli *c, bool products, struct source *ret, struct err *e)
{
    const char *id = option_value(&c->args, "id"), *dir;

    *ret = (struct source){.saved = option_value(&c->args, "from"), .stored = STANDING_STORED_INIT};
    if (ret->saved)
        return true;
    if (!instant_option(c, "deadline", &ret->how.deadline, e) || !input_policy(c, &ret->policy, e))
        return false;
    if (id && (!text_number(id, &ret->how.rollout) || ret->how.rollout < 1))
        return err_set(e, ERR_USAGE, "--id '%.40s' is no number of a rollout", id);
    dir = state_dir(c, e);
    if (!dir || !state_catalog(c, e))
        return false;
    ret->owner = input_owner(&ret->policy);
    ret->how.law = &c->catalog;
    ret->how.owner = &ret->owner;
    ret->how.state = products ? dir : NULL;
    ret->lock = arena_printf(&c->doc.arena, "%s/fleet/rollout.lock", dir);
    if (!ret->lock)
        return err_nomem(e);
    ret->store = state_store_there(c, e);
    return !e->code;
}

bool source_look(struct source *s, instant now, struct doc *d, struct fleet_status *ret, struct err *e)
{
    struct buf b;
    bool ok;

    s->how.now = now;
    if (s->store)
        return standing_read(s->store, &s->how, &s->stored, e) && standing_of(&s->stored, &s->how, d, ret, e) &&
               os_lock_holder(s->lock, &d->arena, &ret->driver, e);
    schema_init(&fleet_status_schema, ret);
    ret->at = now;
    if (!s->saved)
        return true;
    buf_init(&b, LIMIT_DOCUMENT);
    ok = input_file(s->saved, &b, e) && doc_read(d, &fleet_status_schema, s->saved, buf_str(&b), b.len, ret, e);
    buf_free(&b);
    return ok;
}

void source_close(struct source *s)
{
    standing_stored_free(&s->stored);
    store_close(s->store);
    s->store = NULL;
}
