#include "core/visit/contact.h"

#include "core/base/limits.h"
#include "core/visit/child.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define READ_BYTES (64u << 10)
#define WRITE_BYTES (128u << 10)
#define AFTER_EXIT_MS 2000 /* what it left running may hold its pipes open */
#define TERM_MS 3000

struct contact {
    struct contact_request r;
    struct session *session;
    struct child child;
    uv_timer_t timer;
    uv_write_t write;
    size_t writing;     /* bytes of the write under way; 0: none */
    int open;           /* handles that are not yet closed */
    int readers;        /* of out and errors */
    bool exited, closed, ending, told;
    bool in_shut;
    int status, signal;
    bool timed_out;
    uint64_t began, moved; /* uv_now() */
    uint64_t allowed;      /* ms beyond CONTACT_WHOLE_MS */
    struct err failed;     /* of the session or of a callback */
    bool bad;
    char bytes[READ_BYTES];
    char kept[TRANSPORT_ERRORS]; /* of standard error: first and last half */
    size_t kept_n;
};

/* ---- the end ---- */

static void free_when_closed(uv_handle_t *h)
{
    struct contact *c = h->data;

    if (--c->open)
        return;
    session_free(c->session);
    mem_free(c);
}

static void close_handle(void *handle)
{
    uv_handle_t *h = handle;

    if (!uv_is_closing(h))
        uv_close(h, free_when_closed);
}

static void close_all(struct contact *c)
{
    close_handle(&c->child.in);
    close_handle(&c->child.out);
    close_handle(&c->child.errors);
    close_handle(&c->child.ends);
    close_handle(&c->timer);
}

static enum contact_how how_it_ended(struct contact *c, const struct link_end *end, struct contact_end *ret, struct buf *text)
{
    struct err e = ERR_INIT;

    if (c->bad) {
        ret->e = &c->failed;
        buf_adds(text, c->failed.text);
        return c->failed.code == ERR_INPUT ? CONTACT_NONSENSE : c->failed.code == ERR_OS ? CONTACT_UNABLE
               : c->failed.code == ERR_IO ? CONTACT_LINK : CONTACT_FAILED;
    }
    if (session_end(c->session, &e))
        return CONTACT_WELL;
    ret->link = c->r.transport->classify(c->r.target, end, text);
    if (ret->link == LINK_OK) { /* the client was content, the conversation was not at its end */
        ret->link = LINK_SILENT;
        buf_clear(text);
        buf_adds(text, e.text);
    }
    return CONTACT_LINK;
}

static void tell(struct contact *c)
{
    struct link_end end = {.status = c->status, .signal = c->signal, .timed_out = c->timed_out,
                           .greeted = session_greeted(c->session), .errors = c->kept, .errors_len = c->kept_n};
    struct contact_end ret = {.link = LINK_OK, .greeted = end.greeted};
    struct buf text;

    c->told = true;
    buf_init(&text, LIMIT_RECORD);
    ret.how = how_it_ended(c, &end, &ret, &text);
    ret.text = ret.how == CONTACT_WELL ? "" : buf_str(&text);
    c->r.calls->over(c->r.arg, c, &ret);
    buf_free(&text);
    close_all(c);
}

static void tell_when_over(struct contact *c)
{
    if (c->exited && !c->readers && !c->told)
        tell(c);
}

/* ---- deadlines ---- */

static void timer_rings(uv_timer_t *t);

static void watch(struct contact *c, uint64_t ms)
{
    uv_timer_start(&c->timer, timer_rings, ms, 0);
}

static void end_child(struct contact *c)
{
    child_kill(&c->child, c->ending ? SIGKILL : SIGTERM);
    c->ending = true;
    watch(c, TERM_MS);
}

static void timer_rings(uv_timer_t *t)
{
    struct contact *c = t->data;
    uint64_t now = uv_now(t->loop), quiet = c->moved + CONTACT_QUIET_MS, whole = c->began + CONTACT_WHOLE_MS + c->allowed;
    uint64_t at = quiet < whole ? quiet : whole;

    if (c->exited) { /* its pipes are held by something it left */
        c->readers = 0;
        tell_when_over(c);
        return;
    }
    if (!c->ending && now < at) {
        watch(c, at - now);
        return;
    }
    c->timed_out = c->timed_out || !c->ending;
    end_child(c);
}

static void fail(struct contact *c, const struct err *e)
{
    if (!c->bad)
        c->failed = *e;
    c->bad = true;
    if (!c->ending)
        end_child(c);
}

/* ---- bytes out ---- */

static void pump(struct contact *c);

static void shut(struct contact *c)
{
    if (c->in_shut)
        return;
    c->in_shut = true;
    close_handle(&c->child.in);
}

static void written(uv_write_t *w, int status)
{
    struct contact *c = w->data;
    size_t n = c->writing;

    c->writing = 0;
    if (c->told || c->in_shut)
        return;
    if (status < 0) { /* the reason comes with the child's end */
        shut(c);
        return;
    }
    c->moved = uv_now(c->timer.loop);
    session_wrote(c->session, n);
    pump(c);
}

/* More of what goes in pieces. A request that is asked instead is written by contact_ask(). */
static bool refill(struct contact *c, const char **p, size_t *n)
{
    struct err e = ERR_INIT;

    if (!c->r.calls->drained || c->closed || !session_idle(c->session))
        return false;
    if (!c->r.calls->drained(c->r.arg, c, &e)) {
        fail(c, &e);
        return false;
    }
    return !c->writing && !c->in_shut && session_output(c->session, p, n);
}

