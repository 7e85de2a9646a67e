#include "cmd/avswap-fleet/jump.h"
#include "cmd/avswap-fleet/state.h"
#include "cmd/cli/input.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/assign/intake.h"
#include "core/assign/issue.h"
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/base/version_tool.h"
#include "core/os/console.h"
#include "core/os/file.h"
#include "core/step/verb.h"
#include "core/store/folder.h"

#include <stdlib.h>
#include <string.h>

struct planning_run {
    struct cli *c;
    struct policy policy;
    struct census_request request;
    struct census census;
    struct choice choice;
    struct issued issued;
    struct store *store;
    const char *folder;
    /* Where the facts are those that were collected: */
    const char *state;
    struct roster roster;
};

/* --- facts --------------------------------------------------------------------------------------------------------- */

static bool read_input(struct intake *x, struct err *e)
{
    static char part[1 << 16];
    size_t n;

    x->file = "standard input";
    do {
        if (!os_console_read(part, sizeof part, &n, e) || !intake_bytes(x, part, n, e))
            return false;
    } while (n);
    return intake_end(x, e);
}

static bool read_facts(struct planning_run *r, struct err *e)
{
    struct intake x;
    bool ok = true;

    intake_open(&x, &r->census);
    for (size_t i = 0; ok && i < r->c->args.n; i++) {
        const struct given *g = &r->c->args.given[i];

        if (strcmp(g->option->name, "facts") == 0)
            ok = strcmp(g->value, "-") == 0 ? read_input(&x, e) : intake_path(&x, g->value, e);
    }
    intake_free(&x);
    return ok && census_end(&r->census, e);
}

static int by_host(const void *a, const void *b)
{
    return strcmp(((const struct tagged *)a)->host, ((const struct tagged *)b)->host);
}

/* The next word of a line; false at its end or at a remark. */
static bool next_word(const char **p, const char *end, struct arena *a, const char **ret, struct err *e)
{
    const char *from;

    while (*p < end && strchr(" \t\r,;", **p))
        ++*p;
    from = *p;
    while (*p < end && !strchr(" \t\r,;#", **p))
        ++*p;
    if (*p == from)
        return false;
    *ret = arena_strndup(a, from, (size_t)(*p - from));
    return *ret || err_nomem(e);
}

/* Names and tags of the PCs in the inventory, as the policy's groups want them. */
static bool take_roster(struct planning_run *r, struct err *e)
{
    if (!roster_load(r->store, &r->c->doc, &r->roster, e))
        return false;
    for (size_t i = 0; i < r->roster.hosts.n; i++) {
        const struct roster_host *h = &r->roster.hosts.v[i];
        struct tagged *t = h->host.tags.n ? LIST_ADD(&r->c->doc.arena, &r->request.tags) : NULL;

        if (h->host.tags.n && !t)
            return err_nomem(e);
        if (t)
            *t = (struct tagged){h->hostname ? h->hostname : h->host.name, h->host.tags};
    }
    if (r->request.tags.n)
        qsort(r->request.tags.v, r->request.tags.n, sizeof *r->request.tags.v, by_host);
    return true;
}

static bool add_tags(struct planning_run *r, const char *p, const char *end, struct err *e)
{
    struct arena *a = &r->c->doc.arena;
    struct tagged *t;
    const char *word, **slot;

    if (!next_word(&p, end, a, &word, e))
        return !e->code;
    t = LIST_ADD(a, &r->request.tags);
    if (!t)
        return err_nomem(e);
    *t = (struct tagged){.host = word};
    while (next_word(&p, end, a, &word, e)) {
        slot = LIST_ADD(a, &t->tags);
        if (!slot)
            return err_nomem(e);
        *slot = word;
    }
    return !e->code;
}

/* "HOST TAG..." a line; '#' begins a remark. */
static bool read_tags(struct planning_run *r, struct err *e)
{
    const char *file = option_value(&r->c->args, "tags"), *cursor, *line;
    struct buf b;
    size_t n;
    bool ok;

    if (!file)
        return true;
    buf_init(&b, LIMIT_DOCUMENT);
    ok = input_file(file, &b, e);
    cursor = buf_str(&b);
    while (ok && text_line(&cursor, buf_str(&b) + b.len, &line, &n))
        ok = add_tags(r, line, line + n, e);
    buf_free(&b);
    if (r->request.tags.n)
        qsort(r->request.tags.v, r->request.tags.n, sizeof *r->request.tags.v, by_host);
    return ok;
}

/* --- the command --------------------------------------------------------------------------------------------------------- */

static bool save_document(struct planning_run *r, struct err *e)
{
    const char *path = r->folder ? arena_printf(&r->c->doc.arena, "%s/assignment.json", r->folder) : NULL;

    if (!r->folder)
        return true;
    return path ? os_dir_make(r->folder, 0700, e) && out_save(path, &assignment_schema, &r->choice.doc, e) : err_nomem(e);
}

