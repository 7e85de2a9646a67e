#include "cmd/avswap/progress.h"

#include "core/base/limits.h"
#include "core/os/console.h"
#include "core/os/machine.h"
#include "core/report/page.h"

#include <stdio.h>
#include <string.h>

#define BAR 16

void progress_begin(struct progress *p, const struct cli *c)
{
    memset(p, 0, sizeof *p);
    p->cli = c;
    p->live = c->json ? c->tty_err : c->tty_out;
    p->stream = c->json ? OS_ERR : OS_OUT;
    p->style = c->json ? &c->err_style : &c->style;
    os_console_hold(true);
}

static void print(struct progress *p, const char *s, size_t n)
{
    struct err ignored = ERR_INIT;

    (void)!os_console_write(p->stream, s, n, &ignored);
}

static void erase(struct progress *p)
{
    static const char code[] = "\r\x1b[K";

    if (p->drawn)
        print(p, code, sizeof code - 1);
    p->drawn = false;
}

void progress_end(struct progress *p)
{
    erase(p);
    os_console_hold(false);
}

/* The beginning of s in at most `width` columns. */
static void add_cut(struct buf *b, const char *s, size_t width)
{
    struct buf shown;

    buf_init(&shown, LIMIT_STRING);
    text_show(&shown, s);
    while (shown.len && text_width(buf_str(&shown)) > width) {
        while (shown.len && ((unsigned char)shown.data[shown.len - 1] & 0xC0) == 0x80)
            shown.len--;
        shown.len--;
        shown.data[shown.len] = '\0';
    }
    buf_adds(b, buf_str(&shown));
    buf_free(&shown);
}

/* How long it works already; later on also how long it may, as one then begins to wonder. */
static void add_clock(struct buf *b, int64_t s, long long limit_s)
{
    buf_printf(b, "  %lld:%02lld", (long long)(s / 60), (long long)(s % 60));
    if (limit_s && s > 10)
        buf_printf(b, " of at most %lld:%02lld", limit_s / 60, limit_s % 60);
}

static void draw(struct progress *p, const struct plan *plan)
{
    int64_t s = (os_up_ms() - p->began_ms) / 1000;
    size_t total = plan->steps.n, full = total ? p->at * BAR / total : 0, used;
    const char *on = p->style->utf8 ? "\xe2\x94\x81" : "#", *off = p->style->utf8 ? "\xe2\x94\x80" : ".";
    const char *colour = !p->style->colour ? "" : p->back ? "\x1b[33m" : "\x1b[36m";
    struct buf b, count, clock;

    buf_init(&b, LIMIT_STRING);
    buf_init(&count, 256);
    buf_init(&clock, 256);
    buf_printf(&count, " %zu/%zu  %s", p->at, total, p->back ? "undoing: " : "");
    add_clock(&clock, s, p->limit_s);
    buf_printf(&b, "\r\x1b[K%s", colour);
    for (size_t i = 0; i < BAR; i++)
        buf_adds(&b, i < full ? on : off);
    buf_printf(&b, "%s%s", *colour ? "\x1b[0m" : "", buf_str(&count));
    used = BAR + count.len + clock.len + 1;
    add_cut(&b, p->title, (size_t)p->style->width > used ? (size_t)p->style->width - used : 0);
    buf_adds(&b, buf_str(&clock));
    print(p, buf_str(&b), b.len);
    buf_free(&b);
    buf_free(&count);
    buf_free(&clock);
    p->drawn = true;
    p->shown_s = s;
}

static void begin_step(struct progress *p, const struct plan *plan, const struct event *ev)
{
    for (size_t i = 0; i < plan->steps.n; i++)
        if (text_eq(plan->steps.v[i].id, ev->step)) {
            p->title = plan->steps.v[i].title;
            p->at = i + 1;
            p->limit_s = plan->steps.v[i].timeout_s;
        }
    p->back = ev->kind == EVENT_UNDO_BEGIN;
    p->began_ms = os_up_ms();
    p->shown_s = -1;
}

static void event_line(struct progress *p, const struct plan *plan, const struct event *ev)
{
    struct buf b;

    buf_init(&b, LIMIT_RECORD * 2);
    report_event(plan, ev, p->style, &b);
    if (b.len) {
        erase(p);
        print(p, buf_str(&b), b.len);
    }
    buf_free(&b);
}

static void tell_interrupt(struct progress *p)
{
    struct page page;
    struct buf b;

    if (!os_console_interrupted() || p->told)
        return;
    buf_init(&b, LIMIT_STRING);
    page_open(&page, p->style, &b);
    page_line(&page, 0, 0, INK_WARN,
              p->apart ? "The run goes on by itself, in its own service. Ctrl-C again only stops looking on; avswap status --follow "
                         "looks again."
                       : "The run goes on, as stopping here could leave the PC unprotected. Ctrl-C again leaves it; avswap resume "
                         "continues.");
    page_close(&page);
    erase(p);
    print(p, buf_str(&b), b.len);
    buf_free(&b);
    p->told = true;
}

void progress_event(void *arg, const struct plan *plan, const struct event *ev)
{
    struct progress *p = arg;

    tell_interrupt(p);
    if (ev) {
        if (ev->kind == EVENT_BEGIN || ev->kind == EVENT_UNDO_BEGIN)
            begin_step(p, plan, ev);
        else if (ev->kind == EVENT_END || ev->kind == EVENT_UNDO_END)
            p->title = NULL;
        event_line(p, plan, ev);
    }
    if (!p->live)
        return;
    if (!p->title)
        erase(p);
    else if (!p->drawn || (os_up_ms() - p->began_ms) / 1000 != p->shown_s)
        draw(p, plan);
}
