/*
 * crash - what becomes of a migration that is interrupted at any moment.
 *
 *   crash                        every scenario and switch, sampled
 *   crash --sample N             about N histories a scenario and switch
 *   crash --all                  every point once, every byte of the journal; pairs sampled
 *   crash --case A/B/KIND/POINT[/KIND/POINT]   exactly one, with the difference it makes
 *   crash --scenario A --switch B --kind K --jobs N --seed N --catalog DIR --verbose
 *
 * The uninterrupted run is the reference. At every change that the worker makes, before and after it, the worker dies
 * (alone, with all it started, or with the power), is started again, and the PC at the end is compared with the
 * reference: packages, services, processes, files, rules, accounts, exit status, result. The journal is also cut at
 * every byte that a power cut may leave of its last record, and the N-th allocation fails.
 *
 * WRONG: the end is another one, or a change was asked for although its effect held. STRANDED: unprotected at the end
 * without exit status 6. The last line counts both; the exit status is 1 when there are any.
 */
#include "tests/crash/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind { KIND_KILL, KIND_LATE, KIND_TREE, KIND_POWER, KIND_JOURNAL, KIND_ALLOC, KIND_STARVE, KINDS };
static const char *const kind_names[] = {"kill", "late", "tree", "power", "journal", "alloc", "starve", NULL};

static const struct scenario scenarios[] = {
    {"overlap", "overlap", {.old = true}},
    {"replace", "replace", {.old = true}},
    {"builtin", "builtin", {.old = true, .other = true}},
    {"cleanup", "cleanup", {.leftovers = true, .other = true}},
    {"overlap-sysv", "overlap", {.old = true, .sysv = true}},
    {"replace-rpm", "replace", {.old = true, .rpm = true}},
};
enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };

struct tally {
    unsigned long histories, wrong, stranded, other_time;
};

struct options {
    const char *catalog, *scenario, *misbehaves, *one, *kind;
    unsigned long sample, seed;
    bool all, verbose;
    int jobs;
};
static struct options opt = {.catalog = ".", .sample = 300, .seed = 1, .jobs = 2};

/* What is being done now. */
static const struct scenario *scenario;
static enum sim_switch misbehaves;
static struct end reference;
static struct tally tally;
static unsigned long points;       /* changes of the uninterrupted run */
static unsigned long one_in[KINDS]; /* sampling of first deaths: every one_in-th by hash; 0: none */
static unsigned long pair_in, second_in;
static size_t journal_seen;        /* bytes of the journal that are on disk */
static char first_point[64];       /* of a pair */

/* --- choosing -------------------------------------------------------------------------------------------------------- */

static unsigned long hash(unsigned long x)
{
    x += opt.seed * 0x9e3779b97f4a7c15ul;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ul;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebul;
    return x ^ (x >> 31);
}

static bool chosen(unsigned long rate, unsigned long a, unsigned long b, unsigned long c)
{
    return rate && hash(hash(hash(a) + b) + c) % rate == 0;
}

/* --- judging ----------------------------------------------------------------------------------------------------------- */

static void show_difference(const char *a, const char *b)
{
    const char *x = a, *y = b;
    int shown = 0;

    /* Both are sorted lines in the same order: a merge that stops at what only one of them has. */
    while ((*x || *y) && shown < 40) {
        size_t n = strcspn(x, "\n"), k = strcspn(y, "\n");
        char line[256];

        if (n == k && strncmp(x, y, n) == 0) {
            x += n + (x[n] != '\0');
            y += k + (y[k] != '\0');
            continue;
        }
        snprintf(line, sizeof line, "%.*s\n", (int)(n < 250 ? n : 250), x);
        if (*x && !strstr(y, line)) {
            printf("    - %s", line);
            x += n + (x[n] != '\0');
            shown++;
            continue;
        }
        snprintf(line, sizeof line, "%.*s\n", (int)(k < 250 ? k : 250), y);
        printf("    + %s", line);
        y += k + (y[k] != '\0');
        shown++;
        if (!*y)
            while (*x && shown < 40) {
                n = strcspn(x, "\n");
                printf("    - %.*s\n", (int)n, x);
                x += n + (x[n] != '\0');
                shown++;
            }
    }
}

static bool stranded(const struct end *e)
{
    return (!e->protected_now || !e->protected_later) && e->exit != 6;
}

