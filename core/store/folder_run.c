#include "core/store/folder_run.h"

#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/model/outcome.h"
#include "core/os/file.h"

#include <string.h>

bool folder_may_lack(const struct err *why)
{
    return why->code == ERR_INPUT || why->code == ERR_LIMIT || why->code == ERR_NOT_FOUND || why->code == ERR_TAMPERED;
}

/* What cannot be read is told and left out, and does not keep the rest from being read. */
static bool leave_out(struct folder_runs *runs, struct doc *d, const struct err *why, struct err *e)
{
    const char **text;

    if (!folder_may_lack(why)) {
        *e = *why;
        return false;
    }
    text = LIST_ADD(&d->arena, &runs->notes);
    return text && (*text = arena_strdup(&d->arena, why->text)) ? true : err_nomem(e);
}

static bool keep(struct arena *a, const char *text, const char **ret, struct err *e)
{
    *ret = text ? arena_strdup(a, text) : NULL;
    return *ret || !text || err_nomem(e);
}

/* Of the run, or the last one made. *ret_found: it could be read. */
static bool read_plan(const char *state, const char *name, struct folder_runs *runs, struct doc *d, struct folder_run *r, bool *ret_found,
                      struct err *e)
{
    struct err why = ERR_INIT;
    struct doc own = DOC_INIT;
    struct plan p;
    bool ok = true;

    if (!fleet_folder_plan(state, name, r->begun ? r->id : NULL, &own, NULL, &p, ret_found, &why)) {
        *ret_found = false;
        ok = leave_out(runs, d, &why, e);
    } else if (*ret_found) {
        r->made_at = p.made_at;
        r->expected_ms = p.expected_s * 1000;
        ok = keep(&d->arena, p.id, &r->id, e) && keep(&d->arena, p.target ? p.target->product : NULL, &r->product, e) &&
             keep(&d->arena, p.machine ? p.machine->id : NULL, &r->machine, e) &&
             keep(&d->arena, p.machine ? p.machine->hostname : NULL, &r->hostname, e);
    }
    doc_free(&own);
    return ok;
}

static void read_record(const char *line, size_t n, struct folder_run *r)
{
    struct err ignored = ERR_INIT;
    struct doc d = DOC_INIT;
    const json_t *j = doc_parse(&d, "journal", line, n, &ignored);
    const char *text = json_string_value(json_object_get(j, "at"));
    instant at;

    if (text && instant_parse(text, &at)) {
        r->began = r->began == INSTANT_NONE ? at : r->began;
        r->last = at;
    }
    doc_free(&d);
}

/* Its first and its last line; what stands between them, the next visit reads. */
static void read_ends(const char *text, size_t n, struct folder_run *r)
{
    const char *first = memchr(text, '\n', n), *last = text + n;

    if (!first)
        return;
    read_record(text, (size_t)(first - text), r);
    while (last[-1] != '\n') /* a line that is half there */
        last--;
    n = (size_t)(last - text) - 1;
    last = memrchr(text, '\n', n);
    if (last)
        read_record(last + 1, (size_t)(text + n - last) - 1, r);
}

static bool read_journal(const char *path, struct folder_run *r, struct err *e)
{
    struct buf text;
    bool ok;

    r->has_journal = true;
    buf_init(&text, LIMIT_JOURNAL);
    ok = os_file_read(path, &text, e);
    if (ok) {
        r->journal_size = (long long)text.len;
        digest_of(buf_str(&text), text.len, r->journal_digest);
        read_ends(buf_str(&text), text.len, r);
    }
    buf_free(&text);
    return ok;
}

static bool read_outcome(const char *path, struct doc *d, struct folder_run *r, struct err *e)
{
    struct doc own = DOC_INIT;
    struct outcome o;
    struct buf text;
    bool ok;

    buf_init(&text, LIMIT_DOCUMENT);
    ok = os_file_read(path, &text, e) && doc_read(&own, &outcome_schema, path, buf_str(&text), text.len, &o, e);
    if (ok && !text_eq(o.plan, r->id))
        ok = err_set(e, ERR_TAMPERED, "%s: it is another run's", path);
    if (ok) {
        r->result = o.result;
        r->exit = (int)o.exit;
        r->ended = o.ended;
        r->gap_ms = o.unprotected_ms;
        ok = keep(&d->arena, o.why, &r->why, e);
        r->has_outcome = ok;
    }
    buf_free(&text);
    doc_free(&own);
    return ok;
}

static bool read_run(const char *state, const char *name, const char *id, struct folder_runs *runs, struct doc *d, struct err *e)
{
    struct folder_run *r = LIST_ADD(&d->arena, &runs->v);
    struct err why = ERR_INIT;
    char *folder = fleet_folder_run(&d->arena, state, name, id, &why);
    char *journal = folder ? arena_printf(&d->arena, "%s/journal.jsonl", folder) : NULL;
    char *outcome = folder ? arena_printf(&d->arena, "%s/outcome.json", folder) : NULL;
    bool found;

    if (!r || (folder && (!journal || !outcome)))
        return err_nomem(e);
    *r = (struct folder_run){.id = id, .begun = true, .made_at = INSTANT_NONE, .began = INSTANT_NONE, .last = INSTANT_NONE, .ended = INSTANT_NONE};
    if (!folder) {
        runs->v.n--;
        return leave_out(runs, d, &why, e);
    }
    if (!read_plan(state, name, runs, d, r, &found, e))
        return false;
    if (os_file_exists(journal) && !read_journal(journal, r, &why))
        return leave_out(runs, d, &why, e);
    return !os_file_exists(outcome) || read_outcome(outcome, d, r, &why) || leave_out(runs, d, &why, e);
}

static bool read_last_plan(const char *state, const char *name, struct folder_runs *runs, struct doc *d, struct err *e)
{
    struct folder_run r = {.made_at = INSTANT_NONE, .began = INSTANT_NONE, .last = INSTANT_NONE, .ended = INSTANT_NONE}, *slot;
    bool found;

    if (!read_plan(state, name, runs, d, &r, &found, e))
        return false;
    for (size_t i = 0; found && i < runs->v.n; i++)
        found = !text_eq(runs->v.v[i].id, r.id); /* it was begun */
    if (!found)
        return true;
    slot = LIST_ADD(&d->arena, &runs->v);
    if (!slot)
        return err_nomem(e);
    *slot = r;
    return true;
}

bool folder_runs_read(const char *state, const char *name, struct doc *d, struct folder_runs *ret, struct err *e)
{
    char *folder = fleet_folder(&d->arena, state, name), *runs = folder ? arena_printf(&d->arena, "%s/runs", folder) : NULL;
    struct strs names = {NULL, 0};

    memset(ret, 0, sizeof *ret);
    if (!runs)
        return err_nomem(e);
    if (os_file_exists(runs) && !os_dir_list(runs, &d->arena, &names, e))
        return false;
    for (size_t i = 0; i < names.n; i++)
        if (!read_run(state, name, names.v[i], ret, d, e))
            return false;
    return read_last_plan(state, name, ret, d, e);
}

instant folder_run_at(const struct folder_run *r)
{
    instant at = r->made_at > r->last ? r->made_at : r->last;

    return r->ended > at ? r->ended : at;
}
