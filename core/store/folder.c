#include "core/base/digest.h"
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/store/folder.h"
#include "core/store/folder_format.h"

#include <string.h>

#define NAME_PART 40

/* --- where ------------------------------------------------------------------------------------------------------------- */

char *fleet_folder(struct arena *a, const char *state, const char *name)
{
    char safe[NAME_PART + 1], digest[DIGEST_TEXT];
    size_t n = 0;

    for (const char *p = name; *p && n < NAME_PART; p++, n++)
        safe[n] = (*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || *p == '-' ||
                          *p == '_' || (*p == '.' && n) ? *p : '_';
    safe[n] = 0;
    digest_of(name, strlen(name), digest);
    return arena_printf(a, "%s/fleet/hosts/%s.%.12s", state, safe, digest);
}

static bool is_run_id(const char *id)
{
    size_t n = strspn(id, "0123456789abcdefghijklmnopqrstuvwxyz-");

    return n && n <= 64 && !id[n] && *id != '-';
}

char *fleet_folder_run(struct arena *a, const char *state, const char *name, const char *run, struct err *e)
{
    char *folder = fleet_folder(a, state, name), *ret;

    if (!is_run_id(run)) {
        err_set(e, ERR_INPUT, "'%.60s' is no run's id", run);
        return NULL;
    }
    ret = folder ? arena_printf(a, "%s/runs/%s", folder, run) : NULL;
    if (!ret)
        err_nomem(e);
    return ret;
}

bool fleet_folder_plan(const char *state, const char *name, const char *run, struct doc *d, struct buf *text, struct plan *ret,
                       bool *ret_found, struct err *e)
{
    const char *folder = run ? fleet_folder_run(&d->arena, state, name, run, e) : fleet_folder(&d->arena, state, name);
    const char *file = folder ? arena_printf(&d->arena, "%s/plan.json", folder) : NULL;
    struct err none = ERR_INIT;
    struct buf own;
    bool ok;

    *ret_found = false;
    if (!file)
        return e->code ? false : err_nomem(e);
    buf_init(&own, LIMIT_DOCUMENT);
    if (!text)
        text = &own;
    buf_clear(text);
    *ret_found = os_file_read(file, text, &none);
    ok = *ret_found ? plan_read(d, file, buf_str(text), text->len, ret, e) : none.code == ERR_NOT_FOUND || (*e = none, false);
    buf_free(&own);
    return ok;
}

/* --- formats ----------------------------------------------------------------------------------------------------------- */

static const struct field rollout_fields[] = {
    FIELD(folder_rollout, JSON, document, "the rollout as the administrator wrote it", .flags = FIELD_REQUIRED),
    FIELD(folder_rollout, STR, operator, "who began it"),
    FIELD(folder_rollout, INSTANT, begun, "when", .flags = FIELD_REQUIRED),
    FIELD(folder_rollout, INSTANT, ended, "when it ended; absent: it goes on"),
    FIELD(folder_rollout, BOOL, stopped, "nobody else is started"),
    FIELD(folder_rollout, INT, members, "how many lines follow", .min = 0, .max = LIMIT_HOSTS),
    FIELD_END,
};
const struct schema folder_rollout_schema = {
    .name = "rollout", .format = "avswap.fleet-rollout/1", .doc = "A rollout as it began.", .size = sizeof(struct folder_rollout), .fields = rollout_fields,
};

static const struct field member_fields[] = {
    FIELD(folder_member, STR, host, "name of the PC", .flags = FIELD_REQUIRED),
    FIELD(folder_member, INT, wave, "number of its wave, from 0", .min = 0, .max = UINT16_MAX),
    FIELD(folder_member, INT, urgency, "higher first within its wave", .min = 0, .max = UINT32_MAX),
    FIELD(folder_member, STR, plan, "id of its plan, and of its run", .flags = FIELD_ID),
    FIELD(folder_member, INT, expected_ms, "how long its run should take", .min = 0, .max = INT64_MAX),
    FIELD_END,
};
const struct schema folder_member_schema = {
    .name = "member", .doc = "One PC of a rollout.", .size = sizeof(struct folder_member), .fields = member_fields,
};

/* --- writing ----------------------------------------------------------------------------------------------------------- */

static bool add_line(struct buf *out, const struct schema *s, const void *obj, struct err *e)
{
    json_t *j = schema_write(s, obj);
    bool ok = j ? json_text(j, false, out, e) : err_nomem(e);

    json_decref(j);
    buf_addc(out, '\n');
    return ok;
}

static bool write_whole(const char *folder, const char *file, const struct buf *text, struct err *e)
{
    struct arena a = ARENA_INIT;
    char *path = arena_printf(&a, "%s/%s", folder, file);
    bool ok = path ? buf_ok(text, file, e) && os_dir_make(folder, 0700, e) && os_file_write(path, buf_str(text), text->len, 0600, e)
                   : err_nomem(e);

    arena_free(&a);
    return ok;
}

static bool write_below(const char *state, const char *below, const char *file, const struct buf *text, struct err *e)
{
    struct arena a = ARENA_INIT;
    char *folder = arena_printf(&a, "%s/%s", state, below);
    bool ok = folder ? write_whole(folder, file, text, e) : err_nomem(e);

    arena_free(&a);
    return ok;
}

bool fleet_folder_roster(const char *state, const struct roster *r, struct err *e)
{
    struct buf text;
    bool ok = true;

    buf_init(&text, LIMIT_FLEET);
    for (size_t i = 0; ok && i < r->hosts.n; i++)
        ok = add_line(&text, &fleet_host_schema, &r->hosts.v[i].host, e);
    ok = ok && write_below(state, "fleet", "hosts.jsonl", &text, e);
    buf_free(&text);
    return ok;
}

static bool rollout_text(const struct record_rollout *r, const struct record *members, size_t n, struct doc *d, struct buf *out,
                         struct err *e)
{
    const struct folder_rollout head = {.document = doc_parse(d, "rollout", r->document, strlen(r->document), e),
                                        .operator = r->operator, .begun = r->begun, .ended = r->ended, .stopped = r->stopped,
                                        .members = (long long)n};
    bool ok = head.document && add_line(out, &folder_rollout_schema, &head, e);

    for (size_t i = 0; ok && i < n; i++) {
        const struct folder_member m = {members[i].name, members[i].wave, members[i].urgency, members[i].plan,
                                        members[i].host.expected_ms};

        ok = add_line(out, &folder_member_schema, &m, e);
    }
    return ok;
}

bool fleet_folder_rollout(const char *state, const struct record_rollout *r, const struct record *members, size_t n,
                          struct err *e)
{
    struct doc d = DOC_INIT;
    char *file = arena_printf(&d.arena, "%013lld.jsonl", (long long)r->begun);
    struct buf text;
    bool ok;

    buf_init(&text, LIMIT_FLEET);
    ok = file ? rollout_text(r, members, n, &d, &text, e) && write_below(state, "fleet/rollouts", file, &text, e) : err_nomem(e);
    buf_free(&text);
    doc_free(&d);
    return ok;
}
