/* avswap fleet hosts import, add, remove: changes of what the jump host knows. */
#include "cmd/avswap-fleet/state.h"
#include "cmd/cli/input.h"
#include "cmd/cli/options.h"
#include "cmd/cli/out.h"
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/os/path.h"
#include "core/store/folder.h"

#include <string.h>

struct changes {
    struct strs added, changed, gone;
    size_t same;
    bool pruned; /* those that are gone were removed */
};

static bool add_name(struct cli *c, struct strs *list, const char *name, struct err *e)
{
    const char **mine = LIST_ADD(&c->doc.arena, list);

    if (!mine)
        return err_nomem(e);
    *mine = name;
    return true;
}

/* --- reading ------------------------------------------------------------------------------------------------------------- */

static bool read_format(struct cli *c, int *ret, struct err *e)
{
    const char *given = option_value(&c->args, "format");

    for (*ret = INVENTORY_AUTO; given && inventory_format_names[*ret]; ++*ret)
        if (text_eq(given, inventory_format_names[*ret]))
            return true;
    return !given || err_set(e, ERR_USAGE, "--format: '%.60s' is none of names, csv, jsonl, ini, yaml and list", given);
}

static bool read_one(struct cli *c, struct fleet_inventory *v, const char *path, int format, struct err *e)
{
    struct buf text;
    bool ok;

    if (!text_eq(path, "-"))
        return (path = os_path_given(path, &c->doc.arena, e)) && fleet_inventory_file(v, path, format, e);
    buf_init(&text, LIMIT_FLEET);
    ok = input_file(path, &text, e) && fleet_inventory_text(v, "standard input", buf_str(&text), text.len, format, e);
    buf_free(&text);
    return ok;
}

static bool read_all(struct cli *c, struct fleet_inventory *v, struct err *e)
{
    int format;

    if (!read_format(c, &format, e))
        return false;
    for (size_t i = 0; i < c->args.operand_count; i++)
        if (!read_one(c, v, c->args.operands[i], format, e))
            return false;
    return fleet_inventory_end(v, e);
}

/* --- writing ------------------------------------------------------------------------------------------------------------- */

static bool put_all(struct cli *c, struct store *s, const struct fleet_inventory *v, struct changes *x, struct err *e)
{
    for (size_t i = 0; i < v->hosts.n; i++) {
        const struct fleet_host *h = &v->hosts.v[i];
        enum roster_change change;

        if (!roster_put(s, h, c->now, &change, e))
            return false;
        x->same += change == ROSTER_SAME;
        if (change != ROSTER_SAME && !add_name(c, change == ROSTER_ADDED ? &x->added : &x->changed, h->name, e))
            return false;
    }
    return true;
}

/* Those that the inventory does not tell any more; both are sorted by name. */
static bool find_gone(struct cli *c, struct store *s, const struct fleet_inventory *v, struct changes *x, struct err *e)
{
    struct roster before;
    size_t k = 0;

    if (!roster_load(s, &c->doc, &before, e))
        return false;
    for (size_t i = 0; i < before.hosts.n; i++) {
        const char *name = before.hosts.v[i].host.name;
        bool removed;

        while (k < v->hosts.n && strcmp(v->hosts.v[k].name, name) < 0)
            k++;
        if (k < v->hosts.n && text_eq(v->hosts.v[k].name, name))
            continue;
        if (!add_name(c, &x->gone, name, e) || (x->pruned && !roster_remove(s, name, &removed, e)))
            return false;
    }
    return true;
}

/* The file beside the store says the same as the store. */
static bool save_roster(struct cli *c, struct store *s, struct err *e)
{
    const char *dir = state_dir(c, e);
    struct doc d = DOC_INIT;
    struct roster r;
    bool ok = dir && roster_load(s, &d, &r, e) && fleet_folder_roster(dir, &r, e);

    doc_free(&d);
    return ok;
}

