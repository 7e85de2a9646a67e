#include "core/base/frame.h"
#include "core/base/limits.h"
#include "core/visit/pack.h"
#include "core/visit/session.h"

#include <stdio.h>
#include <string.h>

enum { DATA_FACTS, DATA_JOURNAL, DATA_OUTCOME, DATA_PLAN, DATA_COUNT };
enum stage { STAGE_GREETING, STAGE_GREETED, STAGE_HELLO, STAGE_READY, STAGE_ASKED };

/* What goes out: a header, bytes of somebody else or our own, a newline. The worker has neither head nor newline, packed only its size. */
struct piece {
    char head[FRAME_HEAD + 1];
    const char *bytes;
    size_t n;
    char *own;
    bool bare;
};

struct session {
    const struct worker_file *worker;
    const char *machine; /* NULL: any */
    struct session_calls calls;
    struct arena arena;
    enum stage stage;
    struct greeting greeting;
    struct greeting second; /* behind it: that the worker could not be taken or run after all */
    struct frame_reader reader;
    struct piece queue[SESSION_FRAMES];
    size_t first, queued; /* a ring */
    size_t gone;          /* bytes of the first piece that were written */
    bool pushed;
    bool unasked; /* frames went out, and the request that needs them did not */
    bool ours; /* the failure is a callback's, not the PC's */
    struct err failed;
    /* the request that is not answered yet */
    int what;
    long long from;
    char *run;
    size_t brought[DATA_COUNT]; /* bytes of each kind of data frame */
};

/* What each request may be answered with: events, and the most bytes of each kind of data. */
static const char *const data_names[DATA_COUNT] = {"facts", "journal", "outcome", "plan"};

#define EVENT(x) (1u << ANSWER_##x)
#define STANDS (EVENT(PROGRESS) | EVENT(OVER) | EVENT(NONE_YET) | EVENT(OTHER))
static const struct {
    unsigned events;
    size_t most[DATA_COUNT];
} allowed[DO_COUNT] = {
    [DO_DETECT] = {EVENT(PROGRESS), {[DATA_FACTS] = LIMIT_DOCUMENT}},
    [DO_PROVE] = {EVENT(PROVED) | EVENT(BROKEN) | EVENT(PROGRESS), {0}},
    [DO_OFFER] = {EVENT(PROGRESS) | EVENT(NONE_YET) | EVENT(OTHER) | EVENT(NO_START), {0}},
    [DO_START] = {EVENT(STARTED) | EVENT(OVER) | EVENT(NONE_YET) | EVENT(OTHER) | EVENT(NO_START), {0}},
    [DO_POLL] = {STANDS, {[DATA_JOURNAL] = VISIT_PIECE}},
    [DO_COLLECT] = {STANDS | EVENT(WHOLE), {[DATA_JOURNAL] = LIMIT_JOURNAL, [DATA_OUTCOME] = LIMIT_DOCUMENT}},
    [DO_ACK] = {STANDS | EVENT(ACKED), {0}},
    [DO_VERIFY] = {EVENT(PROVED) | EVENT(BROKEN) | EVENT(PROGRESS) | EVENT(NONE_YET) | EVENT(OTHER), {0}},
    [DO_ATTACH] = {EVENT(PROGRESS) | EVENT(NONE_YET) | EVENT(OTHER), {[DATA_PLAN] = LIMIT_DOCUMENT}},
};

struct session *session_new(const struct worker_file *w, const char *machine, const struct session_calls *calls, struct err *e)
{
    struct session *s = mem_alloc(sizeof *s);

    if (!s) {
        err_nomem(e);
        return NULL;
    }
    memset(s, 0, sizeof *s);
    s->worker = w;
    s->calls = *calls;
    frame_reader_init(&s->reader, FRAME_MAX);
    if (machine) {
        s->machine = arena_strdup(&s->arena, machine);
        if (!s->machine) {
            session_free(s);
            err_nomem(e);
            return NULL;
        }
    }
    return s;
}

static void drop_first(struct session *s)
{
    mem_free(s->queue[s->first].own);
    memset(&s->queue[s->first], 0, sizeof s->queue[0]);
    s->first = (s->first + 1) % SESSION_FRAMES;
    s->queued--;
    s->gone = 0;
}

void session_free(struct session *s)
{
    if (!s)
        return;
    while (s->queued)
        drop_first(s);
    frame_reader_free(&s->reader);
    mem_free(s->run);
    arena_free(&s->arena);
    mem_free(s);
}

/* --- going out ------------------------------------------------------------------------------------------------- */

static struct piece *push(struct session *s, struct err *e)
{
    struct piece *ret = &s->queue[(s->first + s->queued) % SESSION_FRAMES];

