#include "core/fleet/drive.h"

#include "core/fleet/errand.h"
#include "core/fleet/knock.h"
#include "core/os/machine.h"

#include <signal.h>
#include <string.h>

#define LOOK_MS 1000 /* how soon an order is seen */

/* ---- orders ---- */

static const char *order_file(struct arena *a, const char *what, const char *name)
{
    char hex[DIGEST_TEXT];

    if (!name)
        return what;
    digest_of(name, strlen(name), hex);
    return arena_printf(a, "%s-%.12s", what, hex);
}

bool drive_order(const char *state, const char *what, const char *name, struct err *e)
{
    struct arena a = ARENA_INIT;
    const char *folder = arena_printf(&a, "%s/fleet/orders", state), *order = order_file(&a, what, name);
    const char *file = order ? arena_printf(&a, "%s/%s", folder, order) : NULL;
    bool ok = folder && file ? os_dir_make(folder, 0700, e) && os_file_write(file, "", 0, 0600, e) : err_nomem(e);

    arena_free(&a);
    return ok;
}

static void say(struct drive *d, const char *fmt, ...) __attribute__((format(__printf__, 2, 3)));
static void say(struct drive *d, const char *fmt, ...)
{
    char text[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (d->r->say)
        d->r->say(d->r->arg, text);
}

static bool note(struct drive *d, const char *event, const char *text, struct err *e)
{
    return store_batch(d->r->store, os_up_ms(), e) &&
           record_event(d->r->store, d->rollout.id, &(struct record_event){NULL, os_now(), event, text}, e);
}

/* In its file too, from which the store can be made again. */
static bool save_rollout(struct drive *d, const char *what, struct err *e)
{
    return store_batch(d->r->store, os_up_ms(), e) && record_rollout_save(d->r->store, &d->rollout, e) && note(d, what, NULL, e) &&
           fleet_folder_rollout(d->r->state, &d->rollout, d->records.v.v, d->n, e);
}

/* It is paused, or goes on, and was not so recorded. i: who was refused last; NULL: nobody was. */
static bool keep_pause(struct drive *d, const struct record *last, struct err *e)
{
    if (d->schedule.paused == (d->rollout.paused != NULL))
        return true;
    d->rollout.paused = NULL;
    if (d->schedule.paused) {
        d->rollout.paused = arena_printf(&d->doc.arena,
            "%lld logins in a row were refused, the last one by %s. Nobody is visited, as more of them may lock the account. Put the login right; "
            "then avswap fleet ack %s tries it again, avswap fleet ack --others goes on without those that are held",
            d->plan_of_waves.refusals, last->name, last->name);
        if (!d->rollout.paused)
            return err_nomem(e);
    }
    say(d, "%s%s.", d->rollout.paused ? "Paused: " : "It goes on", d->rollout.paused ? d->rollout.paused : "");
    return save_rollout(d, d->rollout.paused ? "paused" : "resumed", e);
}

static bool stop(struct drive *d, struct err *e)
{
    if (d->rollout.stopped)
        return true;
    d->rollout.stopped = true;
    schedule_stop(&d->schedule);
    say(d, "Stopped: nobody else is started; what is at work is seen to its end.");
    return save_rollout(d, "stopped", e);
}

static bool go_on(struct drive *d, struct err *e)
{
    if (!d->schedule.paused)
        return true;
    schedule_go_on(&d->schedule);
    return keep_pause(d, NULL, e);
}

static bool release(struct drive *d, uint32_t i, struct err *e)
{
    bool refused = d->hosts[i].cause == EVENT_LOGIN;

    return d->hosts[i].state != HOST_HELD ||
           (drive_event(d, i, EVENT_RELEASED, 0, "a person has looked", e) && (!refused || go_on(d, e)));
}

/* An order for a PC that is not held means nothing: it must not lie there until it is. */
static bool take_release(struct drive *d, const char *order, struct err *e)
{
    struct arena a = ARENA_INIT;
    bool ok = true;

    for (uint32_t i = 0; ok && i < d->n; i++) {
        const char *mine = order_file(&a, "release", d->records.v.v[i].name);

        ok = mine ? !text_eq(mine, order) || release(d, i, e) : err_nomem(e);
    }
    arena_free(&a);
    return ok;
}

/* What it asks for is on disk before it is gone. */
static bool take_order(struct drive *d, const char *folder, const char *order, struct arena *a, struct err *e)
{
    const char *file = arena_printf(a, "%s/%s", folder, order);
    bool ok = file ? true : err_nomem(e);

    if (ok && text_eq(order, "stop"))
        ok = stop(d, e);
    else if (ok && text_eq(order, "others"))
        ok = go_on(d, e);
    else if (ok && text_starts(order, "release-"))
        ok = take_release(d, order, e);
    return ok && (!store_changing(d->r->store) || store_commit(d->r->store, e)) && os_tree_remove(file, e);
}

static bool take_orders(struct drive *d, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct strs orders = {.n = 0};
    const char *folder = arena_printf(&a, "%s/fleet/orders", d->r->state);
    bool ok = folder ? !os_file_exists(folder) || os_dir_list(folder, &a, &orders, e) : err_nomem(e);

    for (size_t i = 0; ok && i < orders.n; i++)
        ok = take_order(d, folder, orders.v[i], &a, e);
    arena_free(&a);
    return ok;
}

/* ---- what happens ---- */

bool drive_save(struct drive *d, uint32_t i, struct err *e)
{
    struct record *m = &d->records.v.v[i];

    m->host = d->hosts[i];
    return store_batch(d->r->store, os_up_ms(), e) && record_save(d->r->store, d->rollout.id, m, e);
}

/* The last reason for people. That it answers again, works or is over takes back why it was not so. */
static bool keep_text(struct drive *d, struct record *m, enum host_event v, const char *text, struct err *e)
{
    if (!text || !*text) {
        if (v == EVENT_ANSWERS || v == EVENT_STARTED || v == EVENT_OVER)
            m->text = NULL;
        return true;
    }
    if (text_eq(text, m->text))
        return true;
    m->text = arena_strdup(&d->doc.arena, text);
    return m->text || err_nomem(e);
}

bool drive_event(struct drive *d, uint32_t i, enum host_event v, int status, const char *text, struct err *e)
{
    struct record *m = &d->records.v.v[i];
    enum host_state was = (enum host_state)d->hosts[i].state;

    schedule_event(&d->schedule, i, v, status, os_now());
    if (v != EVENT_SILENT)
        d->moved = os_now();
    if (!keep_text(d, m, v, text, e))
        return false;
    if (d->hosts[i].state != was && d->r->tell)
        d->r->tell(d->r->arg, m->name, was, (enum host_state)d->hosts[i].state, m->text ? m->text : "");
    return keep_pause(d, m, e) && drive_save(d, i, e) &&
           (d->hosts[i].state == was ||
            record_event(d->r->store, d->rollout.id, &(struct record_event){m->name, os_now(), host_event_names[v], text}, e));
}

bool drive_let_in(struct drive *d, uint32_t i, struct err *e)
{
    schedule_let_in(&d->schedule, i);
    return keep_pause(d, NULL, e);
}

void drive_visit_over(struct drive *d, uint32_t i)
{
    d->live--;
    schedule_over(&d->schedule, i);
}

/* ---- the loop ---- */

/* Which wave is open and when it has soaked; that is not seen in its PCs. */
static bool keep_wave(struct drive *d, struct err *e)
{
    const struct schedule *s = &d->schedule;
    instant soaked = s->wave < s->wave_count ? s->waves[s->wave].soaked : INSTANT_NONE;

    if (s->wave == d->rollout.wave && soaked == d->rollout.soaked)
        return true;
    d->rollout.wave = s->wave;
    d->rollout.soaked = soaked;
    return store_batch(d->r->store, os_up_ms(), e) && record_rollout_save(d->r->store, &d->rollout, e);
}

static void tell_wave(struct drive *d)
{
    size_t w = d->schedule.wave;

    if (w == d->wave || w == d->schedule.wave_count)
        return;
    d->wave = w;
    if (d->schedule.waves[w].size)
        say(d, "Wave \"%s\" of %zu: no more are begun once %zu have failed.",
            w < d->plan_of_waves.waves.n ? d->plan_of_waves.waves.v[w].name : "rest", d->schedule.waves[w].size,
            d->schedule.waves[w].budget);
}

/* A PC that cannot even be tried: no worker for its system, gone from the roster, a name that ssh must not see. */
static bool cannot_visit(struct drive *d, const struct visit *v, struct err *why, struct err *e)
{
    enum host_event ev = d->hosts[v->host].state == HOST_STARTING ? EVENT_NO_START : EVENT_NONSENSE;

    d->live++;
    if (!drive_event(d, v->host, ev, EXIT_REFUSED, why->text, e))
        return false;
    drive_visit_over(d, v->host);
    return true;
}

static bool visit(struct drive *d, const struct visit *v, struct err *e)
{
    struct err why = ERR_INIT;

    if (v->kind == VISIT_START && !drive_save(d, v->host, e)) /* its turn is on disk before anything is sent: see errand.c */
        return false;
    if (!(schedule_is_probe(&d->schedule, v) ? knock_open(d, v->host, &why) : errand_open(d, v, &why)))
        return why.code == ERR_INPUT || why.code == ERR_NOT_FOUND ? cannot_visit(d, v, &why, e) : (*e = why, false);
    d->live++;
    return true;
}

/* Only absent PCs and such at which a person must look are left, or it is paused. */
static bool only_waits(const struct drive *d)
{
    const struct schedule *s = &d->schedule;
    const struct wave_state *w = s->wave < s->wave_count ? &s->waves[s->wave] : NULL;

    return !d->live && (s->paused || (!s->at_work && (!w || s->stopped || w->phase == WAVE_OVER || (w->phase == WAVE_OPEN && !w->queued && !w->unfinished))));
}

static bool is_time_to_leave(struct drive *d, instant now)
{
    if (d->leaving || d->failed.code)
        return true;
    if (schedule_done(&d->schedule))
        return true;
    return d->r->patience_ms >= 0 && only_waits(d) && now - d->moved > d->r->patience_ms;
}

static bool look_around(struct drive *d, struct err *e)
{
    int64_t now = os_up_ms();

    if (now - d->orders_looked >= LOOK_MS) {
        d->orders_looked = now;
        if (!take_orders(d, e))
            return false;
    }
    return !store_changing(d->r->store) || !store_batch_due(d->r->store, now) || store_commit(d->r->store, e);
}

static void ring(uv_timer_t *t)
{
    (void)t; /* it wakes the loop; turn() does the rest */
}

static void turn(uv_prepare_t *p)
{
    struct drive *d = p->data;
    struct err e = ERR_INIT;
    struct visit v;
    instant now = os_now(), wake;
    bool ok = look_around(d, &e);

    while (ok && !d->leaving && !d->failed.code && schedule_next(&d->schedule, now, &v))
        ok = visit(d, &v, &e);
    ok = ok && keep_wave(d, &e);
    if (!ok && !d->failed.code)
        d->failed = e;
    tell_wave(d);
    if (is_time_to_leave(d, now) && !d->live) {
        uv_stop(&d->loop);
        return;
    }
    wake = schedule_wake(&d->schedule, now);
    wake = wake == INSTANT_NONE || wake - now > LOOK_MS ? now + LOOK_MS : wake;
    if (store_changing(d->r->store) && wake > now + 50)
        wake = now + 50;
    uv_timer_start(&d->timer, ring, (uint64_t)(wake > now ? wake - now : 0), 0);
}

/* The first time what is under way is seen to the end of its visit, the second time it is left. */
static void interrupted(uv_signal_t *s, int number)
{
    struct drive *d = s->data;

    (void)number;
    if (d->leaving)
        uv_stop(&d->loop);
    else
        say(d, "Leaving: visits under way are brought to their end. What runs on the PCs goes on by itself.");
    d->leaving = true;
}

static bool begin_loop(struct drive *d, struct err *e)
{
    static const int numbers[] = {SIGINT, SIGTERM};
    int rc = uv_loop_init(&d->loop);

    if (rc < 0)
        return err_set(e, ERR_OS, "no event loop: %s", uv_strerror(rc));
    d->prepare.data = d->timer.data = d;
    uv_prepare_init(&d->loop, &d->prepare);
    uv_timer_init(&d->loop, &d->timer);
    uv_prepare_start(&d->prepare, turn);
    uv_timer_start(&d->timer, ring, 0, 0);
    for (int i = 0; i < 2; i++) {
        d->signals[i].data = d;
        uv_signal_init(&d->loop, &d->signals[i]);
        uv_signal_start(&d->signals[i], interrupted, numbers[i]);
    }
    return true;
}

static void close_one(uv_handle_t *h, void *arg)
{
    (void)arg;
    if (!uv_is_closing(h))
        uv_close(h, NULL);
}

static void end_loop(struct drive *d)
{
    uv_close((uv_handle_t *)&d->prepare, NULL);
    uv_close((uv_handle_t *)&d->timer, NULL);
    for (int i = 0; i < 2; i++)
        uv_close((uv_handle_t *)&d->signals[i], NULL);
    uv_run(&d->loop, UV_RUN_NOWAIT);
    if (uv_loop_close(&d->loop) == UV_EBUSY) /* visits that were left in the middle: the process ends behind them */
        uv_walk(&d->loop, close_one, NULL);
}

/* Who is held is gone on with when a person has looked, so the rollout is not over; unless it was stopped. */
static bool waits_for_person(const struct drive *d)
{
    for (size_t i = 0; i < d->n && !d->rollout.stopped; i++)
        if (d->hosts[i].state == HOST_HELD)
            return true;
    return false;
}

static bool over(struct drive *d, struct err *e)
{
    if (!schedule_done(&d->schedule) || waits_for_person(d))
        return true;
    d->rollout.ended = os_now();
    d->rollout.paused = NULL;
    return save_rollout(d, "ended", e);
}

/* An antivirus that ends on many PCs looks like an attack. */
static bool give_notice(struct drive *d, struct err *e)
{
    long long before = d->notices.last;
    size_t told;

    if (d->rollout.stopped)
        return true;
    if (!notices_all(&d->notices, &d->records, d->r->roster, os_now(), &told, e))
        return false;
    if (told)
        say(d, "The notice of expected changes on %zu PC%s is in %s/fleet/notice-%lld%s.json and .cef.", told, told == 1 ? "" : "s", d->r->state,
            d->rollout.id, before ? ".*" : "");
    return true;
}

bool drive_run(struct drive *d, struct err *e)
{
    bool ok;

    if (!give_notice(d, e))
        return false;
    signal(SIGPIPE, SIG_IGN); /* a child that is gone is told by the write */
    d->moved = os_now();
    d->wave = SIZE_MAX;
    if (d->rollout.paused)
        say(d, "Paused: %s.", d->rollout.paused);
    if (!begin_loop(d, e))
        return false;
    uv_run(&d->loop, UV_RUN_DEFAULT);
    end_loop(d);
    if (d->failed.code)
        *e = d->failed;
    ok = !d->failed.code && over(d, e);
    if (store_changing(d->r->store)) /* what is known so far is kept in any case */
        ok = store_commit(d->r->store, ok ? e : &(struct err)ERR_INIT) && ok;
    return ok;
}

const struct schedule *drive_schedule(const struct drive *d)
{
    return &d->schedule;
}

const struct record *drive_record(const struct drive *d, uint32_t i)
{
    return &d->records.v.v[i];
}

bool drive_ended(const struct drive *d)
{
    return d->rollout.ended != INSTANT_NONE;
}
