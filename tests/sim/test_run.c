/* core/run on the simulated PC, where a person steps in: plans that no longer fit, rolling back by hand,
 * trial runs, law and limits. */
#include "core/base/limits.h"
#include "core/model/timeline.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/os/service.h"
#include "core/run/run.h"
#include "tests/crash/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct scenario overlap = {.name = "overlap", .playbook = "overlap", .setup = {.old = true}};
static const struct scenario replace = {.name = "replace", .playbook = "replace", .setup = {.old = true}};

/* --- plans that were changed after they were made
 * -------------------------------------------------------------------------- */

static void seal(struct plan *p, struct buf *out)
{
    static char hex[65];
    struct err e = ERR_INIT;
    json_t *j;

    assert_true(plan_digest(p, hex, &e));
    p->digest = hex;
    j = schema_write(&plan_schema, p);
    assert_true(j && json_text(j, true, out, &e));
    json_decref(j);
}

static json_t *made; /* by a change, for as long as the plan is written */

/* The world's plan with one thing different and a digest that fits again. */
static void alter(void (*change)(struct plan *p), struct buf *out)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct plan p;
    size_t len;
    const char *text = world_plan(&len);

    assert_true(plan_read(&d, "plan.json", text, len, &p, &e));
    change(&p);
    seal(&p, out);
    json_decref(made);
    made = NULL;
    doc_free(&d);
}

static enum err_code prepare_text(const char *text, size_t len, const struct catalog *c, char *said)
{
    struct err e = ERR_INIT;
    char id[80];

    sim_worker();
    (void)!run_prepare("plan.json", text, len, c, id, sizeof id, &e);
    if (said)
        snprintf(said, sizeof e.text, "%s", e.text);
    return e.code;
}

static enum err_code prepare(const struct scenario *s, void (*change)(struct plan *p), char *said)
{
    struct buf b;
    enum err_code code;

    world_begin(s, SIM_NONE);
    buf_init(&b, LIMIT_DOCUMENT);
    alter(change, &b);
    code = prepare_text(buf_str(&b), b.len, world_catalog(), said);
    buf_free(&b);
    return code;
}

static void another_pc(struct plan *p)
{
    p->machine->id = "0123456789abcdef0123456789abcdef";
}
static void another_catalogue(struct plan *p)
{
    p->catalog_digest = "0000000000000000000000000000000000000000000000000000000000000000";
}
static void no_change(struct plan *p)
{
    (void)p;
}

static const char *const one_secret[] = {"token"};
static void needs_secret(struct plan *p)
{
    p->secrets = (struct strs){(const char **)(uintptr_t)one_secret, 1};
    p->secret_sources = NULL;
}

static void test_plan_of_another_pc_is_refused(void **state)
{
    char said[sizeof(struct err)];

    (void)state;
    assert_int_equal(prepare(&overlap, another_pc, said), ERR_STALE);
    assert_non_null(strstr(said, "0123456789abcdef0123456789abcdef"));
    world_over();
}

static void test_plan_from_another_catalogue_is_refused(void **state)
{
    char said[sizeof(struct err)];

    (void)state;
    assert_int_equal(prepare(&overlap, another_catalogue, said), ERR_STALE);
    assert_non_null(strstr(said, "another catalogue"));
    world_over();
}

static void test_missing_secret_is_refused_before_anything(void **state)
{
    unsigned long changes;

    (void)state;
    assert_int_equal(prepare(&overlap, needs_secret, NULL), ERR_SECRET);
    changes = sim_changes();
    assert_int_equal(prepare(&overlap, needs_secret, NULL), ERR_SECRET);
    assert_int_equal(sim_changes(), changes); /* the lock was not even taken */
    world_over();
}

static void test_changed_pc_is_told_from_the_plan(void **state)
{
    char said[sizeof(struct err)];
    struct sim_setup gone = {.old = false};
    size_t len;
    const char *text;

    (void)state;
    world_begin(&overlap, SIM_NONE);
    text = world_plan(&len);
    sim_reset(&gone);
    assert_int_equal(prepare_text(text, len, world_catalog(), said), ERR_STALE);
    assert_non_null(strstr(said, "the PC has changed since the plan was made"));
    world_over();
}

