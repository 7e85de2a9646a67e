/*
 * No PC is told to start before a notice that is on disk names it with its plan. The driver, its errands and its store are the real
 * ones; contact.h is played here, by PCs that answer at once and look at the disk when they are asked to start.
 */
#include "core/base/limits.h"
#include "core/fleet/errand.h"
#include "core/os/machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#define PATH 256

static char state[64];
static struct {
    int starts, silent;   /* how often asked to start; the PC of this number ("pc1") does not answer */
    int stale;            /* the PC of this number has changed since its first plan was made */
    bool in_the_way;      /* where the next notice is going to be, there is a folder */
    ino_t synced[4096];   /* files and folders, in the order of their fsync() */
    size_t n;
} world;

int fsync(int fd);
int fsync(int fd)
{
    struct stat st;

    if (fstat(fd, &st) == 0 && world.n < sizeof world.synced / sizeof world.synced[0])
        world.synced[world.n++] = st.st_ino;
    return (int)syscall(SYS_fsync, fd);
}

/* ---- plans ---- */

static void write_plan(const char *host, const char *which, struct buf *out)
{
    static struct plan_product sources[] = {{.product = "old", .name = "Old AV", .role = ROLE_PROTECTION}};
    struct machine machine = {.id = host, .hostname = which};
    struct plan p = {.made_at = 1, .tool = "0", .catalog_digest = "c", .machine = &machine, .strategy = "replace", .sources = {sources, 1},
                     .id = "0123456789ab", .max_reboots = 1, .unprotected_limit_s = 60};
    struct err e = ERR_INIT;
    char id[13], hex[65];
    json_t *j;

    assert_true(plan_digest(&p, hex, &e));
    snprintf(id, sizeof id, "%.12s", hex);
    p.id = id;
    assert_true(plan_digest(&p, hex, &e));
    p.digest = hex;
    j = schema_write(&plan_schema, &p);
    assert_non_null(j);
    assert_true(json_text(j, true, out, &e));
    json_decref(j);
}

static bool make_plan(void *arg, const struct roster_host *h, const char *facts, size_t n, const struct drive_plan *ret, struct err *e)
{
    (void)arg;
    (void)facts;
    (void)n;
    (void)e;
    write_plan(h->host.name, "second", ret->text);
    return true;
}

static uint32_t no_urgency(void *arg, const char *facts, size_t n)
{
    (void)arg;
    (void)facts;
    return (uint32_t)n & 0;
}

/* ---- the disk ---- */

static size_t position(const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return 0;
    for (size_t i = world.n; i; i--)
        if (world.synced[i - 1] == st.st_ino)
            return i;
    return 0;
}

/* How many notices there are, and whether one that is on disk, with its name in the folder, names the plan. */
static int notices(const char *digest, bool *ret_named)
{
    struct err e = ERR_INIT;
    struct doc d = DOC_INIT;
    struct strs files;
    char fleet[PATH];
    int found = 0;

    snprintf(fleet, sizeof fleet, "%s/fleet", state);
    assert_true(os_dir_list(fleet, &d.arena, &files, &e));
    for (size_t i = 0; i < files.n; i++) {
        char json[2 * PATH], cef[3 * PATH];
        struct buf text;
        struct stat st;

        snprintf(json, sizeof json, "%s/%s", fleet, files.v[i]);
        if (!text_starts(files.v[i], "notice-") || !text_ends(json, ".json") || stat(json, &st) != 0 || !S_ISREG(st.st_mode))
            continue;
        snprintf(cef, sizeof cef, "%.*s.cef", (int)strlen(json) - 5, json);
        found++;
        buf_init(&text, LIMIT_FLEET);
        assert_true(os_file_read(json, &text, &e));
        if (digest && strstr(buf_str(&text), digest)) {
            buf_clear(&text);
            assert_true(os_file_read(cef, &text, &e));
            *ret_named = strstr(buf_str(&text), digest) && position(cef) && position(json) && position(fleet) > position(json) &&
                         position(json) > position(cef);
        }
        buf_free(&text);
    }
    doc_free(&d);
    return found;
}

/* ---- PCs ---- */

struct contact {
    struct contact_request r;
    uv_timer_t timer;
    int asked; /* -1: nothing is; it says hello, or the visit is over */
    bool hello, closing, told;
    char digest[65];
};

static int number_of(const struct contact *c)
{
    return c->r.target->name[2] - '0';
}

static void gone(uv_handle_t *h)
{
    free(h->data);
}

static void end(struct contact *c, bool silent)
{
    struct contact_end over = {.how = silent ? CONTACT_LINK : CONTACT_WELL, .link = silent ? LINK_SILENT : LINK_OK, .text = ""};

    c->r.calls->over(c->r.arg, c, &over);
    uv_close((uv_handle_t *)&c->timer, gone);
}

