#include "cmd/avswap-fleet/jump.h"

#include "cmd/avswap-fleet/state.h"
#include "cmd/cli/input.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/digest.h"
#include "core/base/limits.h"
#include "core/base/version_tool.h"
#include "core/detect/match.h"
#include "core/os/machine.h"
#include "core/os/process.h"
#include "core/visit/libssh.h"

#include <stdlib.h>
#include <string.h>

#define LIMIT_WORKER (16u << 20)

/* ---- workers ---- */

static const char *const worker_names[2] = {"avswap-linux-x86_64", "avswap.exe"};
/* Where the build leaves them, beside avswap-fleet. */
static const char *const built_names[2] = {"portable/avswap", "windows/avswap.exe"};

/* The folder of this program. NULL on failure. */
static const char *own_folder(struct jump *j, struct err *e)
{
    struct buf self;
    char *ret = NULL, *slash;

    buf_init(&self, LIMIT_PATH);
    if (os_self_path(&self, e) && !(ret = arena_strdup(&j->c->doc.arena, buf_str(&self))))
        err_nomem(e);
    buf_free(&self);
    slash = ret ? strrchr(ret, '/') : NULL;
    if (slash)
        *slash = '\0';
    return ret;
}

/* A file of ours: ../lib/avswap/NAME of an installation, or BUILT where the build leaves it. NULL: there is none, or failure. */
static const char *find_own(struct jump *j, const char *name, const char *built, struct err *e)
{
    const char *folder = own_folder(j, e);
    const char *candidates[2] = {folder ? arena_printf(&j->c->doc.arena, "%s/../lib/avswap/%s", folder, name) : NULL,
                                 folder ? arena_printf(&j->c->doc.arena, "%s/%s", folder, built) : NULL};

    for (int i = 0; i < 2; i++)
        if (candidates[i] && os_file_exists(candidates[i]))
            return candidates[i];
    return NULL;
}

static const char *find_worker(struct jump *j, int os, struct err *e)
{
    const char *given = option_value(&j->c->args, "workers"), *ret;

    if (!given)
        return find_own(j, worker_names[os], built_names[os], e);
    ret = arena_printf(&j->c->doc.arena, "%s/%s", given, worker_names[os]);
    if (!ret)
        err_nomem(e);
    return ret && os_file_exists(ret) ? ret : NULL;
}

static bool load_worker(struct jump *j, int os, struct err *e)
{
    const char *file = find_worker(j, os, e);
    struct worker_file *w = &j->workers[os];

    if (e->code)
        return false;
    if (!file)
        return true;
    if (!os_file_read(file, &j->worker_bytes[os], e))
        return err_wrap(e, "the worker");
    w->bytes = buf_str(&j->worker_bytes[os]);
    w->size = j->worker_bytes[os].len;
    digest_of(w->bytes, w->size, w->sha256);
    j->request.workers[os] = w;
    if (os == FLEET_LINUX)
        w->packed = &j->packed;
    return true;
}

static bool load_workers(struct jump *j, struct err *e)
{
    for (int os = 0; os < 2; os++)
        if (!load_worker(j, os, e))
            return false;
    return j->request.workers[0] || j->request.workers[1] ||
           err_set(e, ERR_NOT_FOUND, "there is no worker to send: avswap-linux-x86_64 or avswap.exe in --workers DIR or in ../lib/avswap");
}

/* ---- secrets ---- */

static bool add_secret(const char *given, json_t *all, struct err *e)
{
    const char *eq = strchr(given, '=');
    struct buf bytes;
    size_t n;
    bool ok;

    if (!eq || eq == given || strncmp(eq + 1, "file:", 5) != 0)
        return err_set(e, ERR_USAGE, "--secret is NAME=file:PATH; the secret itself has no place on a command line");
    buf_init(&bytes, LIMIT_SECRET);
    ok = os_file_read(eq + 6, &bytes, e) || err_wrap(e, "--secret");
    for (n = bytes.len; n && (bytes.data[n - 1] == '\n' || bytes.data[n - 1] == '\r'); n--)
        ;
    if (ok && !n)
        ok = err_set(e, ERR_SECRET, "%s is empty", eq + 6);
    if (ok && json_object_setn_new_nocheck(all, given, (size_t)(eq - given), json_stringn(bytes.data, n)) != 0)
        ok = err_set(e, ERR_INPUT, "%s is not UTF-8 text", eq + 6);
    if (bytes.data)
        secret_wipe(bytes.data, bytes.len);
    buf_free(&bytes);
    return ok;
}

static bool load_secrets(struct jump *j, struct err *e)
{
    json_t *all = json_object();
    struct buf text;
    bool ok = all != NULL || err_nomem(e);

    buf_init(&text, LIMIT_DOCUMENT);
    for (size_t i = 0; ok && i < j->c->args.n; i++)
        if (strcmp(j->c->args.given[i].option->name, "secret") == 0)
            ok = add_secret(j->c->args.given[i].value, all, e);
    if (ok && json_object_size(all))
        ok = json_text(all, false, &text, e) && secret_set(&j->secrets, buf_str(&text), text.len, e);
    if (text.data)
        secret_wipe(text.data, text.len);
    buf_free(&text);
    json_decref(all);
    j->request.secrets = j->secrets.bytes;
    j->request.secrets_len = j->secrets.len;
    return ok;
}

/* ---- the planner ---- */

static bool plan(void *arg, const struct roster_host *h, const char *facts, size_t n, const struct drive_plan *ret, struct err *e)
{
    struct jump *j = arg;

    j->solo = (struct solo){&j->c->catalog, &j->policy, j->store, AVSWAP_VERSION};
    return store_batch(j->store, os_up_ms(), e) && solo_plan(&j->solo, h, facts, n, os_now(), ret, e);
}