    if (s->failed.code != ERR_NONE) {
        *e = s->failed;
        return NULL;
    }
    if (s->queued == SESSION_FRAMES) {
        err_set(e, ERR_BUG, "more than %d frames at the same time", SESSION_FRAMES);
        return NULL;
    }
    s->queued++;
    return ret;
}

static bool add_frame(struct session *s, const char *type, const char *p, size_t n, char *own, struct err *e)
{
    struct piece *x;
    struct buf head;
    bool ok;

    if (n > FRAME_MAX)
        return err_set(e, ERR_LIMIT, "the %s has %zu bytes, and a visit takes %u at once", type, n, FRAME_MAX);
    buf_init(&head, FRAME_HEAD);
    ok = frame_head(&head, type, n, e);
    x = ok ? push(s, e) : NULL;
    if (x) {
        memcpy(x->head, buf_str(&head), head.len + 1);
        x->bytes = p;
        x->n = n;
        x->own = own;
    }
    buf_free(&head);
    return x != NULL;
}

bool session_frame(struct session *s, const char *type, const char *p, size_t n, struct err *e)
{
    if (s->stage != STAGE_READY)
        return err_set(e, ERR_BUG, "a frame for a PC that has not said hello, or has not answered yet");
    s->unasked = true;
    return add_frame(s, type, p, n, NULL, e);
}

static char *copied(const char *p, size_t n)
{
    char *ret = mem_alloc(n + 1);

    if (ret) {
        memcpy(ret, p, n);
        ret[n] = '\0';
    }
    return ret;
}

/* Its text, and what of it the answer is held against. */
static bool queue_request(struct session *s, const struct visit_request *r, const struct buf *text, struct err *e)
{
    char *own = copied(buf_str(text), text->len), *run = r->run ? copied(r->run, strlen(r->run)) : NULL;

    if (!own || (r->run && !run))
        err_nomem(e);
    else if (add_frame(s, "request", own, text->len, own, e)) {
        mem_free(s->run);
        s->run = run;
        s->what = r->what;
        s->from = r->from;
        memset(s->brought, 0, sizeof s->brought);
        s->stage = STAGE_ASKED;
        s->unasked = false;
        return true;
    }
    mem_free(own);
    mem_free(run);
    return false;
}

bool session_ask(struct session *s, const struct visit_request *r, struct err *e)
{
    struct buf text;
    json_t *j;
    bool ok;

    if (s->stage != STAGE_READY)
        return err_set(e, ERR_BUG, "a request to a PC that has not said hello, or has not answered the one before");
    j = schema_write(&visit_request_schema, r);
    if (!j)
        return err_nomem(e);
    buf_init(&text, SESSION_DOCUMENT);
    ok = json_text(j, false, &text, e) && buf_ok(&text, "a request", e) && queue_request(s, r, &text, e);
    buf_free(&text);
    json_decref(j);
    return ok;
}

/* Where in the first piece the writing stands. */
static const char *rest_of(const struct piece *x, size_t gone, size_t *n)
{
    size_t head = strlen(x->head);

    if (gone < head) {
        *n = head - gone;
        return x->head + gone;
    }
    gone -= head;
    *n = gone < x->n ? x->n - gone : 1;
    return gone < x->n ? x->bytes + gone : "\n";
}

static size_t size_of(const struct piece *x)
{
    return strlen(x->head) + x->n + !x->bare;
}

bool session_output(const struct session *s, const char **p, size_t *n)
{
    if (!s->queued || s->failed.code != ERR_NONE)
        return false;
    *p = rest_of(&s->queue[s->first], s->gone, n);
    return true;
}

void session_wrote(struct session *s, size_t n)
{
    while (s->queued) {
        size_t rest = size_of(&s->queue[s->first]) - s->gone;

        if (n < rest) {
            s->gone += n;
            return;
        }
        n -= rest;
        drop_first(s);
    }
}

size_t session_pending(const struct session *s)
{
    return s->queued;
}

/* --- coming in ------------------------------------------------------------------------------------------------- */

/* Texts of the PC may hold anything; what is told of them may not. */
static bool nonsense(struct err *e, const char *what, const char *s)
{
    struct buf shown;

    buf_init(&shown, sizeof e->text);
    text_show(&shown, s);
    err_set(e, ERR_INPUT, "%s: %s", what, shown.failed ? "a text too long to show" : buf_str(&shown));
    buf_free(&shown);
    return false;
}

