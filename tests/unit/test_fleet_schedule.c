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

        while (n < 64 && schedule_next(&p->s, now, &v)) {
            struct wave_state *w = &p->s.waves[p->members[v.host].wave];

            assert_true(v.kind != VISIT_NONE);
            if (v.kind == VISIT_START && p->hosts[v.host].tries == 0 && p->hosts[v.host].since == now) {
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
static struct rollout waves = {.waves = {three, 2}, .at_once = 8, .at_work = 100, .per_second = 20};

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
    struct rollout r = {.waves = {one, 1}, .at_once = 64, .at_work = 1000, .per_second = 20};

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
    struct rollout r = {.windows = {&w, 1}, .at_once = 64, .at_work = 1000, .per_second = 20};
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
        cmocka_unit_test(a_thousand_at_random), cmocka_unit_test(every_host_failing), cmocka_unit_test(same_seed_same_bytes),
        cmocka_unit_test(laptops_in_windows),   cmocka_unit_test(windows_in_the_time_of_the_pc),
    };

    mem_setup();
    return cmocka_run_group_tests_name("fleet_schedule", tests, NULL, NULL);
}
