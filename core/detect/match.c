#include "core/detect/match.h"

#include <string.h>

struct matcher {
    const struct facts *facts;
    const struct catalog *catalog;
    const struct owner *owner;
    instant now;
    struct doc *doc;
    struct findings *out;
    size_t max;
    struct err *e;
};

static bool add_evidence(struct matcher *m, struct finding *x, const char *line)
{
    const char **v = ARENA_ARRAY(&m->doc->arena, x->evidence.n + 1, const char *);

    if (!v || !line)
        return err_nomem(m->e);
    if (x->evidence.n)
        memcpy(v, x->evidence.v, x->evidence.n * sizeof *v);
    v[x->evidence.n] = line;
    x->evidence.v = v;
    x->evidence.n++;
    return true;
}

static struct finding *new_finding(struct matcher *m, int kind, const struct product *p)
{
    struct finding *x;

    if (m->out->findings.n == m->max) {
        size_t max = m->max ? m->max * 2 : 32;
        struct finding *v = ARENA_ARRAY(&m->doc->arena, max, struct finding);

        if (!v) {
            err_nomem(m->e);
            return NULL;
        }
        if (m->out->findings.n)
            memcpy(v, m->out->findings.v, m->out->findings.n * sizeof *v);
        m->out->findings.v = v;
        m->max = max;
    }
    x = &m->out->findings.v[m->out->findings.n++];
    memset(x, 0, sizeof *x);
    x->kind = kind;
    x->product = p->id;
    x->vendor = p->vendor;
    x->name = p->name;
    x->role = p->role;
    return x;
}

/* The first supplier whose engine is what has to go somewhere. */
static const struct supplier *banned_engine(const struct matcher *m, const struct product *p)
{
    for (size_t i = 0; i < p->engine_suppliers.n; i++)
        if (catalog_timeline(m->catalog, p->engine_suppliers.v[i].vendor))
            return &p->engine_suppliers.v[i];
    return NULL;
}

static const char *version_of(const struct matcher *m, const struct product *p)
{
    const char *version = NULL;
    struct cond from;

    for (size_t i = 0; i < p->detect->version_from.n && !version; i++)
        version = cond_version(p->detect->version_from.v[i], m->facts, &m->doc->arena, &from);
    return version;
}

bool match_health(const struct health *h, const struct facts *f, struct arena *a, struct health_facts *ret,
                  struct err *e)
{
    static const char *const names[] = {"installed", "running", "real-time", "fresh", "managed"};
    static const char *const keys[] = {"installed", "running", "realtime", "fresh", "managed"};
    const struct cond *conds[] = {h->installed, h->running, h->realtime, h->fresh, h->managed};
    int *answers[] = {&ret->installed, &ret->running, &ret->realtime, &ret->fresh, &ret->managed};

    ret->evidence.n = 0;
    ret->evidence.v = ARENA_ARRAY(a, 5, const char *);
    if (!ret->evidence.v)
        return err_nomem(e);
    for (size_t i = 0; i < 5; i++) {
        const char *absent = json_string_value(json_object_get(h->absent, keys[i]));
        struct verdict v = {TRI_UNKNOWN, absent ? absent : "not defined for this product"};

        if (conds[i] && !cond_judge(conds[i], f, a, &v, e))
            return false;
        *answers[i] = (int)v.answer;
        ret->evidence.v[i] = arena_printf(a, "%s: %s", names[i], v.evidence);
        if (!ret->evidence.v[i])
            return err_nomem(e);
        ret->evidence.n++;
    }
    return true;
}

static const char *report_extract(const struct matcher *m, const struct report_def *r, const struct answer *x)
{
    for (size_t i = 0; i < r->json.n; i++) {
        const char *s = cond_extract(x, r->json.v[i], NULL, &m->doc->arena);

        if (s)
            return s;
    }
    for (size_t i = 0; i < r->key.n; i++) {
        const char *s = cond_extract(x, NULL, r->key.v[i], &m->doc->arena);

        if (s)
            return s;
    }
    return NULL;
}

/* The first value, in the facts' order, that the pattern names. */
static const char *report_registry(const struct matcher *m, const struct report_def *r)
{
    const struct cond c = {.probe = PROBE_REGISTRY, .path = r->registry, .name = r->value};

    return cond_registry(&c, m->facts, &m->doc->arena);
}

/* A moment that is not written as ours is put into our form; "never" is a word. */
static const char *report_text(const struct matcher *m, const struct report_def *r, const char *value)
{
    char text[INSTANT_TEXT];
    instant t;

    if (!value || r->decode < DECODE_DATE || instant_parse(value, &t) || !cond_instant(r->decode, value, &t))
        return value;
    return t ? arena_strdup(&m->doc->arena, instant_format(t, text)) : "never";
}