/* A document of the PC's: what is wrong with it is told harmlessly; want of memory stays what it is. */
static bool read_document(const struct schema *schema, const struct frame *f, struct doc *d, void *ret, struct err *e)
{
    struct err why = ERR_INIT;

    if (f->len > SESSION_DOCUMENT)
        return err_set(e, ERR_INPUT, "its %s has %zu bytes, at most %d are allowed", schema->name, f->len, SESSION_DOCUMENT);
    if (doc_read(d, schema, schema->name, f->data, f->len, ret, &why))
        return true;
    if (why.code != ERR_NOMEM)
        return nonsense(e, "it said what cannot be read", why.text);
    *e = why;
    return false;
}

/* A callback has spoken: its errors are not the PC's. */
static bool heard(struct session *s, bool ok)
{
    s->ours = !ok;
    return ok;
}

static bool take_hello(struct session *s, const struct frame *f, struct err *e)
{
    struct doc d = DOC_INIT;
    struct visit_hello h;
    bool ok;

    if (!text_eq(f->type, "hello"))
        return nonsense(e, "it should have said hello, and sent a frame", f->type);
    ok = read_document(&visit_hello_schema, f, &d, &h, e);
    if (ok && s->machine && !text_eq(h.machine, s->machine))
        ok = nonsense(e, "another PC answers at this address than before; its machine id is", h.machine);
    if (ok) {
        s->stage = STAGE_READY;
        ok = heard(s, s->calls.hello(s->calls.arg, &h, e));
    }
    doc_free(&d);
    return ok;
}

static bool take_data(struct session *s, const struct frame *f, struct err *e)
{
    for (int i = 0; i < DATA_COUNT; i++) {
        size_t most = allowed[s->what].most[i];

        if (!text_eq(f->type, data_names[i]))
            continue;
        if (!most)
            return err_set(e, ERR_INPUT, "it sent %s, which nobody asked for", f->type);
        if (i == DATA_JOURNAL && s->what == DO_COLLECT)
            most -= (size_t)s->from;
        s->brought[i] += f->len;
        if (s->brought[i] > most)
            return err_set(e, ERR_INPUT, "it sends more than %zu bytes of %s", most, f->type);
        return heard(s, s->calls.data(s->calls.arg, f->type, f->data, f->len, e));
    }
    return nonsense(e, "it sent a frame that nobody asked for", f->type);
}

/* Is what came before the answer what it says? */
static bool check_brought(const struct session *s, const struct visit_answer *a, struct err *e)
{
    if (s->brought[DATA_JOURNAL] && s->from + (long long)s->brought[DATA_JOURNAL] > a->size)
        return err_set(e, ERR_INPUT, "it sent more of the journal than the %lld bytes that it says it has", a->size);
    if (a->event == ANSWER_WHOLE && !s->brought[DATA_OUTCOME])
        return err_set(e, ERR_INPUT, "it says that all is there, and sent no outcome");
    if (s->what == DO_DETECT && !s->brought[DATA_FACTS] && !a->error)
        return err_set(e, ERR_INPUT, "it was asked for its facts and sent none");
    if (s->what == DO_ATTACH && a->event == ANSWER_PROGRESS && !s->brought[DATA_PLAN] && !a->error)
        return err_set(e, ERR_INPUT, "it was asked for the plan of its run and sent none");
    return true;
}

/* Does it belong to what was asked? */
static bool check_answer(const struct session *s, const struct visit_answer *a, struct err *e)
{
    if (a->what != s->what)
        return err_set(e, ERR_INPUT, "it was asked to %s and answered to %s", visit_do_names[s->what], visit_do_names[a->what]);
    if (!(allowed[s->what].events & 1u << a->event))
        return err_set(e, ERR_INPUT, "'%s' is no answer to '%s'", visit_event_names[a->event], visit_do_names[s->what]);
    if (a->run && s->run && a->event != ANSWER_OTHER && !text_eq(a->run, s->run))
        return nonsense(e, "it answered for another run", a->run);
    if (a->lacks.n && (s->what != DO_OFFER || a->event != ANSWER_PROGRESS))
        return err_set(e, ERR_INPUT, "it asks for files that nobody offered");
    return check_brought(s, a, e);
}

static bool take_answer(struct session *s, const struct frame *f, struct err *e)
{
    struct doc d = DOC_INIT;
    struct visit_answer a;
    bool ok = read_document(&visit_answer_schema, f, &d, &a, e) && check_answer(s, &a, e);

    if (ok) {
        s->stage = STAGE_READY;
        ok = heard(s, s->calls.answer(s->calls.arg, &a, e));
    }
    doc_free(&d);
    return ok;
}

static bool take_frame(void *arg, const struct frame *f, struct err *e)
{
    struct session *s = arg;

    if (s->stage == STAGE_READY)
        return nonsense(e, "it sent a frame without being asked", f->type);
    if (s->stage != STAGE_ASKED)
        return take_hello(s, f, e);
    return text_eq(f->type, "answer") ? take_answer(s, f, e) : take_data(s, f, e);
}

