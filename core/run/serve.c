#include "core/run/serve.h"
#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/base/secret.h"
#include "core/base/version_tool.h"
#include "core/detect/collect.h"
#include "core/os/machine.h"
#include "core/os/process.h"
#include "core/run/keep.h"
#include "core/run/serve_do.h"

#include <string.h>

static serve_do *const doers[DO_COUNT] = {
    [DO_DETECT] = serve_detect, [DO_PROVE] = serve_prove, [DO_OFFER] = serve_offer, [DO_START] = serve_start,   [DO_POLL] = serve_poll,
    [DO_COLLECT] = serve_poll, [DO_ACK] = serve_ack, [DO_VERIFY] = serve_verify,
    [DO_ATTACH] = serve_attach,
};

/* --- sending ------------------------------------------------------------------------------------------------------ */

bool serve_send(struct serve *s, const char *type, const void *p, size_t n, struct err *e)
{
    struct buf b;
    bool ok;

    buf_init(&b, FRAME_MAX + FRAME_HEAD);
    ok = frame_write(&b, type, p, n, e) && s->ways->send(s->ways->arg, buf_str(&b), b.len, e);
    buf_free(&b);
    return ok;
}

bool serve_send_doc(struct serve *s, const char *type, const struct schema *schema, const void *obj, struct err *e)
{
    json_t *v = schema_write(schema, obj);
    struct buf b;
    bool ok;

    buf_init(&b, FRAME_MAX);
    ok = v ? json_text(v, false, &b, e) && serve_send(s, type, buf_str(&b), b.len, e) : err_nomem(e);
    buf_free(&b);
    json_decref(v);
    return ok;
}

bool serve_failed(struct serve_job *j, enum visit_event event, const struct err *why, struct err *e)
{
    if (why->code == ERR_NOMEM)
        return err_nomem(e);
    j->a->event = event;
    j->a->status = event == ANSWER_NO_START ? err_exit(why->code) : 0;
    j->a->error = err_id(why->code);
    j->a->text = arena_strdup(&j->d->arena, why->text);
    return j->a->text || err_nomem(e);
}

bool serve_plan(struct serve_job *j, struct plan *ret, struct err *e)
{
    struct serve *s = j->visit;

    if (s->bad.code != ERR_NONE) {
        *e = s->bad;
        return false;
    }
    if (!s->plan.len)
        return err_set(e, ERR_INPUT, "'%s' came without a plan", visit_do_names[j->r->what]);
    return plan_read(j->d, "the plan that was sent", buf_str(&s->plan), s->plan.len, ret, e);
}

/* --- requests ----------------------------------------------------------------------------------------------------- */

/* The strings are its own, and nobody else has them. */
static void forget_secrets(struct serve *s)
{
    const char *name;
    json_t *value;

    json_object_foreach(s->secrets, name, value)
        secret_wipe((char *)(uintptr_t)json_string_value(value), json_string_length(value));
    json_decref(s->secrets);
    s->secrets = NULL;
}

static void forget(struct serve *s)
{
    buf_clear(&s->plan);
    forget_secrets(s);
    err_clear(&s->bad);
}

static bool answer(struct serve *s, const struct frame *f, struct err *e)
{
    struct doc d = DOC_INIT;
    struct visit_request r;
    struct visit_answer a;
    struct serve_job j = {s, &r, &a, &d};
    bool ok = doc_read(&d, &visit_request_schema, "the request", f->data, f->len, &r, e);

    if (ok) {
        schema_init(&visit_answer_schema, &a);
        a.what = r.what;
        a.run = r.run;
        ok = doers[r.what](&j, e) && serve_send_doc(s, "answer", &visit_answer_schema, &a, e);
    }
    doc_free(&d);
    forget(s);
    return ok;
}

/* --- what comes before a request ------------------------------------------------------------------------------------ */

/* Something is wrong with it: the request that it is for is told, and nothing is begun. */
static bool bad(struct serve *s, const struct err *why, struct err *e)
{
    if (why->code == ERR_NOMEM)
        return err_nomem(e);
    if (s->bad.code == ERR_NONE)
        s->bad = *why;
    return true;
}

static bool take_plan(struct serve *s, const struct frame *f, struct err *e)
{
    buf_clear(&s->plan);
    buf_add(&s->plan, f->data, f->len);
    return buf_ok(&s->plan, "the plan that was sent", e);
}

/* What the parser says of it could show some of it. */
static bool take_secrets(struct serve *s, const struct frame *f, struct err *e)
{
    struct err why = ERR_INIT;
    json_error_t at;

    forget_secrets(s);
    s->secrets = json_parse(f->data, f->len, JSON_REJECT_DUPLICATES, &at, &why);
    secret_wipe((char *)(uintptr_t)f->data, f->len);
    if (json_is_object(s->secrets))
        return true;
    json_decref(s->secrets);
    s->secrets = NULL;
    if (why.code != ERR_NOMEM)
        err_set(&why, ERR_SECRET, "the secrets that were sent are no object of texts");
    return bad(s, &why, e);
}

static bool take_file(struct serve *s, const struct frame *f, struct err *e)
{
    struct err why = ERR_INIT;

    return s->bad.code != ERR_NONE || keep_file(f->data, f->len, &why) || bad(s, &why, e);
}

static bool take(void *arg, const struct frame *f, struct err *e)
{
    static const struct {
        const char *type;
        bool (*take)(struct serve *s, const struct frame *f, struct err *e);
    } types[] = {{"request", answer}, {"plan", take_plan}, {"secrets", take_secrets}, {"file", take_file}};

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (text_eq(f->type, types[i].type))
            return types[i].take(arg, f, e);
    return err_set(e, ERR_INPUT, "no frame of a visit is called '%s'", f->type);
}

/* --- the visit ------------------------------------------------------------------------------------------------------- */

static bool say_hello(struct serve *s, struct err *e)
{
    struct visit_hello h = {.tool = AVSWAP_VERSION, .at = os_now()};
    struct questions none = {0};
    struct doc d = DOC_INIT;
    struct facts f;
    bool ok = facts_collect(FACTS_OS, &none, &d, &f, e);

    if (ok && (!f.machine || !f.os))
        ok = err_set(e, ERR_OS, "this PC does not tell which one it is");
    if (ok) {
        h.machine = f.machine->id;
        h.hostname = f.machine->hostname;
        h.boot = f.machine->boot_id;
        h.os = f.os->family;
        ok = serve_send_doc(s, "hello", &visit_hello_schema, &h, e);
    }
    doc_free(&d);
    return ok;
}

bool serve_begin(struct serve *s, const struct serve_ways *w, struct err *e)
{
    memset(s, 0, sizeof *s);
    s->ways = w;
    frame_reader_init(&s->reader, FRAME_MAX);
    buf_init(&s->plan, FRAME_MAX);
    if (!os_is_admin())
        return err_set(e, ERR_PRIVILEGE, "a visit needs root, on Windows an administrator");
    return say_hello(s, e);
}

bool serve_feed(struct serve *s, const char *p, size_t n, struct err *e)
{
    return frame_feed(&s->reader, p, n, take, s, e);
}

bool serve_end(const struct serve *s, struct err *e)
{
    return frame_end(&s->reader, e);
}

void serve_free(struct serve *s)
{
    forget(s);
    buf_free(&s->plan);
    frame_reader_free(&s->reader);
}
