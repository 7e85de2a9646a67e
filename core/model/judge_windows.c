/*
 * Judging what only Windows has. Every probe here goes through one list of the facts; what a row of it must be stands in
 * one small function each.
 */
#include "core/base/list.h"
#include "core/model/judge.h"

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '"' || c == '\'';
}

bool judge_listed(const struct judge *j, const char *pattern, const char *name)
{
    char bare[2][512];
    const char *from[2] = {pattern, name};

    if (!name || judge_name(j, pattern, name))
        return name != NULL;
    for (size_t i = 0; i < 2; i++) {
        const char *s = from[i];
        size_t n;

        while (is_blank(*s))
            s++;
        n = strlen(s);
        while (n && is_blank(s[n - 1]))
            n--;
        if (n >= sizeof bare[i])
            return false;
        memcpy(bare[i], s, n);
        bare[i][n] = '\0';
    }
    return judge_name(j, bare[0], bare[1]);
}

static bool version_fits(const struct judge *j, const struct cond *c, const char *version)
{
    return !c->op || judge_compare(j, c, DECODE_VERSION, version ? version : "") == TRI_YES;
}

/* --- uninstall, msi --------------------------------------------------------------------------------------------- */

/* Wrapped installers list a product twice: as {GUID} and as InstallWIX_{GUID}. */
static bool is_twin(const struct facts *f, const struct uninstall_entry *u)
{
    static const char prefix[] = "InstallWIX_";

    for (size_t i = 0; text_starts(u->key, prefix) && i < f->uninstall.n; i++)
        if (text_eq_fold(f->uninstall.v[i].key, u->key + strlen(prefix)))
            return true;
    return false;
}

/* Windows Installer's own entry of a product that it no longer knows: its command would find nothing (1605). */
static bool forgotten(const struct facts *f, const struct uninstall_entry *u)
{
    if (!u->code || !text_eq(u->hive, "HKLM") || facts_has_gap(f, "msi"))
        return false;
    for (size_t i = 0; i < f->msi.n; i++)
        if (text_eq_fold(f->msi.v[i].code, u->code))
            return false;
    return true;
}

/* Does a program run from below the first n bytes of a path? */
static bool runs_below(const struct facts *f, const char *path, size_t n)
{
    for (size_t i = 0; i < f->processes.n; i++) {
        const char *exe = f->processes.v[i].exe;

        if (exe && strlen(exe) > n && exe[n] == '/' && strncasecmp(exe, path, n) == 0)
            return true;
    }
    return false;
}

/* Of what Windows Installer forgot a folder may be left: residue, as long as nothing runs from it. */
static bool abandoned(const struct facts *f, const struct uninstall_entry *u)
{
    size_t n = u->location ? strlen(u->location) : 0;

    while (n && u->location[n - 1] == '/')
        n--;
    return n && f->processes.n && !facts_has_gap(f, "processes") && forgotten(f, u) && !runs_below(f, u->location, n);
}

static bool is_ghost(const struct facts *f, const struct uninstall_entry *u)
{
    bool command = (u->command && *u->command) || (u->quiet && *u->quiet);

    if (u->location_exists)
        return abandoned(f, u);
    return !command || u->command_missing || forgotten(f, u);
}

static enum fit fit_uninstall(const struct judge *j, const struct cond *c, const void *row)
{
    const struct uninstall_entry *u = row;
    const char *state = c->state ? c->state : "live";

    if (!judge_listed(j, c->name, u->name) || is_twin(j->facts, u))
        return FIT_NONE;
    if (c->publisher && !judge_listed(j, c->publisher, u->publisher ? u->publisher : ""))
        return FIT_NONE;
    if (c->key && !judge_name(j, c->key, u->key))
        return FIT_NONE;
    if (!text_eq(state, "any") && is_ghost(j->facts, u) != text_eq(state, "ghost"))
        return FIT_OTHER;
    return version_fits(j, c, u->version) ? FIT_YES : FIT_OTHER;
}

