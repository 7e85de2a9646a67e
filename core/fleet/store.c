#include "core/fleet/store.h"

#include "core/os/machine.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define BUSY_MS 20000
#define APPLICATION_ID 0x61767377 /* "avsw" */

const char *const seat_state_names[] = {"reserved", "consumed", NULL};

/* Each brings the schema from its number to the next; one that was released is never changed. */
static const char *const migrations[] = {
    "CREATE TABLE seats(machine TEXT NOT NULL, hostname TEXT, licence TEXT NOT NULL, product TEXT NOT NULL,"
    " plan TEXT NOT NULL, state INTEGER NOT NULL CHECK(state IN (0, 1)), at INTEGER NOT NULL,"
    " PRIMARY KEY(machine, licence)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX seats_licence ON seats(licence);"
    "CREATE INDEX seats_plan ON seats(plan);",
};
#define NEWEST (sizeof migrations / sizeof migrations[0])

enum statement { DROP, RESERVE, TAKEN, CONSUME, RELEASE, RELEASE_HOST, EACH, STATEMENTS };

static const char *const texts[STATEMENTS] = {
    [DROP] = "DELETE FROM seats WHERE machine = ?1 AND state = 0",
    [RESERVE] = "INSERT INTO seats(machine, hostname, licence, product, plan, state, at) VALUES(?1, ?2, ?3, ?4, ?5, 0, ?6)"
                " ON CONFLICT(machine, licence) DO UPDATE SET plan = ?5, product = ?4, hostname = ?2",
    [TAKEN] = "SELECT count(*) FROM seats WHERE licence = ?1",
    [CONSUME] = "UPDATE seats SET state = 1 WHERE plan = ?1 AND machine = ?2",
    [RELEASE] = "DELETE FROM seats WHERE plan = ?1 AND machine = ?2 AND state = 0",
    [RELEASE_HOST] = "DELETE FROM seats WHERE (machine = ?1 OR hostname = ?1) AND state = 0",
    [EACH] = "SELECT machine, hostname, licence, product, plan, state, at FROM seats ORDER BY licence, hostname, machine",
};

struct store {
    sqlite3 *db;
    char *path;
    sqlite3_stmt *made[STATEMENTS];
};

static bool failed(const struct store *s, const char *what, struct err *e)
{
    int rc = sqlite3_errcode(s->db) & 0xff;
    enum err_code code = rc == SQLITE_NOMEM                               ? ERR_NOMEM
                         : rc == SQLITE_BUSY || rc == SQLITE_LOCKED       ? ERR_BUSY
                         : rc == SQLITE_CORRUPT                           ? ERR_TAMPERED
                         : rc == SQLITE_NOTADB                            ? ERR_INPUT
                         : rc == SQLITE_READONLY || rc == SQLITE_PERM     ? ERR_PRIVILEGE
                                                                          : ERR_IO;

    return err_set(e, code, "%s: %s: %s", s->path, what, sqlite3_errmsg(s->db));
}

static bool run(struct store *s, const char *sql, const char *what, struct err *e)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK || failed(s, what, e);
}

static bool pragma(struct store *s, const char *sql, long long *ret, struct err *e)
{
    sqlite3_stmt *q;
    bool ok = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) == SQLITE_OK;

    ok = ok && sqlite3_step(q) == SQLITE_ROW;
    *ret = ok ? sqlite3_column_int64(q, 0) : 0;
    sqlite3_finalize(q);
    return ok || failed(s, "it cannot be read", e);
}

/* --- opening ----------------------------------------------------------------------------------------------------- */

static bool migrate(struct store *s, struct err *e)
{
    long long version;
    char text[96];

    if (!pragma(s, "PRAGMA user_version", &version, e))
        return false;
    for (; version < (long long)NEWEST; version++)
        if (!run(s, migrations[version], "its tables cannot be made", e))
            return false;
    snprintf(text, sizeof text, "PRAGMA user_version = %zu; PRAGMA application_id = %d", NEWEST, APPLICATION_ID);
    return run(s, text, "it cannot be written", e);
}

/* Before anything is changed: somebody else's tables, and those of a newer program, are left as they are. All three are
 * read at one moment, as another planner may just be making the tables. */
static bool check_ours(struct store *s, struct err *e)
{
    long long tables, id, version;
    bool ok = run(s, "BEGIN", "it cannot be read", e) && pragma(s, "PRAGMA application_id", &id, e) &&
              pragma(s, "PRAGMA user_version", &version, e) &&
              pragma(s, "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'", &tables, e);

    sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    if (!ok)
        return false;
    if (id != APPLICATION_ID && (id || version || tables))
        return err_set(e, ERR_INPUT, "%s: a database of another program; it is left as it is", s->path);
    return version <= (long long)NEWEST ||
           err_set(e, ERR_INPUT, "%s: made by a newer avswap-fleet (schema %lld, this one knows %zu); it is left as it is",
                   s->path, version, NEWEST);
}

static bool check_whole(struct store *s, struct err *e)
{
    sqlite3_stmt *q;
    bool ok = sqlite3_prepare_v2(s->db, "PRAGMA quick_check(1)", -1, &q, NULL) == SQLITE_OK &&
              sqlite3_step(q) == SQLITE_ROW;
    const char *said = ok ? (const char *)sqlite3_column_text(q, 0) : NULL;

    if (ok && !text_eq(said, "ok"))
        err_set(e, ERR_TAMPERED, "%s: the database is damaged (%.200s); it is left as it is", s->path, said ? said : "");
    else if (!ok)
        failed(s, "it cannot be read", e);
    sqlite3_finalize(q);
    return ok && !e->code;
}

