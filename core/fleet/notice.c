#include "core/fleet/notice.h"

#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/base/version_tool.h"
#include "core/fleet/standing.h"
#include "core/inventory/zone.h"
#include "core/os/file.h"
#include "core/report/report.h"
#include "core/store/folder.h"
#include "core/store/record.h"

#include <string.h>

/* Verbs that those who watch a PC will see, and which of their arguments names what. */
static const struct {
    const char *verb, *arg, *kind;
    bool starts;
} seen[] = {
    {"service.stop", "name", "service", false},      {"service.disable", "name", "service", false},
    {"service.remove", "name", "service", false},    {"package.remove", "names", "package", false},
    {"msi.remove", "name", "program", false},        {"driver.remove", "name", "driver", false},
    {"service.start", "name", "service", true},      {"service.restart", "name", "service", true},
    {"service.enable", "name", "service", true},     {"package.install", "packages", "package", true},
};

/* "service a"; each once. */
static bool add(struct strs *list, const char *kind, const char *name, struct doc *d, struct err *e)
{
    const char *text = arena_printf(&d->arena, "%s%s%s", kind, *kind ? " " : "", name), **v;

    if (!text)
        return err_nomem(e);
    if (text_in(list, text))
        return true;
    v = LIST_ADD(&d->arena, list);
    if (!v)
        return err_nomem(e);
    *v = text;
    return true;
}

static bool add_args(struct strs *list, const char *kind, const json_t *names, struct doc *d, struct err *e)
{
    size_t n = json_is_array(names) ? json_array_size(names) : 0;

    if (json_is_string(names))
        return add(list, kind, json_string_value(names), d, e);
    for (size_t i = 0; i < n; i++)
        if (json_is_string(json_array_get(names, i)) && !add(list, kind, json_string_value(json_array_get(names, i)), d, e))
            return false;
    return true;
}

static bool add_steps(struct notice_host *x, const struct plan *p, struct doc *d, struct err *e)
{
    for (size_t i = 0; i < p->steps.n; i++)
        for (size_t k = 0; k < sizeof seen / sizeof seen[0]; k++)
            if (text_eq(p->steps.v[i].verb, seen[k].verb) &&
                !add_args(seen[k].starts ? &x->starts : &x->stops, seen[k].kind, json_object_get(p->steps.v[i].args, seen[k].arg), d, e))
                return false;
    return true;
}

static bool add_products(struct notice_host *x, const struct plan *p, struct doc *d, struct err *e)
{
    for (size_t i = 0; i < p->sources.n; i++) {
        const struct plan_product *s = &p->sources.v[i];
        const char *name = s->version ? arena_printf(&d->arena, "%s %s", s->name, s->version) : s->name;

        if (!name)
            return err_nomem(e);
        if (!add(&x->stops, "", name, d, e))
            return false;
    }
    return !p->target || add(&x->starts, "", p->target->name, d, e);
}

static bool copy(const char **ret, const char *s, struct doc *d, struct err *e)
{
    *ret = s ? arena_strdup(&d->arena, s) : NULL;
    return !s || *ret || err_nomem(e);
}

static bool add_window(struct notice_host *x, const struct window *w, struct doc *d, struct err *e)
{
    if (!w)
        return true;
    x->window = ARENA_NEW(&d->arena, struct notice_window);
    if (!x->window)
        return err_nomem(e);
    return copy(&x->window->from, w->from, d, e) && copy(&x->window->to, w->to, d, e) &&
           (strs_copy(&d->arena, &w->days, &x->window->days) || err_nomem(e));
}

void notice_begin(const struct notice_source *how, struct notice *ret)
{
    schema_init(&notice_schema, ret);
    ret->at = how->now;
    ret->begins = how->begins;
    ret->operator = how->operator;
    ret->contact = how->contact;
    ret->tool = AVSWAP_VERSION;
}

bool notice_worker(struct notice *n, const char *os, const char *sha256, struct doc *d, struct err *e)
{
    struct notice_worker *w = LIST_ADD(&d->arena, &n->workers);

    if (!w)
        return err_nomem(e);
    *w = (struct notice_worker){NULL, NULL};
    return copy(&w->os, os, d, e) && copy(&w->sha256, sha256, d, e);
}

bool notice_add(struct notice *n, const struct fleet_host *h, const char *machine, const char *wave, const struct window *w,
                long long utc_offset_min, const struct plan *p, struct doc *d, struct err *e)
{
    struct notice_host *x = LIST_ADD(&d->arena, &n->hosts);

    if (!x)
        return err_nomem(e);
    *x = (struct notice_host){.os = fleet_os_names[h->os], .utc_offset_min = utc_offset_min, .max_reboots = p->max_reboots};
    return copy(&x->name, h->name, d, e) && copy(&x->machine, machine, d, e) && copy(&x->address, h->address, d, e) &&
           copy(&x->site, h->site, d, e) && copy(&x->wave, wave, d, e) && copy(&x->contact, h->contact, d, e) &&
           copy(&x->plan, p->id, d, e) && copy(&x->plan_digest, p->digest, d, e) && add_window(x, w, d, e) &&
           add_products(x, p, d, e) && add_steps(x, p, d, e);
}