static void test_text_that_is_no_plan(void **state)
{
    (void)state;
    assert_int_equal(prepare_text("{", 1, NULL, NULL), ERR_INPUT);
    assert_int_equal(prepare_text("{\"schema\":\"avswap.plan/1\"}", 26, NULL, NULL), ERR_INPUT);
}

/* --- which run
 * -----------------------------------------------------------------------------------------------------------------
 */

static void test_runs_are_listed_and_picked(void **state)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct run_view v;
    const char *id;
    struct end end;
    size_t len;
    const char *text;

    (void)state;
    world_begin(&overlap, SIM_NONE);
    text = world_plan(&len);
    assert_false(run_pick(&d.arena, &id, &e));
    assert_int_equal(e.code, ERR_NOT_FOUND);
    err_clear(&e);
    assert_int_equal(prepare_text(text, len, world_catalog(), NULL), ERR_NONE);
    assert_true(run_pick(&d.arena, &id, &e));
    assert_string_equal(id, world_run());
    assert_non_null(run_folder(id, &d.arena));
    assert_true(run_view(id, &v, &e));
    assert_int_equal(v.outcome.result, RESULT_RUNNING);
    assert_non_null(strstr(v.outcome.next, "not started yet"));
    run_view_free(&v);
    /* While it is not ended no other may begin. */
    assert_int_equal(prepare_text(text, len, world_catalog(), NULL), ERR_BUSY);
    world_finish(&end);
    assert_int_equal(end.exit, 0);
    end_free(&end);
    assert_true(run_pick(&d.arena, &id, &e));
    assert_string_equal(id, world_run());
    assert_false(run_view("../../etc", &v, &e));
    assert_int_equal(e.code, ERR_USAGE);
    doc_free(&d);
    world_over();
}

static void test_same_plan_twice_gets_a_number(void **state)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct strs ids;
    char id[80];
    size_t len;
    const char *text;
    int status;

    (void)state;
    world_begin(&replace, SIM_INSTALL_FAILS);
    text = world_plan(&len);
    sim_worker();
    assert_true(run_prepare("plan.json", text, len, NULL, id, sizeof id, &e));
    assert_true(run_go(id, NULL, &status, &e));
    assert_int_equal(status, 5);
    sim_worker();
    assert_true(run_prepare("plan.json", text, len, NULL, id, sizeof id, &e));
    assert_int_equal(strncmp(id, world_run(), strlen(world_run())), 0);
    assert_string_equal(id + strlen(world_run()), "-2");
    assert_true(run_list(&d.arena, &ids, &e));
    assert_int_equal(ids.n, 2);
    assert_string_equal(ids.v[0], world_run());
    assert_string_equal(ids.v[1], id);
    doc_free(&d);
    world_over();
}

/* --- trial runs
 * -------------------------------------------------------------------------------------------------------------------
 */

static void count_steps(void *arg, const struct plan *p, const struct event *ev)
{
    (void)p;
    *(size_t *)arg += ev && ev->kind == EVENT_END;
}

static void changed(void *arg, const struct sim_point *p)
{
    (void)arg;
    print_error("a trial run changes: %s %s\n", p->what, p->target);
}

static void test_trial_run_changes_nothing(void **state)
{
    size_t ends = 0, len;
    struct run_options o = {.dry_run = true, .progress = count_steps, .arg = &ends};
    struct err e = ERR_INIT;
    struct buf before, after;
    const char *text;
    int status = -1;
    unsigned long changes;

    (void)state;
    world_begin(&overlap, SIM_NONE);
    text = world_plan(&len);
    buf_init(&before, LIMIT_DOCUMENT);
    buf_init(&after, LIMIT_DOCUMENT);
    sim_describe(&before);
    sim_worker();
    changes = sim_changes();
    sim_watch(changed, NULL);
    assert_true(run_dry("plan.json", text, len, &o, &status, &e));
    sim_watch(NULL, NULL);
    sim_describe(&after);
    assert_int_equal(status, 0);
    assert_true(ends > 10);
    assert_int_equal(sim_changes(), changes);
    assert_string_equal(buf_str(&before), buf_str(&after));
    assert_true(sim_protected());
    buf_free(&before);
    buf_free(&after);
    world_over();
}

