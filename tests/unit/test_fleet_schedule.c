/* The schedule of a rollout: a thousand of them at random with three visits of ten going wrong, budgets, windows, waves; and rehearsals. */
#include "core/rollout/rehearse.h"
#include "core/rollout/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PCS = 40, HOUR = 3600 * 1000 };

static uint64_t seed;
static uint64_t random_number(void)
{
    uint64_t x = seed += 0x9e3779b97f4a7c15ull;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ x >> 27) * 0x94d049bb133111ebull;
    return x ^ x >> 31;
}
static unsigned fails_one_in;
static bool one_of(unsigned n) { return random_number() % n == 0; }

/* What really is on the PCs, whatever the jump host believes. */
struct truth {
    bool begun, over, acked, unprotected;
    instant ends;
    int status, started; /* how often a run was begun there: never more than once */
};

struct play {
    struct schedule s;
    struct host hosts[PCS];
    struct member members[PCS];
    struct truth pcs[PCS];
};

static enum host_event answer(struct play *p, const struct visit *v, instant now)
{
    struct truth *pc = &p->pcs[v->host];

    if (v->kind == VISIT_PROBE)
        return one_of(2) ? EVENT_ANSWERS : EVENT_SILENT;
    if (v->kind == VISIT_START && !pc->begun && !one_of(4)) { /* the plan arrives */
        pc->begun = true;
        pc->started++;
        pc->ends = now + (instant)(random_number() % (2 * HOUR));
        pc->status = one_of(fails_one_in) ? (const int[]){EXIT_ROLLED_BACK, EXIT_UNPROTECTED, EXIT_IN_DOUBT}[random_number() % 3] : EXIT_DONE;
    }
    if (random_number() % 10 < 3) /* and the answer is lost */
        return EVENT_SILENT;
    if (one_of(300))
        return EVENT_KEY;
    if (one_of(100))
        return EVENT_LOGIN;
    if (one_of(300))
        return EVENT_NONSENSE;
    if (!pc->begun)
        return EVENT_NONE_YET;
    pc->over = pc->over || now >= pc->ends;
    pc->unprotected = pc->over && pc->status == EXIT_UNPROTECTED;
    switch (v->kind) {
    case VISIT_START:
        return pc->over ? EVENT_OVER : EVENT_STARTED;
    case VISIT_POLL:
        return pc->over ? EVENT_OVER : EVENT_PROGRESS;
    case VISIT_COLLECT:
        return EVENT_WHOLE;
    case VISIT_VERIFY:
        return EVENT_PROVED;
    default:
        pc->acked = true;
        return EVENT_ACKED;
    }
}

static void play_one(struct play *p, const struct rollout *r)
{
    static const unsigned site_most[] = {3, 0};
    struct visit live[64];
    size_t n = 0;
    instant now = 0;
    struct err e = ERR_INIT;

    memset(p, 0, sizeof *p);
    for (uint32_t i = 0; i < PCS; i++) {
        p->hosts[i] = (struct host){.id = i, .due = INSTANT_NONE, .seen = INSTANT_NONE, .expected_ms = HOUR};
        p->members[i] = (struct member){.wave = (uint16_t)(i < 3 ? 0 : i < 20 ? 1 : 2), .site = i % 2, .window = SCHEDULE_ALWAYS, .urgency = i};
    }
    assert_true(schedule_init(&p->s, r, p->hosts, p->members, PCS, site_most, 2, now, &e));
    for (int step = 0; step < 100000 && !schedule_done(&p->s); step++) {
        struct visit v;
        instant wake;

        if (p->s.paused && !n) /* a person has looked */
            schedule_go_on(&p->s);
        while (n < 64 && schedule_next(&p->s, now, &v)) {
            struct wave_state *w = &p->s.waves[p->members[v.host].wave];

            assert_true(v.kind != VISIT_NONE);
            if (v.kind == VISIT_START && p->hosts[v.host].tries == 0 && !p->hosts[v.host].knocked && p->hosts[v.host].since == now) {
                size_t failed = 0;

                for (uint32_t i = 0; i < PCS; i++)
                    failed += p->members[i].wave == p->members[v.host].wave && host_has_failed(&p->hosts[i]);
                assert_in_range(failed, 0, w->budget - 1); /* checked before each start */
                assert_in_range(w->failures + w->at_work, 1, w->budget);
            }
            assert_in_range(p->s.sites[0].live, 0, 3);
            live[n++] = v;
        }
        if (n && one_of(2)) { /* one of those under way comes to its end */
            size_t k = random_number() % n;

            schedule_event(&p->s, live[k].host, answer(p, &live[k], now), p->pcs[live[k].host].status, now);
            schedule_over(&p->s, live[k].host);
            live[k] = live[--n];
            continue;
        }
        wake = schedule_wake(&p->s, now);
        now = n ? now + (instant)(random_number() % 20000) : wake == INSTANT_NONE ? now + HOUR : wake;
    }
    assert_true(schedule_done(&p->s));
    assert_int_equal(p->s.bugs, 0);
}

