#include "core/detect/triage.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct answer_of { /* what the catalogue says of a name */
    int class;
    const struct product *product;
    bool known;   /* false: no name of the catalogue's */
    bool named;   /* the pattern holds the vendor's name itself */
    bool partial; /* as much of a known name as the row has */
};

/* ------------------------------------------------------------------ saying it */

static void say(struct triage_rules *r, struct triage_row *ret, int class, int confidence, const char *fmt, ...)
    __attribute__((format(__printf__, 5, 6)));
static void say(struct triage_rules *r, struct triage_row *ret, int class, int confidence, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(r->reason, sizeof r->reason, fmt, ap);
    va_end(ap);
    ret->class = class;
    ret->confidence = confidence;
    ret->reason = r->reason;
}

static void name_product(struct triage_row *ret, const struct subject *s, const struct product *p)
{
    if (p)
        ret->product = p->id;
    ret->vendor = p ? p->vendor : s->vendor->id;
}

/* What the measures make of it; the last word on a row. */
static bool settle(const struct subject *s, struct triage_row *ret)
{
    const struct measure *m = ret->class == TRIAGE_WHITE_LABEL ? s->white : s->measure;

    ret->must_go = ret->class != TRIAGE_NONE && m;
    ret->measure = ret->must_go ? m->id : NULL;
    return true;
}

/* ------------------------------------------------------------------ names of the catalogue */

static bool system_fits(const struct product *p, const char *os)
{
    return !*os || text_eq(p->os, os);
}

/* A kind names a product without its system: there is a file for each. */
static const struct product *kind_product(const struct triage_rules *r, const struct inventory_kind *k, const char *os)
{
    char id[128];

    if (!k->product)
        return NULL;
    snprintf(id, sizeof id, "%.100s.%s", k->product, *os ? os : "windows");
    return catalog_product(r->catalog, id);
}

/* As the vendor's kinds call it, else by its role. */
static int class_of(const struct subject *s, const struct product *p)
{
    const struct vendor_inventory *v = s->vendor->inventory;

    for (size_t i = 0; v && i < v->kinds.n; i++)
        if (v->kinds.v[i].product && text_starts(p->id, v->kinds.v[i].product) && p->id[strlen(v->kinds.v[i].product)] == '.')
            return v->kinds.v[i].class;
    return p->role == ROLE_PROTECTION ? TRIAGE_PRODUCT : TRIAGE_COMPONENT;
}

static const char *fitting(const struct strs *globs, const char *text)
{
    for (size_t i = 0; i < globs->n; i++)
        if (text_glob_fold(globs->v[i], text))
            return globs->v[i];
    return NULL;
}

static size_t stars(const char *glob)
{
    size_t n = 0;

    for (; *glob; glob++)
        n += *glob == '*';
    return n;
}

/* Does the pattern, cut off behind `least` bytes or later, match all of the text? How many letters of it were used. */
static size_t begins_as(const char *glob, const char *text, size_t least)
{
    char cut[256];
    size_t n = strlen(glob);

    if (n >= sizeof cut)
        return 0;
    memcpy(cut, glob, n + 1);
    for (; n > least; n--) {
        cut[n] = '\0';
        if (cut[n - 1] != '*' && ((unsigned char)glob[n] & 0xC0) != 0x80 && text_glob_fold(cut, text))
            return n - stars(cut);
    }
    return 0;
}

static bool names_vendor(const struct subject *s, const char *glob)
{
    struct label l;

    label_make(&l, glob);
    return label_find(&l, s->words, s->word_count).fit == WORD_WHOLE;
}

/* The kinds of vendor.json in their order. white: those of class white-label, or the others. */
static bool ask_kinds(const struct triage_rules *r, const struct subject *s, const char *text, const char *os, bool white,
                      struct answer_of *ret)
{
    const struct vendor_inventory *v = s->vendor->inventory;

    for (size_t i = 0; v && i < v->kinds.n; i++) {
        const struct inventory_kind *k = &v->kinds.v[i];
        const char *glob = (k->class == TRIAGE_WHITE_LABEL) == white ? fitting(&k->names, text) : NULL;

        if (glob) {
            *ret = (struct answer_of){k->class, kind_product(r, k, os), true, names_vendor(s, glob), false};
            return true;
        }
    }
    return false;
}