static const char *text_uninstall(struct arena *a, const void *row)
{
    const struct uninstall_entry *u = row;
    const char *gone = u->command || u->quiet ? "" : ", without an uninstaller";

    return arena_printf(a, "the program %s%s%s is listed (%s, %s bits, %s%s)", u->name, u->version ? " " : "",
                        u->version ? u->version : "", u->hive, u->view, u->key, gone);
}

static enum fit fit_msi(const struct judge *j, const struct cond *c, const void *row)
{
    const struct msi_product *m = row;

    if (!judge_listed(j, c->name, m->name) ||
        (c->publisher && !judge_listed(j, c->publisher, m->publisher ? m->publisher : "")))
        return FIT_NONE;
    return version_fits(j, c, m->version) ? FIT_YES : FIT_OTHER;
}

static const char *text_msi(struct arena *a, const void *row)
{
    const struct msi_product *m = row;

    return arena_printf(a, "Windows Installer knows %s%s%s (%s)", m->name, m->version ? " " : "",
                        m->version ? m->version : "", m->code);
}

/* --- drivers, tasks, certificates, signatures -------------------------------------------------------------------- */

static enum fit fit_driver(const struct judge *j, const struct cond *c, const void *row)
{
    const struct driver *d = row;

    if (!judge_name(j, c->name, d->name) || (c->path && !judge_path(j, c->path, d->path)))
        return FIT_NONE;
    return !c->state || text_eq(c->state, d->state) ? FIT_YES : FIT_OTHER;
}

static const char *text_driver(struct arena *a, const void *row)
{
    const struct driver *d = row;

    return arena_printf(a, "driver %s is %s%s%s", d->name, d->state ? d->state : "there", d->start ? ", start " : "",
                        d->start ? d->start : "");
}

static enum fit fit_task(const struct judge *j, const struct cond *c, const void *row)
{
    const struct task *t = row;

    if ((c->path && !judge_path(j, c->path, t->path)) || (c->exe && !judge_listed(j, c->exe, t->command)))
        return FIT_NONE;
    return FIT_YES;
}

static const char *text_task(struct arena *a, const void *row)
{
    const struct task *t = row;

    return arena_printf(a, "scheduled task %s%s%s", t->path, t->command ? " runs " : "", t->command ? t->command : "");
}

static enum fit fit_certificate(const struct judge *j, const struct cond *c, const void *row)
{
    const struct certificate *x = row;

    return judge_name(j, c->name, x->subject) && (!c->path || judge_name(j, c->path, x->store)) ? FIT_YES : FIT_NONE;
}

static const char *text_certificate(struct arena *a, const void *row)
{
    const struct certificate *x = row;

    return arena_printf(a, "certificate %s stands in %s", x->subject, x->store);
}

static enum fit fit_trust_file(const struct judge *j, const struct cond *c, const void *row)
{
    const struct trust_file *x = row;

    if (c->path && !judge_path(j, c->path, x->file))
        return FIT_NONE;
    for (size_t i = 0; c->name && i < x->subjects.n; i++)
        if (judge_name(j, c->name, x->subjects.v[i]))
            return FIT_YES;
    return c->name ? FIT_NONE : FIT_YES;
}

static const char *text_trust_file(struct arena *a, const void *row)
{
    const struct trust_file *x = row;

    return arena_printf(a, "%s names %s", x->setting, x->file);
}

static enum fit fit_signature(const struct judge *j, const struct cond *c, const void *row)
{
    const struct signature *s = row;

    if (!judge_path(j, c->path, s->path))
        return FIT_NONE;
    if (c->name && !judge_listed(j, c->name, s->subject))
        return FIT_OTHER;
    return text_eq(c->state ? c->state : "valid", s->status) ? FIT_YES : FIT_OTHER;
}

static const char *text_signature(struct arena *a, const void *row)
{
    const struct signature *s = row;

    return s->subject ? arena_printf(a, "%s is signed by %s (%s)", s->path, s->subject, s->status)
                      : arena_printf(a, "%s is %s", s->path, s->status);
}

