#include "cmd/avswap-fleet/state.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/catalog/sync.h"
#include "core/os/path.h"
#include "core/report/page.h"
#include "core/step/verb.h"

#include <string.h>

#define TIMEOUT_S 600

static const char *const end_words[] = {[SYNC_ACCEPTED] = "accepted", [SYNC_SAME] = "same", [SYNC_WOULD_ACCEPT] = "would-accept"};

static bool print_json(const struct sync_result *r, struct err *e)
{
    json_t *record = schema_write(&accepted_schema, &r->record);

    if (r->end == SYNC_WOULD_ACCEPT)
        json_object_del(record, "n");
    return out_json(json_pack("{ss ss ss* so}", "schema", "avswap.sync/1", "result", end_words[r->end], "folder", r->folder,
                              "commit", record),
                    e);
}

static bool print(struct cli *c, const struct sync_result *r, struct err *e)
{
    const struct accepted *a = &r->record;
    struct page p;
    struct buf b;
    char when[64];

    if (c->json)
        return print_json(r, e);
    buf_init(&b, LIMIT_DOCUMENT);
    page_open(&p, &c->style, &b);
    page_mark(&p, r->end == SYNC_SAME ? INK_DIM : INK_GOOD, MARK_YES);
    page_say(&p, INK_BOLD, " %s %.12s", r->end == SYNC_SAME ? "nothing new since" : r->end == SYNC_ACCEPTED ? "accepted" : "would accept",
             a->commit);
    if (a->subject)
        page_say(&p, INK_PLAIN, "  %s", a->subject);
    page_end_para(&p, 0, 2);
    page_pair(&p, 2, 12, "signed by", INK_PLAIN, a->signer);
    page_pair(&p, 2, 12, "key", INK_DIM, a->key);
    page_pair(&p, 2, 12, "dated", INK_PLAIN, page_time(&p, a->committed_at, when, sizeof when));
    page_pair(&p, 2, 12, "digest", INK_DIM, a->digest);
    page_pair(&p, 2, 12, "folder", INK_PLAIN, r->folder);
    if (a->rewrite)
        page_line(&p, 2, 2, INK_WARN, "It does not descend from %.12s: accepted as you asked, and recorded so.",
                  a->previous ? a->previous : "the one before");
    page_close(&p);
    return out_text(&b, e);
}

/* A file that an option names, with its path whole. */
static bool file_option(struct cli *c, const char *name, const char **ret, struct err *e)
{
    const char *given = option_value(&c->args, name);

    if (given)
        *ret = os_path_real(given, &c->doc.arena, e);
    return !given || *ret || err_wrap(e, "--%s", name);
}

static bool read_proxy(struct cli *c, const char **ret, struct err *e)
{
    struct source s;

    *ret = option_value(&c->args, "proxy");
    if (!*ret)
        return true;
    if (!text_starts(*ret, "http://") && !text_starts(*ret, "https://"))
        return err_set(e, ERR_USAGE, "--proxy wants http://HOST:PORT or https://HOST:PORT");
    /* Read as an address of a source for its checks: no password, no control characters. */
    return source_read(arena_printf(&c->doc.arena, "https://%s/x", strstr(*ret, "://") + 3), &c->doc.arena, &s, e) ||
           err_wrap(e, "--proxy");
}

static bool read_options(struct cli *c, struct sync *y, struct err *e)
{
    const char *seconds = option_value(&c->args, "timeout");
    long long n = TIMEOUT_S;

    *y = (struct sync){.now = c->now, .verbs = verb_defs(), .dry_run = option_given(&c->args, "dry-run")};
    y->pin = option_value(&c->args, "pin");
    y->accept_rewrite = option_value(&c->args, "accept-rewrite");
    y->fetch.branch = option_value(&c->args, "branch");
    if (seconds && (!text_number(seconds, &n) || n < 1 || n > 86400))
        return err_set(e, ERR_USAGE, "--timeout wants seconds, 1 to 86400");
    y->fetch.timeout_ms = n * 1000;
    return source_read(c->args.operands[0], &c->doc.arena, &y->fetch.source, e) && read_proxy(c, &y->fetch.proxy, e) &&
           file_option(c, "ca", &y->fetch.ca, e) && file_option(c, "ssh-config", &y->fetch.ssh_config, e) &&
           state_signers(c, &y->signers, e);
}