/* --- rolling back by hand
 * -------------------------------------------------------------------------------------------------------- */

static struct {
    const char *what, *target;
    struct sim_snapshot *then;
} stop_at;

static void stop_there(void *arg, const struct sim_point *p)
{
    (void)arg;
    if (!stop_at.then && p->after && strstr(p->what, stop_at.what) && strstr(p->target, stop_at.target))
        stop_at.then = sim_snapshot();
}

/* The PC as a worker leaves it that was killed where stop_at tells. */
static void die_there(void)
{
    sim_watch(NULL, NULL);
    assert_non_null(stop_at.then);
    sim_restore(stop_at.then);
    sim_snapshot_free(stop_at.then);
    sim_die(SIM_DEATH_KILL);
}

/* The PC as a worker leaves it that is killed right after that change. */
static void die_after(const struct scenario *s, const char *what, const char *target)
{
    struct end end;

    world_begin(s, SIM_NONE);
    stop_at.what = what;
    stop_at.target = target;
    stop_at.then = NULL;
    sim_watch(stop_there, NULL);
    world_finish(&end);
    end_free(&end);
    die_there();
    sim_worker();
}

static void test_rollback_by_hand_restores(void **state)
{
    struct err e = ERR_INIT;
    int status = -1;

    (void)state;
    die_after(&replace, "", "/opt/kaspersky/kesl/");
    assert_true(world_underway());
    assert_true(run_rollback(world_run(), NULL, &status, &e));
    assert_int_equal(status, 5);
    assert_true(sim_protected());
    /* It is over: neither again nor on. */
    assert_false(run_rollback(world_run(), NULL, &status, &e));
    assert_int_equal(e.code, ERR_POLICY);
    err_clear(&e);
    assert_true(run_go(world_run(), NULL, &status, &e));
    assert_int_equal(status, 5);
    world_over();
}

/* Through all reboots to the end; its exit status, and the result on record. */
static int go_to_end(const char *id, enum run_result *ret)
{
    struct err e = ERR_INIT;
    struct run_view v;
    int status = -1;

    assert_true(run_go(id, NULL, &status, &e));
    while (sim_reboot_asked()) {
        sim_reboot();
        sim_worker();
        assert_true(run_go(id, NULL, &status, &e));
    }
    assert_true(run_view(id, &v, &e));
    *ret = v.outcome.result;
    run_view_free(&v);
    return status;
}

static void stop_at_fourth_record(void *arg, const struct sim_point *p)
{
    int *records = arg;

    if (p->after && strcmp(p->what, "log append") == 0 && ++*records == 4)
        stop_at.then = sim_snapshot();
}

/* The worker looks at a boot before the old product has started: that was the one that protected all the same. */
static void test_old_one_that_starts_late_is_put_back(void **state)
{
    struct err e = ERR_INIT;
    enum run_result result;
    struct os_exit x;
    int records = 0;
    struct end end;

    (void)state;
    world_begin(&replace, SIM_INSTALL_FAILS);
    stop_at.then = NULL;
    assert_true(os_service_change(OS_SERVICE_STOP, "kesl", 1000, &x, &e));
    buf_free(&x.out);
    assert_false(sim_protected());
    sim_watch(stop_at_fourth_record, &records);
    world_finish(&end);
    end_free(&end);
    die_there();
    assert_true(os_service_change(OS_SERVICE_START, "kesl", 1000, &x, &e));
    buf_free(&x.out);
    assert_true(sim_protected());
    sim_worker();
    assert_int_equal(go_to_end(world_run(), &result), 5);
    assert_int_equal(result, RESULT_ROLLED_BACK);
    assert_true(sim_protected());
    world_over();
}

static void test_rollback_after_commit_is_refused(void **state)
{
    struct err e = ERR_INIT;
    struct end end;
    int status;

    (void)state;
    world_begin(&overlap, SIM_NONE);
    world_finish(&end);
    assert_int_equal(end.exit, 0);
    end_free(&end);
    sim_worker();
    assert_false(run_rollback(world_run(), NULL, &status, &e));
    assert_int_equal(e.code, ERR_POLICY);
    assert_non_null(strstr(e.text, "committed"));
    world_over();
}

