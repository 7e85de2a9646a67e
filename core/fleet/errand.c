#include "core/fleet/errand.h"

#include "core/base/limits.h"
#include "core/os/machine.h"

#include <string.h>

/* ---- what is asked ---- */

static bool ask(struct errand *x, const struct visit_request *q, struct err *e)
{
    x->asked = q->what;
    return contact_ask(x->contact, q, e);
}

static struct record *record_of(const struct errand *x)
{
    return &x->d->records.v.v[x->i];
}

static const char *path(struct errand *x, const char *folder, const char *name)
{
    return arena_printf(&x->arena, "%s/%s", folder, name);
}

static bool ask_detect(struct errand *x, struct err *e)
{
    buf_clear(&x->facts);
    return ask(x, &(struct visit_request){.what = DO_DETECT}, e);
}

/* run: NULL: the plan that was made for it last. */
static bool read_plan(struct errand *x, const char *run, struct err *e)
{
    doc_free(&x->plan_doc);
    x->plan_doc = (struct doc)DOC_INIT;
    return fleet_folder_plan(x->d->r->state, record_of(x)->name, run, &x->plan_doc, &x->plan_text, &x->plan, &x->has_plan, e);
}

/* The plan with which it may have been started already, else the one that was made for it last, else none. */
static bool find_plan(struct errand *x, struct err *e)
{
    const char *run = record_of(x)->plan;

    return (!run || read_plan(x, run, e)) && (x->has_plan || read_plan(x, NULL, e));
}

/* The run's own folder holds its plan before the PC is told to start: from then on it may have been started. */
static bool write_run(struct errand *x, struct err *e)
{
    const char *file;

    x->run_folder = fleet_folder_run(&x->arena, x->d->r->state, record_of(x)->name, x->plan.id, e);
    file = x->run_folder ? path(x, x->run_folder, "plan.json") : NULL;
    if (!file)
        return e->code ? false : err_nomem(e);
    return os_dir_make(x->run_folder, 0700, e) && os_file_write(file, buf_str(&x->plan_text), x->plan_text.len, 0600, e);
}

/* The plan that was read is the PC's from now on; on disk before anything is done with it. */
static bool take_plan(struct errand *x, struct err *e)
{
    struct record *m = record_of(x);

    if (!text_eq(m->plan, x->plan.id)) {
        m->plan = arena_strdup(&x->d->doc.arena, x->plan.id);
        m->journal_size = 0;
        m->journal_digest[0] = '\0';
        m->gap_ms = 0;
        m->off_since = INSTANT_NONE;
        if (!m->plan)
            return err_nomem(e);
    }
    m->host.expected_ms = x->d->hosts[x->i].expected_ms = x->plan.expected_s * 1000;
    return write_run(x, e) && drive_save(x->d, x->i, e) && (!store_changing(x->d->r->store) || store_commit(x->d->r->store, e));
}

static bool ask_start(struct errand *x, struct err *e)
{
    if (!notices_before(&x->d->notices, x->d->pcs[x->i], record_of(x)->wave, &x->plan, os_now(), e) || !take_plan(x, e))
        return false;
    if (!contact_frame(x->contact, "plan", buf_str(&x->plan_text), x->plan_text.len, e))
        return false;
    secret_clear(&x->secrets);
    if (!entrust(x->d->r->secrets, x->d->r->secrets_len, &x->plan, &x->secrets, e))
        return false;
    if (x->secrets.len && !contact_frame(x->contact, "secrets", x->secrets.bytes, x->secrets.len, e))
        return false;
    return ask(x, &(struct visit_request){.what = DO_START, .run = x->plan.id}, e);
}

/* The installers that it wants to be sent go before it. */
static bool start(struct errand *x, struct err *e)
{
    bool asked;

    return errand_offer(x, &asked, e) && (asked || ask_start(x, e));
}

static bool begin(struct errand *x, struct err *e)
{
    return find_plan(x, e) && (x->has_plan ? start(x, e) : ask_detect(x, e));
}

/* ---- the journal as it comes ---- */

