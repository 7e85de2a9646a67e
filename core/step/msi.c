#include "core/step/msi.h"
#include "core/detect/collect.h"
#include "core/os/file.h"
#include "core/os/installer.h"
#include "core/os/machine.h"
#include "core/step/guard.h"
#include "core/step/secrets.h"

#include <string.h>

enum { PAUSE_MS = 2000 };

/* --- arguments ------------------------------------------------------------------------------------------------------- */

static bool property_name(const char *s)
{
    return *s && strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.") == strlen(s);
}

static bool check_names(const json_t *map, bool secret, const struct place *at, struct err *e)
{
    json_t *obj = (json_t *)(uintptr_t)map;

    for (void *it = json_object_iter(obj); it; it = json_object_iter_next(obj, it)) {
        const char *name = json_object_iter_key(it);

        if (!property_name(name)) /* only upper-case ones can be set from outside */
            return place_error(e, at, "'%.80s' is no public property of Windows Installer", name);
        if (!secret && (strstr(name, "PASSW") || strstr(name, "PWD")))
            return place_error(e, at, "'%.80s' holds a password: it belongs into secret_properties", name);
    }
    return true;
}

bool msi_check(const struct msi_args *a, const struct place *at, struct err *e)
{
    const struct strs *const lists[] = {&a->hex_utf16, &a->hex_ascii};

    if (a->code && !guard_open(a->code) && !guard_product_code(a->code))
        return place_error(e, at, "'%.80s' is no product code", a->code);
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < lists[k]->n; i++)
            if (!json_object_get(a->secret_properties, lists[k]->v[i]))
                return place_error(e, at, "'%.80s' is none of secret_properties", lists[k]->v[i]);
    return check_names(a->properties, false, at, e) && check_names(a->secret_properties, true, at, e) &&
           check_names(a->restore_properties, false, at, e);
}

/* --- what is there ----------------------------------------------------------------------------------------------------- */

bool msi_list(struct doc *d, struct facts *ret, struct err *e)
{
    if (!facts_collect(FACTS_MSI, NULL, d, ret, e))
        return false;
    return !facts_has_gap(ret, "msi") ||
           err_set(e, ERR_OS, "Windows Installer's products cannot be listed: %s", ret->gaps.v[0].why);
}

const struct msi_product *msi_find(const struct facts *f, const char *code)
{
    for (size_t i = 0; i < f->msi.n; i++)
        if (text_eq_fold(f->msi.v[i].code, code))
            return &f->msi.v[i];
    return NULL;
}

static bool busy(bool *ret, struct err *e)
{
    struct doc d = DOC_INIT;
    struct facts f;
    bool ok = facts_collect(FACTS_LOCK, NULL, &d, &f, e);

    *ret = ok && f.package_lock && f.package_lock->held;
    doc_free(&d);
    return ok;
}

/* --- one try ----------------------------------------------------------------------------------------------------------- */

struct change {
    const struct step_ctx *c;
    const struct msi_args *a;
    bool install;
    int64_t until;
};

/* What is handed over, in its first and its second form. */
static const char *const forms[] = {"a password is handed over", "the password is handed over in its second form"};

static const char *log_path(const struct change *k, size_t form)
{
    return arena_printf(&k->c->doc->arena, "%s/%s-%zu.log", k->c->run, k->c->step->id, form + 1);
}

static bool properties(const struct change *k, struct strs *ret)
{
    const json_t *map = k->install && !k->a->file ? k->a->restore_properties : k->a->properties;
    json_t *obj = (json_t *)(uintptr_t)map;

    ret->n = 0;
    ret->v = ARENA_ARRAY(&k->c->doc->arena, json_object_size(map) + 1, const char *);
    for (void *it = json_object_iter(obj); ret->v && it; it = json_object_iter_next(obj, it)) {
        ret->v[ret->n] = arena_printf(&k->c->doc->arena, "%s=%s", json_object_iter_key(it),
                                      json_string_value(json_object_iter_value(it)));
        if (!ret->v[ret->n++])
            return false;
    }
    return ret->v != NULL;
}

/* s as hex digits of its codes. */
static bool to_hex(struct secret *s, struct err *e)
{
    struct secret hex = {NULL, 0};
    char *p = mem_alloc(2 * s->len + 1);

    if (!p)
        return err_nomem(e);
    for (size_t i = 0; i < s->len; i++) {
        p[2 * i] = "0123456789ABCDEF"[(unsigned char)s->bytes[i] >> 4];
        p[2 * i + 1] = "0123456789ABCDEF"[(unsigned char)s->bytes[i] & 15];
    }
    hex.bytes = p;
    hex.len = 2 * s->len;
    p[hex.len] = '\0';
    secret_clear(s);
    *s = hex;
    return true;
}

