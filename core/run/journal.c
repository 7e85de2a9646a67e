#include "core/run/journal.h"
#include "core/base/digest.h"
#include "core/base/limits.h"
#include "core/os/machine.h"

#include <string.h>

static const char zeros[] = "0000000000000000000000000000000000000000000000000000000000000000";

static struct event *grow(struct journal *j)
{
    if (j->events.n == j->max) {
        size_t max = j->max ? j->max * 2 : 64;
        struct event *v = ARENA_ARRAY(&j->doc->arena, max, struct event);

        if (!v)
            return NULL;
        if (j->events.n)
            memcpy(v, j->events.v, j->events.n * sizeof *v);
        j->events.v = v;
        j->max = max;
    }
    return &j->events.v[j->events.n];
}

static bool read_line(struct journal *j, const char *file, const char *line, size_t n, struct err *e)
{
    struct place at = {NULL, NULL, 0, file};
    struct event *ev = grow(j);
    const json_t *v;

    if (!ev)
        return err_nomem(e);
    if (n > LIMIT_RECORD)
        return err_set(e, ERR_TAMPERED, "%s: record %lld is longer than %u bytes", file, j->n + 1, LIMIT_RECORD);
    v = doc_parse(j->doc, file, line, n, e);
    if (!v || !schema_read(&event_schema, v, j->doc, &at, ev, e)) {
        if (e->code != ERR_NOMEM)
            e->code = ERR_TAMPERED;
        return err_wrap(e, "record %lld is damaged", j->n + 1);
    }
    if (ev->n != j->n + 1)
        return err_set(e, ERR_TAMPERED, "%s: record %lld has number %lld", file, j->n + 1, ev->n);
    if (strcmp(ev->prev, j->head) != 0)
        return err_set(e, ERR_TAMPERED, "%s: record %lld does not follow the one before it (digest differs)", file,
                       ev->n);
    digest_of(line, n, j->head);
    j->n++;
    j->events.n++;
    return true;
}

bool journal_continue(const char *file, const char *text, size_t len, struct journal *j, size_t *ret_whole, struct err *e)
{
    const char *cursor = text, *end = text + len;

    while (cursor < end) {
        const char *nl = memchr(cursor, '\n', (size_t)(end - cursor));

        if (!nl)
            break;
        if (!read_line(j, file, cursor, (size_t)(nl - cursor), e))
            return false;
        cursor = nl + 1;
    }
    *ret_whole = (size_t)(cursor - text);
    j->size += *ret_whole;
    return true;
}

bool journal_parse(const char *file, const char *text, size_t len, struct doc *d, struct journal *ret,
                   size_t *ret_whole, struct err *e)
{
    memset(ret, 0, sizeof *ret);
    memcpy(ret->head, zeros, sizeof ret->head);
    ret->doc = d;
    return journal_continue(file, text, len, ret, ret_whole, e);
}

bool journal_open(const char *path, struct doc *d, struct journal *ret, struct err *e)
{
    size_t whole = 0, len;
    struct buf b;
    bool ok = true;

    memset(ret, 0, sizeof *ret);
    memcpy(ret->head, zeros, sizeof ret->head);
    ret->doc = d;
    if (!path)
        return os_boot_id(ret->boot, sizeof ret->boot, e);
    buf_init(&b, LIMIT_JOURNAL);
    if (os_file_exists(path))
        ok = os_file_read(path, &b, e);
    len = b.len;
    ok = ok && journal_parse(path, buf_str(&b), b.len, d, ret, &whole, e);
    buf_free(&b);
    if (!ok || !os_boot_id(ret->boot, sizeof ret->boot, e))
        return false;
    ret->log = os_log_open(path, e);
    if (!ret->log)
        return false;
    return whole == len || os_log_cut(ret->log, whole, e);
}

/* What only the journal knows; the strings live as long as it does. */
static void stamp(struct journal *j, struct event *ev)
{
    ev->n = j->n + 1;
    ev->at = os_now();
    ev->up_ms = os_up_ms();
    ev->boot = j->boot;
    ev->prev = j->head;
}

/* The record as text with its newline, and its digest. */
static bool render(const json_t *v, struct buf *line, char head[65], struct err *e)
{
    if (!json_text(v, false, line, e))
        return false;
    digest_of(buf_str(line), line->len, head);
    buf_addc(line, '\n');
    return buf_ok(line, "a journal record", e);
}

bool journal_append(struct journal *j, const struct event *ev, const struct event **ret, struct err *e)
{
    struct place at = {NULL, NULL, 0, "journal"};
    struct event *slot = grow(j), stamped = *ev;
    char head[65];
    struct buf line;
    json_t *v;
    bool ok;

    if (!slot)
        return err_nomem(e);
    stamp(j, &stamped);
    v = schema_write(&event_schema, &stamped);
    /* Kept is what was written: a copy that owns its strings, as the caller's live shorter. */
    if (!doc_keep(j->doc, v, e))
        return false;
    buf_init(&line, LIMIT_RECORD);
    ok = render(v, &line, head, e) && schema_read(&event_schema, v, j->doc, &at, slot, e);
    if (ok && j->log)
        ok = os_log_append(j->log, buf_str(&line), line.len, e) && os_log_sync(j->log, e);
    if (ok) {
        memcpy(j->head, head, sizeof head);
        j->size += line.len;
        j->n++;
        j->events.n++;
        *ret = slot;
    }
    buf_free(&line);
    return ok || err_wrap(e, "writing the journal");
}

void journal_close(struct journal *j)
{
    if (j->log)
        os_log_close(j->log);
    j->log = NULL;
}