static bool take_block(void *arg, const void *p, size_t n, struct err *e)
{
    struct errand *x = arg;

    return copy_add(&x->copy, p, n, NULL, e);
}

/* What an earlier visit wrote; a line that a crash left half is cut off. */
static bool open_journal(struct errand *x, struct err *e)
{
    struct err none = ERR_INIT;
    const char *file;

    if (x->has_copy)
        return true;
    x->run_folder = fleet_folder_run(&x->arena, x->d->r->state, record_of(x)->name, record_of(x)->plan, e);
    file = x->run_folder ? path(x, x->run_folder, "journal.jsonl") : NULL;
    if (!file)
        return e->code ? false : err_nomem(e);
    if (!read_plan(x, record_of(x)->plan, e))
        return false;
    if (!x->has_plan)
        return err_set(e, ERR_NOT_FOUND, "%s/plan.json is no longer there", x->run_folder);
    copy_init(&x->copy, &x->plan);
    x->has_copy = true;
    if (!os_file_pour(file, take_block, x, &none) && none.code != ERR_NOT_FOUND) {
        *e = none;
        return false;
    }
    copy_from(&x->copy);
    x->journal = os_log_open(file, e);
    return x->journal && os_log_cut(x->journal, x->copy.size, e);
}

static bool ask_journal(struct errand *x, int what, struct err *e)
{
    char hex[DIGEST_TEXT];

    if (!open_journal(x, e))
        return false;
    copy_from(&x->copy);
    copy_digest(&x->copy, hex);
    return ask(x, &(struct visit_request){.what = what, .run = record_of(x)->plan, .from = (long long)x->copy.size,
                                          .digest = x->copy.size ? hex : NULL}, e);
}

static void note_copy(struct errand *x)
{
    struct record *m = record_of(x);

    if (!x->has_copy)
        return;
    m->journal_size = (long long)x->copy.size;
    copy_digest(&x->copy, m->journal_digest);
    m->gap_ms = x->copy.gap_ms;
    m->off_since = x->copy.off_since;
}

/* ---- what answers mean ---- */

static bool event(struct errand *x, enum host_event v, int status, const char *text, struct err *e)
{
    x->said = true;
    note_copy(x);
    return drive_event(x->d, x->i, v, status, text, e);
}

static bool ask_kind(struct errand *x, enum host_visit kind, struct err *e)
{
    switch (kind) {
    case VISIT_START:
        return begin(x, e);
    case VISIT_POLL:
        return ask_journal(x, DO_POLL, e);
    case VISIT_COLLECT:
        buf_clear(&x->outcome);
        return ask_journal(x, DO_COLLECT, e);
    case VISIT_ACK:
        return ask(x, &(struct visit_request){.what = DO_ACK, .run = record_of(x)->plan}, e);
    case VISIT_VERIFY:
        if (!record_of(x)->plan) { /* nothing had to go, so nothing is promised */
            contact_close(x->contact);
            return event(x, EVENT_PROGRESS, 0, NULL, e);
        }
        return ask(x, &(struct visit_request){.what = DO_VERIFY, .run = record_of(x)->plan}, e);
    default:
        contact_close(x->contact);
        return true;
    }
}

static bool go_on_later(struct errand *x)
{
    contact_close(x->contact);
    return true;
}

static bool go_on(struct errand *x, struct err *e)
{
    const struct host *h = &x->d->hosts[x->i];
    enum host_visit next = host_next(h);

    if (x->kind == VISIT_VERIFY || x->d->schedule.paused || (next != VISIT_COLLECT && next != VISIT_ACK)) {
        contact_close(x->contact);
        return true;
    }
    return ask_kind(x, next, e);
}

/* The PC sent what cannot be: it is held, and the visit ends. */
static bool nonsense(struct errand *x, const char *text, struct err *e)
{
    contact_close(x->contact);
    return event(x, EVENT_NONSENSE, 0, text, e);
}

static bool refused(struct errand *x, int status, const char *why, struct err *e)
{
    return event(x, EVENT_NO_START, status, why, e) && go_on(x, e);
}