/* `whole`: the inventory is all there is. */
static bool store_all(struct cli *c, const struct fleet_inventory *v, bool whole, struct changes *x, struct err *e)
{
    struct store *s = state_store(c, e);
    bool ok = s && store_begin(s, e) && put_all(c, s, v, x, e) && (!whole || find_gone(c, s, v, x, e)) && save_roster(c, s, e) &&
              store_commit(s, e);

    store_abort(s);
    store_close(s);
    return ok;
}

/* --- telling ------------------------------------------------------------------------------------------------------------- */

static json_t *names_json(const struct strs *list)
{
    json_t *j = json_array();

    for (size_t i = 0; j && i < list->n; i++)
        if (json_array_append_new(j, json_string(list->v[i])) != 0) {
            json_decref(j);
            return NULL;
        }
    return j;
}

static bool hand_out_json(const struct fleet_inventory *v, const struct changes *x, struct err *e)
{
    return out_json(json_pack("{ss so so sI so sb so}", "schema", "avswap.fleet-import/1", "added", names_json(&x->added), "changed",
                              names_json(&x->changed), "same", (json_int_t)x->same, "gone", names_json(&x->gone), "pruned", x->pruned,
                              "notes", names_json(&v->notes)), e);
}

static void talk_names(const struct cli *c, const char *what, const struct strs *list, size_t most)
{
    for (size_t i = 0; i < list->n && i < most; i++)
        out_talk(c, "  %-8s %s", what, list->v[i]);
    if (list->n > most)
        out_talk(c, "  ... and %zu more; -v tells them", list->n - most);
}

static bool hand_out(struct cli *c, const struct fleet_inventory *v, const struct changes *x, struct err *e)
{
    size_t most = c->style.verbose ? SIZE_MAX : 20;

    if (c->json)
        return hand_out_json(v, x, e);
    talk_names(c, "added", &x->added, most);
    talk_names(c, "changed", &x->changed, most);
    talk_names(c, x->pruned ? "removed" : "gone", &x->gone, most);
    for (size_t i = 0; i < v->notes.n; i++)
        out_talk(c, "%s", v->notes.v[i]);
    out_talk(c, "%zu added, %zu changed, %zu the same, %zu %s.", x->added.n, x->changed.n, x->same, x->gone.n,
             x->pruned ? "removed" : "gone");
    if (x->gone.n && !x->pruned)
        out_talk(c, "Those that are gone from the inventory stay known; --prune removes them.");
    return true;
}

/* --- the commands ---------------------------------------------------------------------------------------------------------- */

static bool import(struct cli *c, struct err *e)
{
    struct fleet_inventory v = {.build = NULL};
    struct changes x = {.pruned = option_given(&c->args, "prune")};
    bool ok = input_now(c, e) && read_all(c, &v, e) && store_all(c, &v, true, &x, e) && hand_out(c, &v, &x, e);

    fleet_inventory_free(&v);
    return ok;
}

static bool add(struct cli *c, struct err *e)
{
    struct fleet_inventory v = {.build = NULL};
    struct changes x = {.same = 0};
    bool ok = input_now(c, e);

    for (size_t i = 0; ok && i < c->args.operand_count; i++)
        ok = text_eq(c->args.operands[i], "-") ? read_one(c, &v, "-", INVENTORY_NAMES, e)
                                               : fleet_inventory_name(&v, c->args.operands[i], e);
    ok = ok && fleet_inventory_end(&v, e) && store_all(c, &v, false, &x, e) && hand_out(c, &v, &x, e);
    fleet_inventory_free(&v);
    return ok;
}

static bool remove_all(struct cli *c, struct store *s, struct err *e)
{
    for (size_t i = 0; i < c->args.operand_count; i++) {
        bool removed;

        if (!roster_remove(s, c->args.operands[i], &removed, e))
            return false;
        if (!removed)
            return err_set(e, ERR_NOT_FOUND, "no host is named '%.100s'; nothing was removed", c->args.operands[i]);
    }
    return true;
}

