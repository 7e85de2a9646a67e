#include "core/run/journal.h"
#include "core/fleet/copy.h"

#include <string.h>

void copy_init(struct copy *c, const struct plan *plan)
{
    memset(c, 0, sizeof *c);
    c->plan = plan;
    c->at = c->off_since = INSTANT_NONE;
    digest_init(&c->digest);
    buf_init(&c->tail, LIMIT_RECORD + 1);
    memset(c->head, '0', sizeof c->head - 1);
}

void copy_free(struct copy *c)
{
    buf_free(&c->tail);
}

void copy_from(struct copy *c)
{
    buf_clear(&c->tail);
}

/* --- what a record says ---------------------------------------------------------------------------------------- */

static int64_t span(instant from, instant to)
{
    int64_t ms;

    if (__builtin_sub_overflow(to, from, &ms))
        return to > from ? INT64_MAX : 0;
    return ms > 0 ? ms : 0;
}

static int64_t sum(int64_t a, int64_t b)
{
    int64_t ret;

    return __builtin_add_overflow(a, b, &ret) ? INT64_MAX : ret;
}

/* A gap begins when protection was last seen on, not when it was first seen off (core/verify/outcome.c reckons so, too). */
static void add_protection(struct copy *c, const struct event *ev)
{
    const char *last = json_string_value(json_object_get(ev->data, "last_on"));

    c->looked = true;
    c->answer = ev->answer;
    if (ev->answer == TRI_YES) {
        if (c->off_since != INSTANT_NONE)
            c->gap_ms = sum(c->gap_ms, span(c->off_since, ev->at));
        c->off_since = INSTANT_NONE;
    } else if (c->off_since == INSTANT_NONE && !(last && instant_parse(last, &c->off_since))) {
        c->off_since = ev->at;
    }
}

static void keep_text(struct copy *c, const char *s)
{
    size_t n = s ? strlen(s) : 0;

    if (n >= sizeof c->text)
        for (n = sizeof c->text - 1; n && (s[n] & 0xc0) == 0x80; n--) /* not within a character */
            ;
    memcpy(c->text, s ? s : "", n);
    c->text[n] = '\0';
}

static int result_named(const char *name)
{
    for (int i = 0; name && run_result_names[i]; i++)
        if (strcmp(run_result_names[i], name) == 0)
            return i;
    return RESULT_RUNNING;
}

/* Of this plan, and of no other: the first record says of which. */
static bool belongs(struct copy *c, const struct event *ev, struct err *e)
{
    if ((ev->n == 1) != (ev->kind == EVENT_RUN))
        return err_set(e, ERR_TAMPERED, "record %lld: a journal begins with the plan that it is of, and names it once", ev->n);
    if (ev->n == 1) {
        if (!ev->plan || !digest_is(ev->plan))
            return err_set(e, ERR_TAMPERED, "its first record does not name a plan");
        memcpy(c->digest_of_plan, ev->plan, DIGEST_TEXT);
        if (c->plan && !text_eq(ev->plan, c->plan->digest))
            return err_set(e, ERR_TAMPERED, "it is the journal of another plan, and with it of another PC or another run");
    }
    if (c->plan && ev->step && !plan_step(c->plan, ev->step))
        return err_set(e, ERR_TAMPERED, "record %lld is of a step that the plan does not have", ev->n);
    return true;
}

static void add_event(struct copy *c, const struct event *ev)
{
    c->records = ev->n;
    c->at = ev->at;
    switch (ev->kind) {
    case EVENT_START:
        c->stopped = false;
        break;
    case EVENT_PROTECTION:
        add_protection(c, ev);
        break;
    case EVENT_ROLLBACK:
        keep_text(c, ev->text);
        break;
    case EVENT_STOP:
        c->stopped = true;
        c->stop_exit = ev->exit;
        keep_text(c, ev->text);
        break;
    case EVENT_FINISH:
        c->finished = true;
        c->exit = ev->exit;
        c->result = result_named(ev->result);
        keep_text(c, ev->text);
        break;
    default:
        break;
    }
}

/* --- bytes --------------------------------------------------------------------------------------------------------- */