/* --- law and limits
 * --------------------------------------------------------------------------------------------------------------
 */

/* Where a measure forbids this owner the old product's use it is not put back: then the PC is unprotected,
 * and says so. */
static void test_owner_who_may_not_use_it_is_not_given_it_back(void **state)
{
    static const struct scenario federal = {
        .name = "federal", .playbook = "replace", .setup = {.old = true}, .as = "federal"};
    struct end end;

    (void)state;
    world_begin(&federal, SIM_INSTALL_FAILS);
    world_finish(&end);
    assert_int_equal(end.exit, 6);
    assert_false(end.protected_now);
    assert_non_null(strstr(end.result, "unprotected"));
    end_free(&end);
    world_over();
}

static void test_no_reboot_stops_and_goes_on_after_one(void **state)
{
    static const struct scenario careful = {
        .name = "careful", .playbook = "overlap", .setup = {.old = true}, .no_reboot = true};
    struct end end;

    (void)state;
    world_begin(&careful, SIM_WANTS_REBOOT);
    world_finish(&end);
    assert_int_equal(end.exit, 4); /* it protects, but is not verified after a reboot yet */
    end_free(&end);
    world_finish(&end); /* world_finish ends with a reboot: the person's own */
    assert_int_equal(end.exit, 0);
    assert_true(end.protected_now);
    end_free(&end);
    world_over();
}

/* The altered plan, to its end or stop; the exit status, and the result on record. */
static int run_altered(const struct scenario *s, enum sim_switch w, void (*change)(struct plan *p), enum run_result *ret)
{
    struct err e = ERR_INIT;
    struct buf b;
    char id[80];
    int status;

    world_begin(s, w);
    buf_init(&b, LIMIT_DOCUMENT);
    alter(change, &b);
    sim_worker();
    assert_true(run_prepare("plan.json", buf_str(&b), b.len, world_catalog(), id, sizeof id, &e));
    status = go_to_end(id, ret);
    buf_free(&b);
    world_over();
    return status;
}

static void no_reboots_left(struct plan *p) { p->max_reboots = 0; }

static void test_reboots_are_bounded(void **state)
{
    enum run_result result;

    (void)state;
    assert_int_equal(run_altered(&overlap, SIM_WANTS_REBOOT, no_reboots_left, &result), 8);
    assert_int_equal(result, RESULT_IN_DOUBT);
    assert_true(sim_protected());
}

static void one_reboot_left(struct plan *p) { p->max_reboots = 1; }

/* Started again and again while the system has not gone down yet: that is one reboot, on record once. */
static void test_reboot_that_is_on_its_way_counts_once(void **state)
{
    struct err e = ERR_INIT;
    struct run_view v;
    struct buf b;
    char id[80];
    int status = -1, records = 0;

    (void)state;
    world_begin(&overlap, SIM_WANTS_REBOOT);
    buf_init(&b, LIMIT_DOCUMENT);
    alter(one_reboot_left, &b);
    sim_worker();
    assert_true(run_prepare("plan.json", buf_str(&b), b.len, world_catalog(), id, sizeof id, &e));
    for (int i = 0; i < 3; i++) {
        sim_worker();
        assert_true(run_go(id, NULL, &status, &e));
        assert_int_equal(status, 4);
        assert_true(sim_reboot_asked());
    }
    sim_reboot();
    sim_worker();
    assert_true(run_go(id, NULL, &status, &e));
    assert_int_equal(status, 0);
    assert_true(run_view(id, &v, &e));
    for (size_t i = 0; i < v.events.n; i++)
        records += v.events.v[i].kind == EVENT_REBOOT;
    assert_int_equal(records, 1);
    run_view_free(&v);
    buf_free(&b);
    world_over();
}

static void short_gap(struct plan *p) { p->unprotected_limit_s = 1; }