static bool prepare(struct store *s, struct err *e)
{
    for (int i = 0; i < STATEMENTS; i++)
        if (sqlite3_prepare_v3(s->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &s->made[i], NULL) != SQLITE_OK)
            return failed(s, "its tables are not as expected", e);
    return true;
}

/* A new database is turned to WAL by one planner while others look at it; SQLite does not wait for them here, whatever
 * its timeout (sqlite.org/wal.html, "Sometimes Queries Return SQLITE_BUSY In WAL Mode"). */
static bool use_wal(struct store *s, struct err *e)
{
    int64_t until = os_up_ms() + BUSY_MS;

    while ((sqlite3_exec(s->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL) & 0xff) == SQLITE_BUSY && os_up_ms() < until)
        os_sleep_ms(10);
    return run(s, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON", "it cannot be set up", e);
}

static bool set_up(struct store *s, struct err *e)
{
    sqlite3_busy_timeout(s->db, BUSY_MS);
    sqlite3_extended_result_codes(s->db, 1);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return check_ours(s, e) && check_whole(s, e) &&
           use_wal(s, e) && store_begin(s, e) && migrate(s, e) && store_commit(s, e) && prepare(s, e);
}

struct store *store_open(const char *path, struct err *e)
{
    mode_t mask = umask(077); /* what SQLite makes beside the file gets the file's permissions */
    struct store *s = mem_alloc(sizeof *s);
    int rc;

    if (s) {
        memset(s, 0, sizeof *s);
        s->path = mem_alloc(strlen(path) + 1);
    }
    if (!s || !s->path) {
        umask(mask);
        mem_free(s);
        err_nomem(e);
        return NULL;
    }
    memcpy(s->path, path, strlen(path) + 1);
    rc = sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW, NULL);
    if (rc != SQLITE_OK)
        err_set(e, s->db ? ERR_IO : ERR_NOMEM, "%s: it cannot be opened: %s", path, sqlite3_errstr(rc));
    else
        (void)!set_up(s, e);
    umask(mask);
    if (!e->code)
        return s;
    store_abort(s);
    store_close(s);
    return NULL;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(s->made[i]);
    sqlite3_close(s->db);
    mem_free(s->path);
    mem_free(s);
}

/* A writer from the beginning: two who both read first and write then could only fail each other. */
bool store_begin(struct store *s, struct err *e)
{
    return run(s, "BEGIN IMMEDIATE", "another program keeps it busy", e);
}

bool store_commit(struct store *s, struct err *e)
{
    return run(s, "COMMIT", "the change cannot be written", e);
}

void store_abort(struct store *s)
{
    if (s && s->db && !sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

/* --- seats ----------------------------------------------------------------------------------------------------------- */

static sqlite3_stmt *ask(struct store *s, enum statement i, const char *const *values, int n)
{
    sqlite3_stmt *q = s->made[i];

    sqlite3_reset(q);
    sqlite3_clear_bindings(q);
    for (int k = 0; k < n; k++)
        if (values[k])
            sqlite3_bind_text(q, k + 1, values[k], -1, SQLITE_STATIC);
    return q;
}

static bool finish(struct store *s, sqlite3_stmt *q, struct err *e)
{
    int rc = sqlite3_step(q);

    sqlite3_reset(q);
    return rc == SQLITE_DONE || failed(s, "a seat cannot be written", e);
}

bool store_seat_drop(struct store *s, const char *machine, struct err *e)
{
    return finish(s, ask(s, DROP, &machine, 1), e);
}

bool store_seat_reserve(struct store *s, const struct seat *seat, struct err *e)
{
    const char *values[] = {seat->machine, seat->hostname, seat->licence, seat->product, seat->plan};
    sqlite3_stmt *q = ask(s, RESERVE, values, 5);

    sqlite3_bind_int64(q, 6, seat->at);
    return finish(s, q, e);
}

bool store_seats_taken(struct store *s, const char *licence, long long *ret, struct err *e)
{
    sqlite3_stmt *q = ask(s, TAKEN, &licence, 1);
    bool ok = sqlite3_step(q) == SQLITE_ROW;

    *ret = ok ? sqlite3_column_int64(q, 0) : 0;
    sqlite3_reset(q);
    return ok || failed(s, "it cannot be read", e);
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
    const char *values[] = {plan, machine};

    *ret = store_seat_fate(run_result);
    if (*ret == SEAT_KEPT)
        return true;
    if (!finish(s, ask(s, *ret == SEAT_NOW_CONSUMED ? CONSUME : RELEASE, values, 2), e))
        return false;
    if (!sqlite3_changes(s->db))
        *ret = SEAT_UNKNOWN;
    return true;
}

bool store_seat_release(struct store *s, const char *host, long long *ret, struct err *e)
{
    if (!finish(s, ask(s, RELEASE_HOST, &host, 1), e))
        return false;
    *ret = sqlite3_changes(s->db);
    return true;
}

bool store_seats_each(struct store *s, bool (*each)(void *arg, const struct seat *seat, struct err *e), void *arg,
                      struct err *e)
{
    sqlite3_stmt *q = ask(s, EACH, NULL, 0);
    bool ok = true;
    int rc = SQLITE_DONE;

    while (ok && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        const struct seat seat = {.machine = (const char *)sqlite3_column_text(q, 0),
                                  .hostname = (const char *)sqlite3_column_text(q, 1),
                                  .licence = (const char *)sqlite3_column_text(q, 2),
                                  .product = (const char *)sqlite3_column_text(q, 3),
                                  .plan = (const char *)sqlite3_column_text(q, 4),
                                  .state = sqlite3_column_int(q, 5),
                                  .at = sqlite3_column_int64(q, 6)};

        ok = each(arg, &seat, e);
    }
    ok = ok && (rc == SQLITE_DONE || failed(s, "it cannot be read", e));
    sqlite3_reset(q);
    return ok;
}