static void pump(struct contact *c)
{
    const char *p;
    uv_buf_t b;
    size_t n;

    if (c->writing || c->in_shut || c->bad)
        return;
    if (!session_output(c->session, &p, &n) && !refill(c, &p, &n)) {
        if (c->closed && !c->writing)
            shut(c);
        return;
    }
    c->writing = n < WRITE_BYTES ? n : WRITE_BYTES;
    b = uv_buf_init((char *)(uintptr_t)p, (unsigned)c->writing); /* libuv only reads it */
    if (uv_write(&c->write, (uv_stream_t *)&c->child.in, &b, 1, written) < 0) {
        c->writing = 0;
        shut(c);
    }
}

/* ---- bytes in ---- */

static void give_room(uv_handle_t *h, size_t size, uv_buf_t *ret)
{
    struct contact *c = h->data;

    (void)size;
    *ret = uv_buf_init(c->bytes, sizeof c->bytes);
}

static void reader_ends(struct contact *c, uv_stream_t *s)
{
    uv_read_stop(s);
    if (c->readers)
        c->readers--;
    tell_when_over(c);
}

static void out_came(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
    struct contact *c = s->data;
    struct err e = ERR_INIT;

    if (n < 0) {
        reader_ends(c, s);
        return;
    }
    c->moved = uv_now(s->loop);
    if (c->bad || n == 0) /* the rest of a PC that is not listened to any more is read and forgotten, so that its child ends */
        return;
    if (!session_input(c->session, b->base, (size_t)n, &e))
        fail(c, &e);
    pump(c);
}

/* The first half and the last half of the room hold the first and the last bytes. */
static void keep_errors(struct contact *c, const char *p, size_t n)
{
    size_t half = sizeof c->kept / 2, room = sizeof c->kept - c->kept_n, skip;

    if (n <= room) {
        memcpy(c->kept + c->kept_n, p, n);
        c->kept_n += n;
        return;
    }
    memcpy(c->kept + c->kept_n, p, room);
    p += room;
    n -= room;
    c->kept_n = sizeof c->kept;
    skip = n > half ? n - half : 0;
    p += skip;
    n -= skip;
    memmove(c->kept + half, c->kept + half + n, half - n);
    memcpy(c->kept + sizeof c->kept - n, p, n);
}

static void errors_came(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
    struct contact *c = s->data;

    if (n < 0)
        reader_ends(c, s);
    else
        keep_errors(c, b->base, (size_t)n);
}

static void child_exits(struct child *child, int status, int sig)
{
    struct contact *c = child->ends.data;

    c->exited = true;
    c->status = status;
    c->signal = sig;
    watch(c, AFTER_EXIT_MS);
    tell_when_over(c);
}

/* ---- the session's calls ---- */

static bool on_hello(void *arg, const struct visit_hello *h, struct err *e)
{
    struct contact *c = arg;

    return c->r.calls->hello(c->r.arg, c, h, e);
}

static bool on_data(void *arg, const char *type, const char *p, size_t n, struct err *e)
{
    struct contact *c = arg;

    return c->r.calls->data(c->r.arg, c, type, p, n, e);
}

static bool on_answer(void *arg, const struct visit_answer *a, struct err *e)
{
    struct contact *c = arg;

    return c->r.calls->answer(c->r.arg, c, a, e);
}

/* ---- its face ---- */

static bool start(struct contact *c, uv_loop_t *loop, struct err *e)
{
    const struct session_calls calls = {c, on_hello, on_data, on_answer};
    struct arena a = ARENA_INIT;
    struct strs argv = {.n = 0};
    bool ok = c->r.transport->launch(c->r.target, c->r.options, c->r.worker, &a, &argv, e) &&
              (c->session = session_new(c->r.worker, c->r.machine, &calls, e)) != NULL;

    if (ok) {
        uv_timer_init(loop, &c->timer);
        c->timer.data = c;
        c->child.over = child_exits;
        c->open = 5; /* whatever comes of it */
        ok = child_start(&c->child, loop, &argv, c, e);
    }
    arena_free(&a);
    return ok;
}

struct contact *contact_open(uv_loop_t *loop, const struct contact_request *r, struct err *e)
{
    struct contact *c = mem_alloc(sizeof *c);

    if (!c) {
        err_nomem(e);
        return NULL;
    }
    memset(c, 0, offsetof(struct contact, bytes));
    c->kept_n = 0;
    c->r = *r;
    if (!start(c, loop, e)) {
        c->told = true;
        if (!c->open) {
            session_free(c->session);
            mem_free(c);
            return NULL;
        }
        close_all(c);
        return NULL;
    }
    c->write.data = c;
    c->readers = 2;
    c->began = c->moved = uv_now(loop);
    uv_read_start((uv_stream_t *)&c->child.out, give_room, out_came);
    uv_read_start((uv_stream_t *)&c->child.errors, give_room, errors_came);
    watch(c, CONTACT_QUIET_MS);
    return c;
}

bool contact_frame(struct contact *c, const char *type, const char *p, size_t n, struct err *e)
{
    return session_frame(c->session, type, p, n, e);
}

bool contact_ask(struct contact *c, const struct visit_request *r, struct err *e)
{
    bool ok = session_ask(c->session, r, e);

    pump(c);
    return ok;
}

void contact_close(struct contact *c)
{
    c->closed = true;
    pump(c);
}

void contact_allow(struct contact *c, long long bytes)
{
    c->allowed += (uint64_t)bytes * 1000 / CONTACT_SLOWEST;
}

void contact_kill(struct contact *c)
{
    if (!c->told && !c->exited)
        end_child(c);
}
