#include "core/fleet/entrust.h"

#include "core/base/limits.h"

static bool pick(const json_t *from, const struct plan *p, json_t *to, struct err *e)
{
    for (size_t i = 0; i < p->secrets.n; i++) {
        json_t *value = json_object_get(from, p->secrets.v[i]);

        if (value && plan_secret_sent(p, p->secrets.v[i]) && json_object_set_nocheck(to, p->secrets.v[i], value) != 0)
            return err_nomem(e);
    }
    return true;
}

bool entrust(const char *all, size_t n, const struct plan *p, struct secret *ret, struct err *e)
{
    struct doc d = DOC_INIT;
    const json_t *from = NULL;
    json_t *to = json_object();
    struct buf text;
    bool ok = true;

    *ret = (struct secret){NULL, 0};
    buf_init(&text, LIMIT_DOCUMENT);
    if (n && p->secrets.n) {
        from = doc_parse(&d, "the secrets", all, n, e);
        ok = to && from ? pick(from, p, to, e) : (e->code ? false : err_nomem(e));
        if (ok && json_object_size(to))
            ok = json_text(to, false, &text, e) && secret_set(ret, buf_str(&text), text.len, e);
    }
    if (text.data)
        secret_wipe(text.data, text.len);
    buf_free(&text);
    json_decref(to);
    doc_free(&d);
    return ok;
}

bool entrust_has(const char *all, size_t n, const char *name)
{
    struct err ignored = ERR_INIT; /* what cannot be read is told when it is to be sent */
    struct doc d = DOC_INIT;
    const json_t *from = n ? doc_parse(&d, "the secrets", all, n, &ignored) : NULL;
    bool ret = json_object_get(from, name) != NULL;

    doc_free(&d);
    return ret;
}