/* The script's own failure, in the PC's words. */
static bool refused(const struct greeting *g, struct err *e)
{
    (void)nonsense(e, "the PC could not take the worker", *g->text ? g->text : "it does not say why");
    e->code = ERR_OS;
    return false;
}

static struct piece *push_worker(struct session *s, const char *bytes, size_t n, struct err *e)
{
    struct piece *x = n ? push(s, e) : NULL;

    if (!x) {
        err_set(e, ERR_BUG, "there is no worker to send");
        return NULL;
    }
    x->bare = true;
    x->bytes = bytes;
    x->n = n;
    s->stage = STAGE_GREETED;
    s->pushed = true;
    return x;
}

static bool push_packed(struct session *s, struct err *e)
{
    const struct worker_file *w = s->worker;
    struct piece *x;

    if (!w->packed)
        return err_set(e, ERR_INPUT, "it wants the worker packed, which it was not offered");
    if (!w->packed->len && !pack_gzip(w->bytes, w->size, w->packed, e))
        return heard(s, false);
    x = push_worker(s, w->packed->data, w->packed->len, e);
    if (x)
        snprintf(x->head, sizeof x->head, "%zu\n", w->packed->len);
    return x != NULL;
}

static bool take_greeting(struct session *s, const char *p, size_t n, size_t *used, struct err *e)
{
    if (!greeting_feed(&s->greeting, p, n, used, e))
        return false;
    switch (s->greeting.kind) {
    case GREETING_NONE:
        return true;
    case GREETING_FAILED:
        return refused(&s->greeting, e);
    case GREETING_HAVE:
        s->stage = STAGE_GREETED;
        return true;
    case GREETING_WANT:
        return push_worker(s, s->worker->bytes, s->worker->size, e) != NULL;
    default:
        return push_packed(s, e);
    }
}

/* Next comes its first frame, or that there will be none. */
static bool take_first(struct session *s, const char *p, size_t n, size_t *used, struct err *e)
{
    *used = 0;
    if (!s->second.seen && *p == '#') {
        s->stage = STAGE_HELLO;
        return true;
    }
    if (!greeting_feed(&s->second, p, n, used, e))
        return false;
    if (s->second.kind == GREETING_FAILED)
        return refused(&s->second, e);
    return s->second.kind == GREETING_NONE || err_set(e, ERR_INPUT, "it greeted twice");
}

static bool take(struct session *s, const char *p, size_t n, struct err *e)
{
    while (n) {
        size_t used = n;
        bool ok = s->stage == STAGE_GREETING ? take_greeting(s, p, n, &used, e)
                  : s->stage == STAGE_GREETED ? take_first(s, p, n, &used, e)
                                             : frame_feed(&s->reader, p, n, take_frame, s, e);

        if (!ok)
            return false;
        p += used;
        n -= used;
    }
    return true;
}

bool session_input(struct session *s, const char *p, size_t n, struct err *e)
{
    if (s->failed.code == ERR_NONE && !take(s, p, n, &s->failed)) {
        /* A frame or a greeting that is too long is the PC's doing, as everything else that was not ours. */
        if (!s->ours && s->failed.code == ERR_LIMIT)
            s->failed.code = ERR_INPUT;
    }
    if (s->failed.code == ERR_NONE)
        return true;
    *e = s->failed;
    return false;
}

/* --- its end ------------------------------------------------------------------------------------------------------ */

bool session_end(struct session *s, struct err *e)
{
    struct err inside = ERR_INIT;

    if (s->failed.code != ERR_NONE) {
        *e = s->failed;
        return false;
    }
    if (s->stage == STAGE_GREETING)
        err_set(e, ERR_IO, "it ended before the PC said anything");
    else if (s->stage == STAGE_GREETED || s->stage == STAGE_HELLO)
        err_set(e, ERR_IO, "it broke off before the worker said hello%s", s->queued ? ", while that was on its way" : "");
    else if (s->stage == STAGE_ASKED)
        err_set(e, ERR_IO, "it broke off before the answer to '%s'", visit_do_names[s->what]);
    else if (s->unasked)
        err_set(e, ERR_IO, "it broke off while it was sent what it needs");
    else if (!frame_end(&s->reader, &inside))
        err_set(e, ERR_IO, "it broke off: %s", inside.text);
    else
        return true;
    e->retryable = true;
    return false;
}

bool session_greeted(const struct session *s)
{
    return s->greeting.kind != GREETING_NONE;
}

bool session_sent_worker(const struct session *s)
{
    return s->pushed;
}

bool session_idle(const struct session *s)
{
    return s->stage == STAGE_READY && s->failed.code == ERR_NONE;
}
