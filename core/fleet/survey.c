#include "core/fleet/survey.h"

#include "core/base/limits.h"
#include "core/fleet/entrust.h"
#include "core/fleet/reach.h"
#include "core/os/file.h"
#include "core/os/machine.h"

#include <signal.h>
#include <string.h>

struct login { /* a user, and what became of the last sessions */
    const char *user; /* NULL: as ssh_config says */
    unsigned live, refused; /* refused: in a row */
    bool proven;
};

struct surveying {
    const struct survey_request *q;
    struct survey_result *ret;
    uv_loop_t loop;
    uv_timer_t timer;
    uv_signal_t stop;
    bool leaving;
    size_t next, live;
    struct doc doc;
    struct login *logins; /* NULL: none yet */
    size_t login_count;
    struct err failed;
};

struct look { /* one PC */
    struct surveying *s;
    const struct roster_host *h;
    struct login *login;
    struct target target;
    struct buf facts; /* or its plan, which is proved */
    struct secret secrets;
    bool got;
};

static void begin_more(struct surveying *s);

/* ---- logins: as in schedule.h, of a survey that is not gone on with ---- */

static struct login *login_of(struct surveying *s, const struct roster_host *h)
{
    for (size_t i = 0; i < s->login_count; i++)
        if (text_eq(s->logins[i].user, h->host.user))
            return &s->logins[i];
    s->logins[s->login_count] = (struct login){.user = h->host.user};
    return &s->logins[s->login_count++];
}

static bool given_up(const struct login *l)
{
    return l->refused >= SURVEY_REFUSALS;
}

/* May one more be open? */
static bool room(const struct login *l)
{
    return (l->proven && !l->refused) || l->live + l->refused < SURVEY_REFUSALS;
}

static void was_let_in(struct login *l)
{
    l->proven = true;
    l->refused = 0;
}

/* ---- one PC ---- */

static bool ask_proof(struct look *x, struct contact *c, struct err *e)
{
    return contact_frame(c, "plan", buf_str(&x->facts), x->facts.len, e) &&
           (!x->secrets.len || contact_frame(c, "secrets", x->secrets.bytes, x->secrets.len, e)) &&
           contact_ask(c, &(struct visit_request){.what = DO_PROVE}, e);
}

static bool hello(void *arg, struct contact *c, const struct visit_hello *h, struct err *e)
{
    struct look *x = arg;
    const char *other = NULL;
    struct store *store = x->s->q->r->store;

    was_let_in(x->login);
    if (!store_batch(store, os_up_ms(), e) ||
        !roster_learn(store, x->h->host.name, h->machine, h->hostname, os_now(), &x->s->doc, &other, e))
        return false;
    return x->s->q->prove ? ask_proof(x, c, e) : contact_ask(c, &(struct visit_request){.what = DO_DETECT}, e);
}

static bool data(void *arg, struct contact *c, const char *type, const char *p, size_t n, struct err *e)
{
    struct look *x = arg;

    (void)c;
    (void)type;
    buf_add(&x->facts, p, n);
    return buf_ok(&x->facts, "facts", e);
}

/* They are looked at before they are kept, as a plan will be made from them. */
static bool answer(void *arg, struct contact *c, const struct visit_answer *a, struct err *e)
{
    struct look *x = arg;
    struct doc d = DOC_INIT;
    struct facts f;
    char *folder, *file;
    bool ok;

    contact_close(c);
    if (x->s->q->prove) {
        x->got = a->event == ANSWER_PROVED;
        return x->got || err_set(e, ERR_OS, "%.500s", a->text ? a->text : "it has no valid secret");
    }
    if (!x->facts.len)
        return err_set(e, ERR_OS, "it could not look at itself: %.300s", a->text ? a->text : "no reason is given");
    ok = doc_read(&d, &facts_schema, "its facts", buf_str(&x->facts), x->facts.len, &f, e);
    folder = ok ? fleet_folder(&d.arena, x->s->q->r->state, x->h->host.name) : NULL;
    file = folder ? arena_printf(&d.arena, "%s/facts.json", folder) : NULL;
    if (ok)
        ok = file ? os_dir_make(folder, 0700, e) && os_file_write(file, buf_str(&x->facts), x->facts.len, 0600, e) : err_nomem(e);
    doc_free(&d);
    x->got = ok;
    return ok;
}

static void look_free(struct look *x)
{
    secret_clear(&x->secrets);
    buf_free(&x->facts);
    mem_free(x);
}

static void over(void *arg, struct contact *c, const struct contact_end *end)
{
    struct look *x = arg;
    struct surveying *s = x->s;

    (void)c;
    if (end->how == CONTACT_FAILED && !s->failed.code)
        s->failed = *end->e;
    if (end->how == CONTACT_LINK && end->link == LINK_LOGIN)
        x->login->refused++;
    else if (end->greeted)
        was_let_in(x->login);
    x->login->live--;
    if (x->got)
        s->ret->answered++;
    else if (end->how == CONTACT_LINK && end->link == LINK_SILENT)
        s->ret->silent++;
    else
        s->ret->failed++;
    s->q->tell(s->q->arg, x->h, x->got ? "" : *end->text ? end->text : "it did not say what it was asked");
    look_free(x);
    s->live--;
    begin_more(s);
}