/* The longest pattern of the products that fits; of two that a cut-off name may be, rather the product than its part. */
static bool ask_products(const struct subject *s, const struct patterns *list, const char *text, const char *os,
                         bool partial, struct answer_of *ret)
{
    size_t best = 0;

    for (size_t i = 0; i < list->n; i++) {
        const struct pattern *p = &list->v[i];
        size_t fits;
        int class;

        if (p->package || !system_fits(p->product, os) || (!partial && p->weight <= best))
            continue;
        fits = partial ? begins_as(p->glob, text, 12) : text_glob_fold(p->glob, text) ? p->weight : 0;
        class = fits ? class_of(s, p->product) : TRIAGE_NONE;
        if (fits < best || !fits || (fits == best && (class != TRIAGE_PRODUCT || ret->class == TRIAGE_PRODUCT)))
            continue;
        best = fits;
        *ret = (struct answer_of){class, p->product, true, p->named, partial};
    }
    return best > 0;
}

static struct answer_of ask_name(const struct triage_rules *r, const struct subject *s, const char *text, const char *os)
{
    struct answer_of a = {TRIAGE_PRODUCT, NULL, false, false, false};

    if (!ask_kinds(r, s, text, os, false, &a) && !ask_products(s, &s->own, text, os, false, &a))
        (void)ask_products(s, &s->own, text, os, true, &a);
    return a;
}

/* Does the text begin as one of the products' names does, up to what may differ from version to version? */
static bool of_family(const struct subject *s, const char *text)
{
    char lead[128];

    for (size_t i = 0; i < s->own.n; i++) {
        size_t n = strcspn(s->own.v[i].glob, "*?[");

        if (!s->own.v[i].named || n < 12 || n + 2 > sizeof lead)
            continue;
        memcpy(lead, s->own.v[i].glob, n);
        lead[n] = '*';
        lead[n + 1] = '\0';
        if (text_glob_fold(lead, text) || begins_as(s->own.v[i].glob, text, 4))
            return true;
    }
    return false;
}

static bool is_about(const struct subject *s, const char *text)
{
    const struct vendor_inventory *v = s->vendor->inventory;

    if (!v || !fitting(&v->about, text) || fitting(&v->tools, text))
        return false;
    for (size_t i = 0; i < v->tools.n; i++)
        if (begins_as(v->tools.v[i], text, 16)) /* its own, cut off */
            return false;
    return true;
}

/* ------------------------------------------------------------------ packages and codes */

/* "kesl:amd64", "kesl.x86_64", "kesl-12.1.0-1543.x86_64" -> "kesl"; false when it is no package's name at all. */
static bool package_name(const char *s, char *ret, size_t size)
{
    static const char *const machines[] = {".x86_64", ".i386", ".i586", ".i686", ".aarch64", ".noarch", ".e2k", ".amd64"};
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789+._-");
    const char *rest = s + n;

    if (*rest == ':')
        rest += 1 + strspn(rest + 1, "abcdefghijklmnopqrstuvwxyz0123456789_");
    for (; *rest; rest++)
        if ((*rest >= 'a' && *rest <= 'z') || (*rest >= '0' && *rest <= '9'))
            return false;
    if (!n || n >= size)
        return false;
    memcpy(ret, s, n);
    ret[n] = '\0';
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++)
        if (text_ends(ret, machines[i]))
            ret[n -= strlen(machines[i])] = '\0';
    for (char *p = ret; (p = strpbrk(p, "-_")); p++)
        if (p > ret && p[1] >= '0' && p[1] <= '9') {
            *p = '\0';
            break;
        }
    return true;
}

static bool ask_packages(const struct triage_rules *r, const struct subject *s, const char *name, struct answer_of *ret)
{
    const struct vendor_inventory *v = s->vendor->inventory;

    for (size_t i = 0; v && i < v->kinds.n; i++)
        if (fitting(&v->kinds.v[i].packages, name)) {
            *ret = (struct answer_of){v->kinds.v[i].class, kind_product(r, &v->kinds.v[i], "linux"), true, true, false};
            return true;
        }
    for (size_t i = 0; i < s->own.n; i++)
        if (s->own.v[i].package && text_glob(s->own.v[i].glob, name)) {
            *ret = (struct answer_of){class_of(s, s->own.v[i].product), s->own.v[i].product, true, true, false};
            return true;
        }
    return false;
}

static bool by_package(struct triage_rules *r, const struct subject *s, const struct inventory_row *row, const char *os,
                       struct triage_row *ret)
{
    char name[128];
    struct answer_of a;
    bool common, vendors = r->by.fit >= WORD_CUT;