static void check_end(const struct play *p)
{
    for (uint32_t i = 0; i < PCS; i++) {
        const struct host *h = &p->hosts[i];

        assert_in_range(p->pcs[i].started, 0, 1);
        /* Nobody is unprotected unnoticed: it is told, or a person was asked to look. */
        if (p->pcs[i].unprotected)
            assert_true(h->state == HOST_UNPROTECTED || h->state == HOST_HELD);
        if (p->pcs[i].begun && p->pcs[i].status != EXIT_DONE)
            assert_true(host_has_failed(h) || h->state == HOST_HELD);
        if (h->state == HOST_DONE)
            assert_true(p->pcs[i].over && p->pcs[i].status == EXIT_DONE && p->pcs[i].acked);
        if (h->state == HOST_QUEUED)
            assert_true(!p->pcs[i].begun && p->s.stopped);
    }
}

static struct wave three[] = {{.name = "canary", .budget = 1, .count = 1, .soak_s = 600}, {.name = "first", .budget = 3, .count = 1}};
static struct rollout waves = {.waves = {three, 2}, .at_once = 8, .at_work = 100, .per_second = 20, .refusals = 3};

static void a_thousand_at_random(void **none)
{
    static struct play p;
    size_t stopped = 0, through = 0;

    (void)none;
    for (uint64_t i = 1; i <= 1000; i++) {
        seed = i;
        fails_one_in = (const unsigned[]){2, 10, 50, 1000}[i % 4];
        play_one(&p, &waves);
        check_end(&p);
        stopped += p.s.stopped;
        through += !p.s.stopped;
        schedule_free(&p.s);
    }
    assert_true(stopped > 200 && through > 200); /* both kinds were among them */
}

/* ---- refused logins ---- */

/* Which of PCS PCs refuse a login, and what the schedule makes of it; every PC is of its login's number in `logins`. */
struct door {
    struct play p;
    bool refuses[PCS];
    size_t asked[PCS], at_once; /* how often each was; the most sessions at the same time before the first was over */
    instant now;
};

static void door_open(struct door *x, const struct rollout *r, uint16_t (*login)(uint32_t i))
{
    static const unsigned no_limit[] = {0};
    struct err e = ERR_INIT;

    for (uint32_t i = 0; i < PCS; i++) {
        x->p.hosts[i] = (struct host){.id = i, .due = INSTANT_NONE, .seen = INSTANT_NONE, .expected_ms = HOUR};
        x->p.members[i] = (struct member){.window = SCHEDULE_ALWAYS, .login = login ? login(i) : 0};
    }
    assert_true(schedule_init(&x->p.s, r, x->p.hosts, x->p.members, PCS, no_limit, 1, x->now, &e));
}

/* Until nothing is left or it pauses: sessions are opened as many as may be, and end in their order. */
static void door_run(struct door *x)
{
    struct visit live[PCS];
    size_t n = 0;

    for (int step = 0; step < 10000 && !schedule_done(&x->p.s) && (n || !x->p.s.paused); step++) {
        struct visit v;
        instant wake;

        while (schedule_next(&x->p.s, x->now, &v))
            live[n++] = v;
        x->at_once = n > x->at_once ? n : x->at_once;
        if (n) {
            static const enum host_event of[] = {[VISIT_START] = EVENT_STARTED, [VISIT_POLL] = EVENT_OVER, [VISIT_COLLECT] = EVENT_WHOLE,
                                                 [VISIT_ACK] = EVENT_ACKED, [VISIT_VERIFY] = EVENT_PROVED};

            v = live[0];
            memmove(live, live + 1, --n * sizeof *live);
            x->asked[v.host]++;
            schedule_event(&x->p.s, v.host, x->refuses[v.host] ? EVENT_LOGIN : of[v.kind], EXIT_DONE, x->now);
            schedule_over(&x->p.s, v.host);
            continue;
        }
        wake = schedule_wake(&x->p.s, x->now);
        x->now = wake == INSTANT_NONE ? x->now + HOUR : wake;
    }
    assert_int_equal(x->p.s.bugs, 0);
}

