/* The catalogue made ready for inventories: which vendors are looked for, and the names of their products. */
#include "core/detect/triage.h"

#include <string.h>

struct collector {
    struct triage_rules *rules;
    struct err *e;
};

/* Letters of a pattern that must be there. */
static size_t weight(const char *glob)
{
    size_t n = 0;

    for (; *glob; glob++) {
        if (*glob == '[' && strchr(glob, ']'))
            glob = strchr(glob, ']');
        n += *glob != '*' && *glob != '?';
    }
    return n;
}

static unsigned first_letter(const char *glob)
{
    unsigned cp;

    return strchr("*?[", *glob) || !text_decode(glob, strlen(glob), &cp) ? 0 : text_fold(cp);
}

static bool names_vendor(const struct subject *s, const char *glob)
{
    struct label l;

    label_make(&l, glob);
    return s && label_find(&l, s->words, s->word_count).fit == WORD_WHOLE;
}

/* "*", "*Vendor*" and "Vendor*" say no more than the vendor's name does. */
static bool says_more(const struct subject *s, const char *glob)
{
    struct label l;
    struct word_hit hit;

    if (!weight(glob) || !s)
        return weight(glob) > 0;
    label_make(&l, glob);
    hit = label_find(&l, s->words, s->word_count);
    return !(strchr(glob, '*') && hit.fit == WORD_WHOLE && weight(glob) <= hit.end - hit.at);
}

static bool add(struct collector *c, struct patterns *l, const struct subject *s, const struct product *p,
                const struct cond *from)
{
    struct pattern *v;

    if (!from->name || !says_more(s, from->name))
        return true;
    if ((l->n & (l->n - 1)) == 0) { /* grows at each power of two */
        v = ARENA_ARRAY(&c->rules->arena, l->n ? l->n * 2 : 1, struct pattern);
        if (!v)
            return err_nomem(c->e);
        if (l->n)
            memcpy(v, l->v, l->n * sizeof *v);
        l->v = v;
    }
    l->v[l->n++] = (struct pattern){.glob = from->name,
                                    .publisher = from->publisher,
                                    .product = p,
                                    .weight = weight(from->name),
                                    .first = first_letter(from->name),
                                    .package = from->probe == PROBE_PACKAGE,
                                    .named = names_vendor(s, from->name)};
    return true;
}

/* Every name that c asks for, but not those that must be absent. */
static bool collect(struct collector *c, struct patterns *list, const struct subject *s, const struct product *p,
                    const struct cond *cond)
{
    if (cond->probe == PROBE_UNINSTALL || cond->probe == PROBE_MSI || cond->probe == PROBE_PACKAGE)
        return add(c, list, s, p, cond);
    for (size_t i = 0; i < cond->all.n; i++)
        if (!collect(c, list, s, p, &cond->all.v[i]))
            return false;
    for (size_t i = 0; i < cond->any.n; i++)
        if (!collect(c, list, s, p, &cond->any.v[i]))
            return false;
    return true;
}

static bool add_words(struct subject *s, struct err *e)
{
    const struct vendor_inventory *v = s->vendor->inventory;
    size_t n = v ? v->words.n : 1;

    for (size_t i = 0; i < n; i++) {
        const char *word = v ? v->words.v[i] : s->vendor->name;

        if (s->word_count == sizeof s->words / sizeof s->words[0] || !word_make(&s->words[s->word_count], word))
            return err_set(e, ERR_INPUT, "vendor %s: '%.60s' is one word too many, empty or too long", s->vendor->id, word);
        s->word_count++;
    }
    return true;
}

static bool supplied_by(const struct product *p, const struct subject *s)
{
    for (size_t i = 0; i < p->engine_suppliers.n; i++)
        if (text_eq(p->engine_suppliers.v[i].vendor, s->vendor->id))
            return true;
    return false;
}

static bool sort_product(struct collector *c, const struct product *p)
{
    bool taken = false;

    for (size_t i = 0; i < c->rules->subjects.n; i++) {
        struct subject *s = &c->rules->subjects.v[i];

        if (text_eq(p->vendor, s->vendor->id)) {
            taken = true;
            if (!collect(c, &s->own, s, p, p->detect->installed))
                return false;
        } else if (supplied_by(p, s)) {
            taken = true;
            if (!collect(c, &s->white_labels, s, p, p->detect->installed))
                return false;
        }
    }
    return taken || collect(c, &c->rules->others, NULL, p, p->detect->installed);
}

bool triage_make(const struct catalog *catalog, const struct owner *o, instant now, struct triage_rules *ret, struct err *e)
{
    struct collector c = {ret, e};

    memset(ret, 0, sizeof *ret);
    ret->catalog = catalog;
    ret->subjects.v = ARENA_ARRAY(&ret->arena, catalog->timelines.n, struct subject);
    if (catalog->timelines.n && !ret->subjects.v)
        return err_nomem(e);
    for (size_t i = 0; i < catalog->timelines.n; i++) {
        const struct timeline *t = &catalog->timelines.v[i];
        struct subject *s = &ret->subjects.v[ret->subjects.n++];

        s->vendor = catalog_vendor(catalog, t->vendor);
        s->measure = timeline_in_force(t, o, false, now);
        s->white = timeline_in_force(t, o, true, now);
        if (!add_words(s, e))
            return false;
    }
    for (size_t i = 0; i < catalog->products.n; i++)
        if (!sort_product(&c, &catalog->products.v[i]))
            return false;
    return true;
}

void triage_free(struct triage_rules *r)
{
    arena_free(&r->arena);
    memset(r, 0, sizeof *r);
}