/* The secrets of a form, into `held`, which the caller wipes. */
static bool take_secrets(const struct change *k, size_t form, struct secret *held, struct os_msi_change *m,
                         struct err *e)
{
    json_t *obj = (json_t *)(uintptr_t)k->a->secret_properties;

    for (void *it = json_object_iter(obj); it; it = json_object_iter_next(obj, it)) {
        struct secret *s = &held[m->secrets.n];
        struct os_msi_secret *x = &m->secrets.v[m->secrets.n++];

        x->property = json_object_iter_key(it);
        x->value = s;
        if (!secret_resolve(k->c->plan, json_string_value(json_object_iter_value(it)), s, e))
            return false;
        if (form && text_in(&k->a->hex_ascii, x->property)) {
            if (!to_hex(s, e))
                return false;
        } else {
            x->hex_utf16 = text_in(&k->a->hex_utf16, x->property);
        }
    }
    return true;
}

static bool run(const struct change *k, size_t form, struct os_exit *x, struct err *e)
{
    size_t n = json_object_size(k->a->secret_properties);
    struct secret *held = ARENA_ARRAY(&k->c->doc->arena, n + 1, struct secret);
    struct os_msi_change m = {.install = k->install,
                              .product = !k->install ? k->a->code : k->a->file ? k->a->file : k->a->restore,
                              .log = log_path(k, form),
                              .timeout_ms = k->until - os_up_ms(),
                              .tick = k->c->tick,
                              .arg = k->c->tick_arg};
    bool ok;

    m.secrets.v = ARENA_ARRAY(&k->c->doc->arena, n + 1, struct os_msi_secret);
    if (!held || !m.secrets.v || !m.log || !properties(k, &m.properties))
        return err_nomem(e);
    if (m.timeout_ms < 1)
        m.timeout_ms = 1;
    /* A removed product is put back without its password: nobody protects it any more. */
    ok = (k->install && !k->a->file) || take_secrets(k, form, held, &m, e);
    ok = ok && os_msi_run(&m, x, e);
    for (size_t i = 0; i < n; i++)
        secret_clear(&held[i]);
    os_sync(); /* what it wrote, before its end is on record */
    return ok;
}

/* What the code does not tell the log may; and a password that was handed over is the first suspect. */
static bool explain(const struct change *k, size_t form, bool failed, struct effect *ret, struct err *e)
{
    const char *log = log_path(k, form), *cause;
    bool password = !k->install && json_object_size(k->a->secret_properties) > 0;

    if (!log)
        return err_nomem(e);
    cause = failed ? os_msi_cause(log, &k->c->doc->arena) : NULL;
    if (failed && ret->outcome == OUTCOME_NONE)
        ret->outcome = exits_cause(cause);
    if (failed && ret->outcome == OUTCOME_NONE)
        ret->outcome = password ? OUTCOME_AUTH_FAILED : OUTCOME_FATAL;
    return !cause || effect_set(k->c, ret, ret->outcome, e, "%s; its log: %s", ret->text, cause);
}

/* Another installation may have been ours: that of a worker that was killed, which goes on by itself. */
static bool settled(const struct change *k, bool *ret, struct err *e)
{
    struct facts f;
    bool here;

    if (!msi_list(k->c->doc, &f, e))
        return false;
    here = k->a->code && msi_find(&f, k->a->code);
    for (size_t i = 0; k->install && k->a->name && i < f.msi.n; i++)
        here = here || (f.msi.v[i].name && text_glob_fold(k->a->name, f.msi.v[i].name));
    *ret = here == k->install;
    return true;
}

static bool run_once(const struct change *k, size_t form, const char *what, bool *ret_over, struct effect *ret,
                     struct err *e)
{
    struct os_exit x;

    if (!run(k, form, &x, e) || !effect_exit(k->c, ret, what, EXITS_MSI, &x, e))
        return false;
    *ret_over = ret->outcome != OUTCOME_IN_USE_RETRY;
    return !*ret_over ||
           explain(k, form, x.code != 0 && !x.timed_out && !outcome_is_good(ret->outcome), ret, e);
}