/* --- Security Center ---------------------------------------------------------------------------------------------- */

/* productState is not documented; these bits are what every reader of it agrees on. Whole numbers differ between
 * releases. */
enum {
    STATE_ENGINE = 0xF000, /* 0 off, 0x1000 on, 0x2000 snoozed, 0x3000 expired */
    STATE_ON = 0x1000,
    STATE_STALE = 0x00F0, /* 0 signatures are up to date */
};

/* The folder of the product that a program belongs to: "C:/Program Files/Vendor/Product", or less where it lies higher. */
static size_t product_folder(const char *exe)
{
    enum { DRIVE_AND_PARTS = 4 };
    const char *s = exe;
    size_t n = 0;

    for (int parts = 0; parts < DRIVE_AND_PARTS && (s = strchr(s, '/')); parts++)
        n = (size_t)(s++ - exe);
    return n;
}

/* Entries of products that are dead or gone stay on for ever: one counts while something of the product runs. */
static bool runs(const struct facts *f, const struct security_product *s)
{
    size_t n = s->exe && cond_absolute(s->exe) ? product_folder(s->exe) : 0;

    return !n || runs_below(f, s->exe, n); /* Defender's is no path; its conditions ask for more than this entry */
}

static enum fit fit_security(const struct judge *j, const struct cond *c, const void *row)
{
    const struct security_product *s = row;
    bool on = (s->state & STATE_ENGINE) == STATE_ON, stale = s->state & STATE_STALE;
    bool fits;

    if (!text_eq(s->kind, "antivirus") || !judge_listed(j, c->name, s->name))
        return FIT_NONE;
    fits = !c->state || (text_eq(c->state, "on") && on) || (text_eq(c->state, "off") && !on) ||
           (text_eq(c->state, "fresh") && !stale) || (text_eq(c->state, "stale") && stale);
    if (fits && text_eq(c->state, "on") && !runs(j->facts, s))
        return FIT_UNCLEAR;
    return fits ? FIT_YES : FIT_OTHER;
}

static const char *text_security(struct arena *a, const void *row)
{
    static const char *const engines[] = {"off", "on", "snoozed", "expired"};
    const struct security_product *s = row;
    long long engine = (s->state & STATE_ENGINE) >> 12;

    return arena_printf(a, "Security Center lists %s: %s, signatures %s", s->name,
                        engine < 4 ? engines[engine] : "in an unknown state",
                        s->state & STATE_STALE ? "stale" : "fresh");
}

/* --- registry, WMI -------------------------------------------------------------------------------------------------- */

static enum fit of_tri(enum tri t)
{
    return t == TRI_YES ? FIT_YES : t == TRI_NO ? FIT_OTHER : FIT_UNCLEAR;
}

static enum fit fit_registry(const struct judge *j, const struct cond *c, const void *row)
{
    const struct registry_value *r = row;
    const char *data = r->expanded ? r->expanded : r->data;

    if (!judge_path(j, c->path, r->key))
        return FIT_NONE;
    if (!c->name)
        return FIT_YES;
    if (!r->name || !judge_name(j, c->name, r->name))
        return FIT_NONE;
    if (!c->op)
        return FIT_YES;
    return text_eq(r->type, "broken") || !data ? FIT_UNCLEAR : of_tri(judge_compare(j, c, c->decode, data));
}

/* The parts of a list with commas between. */
static const char *listed_data(struct arena *a, const struct registry_value *r)
{
    const char *data = r->expanded ? r->expanded : r->data;
    char *copy = data ? arena_strdup(a, data) : NULL;

    for (char *p = copy; p && (p = strchr(p, '\n'));)
        *p = ',';
    return data ? copy : "broken";
}