static void judge(const struct end *e, const char *point, const char *note)
{
    bool differs = strcmp(buf_str(&e->text), buf_str(&reference.text)) != 0;
    bool again = e->needless > reference.needless;

    tally.histories++;
    if (opt.one && strcmp(point, "uninterrupted") != 0)
        world_show_journal();
    tally.stranded += stranded(e);
    if (!differs && !again && !e->unarmed && !stranded(e))
        return;
    tally.wrong += differs || again || e->unarmed;
    if (tally.wrong + tally.stranded > 12 && !opt.verbose && !opt.one)
        return;
    printf("%s: crash --case %s/%s/%s%s%s\n", stranded(e) ? "STRANDED" : "WRONG", scenario->name,
           sim_switch_names[misbehaves], point, note ? "  " : "", note ? note : "");
    if (again)
        printf("    applied again though its effect held: %s (%lu, reference %lu)\n", sim_needless_text(), e->needless,
               reference.needless);
    if (e->unarmed)
        printf("    the run would not have gone on by itself after the boot\n");
    if (differs)
        show_difference(buf_str(&reference.text), buf_str(&e->text));
    fflush(stdout);
}

/* --- dying ----------------------------------------------------------------------------------------------------------------- */

static void watch_second(void *arg, const struct sim_point *p);

static void die(enum kind k)
{
    switch (k) {
    case KIND_KILL:
    case KIND_LATE:
        sim_die(SIM_DEATH_KILL);
        sim_live(k == KIND_LATE ? 60000 : 200);
        break;
    case KIND_TREE:
        sim_die(SIM_DEATH_TREE);
        sim_live(200);
        break;
    default:
        sim_die(SIM_DEATH_POWER);
    }
    /* One that was asked for comes whether the worker lives or not. */
    if (sim_reboot_asked())
        sim_reboot();
}

static void one_history(enum kind k, const char *point, bool pairs)
{
    struct sim_snapshot *before = sim_snapshot();
    struct end e;

    sim_watch(NULL, NULL);
    die(k);
    if (pairs)
        sim_watch(watch_second, NULL);
    world_finish(&e);
    sim_watch(NULL, NULL);
    judge(&e, point, NULL);
    end_free(&e);
    sim_restore(before);
    sim_snapshot_free(before);
}

static void watch_second(void *arg, const struct sim_point *p)
{
    unsigned long salt = hash(strlen(first_point) * 977 + (unsigned char)first_point[strlen(first_point) - 2]);
    char point[128];

    (void)arg;
    for (enum kind k = KIND_KILL; k <= KIND_POWER; k++) {
        struct sim_snapshot *before;
        struct end e;

        snprintf(point, sizeof point, "%s/%s/%lu%c", first_point, kind_names[k], p->n, p->after ? '+' : '-');
        if (opt.one ? strcmp(opt.one, point) != 0 : !chosen(second_in, salt + p->n, p->after, k))
            continue;
        before = sim_snapshot();
        sim_watch(NULL, NULL);
        die(k);
        world_finish(&e);
        judge(&e, point, p->what);
        end_free(&e);
        sim_restore(before);
        sim_snapshot_free(before);
        sim_watch(watch_second, NULL);
    }
}

/* The bytes of the last record that may have reached the disk before the power failed. */
static void cut_journal(const struct sim_point *p)
{
    struct buf whole;

    buf_init(&whole, 64u << 20);
    if (p->after || strcmp(p->what, "log sync") != 0 || !sim_file(p->target, &whole)) {
        buf_free(&whole);
        return;
    }
    for (size_t b = journal_seen; b <= whole.len; b++) {
        struct sim_snapshot *before;
        char point[64];

        snprintf(point, sizeof point, "journal/%zu", b);
        if (opt.one ? strcmp(opt.one, point) != 0 : !chosen(one_in[KIND_JOURNAL], b, 0, KIND_JOURNAL))
            continue;
        before = sim_snapshot();
        sim_file_set(p->target, buf_str(&whole), b);
        one_history(KIND_JOURNAL, point, false);
        sim_restore(before);
        sim_snapshot_free(before);
    }
    journal_seen = whole.len;
    buf_free(&whole);
}

static void watch_first(void *arg, const struct sim_point *p);

static bool pair_wanted(unsigned long n, bool after, enum kind k)
{
    if (opt.one)
        return strncmp(opt.one, first_point, strlen(first_point)) == 0 && opt.one[strlen(first_point)] == '/';
    return chosen(pair_in, n, after, k + 100);
}