static bool run(struct cli *c, struct err *e)
{
    struct sync_result r;
    struct vault s;
    struct sync y;
    bool ok;

    if (!read_options(c, &y, e))
        return false;
    ok = state_vault(c, &s, e) && vault_lock(&s, e) && sync_run(&s, &y, &r, e) && print(c, &r, e);
    vault_close(&s);
    return ok;
}

static const struct option options[] = {
    {"branch", 0, "NAME", "this branch, not the one that the source names itself", false},
    {"pin", 0, "COMMIT", "this commit of the branch, by all 40 digits, not its last one", false},
    OPTION_SIGNERS,
    OPTION_REVOKED,
    {"dry-run", 'n', NULL, "fetch and check, but accept nothing; catalog diff then shows what is new", false},
    {"accept-rewrite", 0, "COMMIT",
     "take this commit although it does not descend from the one accepted last; recorded for good", false},
    {"proxy", 0, "URL", "go to https through this proxy, not that of the environment (https_proxy)", false},
    {"ca", 0, "FILE", "for https believe only the authorities in FILE (PEM)", false},
    {"ssh-config", 0, "FILE", "for ssh use this ssh_config(5), not the user's", false},
    {"timeout", 0, "SECONDS", "give a fetch up after so long (600)", false},
    OPTION_STATE,
    OPTION_NOW,
    OPTION_END,
};

static const char *const about[] = {
    "Fetches the catalogue from a git repository and takes it over when, and only when, everything about its last commit holds. "
    "From then on it is what avswap fleet plans by. SOURCE is a path, file://, https://, ssh:// or HOST:PATH.",
    "The commit must carry an SSH signature for the namespace git by a key that the allowed signers file (ssh-keygen(1), "
    "ALLOWED SIGNERS) allows, at the commit's date and now. It must descend from the commit accepted last: an older one, or a "
    "history that was rewritten, is refused. Its tree may hold vendors/VENDOR/NAME.json, playbooks/NAME.json and at the top "
    "README, LICENSE and such: no links, submodules or executables, no names that another system would store otherwise, and "
    "nothing large, which is known before it is unpacked. Its documents must pass avswap lint.",
    "Commits between the last one and this need no signature: only this commit's own tree is used, and whoever signed it vouches "
    "for that and for the history it names, merges included. What no signature says is which branch a commit belongs to: a "
    "server can hold back what is new, or show a signed commit of another branch that descends from the last one. --pin names "
    "the one that is wanted; on the first sync it is worth it.",
    "Nothing asks for a password. ssh is the OpenSSH client with its configuration and agents, and an unknown host key is refused; "
    "for https git's credential helpers are asked. Redirections to another host are not followed.",
    "Interrupted at any moment, the catalogue accepted last stays in use.",
    NULL,
};

static const struct example examples[] = {
    {"avswap fleet catalog sync https://git.example.org/avswap-catalog.git", "what is new"},
    {"avswap fleet catalog sync catalog@git.example.org:avswap.git --dry-run", "only look; then avswap fleet catalog diff"},
    {"avswap fleet catalog sync /media/usb/catalog.git --signers signers", "where there is no network"},
    {NULL, NULL},
};

const struct command cmd_catalog_sync = {
    .name = "catalog sync",
    .summary = "take a catalogue over from a signed git repository",
    .operands = "SOURCE",
    .min_operands = 1,
    .max_operands = 1,
    .about = about,
    .options = options,
    .exits = (const int[]){EXIT_REFUSED, EXIT_IN_DOUBT, -1},
    .examples = examples,
    .run = run,
};
