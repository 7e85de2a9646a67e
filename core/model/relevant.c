#include "core/model/relevant.h"
#include "core/base/list.h"
#include "core/model/judge.h"

#include <string.h>

/* --- which questions the catalogue asks ------------------------------------------------------------------------ */

/* What of a condition's evidence may appear in a plan: when it holds, when it does not. */
struct shown {
    bool yes, no, whole;
};

struct walk {
    struct relevance *r;
    struct arena *a;
    struct err *e;
};

static const char *list_of(int probe)
{
    static const char *const lists[PROBE_COUNT] = {
        [PROBE_PACKAGE] = "packages", [PROBE_PROCESS] = "processes", [PROBE_USER] = "users",
        [PROBE_GROUP] = "groups",     [PROBE_FANOTIFY] = "fanotify", [PROBE_FIREWALL] = "firewall",
        [PROBE_SELINUX] = "selinux_contexts", [PROBE_COMMAND] = "answers",
    };

    return lists[probe] ? lists[probe] : judge_listings[probe].list;
}

static bool add_look(struct walk *w, const struct cond *c, struct shown s)
{
    json_t *j = schema_write(&cond_schema, c);
    struct look *look = NULL;
    struct buf text;
    bool ok;

    buf_init(&text, 1u << 20);
    ok = json_text(j, false, &text, w->e);
    json_decref(j);
    for (size_t i = 0; ok && i < w->r->looks.n && !look; i++)
        if (strcmp(w->r->looks.v[i].text, buf_str(&text)) == 0)
            look = &w->r->looks.v[i];
    if (ok && !look) {
        look = LIST_ADD(w->a, &w->r->looks);
        ok = look || err_nomem(w->e);
        if (ok) {
            *look = (struct look){.cond = c, .list = list_of(c->probe), .ages = c->max_age_h || c->op == OP_MAX_AGE_H};
            look->text = arena_strdup(w->a, buf_str(&text));
            ok = look->text || err_nomem(w->e);
        }
    }
    if (ok) {
        look->shown_yes = look->shown_yes || s.yes;
        look->shown_no = look->shown_no || s.no;
        look->whole = look->whole || s.whole;
    }
    buf_free(&text);
    return ok;
}

static bool walk_cond(struct walk *w, const struct cond *c, struct shown s)
{
    if (c->not)
        return walk_cond(w, c->not, (struct shown){s.no, s.yes, s.whole});
    for (size_t i = 0; i < c->all.n; i++)
        if (!walk_cond(w, &c->all.v[i], s))
            return false;
    for (size_t i = 0; i < c->any.n; i++)
        if (!walk_cond(w, &c->any.v[i], s))
            return false;
    return c->probe == PROBE_NONE || add_look(w, c, s);
}

/* Conditions that no plan asks, or whose answer no plan depends on: they are carried into it for the run. */
static bool not_asked(const struct schema *s, const struct field *f)
{
    static const char *const health[] = {"installed", "running", "fresh", "managed"};

    if (s == &step_def_schema)
        return strcmp(f->name, "after") == 0;
    for (size_t i = 0; s == &health_schema && i < sizeof health / sizeof health[0]; i++)
        if (strcmp(f->name, health[i]) == 0)
            return true;
    return false;
}

static struct shown shown_of(const struct schema *s, const struct field *f)
{
    /* A requirement that does not hold and a guard that does are reasons; `each` becomes steps. */
    if (strcmp(f->name, "each") == 0)
        return (struct shown){true, true, true};
    if (strcmp(s->name, "requirement") == 0)
        return (struct shown){false, true, false};
    if (strcmp(f->name, "blocked") == 0)
        return (struct shown){true, false, false};
    return (struct shown){false, false, false};
}

static bool walk_object(struct walk *w, const struct schema *s, const void *obj);

static bool walk_member(struct walk *w, const struct schema *s, const struct field *f, const void *obj)
{
    return f->sub == &cond_schema ? not_asked(s, f) || walk_cond(w, obj, shown_of(s, f)) : walk_object(w, f->sub, obj);
}

/* Every condition below an object, found by the tables that read it. */
static bool walk_object(struct walk *w, const struct schema *s, const void *obj)
{
    for (const struct field *f = s->fields; f->name; f++) {
        const void *at = (const char *)obj + f->offset;
        const LIST(char) *rows = at;

        if (f->type == FIELD_OBJ && *(void *const *)at && !walk_member(w, s, f, *(void *const *)at))
            return false;
        for (size_t i = 0; f->type == FIELD_OBJS && i < rows->n; i++)
            if (!walk_member(w, s, f, rows->v + i * f->sub->size))
                return false;
    }
    return true;
}

/* Names under which versions and packages are looked up. */
static bool walk_names(struct walk *w, const struct strs *names)
{
    static const int probes[] = {PROBE_PACKAGE, PROBE_UNINSTALL, PROBE_MSI};

    for (size_t i = 0; i < names->n; i++)
        for (size_t k = 0; k < sizeof probes / sizeof probes[0]; k++) {
            struct cond *c = ARENA_NEW(w->a, struct cond);

            if (!c)
                return err_nomem(w->e);
            schema_init(&cond_schema, c);
            c->probe = probes[k];
            c->name = names->v[i];
            if (!add_look(w, c, (struct shown){true, true, true}))
                return false;
        }
    return true;
}

bool relevance_make(const struct catalog *c, const char *family, struct arena *a, struct relevance *ret, struct err *e)
{
    struct walk w = {ret, a, e};

    memset(ret, 0, sizeof *ret);
    ret->family = family;
    for (size_t i = 0; i < c->products.n; i++) {
        const struct product *x = &c->products.v[i];

        if (!text_eq(x->os, family))
            continue;
        if (!walk_object(&w, &product_schema, x) || !walk_names(&w, &x->packages) ||
            (x->detect && !walk_names(&w, &x->detect->version_from)))
            return false;
    }
    for (size_t i = 0; i < c->playbooks.n; i++)
        if (!walk_object(&w, &playbook_schema, &c->playbooks.v[i]))
            return false;
    return true;
}