static const char *text_registry(struct arena *a, const void *row)
{
    const struct registry_value *r = row;
    const char *data = r->name ? listed_data(a, r) : "";

    if (!data)
        return NULL;
    if (!r->name)
        return arena_printf(a, "registry key %s (%s bits) exists", r->key, r->view);
    return arena_printf(a, "registry value %s/%s (%s bits) is %s", r->key, *r->name ? r->name : "(default)", r->view,
                        data);
}

static enum fit fit_wmi(const struct judge *j, const struct cond *c, const void *row)
{
    const struct wmi_value *w = row;

    if (!text_eq_fold(w->space, c->path) || !text_eq_fold(w->class, c->class))
        return FIT_NONE;
    if (!judge_name(j, c->name, w->name))
        return FIT_SILENT;
    return w->value ? of_tri(judge_compare(j, c, c->decode, w->value)) : FIT_UNCLEAR;
}

static const char *text_wmi(struct arena *a, const void *row)
{
    const struct wmi_value *w = row;

    return arena_printf(a, "%s tells %s: %s", w->class, w->name, w->value ? w->value : "nothing");
}

/* --- all of them ---------------------------------------------------------------------------------------------------- */

const struct listing judge_listings[PROBE_COUNT] = {
    [PROBE_UNIT] = {"units", judge_unit_fit, NULL},
    [PROBE_FILE] = {"files", judge_file_fit, NULL},
    [PROBE_UNINSTALL] = {"uninstall", fit_uninstall, text_uninstall},
    [PROBE_MSI] = {"msi", fit_msi, text_msi},
    [PROBE_DRIVER] = {"drivers", fit_driver, text_driver},
    [PROBE_REGISTRY] = {"registry", fit_registry, text_registry},
    [PROBE_CERTIFICATE] = {"certificates", fit_certificate, text_certificate},
    [PROBE_TRUST_FILE] = {"trust_files", fit_trust_file, text_trust_file},
    [PROBE_SECURITY_CENTER] = {"security_center", fit_security, text_security},
    [PROBE_TASK] = {"tasks", fit_task, text_task},
    [PROBE_SIGNATURE] = {"signatures", fit_signature, text_signature},
    [PROBE_WMI] = {"wmi", fit_wmi, text_wmi},
};

const char *judge_rows(const struct facts *f, const char *list, size_t *n, const struct schema **s)
{
    const struct field *field = schema_field(&facts_schema, list);
    const LIST(char) *rows = (const void *)((const char *)f + field->offset);

    *n = rows->n;
    *s = field->sub;
    return rows->v;
}

/* What people read when nothing fits at all. */
static const char *nothing(const struct cond *c, struct arena *a)
{
    const char *text = cond_text(c, a);

    return text ? arena_printf(a, "nothing says that %s", text) : NULL;
}

bool judge_listing(const struct judge *j, const struct cond *c, struct verdict *v)
{
    const struct listing *l = &judge_listings[c->probe];
    const struct schema *s;
    enum fit best = FIT_NONE;
    const char *row = NULL;
    size_t n;
    const char *rows = judge_rows(j->facts, l->list, &n, &s);

    for (size_t i = 0; i < n && best != FIT_YES; i++) {
        enum fit fit = l->fit(j, c, rows + i * s->size);

        if (fit > best) {
            best = fit;
            row = rows + i * s->size;
        }
    }
    if (best != FIT_YES && facts_has_gap(j->facts, l->list))
        return judge_unknown(j, v, l->list);
    switch (best) {
    case FIT_YES:
        return judge_say(v, TRI_YES, l->text(j->arena, row));
    case FIT_UNCLEAR:
        return judge_say(v, TRI_UNKNOWN, l->text(j->arena, row));
    case FIT_OTHER:
        return judge_say(v, TRI_NO, l->text(j->arena, row));
    case FIT_SILENT:
        return judge_say(v, TRI_UNKNOWN, arena_printf(j->arena, "%s does not tell %s", c->class, c->name));
    case FIT_NONE:
        break;
    }
    return judge_say(v, TRI_NO, nothing(c, j->arena));
}