static bool make_plan(struct errand *x, struct err *e)
{
    const struct roster_host *pc = x->d->pcs[x->i];
    const char *file = path(x, x->folder, "facts.json"), *plan = path(x, x->folder, "plan.json");
    int status = EXIT_REFUSED;
    struct buf why;
    bool ok;

    if (!file || !plan)
        return err_nomem(e);
    if (!os_dir_make(x->folder, 0700, e) || !os_file_write(file, buf_str(&x->facts), x->facts.len, 0600, e))
        return false;
    buf_init(&why, LIMIT_STRING);
    buf_clear(&x->plan_text);
    x->planned = true;
    ok = x->d->r->plan(x->d->r->arg, pc, buf_str(&x->facts), x->facts.len, &(struct drive_plan){&x->plan_text, &why, &status}, e);
    if (ok && !x->plan_text.len)
        ok = refused(x, status, buf_str(&why), e);
    else if (ok)
        ok = os_file_write(plan, buf_str(&x->plan_text), x->plan_text.len, 0600, e) && read_plan(x, NULL, e) && start(x, e);
    buf_free(&why);
    return ok;
}

static bool answer_detect(struct errand *x, const struct visit_answer *a, struct err *e)
{
    if (!x->facts.len)
        return refused(x, a->status ? (int)a->status : EXIT_ERROR, a->text ? a->text : "no facts came", e);
    return make_plan(x, e);
}

/* The PC's own word: whose run it is, does not matter. Its plan is needed to read its journal by. */
static bool ask_attach(struct errand *x, const struct visit_answer *a, struct err *e)
{
    if (!a->run || x->other)
        return event(x, EVENT_OTHER, 0, a->text ? a->text : "another run is at work there", e) && go_on(x, e);
    x->other = arena_strdup(&x->arena, a->run);
    buf_clear(&x->plan_text);
    return x->other ? ask(x, &(struct visit_request){.what = DO_ATTACH, .run = x->other}, e) : err_nomem(e);
}

static bool answer_start(struct errand *x, const struct visit_answer *a, struct err *e)
{
    switch (a->event) {
    case ANSWER_STARTED:
        return event(x, EVENT_STARTED, 0, NULL, e) && go_on(x, e);
    case ANSWER_OVER:
        return event(x, EVENT_OVER, (int)a->status, a->text, e) && go_on(x, e);
    case ANSWER_OTHER:
        return ask_attach(x, a, e);
    case ANSWER_NO_START:
        if (text_eq(a->error, err_id(ERR_STALE)) && !x->planned) /* it has changed since: one new plan, from what it is now */
            return ask_detect(x, e);
        return refused(x, (int)a->status, x->short_of && text_eq(a->error, err_id(ERR_PAYLOAD)) ? x->short_of : a->text, e);
    case ANSWER_NONE_YET: /* somebody holds its lock for a moment */
        return event(x, EVENT_NONE_YET, 0, a->text, e) && go_on(x, e);
    default:
        return nonsense(x, "it answered a start with something else", e);
    }
}

static bool answer_offer(struct errand *x, const struct visit_answer *a, struct err *e)
{
    struct err why = ERR_INIT;

    if (a->event != ANSWER_PROGRESS)
        return answer_start(x, a, e);
    if (!errand_take_lacks(x, a, &why))
        return why.code == ERR_INPUT ? nonsense(x, why.text, e) : (*e = why, false);
    return x->pushing || ask_start(x, e);
}

static bool drained(void *arg, struct contact *c, struct err *e)
{
    struct errand *x = arg;
    bool begins;

    (void)c;
    return errand_drained(x, &begins, e) && (!begins || ask_start(x, e));
}