    if ((*os && strcmp(os, "linux") != 0) || !package_name(r->name.text, name, sizeof name) ||
        !ask_packages(r, s, name, &a))
        return false;
    common = s->vendor->inventory && text_in(&s->vendor->inventory->common_packages, name);
    if (!vendors && !r->publisher.blank)
        say(r, ret, TRIAGE_NONE, CERTAINTY_POSSIBLE, "a package of that name is the vendor's, but this one is from another publisher");
    else if (common && !vendors && !row->package && !text_glob("*-[0-9]*", row->field[COLUMN_VERSION]))
        say(r, ret, TRIAGE_NONE, CERTAINTY_POSSIBLE, "others use the name of this package as well, and nothing else speaks of the vendor");
    else
        say(r, ret, a.class, *os || vendors ? CERTAINTY_CERTAIN : CERTAINTY_LIKELY, "the name of its package");
    if (ret->class != TRIAGE_NONE)
        name_product(ret, s, a.product);
    return settle(s, ret);
}

static bool by_code(struct triage_rules *r, const struct subject *s, const struct inventory_row *row, struct triage_row *ret)
{
    const struct vendor_inventory *v = s->vendor->inventory;
    char glob[64];
    const char *open;

    for (size_t i = 0; v && i < v->kinds.n; i++)
        for (size_t j = 0; j < v->kinds.v[i].codes.n; j++) {
            const struct inventory_kind *k = &v->kinds.v[i];

            open = k->codes.v[j];
            if (strlen(open) + 3 > sizeof glob)
                continue;
            snprintf(glob, sizeof glob, "*%s*", open);
            if (!text_glob_fold(glob, row->field[COLUMN_CODE]) && !text_glob_fold(glob, row->field[COLUMN_NAME]))
                continue;
            say(r, ret, k->class, CERTAINTY_LIKELY, "its product code was seen with a product of the vendor");
            name_product(ret, s, kind_product(r, k, ""));
            return settle(s, ret);
        }
    return false;
}

/* ------------------------------------------------------------------ names */

static const char *how(const struct answer_of *a)
{
    return a->partial ? "as much of a known name as is there" : a->known ? "a known name" : "no name that the catalogue knows";
}

/* The publisher vouches for it. */
static bool vouched(struct triage_rules *r, const struct subject *s, const char *os, struct triage_row *ret)
{
    struct answer_of a = ask_name(r, s, r->name.text, os);

    say(r, ret, a.class, a.known && !a.partial && r->by.fit == WORD_WHOLE ? CERTAINTY_CERTAIN : CERTAINTY_LIKELY,
        "its publisher is %s; %s", s->vendor->name, how(&a));
    name_product(ret, s, a.product);
    return settle(s, ret);
}

static bool white_label(struct triage_rules *r, const struct subject *s, const char *os, struct triage_row *ret)
{
    struct answer_of a;

    if (!ask_kinds(r, s, r->name.text, os, true, &a) && !ask_products(s, &s->white_labels, r->name.text, os, false, &a))
        return false;
    say(r, ret, TRIAGE_WHITE_LABEL, CERTAINTY_LIKELY, "its name says that the engine inside is of %s", s->vendor->name);
    name_product(ret, s, a.product);
    return settle(s, ret);
}

static bool doubtful(struct triage_rules *r, struct triage_row *ret, const char *why)
{
    say(r, ret, TRIAGE_NONE, CERTAINTY_POSSIBLE, "%s; a person should look", why);
    return true;
}

/* Names of packages are written without blanks and capitals. */
static bool like_package(const char *text)
{
    return !text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789+._-:/@")] && strpbrk(text, "-_/");
}

static bool take(struct triage_rules *r, const struct subject *s, const struct answer_of *a, int class, int confidence,
                 struct triage_row *ret)
{
    if (confidence > CERTAINTY_LIKELY && r->hit.fit != WORD_WHOLE)
        confidence = CERTAINTY_LIKELY;
    say(r, ret, class, confidence, "its name is %s's%s; %s", s->vendor->name,
        r->hit.fit == WORD_CUT    ? ", cut off"
        : r->hit.fit == WORD_LOST ? " with letters lost"
        : r->hit.fit == WORD_TYPO ? ", misspelled"
                                  : "",
        how(a));
    name_product(ret, s, a->product);
    return settle(s, ret);
}