/* Waits for other installations and runs; again as long as it finds another one running. */
static bool try_form(const struct change *k, size_t form, struct effect *ret, struct err *e)
{
    const char *what = arena_printf(&k->c->doc->arena, "%s %s", k->install ? "installing" : "removing",
                                    k->a->name ? k->a->name : k->install ? k->a->file : k->a->code);
    bool over = false, other, done = false;

    if (!what)
        return err_nomem(e);
    for (;;) {
        if (!busy(&other, e) || (!other && !settled(k, &done, e)))
            return false;
        if (done)
            return effect_set(k->c, ret, OUTCOME_OK, e, "%s: another installation did it meanwhile", what);
        if (other) {
            if (!effect_set(k->c, ret, OUTCOME_IN_USE_RETRY, e, "another installation is running"))
                return false;
        } else if (!run_once(k, form, what, &over, ret, e) || over) {
            return !e->code;
        }
        if (os_up_ms() + PAUSE_MS >= k->until || (k->c->tick && !k->c->tick(k->c->tick_arg)))
            return true;
        os_sleep_ms(PAUSE_MS);
    }
}

/* --- the password is tried once ------------------------------------------------------------------------------------------ */

static const char *refused_before(const struct step_ctx *c, const char *cause)
{
    if (exits_cause(cause) == OUTCOME_AUTH_FAILED)
        return "an interrupted try's log says that the password was refused";
    return c->tries > 1 ? "two tries with the password were interrupted" : NULL;
}

/* An interrupted try's log, from which nobody has wiped the secrets, is read and removed. */
static bool drop_log(const struct change *k, size_t form, const char **ret_cause, struct err *e)
{
    const char *log = log_path(k, form);

    *ret_cause = NULL;
    if (!k->c->handing)
        return true;
    if (!log)
        return err_nomem(e);
    *ret_cause = os_msi_cause(log, &k->c->doc->arena);
    return os_tree_remove(log, e);
}

static size_t form_tried(const struct step_ctx *c)
{
    return text_eq(c->tried, forms[1]) ? 1 : 0;
}

bool msi_forget(const struct step_ctx *c, struct err *e)
{
    const struct change k = {.c = c};
    const char *cause;

    return drop_log(&k, form_tried(c), &cause, e);
}

/* Windows Installer goes on with what an interrupted try has begun: its answer is waited for. */
static bool outlast(const struct change *k, bool *ret_done, struct err *e)
{
    bool other = true;

    while (other) {
        if (!busy(&other, e))
            return false;
        if (!other)
            break;
        if (os_up_ms() + PAUSE_MS >= k->until || (k->c->tick && !k->c->tick(k->c->tick_arg)))
            break;
        os_sleep_ms(PAUSE_MS);
    }
    return settled(k, ret_done, e);
}

/* Removals: no form of a password that was refused is handed over again; forms are tried in their order. */
static bool remove_guarded(const struct change *k, struct effect *ret, struct err *e)
{
    size_t form = form_tried(k->c), last = k->a->hex_ascii.n ? 1 : 0;
    bool done = false;
    const char *cause, *why;

    if ((k->c->handing && !outlast(k, &done, e)) || !drop_log(k, form, &cause, e))
        return false;
    if (done)
        return effect_set(k->c, ret, OUTCOME_OK, e, "an interrupted try did it");
    why = k->c->handing ? refused_before(k->c, cause) : NULL;
    if (why && form >= last)
        return effect_set(k->c, ret, OUTCOME_AUTH_FAILED, e, "%s; it is not tried again", why);
    for (form += why != NULL;; form++) {
        if (!k->c->mark(k->c->tick_arg, forms[form], e) || !try_form(k, form, ret, e))
            return false;
        if (ret->outcome != OUTCOME_AUTH_FAILED)
            return true;
        if (form >= last)
            return effect_set(k->c, ret, OUTCOME_AUTH_FAILED, e,
                              "%s. The password is tried only once: supply the right one, or change the policy of the "
                              "old product", ret->text);
    }
}

bool msi_change(const struct step_ctx *c, const struct msi_args *a, bool install, struct effect *ret, struct err *e)
{
    const struct change k = {c, a, install, os_up_ms() + c->step->timeout_s * 1000};

    if (!json_object_size(a->secret_properties) || (install && !a->file))
        return try_form(&k, 0, ret, e);
    if (!install)
        return remove_guarded(&k, ret, e);
    return msi_forget(c, e) && c->mark(c->tick_arg, forms[0], e) && try_form(&k, 0, ret, e);
}
