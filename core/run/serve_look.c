/* Requests of a visit that look and change nothing. */
#include "core/base/limits.h"
#include "core/base/secret.h"
#include "core/os/machine.h"
#include "core/run/folder.h"
#include "core/run/keep.h"
#include "core/run/serve_do.h"
#include "core/step/secrets.h"
#include "core/verify/verification.h"

#define TEXT_MAX 4096 /* of an answer */

bool serve_detect(struct serve_job *j, struct err *e)
{
    struct serve *s = j->visit;
    struct err why = ERR_INIT;
    struct facts f;

    j->a->event = ANSWER_PROGRESS;
    if (!s->ways->facts(s->ways->arg, &f, &why))
        return serve_failed(j, ANSWER_PROGRESS, &why, e);
    if (serve_send_doc(s, "facts", &facts_schema, &f, &why))
        return true;
    if (why.code == ERR_LIMIT)
        return serve_failed(j, ANSWER_PROGRESS, &why, e);
    *e = why;
    return false;
}

/* --- the day-0 proof ------------------------------------------------------------------------------------------------ */

/* Sent with this request, or where the plan says. A product's own check of a password that costs no try is none known. */
static bool has_secret(struct serve_job *j, const struct plan *p, const char *name, struct err *e)
{
    const json_t *sent = json_object_get(j->visit->secrets, name);
    struct secret value = {NULL, 0};

    if (sent && !plan_secret_sent(p, name))
        return err_set(e, ERR_SECRET, "the secret '%s' was sent, and the plan takes it from elsewhere", name);
    if (sent)
        return json_string_length(sent) ? true : err_set(e, ERR_SECRET, "the secret '%s' that was sent is empty", name);
    if (!secret_resolve(p, name, &value, e))
        return false;
    if (!value.len)
        err_set(e, ERR_SECRET, "the secret '%s' is empty", name);
    secret_clear(&value);
    return e->code == ERR_NONE;
}

static bool prove_each(struct serve_job *j, const struct plan *p, struct buf *text, struct err *e)
{
    for (size_t i = 0; i < p->secrets.n; i++) {
        struct err why = ERR_INIT;
        bool here = has_secret(j, p, p->secrets.v[i], &why);

        if (why.code == ERR_NOMEM)
            return err_nomem(e);
        if (here) {
            buf_printf(text, "%s%s is present, not provable here", text->len ? "; " : "", p->secrets.v[i]);
            continue;
        }
        buf_printf(text, "%s%s", text->len ? "; " : "", why.text);
        j->a->event = ANSWER_BROKEN;
        j->a->error = err_id(why.code);
    }
    if (!text->len)
        buf_adds(text, "the plan needs no secret");
    j->a->text = text->failed ? NULL : arena_strdup(&j->d->arena, buf_str(text));
    return j->a->text || err_nomem(e);
}

bool serve_prove(struct serve_job *j, struct err *e)
{
    struct err why = ERR_INIT;
    struct buf text;
    struct plan p;
    bool ok;

    if (!serve_plan(j, &p, &why))
        return serve_failed(j, ANSWER_BROKEN, &why, e);
    j->a->run = p.id;
    j->a->event = ANSWER_PROVED;
    buf_init(&text, LIMIT_STRING);
    ok = prove_each(j, &p, &text, e);
    buf_free(&text);
    return ok;
}

/* --- looking again --------------------------------------------------------------------------------------------------- */

/* The checks that do not hold; with `doubt` also those that could not be answered. Leftovers that hurt nobody are no reason. */
static const char *reasons(const struct check_result *all, size_t n, bool doubt, struct arena *a)
{
    const char *text = NULL;
    struct buf b;

    buf_init(&b, TEXT_MAX);
    for (size_t i = 0; i < n && !b.failed; i++)
        if (all[i].answer == TRI_NO || (doubt && all[i].answer == TRI_UNKNOWN))
            buf_printf(&b, "%snot so: %s (%s)", b.len ? "; " : "", all[i].what, all[i].evidence ? all[i].evidence : "not known");
    if (!b.nomem)
        text = arena_strdup(a, b.len ? buf_str(&b) : "too much to tell here");
    buf_free(&b);
    return text;
}

static bool look_again(struct serve_job *j, struct err *e)
{
    struct check_result *all;
    struct verification v;
    struct plan p;
    size_t n;
    int status;

    if (!folder_read_plan(j->r->run, j->d, &p, e) || !verification_look(&p, false, j->d, &v, e) ||
        !verification_list(&v, &j->d->arena, &all, &n, e))
        return false;
    status = verification_status(&v);
    if (status == EXIT_DONE && v.gone.reinstallers)
        status = EXIT_ERROR;
    j->a->status = status;
    j->a->event = status == EXIT_DONE ? ANSWER_PROVED : status == EXIT_IN_DOUBT ? ANSWER_PROGRESS : ANSWER_BROKEN;
    j->a->text = status == EXIT_DONE ? "the old product is gone, nothing would bring it back, and the new one protects"
                                     : reasons(all, n, status == EXIT_IN_DOUBT, &j->d->arena);
    return j->a->text || err_nomem(e);
}

bool serve_verify(struct serve_job *j, struct err *e)
{
    struct err why = ERR_INIT;
    const char *plan;

    if (!folder_check_id(j->r->run, &why))
        return serve_failed(j, ANSWER_NONE_YET, &why, e);
    plan = folder_path(j->r->run, "plan.json", &j->d->arena);
    if (!plan)
        return err_nomem(e);
    if (!os_file_exists(plan)) {
        j->a->event = ANSWER_NONE_YET;
        return true;
    }
    return look_again(j, &why) || serve_failed(j, ANSWER_PROGRESS, &why, e);
}