/* The new product takes longer than that to come up after the old one went: back to the old one. */
static void test_ceiling_turns_the_run_round(void **state)
{
    enum run_result result;

    (void)state;
    assert_int_equal(run_altered(&replace, SIM_NONE, short_gap, &result), 5);
    assert_int_equal(result, RESULT_ROLLED_BACK);
    assert_true(sim_protected());
}

/* Hours without power in the middle of the change are hours without anybody who could attack: the run goes on to its end. */
static void test_hours_without_power_are_no_gap(void **state)
{
    enum run_result result;

    (void)state;
    die_after(&replace, "", "/opt/kaspersky/kesl/");
    sim_die(SIM_DEATH_POWER);
    sim_off(10ll * 3600 * 1000);
    sim_worker();
    assert_int_equal(go_to_end(world_run(), &result), 0);
    assert_int_equal(result, RESULT_MIGRATED);
    assert_true(sim_protected());
    world_over();
}

static void fails_at_the_end(struct plan *p)
{
    struct step *s = &p->steps.v[p->steps.n - 1];

    s->verb = "check.that";
    s->args = made = json_pack("{s:{s:s, s:s}, s:s}", "cond", "probe", "package", "name", "nowhere", "refuse", "it is not there");
    s->before = s->after = NULL;
    s->auxiliary = false;
}

/* Who may not have the old product back keeps the new one although a last check failed; a person has to look. */
static void test_new_one_that_failed_a_check_is_kept_where_the_old_may_not_come_back(void **state)
{
    static const struct scenario federal = {
        .name = "federal", .playbook = "builtin", .setup = {.old = true, .other = true}, .as = "federal"};
    enum run_result result;

    (void)state;
    assert_int_equal(run_altered(&federal, SIM_NONE, fails_at_the_end, &result), 8);
    assert_int_equal(result, RESULT_IN_DOUBT);
    assert_true(sim_protected());
}

static void traceless_step(struct plan *p)
{
    struct step *s = &p->steps.v[0];

    s->verb = "command.run";
    s->args = made = json_pack("{s:[s]}", "argv", "true");
    s->before = s->after = NULL;
    s->auxiliary = s->repeat = false;
    s->title = "Do what leaves no trace";
}

static void stop_after_begin(void *arg, const struct sim_point *p)
{
    struct buf b;

    (void)arg;
    buf_init(&b, LIMIT_JOURNAL);
    if (!stop_at.then && p->after && strcmp(p->what, "log sync") == 0 && sim_file(p->target, &b) &&
        strstr(buf_str(&b), "\"kind\":\"begin\""))
        stop_at.then = sim_snapshot();
    buf_free(&b);
}

/* Nobody knows whether a step had its effect that leaves no trace: a person has to look, nothing is done twice. */
static void test_step_without_a_trace_is_in_doubt_after_a_crash(void **state)
{
    struct err e = ERR_INIT;
    struct run_view v;
    struct buf b;
    char id[80];
    int status = -1;

    (void)state;
    world_begin(&overlap, SIM_NONE);
    buf_init(&b, LIMIT_DOCUMENT);
    alter(traceless_step, &b);
    sim_worker();
    assert_true(run_prepare("plan.json", buf_str(&b), b.len, world_catalog(), id, sizeof id, &e));
    stop_at.then = NULL;
    sim_watch(stop_after_begin, NULL);
    (void)!run_go(id, NULL, &status, &e);
    sim_watch(NULL, NULL);
    assert_non_null(stop_at.then);
    sim_restore(stop_at.then);
    sim_snapshot_free(stop_at.then);
    sim_die(SIM_DEATH_KILL);
    sim_worker();
    err_clear(&e);
    assert_true(run_go(id, NULL, &status, &e));
    assert_int_equal(status, 8);
    assert_true(run_view(id, &v, &e));
    assert_int_equal(v.outcome.result, RESULT_IN_DOUBT);
    assert_false(run_ended(&v));
    run_view_free(&v);
    assert_true(sim_protected());
    buf_free(&b);
    world_over();
}

static void unknown_verb(struct plan *p)
{
    p->steps.v[p->steps.n - 1].verb = "tea.make";
}