/* Days since its databases were made; what must go and tells no date is as urgent as a year. */
static uint32_t days_behind(const struct findings *f, instant now)
{
    uint32_t most = 0;

    for (size_t i = 0; i < f->findings.n; i++) {
        const struct finding *x = &f->findings.v[i];
        instant at;

        for (size_t k = 0; k < x->reports.n; k++)
            if (text_eq(x->reports.v[k].name, "database_date") && instant_parse(x->reports.v[k].value, &at) && at < now &&
                (now - at) / INSTANT_DAY > most)
                most = (uint32_t)((now - at) / INSTANT_DAY);
    }
    return most ? most : findings_must_go(f) ? 365 : 0;
}

static uint32_t urgency(void *arg, const char *facts, size_t n)
{
    struct jump *j = arg;
    struct err ignored = ERR_INIT;
    struct doc d = DOC_INIT;
    struct findings found;
    struct facts f;
    uint32_t days = 0;

    if (doc_read(&d, &facts_schema, "facts", facts, n, &f, &ignored) &&
        match_facts(&f, &j->c->catalog, &j->owner, os_now(), &d, &found, &ignored))
        days = days_behind(&found, os_now());
    doc_free(&d);
    return days;
}

/* ---- all of it ---- */

bool jump_look(struct jump *j, struct cli *c, struct err *e)
{
    memset(j, 0, sizeof *j);
    j->c = c;
    for (int i = 0; i < 2; i++)
        buf_init(&j->worker_bytes[i], LIMIT_WORKER);
    buf_init(&j->packed, LIMIT_WORKER);
    j->state = state_dir(c, e);
    if (!j->state)
        return false;
    j->request = (struct drive_request){.state = j->state, .patience_ms = -1, .plan = plan, .urgency = urgency, .arg = j};
    return (j->store = state_store(c, e)) != NULL && roster_load(j->store, &c->doc, &j->roster, e);
}

const char *jump_policy(struct cli *c, const char *state, struct err *e)
{
    const char *file = arena_printf(&c->doc.arena, "%s/fleet/policy.json", state);

    if (!file)
        err_nomem(e);
    return file;
}

const char *jump_payload(struct cli *c, const char *state, struct err *e)
{
    const char *given = option_value(&c->args, "payload"), *ret = given ? given : arena_printf(&c->doc.arena, "%s/fleet/payload", state);

    if (!ret)
        err_nomem(e);
    return ret;
}

static bool take_shelf(struct jump *j, struct err *e)
{
    const char *folder = jump_payload(j->c, j->state, e);

    if (!folder)
        return false;
    shelf_open(&j->shelf, folder);
    j->request.shelf = &j->shelf;
    return shelf_policy(&j->shelf, &j->c->catalog, false, &j->c->doc, &j->policy, e);
}

bool jump_plans(struct jump *j, struct err *e)
{
    const char *saved = jump_policy(j->c, j->state, e);

    if (!saved || !state_catalog(j->c, e))
        return false;
    if (option_given(&j->c->args, "policy") || !os_file_exists(saved)) {
        if (!input_policy(j->c, &j->policy, e))
            return false;
    } else if (!input_doc(j->c, &policy_schema, saved, &j->policy, e)) {
        return false;
    }
    j->owner = input_owner(&j->policy);
    return take_shelf(j, e);
}

/* ---- sessions ---- */

/* libssh where it does all that OpenSSH would, or as --client says. */
static bool choose_client(struct jump *j, struct transport_options *o, struct err *e)
{
    const char *given = option_value(&j->c->args, "client"), *why, *file;

    if (given && strcmp(given, "openssh") != 0 && strcmp(given, "libssh") != 0)
        return err_set(e, ERR_USAGE, "--client '%.40s': there are openssh and libssh", given);
    if (given && strcmp(given, "openssh") == 0)
        return true;
    file = find_own(j, "avswap-ssh", "avswap-ssh", e);
    if (e->code || !libssh_choose(file, o, &j->c->doc.arena, &o->libssh, &why, e))
        return false;
    if (why && given)
        return err_set(e, ERR_INPUT, "sessions cannot go by libssh: %.300s", why);
    if (why && j->c->style.verbose)
        out_talk(j->c, "Sessions by OpenSSH: %s", why);
    else if (j->c->style.verbose)
        out_talk(j->c, "Sessions by libssh");
    return true;
}

static bool options_of(struct jump *j, struct err *e)
{
    struct transport_options *o = &j->request.transport;

    o->ssh_config = option_value(&j->c->args, "ssh-config");
    o->kex = option_value(&j->c->args, "kex");
    if (o->kex && strcmp(o->kex, "curve25519") != 0)
        return err_set(e, ERR_USAGE, "--kex '%.40s': only curve25519 can be asked for", o->kex);
    return choose_client(j, o, e);
}

bool jump_open(struct jump *j, struct cli *c, const char *note, struct err *e)
{
    if (!jump_look(j, c, e) || !options_of(j, e))
        return false;
    setenv("SSH_ASKPASS_REQUIRE", "never", 1); /* nor may the ssh of a jump on the way ask */
    j->request.store = j->store;
    j->request.roster = &j->roster;
    return (j->lock = state_lock(c, j->state, note, e)) != NULL && load_workers(j, e) && load_secrets(j, e);
}

void jump_close(struct jump *j)
{
    store_abort(j->store);
    store_close(j->store);
    if (j->lock)
        os_lock_release(j->lock);
    shelf_close(&j->shelf);
    secret_clear(&j->secrets);
    for (int i = 0; i < 2; i++)
        buf_free(&j->worker_bytes[i]);
    buf_free(&j->packed);
}