static size_t door_count(const struct door *x, enum host_state s)
{
    size_t n = 0;

    for (size_t i = 0; i < PCS; i++)
        n += x->p.hosts[i].state == s;
    return n;
}

static struct wave all[] = {{.name = "all", .percent = 100, .budget = PCS}};
static const struct rollout at_once_8 = {.waves = {all, 1}, .at_once = 8, .at_work = 100, .per_second = 1000, .refusals = 3};

/* Single PCs that refuse are held, each asked once; nobody else notices. */
static void a_refusal_is_of_one_pc(void **none)
{
    struct door x = {.now = 1000000};

    (void)none;
    for (uint32_t i = 5; i < PCS; i += 7)
        x.refuses[i] = true;
    door_open(&x, &at_once_8, NULL);
    door_run(&x);
    assert_true(schedule_done(&x.p.s) && !x.p.s.paused);
    assert_int_equal(door_count(&x, HOST_HELD), 5);
    assert_int_equal(door_count(&x, HOST_DONE), PCS - 5);
    for (uint32_t i = 5; i < PCS; i += 7)
        assert_true(x.asked[i] == 1 && x.p.hosts[i].cause == EVENT_LOGIN);
    schedule_free(&x.p.s);
}

/* A wrong key: as many logins are refused as may be, not one more, each time that a person says go on. */
static void refusals_in_a_row_pause(void **none)
{
    struct door x = {.now = 1000000};

    (void)none;
    memset(x.refuses, true, sizeof x.refuses);
    door_open(&x, &at_once_8, NULL);
    for (size_t round = 1; round <= 4; round++) {
        door_run(&x);
        assert_true(x.p.s.paused);
        assert_int_equal(door_count(&x, HOST_HELD), 3 * round);
        assert_int_equal(x.at_once, 3);
        schedule_go_on(&x.p.s);
    }
    memset(x.refuses, false, sizeof x.refuses); /* put right */
    schedule_event(&x.p.s, 0, EVENT_RELEASED, 0, x.now);
    door_run(&x);
    assert_true(schedule_done(&x.p.s) && !x.p.s.paused);
    assert_int_equal(door_count(&x, HOST_DONE), PCS - 11);
    assert_int_equal(x.at_once, 8);
    schedule_free(&x.p.s);
}

/* A ticket ends in the middle: what is open may still be refused, and nothing after it; what is let in after all ends the pause. */
static void a_key_that_ends_in_the_middle(void **none)
{
    struct door x = {.now = 1000000};
    struct visit live[8];
    size_t n = 0;

    (void)none;
    door_open(&x, &at_once_8, NULL);
    schedule_let_in(&x.p.s, 0);
    while (n < 8 && schedule_next(&x.p.s, x.now, &live[n]))
        n++;
    assert_int_equal(n, 8);
    for (size_t i = 0; i < 7; i++) {
        struct visit v;

        schedule_event(&x.p.s, live[i].host, EVENT_LOGIN, 0, x.now);
        schedule_over(&x.p.s, live[i].host);
        assert_int_equal(x.p.s.paused, i >= 2);
        assert_false(schedule_next(&x.p.s, x.now, &v));
    }
    schedule_let_in(&x.p.s, live[7].host);
    assert_false(x.p.s.paused);
    schedule_free(&x.p.s);
}

static uint16_t two_logins(uint32_t i) { return i % 2; }
static uint16_t own_login(uint32_t i) { return (uint16_t)i; }

/* One user is let in everywhere, the other nowhere: that is seen though they take turns. Users of single PCs say nothing of others. */
static void logins_are_judged_apart(void **none)
{
    struct door x = {.now = 1000000}, own = {.now = 1000000};

    (void)none;
    for (uint32_t i = 1; i < PCS; i += 2)
        x.refuses[i] = own.refuses[i] = true;
    door_open(&x, &at_once_8, two_logins);
    door_run(&x);
    assert_true(x.p.s.paused);
    assert_int_equal(door_count(&x, HOST_HELD), 3);
    schedule_free(&x.p.s);
    door_open(&own, &at_once_8, own_login);
    door_run(&own);
    assert_true(schedule_done(&own.p.s) && !own.p.s.paused);
    assert_int_equal(door_count(&own, HOST_HELD), PCS / 2);
    schedule_free(&own.p.s);
}

