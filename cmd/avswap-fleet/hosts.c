/* avswap fleet hosts: the PCs that the jump host knows. */
#include "cmd/avswap-fleet/state.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/store/roster.h"

#include <string.h>

/* --- which ------------------------------------------------------------------------------------------------------------- */

/* Those that the operands name, all where there are none. Each operand must name one. */
static bool choose(struct cli *c, const struct roster *r, struct roster *ret, struct err *e)
{
    ret->hosts.v = ARENA_ARRAY(&c->doc.arena, r->hosts.n + 1, struct roster_host);
    ret->hosts.n = 0;
    if (!ret->hosts.v)
        return err_nomem(e);
    for (size_t k = 0; k < c->args.operand_count; k++) {
        size_t i = 0;

        while (i < r->hosts.n && !roster_is(&r->hosts.v[i], c->args.operands[k]))
            i++;
        if (i == r->hosts.n)
            return err_set(e, ERR_NOT_FOUND, "no host is named by '%.100s'", c->args.operands[k]);
    }
    for (size_t i = 0; i < r->hosts.n; i++) {
        bool named = !c->args.operand_count;

        for (size_t k = 0; k < c->args.operand_count && !named; k++)
            named = roster_is(&r->hosts.v[i], c->args.operands[k]);
        if (named)
            ret->hosts.v[ret->hosts.n++] = r->hosts.v[i];
    }
    return true;
}

/* --- as JSON, CSV and text ------------------------------------------------------------------------------------------------ */

static json_t *host_json(const struct roster_host *h)
{
    json_t *j = schema_write(&fleet_host_schema, &h->host);
    char added[INSTANT_TEXT], seen[INSTANT_TEXT];
    json_t *learned = json_pack("{ss* ss* ss ss*}", "machine", h->machine, "hostname", h->hostname, "added",
                                instant_format(h->added, added), "seen",
                                h->seen == INSTANT_NONE ? NULL : instant_format(h->seen, seen));

    if (!j || !learned || json_object_update(j, learned) != 0) {
        json_decref(j);
        j = NULL;
    }
    json_decref(learned);
    return j;
}

static bool list_json(const struct roster *r, struct err *e)
{
    json_t *rows = json_array();
    bool ok = rows != NULL;

    for (size_t i = 0; ok && i < r->hosts.n; i++)
        ok = json_array_append_new(rows, host_json(&r->hosts.v[i])) == 0;
    if (!ok) {
        json_decref(rows);
        return err_nomem(e);
    }
    return out_json(json_pack("{ss so}", "schema", "avswap.fleet-hosts/1", "hosts", rows), e);
}

static void csv_value(const struct fleet_host *h, const struct field *f, struct buf *out)
{
    const void *member = (const char *)h + f->offset;

    if (f->type == FIELD_INT) {
        if (*(const long long *)member)
            buf_printf(out, "%lld", *(const long long *)member);
    } else if (f->type == FIELD_BOOL)
        buf_adds(out, *(const bool *)member ? "yes" : "no");
    else if (f->type == FIELD_ENUM)
        buf_adds(out, f->names[*(const int *)member]);
    else if (f->type == FIELD_STRS) {
        const struct strs *list = member;

        buf_addc(out, '"');
        for (size_t i = 0; i < list->n; i++)
            buf_printf(out, "%s%s", i ? " " : "", list->v[i]);
        buf_addc(out, '"');
    } else
        report_csv_text(out, *(const char *const *)member);
}

/* Can be imported again. */
static bool list_csv(const struct roster *r, struct err *e)
{
    struct buf out;

    buf_init(&out, LIMIT_FLEET);
    for (const struct field *f = fleet_host_schema.fields; f->name; f++)
        buf_printf(&out, "%s%s", f == fleet_host_schema.fields ? "" : ",", f->name);
    for (size_t i = 0; i < r->hosts.n; i++)
        for (const struct field *f = fleet_host_schema.fields; f->name; f++) {
            buf_adds(&out, f == fleet_host_schema.fields ? "\r\n" : ",");
            csv_value(&r->hosts.v[i].host, f, &out);
        }
    buf_adds(&out, "\r\n");
    if (!buf_ok(&out, "the list of hosts", e)) {
        buf_free(&out);
        return false;
    }
    return out_text(&out, e);
}