/* Other words stand before the vendor's name: "agent of X Security Center", but also "plug-in for X" of somebody. */
static bool behind(struct triage_rules *r, const struct subject *s, const char *os, struct triage_row *ret)
{
    struct answer_of a = ask_name(r, s, r->name.text, os);

    if (a.known && a.named && !a.partial)
        return take(r, s, &a, a.class, CERTAINTY_CERTAIN, ret);
    if (like_package(r->name.text))
        return doubtful(r, ret, "its name speaks of the vendor, but as others' packages do");
    if (of_family(s, label_from(&r->name, r->hit.at)))
        return take(r, s, &a, a.known ? a.class : TRIAGE_COMPONENT, CERTAINTY_LIKELY, ret);
    return take(r, s, &a, a.class, CERTAINTY_POSSIBLE, ret);
}

/* The name bears the vendor's, and nobody says who published it. */
static bool unpublished(struct triage_rules *r, const struct subject *s, const char *os, struct triage_row *ret)
{
    struct answer_of a;

    if (!r->hit.lead)
        return behind(r, s, os, ret);
    a = ask_name(r, s, r->name.text, os);
    return take(r, s, &a, a.class,
                a.known && !a.partial         ? CERTAINTY_CERTAIN
                : a.known || !like_package(r->name.text) ? CERTAINTY_LIKELY
                                                : CERTAINTY_POSSIBLE,
                ret);
}

/* The name bears the vendor's, and the publisher is somebody else. */
static bool foreign(struct triage_rules *r, const struct subject *s, const char *os, struct triage_row *ret)
{
    struct answer_of a = ask_name(r, s, r->name.text, os);

    if (!r->hit.lead || !a.known || !a.named)
        return doubtful(r, ret, "its name speaks of the vendor, but its publisher is another");
    say(r, ret, a.class, a.partial ? CERTAINTY_POSSIBLE : CERTAINTY_LIKELY,
        "its name is one of %s's, though its publisher is another: packed anew?", s->vendor->name);
    name_product(ret, s, a.product);
    return settle(s, ret);
}

/* The vendor's name stops at the end of the row's. */
static bool cut_off(struct triage_rules *r, const struct subject *s, const char *os, struct triage_row *ret)
{
    size_t letters = r->hit.end - r->hit.at;
    bool lead = r->hit.lead;
    struct answer_of a;

    label_complete(&r->name, &r->hit, &r->whole);
    if (ask_kinds(r, s, r->whole.text, os, true, &a))
        return take(r, s, &a, a.class, CERTAINTY_LIKELY, ret);
    a = ask_name(r, s, r->whole.text, os);
    if (r->publisher.blank && !lead && a.known)
        return take(r, s, &a, a.class, a.named ? CERTAINTY_LIKELY : CERTAINTY_POSSIBLE, ret);
    a = (struct answer_of){.class = TRIAGE_PRODUCT};
    if (r->publisher.blank && lead && letters >= 7)
        return take(r, s, &a, TRIAGE_PRODUCT, CERTAINTY_POSSIBLE, ret);
    return letters >= 6 && doubtful(r, ret, "its name may be the vendor's, cut off");
}

static bool misspelled(struct triage_rules *r, const struct subject *s, const char *os, struct triage_row *ret)
{
    struct answer_of a;

    label_complete(&r->name, &r->hit, &r->whole);
    a = ask_name(r, s, r->whole.text, os);
    if (r->publisher.blank && a.known && a.named && !is_about(s, r->whole.text))
        return take(r, s, &a, a.class, CERTAINTY_POSSIBLE, ret);
    return doubtful(r, ret, "its name is nearly the vendor's");
}

static bool named(struct triage_rules *r, const struct subject *s, const char *os, struct triage_row *ret)
{
    if (white_label(r, s, os, ret))
        return true;
    if (is_about(s, r->name.text))
        return doubtful(r, ret, "a tool that deals with the vendor's products");
    return r->publisher.blank ? unpublished(r, s, os, ret) : foreign(r, s, os, ret);
}

static struct word_hit find(const struct subject *s, const char *raw, struct label *l)
{
    struct word_hit hit = label_find(l, s->words, s->word_count), repaired;
    struct label again;

    if (hit.fit < WORD_LOST && label_repair(raw, s->words, s->word_count, &again, &repaired)) {
        *l = again;
        return repaired;
    }
    return hit;
}

/* Does every version of the product have this vendor's engine inside, by a source that somebody has seen? */
static bool surely_inside(const struct subject *s, const struct product *p)
{
    for (size_t i = 0; i < p->engine_suppliers.n; i++) {
        const struct supplier *x = &p->engine_suppliers.v[i];

        if (text_eq(x->vendor, s->vendor->id))
            return !x->optional && x->confidence != CONFIDENCE_UNVERIFIED && x->confidence != CONFIDENCE_UNSET;
    }
    return false;
}

