#include "cmd/avswap-fleet/jump.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/list.h"

struct asked {
    struct cli *c;
    size_t n, done;
    bool many, prove;
};

static void tell(void *arg, const struct roster_host *h, const char *text)
{
    struct asked *a = arg;

    a->done++;
    if (*text)
        out_talk(a->c, "[%zu/%zu] %-20s %s", a->done, a->n, h->host.name, text);
    else if (!a->many || a->done % 100 == 0 || a->done == a->n)
        out_talk(a->c, "[%zu/%zu] %-20s %s", a->done, a->n, h->host.name, a->prove ? "has what its plan needs" : "facts are here");
}

static bool choose(struct jump *j, const struct roster_host ***ret, size_t *ret_n, struct err *e)
{
    size_t most = j->roster.hosts.n + j->c->args.operand_count + 1;
    const struct roster_host **all = ARENA_ARRAY(&j->c->doc.arena, most, const struct roster_host *);
    size_t n = 0;

    if (!all)
        return err_nomem(e);
    for (size_t i = 0; i < j->c->args.operand_count; i++) {
        all[n] = roster_find(&j->roster, j->c->args.operands[i]);
        if (!all[n++])
            return err_set(e, ERR_NOT_FOUND, "there is no PC '%.80s' in the inventory", j->c->args.operands[i]);
    }
    for (size_t i = 0; !j->c->args.operand_count && i < j->roster.hosts.n; i++)
        all[n++] = &j->roster.hosts.v[i];
    *ret = all;
    *ret_n = n;
    return n || err_set(e, ERR_NOT_FOUND, "there are no PCs: avswap fleet hosts import FILE");
}

static bool survey_pcs(struct jump *j, const struct roster_host **hosts, size_t n, bool prove, struct survey_result *ret, struct err *e)
{
    const char *given = option_value(&j->c->args, "at-once");
    struct asked a = {.c = j->c, .n = n, .many = n > 50, .prove = prove};
    struct survey_request q = {.r = &j->request, .hosts = hosts, .n = n, .per_second = 50, .prove = prove, .tell = tell, .arg = &a};
    long long at_once = 32;

    if (given && (!text_number(given, &at_once) || at_once < 1 || at_once > 1000))
        return err_set(e, ERR_USAGE, "--at-once '%.20s' is no number from 1 to 1000", given);
    q.at_once = (unsigned)at_once;
    return survey(&q, ret, e);
}

bool jump_prove(struct jump *j, struct survey_result *ret, struct err *e)
{
    const struct roster_host **hosts;
    size_t n;

    return choose(j, &hosts, &n, e) && survey_pcs(j, hosts, n, true, ret, e);
}

static bool sum_up(struct jump *j, const struct survey_result *r, const char *schema, const char *good, struct err *e)
{
    j->c->status = r->answered == r->asked ? EXIT_DONE : EXIT_FLEET_PARTIAL;
    if (j->c->json)
        return out_json(json_pack("{ss sI sI sI sI}", "schema", schema, "hosts", (json_int_t)r->asked, "answered",
                                  (json_int_t)r->answered, "silent", (json_int_t)r->silent, "failed", (json_int_t)r->failed), e);
    out_talk(j->c, "%zu PCs: %s %zu, no answer from %zu, %zu to look at", r->asked, good, r->answered, r->silent, r->failed);
    return true;
}

static bool detect(struct cli *c, struct err *e)
{
    struct jump j;
    const struct roster_host **hosts;
    struct survey_result r;
    size_t n;
    bool ok = jump_open(&j, c, "avswap fleet detect", e) && choose(&j, &hosts, &n, e) && survey_pcs(&j, hosts, n, false, &r, e) &&
              sum_up(&j, &r, "avswap.fleet-detect/1", "facts of", e);

    jump_close(&j);
    return ok;
}

static bool prove(struct cli *c, struct err *e)
{
    struct jump j;
    struct survey_result r;
    bool ok = jump_open(&j, c, "avswap fleet prove", e) && jump_prove(&j, &r, e) &&
              sum_up(&j, &r, "avswap.fleet-prove/1", "secrets in order on", e);

    jump_close(&j);
    return ok;
}

static const struct option options[] = {
    OPTIONS_VISIT,
    OPTION_STATE,
    OPTION_END,
};

static const char *const about[] = {
    "Visits the PCs of the inventory, or those named, and brings their facts: what is installed, what protects them. Nothing is "
    "changed there but the worker itself, which is sent once, packed where the PC has gzip, and kept for later visits. Plans are made from these facts by avswap fleet plan.",
    "A login that three PCs in a row refuse is not tried on the others, as a directory may count refused logins and lock the account.",
    "PCs that do not answer are told and the others go on. They need not be met now: avswap fleet run asks each PC for its facts "
    "when there is no plan for it yet.",
    NULL,
};

static const struct example examples[] = {
    {"avswap fleet detect", "all PCs of the inventory"},
    {"avswap fleet detect pc17 pc18 --ssh-config ./ssh_config", "two of them"},
    {NULL, NULL},
};

const struct command cmd_fleet_detect = {
    .name = "detect",
    .summary = "bring the facts of the PCs of the inventory",
    .operands = "[HOST...]",
    .max_operands = NO_LIMIT,
    .about = about,
    .options = options,
    .exits = (const int[]){EXIT_REFUSED, EXIT_FLEET_PARTIAL, -1},
    .examples = examples,
    .run = detect,
};

static const char *const about_prove[] = {
    "Asks each PC whose plan names passwords or tokens whether it has them, and whether they are right as far as that can be told "
    "without using them up; those of --secret are sent along. Nothing is changed. PCs without a valid secret are listed before "
    "anything is touched; avswap fleet run does the same by itself before it begins.",
    NULL,
};

static const struct example examples_prove[] = {
    {"avswap fleet prove --secret kes_password=file:/root/kes", "before the night on which it counts"},
    {NULL, NULL},
};

const struct command cmd_fleet_prove = {
    .name = "prove",
    .summary = "list the PCs that lack a password or token that their plan needs",
    .operands = "[HOST...]",
    .max_operands = NO_LIMIT,
    .about = about_prove,
    .options = options,
    .exits = (const int[]){EXIT_REFUSED, EXIT_FLEET_PARTIAL, -1},
    .examples = examples_prove,
    .run = prove,
};
