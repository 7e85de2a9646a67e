#include "core/os/machine.h"
#include "core/store/store_impl.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define BUSY_MS 20000
#define BATCH_MS 50
#define BATCH_CHANGES 256
#define APPLICATION_ID 0x61767377 /* "avsw" */

bool store_failed(const struct store *s, const char *what, struct err *e)
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
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK || store_failed(s, what, e);
}

static bool pragma(struct store *s, const char *sql, long long *ret, struct err *e)
{
    sqlite3_stmt *q;
    bool ok = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) == SQLITE_OK;

    ok = ok && sqlite3_step(q) == SQLITE_ROW;
    *ret = ok ? sqlite3_column_int64(q, 0) : 0;
    sqlite3_finalize(q);
    return ok || store_failed(s, "it cannot be read", e);
}

/* --- opening ----------------------------------------------------------------------------------------------------- */

static bool migrate(struct store *s, struct err *e)
{
    long long version;
    char text[96];

    if (!pragma(s, "PRAGMA user_version", &version, e))
        return false;
    for (; version < store_newest; version++)
        if (!run(s, store_migrations[version], "its tables cannot be made", e))
            return false;
    snprintf(text, sizeof text, "PRAGMA user_version = %d; PRAGMA application_id = %d", store_newest, APPLICATION_ID);
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
    return version <= store_newest ||
           err_set(e, ERR_INPUT, "%s: made by a newer avswap-fleet (schema %lld, this one knows %d); it is left as it is",
                   s->path, version, store_newest);
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
        store_failed(s, "it cannot be read", e);
    sqlite3_finalize(q);
    return ok && !e->code;
}

static bool prepare(struct store *s, struct err *e)
{
    for (int i = 0; i < STATEMENTS; i++)
        if (sqlite3_prepare_v3(s->db, store_texts[i], -1, SQLITE_PREPARE_PERSISTENT, &s->made[i], NULL) != SQLITE_OK)
            return store_failed(s, "its tables are not as expected", e);
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
    s->changes = 0;
    return run(s, "COMMIT", "the change cannot be written", e);
}

void store_abort(struct store *s)
{
    if (!s || !s->db || !store_changing(s))
        return;
    s->changes = 0;
    sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

bool store_changing(const struct store *s)
{
    return !sqlite3_get_autocommit(s->db);
}

bool store_version(struct store *s, long long *ret, struct err *e)
{
    return pragma(s, "PRAGMA data_version", ret, e);
}

bool store_batch(struct store *s, int64_t now_ms, struct err *e)
{
    if (!store_changing(s)) {
        if (!store_begin(s, e))
            return false;
        s->since_ms = now_ms;
        s->changes = 0;
    }
    s->changes++;
    return true;
}

bool store_batch_due(const struct store *s, int64_t now_ms)
{
    return store_changing(s) && (s->changes >= BATCH_CHANGES || now_ms - s->since_ms >= BATCH_MS);
}

/* --- statements ------------------------------------------------------------------------------------------------------ */

sqlite3_stmt *store_ask(struct store *s, enum statement i, const char *types, ...)
{
    sqlite3_stmt *q = s->made[i];
    va_list ap;

    sqlite3_reset(q);
    sqlite3_clear_bindings(q);
    va_start(ap, types);
    for (int k = 1; types[k - 1]; k++)
        if (types[k - 1] == 't') {
            const char *text = va_arg(ap, const char *);

            if (text)
                sqlite3_bind_text(q, k, text, -1, SQLITE_STATIC);
        } else {
            int64_t n = va_arg(ap, int64_t);

            if (types[k - 1] == 'i' || n != INSTANT_NONE)
                sqlite3_bind_int64(q, k, n);
        }
    va_end(ap);
    return q;
}

bool store_do(struct store *s, sqlite3_stmt *q, const char *what, struct err *e)
{
    int rc = sqlite3_step(q);

    sqlite3_reset(q);
    return rc == SQLITE_DONE || store_failed(s, what, e);
}

bool store_each(struct store *s, sqlite3_stmt *q, bool (*row)(sqlite3_stmt *q, void *arg, struct err *e), void *arg, struct err *e)
{
    bool ok = true;
    int rc = SQLITE_DONE;

    while (ok && (rc = sqlite3_step(q)) == SQLITE_ROW)
        ok = row(q, arg, e);
    ok = ok && (rc == SQLITE_DONE || store_failed(s, "it cannot be read", e));
    sqlite3_reset(q);
    return ok;
}

instant store_instant(sqlite3_stmt *q, int column)
{
    return sqlite3_column_type(q, column) == SQLITE_NULL ? INSTANT_NONE : sqlite3_column_int64(q, column);
}

bool store_text(sqlite3_stmt *q, int column, struct arena *a, const char **ret, struct err *e)
{
    const char *text = (const char *)sqlite3_column_text(q, column);

    *ret = text ? arena_strdup(a, text) : NULL;
    return !text || *ret || err_nomem(e);
}