/* Engines inside, by the names of products that the catalogue knows. */
static bool engine_inside(struct triage_rules *r, const struct subject *s, const char *os, struct triage_row *ret)
{
    struct answer_of a;

    if (!ask_products(s, &s->white_labels, r->name.text, os, false, &a))
        return false;
    name_product(ret, s, a.product);
    if (!surely_inside(s, a.product))
        return doubtful(r, ret, "some versions are said to have the vendor's engine inside");
    say(r, ret, TRIAGE_WHITE_LABEL, CERTAINTY_LIKELY, "a product with an engine of %s inside", s->vendor->name);
    return settle(s, ret);
}

/* Is the row this vendor's business? */
static bool look(struct triage_rules *r, const struct subject *s, const struct inventory_row *row, const char *os,
                 struct triage_row *ret)
{
    r->hit = find(s, row->field[COLUMN_NAME], &r->name);
    r->by = find(s, row->field[COLUMN_PUBLISHER], &r->publisher);
    if (r->hit.fit == WORD_LOST) {
        label_complete(&r->name, &r->hit, &r->whole);
        r->name = r->whole;
    }
    if (r->by.fit == WORD_CUT && r->by.end - r->by.at < 8)
        r->by.fit = WORD_NONE;
    if (by_package(r, s, row, os, ret))
        return true;
    if (r->by.fit >= WORD_CUT)
        return vouched(r, s, os, ret);
    if (r->hit.fit >= WORD_LOST)
        return named(r, s, os, ret);
    if (by_code(r, s, row, ret) || (r->hit.fit == WORD_CUT && cut_off(r, s, os, ret)))
        return true;
    if (r->hit.fit == WORD_TYPO)
        return misspelled(r, s, os, ret);
    if (r->hit.fit == WORD_LOOKALIKE || r->by.fit == WORD_LOOKALIKE || r->by.fit == WORD_TYPO)
        return doubtful(r, ret, "it only looks like the vendor's name");
    return engine_inside(r, s, os, ret);
}

static const char *moved_by(const struct triage_rules *r, const struct product *p)
{
    const struct vendor *v = catalog_vendor(r->catalog, p->moved_by_vendor);

    return v ? v->name : p->moved_by_vendor;
}

static void other(struct triage_rules *r, const struct inventory_row *row, const char *os, struct triage_row *ret)
{
    const struct pattern *best = NULL;

    for (size_t i = 0; i < r->others.n; i++) {
        const struct pattern *p = &r->others.v[i];

        if (p->first && p->first != r->name.cp[0]) /* most of them, for most rows */
            continue;
        if (system_fits(p->product, os) && (!best || p->weight > best->weight) && text_glob_fold(p->glob, r->name.text) &&
            (!p->publisher || text_glob_fold(p->publisher, row->field[COLUMN_PUBLISHER])))
            best = p;
    }
    if (!best) {
        say(r, ret, TRIAGE_NONE, CERTAINTY_CERTAIN, "nothing speaks of a vendor that has to go");
        return;
    }
    ret->vendor = best->product->vendor;
    ret->product = best->product->id;
    if (best->product->moved_by_vendor)
        say(r, ret, TRIAGE_NONE, CERTAINTY_LIKELY, "%s itself put it in the place of its own product: not its engine",
            moved_by(r, best->product));
    else
        say(r, ret, TRIAGE_NONE, CERTAINTY_CERTAIN, "another vendor's product: %s", best->product->name);
}

void triage_row(struct triage_rules *r, const struct inventory_row *row, struct triage_row *ret)
{
    const char *os = row->package ? "linux" : inventory_os(row->field[COLUMN_OS]);
    bool done = false;

    *ret = (struct triage_row){.n = row->n, .vendor = "", .product = "", .line = row->line,
                               .name = row->field[COLUMN_NAME], .publisher = row->field[COLUMN_PUBLISHER],
                               .version = row->field[COLUMN_VERSION], .host = row->field[COLUMN_HOST], .os = os};
    label_make(&r->name, row->field[COLUMN_NAME]);
    label_make(&r->publisher, row->field[COLUMN_PUBLISHER]);
    for (size_t i = 0; i < r->subjects.n && !done; i++)
        done = look(r, &r->subjects.v[i], row, os, ret);
    if (!done)
        other(r, row, os, ret);
    if (row->residue && ret->class != TRIAGE_NONE) {
        say(r, ret, TRIAGE_NONE, CERTAINTY_CERTAIN, "removed; only its configuration is left");
        ret->must_go = false;
        ret->measure = NULL;
    }
}