/* ---- probes ---- */

/* Connections are many at a time; where only ssh can tell whether a PC is back, to ask is a session like any other. */
static void probes_that_are_sessions(void **none)
{
    struct door x = {.now = 1000000};
    size_t n = 0, direct = 0;
    struct visit v;

    (void)none;
    door_open(&x, &at_once_8, NULL);
    schedule_free(&x.p.s);
    for (uint32_t i = 0; i < PCS; i++) {
        x.p.hosts[i] = (struct host){.id = i, .due = x.now, .state = HOST_UNREACHABLE, .back = HOST_RUNNING};
        x.p.members[i] = (struct member){.window = SCHEDULE_ALWAYS, .indirect = i % 2};
    }
    assert_true(schedule_init(&x.p.s, &at_once_8, x.p.hosts, x.p.members, PCS, (const unsigned[]){2}, 1, x.now, &(struct err)ERR_INIT));
    while (schedule_next(&x.p.s, x.now, &v)) {
        assert_int_equal(v.kind, VISIT_PROBE);
        direct += schedule_is_probe(&x.p.s, &v);
        n++;
    }
    assert_int_equal(direct, PCS / 2);
    assert_int_equal(n - direct, 2); /* as many sessions as the site takes */
    assert_int_equal(x.p.s.live, 2);
    schedule_free(&x.p.s);
}

/* ---- after a crash of the jump host ---- */

/* A wave that had soaked for a part of its time soaks for the rest of it, and one that was opened stays open. */
static void a_crash_while_it_soaks(void **none)
{
    struct wave two[] = {{.name = "canary", .count = 1, .budget = 1, .soak_s = 36000}, {.name = "first", .count = 1, .budget = 1}};
    struct rollout r = {.waves = {two, 2}, .at_once = 8, .at_work = 8, .per_second = 1000, .refusals = 3};
    static const unsigned no_limit[] = {0};
    struct host hosts[] = {{.id = 0, .due = INSTANT_NONE, .state = HOST_DONE}, {.id = 1, .due = INSTANT_NONE}};
    struct member members[] = {{.wave = 0, .window = SCHEDULE_ALWAYS}, {.wave = 1, .window = SCHEDULE_ALWAYS}};
    struct schedule s;
    struct err e = ERR_INIT;
    struct visit v;

    (void)none;
    assert_true(schedule_init(&s, &r, hosts, members, 2, no_limit, 1, 50ll * HOUR, &e));
    schedule_left_at(&s, 0, 51ll * HOUR);
    assert_false(schedule_next(&s, 50ll * HOUR, &v));
    assert_true(schedule_wake(&s, 50ll * HOUR) == 51ll * HOUR);
    assert_true(schedule_next(&s, 51ll * HOUR, &v) && v.kind == VISIT_VERIFY);
    schedule_free(&s);
    hosts[0].due = INSTANT_NONE;
    assert_true(schedule_init(&s, &r, hosts, members, 2, no_limit, 1, 52ll * HOUR, &e));
    schedule_left_at(&s, 1, INSTANT_NONE);
    assert_true(schedule_next(&s, 52ll * HOUR + 1000, &v) && v.kind == VISIT_START && v.host == 1);
    schedule_free(&s);
}

/* ---- rehearsals ---- */

static struct scenario_kind kinds[] = {
    {.name = "desks", .count = 300, .on_percent = 100, .run_min_s = 300, .run_max_s = 900, .push_mb = 2, .gap_max_s = 5, .failed_permille = 1000},
};
static struct scenario fleet = {.kinds = {kinds, 1}, .begins = 1800000000000ll, .deadline = INSTANT_NONE, .days = 90, .seed = 1};

static void rehearsed(const struct scenario *s, const struct rollout *r, struct doc *d, struct forecast *f)
{
    struct err e = ERR_INIT;

    if (!rehearse(s, r, d, f, &e))
        fail_msg("%s", e.text);
}

