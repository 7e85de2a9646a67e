/*
 * store_impl.h - what the files over the store share (store*.c, roster.c, record.c): its statements, all in one table.
 *
 * A statement is asked with its values, then done (a change) or walked (rows). What it hands out lives until the next row.
 */
#ifndef AVSWAP_CORE_STORE_STORE_IMPL_H
#define AVSWAP_CORE_STORE_STORE_IMPL_H

#include "core/store/store.h"

#include <sqlite3.h>

enum statement {
    SEAT_DROP, SEAT_RESERVE, SEATS_TAKEN, SEAT_CONSUME, SEAT_RELEASE, SEAT_RELEASE_HOST, SEAT_FOLLOW, SEATS_EACH,
    HOST_PUT, HOST_DOCUMENT, HOST_REMOVE, HOSTS_LOAD, HOST_LEARN, HOST_TWIN,
    ROLLOUT_ADD, ROLLOUT_SAVE, ROLLOUT_LOAD, MEMBER_ADD, MEMBER_SAVE, MEMBERS_LOAD, EVENT_ADD, EVENTS_EACH,
    STATEMENTS
};

struct store {
    sqlite3 *db;
    char *path;
    sqlite3_stmt *made[STATEMENTS];
    unsigned changes; /* in the open batch */
    int64_t since_ms; /* when it was opened */
};

extern const char *const store_migrations[]; /* from the number of its index to the next */
extern const int store_newest;
extern const char *const store_texts[STATEMENTS];

/* types: one letter a value: t const char * (NULL: none), i int64_t, a instant (INSTANT_NONE: none). Texts must stay until
 * the statement is over. */
sqlite3_stmt *store_ask(struct store *s, enum statement i, const char *types, ...);
bool store_do(struct store *s, sqlite3_stmt *q, const char *what, struct err *e) MUST_CHECK;
bool store_each(struct store *s, sqlite3_stmt *q, bool (*row)(sqlite3_stmt *q, void *arg, struct err *e), void *arg,
                struct err *e) MUST_CHECK;
instant store_instant(sqlite3_stmt *q, int column);
/* *ret NULL: none. */
bool store_text(sqlite3_stmt *q, int column, struct arena *a, const char **ret, struct err *e) MUST_CHECK;
bool store_failed(const struct store *s, const char *what, struct err *e);

#endif
