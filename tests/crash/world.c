#include "tests/crash/world.h"
#include "core/base/limits.h"
#include "core/base/version_tool.h"
#include "core/detect/collect.h"
#include "core/detect/match.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/plan/planner.h"
#include "core/run/journal.h"
#include "core/run/run.h"
#include "core/step/verb.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PC_BEGINS "the PC:\n"

enum { FILES_MAX = 256, STARTS_MAX = 12, SETTLE_MS = 300000, BOOTED_MS = 120000 };

static struct catalog catalog;
static char *plan_text; /* the test's own memory */
static size_t plan_len;
static char *before_text; /* the PC as it was */
static char run_id[80], journal_path[160];

static void __attribute__((noreturn)) give_up(const char *doing, const struct err *e)
{
    fprintf(stderr, "crash: %s: %s\n", doing, e->text);
    exit(2);
}

/* --- the catalogue, from the disk of the machine that runs the test ------------------------------------------------- */

static struct catalog_file loaded[FILES_MAX];
static size_t n_loaded;

static char *read_whole(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    char *text = f ? malloc(LIMIT_MANIFEST) : NULL;

    if (!text) {
        fprintf(stderr, "crash: cannot read %s\n", path);
        exit(2);
    }
    *n = fread(text, 1, LIMIT_MANIFEST, f);
    fclose(f);
    return text;
}

static void load_folder(const char *root, const char *sub)
{
    char path[512];
    struct dirent *x;
    DIR *d;

    snprintf(path, sizeof path, "%s/%s", root, sub);
    d = opendir(path);
    if (!d) {
        fprintf(stderr, "crash: cannot read the folder %s\n", path);
        exit(2);
    }
    while ((x = readdir(d))) {
        char name[400];

        if (x->d_name[0] == '.')
            continue;
        snprintf(name, sizeof name, "%.100s/%.250s", sub, x->d_name);
        if (!text_ends(name, ".json")) {
            load_folder(root, name);
            continue;
        }
        if (n_loaded == FILES_MAX)
            exit(2);
        snprintf(path, sizeof path, "%.100s/%s", root, name);
        loaded[n_loaded].text = read_whole(path, &loaded[n_loaded].len);
        loaded[n_loaded++].path = strdup(name);
    }
    closedir(d);
}

void world_load(const char *folder)
{
    struct err e = ERR_INIT;

    load_folder(folder, "vendors");
    load_folder(folder, "playbooks");
    if (!catalog_make(loaded, n_loaded, &catalog, &e))
        give_up("the catalogue", &e);
}

void world_unload(void)
{
    catalog_free(&catalog);
    for (size_t i = 0; i < n_loaded; i++) {
        free((void *)(uintptr_t)loaded[i].text);
        free((void *)(uintptr_t)loaded[i].path);
    }
    n_loaded = 0;
}

/* --- the plan --------------------------------------------------------------------------------------------------------- */

static bool fill_policy(const struct scenario *s, struct doc *d, struct policy *ret, struct err *e)
{
    schema_init(&policy_schema, ret);
    ret->strategy = s->playbook;
    ret->eicar = true;
    ret->allow_unverified = true;
    ret->no_reboot = s->no_reboot;
    ret->as = s->as;
    ret->vars = json_pack("{s:s, s:s, s:s, s:s}", "database_dir", "/srv/signatures", "eset_installer",
                          "C:/Install/eea_nt64.msi", "bitdefender_installer", "C:/Install/best.exe", "gravityzone_hash",
                          "aHR0cHM6Ly94");
    if (!doc_keep(d, (json_t *)(uintptr_t)ret->vars, e))
        return false;
    if (s->setup.windows)
        ret->secrets = json_pack("{s:s, s:s, s:s}", "kaspersky_password", "file:C:/Secrets/kes.txt", "klnagent_password",
                                 "file:C:/Secrets/agent.txt", "eset_activation", "file:C:/Secrets/eset.txt");
    return !s->setup.windows || doc_keep(d, (json_t *)(uintptr_t)ret->secrets, e);
}

static bool make_plan(const struct scenario *s, struct doc *d, struct plan *plan, struct err *e)
{
    static const char *us[] = {"US"};
    struct owner owner = {{us, 1}, s->as ? s->as : "business"};
    struct findings findings;
    struct plan_request r = {.findings = &findings, .catalog = &catalog, .now = os_now(), .verbs = verb_defs(),
                             .tool = AVSWAP_VERSION, .target = s->target};
    struct questions q = {.paths = {NULL, 0}};
    struct policy policy;
    struct facts facts;

    r.facts = &facts;
    r.policy = &policy;
    return fill_policy(s, d, &policy, e) && catalog_questions(&catalog, s->setup.windows ? "windows" : "linux", &d->arena, &q, e) &&
           facts_collect(FACTS_ALL, &q, d, &facts, e) &&
           match_facts(&facts, &catalog, &owner, os_now(), d, &findings, e) && plan_make(&r, d, plan, e);
}