static bool remove_hosts(struct cli *c, struct err *e)
{
    struct store *s = state_store(c, e);
    bool ok = s && store_begin(s, e) && remove_all(c, s, e) && save_roster(c, s, e) && store_commit(s, e);

    store_abort(s);
    store_close(s);
    if (!ok)
        return false;
    if (c->json)
        return out_json(json_pack("{ss sI}", "schema", "avswap.fleet-remove/1", "removed", (json_int_t)c->args.operand_count), e);
    out_talk(c, "%zu removed. What was collected of them stays.", c->args.operand_count);
    return true;
}

static const struct option import_options[] = {
    {"format", 0, "FORMAT", "names, csv, jsonl, ini, yaml or list; without it the file's name and content tell", false},
    {"prune", 0, NULL, "remove the hosts that are in none of these files", false},
    OPTION_NOW,
    OPTION_STATE,
    OPTION_END,
};
static const struct option change_options[] = {OPTION_NOW, OPTION_STATE, OPTION_END};
static const struct option remove_options[] = {OPTION_STATE, OPTION_END};

static const char *const import_about[] = {
    "Takes hosts from inventories ('-': standard input). It may be repeated: what is told again changes nothing, and it says what "
    "was added, what changed and what is gone. All or nothing: a file that is wrong in one place is refused with that line, and nothing "
    "is taken from any of them.",
    "csv: a header row names the columns, in any order, of name, address, user, port, os (linux, windows), transport (ssh, local), "
    "become (yes, no), site, zone (Europe/Berlin, +02:00), window ('sat,sun 22:00-05:00', in the host's own time), contact, groups and "
    "tags (with blanks between). Only name is needed. Separated by ',' ';' or tabs.",
    "jsonl: the same names as keys of one object a line. names: host names, with '#' before comments.",
    "ini, yaml, list: inventories of Ansible, the last one as 'ansible-inventory --list' prints it. Read are ansible_host, ansible_port, "
    "ansible_user, ansible_become, ansible_connection and ansible_shell_type, and avswap_os, avswap_transport, avswap_become, "
    "avswap_site, avswap_zone, avswap_window, avswap_contact and avswap_tags, of hosts and of groups; which of them wins is as with "
    "Ansible. Passwords in an inventory are never taken; a note names them. What Ansible would have to fill in (templates, group_vars, "
    "plugins) is not known here: 'ansible-inventory --list --export' gives an inventory with group_vars in it.",
    NULL,
};
static const char *const add_about[] = {"Adds hosts by their names alone ('-': names from standard input).", NULL};
static const char *const remove_about[] = {
    "Forgets hosts. Their folders with what was collected stay, and so does what is recorded of rollouts. All or nothing.",
    NULL,
};

static const struct example import_examples[] = {
    {"avswap fleet hosts import hosts.csv", "from a spreadsheet"},
    {"ansible-inventory --list --export | avswap fleet hosts import -", "from Ansible, with all that it knows"},
    {NULL, NULL},
};
static const struct example add_examples[] = {{"avswap fleet hosts add pc17 pc18", "two more"}, {NULL, NULL}};
static const struct example remove_examples[] = {{"avswap fleet hosts remove pc17", "one less"}, {NULL, NULL}};

const struct command cmd_hosts_import = {
    .name = "hosts import",
    .summary = "take hosts from inventories",
    .operands = "FILE...",
    .min_operands = 1,
    .max_operands = NO_LIMIT,
    .about = import_about,
    .options = import_options,
    .exits = (const int[]){-1},
    .examples = import_examples,
    .run = import,
};

const struct command cmd_hosts_add = {
    .name = "hosts add",
    .summary = "add hosts by name",
    .operands = "NAME...",
    .min_operands = 1,
    .max_operands = NO_LIMIT,
    .about = add_about,
    .options = change_options,
    .exits = (const int[]){-1},
    .examples = add_examples,
    .run = add,
};

const struct command cmd_hosts_remove = {
    .name = "hosts remove",
    .summary = "forget hosts",
    .operands = "NAME...",
    .min_operands = 1,
    .max_operands = NO_LIMIT,
    .about = remove_about,
    .options = remove_options,
    .exits = (const int[]){-1},
    .examples = remove_examples,
    .run = remove_hosts,
};