/* One whole line with its newline. */
static bool add_line(struct copy *c, const char *line, size_t n, struct buf *whole, struct err *e)
{
    struct doc d = DOC_INIT;
    struct journal j = {.n = c->records, .doc = &d};
    size_t used;
    bool ok;

    memcpy(j.head, c->head, sizeof j.head);
    ok = !c->finished || err_set(e, ERR_TAMPERED, "it goes on behind its end");
    ok = ok && journal_continue("the PC's journal", line, n, &j, &used, e) && belongs(c, &j.events.v[0], e);
    if (ok && whole) {
        buf_add(whole, line, n);
        ok = buf_ok(whole, "the journal", e);
    }
    if (ok) {
        add_event(c, &j.events.v[0]);
        memcpy(c->head, j.head, sizeof c->head);
        digest_add(&c->digest, line, n);
        c->size += n;
    }
    doc_free(&d);
    return ok;
}

/* The line that began in an earlier piece. */
static bool end_tail(struct copy *c, const char *p, size_t n, struct buf *whole, struct err *e)
{
    bool ok;

    buf_add(&c->tail, p, n);
    ok = buf_ok(&c->tail, "a record", e) && add_line(c, buf_str(&c->tail), c->tail.len, whole, e);
    buf_clear(&c->tail);
    return ok;
}

static bool add(struct copy *c, const char *p, size_t n, struct buf *whole, struct err *e)
{
    const char *end = p + n;

    if (n > LIMIT_JOURNAL - c->size - c->tail.len)
        return err_set(e, ERR_LIMIT, "its journal is longer than %u bytes", LIMIT_JOURNAL);
    while (p < end) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        size_t line = nl ? (size_t)(nl - p) + 1 : (size_t)(end - p);

        if (line + c->tail.len > LIMIT_RECORD)
            return err_set(e, ERR_TAMPERED, "record %lld is longer than %u bytes", c->records + 1, LIMIT_RECORD);
        if (!nl) {
            buf_add(&c->tail, p, line);
            return buf_ok(&c->tail, "a record", e);
        }
        if (!(c->tail.len ? end_tail(c, p, line, whole, e) : add_line(c, p, line, whole, e)))
            return false;
        p = nl + 1;
    }
    return true;
}

/* The reader's texts quote values of the PC's. */
static void harmless(struct err *e)
{
    struct buf shown;

    buf_init(&shown, 4 * sizeof e->text);
    text_show(&shown, e->text);
    if (!shown.failed)
        err_set(e, e->code, "%s", buf_str(&shown));
    buf_free(&shown);
}

bool copy_add(struct copy *c, const char *p, size_t n, struct buf *whole, struct err *e)
{
    if (c->bad)
        return err_set(e, ERR_TAMPERED, "its journal was refused before");
    if (add(c, p, n, whole, e))
        return true;
    c->bad = true;
    harmless(e);
    return false;
}

void copy_digest(const struct copy *c, char hex[DIGEST_TEXT])
{
    struct digest d = c->digest;

    if (c->size)
        digest_end(&d, hex);
    else
        hex[0] = '\0';
}

bool copy_whole(const struct copy *c, size_t size, const struct outcome *o, struct err *e)
{
    if (c->bad)
        return err_set(e, ERR_TAMPERED, "its journal was refused");
    if (c->tail.len || c->size != size)
        return err_set(e, ERR_TAMPERED, "%zu bytes of its journal are here, and it says that it has %zu", c->size + c->tail.len, size);
    if (!c->finished && !c->stopped)
        return err_set(e, ERR_TAMPERED, "it says that the run is over, and its journal has no end");
    if (!o)
        return err_set(e, ERR_TAMPERED, "it says that the run is over, and sent no outcome");
    if (c->plan && !text_eq(o->plan, c->plan->id))
        return err_set(e, ERR_TAMPERED, "the outcome that it sent is of another plan");
    if (!text_eq(o->journal_head, c->head))
        return err_set(e, ERR_TAMPERED, "the outcome that it sent was not made from its journal");
    if (o->exit != (c->finished ? c->exit : c->stop_exit) || (c->finished && o->result != c->result))
        return err_set(e, ERR_TAMPERED, "the outcome that it sent says another end than its journal");
    return true;
}