static bool answer_poll(struct errand *x, const struct visit_answer *a, struct err *e)
{
    if (text_eq(a->error, err_id(ERR_TAMPERED)))
        return nonsense(x, "its journal or its plan is damaged or was changed there", e);
    if (text_eq(a->error, VISIT_FORKED))
        return nonsense(x, "its journal is not the one that it sent before: it shrank, or is another one", e);
    switch (a->event) {
    case ANSWER_PROGRESS:
        if ((size_t)a->size > x->copy.size && x->fresh.len) {
            buf_clear(&x->fresh);
            return ask_journal(x, DO_POLL, e);
        }
        return event(x, EVENT_PROGRESS, 0, a->text, e) && go_on(x, e);
    case ANSWER_OVER:
        return event(x, EVENT_OVER, (int)a->status, a->text, e) && go_on(x, e);
    case ANSWER_NONE_YET:
        return event(x, EVENT_NONE_YET, 0, "it knows nothing of this run: installed anew, restored from an image, or another PC", e) &&
               go_on(x, e);
    case ANSWER_OTHER:
        return event(x, EVENT_OTHER, 0, a->text, e) && go_on(x, e);
    default:
        return nonsense(x, "it answered a poll with something else", e);
    }
}

static bool end_seat(struct errand *x, const struct outcome *o, struct err *e)
{
    const struct roster_host *pc = x->d->pcs[x->i];
    enum seat_fate fate;

    return !pc || !pc->machine || store_seat_end(x->d->r->store, record_of(x)->plan, pc->machine, o->result, &fate, e);
}

static bool keep_outcome(struct errand *x, const struct outcome *o, struct err *e)
{
    const char *file = path(x, x->run_folder, "outcome.json");

    if (!file)
        return err_nomem(e);
    return os_log_sync(x->journal, e) && os_file_write(file, buf_str(&x->outcome), x->outcome.len, 0600, e) &&
           store_batch(x->d->r->store, os_up_ms(), e) && end_seat(x, o, e);
}

static bool answer_collect(struct errand *x, const struct visit_answer *a, struct err *e)
{
    struct err why = ERR_INIT;
    struct doc d = DOC_INIT;
    struct outcome o;
    bool ok;

    if (a->event != ANSWER_WHOLE)
        return answer_poll(x, a, e);
    if (!doc_read(&d, &outcome_schema, "outcome", buf_str(&x->outcome), x->outcome.len, &o, &why) ||
        !copy_whole(&x->copy, (size_t)a->size, &o, &why)) {
        doc_free(&d);
        return nonsense(x, why.text, e);
    }
    ok = keep_outcome(x, &o, e) && event(x, EVENT_WHOLE, 0, o.why, e) && store_commit(x->d->r->store, e) && go_on(x, e);
    doc_free(&d);
    return ok;
}

static bool answer_ack(struct errand *x, const struct visit_answer *a, struct err *e)
{
    switch (a->event) {
    case ANSWER_ACKED:
        return event(x, EVENT_ACKED, 0, NULL, e) && go_on(x, e);
    case ANSWER_NONE_YET:
        return event(x, EVENT_NONE_YET, 0, NULL, e) && go_on(x, e);
    case ANSWER_PROGRESS: /* it could not put away what it no longer needs; it is asked again */
        return event(x, EVENT_PROGRESS, 0, a->text, e) && go_on_later(x);
    default:
        return nonsense(x, "it answered an acknowledgement with something else", e);
    }
}

static bool answer_verify(struct errand *x, const struct visit_answer *a, struct err *e)
{
    enum host_event v = a->event == ANSWER_PROVED ? EVENT_PROVED : a->event == ANSWER_BROKEN ? EVENT_BROKEN : EVENT_PROGRESS;

    return event(x, v, 0, v == EVENT_PROVED ? NULL : a->text, e) && go_on(x, e);
}

/* ---- a run that was begun from elsewhere ---- */

/* A seat that is reserved for it counts for this run, if it brings the same product. */
static bool follow_seat(struct errand *x, struct err *e)
{
    const struct roster_host *pc = x->d->pcs[x->i];

    return !x->plan.target || !pc || !pc->machine ||
           (store_batch(x->d->r->store, os_up_ms(), e) &&
            store_seat_follow(x->d->r->store, pc->machine, x->plan.target->product, x->plan.id, e));
}