static void test_verb_of_a_newer_version_stops_cleanly(void **state)
{
    struct err e = ERR_INIT;
    struct buf b;
    char id[80];
    int status = -1;
    bool ok;

    (void)state;
    world_begin(&overlap, SIM_NONE);
    buf_init(&b, LIMIT_DOCUMENT);
    alter(unknown_verb, &b);
    sim_worker();
    ok = run_prepare("plan.json", buf_str(&b), b.len, world_catalog(), id, sizeof id, &e) &&
         run_go(id, NULL, &status, &e);
    assert_false(ok);
    assert_int_equal(e.code, ERR_INPUT);
    assert_non_null(strstr(e.text, "tea.make"));
    buf_free(&b);
    world_over();
}

static void test_damaged_journal_is_refused_and_kept(void **state)
{
    struct err e = ERR_INIT;
    struct buf b, after;
    int status = -1;

    (void)state;
    die_after(&replace, "", "/opt/kaspersky/kesl/");
    buf_init(&b, LIMIT_JOURNAL);
    buf_init(&after, LIMIT_JOURNAL);
    assert_true(sim_file(world_journal(), &b) && b.len > 300);
    buf_str(&b);
    b.data[100] ^= 1;
    sim_file_set(world_journal(), b.data, b.len);
    assert_false(run_go(world_run(), NULL, &status, &e));
    assert_int_equal(e.code, ERR_TAMPERED);
    assert_true(sim_file(world_journal(), &after));
    assert_memory_equal(b.data, after.data, b.len);
    buf_free(&b);
    buf_free(&after);
    world_over();
}

/* The name becomes part of a unit's name and of paths. */
static void test_name_of_a_detached_run_is_checked(void **state)
{
    struct err e = ERR_INIT;

    (void)state;
    assert_false(run_detach("a/../b", "/usr/sbin/avswap", NULL, &e));
    assert_int_equal(e.code, ERR_USAGE);
}

static enum err_code begin_plan(void)
{
    size_t n;
    const char *text = world_plan(&n);

    return prepare_text(text, n, world_catalog(), NULL);
}

/* What the command line asks for beyond the plan goes with the run: over a reboot and to a worker. */
static void test_eicar_of_the_command_line_goes_with_the_run(void **state)
{
    const struct run_options eicar = {.eicar = true};
    struct err e = ERR_INIT;
    int status = -1;

    (void)state;
    world_begin(&overlap, SIM_WANTS_REBOOT);
    assert_int_equal(begin_plan(), ERR_NONE);
    sim_worker();
    assert_true(run_go(world_run(), &eicar, &status, &e));
    assert_true(text_ends(sim_worker_line(), " --eicar"));
    assert_true(run_detach(world_run(), "/usr/sbin/avswap", &eicar, &e));
    assert_true(text_starts(sim_worker_line(), "/usr/sbin/avswap resume "));
    assert_true(text_ends(sim_worker_line(), " --eicar"));
    assert_true(run_detach(world_run(), "/usr/sbin/avswap", NULL, &e));
    assert_false(text_ends(sim_worker_line(), " --eicar"));
    world_over();
}

struct told {
    size_t events;
    int last;
};

static void tell(void *arg, const struct plan *p, const struct event *ev)
{
    struct told *t = arg;

    (void)p;
    if (!ev)
        return;
    t->events++;
    t->last = ev->kind;
}

/* Whoever looks on is told all that another worker records, and the exit status that it ended with. */
static void test_follower_is_told_everything(void **state)
{
    struct told told = {0, 0};
    const struct run_options o = {.progress = tell, .arg = &told};
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    const char *why = "";
    size_t records, before;
    int status = -1;

    (void)state;
    world_begin(&overlap, SIM_WANTS_REBOOT);
    assert_int_equal(begin_plan(), ERR_NONE);
    assert_true(run_apart(world_run(), &a, &why, &records, &e));
    assert_null(why);
    assert_int_equal(records, 0);
    assert_true(run_follow(world_run(), 0, &o, &status, &e)); /* its worker did not even begin */
    assert_int_equal(status, -1);
    sim_worker();
    assert_true(run_go(world_run(), NULL, &status, &e));
    assert_int_equal(status, 4);
    status = -1;
    assert_true(run_follow(world_run(), 0, &o, &status, &e));
    assert_int_equal(status, 4);
    assert_true(run_apart(world_run(), &a, &why, &records, &e));
    assert_int_equal(records, told.events);
    before = records;
    sim_reboot();
    sim_worker();
    assert_true(run_go(world_run(), NULL, &status, &e));
    assert_int_equal(status, 0);
    told.events = 0;
    assert_true(run_follow(world_run(), before, &o, &status, &e));
    assert_int_equal(status, 0);
    assert_int_equal(told.last, EVENT_FINISH);
    assert_true(run_apart(world_run(), &a, &why, &records, &e));
    assert_string_equal(why, ""); /* there is nothing left to do */
    assert_int_equal(records, before + told.events);
    arena_free(&a);
    world_over();
}