static bool add_reports(struct matcher *m, const struct product *p, struct finding *x)
{
    x->reports.v = ARENA_ARRAY(&m->doc->arena, p->reports.n, struct report_value);
    if (!x->reports.v)
        return err_nomem(m->e);
    for (size_t i = 0; i < p->reports.n; i++) {
        const struct report_def *r = &p->reports.v[i];
        const struct answer *answer = r->registry ? NULL : cond_answer(m->facts, &r->argv);
        const char *value = r->registry ? report_registry(m, r) : answer ? report_extract(m, r, answer) : NULL;
        size_t k = 0;

        while (k < x->reports.n && strcmp(x->reports.v[k].name, r->name) != 0)
            k++;
        if (!value || k < x->reports.n) /* the first definition that answers wins */
            continue;
        x->reports.v[x->reports.n].name = r->name;
        x->reports.v[x->reports.n].value = report_text(m, r, value);
        if (!x->reports.v[x->reports.n++].value)
            return err_nomem(m->e);
    }
    return true;
}

static const char *report_value(const struct finding *x, const char *name)
{
    for (size_t i = 0; i < x->reports.n; i++)
        if (strcmp(x->reports.v[i].name, name) == 0)
            return x->reports.v[i].value;
    return NULL;
}

/* A database dated after the day updates had to end is a finding of its own: a mirror, a foreign licence or a
 * private feed. */
static bool check_database(struct matcher *m, const struct product *p, const struct finding *of)
{
    const struct timeline *t = catalog_timeline(m->catalog, p->vendor);
    instant cutoff = t ? timeline_cutoff(t, m->owner) : INSTANT_NONE, date;
    const char *text = report_value(of, "database_date");
    const char *measure = of->measure;
    char cut[INSTANT_TEXT];
    struct finding *x;

    if (cutoff == INSTANT_NONE || !text || !instant_parse(text, &date) || date < cutoff)
        return true;
    x = new_finding(m, FINDING_DATABASE, p);
    if (!x)
        return false;
    x->certainty = CERTAINTY_CERTAIN;
    x->measure = measure;
    x->text = arena_printf(&m->doc->arena,
                           "its database is dated %s, after updates had to end at %s: a mirror, a licence of another "
                           "country or a private feed still serves it",
                           text, instant_format(cutoff, cut));
    return x->text ? add_evidence(m, x, arena_printf(&m->doc->arena, "the product tells database date %s", text))
                   : err_nomem(m->e);
}

/* Another maker's product: whether it counts is for each law to say, and whether the engine is in it may be open. */
static bool judge_engine(const struct matcher *m, const struct product *p, const struct supplier *s, struct finding *x)
{
    const struct timeline *t = catalog_timeline(m->catalog, s->vendor);
    const struct measure *law = timeline_in_force(t, m->owner, true, m->now);
    const struct measure *other = timeline_in_force(t, m->owner, false, m->now);
    const struct vendor *v = catalog_vendor(m->catalog, s->vendor);

    if (x->kind == FINDING_PRODUCT)
        x->kind = FINDING_WHITE_LABEL;
    x->must_go = law && !s->optional;
    x->measure = x->must_go ? law->id : NULL;
    if (s->optional) {
        x->certainty = CERTAINTY_POSSIBLE;
        x->text = arena_printf(&m->doc->arena, "some versions of %s have an engine of %s inside: its name does not tell, its files and "
                               "their signatures do", p->name, v->name);
    } else if (!law && other) {
        x->text = arena_printf(&m->doc->arena, other->white_label == WHITE_LABEL_EXCLUDED
                                                   ? "%s (%s) counts only products of %s itself, not those of other makers with its engine"
                                                   : "%s (%s) does not say whether it counts products of other makers with an engine of %s",
                               other->id, other->jurisdiction, v->name);
    } else {
        return true;
    }
    return x->text || err_nomem(m->e);
}

static bool judge_law(const struct matcher *m, const struct product *p, struct finding *x)
{
    const struct timeline *t = catalog_timeline(m->catalog, p->vendor);
    const struct measure *law = t ? timeline_in_force(t, m->owner, false, m->now) : NULL;
    const struct supplier *engine = t ? NULL : banned_engine(m, p);

    x->must_go = law != NULL;
    x->measure = law ? law->id : NULL;
    if (engine && !judge_engine(m, p, engine, x))
        return false;
    if (p->moved_by_vendor)
        x->kind = FINDING_MOVED_BY_VENDOR;
    return true;
}

static bool add_health(struct matcher *m, const struct product *p, struct finding *x)
{
    if (!p->health)
        return true;
    x->health = ARENA_NEW(&m->doc->arena, struct health_facts);
    if (!x->health)
        return err_nomem(m->e);
    return match_health(p->health, m->facts, &m->doc->arena, x->health, m->e);
}

static bool match_list(struct matcher *m, const struct product *p, const struct leftover *v, size_t n, int kind,
                       bool *any)
{
    for (size_t i = 0; i < n; i++) {
        struct verdict verdict;
        struct finding *x;

        if (!cond_judge(v[i].cond, m->facts, &m->doc->arena, &verdict, m->e))
            return false;
        if (verdict.answer != TRI_YES)
            continue;
        *any = true;
        x = new_finding(m, kind, p);
        if (!x)
            return false;
        x->part = v[i].id;
        x->text = v[i].text;
        x->certainty = CERTAINTY_CERTAIN;
        if (!add_evidence(m, x, verdict.evidence))
            return false;
    }
    return true;
}