static void keep_text(const struct buf *b)
{
    free(plan_text);
    plan_len = b->len;
    plan_text = malloc(plan_len + 1);
    if (plan_text)
        memcpy(plan_text, buf_str(b), plan_len + 1);
}

void world_begin(const struct scenario *s, enum sim_switch misbehaves)
{
    struct sim_setup setup = s->setup;
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct plan plan;
    struct buf b;
    json_t *j;

    setup.misbehaves = misbehaves;
    sim_reset(&setup);
    buf_init(&b, LIMIT_DOCUMENT);
    sim_describe(&b);
    free(before_text);
    before_text = strdup(buf_str(&b));
    buf_clear(&b);
    if (!make_plan(s, &d, &plan, &e))
        give_up(s->name, &e);
    j = schema_write(&plan_schema, &plan);
    if (!j || !json_text(j, true, &b, &e))
        give_up("writing the plan", &e);
    keep_text(&b);
    snprintf(run_id, sizeof run_id, "%s", plan.id);
    snprintf(journal_path, sizeof journal_path, "%s/runs/%s/journal.jsonl", os_state_dir(), run_id);
    json_decref(j);
    buf_free(&b);
    doc_free(&d);
}

void world_over(void)
{
    free(plan_text);
    free(before_text);
    plan_text = before_text = NULL;
}

const struct catalog *world_catalog(void)
{
    return &catalog;
}

const char *world_plan(size_t *ret_len)
{
    *ret_len = plan_len;
    return plan_text;
}

const char *world_run(void)
{
    return run_id;
}

const char *world_journal(void)
{
    return journal_path;
}

/* --- running ------------------------------------------------------------------------------------------------------------ */

static bool prepared(void)
{
    char path[160];

    snprintf(path, sizeof path, "%s/runs/%s/plan.json", os_state_dir(), run_id);
    return os_file_exists(path);
}

/* One worker process, as a person or the boot starts it. */
static bool one_worker(int *ret_exit, struct err *e)
{
    char id[80];

    sim_worker();
    if (!prepared() && !run_prepare("plan.json", plan_text, plan_len, &catalog, id, sizeof id, e))
        return false;
    return run_go(run_id, NULL, ret_exit, e);
}

/* The value of a text member of a JSON line that we wrote ourselves; "-" when it has none. */
static void member(const char *line, const char *name, char *ret, size_t size)
{
    char key[32];
    const char *at;

    snprintf(key, sizeof key, "\"%s\":\"", name);
    at = strstr(line, key);
    snprintf(ret, size, "%.*s", at ? (int)strcspn(at + strlen(key), "\"") : 1, at ? at + strlen(key) : "-");
}

/* From the journal's last record, which is the truth. */
static void result_of(char *ret, size_t size)
{
    char kind[16], result[24], rung[24];
    struct buf b;
    const char *last;

    buf_init(&b, LIMIT_JOURNAL);
    (void)sim_file(journal_path, &b);
    last = b.len ? memrchr(b.data, '\n', b.len - 1) : NULL;
    last = last ? last + 1 : buf_str(&b);
    member(last, "kind", kind, sizeof kind);
    member(last, "result", result, sizeof result);
    member(last, "rung", rung, sizeof rung);
    snprintf(ret, size, "%s %s %s", kind, result, rung);
    buf_free(&b);
}

bool world_underway(void)
{
    struct buf b;
    bool begun;

    buf_init(&b, LIMIT_JOURNAL);
    begun = sim_file(journal_path, &b) && strstr(buf_str(&b), "\"kind\":\"begin\"") &&
            !strstr(buf_str(&b), "\"kind\":\"finish\"");
    buf_free(&b);
    return begun;
}

bool world_opens_like(size_t bytes)
{
    struct doc d = DOC_INIT;
    struct err e = ERR_INIT;
    struct journal j;
    struct buf now;
    bool same;

    buf_init(&now, LIMIT_JOURNAL);
    same = journal_open(journal_path, &d, &j, &e) && j.size == bytes && sim_file(journal_path, &now) &&
           now.len == bytes;
    if (e.code == ERR_NONE)
        journal_close(&j);
    buf_free(&now);
    doc_free(&d);
    return same;
}

void world_show_journal(void)
{
    struct err e = ERR_INIT;
    struct run_view v;

    if (!prepared() || !run_view(run_id, &v, &e))
        return;
    for (size_t i = 0; i < v.events.n; i++) {
        const struct event *x = &v.events.v[i];
        const struct step *s = x->step ? plan_step(&v.plan, x->step) : NULL;

        printf("    | %3lld %s +%lld %s %s%s%s %s %s\n", x->n, x->boot + 30, (long long)(x->at % 100000000),
               event_kind_names[x->kind], x->step ? x->step : "", s ? " " : "", s ? s->verb : "",
               x->outcome ? outcome_names[x->outcome] : x->kind == EVENT_PROTECTION ? tri_names[x->answer] : "",
               x->text ? x->text : "");
    }
    run_view_free(&v);
}