static void answer_start(struct contact *c, struct visit_answer *a)
{
    bool named = false;

    world.starts++;
    assert_true(c->digest[0]);
    notices(c->digest, &named);
    if (!named)
        fail_msg("%s is told to start plan %s, and no notice on disk names it", c->r.target->name, c->digest);
    a->event = ANSWER_NO_START;
    a->status = EXIT_REFUSED;
    a->text = "not today";
    if (number_of(c) == world.stale && !c->told) {
        c->told = true;
        a->error = err_id(ERR_STALE);
    }
}

static void tick(uv_timer_t *t)
{
    struct contact *c = t->data;
    struct visit_hello hello = {.tool = "0", .machine = c->r.target->name, .hostname = "x", .os = "linux", .boot = "b", .at = 1};
    struct visit_answer a = {.what = c->asked, .event = ANSWER_PROGRESS};
    int asked = c->asked;
    struct err e = ERR_INIT;

    if (c->closing || world.silent == number_of(c)) {
        end(c, !c->closing);
        return;
    }
    c->asked = -1;
    if (!c->hello) {
        c->hello = true;
        assert_true(c->r.calls->hello(c->r.arg, c, &hello, &e));
    } else {
        if (asked == DO_DETECT)
            assert_true(c->r.calls->data(c->r.arg, c, "facts", "{}", 2, &e));
        if (asked == DO_START)
            answer_start(c, &a);
        if (!c->r.calls->answer(c->r.arg, c, &a, &e)) {
            struct contact_end failed = {.how = CONTACT_FAILED, .text = "", .e = &e};

            c->r.calls->over(c->r.arg, c, &failed);
            uv_close((uv_handle_t *)&c->timer, gone);
            return;
        }
    }
    if (c->asked >= 0 || c->closing)
        uv_timer_start(&c->timer, tick, 0, 0);
}

struct contact *contact_open(uv_loop_t *loop, const struct contact_request *r, struct err *e)
{
    struct contact *c = calloc(1, sizeof *c);

    (void)e;
    assert_non_null(c);
    c->r = *r;
    c->asked = -1;
    c->timer.data = c;
    uv_timer_init(loop, &c->timer);
    uv_timer_start(&c->timer, tick, 0, 0);
    return c;
}

bool contact_frame(struct contact *c, const char *type, const char *p, size_t n, struct err *e)
{
    struct doc d = DOC_INIT;
    struct plan plan;

    if (strcmp(type, "plan") == 0) {
        assert_true(plan_read(&d, type, p, n, &plan, e));
        snprintf(c->digest, sizeof c->digest, "%s", plan.digest);
    }
    doc_free(&d);
    return true;
}