static int by_machine(const void *a, const void *b)
{
    const char *x = (*(const struct roster_host *const *)a)->machine, *y = (*(const struct roster_host *const *)b)->machine;

    return strcmp(x ? x : "", y ? y : "");
}

struct putting {
    struct planning_run *r;
    const struct roster_host **by;
    size_t n;
};

/* Into the folder of the PC that has this machine id; of several names of one machine, into the first one's. */
static bool put(void *arg, const struct machine *m, const char *text, size_t n, struct err *e)
{
    struct putting *p = arg;
    struct arena a = ARENA_INIT;
    const struct roster_host key = {.machine = m->id}, *want = &key, **found;
    const char *file, *folder;
    bool ok;

    found = bsearch(&want, p->by, p->n, sizeof *p->by, by_machine);
    if (!found)
        return true; /* facts of a PC that is no longer in the inventory */
    while (found > p->by && by_machine(found - 1, found) == 0)
        found--;
    folder = fleet_folder(&a, p->r->state, (*found)->host.name);
    file = folder ? arena_printf(&a, "%s/plan.json", folder) : NULL;
    ok = file ? os_file_write(file, text, n, 0600, e) : err_nomem(e);
    arena_free(&a);
    return ok;
}

/* The plans of a fleet lie with its facts, and the policy beside them, for PCs that are planned for later. */
static bool issue_to_fleet(struct planning_run *r, struct err *e)
{
    struct putting p = {.r = r};
    struct issue_request q = {.census = &r->census, .choice = &r->choice, .store = r->store, .put = put, .arg = &p};
    const char *file = jump_policy(r->c, r->state, e);

    p.by = ARENA_ARRAY(&r->c->doc.arena, r->roster.hosts.n + 1, const struct roster_host *);
    if (!file || !p.by)
        return e->code ? false : err_nomem(e);
    for (size_t i = 0; i < r->roster.hosts.n; i++)
        p.by[p.n++] = &r->roster.hosts.v[i];
    qsort(p.by, p.n, sizeof *p.by, by_machine);
    return out_save(file, &policy_schema, &r->policy, e) && issue(&q, &r->c->doc.arena, &r->issued, e);
}

static bool issue_plans(struct planning_run *r, struct err *e)
{
    const char *bundle = option_value(&r->c->args, "bundle");
    struct issue_request q = {.census = &r->census, .choice = &r->choice, .bundle = bundle, .store = r->store};

    if (r->state)
        return issue_to_fleet(r, e);
    if (!r->folder && !bundle && !r->store)
        return true;
    q.folder = r->folder ? arena_printf(&r->c->doc.arena, "%s/plans", r->folder) : NULL;
    if (r->folder && !q.folder)
        return err_nomem(e);
    if (!issue(&q, &r->c->doc.arena, &r->issued, e))
        return false;
    for (size_t i = 0; i < r->issued.reasons.n; i++) {
        const char **slot = LIST_ADD(&r->c->doc.arena, &r->choice.doc.notes);

        if (!slot)
            return err_nomem(e);
        *slot = r->issued.reasons.v[i];
    }
    return true;
}

static bool say(struct planning_run *r, struct err *e)
{
    const char *bundle = option_value(&r->c->args, "bundle");
    struct buf b;

    if (r->c->json)
        return out_doc(&assignment_schema, &r->choice.doc, e);
    buf_init(&b, LIMIT_DOCUMENT * 4ul);
    report_assignment(&r->choice.doc, &r->c->style, &b);
    if (!out_text(&b, e))
        return false;
    if (r->folder && r->choice.doc.feasible)
        out_talk(r->c, "\n%lld plan%s in %s/plans, the assignment in %s/assignment.json.", r->issued.plans,
                 r->issued.plans == 1 ? "" : "s", r->folder, r->folder);
    if (r->state && r->choice.doc.feasible)
        out_talk(r->c, "\n%lld plan%s made. Begin with: avswap fleet run", r->issued.plans, r->issued.plans == 1 ? "" : "s");
    if (bundle && r->choice.doc.feasible)
        out_talk(r->c, "\n%lld plan%s in %s, one a line.", r->issued.plans, r->issued.plans == 1 ? "" : "s", bundle);
    return true;
}

static int status_of(const struct planning_run *r)
{
    const struct assignment *doc = &r->choice.doc;

    if (!doc->feasible)
        return EXIT_REFUSED;
    return doc->refused || doc->bad || r->issued.failed ? EXIT_FLEET_PARTIAL : EXIT_DONE;
}

static bool decide(struct planning_run *r, struct err *e)
{
    const struct assignment *doc = &r->choice.doc;
    long long *taken = NULL;

    if (r->store && !store_begin(r->store, e))
        return false;
    if (!issue_taken(&r->census, r->store, &r->c->doc.arena, &taken, e) || !choose(&r->census, taken, &r->c->doc, &r->choice, e))
        return false;
    if (doc->feasible && !issue_plans(r, e))
        return false;
    if (doc->feasible && r->store && !store_commit(r->store, e))
        return false;
    r->c->status = status_of(r);
    return save_document(r, e) && say(r, e);
}