static void cut_before_the_end(void)
{
    struct buf b;

    buf_init(&b, LIMIT_JOURNAL);
    assert_true(sim_file(world_journal(), &b));
    for (b.len--; b.len && b.data[b.len - 1] != '\n'; b.len--)
        ;
    sim_file_set(world_journal(), b.data, b.len);
    buf_free(&b);
}

static void test_follower_of_a_worker_that_died_is_told(void **state)
{
    struct told told = {0, 0};
    const struct run_options o = {.progress = tell, .arg = &told};
    struct err e = ERR_INIT;
    int status = -1;

    (void)state;
    world_begin(&overlap, SIM_NONE);
    assert_int_equal(begin_plan(), ERR_NONE);
    sim_worker();
    assert_true(run_go(world_run(), NULL, &status, &e));
    cut_before_the_end();
    assert_false(run_follow(world_run(), 0, &o, &status, &e));
    assert_int_equal(e.code, ERR_DOUBT);
    assert_true(told.events > 5);
    world_over();
}

static void test_unaltered_plan_is_taken(void **state)
{
    (void)state;
    assert_int_equal(prepare(&overlap, no_change, NULL), ERR_NONE);
    world_over();
}

static int load(void **state)
{
    (void)state;
    mem_setup();
    world_load(".");
    return 0;
}

static int unload(void **state)
{
    (void)state;
    world_unload();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unaltered_plan_is_taken),
        cmocka_unit_test(test_plan_of_another_pc_is_refused),
        cmocka_unit_test(test_plan_from_another_catalogue_is_refused),
        cmocka_unit_test(test_missing_secret_is_refused_before_anything),
        cmocka_unit_test(test_changed_pc_is_told_from_the_plan),
        cmocka_unit_test(test_text_that_is_no_plan),
        cmocka_unit_test(test_runs_are_listed_and_picked),
        cmocka_unit_test(test_same_plan_twice_gets_a_number),
        cmocka_unit_test(test_trial_run_changes_nothing),
        cmocka_unit_test(test_rollback_by_hand_restores),
        cmocka_unit_test(test_old_one_that_starts_late_is_put_back),
        cmocka_unit_test(test_rollback_after_commit_is_refused),
        cmocka_unit_test(test_owner_who_may_not_use_it_is_not_given_it_back),
        cmocka_unit_test(test_no_reboot_stops_and_goes_on_after_one),
        cmocka_unit_test(test_reboots_are_bounded),
        cmocka_unit_test(test_hours_without_power_are_no_gap),
        cmocka_unit_test(test_reboot_that_is_on_its_way_counts_once),
        cmocka_unit_test(test_ceiling_turns_the_run_round),
        cmocka_unit_test(test_new_one_that_failed_a_check_is_kept_where_the_old_may_not_come_back),
        cmocka_unit_test(test_step_without_a_trace_is_in_doubt_after_a_crash),
        cmocka_unit_test(test_verb_of_a_newer_version_stops_cleanly),
        cmocka_unit_test(test_damaged_journal_is_refused_and_kept),
        cmocka_unit_test(test_name_of_a_detached_run_is_checked),
        cmocka_unit_test(test_eicar_of_the_command_line_goes_with_the_run),
        cmocka_unit_test(test_follower_is_told_everything),
        cmocka_unit_test(test_follower_of_a_worker_that_died_is_told),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