bool contact_ask(struct contact *c, const struct visit_request *r, struct err *e)
{
    (void)e;
    c->asked = r->what;
    if (world.in_the_way && r->what == DO_DETECT) {
        char path[PATH];

        snprintf(path, sizeof path, "%s/fleet/notice-1.2.json", state);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    return true;
}

void contact_close(struct contact *c)
{
    c->closing = true;
}

/* Nothing is sent to them. */
void contact_allow(struct contact *c, long long bytes)
{
    (void)c;
    (void)bytes;
}

void contact_kill(struct contact *c)
{
    c->closing = true;
}

/* ---- a rollout over pc1 .. pc5, of which the first three are planned ---- */

struct jump {
    struct store *store;
    struct doc doc;
    struct roster roster;
    struct worker_file worker;
    struct drive_request request;
};

static void put_plan(const char *name)
{
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    char *folder = fleet_folder(&a, state, name);
    struct buf text;

    buf_init(&text, LIMIT_DOCUMENT);
    write_plan(name, "first", &text);
    assert_true(os_dir_make(folder, 0700, &e));
    assert_true(os_file_write(arena_printf(&a, "%s/plan.json", folder), buf_str(&text), text.len, 0600, &e));
    buf_free(&text);
    arena_free(&a);
}

static void open_jump(struct jump *j, bool fresh)
{
    struct err e = ERR_INIT;
    enum roster_change change;
    char path[PATH];

    memset(j, 0, sizeof *j);
    j->doc = (struct doc)DOC_INIT;
    if (fresh) {
        memset(&world, 0, sizeof world);
        memcpy(state, "/tmp/avswap-notices-XXXXXX", sizeof "/tmp/avswap-notices-XXXXXX");
        assert_non_null(mkdtemp(state));
    }
    snprintf(path, sizeof path, "%s/fleet.db", state);
    j->store = store_open(path, &e);
    assert_non_null(j->store);
    assert_true(store_begin(j->store, &e));
    for (int i = 1; i <= 5; i++) {
        char name[8];
        struct fleet_host h = {.name = name, .zone = "UTC", .site = "berlin"};

        snprintf(name, sizeof name, "pc%d", i);
        assert_true(roster_put(j->store, &h, 1, &change, &e));
        if (fresh && i <= 3)
            put_plan(name);
    }
    assert_true(store_commit(j->store, &e));
    assert_true(roster_load(j->store, &j->doc, &j->roster, &e));
    j->worker = (struct worker_file){.sha256 = "aa", .bytes = "x", .size = 1};
    j->request = (struct drive_request){.state = state, .store = j->store, .roster = &j->roster, .workers = {&j->worker, NULL}, .patience_ms = 0,
                                        .contact = "helpdesk", .plan = make_plan, .urgency = no_urgency};
}

static void close_jump(struct jump *j, bool last)
{
    struct err e = ERR_INIT;

    store_abort(j->store);
    store_close(j->store);
    doc_free(&j->doc);
    if (last)
        assert_true(os_tree_remove(state, &e));
}

static void begin(struct jump *j)
{
    static const char text[] = "{\"schema\":\"avswap.rollout/1\"}";
    struct err e = ERR_INIT;
    struct rollout r;

    schema_init(&rollout_schema, &r);
    if (!drive_begin(&j->request, &r, text, NULL, "ops", os_now(), &e))
        fail_msg("%s", e.text);
}

static bool go(struct jump *j, struct err *e)
{
    struct drive *d = drive_open(&j->request, os_now(), e);
    bool ok;

    if (!d)
        fail_msg("%s", e->text);
    ok = drive_run(d, e);
    drive_close(d);
    return ok;
}

static size_t hosts_of(const char *file, long long *ret_number)
{
    struct err e = ERR_INIT;
    struct doc d = DOC_INIT;
    char path[PATH];
    struct notice n;
    struct buf text;
    size_t ret;

    snprintf(path, sizeof path, "%s/fleet/%s", state, file);
    buf_init(&text, LIMIT_FLEET);
    if (!os_file_read(path, &text, &e) || !doc_read(&d, &notice_schema, path, buf_str(&text), text.len, &n, &e))
        fail_msg("%s", e.text);
    assert_string_equal(n.operator, "ops");
    assert_string_equal(n.contact, "helpdesk");
    assert_string_equal(n.workers.v[0].sha256, "aa");
    assert_string_equal(n.hosts.v[0].wave, "rest");
    *ret_number = n.number;
    ret = n.hosts.n;
    buf_free(&text);
    doc_free(&d);
    return ret;
}

/* The planned ones are in the first notice, those that are planned for at their visit and the one with a new plan each in one more. */
static void test_each_start(void **none)
{
    struct err e = ERR_INIT;
    long long number;
    struct jump j;

    (void)none;
    open_jump(&j, true);
    world.stale = 2;
    begin(&j);
    if (!go(&j, &e))
        fail_msg("%s", e.text);
    assert_int_equal(world.starts, 6);
    assert_int_equal(notices(NULL, NULL), 4);
    assert_int_equal(hosts_of("notice-1.json", &number), 3);
    assert_int_equal(number, 1);
    assert_int_equal(hosts_of("notice-1.4.json", &number), 1);
    assert_int_equal(number, 4);
    close_jump(&j, true);
}

/* Who was told of is not told of again when the rollout goes on; who was planned for meanwhile is, at once. */
static void test_goes_on(void **none)
{
    struct err e = ERR_INIT;
    long long number;
    struct jump j;

    (void)none;
    open_jump(&j, true);
    world.silent = 3;
    begin(&j);
    assert_true(go(&j, &e));
    assert_int_equal(world.starts, 4);
    assert_int_equal(notices(NULL, NULL), 3);
    close_jump(&j, false);

    open_jump(&j, false);
    world.silent = 0;
    assert_true(go(&j, &e));
    assert_int_equal(notices(NULL, NULL), 3);
    close_jump(&j, true);

    open_jump(&j, true);
    world.silent = 4;
    begin(&j);
    assert_true(go(&j, &e)); /* pc4 is queued or silent without a plan, pc5 has its own notice */
    put_plan("pc4");
    assert_true(go(&j, &e));
    assert_int_equal(hosts_of("notice-1.3.json", &number), 1);
    assert_int_equal(notices(NULL, NULL), 3);
    close_jump(&j, true);
}

/* Nobody is planned: no notice. One that cannot be written: nobody is started. */
static void test_cannot_write(void **none)
{
    struct err e = ERR_INIT;
    struct jump j;

    (void)none;
    open_jump(&j, true);
    world.in_the_way = true;
    world.silent = 4;
    begin(&j);
    assert_false(go(&j, &e));
    assert_non_null(strstr(e.text, "nobody is started without a notice of it"));
    assert_int_equal(world.starts, 3);
    close_jump(&j, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_start),
        cmocka_unit_test(test_goes_on),
        cmocka_unit_test(test_cannot_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