/* Whether or not the product is here: what leans on it outlives it. */
static bool match_advice(struct matcher *m, const struct product *p)
{
    if ((m->facts->os && !text_eq(m->facts->os->family, p->os)) || !catalog_timeline(m->catalog, p->vendor))
        return true;
    for (size_t i = 0; i < p->advice.n; i++) {
        struct strs places = {NULL, 0};

        if (!advice_find(&p->advice.v[i], m->facts, m->doc, &places, m->e))
            return false;
        for (size_t k = 0; k < places.n; k++) {
            struct finding *x = new_finding(m, FINDING_ADVICE, p);

            if (!x)
                return false;
            x->part = p->advice.v[i].id;
            x->text = places.v[k];
            x->certainty = CERTAINTY_CERTAIN;
        }
    }
    return true;
}

/* A client's own protection, while another antivirus is there. */
static bool sleeps(const struct matcher *m, const struct product *p, const struct finding *x)
{
    return p->capabilities && p->capabilities->awakes && m->facts->os && text_eq(m->facts->os->type, "client") &&
           x->health && x->health->realtime != TRI_YES;
}

static bool match_present(struct matcher *m, const struct product *p, int kind, const struct verdict *v)
{
    struct finding *x = new_finding(m, kind, p), copy;
    bool any;

    if (!x)
        return false;
    x->version = version_of(m, p);
    x->certainty = v->answer == TRI_YES ? CERTAINTY_CERTAIN : CERTAINTY_POSSIBLE;
    if (!judge_law(m, p, x))
        return false;
    if (kind == FINDING_PRODUCT && p->manual_remove && x->must_go)
        x->text = p->manual_remove->why;
    if (kind == FINDING_HALF_REMOVED)
        x->text = "parts of it are still here, but it is not whole";
    if (!add_evidence(m, x, v->evidence) || !add_health(m, p, x) || !add_reports(m, p, x))
        return false;
    if (sleeps(m, p, x))
        x->text = "it becomes active by itself once no other antivirus is registered";
    copy = *x; /* further findings may move the list */
    return check_database(m, p, &copy) &&
           match_list(m, p, p->reinstallers.v, p->reinstallers.n, FINDING_REINSTALLER, &any);
}

static bool match_product(struct matcher *m, const struct product *p)
{
    struct verdict whole, half = {TRI_NO, ""};
    bool any = false;

    if (m->facts->os && !text_eq(m->facts->os->family, p->os))
        return true;
    if (!cond_judge(p->detect->installed, m->facts, &m->doc->arena, &whole, m->e))
        return false;
    if (whole.answer == TRI_YES)
        return match_present(m, p, FINDING_PRODUCT, &whole);
    if (p->detect->half_removed && !cond_judge(p->detect->half_removed, m->facts, &m->doc->arena, &half, m->e))
        return false;
    if (half.answer == TRI_YES)
        return match_present(m, p, FINDING_HALF_REMOVED, &half);
    /* Leftovers of products that nobody has to leave are nobody's business. */
    if (!catalog_timeline(m->catalog, p->vendor))
        return true;
    return match_list(m, p, p->leftovers.v, p->leftovers.n, FINDING_LEFTOVER, &any);
}

/* Two products may name the same leftover (a shared folder): the first keeps it. */
static void drop_doubles(struct findings *f)
{
    size_t n = 0;

    for (size_t i = 0; i < f->findings.n; i++) {
        const struct finding *x = &f->findings.v[i];
        bool drop = false;

        for (size_t k = 0; k < n && x->kind == FINDING_LEFTOVER; k++)
            drop = drop || (f->findings.v[k].kind == FINDING_LEFTOVER && text_eq(x->part, f->findings.v[k].part));
        if (!drop)
            f->findings.v[n++] = *x;
    }
    f->findings.n = n;
}

bool match_facts(const struct facts *f, const struct catalog *c, const struct owner *o, instant now, struct doc *d,
                 struct findings *ret, struct err *e)
{
    struct matcher m = {f, c, o, now, d, ret, 0, e};

    schema_init(&findings_schema, ret);
    ret->machine_id = f->machine ? f->machine->id : NULL;
    ret->hostname = f->machine ? f->machine->hostname : NULL;
    ret->os_name = f->os ? f->os->name : NULL;
    ret->collected_at = f->collected_at;
    ret->catalog_overlay = c->overlay_texts;
    ret->gaps.v = f->gaps.v;
    ret->gaps.n = f->gaps.n;
    for (size_t i = 0; i < c->products.n; i++)
        if (!product_is_candidate(&c->products.v[i]) && !match_product(&m, &c->products.v[i]))
            return false;
    for (size_t i = 0; i < c->products.n; i++)
        if (!product_is_candidate(&c->products.v[i]) && !match_advice(&m, &c->products.v[i]))
            return false;
    drop_doubles(ret);
    return true;
}
