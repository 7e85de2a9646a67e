/* The state machine of a PC that a jump host moves: every state times every event. */
#include "core/rollout/host.h"

#include "core/base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define NOW 1000000

/* What becomes of a PC in each state at each event, in the order of the enum: the state's letter; '.' the same state; '!' cannot be. */
static const struct {
    enum host_state state;
    const char *events; /* turn started other no-start progress none-yet over whole acked silent answers login key nonsense proved broken released */
} table[] = {
    {HOST_QUEUED, "S!!!!!!!!!!!!!!!."},
    {HOST_STARTING, "!RHFR.E!!U.HHH!!."},
    {HOST_RUNNING, "!RH!RHE!!U.HHH!!."},
    {HOST_ENDED, "!.H!.H.C!U.HHH!!."},
    {HOST_COLLECTED, "!.F!.F..FU.HHH!!."},
    {HOST_HELD, "!...............S"},
    {HOST_DONE, "!..............P."},
    {HOST_ROLLED_BACK, "!.............!!."},
    {HOST_REFUSED, "!.............!!."},
    {HOST_UNPROTECTED, "!.............!!."},
    {HOST_DOUBT, "!.............!!."},
};

static enum host_state state_of(char c, enum host_state same)
{
    switch (c) {
    case 'S': return HOST_STARTING;
    case 'R': return HOST_RUNNING;
    case 'H': return HOST_HELD;
    case 'E': return HOST_ENDED;
    case 'C': return HOST_COLLECTED;
    case 'U': return HOST_UNREACHABLE;
    case 'F': return HOST_DOUBT; /* the end that the test gives it */
    case 'P': return HOST_UNPROTECTED;
    default: return same;
    }
}

static void every_state_times_every_event(void **none)
{
    (void)none;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        assert_int_equal(strlen(table[i].events), HOST_EVENTS);
        for (int v = 0; v < HOST_EVENTS; v++) {
            char want = table[i].events[v];
            struct host h = {.state = (uint8_t)table[i].state, .back = HOST_STARTING, .end = HOST_DOUBT, .due = INSTANT_NONE, .seen = INSTANT_NONE};
            unsigned effects = host_event(&h, (enum host_event)v, EXIT_IN_DOUBT, NOW);

            if (h.state != state_of(want, table[i].state) || !!(effects & EFFECT_BUG) != (want == '!'))
                fail_msg("%s at %s: %s, effects %u", host_state_names[table[i].state], host_event_names[v], host_state_names[h.state], effects);
        }
    }
}

/* Who does not answer is judged by what it was; the same answers lead to the same states, and no answer keeps it away. */
static void unreachable_is_what_it_was(void **none)
{
    static const enum host_state was[] = {HOST_STARTING, HOST_RUNNING, HOST_ENDED, HOST_COLLECTED};

    (void)none;
    for (size_t i = 0; i < sizeof was / sizeof was[0]; i++)
        for (int v = 0; v < HOST_EVENTS; v++) {
            struct host direct = {.state = (uint8_t)was[i], .end = HOST_DOUBT, .due = INSTANT_NONE}, away = direct;
            unsigned a = host_event(&direct, (enum host_event)v, EXIT_IN_DOUBT, NOW), b;

            host_event(&away, EVENT_SILENT, 0, NOW - 1);
            assert_int_equal(away.state, HOST_UNREACHABLE);
            assert_int_equal(host_next(&away), VISIT_PROBE);
            assert_false(host_is_at_work(&away));
            b = host_event(&away, (enum host_event)v, EXIT_IN_DOUBT, NOW);
            assert_int_equal(a, b);
            if (v == EVENT_RELEASED || a & EFFECT_BUG)
                assert_int_equal(away.state, HOST_UNREACHABLE);
            else
                assert_int_equal(away.state, direct.state);
        }
}

/* From queued, every state is reached. */
static void nothing_is_out_of_reach(void **none)
{
    bool reached[HOST_STATES] = {[HOST_QUEUED] = true};
    static const int statuses[] = {EXIT_DONE, EXIT_ERROR, EXIT_REBOOT, EXIT_ROLLED_BACK, EXIT_UNPROTECTED, EXIT_REFUSED, EXIT_IN_DOUBT, 77};

    (void)none;
    for (int round = 0; round < 2 * HOST_STATES; round++)
        for (int s = 0; s < HOST_STATES; s++)
            for (int v = 0; v < HOST_EVENTS; v++)
                for (size_t k = 0; k < sizeof statuses / sizeof statuses[0]; k++) {
                    struct host h = {.state = HOST_QUEUED, .due = INSTANT_NONE};

                    /* The end is carried from OVER to ACKED: the whole way is gone for each status. */
                    host_event(&h, EVENT_TURN, 0, NOW);
                    if (s != HOST_STARTING)
                        host_event(&h, EVENT_STARTED, 0, NOW);
                    if (s == HOST_ENDED || s == HOST_COLLECTED || s >= HOST_DONE)
                        host_event(&h, EVENT_OVER, statuses[k], NOW);
                    if (s == HOST_COLLECTED || s >= HOST_DONE)
                        host_event(&h, EVENT_WHOLE, 0, NOW);
                    if (s >= HOST_DONE)
                        host_event(&h, EVENT_ACKED, 0, NOW);
                    reached[h.state] = true;
                    host_event(&h, (enum host_event)v, statuses[k], NOW);
                    reached[h.state] = true;
                }
    for (int s = 0; s < HOST_STATES; s++)
        if (!reached[s])
            fail_msg("%s is never reached", host_state_names[s]);
}

