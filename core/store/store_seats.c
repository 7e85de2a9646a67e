#include "core/store/store_impl.h"

#define WRITE "a seat cannot be written"

const char *const seat_state_names[] = {"reserved", "consumed", NULL};

bool store_seat_drop(struct store *s, const char *machine, struct err *e)
{
    return store_do(s, store_ask(s, SEAT_DROP, "t", machine), WRITE, e);
}

bool store_seat_reserve(struct store *s, const struct seat *seat, struct err *e)
{
    return store_do(s, store_ask(s, SEAT_RESERVE, "ttttti", seat->machine, seat->hostname, seat->licence, seat->product, seat->plan,
                                 seat->at), WRITE, e);
}

bool store_seats_taken(struct store *s, const char *licence, long long *ret, struct err *e)
{
    sqlite3_stmt *q = store_ask(s, SEATS_TAKEN, "t", licence);
    bool ok = sqlite3_step(q) == SQLITE_ROW;

    *ret = ok ? sqlite3_column_int64(q, 0) : 0;
    sqlite3_reset(q);
    return ok || store_failed(s, "it cannot be read", e);
}

enum seat_fate store_seat_fate(int run_result)
{
    switch (run_result) {
    case RESULT_MIGRATED:
        return SEAT_NOW_CONSUMED;
    case RESULT_NOTHING_TO_DO:
    case RESULT_ROLLED_BACK:
    case RESULT_OTHER_PROTECTION:
    case RESULT_REFUSED:
        return SEAT_NOW_RELEASED;
    default: /* it goes on, or nobody knows yet */
        return SEAT_KEPT;
    }
}

bool store_seat_end(struct store *s, const char *plan, const char *machine, int run_result, enum seat_fate *ret,
                    struct err *e)
{
    *ret = store_seat_fate(run_result);
    if (*ret == SEAT_KEPT)
        return true;
    if (!store_do(s, store_ask(s, *ret == SEAT_NOW_CONSUMED ? SEAT_CONSUME : SEAT_RELEASE, "tt", plan, machine), WRITE, e))
        return false;
    if (!sqlite3_changes(s->db))
        *ret = SEAT_UNKNOWN;
    return true;
}

bool store_seat_follow(struct store *s, const char *machine, const char *product, const char *plan, struct err *e)
{
    return store_do(s, store_ask(s, SEAT_FOLLOW, "ttt", machine, product, plan), WRITE, e);
}

bool store_seat_release(struct store *s, const char *host, long long *ret, struct err *e)
{
    if (!store_do(s, store_ask(s, SEAT_RELEASE_HOST, "t", host), WRITE, e))
        return false;
    *ret = sqlite3_changes(s->db);
    return true;
}

struct each {
    bool (*each)(void *arg, const struct seat *seat, struct err *e);
    void *arg;
};

static bool each_seat(sqlite3_stmt *q, void *arg, struct err *e)
{
    const struct each *x = arg;
    const struct seat seat = {.machine = (const char *)sqlite3_column_text(q, 0),
                              .hostname = (const char *)sqlite3_column_text(q, 1),
                              .licence = (const char *)sqlite3_column_text(q, 2),
                              .product = (const char *)sqlite3_column_text(q, 3),
                              .plan = (const char *)sqlite3_column_text(q, 4),
                              .state = sqlite3_column_int(q, 5),
                              .at = sqlite3_column_int64(q, 6)};

    return x->each(x->arg, &seat, e);
}

bool store_seats_each(struct store *s, bool (*each)(void *arg, const struct seat *seat, struct err *e), void *arg,
                      struct err *e)
{
    struct each x = {each, arg};

    return store_each(s, store_ask(s, SEATS_EACH, ""), each_seat, &x, e);
}