/* What an installer of its own has done, nothing takes back: a run says so before it begins. */
static bool stays(const char *line)
{
    return strcasestr(line, "bitdefender") || strstr(line, "EPSecurityService") || strstr(line, "/Endpoint Security ");
}

/* The first line of a that b does not have, leaving out the run's own folder; false when there is none. */
static bool line_missing(const char *a, const char *b, char *ret, size_t size)
{
    const char *line, *cursor = a, *end = a + strlen(a);
    size_t n;

    while (text_line(&cursor, end, &line, &n)) {
        snprintf(ret, size, "%.*s\n", (int)n, line);
        if (!strstr(ret, os_state_dir()) && !strstr(b, ret) && !stays(ret))
            return true;
    }
    return false;
}

static const char *facts_of(const struct end *e)
{
    const char *at = strstr(buf_str(&e->text), PC_BEGINS);

    return at ? at + strlen(PC_BEGINS) : "";
}

/* Does a line tell of the old product? */
static bool of_the_old(const char *line)
{
    static const char *const begins[] = {"\npackage k", "\nservice k", "\ngroup k", "\nprocess /opt/k",
                                         "\nfile /opt/kaspersky", "\nfile /var/opt/kaspersky",
                                         "\nfile /etc/opt/kaspersky", "\nregistered Kaspersky"};
    char one[512];

    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (text_starts(line, begins[i]))
            return true;
    snprintf(one, sizeof one, "%.*s", (int)strcspn(line + 1, "\n"), line + 1);
    return strstr(one, "C:/") || text_starts(one, "key ")
               ? strcasestr(one, "kaspersky") || strcasestr(one, "klnagent") || strstr(one, "/AVP.")
               : false;
}

bool world_sound(const struct end *e, char *ret, size_t size)
{
    char now[LIMIT_PATH];
    const char *facts = facts_of(e);

    if (strstr(facts, "\nNO DRIVER"))
        return !snprintf(ret, size, "a class filter names a driver that is not there");
    /* Neither as it was nor as it was meant to be; who protects is asked for elsewhere. */
    if (e->exit == 6 || strstr(e->result, "other-protection"))
        return true;
    if (e->exit == 0) {
        for (const char *p = facts; (p = strstr(p, "\n")); p++)
            if (of_the_old(p))
                return !snprintf(ret, size, "the old product is not gone: %.*s", (int)strcspn(p + 1, "\n"), p + 1);
        return true;
    }
    snprintf(now, sizeof now, "%s", "");
    if (line_missing(facts, before_text, now, sizeof now))
        return !snprintf(ret, size, "not there before: %s", now);
    if (line_missing(before_text, facts, now, sizeof now))
        return !snprintf(ret, size, "there before and not now: %s", now);
    return true;
}

static void look(struct end *ret)
{
    result_of(ret->result, sizeof ret->result);
    ret->needless = sim_needless();
    buf_printf(&ret->text, "exit %d, %s\n", ret->exit, ret->result);
    sim_live(SETTLE_MS);
    ret->protected_now = sim_protected();
    buf_printf(&ret->text, "protected %d\n", ret->protected_now);
    buf_adds(&ret->text, PC_BEGINS);
    sim_describe(&ret->text);
    sim_reboot();
    sim_live(BOOTED_MS);
    ret->protected_later = sim_protected();
}

static void go_on(struct end *ret, int starts)
{
    struct err e = ERR_INIT;

    for (; starts < STARTS_MAX; starts++) {
        err_clear(&e);
        if (!one_worker(&ret->exit, &e)) {
            ret->exit = err_exit(e.code);
            buf_printf(&ret->text, "error: %s\n", e.text);
            break;
        }
        if (!sim_reboot_asked())
            break;
        sim_reboot();
        ret->unarmed = ret->unarmed || !sim_armed();
    }
}

static void finish(struct end *ret, int starts)
{
    buf_init(&ret->text, LIMIT_DOCUMENT);
    go_on(ret, starts);
    look(ret);
}

void world_finish(struct end *ret)
{
    memset(ret, 0, sizeof *ret);
    finish(ret, 0);
}

bool world_finish_starved(unsigned long n, bool sticky, struct end *ret, char *said, size_t size)
{
    struct err e = ERR_INIT;
    unsigned long before = mem_count();
    bool ok;

    memset(ret, 0, sizeof *ret);
    mem_fail_at(n, sticky);
    ok = one_worker(&ret->exit, &e);
    mem_fail_at(0, false);
    if (mem_count() - before < n)
        return false;
    snprintf(said, size, "%s", ok ? "went on" : e.text);
    sim_die(SIM_DEATH_TREE); /* the process ends */
    if (sim_reboot_asked())
        sim_reboot();
    finish(ret, 1);
    return true;
}

void end_free(struct end *e)
{
    buf_free(&e->text);
}
