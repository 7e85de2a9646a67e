/* The operating systems of a fleet, each looked at once. */
#include "core/assign/reader.h"

static struct relevance *relevance_of(struct census_reader *r, const char *family, struct err *e)
{
    static const char *const families[] = {"linux", "windows", "macos"};
    struct relevance *x;

    for (size_t i = 0; i < r->relevances_n; i++)
        if (text_eq(r->relevances[i].family, family))
            return &r->relevances[i];
    for (size_t i = 0; i < 3; i++)
        if (text_eq(families[i], family)) {
            x = &r->relevances[r->relevances_n];
            if (!relevance_make(r->catalog, families[i], &r->arena, x, e))
                return NULL;
            r->relevances_n++;
            return x;
        }
    err_set(e, ERR_INPUT, "os.family: '%.40s' is none that is known", family);
    return NULL;
}

static bool learn_system(struct census_reader *r, struct hash text, struct system *x, struct err *e)
{
    struct facts f;
    struct buf b;
    bool ok;

    buf_init(&b, 1u << 20);
    schema_init(&facts_schema, &f);
    *x = (struct system){.text = text, .doc = DOC_INIT};
    ok = reader_member(r, &x->doc, reader_field("os"), &f, e);
    if (ok && !f.os)
        ok = err_set(e, ERR_INPUT, "no operating system");
    if (ok) {
        x->os = *f.os;
        f.os = &x->os;
        x->relevance = relevance_of(r, x->os.family, e);
        ok = x->relevance && relevance_facts(x->relevance, &f, "os.", &x->doc.arena, &b, e);
    }
    if (ok)
        buf_printf(&b, "%s/%s", x->os.family, x->os.type ? x->os.type : "");
    x->piece = hash_of(&r->key, buf_str(&b), b.len);
    ok = ok && buf_ok(&b, "an operating system", e);
    buf_free(&b);
    if (!ok) {
        doc_free(&x->doc);
        *x = (struct system){.doc = DOC_INIT};
    }
    return ok;
}

bool reader_system(struct census_reader *r, struct err *e)
{
    struct slice s = r->member[reader_field("os")];
    struct hash h;

    if (!s.p)
        return err_set(e, ERR_INPUT, "no operating system");
    h = hash_of(&r->key, s.p, s.n);
    for (size_t i = 0; i < r->systems_n; i++)
        if (hash_same(r->systems[i].text, h)) {
            r->system = &r->systems[i];
            return true;
        }
    if (r->systems_n < MAX_SYSTEMS) {
        r->system = &r->systems[r->systems_n++];
    } else { /* a fleet of liars: forget one */
        r->system = &r->systems[r->next_system++ % MAX_SYSTEMS];
        doc_free(&r->system->doc);
    }
    return learn_system(r, h, r->system, e);
}