/* --- what they see of a row ------------------------------------------------------------------------------------ */

/* How a look answers of facts that have this row only. FIT_NONE: it does not see the row. */
static bool fit_of(const struct look *l, const struct facts *one, const void *row, struct arena *a, enum fit *ret,
                   struct err *e)
{
    struct judge all = judge_of(one, a), j = judge_for(&all, l->cond->probe);
    struct verdict v;
    struct cond here;

    if (judge_listings[l->cond->probe].list) {
        if (!judge_here(&j, l->cond, &here))
            return err_nomem(e);
        *ret = judge_listings[l->cond->probe].fit(&j, &here, row);
        return true;
    }
    if (l->cond->probe == PROBE_COMMAND && !cond_answer(one, &l->cond->argv)) {
        *ret = FIT_NONE;
        return true;
    }
    if (!cond_judge(l->cond, one, a, &v, e))
        return false;
    if (v.answer == TRI_YES)
        *ret = FIT_YES;
    else
        *ret = l->cond->probe != PROBE_COMMAND ? FIT_NONE : v.answer == TRI_NO ? FIT_OTHER : FIT_UNCLEAR;
    return true;
}

/* Whether a listed program is live or a ghost, and whether it is counted twice, depends on other rows: all of it counts. */
static bool look_at_program(const struct look *l, const struct facts *one, const void *row, struct arena *a,
                            struct relevant *ret, struct err *e)
{
    struct cond loose = *l->cond;
    struct look wide = *l;
    enum fit fit = FIT_NONE;

    loose.op = OP_NONE;
    loose.state = "any";
    wide.cond = &loose;
    if (!fit_of(&wide, one, row, a, &fit, e))
        return false;
    if (fit != FIT_NONE)
        ret->matters = ret->whole = true;
    return true;
}

static bool look_at(const struct look *l, size_t index, const struct facts *one, const void *row, struct arena *a,
                    struct buf *out, struct relevant *ret, struct err *e)
{
    enum fit fit = FIT_NONE;

    if (l->cond->probe == PROBE_UNINSTALL)
        return look_at_program(l, one, row, a, ret, e);
    if (l->whole && l->cond->probe == PROBE_PACKAGE) { /* in whatever state and version */
        if (text_glob(l->cond->name, ((const struct package *)row)->name))
            ret->matters = ret->whole = true;
        return true;
    }
    if (!fit_of(l, one, row, a, &fit, e))
        return false;
    if (fit == FIT_NONE)
        return true;
    ret->matters = true;
    ret->ages = ret->ages || l->ages;
    ret->whole = ret->whole || l->whole || (fit == FIT_YES ? l->shown_yes : l->shown_no);
    buf_printf(out, "%zu:%d,", index, (int)fit);
    return true;
}

/* What ties a listed program, or a value that holds its product code, to Windows Installer's product and to its twin: the
 * code, in lower case. */
static void link_of(const struct field *list, const void *row, char ret[64])
{
    const struct uninstall_entry *u = row;
    const struct msi_product *m = row;
    const struct registry_value *v = row;
    const char *code = NULL;
    size_t n = 0;

    if (strcmp(list->name, "uninstall") == 0)
        code = u->code ? u->code : strchr(u->key, '{');
    else if (strcmp(list->name, "msi") == 0)
        code = m->code;
    else if (strcmp(list->name, "registry") == 0 && v->data && v->data[0] == '{')
        code = v->data;
    for (; code && code[n] && n < 63; n++)
        ret[n] = code[n] >= 'A' && code[n] <= 'Z' ? (char)(code[n] + 32) : code[n];
    ret[n] = '\0';
}

bool relevance_row(const struct relevance *r, const struct facts *here, const struct field *list, const void *row,
                   struct arena *a, struct buf *out, struct relevant *ret, struct err *e)
{
    struct facts one;
    struct {
        const void *v;
        size_t n;
    } rows = {list->type == FIELD_STRS ? (const void *)&row : row, 1};

    memset(ret, 0, sizeof *ret);
    link_of(list, row, ret->link);
    schema_init(&facts_schema, &one);
    one.collected_at = here->collected_at;
    one.os = here->os;
    one.folders.v = here->folders.v;
    one.folders.n = here->folders.n;
    memcpy((char *)&one + list->offset, &rows, sizeof rows);
    for (size_t i = 0; i < r->looks.n; i++)
        if (text_eq(r->looks.v[i].list, list->name) && !look_at(&r->looks.v[i], i, &one, row, a, out, ret, e))
            return false;
    /* What could be installed again hangs on more than its conditions. */
    ret->whole = ret->whole || (ret->matters && strcmp(list->name, "msi") == 0);
    return true;
}

bool relevance_facts(const struct relevance *r, const struct facts *here, const char *prefix, struct arena *a,
                     struct buf *out, struct err *e)
{
    for (size_t i = 0; i < r->looks.n; i++) {
        const struct look *l = &r->looks.v[i];
        struct verdict v;

        if (l->cond->probe != PROBE_FACT || !text_starts(l->cond->name, prefix))
            continue;
        if (!cond_judge(l->cond, here, a, &v, e))
            return false;
        buf_printf(out, "%zu:%d", i, (int)v.answer);
        if (v.answer == TRI_YES ? l->shown_yes : l->shown_no)
            buf_printf(out, "=%s", v.evidence);
        buf_addc(out, ',');
    }
    return true;
}