static void watch_first(void *arg, const struct sim_point *p)
{
    (void)arg;
    if (!p->after)
        points++;
    for (enum kind k = KIND_KILL; k <= KIND_POWER; k++) {
        bool once, twice;

        snprintf(first_point, sizeof first_point, "%s/%lu%c", kind_names[k], p->n, p->after ? '+' : '-');
        once = opt.one ? strcmp(opt.one, first_point) == 0 : chosen(one_in[k], p->n, p->after, k);
        twice = pair_wanted(p->n, p->after, k);
        if (once || twice) {
            if (opt.verbose)
                printf("%s %s %s\n", first_point, p->what, p->target);
            one_history(k, first_point, twice);
        }
    }
    cut_journal(p);
    sim_watch(watch_first, NULL);
}

/* --- one scenario with one switch ---------------------------------------------------------------------------------------- */

/* Switches of a replacement say nothing where none is installed. */
static bool applies(const struct scenario *s, enum sim_switch w)
{
    return !s->setup.other || (w != SIM_INSTALL_FAILS && w != SIM_ACTIVATE_FAILS && w != SIM_FETCH_FAILS);
}

/* How the uninterrupted run has to end: a reference that is wrong itself would prove nothing. */
static int expected_exit(const struct scenario *s, enum sim_switch w)
{
    if (!s->setup.old)
        return 0;
    switch (w) {
    case SIM_REFUSE_REMOVAL:
        return 7;
    case SIM_REMOVAL_FAILS:
    case SIM_HANG:
    case SIM_INSTALL_FAILS:
    case SIM_ACTIVATE_FAILS:
        return 5;
    case SIM_FETCH_FAILS:
        return 1;
    default:
        return 0;
    }
}

static void count_points(void *arg, const struct sim_point *p)
{
    (void)arg;
    points += !p->after;
    if (opt.verbose && !p->after)
        printf("%lu %s %s\n", p->n, p->what, p->target);
}

static bool kind_on(enum kind k)
{
    return !opt.kind || strcmp(opt.kind, kind_names[k]) == 0;
}

/* About opt.sample histories, spread over the kinds; with --all everything once and a hundred times as many pairs. */
static void set_rates(size_t journal_bytes)
{
    unsigned long each = opt.sample / 8 ? opt.sample / 8 : 1;

    for (enum kind k = 0; k < KINDS; k++) {
        unsigned long all = k == KIND_JOURNAL ? journal_bytes : 2 * points;

        one_in[k] = !kind_on(k) ? 0 : opt.all || all < each ? 1 : all / each;
    }
    pair_in = opt.kind ? 0 : 8 * points / (each / 4 + 1) + 1;
    if (opt.all)
        pair_in = 4;
    second_in = 8 * points / 4 + 1;
}

static void starve(unsigned long allocations, const struct sim_snapshot *start)
{
    for (enum kind k = KIND_ALLOC; k <= KIND_STARVE; k++) {
        unsigned long each = opt.sample / 8 ? opt.sample / 8 : 1;
        unsigned long stride = opt.all ? 7 : allocations / each + 1;

        if (!kind_on(k))
            continue;
        for (unsigned long n = 1 + hash(k) % stride; n <= allocations; n += opt.one ? 1 : stride) {
            char point[64], said[300] = "";
            struct end e;

            snprintf(point, sizeof point, "%s/%lu", kind_names[k], n);
            if (opt.one && strcmp(opt.one, point) != 0)
                continue;
            sim_restore(start);
            if (!world_finish_starved(n, k == KIND_STARVE, &e, said, sizeof said))
                break;
            judge(&e, point, said);
            end_free(&e);
        }
    }
}

static void run_pair(const struct scenario *s, enum sim_switch w)
{
    struct tally was = tally;
    struct sim_snapshot *start;
    unsigned long allocations;
    struct buf journal;
    struct end again;

    scenario = s;
    misbehaves = w;
    world_begin(s, w);
    start = sim_snapshot();
    points = 0;
    sim_watch(count_points, NULL);
    allocations = mem_count();
    world_finish(&reference);
    allocations = mem_count() - allocations;
    sim_watch(NULL, NULL);
    buf_init(&journal, 64u << 20);
    (void)sim_file(world_journal(), &journal);
    set_rates(journal.len);
    if (reference.exit != expected_exit(s, w) || stranded(&reference)) {
        tally.wrong++;
        printf("WRONG: the uninterrupted run %s/%s ends with %d (%s), expected %d\n%s\n", s->name, sim_switch_names[w],
               reference.exit, reference.result, expected_exit(s, w), opt.verbose ? buf_str(&reference.text) : "");
    }
    sim_restore(start);
    points = journal_seen = 0;
    sim_watch(watch_first, NULL);
    world_finish(&again);
    sim_watch(NULL, NULL);
    judge(&again, "uninterrupted", NULL);
    end_free(&again);
    starve(allocations, start);
    printf("%-13s %-18s exit %d  %4lu changes %6zu journal bytes  %7lu histories %4lu wrong %3lu stranded\n", s->name,
           sim_switch_names[w], reference.exit, points, journal.len, tally.histories - was.histories,
           tally.wrong - was.wrong, tally.stranded - was.stranded);
    fflush(stdout);
    buf_free(&journal);
    end_free(&reference);
    sim_snapshot_free(start);
    world_over();
}