static long long in_state(const struct forecast *f, const char *state)
{
    for (size_t i = 0; i < f->states.n; i++)
        if (text_eq(f->states.v[i].state, state))
            return f->states.v[i].hosts;
    return 0;
}

static void every_host_failing(void **none)
{
    struct wave one[] = {{.name = "all", .percent = 100, .budget = 1}};
    struct rollout r = {.waves = {one, 1}, .at_once = 64, .at_work = 1000, .per_second = 20, .refusals = 3};

    (void)none;
    for (long long budget = 1; budget < 8; budget++) {
        struct doc d = DOC_INIT;
        struct forecast f;

        one[0].budget = budget;
        rehearsed(&fleet, &r, &d, &f);
        assert_int_equal(in_state(&f, "rolled-back"), budget);
        assert_int_equal(in_state(&f, "queued"), 300 - budget);
        assert_string_equal(f.waves.v[0].phase, "stopped");
        doc_free(&d);
    }
}

static void same_seed_same_bytes(void **none)
{
    char digest[3][65];

    (void)none;
    kinds[0].failed_permille = 10;
    kinds[0].drop_permille = 100;
    for (int i = 0; i < 3; i++) {
        struct doc d = DOC_INIT;
        struct forecast f;
        struct err e = ERR_INIT;
        json_t *j;

        fleet.seed = i < 2 ? 1 : 2;
        rehearsed(&fleet, &waves, &d, &f);
        j = schema_write(&forecast_schema, &f);
        assert_true(j && json_digest(j, digest[i], &e));
        json_decref(j);
        doc_free(&d);
    }
    assert_string_equal(digest[0], digest[1]);
    assert_string_not_equal(digest[0], digest[2]);
}

/* PCs that are there for nine hours of working days only are met in them, and started in their window only. */
static void laptops_in_windows(void **none)
{
    struct scenario_kind k = {.name = "laptops", .count = 200, .on_percent = 60, .weekdays = true, .from = "08:00", .to = "17:00", .on_from = 480, .on_to = 1020,
                              .run_min_s = 300, .run_max_s = 900, .utc_offset_min = 120, .drop_permille = 300};
    struct window w = {.from_min = 9 * 60, .to_min = 12 * 60, .day_mask = 0x7f};
    struct scenario s = {.kinds = {&k, 1}, .begins = 1800000000000ll, .deadline = INSTANT_NONE, .days = 90, .seed = 3};
    struct rollout r = {.windows = {&w, 1}, .at_once = 64, .at_work = 1000, .per_second = 20, .refusals = 3};
    struct doc d = DOC_INIT;
    struct forecast f;

    (void)none;
    rehearsed(&s, &r, &d, &f);
    assert_int_equal(in_state(&f, "done"), 200);
    assert_true(f.ended != INSTANT_NONE && f.ended < s.begins + 60 * INSTANT_DAY);
    doc_free(&d);
}

static void windows_in_the_time_of_the_pc(void **none)
{
    struct window night = {.from_min = 22 * 60, .to_min = 5 * 60, .day_mask = 1u << 4}; /* Friday's, until Saturday */
    instant t, opens = INSTANT_NONE;

    (void)none;
    assert_true(instant_parse("2026-11-28T03:00:00Z", &t)); /* a Saturday */
    assert_true(window_until(&night, t, 0, &opens) == t + 2ll * HOUR);
    assert_true(window_until(&night, t, 180, &opens) == INSTANT_NONE); /* six o'clock there */
    assert_true(opens == t + 7 * INSTANT_DAY - 8ll * HOUR);
    assert_true(window_until(&night, t, -300, &opens) == t + 7ll * HOUR); /* ten in the evening of Friday */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusal_is_of_one_pc), cmocka_unit_test(refusals_in_a_row_pause), cmocka_unit_test(a_key_that_ends_in_the_middle),
        cmocka_unit_test(logins_are_judged_apart), cmocka_unit_test(a_crash_while_it_soaks), cmocka_unit_test(probes_that_are_sessions),
        cmocka_unit_test(a_thousand_at_random), cmocka_unit_test(every_host_failing), cmocka_unit_test(same_seed_same_bytes),
        cmocka_unit_test(laptops_in_windows),   cmocka_unit_test(windows_in_the_time_of_the_pc),
    };

    mem_setup();
    return cmocka_run_group_tests_name("fleet_schedule", tests, NULL, NULL);
}