static const struct contact_calls calls = {hello, data, answer, over, NULL};

/* *ret: its plan names secrets; then the plan is in x->facts. */
static bool needs_proof(struct look *x, bool *ret, struct err *e)
{
    const struct drive_request *r = x->s->q->r;
    struct doc d = DOC_INIT;
    struct plan p;
    bool found, ok = fleet_folder_plan(r->state, x->h->host.name, NULL, &d, &x->facts, &p, &found, e);

    *ret = ok && found && p.secrets.n;
    if (*ret)
        ok = entrust(r->secrets, r->secrets_len, &p, &x->secrets, e);
    doc_free(&d);
    return ok;
}

/* *ret_asked: false: there is nothing to ask it. */
static bool open_one(struct surveying *s, const struct roster_host *h, bool *ret_asked, struct err *e)
{
    struct look *x = mem_alloc(sizeof *x);
    struct contact_request q;
    bool wanted = true;

    *ret_asked = true;
    if (!x)
        return err_nomem(e);
    *x = (struct look){.s = s, .h = h, .login = login_of(s, h)};
    buf_init(&x->facts, LIMIT_DOCUMENT);
    if (s->q->prove && needs_proof(x, &wanted, e))
        *ret_asked = wanted;
    if (!e->code && wanted && reach(s->q->r, h, &x->target, &q, e)) {
        q.calls = &calls;
        q.arg = x;
        if (contact_open(&s->loop, &q, e)) {
            s->live++;
            x->login->live++;
            return true;
        }
    }
    look_free(x);
    return !e->code;
}

/* The next ones of a user whom so many refused in a row are not asked. */
static void pass_by(struct surveying *s)
{
    while (s->next < s->q->n && given_up(login_of(s, s->q->hosts[s->next]))) {
        const struct roster_host *h = s->q->hosts[s->next++];

        s->ret->asked++;
        s->ret->failed++;
        s->q->tell(s->q->arg, h, "not asked: " SURVEY_REFUSED);
    }
}

static bool may_begin(struct surveying *s)
{
    return s->next < s->q->n && !s->leaving && !s->failed.code && s->live < s->q->at_once && room(login_of(s, s->q->hosts[s->next]));
}

static void rings(uv_timer_t *t)
{
    begin_more(t->data);
}

static void begin_more(struct surveying *s)
{
    struct err e = ERR_INIT;

    if (store_changing(s->q->r->store) && store_batch_due(s->q->r->store, os_up_ms()) && !store_commit(s->q->r->store, &e) && !s->failed.code)
        s->failed = e;
    pass_by(s);
    if (may_begin(s)) {
        const struct roster_host *h = s->q->hosts[s->next++];
        bool asked;

        if (!open_one(s, h, &asked, &e)) {
            s->ret->failed++;
            s->q->tell(s->q->arg, h, e.text);
        }
        s->ret->asked += asked;
        uv_timer_start(&s->timer, rings, asked ? 1000 / s->q->per_second : 0, 0);
        return;
    }
    if (!s->live && (s->next == s->q->n || s->leaving || s->failed.code))
        uv_stop(&s->loop);
}

static void interrupted(uv_signal_t *sig, int number)
{
    struct surveying *s = sig->data;

    (void)number;
    if (s->leaving)
        uv_stop(&s->loop);
    s->leaving = true;
    begin_more(s);
}

bool survey(const struct survey_request *q, struct survey_result *ret, struct err *e)
{
    struct surveying s = {.q = q, .ret = ret, .doc = DOC_INIT};
    int rc = uv_loop_init(&s.loop);

    memset(ret, 0, sizeof *ret);
    if (rc < 0)
        return err_set(e, ERR_OS, "no event loop: %s", uv_strerror(rc));
    s.logins = ARENA_ARRAY(&s.doc.arena, q->n, struct login);
    if (!s.logins) {
        (void)uv_loop_close(&s.loop);
        return err_nomem(e);
    }
    signal(SIGPIPE, SIG_IGN);
    uv_timer_init(&s.loop, &s.timer);
    uv_signal_init(&s.loop, &s.stop);
    s.timer.data = s.stop.data = &s;
    uv_signal_start(&s.stop, interrupted, SIGINT);
    uv_timer_start(&s.timer, rings, 0, 0);
    uv_run(&s.loop, UV_RUN_DEFAULT);
    uv_close((uv_handle_t *)&s.timer, NULL);
    uv_close((uv_handle_t *)&s.stop, NULL);
    uv_run(&s.loop, UV_RUN_NOWAIT);
    (void)uv_loop_close(&s.loop); /* what was left in the middle ends with the process */
    doc_free(&s.doc);
    if (s.failed.code) {
        *e = s.failed;
        return false;
    }
    return !store_changing(q->r->store) || store_commit(q->r->store, e);
}