static void add_words(struct buf *b, const char *what, const struct strs *list)
{
    for (size_t i = 0; i < list->n; i++)
        buf_printf(b, "%s%s", i ? " " : what, list->v[i]);
}

static void talk_host(const struct cli *c, const struct roster_host *h)
{
    const struct fleet_host *f = &h->host;
    char at[INSTANT_TEXT];
    struct buf b;

    buf_init(&b, LIMIT_STRING);
    buf_printf(&b, "  %-24s %s", f->name, fleet_os_names[f->os]);
    if (f->user || f->address || f->port)
        buf_printf(&b, "  %s%s%s", f->user ? f->user : "", f->user ? "@" : "", fleet_host_address(f));
    if (f->port)
        buf_printf(&b, ":%lld", f->port);
    if (f->transport != FLEET_SSH)
        buf_printf(&b, "  %s", fleet_transport_names[f->transport]);
    if (f->site)
        buf_printf(&b, "  at %s", f->site);
    add_words(&b, "  in ", &f->groups);
    if (h->seen != INSTANT_NONE)
        buf_printf(&b, "  seen %s", instant_format(h->seen, at));
    if (b.failed)
        out_talk(c, "  %s", f->name);
    else
        out_talk(c, "%s", buf_str(&b));
    buf_free(&b);
}

static bool list_text(struct cli *c, const struct roster *r, struct err *e)
{
    size_t *first;

    if (!roster_twins(r, &c->doc.arena, &first, e))
        return false;
    for (size_t i = 0; i < r->hosts.n; i++)
        talk_host(c, &r->hosts.v[i]);
    for (size_t i = 0; i < r->hosts.n; i++) {
        const struct roster_host *h = &r->hosts.v[i];
        char *text = first[i] == i ? NULL : roster_twin_text(&c->doc.arena, r->hosts.v[first[i]].host.name, h->host.name, h->machine);

        if (text)
            out_talk(c, "%s", text);
    }
    out_talk(c, r->hosts.n ? "%zu host%s." : "No hosts are known: 'avswap fleet hosts import FILE' takes them from an inventory.", r->hosts.n,
             r->hosts.n == 1 ? "" : "s");
    return true;
}

static bool list(struct cli *c, struct err *e)
{
    struct store *s = state_store(c, e);
    struct roster all, r;
    bool ok = s && roster_load(s, &c->doc, &all, e);

    store_close(s);
    if (!ok || !choose(c, &all, &r, e))
        return false;
    return c->json ? list_json(&r, e) : option_given(&c->args, "csv") ? list_csv(&r, e) : list_text(c, &r, e);
}

static const struct option list_options[] = {
    {"csv", 0, NULL, "as CSV, which can be imported again", false},
    OPTION_STATE,
    OPTION_END,
};

static const char *const list_about[] = {
    "Shows the PCs that this jump host knows: what the inventory says of each, and when it last answered. HOST is a name, a "
    "pattern of names ('pc*'), or '@GROUP'.",
    "A PC tells its machine id when it is visited. Two names with the same id are named at the end: that is one PC under two names, or "
    "two that were cloned from one image. Only the first of them is moved until a person has put that right.",
    NULL,
};

static const struct example list_examples[] = {
    {"avswap fleet hosts @berlin", "the hosts of one group"},
    {"avswap fleet hosts --csv >hosts.csv", "to edit in a spreadsheet and import again"},
    {NULL, NULL},
};

const struct command cmd_hosts = {
    .name = "hosts",
    .summary = "which PCs this jump host knows",
    .operands = "[HOST...]",
    .max_operands = NO_LIMIT,
    .about = list_about,
    .options = list_options,
    .exits = (const int[]){-1},
    .examples = list_examples,
    .run = list,
};
