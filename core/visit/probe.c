#include "core/visit/probe.h"

#include "core/visit/child.h"

#include <signal.h>
#include <string.h>

#define WAY_BYTES (32u << 10)

struct probe {
    struct probe_request r;
    struct way way;
    uv_loop_t *loop;
    uv_timer_t timer;
    struct child child;       /* ssh -G */
    uv_getaddrinfo_t lookup;
    uv_tcp_t tcp;
    uv_connect_t connect;
    struct addrinfo *all, *next;
    size_t tried;
    int open;                 /* handles that are not yet closed */
    bool looking_up, ending;
    int told;                 /* of the two that end ssh -G: its exit and the end of what it says */
    int status;
    enum probe_end end;
    char text[WAY_BYTES];
    size_t text_n;
};

/* ---- the end ---- */

static void free_when_closed(struct probe *p)
{
    if (!p->ending || p->open || p->looking_up)
        return;
    uv_freeaddrinfo(p->all);
    if (p->r.over)
        p->r.over(p->r.arg, p->end, &p->way);
    mem_free(p);
}

static void closed(uv_handle_t *h)
{
    struct probe *p = h->data;

    p->open--;
    free_when_closed(p);
}

static void close_handle(void *handle)
{
    uv_handle_t *h = handle;

    if (h->data && !uv_is_closing(h))
        uv_close(h, closed);
}

static void finish(struct probe *p, enum probe_end end)
{
    if (p->ending)
        return;
    p->ending = true;
    p->end = end;
    close_handle(&p->timer);
    close_handle(&p->child.in);
    close_handle(&p->child.out);
    close_handle(&p->child.errors);
    close_handle(&p->child.ends);
    close_handle(&p->tcp);
}

static void add(struct probe *p, void *handle)
{
    ((uv_handle_t *)handle)->data = p;
    p->open++;
}

/* ---- the connection ---- */

static void connect_next(struct probe *p);

static void closed_then_next(uv_handle_t *h)
{
    struct probe *p = h->data;

    p->open--;
    h->data = NULL;
    if (p->ending)
        free_when_closed(p);
    else
        connect_next(p);
}

static void connected(uv_connect_t *q, int status)
{
    struct probe *p = q->data;

    if (p->ending || uv_is_closing((uv_handle_t *)&p->tcp))
        return;
    if (status == 0)
        finish(p, PROBE_ANSWERS);
    else
        uv_close((uv_handle_t *)&p->tcp, closed_then_next);
}

static void too_late(uv_timer_t *t)
{
    struct probe *p = t->data;

    if (!uv_is_closing((uv_handle_t *)&p->tcp))
        uv_close((uv_handle_t *)&p->tcp, closed_then_next);
}

static void connect_next(struct probe *p)
{
    const struct addrinfo *at = p->next;

    if (!at || p->tried++ == PROBE_ADDRESSES) {
        finish(p, PROBE_SILENT);
        return;
    }
    p->next = at->ai_next;
    p->connect.data = p;
    uv_tcp_init(p->loop, &p->tcp);
    add(p, &p->tcp);
    if (uv_tcp_connect(&p->connect, &p->tcp, at->ai_addr, connected) < 0) {
        uv_close((uv_handle_t *)&p->tcp, closed_then_next);
        return;
    }
    uv_timer_start(&p->timer, too_late, 1000ull * (p->r.options->connect_s ? p->r.options->connect_s : TRANSPORT_CONNECT_S), 0);
}

static void looked_up(uv_getaddrinfo_t *q, int status, struct addrinfo *all)
{
    struct probe *p = q->data;

    p->looking_up = false;
    p->all = p->next = all;
    if (p->ending)
        free_when_closed(p);
    else if (status < 0)
        finish(p, PROBE_SILENT);
    else
        connect_next(p);
}

static void look_up(struct probe *p)
{
    const struct addrinfo hints = {.ai_family = p->way.family, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};

    if (!p->way.direct) {
        finish(p, PROBE_CANNOT);
        return;
    }
    p->lookup.data = p;
    p->looking_up = uv_getaddrinfo(p->loop, &p->lookup, looked_up, p->way.host, p->way.port, &hints) == 0;
    if (!p->looking_up)
        finish(p, PROBE_SILENT);
}

/* ---- ssh's answer ---- */

static void way_told(struct probe *p)
{
    if (++p->told < 2 || p->ending)
        return;
    uv_timer_stop(&p->timer);
    p->way.direct = p->status == 0 && p->r.transport->read_way(p->text, p->text_n, &p->way);
    look_up(p);
}

static void give_room(uv_handle_t *h, size_t size, uv_buf_t *ret)
{
    struct probe *p = h->data;

    (void)size;
    *ret = uv_buf_init(p->text + p->text_n, (unsigned)(sizeof p->text - p->text_n));
}

static void text_came(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
    struct probe *p = s->data;

    (void)b;
    if (n >= 0) {
        p->text_n += (size_t)n;
        return;
    }
    if (n != UV_EOF) { /* more than ssh has to say */
        p->status = -1;
        child_kill(&p->child, SIGKILL);
    }
    uv_read_stop(s);
    way_told(p);
}

static void child_exits(struct child *c, int status, int sig)
{
    struct probe *p = c->ends.data;

    p->status = p->status ? p->status : sig ? -1 : status;
    way_told(p);
}

static void no_answer(uv_timer_t *t)
{
    struct probe *p = t->data;

    if (p->status == -1) { /* it was killed, and something that it started holds its output */
        finish(p, PROBE_CANNOT);
        return;
    }
    p->status = -1;
    child_kill(&p->child, SIGKILL);
    uv_timer_start(t, no_answer, PROBE_WAY_MS, 0);
}

static bool ask_way(struct probe *p, const struct strs *argv, struct err *e)
{
    int rc;

    p->child.over = child_exits;
    p->open += 4; /* handles of the child, whatever comes of it */
    if (!child_start(&p->child, p->loop, argv, p, e))
        return false;
    close_handle(&p->child.in);
    uv_timer_start(&p->timer, no_answer, PROBE_WAY_MS, 0);
    rc = uv_read_start((uv_stream_t *)&p->child.out, give_room, text_came);
    return rc == 0 || err_set(e, ERR_OS, "%s cannot be read: %s", argv->v[0], uv_strerror(rc));
}

static bool begin(struct probe *p, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct strs argv;
    bool ok;

    if (p->r.way) {
        p->way = *p->r.way;
        look_up(p);
        return true;
    }
    if (!p->r.transport->way) {
        finish(p, PROBE_CANNOT);
        return true;
    }
    ok = p->r.transport->way(p->r.target, p->r.options, &a, &argv, e) && ask_way(p, &argv, e);
    arena_free(&a);
    return ok;
}

bool probe_open(uv_loop_t *loop, const struct probe_request *r, struct err *e)
{
    struct probe *p = mem_alloc(sizeof *p);

    if (!p)
        return err_nomem(e);
    memset(p, 0, sizeof *p);
    p->r = *r;
    p->loop = loop;
    uv_timer_init(loop, &p->timer);
    add(p, &p->timer);
    if (begin(p, e))
        return true;
    p->r.over = NULL;
    finish(p, PROBE_CANNOT);
    return false;
}