/* ---- from the state ---- */

struct work {
    const struct notice_source *how;
    const struct rollout *rollout;
    struct doc *d;
    struct notice *n;
};

bool notice_tell(struct notice *n, const struct notice_source *how, const struct roster_host *h, unsigned wave, const struct plan *p,
                 struct doc *d, struct err *e)
{
    const struct rollout *r = how->rollout;
    const struct window *window = NULL;
    struct err ignored = ERR_INIT;
    int offset = 0;

    if (!zone_offset(h->host.zone, n->at, &offset, &ignored)) /* refused at the import; a database that has gone since says nothing */
        offset = 0;
    return (!r || standing_window(r, &h->host, d, &window, e)) &&
           notice_add(n, &h->host, h->machine, !r || wave == NOTICE_NO_WAVE ? NULL : wave < r->waves.n ? r->waves.v[wave].name : "rest", window,
                      offset, p, d, e);
}

static bool add_host(struct work *w, const struct roster_host *h, unsigned wave, struct err *e)
{
    struct notice_source how = *w->how;
    struct doc doc = DOC_INIT;
    struct plan plan;
    bool found, ok;

    how.rollout = w->rollout;
    ok = fleet_folder_plan(how.state, h->host.name, NULL, &doc, NULL, &plan, &found, e) &&
         (!found || notice_tell(w->n, &how, h, wave, &plan, w->d, e));
    doc_free(&doc);
    return ok || err_wrap(e, "the notice for '%.60s'", h->host.name);
}

static bool add_records(struct work *w, struct store *s, const struct record_rollout *begun, const struct roster *roster, struct err *e)
{
    struct records records;

    if (!record_load(s, begun->id, w->d, &records, e))
        return false;
    w->n->rollout = arena_printf(&w->d->arena, "%lld", begun->id);
    if (!w->n->rollout)
        return err_nomem(e);
    for (size_t i = 0; i < records.v.n; i++) {
        const struct record *m = &records.v.v[i];
        const struct roster_host *h = host_is_final(&m->host) ? NULL : roster_find(roster, m->name);

        if (h && !add_host(w, h, m->wave, e))
            return false;
    }
    return true;
}

bool notice_load(struct store *s, const struct notice_source *how, struct doc *d, struct notice *ret, struct err *e)
{
    struct work w = {how, how->rollout, d, ret};
    struct record_rollout begun;
    struct rollout r;
    struct roster roster;
    bool found;

    notice_begin(how, ret);
    if (!record_rollout(s, 0, d, &begun, &found, e) || !roster_load(s, d, &roster, e))
        return false;
    if (found && begun.ended == INSTANT_NONE) {
        if (!doc_read(d, &rollout_schema, "the rollout in the store", begun.document, strlen(begun.document), &r, e))
            return false;
        w.rollout = &r;
        ret->operator = how->operator ? how->operator : begun.operator;
        return add_records(&w, s, &begun, &roster, e);
    }
    for (size_t i = 0; i < roster.hosts.n; i++)
        if (!add_host(&w, &roster.hosts.v[i], NOTICE_NO_WAVE, e))
            return false;
    return true;
}

static bool write_as(const char *folder, const struct notice *n, const char *ending, const struct buf *text, struct err *e)
{
    struct arena a = ARENA_INIT;
    const char *path = n->number > 1 ? arena_printf(&a, "%s/notice-%s.%lld.%s", folder, n->rollout, n->number, ending)
                                     : arena_printf(&a, "%s/notice-%s.%s", folder, n->rollout, ending);
    bool ok = (path || err_nomem(e)) && buf_ok(text, "the notice", e) && os_file_write(path, buf_str(text), text->len, 0600, e);

    arena_free(&a);
    return ok;
}

bool notice_write(const char *state, const struct notice *n, struct err *e)
{
    struct arena a = ARENA_INIT;
    const char *folder = arena_printf(&a, "%s/fleet", state);
    json_t *j = schema_write(&notice_schema, n);
    struct buf text, cef;
    bool ok;

    buf_init(&text, LIMIT_FLEET);
    buf_init(&cef, LIMIT_FLEET);
    report_notice_cef(n, &cef);
    ok = ((j && folder) || err_nomem(e)) && json_text(j, true, &text, e) && os_dir_make(folder, 0700, e) &&
         write_as(folder, n, "cef", &cef, e) && write_as(folder, n, "json", &text, e);
    json_decref(j);
    buf_free(&text);
    buf_free(&cef);
    arena_free(&a);
    return ok;
}
