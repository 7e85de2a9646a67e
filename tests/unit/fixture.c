#include "tests/unit/fixture.h"
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/path.h"

static struct CMUnitTest *tests;
static size_t test_count;

void fixture_add(const char *name, CMUnitTestFunction f, const void *row)
{
    struct CMUnitTest *v = realloc(tests, (test_count + 1) * sizeof *v);

    if (!v)
        abort();
    tests = v;
    tests[test_count++] = (struct CMUnitTest){.name = name, .test_func = f, .initial_state = (void *)(uintptr_t)row};
}

int fixture_run(const char *group)
{
    int failed;

    mem_setup();
    failed = _cmocka_run_group_tests(group, tests, test_count, NULL, NULL);
    free(tests);
    return failed != 0;
}

void expect_contains(const char *text, const char *part)
{
    if (!text || !strstr(text, part))
        fail_msg("'%s' is missing in:\n%s", part, text ? text : "(nothing)");
}

void expect_lacks(const char *text, const char *part)
{
    if (text && strstr(text, part))
        fail_msg("'%s' must not be in:\n%s", part, text);
}

void expect_err(const struct err *e, enum err_code code, const char *parts)
{
    char part[256];

    if (e->code != code)
        fail_msg("error '%s' instead of '%s': %s", err_id(e->code), err_id(code), e->text);
    while (*parts) {
        size_t n = strcspn(parts, "|");

        assert_true(n < sizeof part);
        memcpy(part, parts, n);
        part[n] = '\0';
        expect_contains(e->text, part);
        parts += n + (parts[n] == '|');
    }
}

static void must(bool ok, const struct err *e, const char *what)
{
    if (!ok)
        fail_msg("%s: %s", what, e->text);
}

char *fixture_json(struct arena *a, const char *text)
{
    char *s = arena_strdup(a, text);

    assert_non_null(s);
    for (char *p = s; *p; p++)
        if (*p == '\'')
            *p = '"';
    return s;
}

char *fixture_document(struct arena *a, const struct schema *s, const char *members)
{
    char *text = arena_printf(a, "{'schema':'%s'%s%s}", s->format, *members ? "," : "", members);

    assert_non_null(text);
    return fixture_json(a, text);
}

void fixture_read(struct doc *d, const struct schema *s, const char *members, void *ret)
{
    struct err e = ERR_INIT;
    char *text = fixture_document(&d->arena, s, members);

    must(doc_read(d, s, "test", text, strlen(text), ret, &e), &e, text);
}

struct cond *fixture_cond(struct doc *d, const char *text)
{
    struct err e = ERR_INIT;
    struct place at = {NULL, NULL, 0, "test"};
    struct cond *c = ARENA_NEW(&d->arena, struct cond);
    char *json = fixture_json(&d->arena, text);
    const json_t *j = doc_parse(d, "test", json, strlen(json), &e);

    assert_non_null(c);
    must(j && schema_read(&cond_schema, j, d, &at, c, &e), &e, text);
    return c;
}

char *fixture_text(struct arena *a, const struct schema *s, const void *obj)
{
    struct err e = ERR_INIT;
    json_t *j = schema_write(s, obj);
    struct buf b;
    char *text;

    buf_init(&b, LIMIT_DOCUMENT);
    must(j && json_text(j, true, &b, &e), &e, s->name);
    json_decref(j);
    text = arena_strdup(a, buf_str(&b));
    buf_free(&b);
    assert_non_null(text);
    return text;
}

char *fixture_file(struct arena *a, const char *path, size_t *len)
{
    struct err e = ERR_INIT;
    struct buf b;
    char *text;

    buf_init(&b, LIMIT_DOCUMENT);
    path = os_path_given(path, a, &e);
    must(path && os_file_read(path, &b, &e), &e, "tests run at the top of the repository");
    text = arena_strndup(a, buf_str(&b), b.len);
    assert_non_null(text);
    if (len)
        *len = b.len;
    buf_free(&b);
    return text;
}

instant fixture_instant(const char *text)
{
    instant t = INSTANT_NONE;

    if (!instant_parse(text, &t))
        fail_msg("'%s' is no instant", text);
    return t;
}

void fixture_facts(struct doc *d, const char *members, struct facts *ret)
{
    static const char pc[] =
        "'collected_at':'" FIXTURE_NOW "','tool':'test','machine':{'id':'m1','hostname':'pc','boot_id':'b1'},"
        "'os':{'family':'linux','id':'debian','version_id':'12','name':'Debian GNU/Linux 12','kernel':'6.1.0-1-amd64',"
        "'arch':'x86_64','init':'systemd'},'memory_mib':4096,'cpus':2,"
        "'disks':[{'path':'/','free_mib':9000,'total_mib':20000},{'path':'/var','free_mib':8000}],"
        "'package_lock':{'held':false}";
    char *all = arena_printf(&d->arena, "%s%s%s", pc, *members ? "," : "", members);

    assert_non_null(all);
    fixture_read(d, &facts_schema, all, ret);
}

static const char *const catalog_paths[] = {
    "vendors/old/vendor.json", "vendors/old/timeline.json", "vendors/old/av.json",    "vendors/old/agent.json",
    "vendors/old/gui.json",    "vendors/alpha/vendor.json", "vendors/alpha/av.json",  "vendors/beta/vendor.json",
    "vendors/beta/av.json",    "vendors/gamma/vendor.json", "vendors/gamma/av.json",  "vendors/delta/vendor.json",
    "vendors/delta/edr.json",  "vendors/white/vendor.json", "vendors/white/av.json",  "playbooks/overlap.json",
    "playbooks/replace.json",  "playbooks/builtin.json",    "playbooks/cleanup.json",
};

/* The text after an edit; NULL: left out. */
static char *edited(struct arena *a, const struct edit *x, char *text)
{
    char *find, *at, *now;

    if (!x->put)
        return NULL;
    if (!x->find)
        return fixture_json(a, x->put);
    find = fixture_json(a, x->find);
    at = strstr(text, find);
    if (!at)
        fail_msg("%s has no '%s' to edit", x->path, x->find);
    *at = '\0';
    now = arena_printf(a, "%s%s%s", text, fixture_json(a, x->put), at + strlen(find));
    assert_non_null(now);
    return now;
}

size_t fixture_catalog_files(struct arena *a, const struct edit *edits, struct catalog_file **ret)
{
    size_t max = sizeof catalog_paths / sizeof catalog_paths[0], n = 0, used = 0, wanted = 0;
    struct catalog_file *v = ARENA_ARRAY(a, max, struct catalog_file);

    assert_non_null(v);
    for (size_t i = 0; i < max; i++) {
        char *text = fixture_file(a, arena_printf(a, "tests/unit/catalog/%s", catalog_paths[i]), NULL);

        for (const struct edit *x = edits; x && x->path && text; x++) {
            if (strcmp(x->path, catalog_paths[i]) != 0)
                continue;
            text = edited(a, x, text);
            used++;
        }
        if (text)
            v[n++] = (struct catalog_file){.path = catalog_paths[i], .text = text, .len = strlen(text)};
    }
    for (const struct edit *x = edits; x && x->path; x++)
        wanted++;
    assert_int_equal(used, wanted);
    *ret = v;
    return n;
}

void fixture_catalog(struct arena *a, const struct edit *edits, struct catalog *ret)
{
    struct err e = ERR_INIT;
    struct catalog_file *files;
    size_t n = fixture_catalog_files(a, edits, &files);

    must(catalog_make(files, n, ret, &e), &e, "the small catalogue");
}