/* Without --facts: what avswap fleet detect has brought. */
static bool begin_fleet(struct planning_run *r, struct err *e)
{
    const char *hosts;
    struct intake x;
    bool ok;

    r->state = state_dir(r->c, e);
    hosts = r->state ? arena_printf(&r->c->doc.arena, "%s/fleet/hosts", r->state) : NULL;
    if (!hosts)
        return e->code ? false : err_nomem(e);
    if (!os_file_exists(hosts))
        return err_set(e, ERR_USAGE, "no facts are here: avswap fleet detect brings them, or --facts names a file or folder");
    r->store = state_store(r->c, e);
    if (!r->store || !take_roster(r, e) || !census_open(&r->census, &r->request, e))
        return false;
    intake_open(&x, &r->census);
    ok = intake_path(&x, hosts, e);
    intake_free(&x);
    return ok && census_end(&r->census, e);
}

/* One that is missing is told now, and not by each PC at night. */
static bool look_for_installers(struct planning_run *r, struct err *e)
{
    const char *state = state_dir(r->c, e), *folder = state ? jump_payload(r->c, state, e) : NULL;
    struct shelf shelf;
    bool ok;

    if (!folder)
        return false;
    shelf_open(&shelf, folder);
    ok = shelf_policy(&shelf, &r->c->catalog, true, &r->c->doc, &r->policy, e);
    shelf_close(&shelf);
    return ok;
}

static bool begin(struct planning_run *r, struct err *e)
{
    const char *store = option_value(&r->c->args, "store");

    if (!state_catalog(r->c, e) || !input_policy(r->c, &r->policy, e) || !look_for_installers(r, e))
        return false;
    r->folder = option_value(&r->c->args, "output");
    r->request = (struct census_request){.catalog = &r->c->catalog,
                                         .policy = &r->policy,
                                         .now = r->c->now,
                                         .verbs = verb_defs(),
                                         .tool = AVSWAP_VERSION};
    if (!option_given(&r->c->args, "facts"))
        return begin_fleet(r, e);
    if (!read_tags(r, e) || !census_open(&r->census, &r->request, e) || !read_facts(r, e))
        return false;
    if (store && !(r->store = store_open(store, e)))
        return false;
    return true;
}

static bool plan(struct cli *c, struct err *e)
{
    struct planning_run r = {.c = c};
    bool ok = begin(&r, e) && decide(&r, e);

    store_abort(r.store);
    store_close(r.store);
    census_free(&r.census);
    return ok;
}

static const struct option options[] = {
    {"facts", 0, "PATH", "facts of PCs instead of those that avswap fleet detect brought: a file, a folder or '-'; a file may hold many documents, one a line (may be given again)",
     true},
    {"policy", 0, "FILE", "the administrator's wishes with seats, costs and groups; see avswap-policy(5)", false},
    {"tags", 0, "FILE", "tags of hosts, for the policy's groups: lines of a host name and its tags", false},
    {"store", 0, "FILE", "reserve the seats in this file, and count what others have reserved there", false},
    {"output", 'o', "DIR", "write assignment.json and a plan for each PC there", false},
    {"bundle", 0, "FILE", "write the plans into one file instead, one a line", false},
    OPTION_PAYLOAD,
    OPTION_NOW,
    OPTION_CATALOG,
    OPTION_OVERLAY,
    OPTION_STATE,
    OPTION_END,
};

static const char *const about[] = {
    "Chooses a replacement for every PC of a fleet at once: the assignment that costs least under the seats there are, the fixed "
    "cost of further products, and each group's own wishes; no other costs less. PCs that can have the same products are one "
    "class. For each class it says why it gets what it gets, what would have to change for another product, which seats run "
    "out and what it costs.",
    "Where there are too few seats nothing is planned: it names the PCs and licences that are short, and the smallest change "
    "that would do. PCs for which no plan is possible are listed with the reason, and the others go on.",
    "An installer that the policy gives by its name alone is one that avswap fleet run sends. Where --payload does not have it, or another "
    "than NAME_sha256 or the catalogue says, nothing is planned: status 7.",
    "The catalogue is the one that avswap-fleet-catalog-sync(1) accepted last; where none ever was, the one inside the program.",
    "With --store each plan reserves a seat, which is consumed or released when its outcome is known; see avswap fleet seats.",
    NULL,
};

static const struct example examples[] = {
    {"avswap fleet plan --facts facts/ --policy office.json", "who would get what, and why"},
    {"avswap fleet plan --facts fleet.jsonl --policy office.json --store fleet.db -o wave1", "plans for all, seats reserved"},
    {NULL, NULL},
};

const struct command cmd_fleet_plan = {
    .name = "plan",
    .summary = "choose for many PCs at once, at the least cost under the seats there are",
    .operands = "",
    .about = about,
    .options = options,
    .exits = (const int[]){EXIT_REFUSED, EXIT_FLEET_PARTIAL, -1},
    .examples = examples,
    .run = plan,
};