/* From here on it is as if it had been started from here. */
static bool attach(struct errand *x, struct err *e)
{
    return follow_seat(x, e) && take_plan(x, e) &&
           event(x, EVENT_STARTED, 0, "a run that was begun from elsewhere is followed to its end", e) && ask_journal(x, DO_POLL, e);
}

static bool answer_attach(struct errand *x, const struct visit_answer *a, struct err *e)
{
    struct err why = ERR_INIT;

    if (a->event != ANSWER_PROGRESS) /* it is over by now, and nothing is in the way */
        return event(x, EVENT_NONE_YET, 0, a->text, e) && go_on(x, e);
    if (!x->plan_text.len)
        return event(x, EVENT_OTHER, 0, a->text ? a->text : "another run is at work there, and its plan cannot be read", e) && go_on(x, e);
    doc_free(&x->plan_doc);
    x->plan_doc = (struct doc)DOC_INIT;
    x->has_plan = plan_read(&x->plan_doc, "the plan of its run", buf_str(&x->plan_text), x->plan_text.len, &x->plan, &why);
    if (!x->has_plan)
        return why.code == ERR_NOMEM ? err_nomem(e) : nonsense(x, why.text, e);
    if (!text_eq(x->plan.id, x->other))
        return nonsense(x, "it was asked for the plan of its run and sent another one", e);
    return attach(x, e);
}

/* ---- the contact's calls ---- */

static bool learn(struct errand *x, const struct visit_hello *h, const char **ret_other, struct err *e)
{
    struct drive *d = x->d;

    return drive_let_in(d, x->i, e) && store_batch(d->r->store, os_up_ms(), e) &&
           roster_learn(d->r->store, record_of(x)->name, h->machine, h->hostname, os_now(), &d->doc, ret_other, e);
}

/* Has that one of this rollout had its turn? */
static bool had_its_turn(const struct drive *d, const char *name)
{
    for (uint32_t i = 0; i < d->n; i++)
        if (text_eq(d->records.v.v[i].name, name))
            return d->hosts[i].state != HOST_QUEUED && d->hosts[i].state != HOST_HELD;
    return false;
}

static bool said_hello(void *arg, struct contact *c, const struct visit_hello *h, struct err *e)
{
    struct errand *x = arg;
    const char *other = NULL;

    (void)c;
    if (!learn(x, h, &other, e))
        return false;
    /* The same machine is not moved twice. */
    if (other && x->kind == VISIT_START && had_its_turn(x->d, other)) {
        const char *text = roster_twin_text(&x->arena, other, record_of(x)->name, h->machine);

        return text ? nonsense(x, text, e) : err_nomem(e);
    }
    if (x->kind != VISIT_PROBE)
        return ask_kind(x, x->kind, e);
    /* It is back: what it was before comes next, in this visit. */
    return event(x, EVENT_ANSWERS, 0, NULL, e) && ask_kind(x, x->d->schedule.paused ? VISIT_NONE : host_next(&x->d->hosts[x->i]), e);
}

static bool data_came(void *arg, struct contact *c, const char *type, const char *p, size_t n, struct err *e)
{
    struct errand *x = arg;
    struct buf *b;

    (void)c;
    if (strcmp(type, "journal") == 0) {
        buf_clear(&x->fresh);
        if (!copy_add(&x->copy, p, n, &x->fresh, e)) {
            e->code = e->code == ERR_TAMPERED || e->code == ERR_LIMIT ? ERR_INPUT : e->code;
            return false;
        }
        return !x->fresh.len || os_log_append(x->journal, buf_str(&x->fresh), x->fresh.len, e);
    }
    b = strcmp(type, "facts") == 0 ? &x->facts : strcmp(type, "plan") == 0 ? &x->plan_text : &x->outcome;
    buf_add(b, p, n);
    return buf_ok(b, type, e);
}