static void ends_by_status(void **none)
{
    static const struct {
        int status;
        enum host_state end;
        bool failed;
    } rows[] = {
        {EXIT_DONE, HOST_DONE, false},          {EXIT_ERROR, HOST_REFUSED, false},  {EXIT_ROLLED_BACK, HOST_ROLLED_BACK, true},
        {EXIT_UNPROTECTED, HOST_UNPROTECTED, true}, {EXIT_REFUSED, HOST_REFUSED, false}, {EXIT_IN_DOUBT, HOST_DOUBT, true},
        {EXIT_REBOOT, HOST_DOUBT, true},        {77, HOST_DOUBT, true},
    };

    (void)none;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct host h = {.state = HOST_RUNNING, .due = INSTANT_NONE};

        assert_int_equal(host_event(&h, EVENT_OVER, rows[i].status, NOW), EFFECT_ENDED);
        assert_int_equal(host_has_failed(&h), rows[i].failed); /* counts at once, not only when it is collected */
        host_event(&h, EVENT_WHOLE, 0, NOW);
        host_event(&h, EVENT_ACKED, 0, NOW);
        assert_int_equal(h.state, rows[i].end);
        assert_int_equal(host_has_failed(&h), rows[i].failed);
        assert_int_equal(host_next(&h), VISIT_NONE);
        assert_true(h.due == INSTANT_NONE);
    }
}

/* First when the plan should be through, then ever more rarely; never at the same moment for all. */
static void polls_and_probes_back_off(void **none)
{
    struct host h = {.state = HOST_STARTING, .id = 7, .expected_ms = 600000, .due = INSTANT_NONE}, other = h;
    instant before;

    (void)none;
    host_event(&h, EVENT_STARTED, 0, NOW);
    assert_in_range(h.due - NOW, 600000, 750000);
    other.id = 8;
    host_event(&other, EVENT_STARTED, 0, NOW);
    assert_true(h.due != other.due);
    host_event(&h, EVENT_PROGRESS, 0, NOW);
    assert_in_range(h.due - NOW, 60000, 75000);
    host_event(&h, EVENT_SILENT, 0, NOW);
    assert_in_range(h.due - NOW, 60000, 75000);
    for (int i = 0; i < 20; i++)
        host_event(&h, EVENT_SILENT, 0, NOW);
    assert_in_range(h.due - NOW, 3600000, 4500000);
    before = h.due;
    host_event(&h, EVENT_ANSWERS, 0, NOW + 5);
    assert_true(before != h.due && h.due == NOW + 5);
    assert_int_equal(h.state, HOST_RUNNING);
}

/* A port forward answers for a PC that is away: each time a visit finds that out, and they become no more frequent for it. */
static void a_port_that_lies(void **none)
{
    struct host h = {.state = HOST_RUNNING, .id = 7, .expected_ms = 600000, .due = INSTANT_NONE};

    (void)none;
    for (int i = 0; i < 10; i++)
        host_event(&h, EVENT_SILENT, 0, NOW);
    for (int i = 0; i < 3; i++) {
        host_event(&h, EVENT_ANSWERS, 0, NOW);
        assert_true(h.state == HOST_RUNNING && h.due == NOW);
        host_event(&h, EVENT_SILENT, 0, NOW);
        assert_int_equal(h.state, HOST_UNREACHABLE);
        assert_in_range(h.due - NOW, 3600000, 4500000);
    }
    host_event(&h, EVENT_ANSWERS, 0, NOW);
    host_event(&h, EVENT_PROGRESS, 0, NOW); /* it is back */
    assert_in_range(h.due - NOW, 60000, 150000);
    host_event(&h, EVENT_SILENT, 0, NOW);
    assert_in_range(h.due - NOW, 60000, 75000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_times_every_event), cmocka_unit_test(unreachable_is_what_it_was),
        cmocka_unit_test(nothing_is_out_of_reach),       cmocka_unit_test(ends_by_status),
        cmocka_unit_test(polls_and_probes_back_off),     cmocka_unit_test(a_port_that_lies),
    };

    return cmocka_run_group_tests_name("fleet_host", tests, NULL, NULL);
}