static void run_share(int job)
{
    int n = 0;

    world_load(opt.catalog);
    for (size_t i = 0; i < SCENARIOS; i++) {
        if (opt.scenario && strcmp(opt.scenario, scenarios[i].name) != 0)
            continue;
        for (enum sim_switch w = SIM_NONE; w < SIM_SWITCHES; w++) {
            if (opt.misbehaves && strcmp(opt.misbehaves, sim_switch_names[w]) != 0)
                continue;
            if (applies(&scenarios[i], w) && n++ % opt.jobs == job)
                run_pair(&scenarios[i], w);
        }
    }
    world_unload();
}

/* --- the command line -------------------------------------------------------------------------------------------------------- */

/* "overlap/none/kill/17-" -> scenario, switch and the rest. */
static bool parse_case(char *text)
{
    char *a = strchr(text, '/'), *b = a ? strchr(a + 1, '/') : NULL;

    if (!b)
        return false;
    *a = *b = '\0';
    opt.scenario = text;
    opt.misbehaves = a + 1;
    opt.one = b + 1;
    opt.jobs = 1;
    return true;
}

static bool parse(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *o = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;

        if (strcmp(o, "--all") == 0)
            opt.all = true;
        else if (strcmp(o, "--verbose") == 0)
            opt.verbose = true;
        else if (!value)
            return false;
        else if (strcmp(o, "--sample") == 0)
            opt.sample = strtoul(argv[++i], NULL, 10);
        else if (strcmp(o, "--seed") == 0)
            opt.seed = strtoul(argv[++i], NULL, 10);
        else if (strcmp(o, "--jobs") == 0)
            opt.jobs = (int)strtol(argv[++i], NULL, 10);
        else if (strcmp(o, "--scenario") == 0)
            opt.scenario = argv[++i];
        else if (strcmp(o, "--switch") == 0)
            opt.misbehaves = argv[++i];
        else if (strcmp(o, "--kind") == 0)
            opt.kind = argv[++i];
        else if (strcmp(o, "--catalog") == 0)
            opt.catalog = argv[++i];
        else if (strcmp(o, "--case") != 0 || !parse_case(argv[++i]))
            return false;
    }
    return opt.jobs > 0 && opt.jobs <= 64;
}

static int total(const struct tally *t)
{
    if (!opt.one)
        printf("crash: seed %lu%s\n", opt.seed, opt.all ? ", every point" : "");
    printf("crash: %lu histories, %lu wrong, %lu stranded\n", t->histories, t->wrong, t->stranded);
    return t->wrong || t->stranded || !t->histories;
}

int main(int argc, char **argv)
{
    struct tally sum = {0, 0, 0, 0};
    bool lost = false;
    int ends[64];

    if (!parse(argc, argv)) {
        fprintf(stderr, "usage: crash [--sample N | --all | --case A/B/KIND/POINT] [--scenario A] [--switch B] [--kind K]\n"
                        "             [--jobs N] [--seed N] [--catalog DIR] [--verbose]\n");
        return 2;
    }
    mem_setup();
    if (opt.jobs == 1) {
        run_share(0);
        return total(&tally);
    }
    for (int j = 0; j < opt.jobs; j++) {
        int p[2];

        if (pipe(p) != 0 || fflush(stdout) != 0)
            return 2;
        if (fork() == 0) {
            close(p[0]);
            run_share(j);
            exit(write(p[1], &tally, sizeof tally) == sizeof tally ? 0 : 2);
        }
        close(p[1]);
        ends[j] = p[0];
    }
    for (int j = 0; j < opt.jobs; j++) {
        struct tally t;
        int status;

        if (read(ends[j], &t, sizeof t) != sizeof t)
            lost = true;
        else {
            sum.histories += t.histories;
            sum.wrong += t.wrong;
            sum.stranded += t.stranded;
        }
        lost = (wait(&status) > 0 && status != 0) || lost;
    }
    return total(&sum) || lost;
}