static bool answered(void *arg, struct contact *c, const struct visit_answer *a, struct err *e)
{
    static bool (*const by[DO_COUNT])(struct errand *, const struct visit_answer *, struct err *) = {
        [DO_DETECT] = answer_detect, [DO_OFFER] = answer_offer, [DO_START] = answer_start, [DO_POLL] = answer_poll, [DO_COLLECT] = answer_collect,
        [DO_ACK] = answer_ack, [DO_VERIFY] = answer_verify, [DO_ATTACH] = answer_attach,
    };
    struct errand *x = arg;
    int asked = x->asked;

    (void)c;
    x->asked = -1;
    return by[asked](x, a, e);
}

/* What the end of the connection means, where the conversation had not said it. */
static bool link_event(struct errand *x, const struct contact_end *end, struct err *e)
{
    switch (end->link) {
    case LINK_LOGIN:
    case LINK_SETUP: /* this jump host's fault, or that PC's: judged in the same way */
        return event(x, EVENT_LOGIN, 0, end->text, e);
    case LINK_KEY:
        return event(x, EVENT_KEY, 0, end->text, e);
    default:
        return event(x, EVENT_SILENT, 0, end->text, e);
    }
}

static bool end_event(struct errand *x, const struct contact_end *end, struct err *e)
{
    bool starting = x->d->hosts[x->i].state == HOST_STARTING;

    if (end->how == CONTACT_FAILED) {
        *e = *end->e;
        return false;
    }
    if (x->said && x->asked < 0) /* it ended what it was for; how the line was closed does not matter */
        return true;
    switch (end->how) {
    case CONTACT_NONSENSE:
        return event(x, EVENT_NONSENSE, 0, end->text, e);
    case CONTACT_UNABLE:
        return event(x, starting ? EVENT_NO_START : EVENT_SILENT, EXIT_REFUSED, end->text, e);
    case CONTACT_LINK:
        return link_event(x, end, e);
    default:
        return event(x, EVENT_SILENT, 0, "it said nothing", e);
    }
}

static void errand_free(struct errand *x)
{
    os_log_close(x->journal);
    secret_clear(&x->secrets);
    if (x->has_copy)
        copy_free(&x->copy);
    buf_free(&x->facts);
    buf_free(&x->outcome);
    buf_free(&x->plan_text);
    buf_free(&x->fresh);
    push_close(&x->push);
    doc_free(&x->plan_doc);
    arena_free(&x->arena);
    mem_free(x);
}

static void over(void *arg, struct contact *c, const struct contact_end *end)
{
    struct errand *x = arg;
    struct drive *d = x->d;
    struct err e = ERR_INIT;

    (void)c;
    if (!end_event(x, end, &e) && !d->failed.code)
        d->failed = e;
    drive_visit_over(d, x->i);
    errand_free(x);
}

static const struct contact_calls calls = {said_hello, data_came, answered, over, drained};

bool errand_open(struct drive *d, const struct visit *v, struct err *e)
{
    const struct roster_host *pc = d->pcs[v->host];
    struct contact_request q;
    struct errand *x;

    if (!pc)
        return err_set(e, ERR_NOT_FOUND, "it is no longer in the inventory");
    x = mem_alloc(sizeof *x);
    if (!x)
        return err_nomem(e);
    memset(x, 0, sizeof *x);
    *x = (struct errand){.d = d, .i = v->host, .kind = v->kind, .arena = ARENA_INIT, .asked = -1, .plan_doc = DOC_INIT};
    buf_init(&x->facts, LIMIT_DOCUMENT);
    buf_init(&x->outcome, LIMIT_DOCUMENT);
    buf_init(&x->plan_text, LIMIT_DOCUMENT);
    buf_init(&x->fresh, LIMIT_JOURNAL);
    x->folder = fleet_folder(&x->arena, d->r->state, record_of(x)->name);
    if (!x->folder)
        err_nomem(e);
    else if (reach(d->r, pc, &x->target, &q, e)) {
        q.calls = &calls;
        q.arg = x;
        x->contact = contact_open(&d->loop, &q, e);
    }
    if (!x->contact)
        errand_free(x);
    return !e->code;
}
