#include "tests/crash/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_MAX = 12, LINES_MAX = 40, POINT_TEXT = 96 };

const char *const kind_names[] = {"kill", "late", "tree", "power", "journal", "alloc", "starve", NULL};

/* What is being done now. */
static const struct scenario *scenario;
static enum sim_switch misbehaves;
static const struct choice *choice;
static struct tally *tally;
static struct end reference;
static unsigned long changes;       /* of the uninterrupted run */
static unsigned long shown;
static unsigned long one_in[KINDS]; /* sampling of first deaths: every one_in-th by hash; 0: none */
static unsigned long pair_in, second_in;
static size_t journal_seen;         /* bytes of the journal that are on disk */
static char first[POINT_TEXT];      /* the first death of a pair, and a number of it */
static unsigned long first_salt;

/* --- choosing -------------------------------------------------------------------------------------------------------- */

static unsigned long mix(unsigned long x)
{
    x += choice->seed * 0x9e3779b97f4a7c15ul;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ul;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebul;
    return x ^ (x >> 31);
}

static bool chosen(unsigned long rate, unsigned long a, unsigned long b, unsigned long c)
{
    return rate && mix(mix(mix(a) + b) + c) % rate == 0;
}

static bool kind_on(enum kind k)
{
    return !choice->kind || strcmp(choice->kind, kind_names[k]) == 0;
}

static unsigned long share(void)
{
    return choice->sample / 8 ? choice->sample / 8 : 1;
}

/* About as many histories as asked for, spread over the kinds; with all, every first death, and more pairs. */
static void set_rates(size_t journal_bytes)
{
    for (enum kind k = 0; k < KINDS; k++) {
        unsigned long all = k == KIND_JOURNAL ? journal_bytes : 2 * changes;

        one_in[k] = !kind_on(k) ? 0 : all < share() ? 1 : all / share();
        if (choice->all && kind_on(k))
            one_in[k] = k == KIND_JOURNAL ? 16 : 1;
    }
    pair_in = choice->kind ? 0 : choice->all ? 4 : 8 * changes / (share() / 4 + 1) + 1;
    second_in = 2 * changes + 1;
}

/* --- judging ----------------------------------------------------------------------------------------------------------- */

/* Lines of a that b does not have. */
static void show_missing(char sign, const char *a, const char *b)
{
    const char *line, *cursor = a, *end = a + strlen(a);
    int lines = 0;
    size_t n;

    while (text_line(&cursor, end, &line, &n) && lines < LINES_MAX) {
        char one[256];

        snprintf(one, sizeof one, "%.*s\n", (int)(n < 250 ? n : 250), line);
        if (strstr(b, one))
            continue;
        printf("    %c %s", sign, one);
        lines++;
    }
}

static bool stranded(const struct end *e)
{
    return (!e->protected_now || !e->protected_later) && e->exit != 6;
}

/* Was a password handed over twice in the same form, as nobody heard the answer? */
static bool handed_twice(void)
{
    static const char key[] = "\"step\"", form[] = "\"a password is handed over\"";
    const char *line, *cursor, *end;
    char step[2][256] = {"", ""};
    struct buf journal;
    bool twice = false;
    size_t n;

    buf_init(&journal, 64u << 20);
    (void)sim_file(world_journal(), &journal);
    cursor = buf_str(&journal);
    end = cursor + journal.len;
    while (!twice && text_line(&cursor, end, &line, &n)) {
        const char *at = memmem(line, n, key, sizeof key - 1);

        if (!at || !memmem(line, n, form, sizeof form - 1))
            continue;
        memcpy(step[1], step[0], sizeof step[0]);
        snprintf(step[0], sizeof step[0], "%.*s", (int)strcspn(at, ","), at);
        twice = strcmp(step[0], step[1]) == 0;
    }
    buf_free(&journal);
    return twice;
}

/* It is not handed over a third time, and the PC is protected: a person says whether the password is right. */
static bool gave_up(const struct end *e)
{
    char what[300];

    return handed_twice() && e->protected_now && e->protected_later &&
           (e->exit == 7 ? world_sound(e, what, sizeof what) : e->exit == 8);
}

static void judge(const struct end *e, const char *point, const char *note)
{
    bool differs = strcmp(buf_str(&e->text), buf_str(&reference.text)) != 0 && !gave_up(e);
    bool again = e->needless > reference.needless;
    bool wrong = differs || again || e->unarmed;

    tally->histories++;
    tally->wrong += wrong;
    tally->stranded += stranded(e);
    if (choice->one)
        world_show_journal();
    if ((!wrong && !stranded(e)) || (++shown > SHOWN_MAX && !choice->verbose))
        return;
    printf("%s: crash --case %s/%s/%s  %s\n", stranded(e) ? "STRANDED" : "WRONG", scenario->name,
           sim_switch_names[misbehaves], point, note);
    if (again)
        printf("    applied again though its effect held: %s (%lu, reference %lu)\n", sim_needless_text(), e->needless,
               reference.needless);
    if (e->unarmed)
        printf("    the run would not have gone on by itself after the boot\n");
    if (!e->protected_later)
        printf("    unprotected after the next boot\n");
    show_missing('-', buf_str(&reference.text), buf_str(&e->text));
    show_missing('+', buf_str(&e->text), buf_str(&reference.text));
    fflush(stdout);
}

/* --- dying ----------------------------------------------------------------------------------------------------------------- */

/* True when the run was under way and would not have gone on by itself after the power came back. */
static bool die(enum kind k)
{
    enum { AT_ONCE_MS = 200, LATE_MS = 60000 };
    bool underway = world_underway();

    if (k == KIND_KILL || k == KIND_LATE)
        sim_die(SIM_DEATH_KILL);
    else
        sim_die(k == KIND_TREE ? SIM_DEATH_TREE : SIM_DEATH_POWER);
    if (k == KIND_POWER || k == KIND_JOURNAL)
        return underway && !sim_armed();
    sim_live(k == KIND_LATE ? LATE_MS : AT_ONCE_MS);
    /* One that was asked for comes whether the worker lives or not. */
    if (sim_reboot_asked())
        sim_reboot();
    return false;
}

/* From the PC as it is now to the end and back again. */
static void one_history(enum kind k, const char *point, const char *note, void (*watcher)(void *, const struct sim_point *))
{
    struct sim_snapshot *before = sim_snapshot();
    struct end e;
    bool unarmed;

    sim_watch(NULL, NULL);
    unarmed = die(k);
    sim_watch(watcher, NULL);
    world_finish(&e);
    sim_watch(NULL, NULL);
    e.unarmed = e.unarmed || unarmed;
    judge(&e, point, note);
    end_free(&e);
    sim_restore(before);
    sim_snapshot_free(before);
}

static void watch_second(void *arg, const struct sim_point *p)
{
    char point[2 * POINT_TEXT];

    (void)arg;
    for (enum kind k = KIND_KILL; k <= KIND_POWER; k++) {
        snprintf(point, sizeof point, "%s/%s/%lu%c", first, kind_names[k], p->n, p->after ? '+' : '-');
        if (choice->one ? strcmp(choice->one, point) != 0 : !chosen(second_in, first_salt + p->n, p->after, k))
            continue;
        one_history(k, point, p->what, NULL);
    }
    sim_watch(watch_second, NULL);
}

/* The power fails and leaves b bytes of the journal. */
static void cut_at(const struct sim_point *p, const struct buf *whole, size_t b)
{
    struct sim_snapshot *before;
    char point[POINT_TEXT];

    snprintf(point, sizeof point, "journal/%zu", b);
    if (choice->one && strcmp(choice->one, point) != 0)
        return;
    before = sim_snapshot();
    sim_watch(NULL, NULL);
    sim_file_set(p->target, buf_str(whole), b);
    tally->cuts++;
    /* A record counts with its last byte; what is left of it before that is cut away. */
    if (!world_opens_like(b == whole->len ? b : journal_seen)) {
        tally->wrong++;
        printf("WRONG: crash --case %s/%s/%s  opening leaves another journal\n", scenario->name,
               sim_switch_names[misbehaves], point);
    }
    sim_restore(before);
    if (choice->one || b == journal_seen + 1 || b + 1 == whole->len || chosen(one_in[KIND_JOURNAL], b, 0, KIND_JOURNAL)) {
        sim_file_set(p->target, buf_str(whole), b);
        one_history(KIND_JOURNAL, point, p->what, NULL);
    }
    sim_restore(before);
    sim_snapshot_free(before);
}

/* Every length of the last record that may have reached the disk before the power failed. */
static void cut_journal(const struct sim_point *p)
{
    struct buf whole;

    if (p->after || strcmp(p->what, "log sync") != 0)
        return;
    buf_init(&whole, 64u << 20);
    if (sim_file(p->target, &whole)) {
        for (size_t b = journal_seen; b <= whole.len; b++)
            if (choice->one || choice->all || chosen(one_in[KIND_JOURNAL], b, 0, KIND_JOURNAL))
                cut_at(p, &whole, b);
        journal_seen = whole.len;
    }
    buf_free(&whole);
}

static bool pair_wanted(const struct sim_point *p, enum kind k)
{
    size_t n = strlen(first);

    if (choice->one)
        return strncmp(choice->one, first, n) == 0 && choice->one[n] == '/';
    return chosen(pair_in, p->n, p->after, k + KINDS);
}

static void watch_first(void *arg, const struct sim_point *p)
{
    (void)arg;
    for (enum kind k = KIND_KILL; k <= KIND_POWER; k++) {
        bool once, twice;

        snprintf(first, sizeof first, "%s/%lu%c", kind_names[k], p->n, p->after ? '+' : '-');
        first_salt = mix(p->n * 8 + k * 2 + p->after);
        once = choice->one ? strcmp(choice->one, first) == 0 : chosen(one_in[k], p->n, p->after, k);
        twice = pair_wanted(p, k);
        if (once || twice)
            one_history(k, first, p->what, twice ? watch_second : NULL);
    }
    if (kind_on(KIND_JOURNAL))
        cut_journal(p);
    sim_watch(watch_first, NULL);
}

/* --- memory runs out --------------------------------------------------------------------------------------------------------- */

static void starve(unsigned long allocations, const struct sim_snapshot *start)
{
    unsigned long stride = choice->all ? allocations / 2000 + 1 : allocations / share() + 1;

    for (enum kind k = KIND_ALLOC; k <= KIND_STARVE; k++) {
        if (!kind_on(k))
            continue;
        for (unsigned long n = choice->one ? 1 : 1 + mix(k) % stride; n <= allocations; n += choice->one ? 1 : stride) {
            char point[POINT_TEXT], said[300] = "";
            struct end e;

            snprintf(point, sizeof point, "%s/%lu", kind_names[k], n);
            if (choice->one && strcmp(choice->one, point) != 0)
                continue;
            sim_restore(start);
            if (!world_finish_starved(n, k == KIND_STARVE, &e, said, sizeof said))
                break;
            judge(&e, point, said);
            end_free(&e);
        }
    }
}

/* --- one scenario with one switch ---------------------------------------------------------------------------------------- */

/* How the uninterrupted run has to end: a reference that is wrong itself would prove nothing. */
static int expected_exit(void)
{
    /* The old one may not come back and nothing else is there. */
    bool alone = scenario->setup.windows == SIM_SERVER && scenario->as;

    if (!scenario->setup.old)
        return 0;
    switch (misbehaves) {
    case SIM_REFUSE_REMOVAL:
        return 7;
    case SIM_REMOVAL_FAILS: /* where a password was handed over, that is the first suspect */
        return scenario->setup.windows ? 7 : 5;
    case SIM_HANG:
        return 5;
    case SIM_INSTALL_FAILS:
    case SIM_ACTIVATE_FAILS:
        return alone ? 6 : 5;
    case SIM_FETCH_FAILS:
        return 1;
    default:
        return 0;
    }
}

static void judge_reference(void)
{
    char what[300] = "";
    bool sound = world_sound(&reference, what, sizeof what);

    if (reference.exit == expected_exit() && sound && !stranded(&reference) && !reference.needless)
        return;
    tally->wrong++;
    printf("WRONG: crash --case %s/%s/uninterrupted\n    exit %d, expected %d (%s) %s%s%s\n", scenario->name,
           sim_switch_names[misbehaves], reference.exit, expected_exit(), reference.result, what,
           reference.needless ? "; needless: " : "", reference.needless ? sim_needless_text() : "");
}

static void count(void *arg, const struct sim_point *p)
{
    (void)arg;
    changes += !p->after;
    if (choice->verbose && !p->after)
        printf("%lu %s %s\n", p->n, p->what, p->target);
}

static void run_uninterrupted(size_t *ret_journal, unsigned long *ret_allocations)
{
    struct buf journal;

    changes = 0;
    *ret_allocations = mem_count();
    sim_watch(count, NULL);
    world_finish(&reference);
    sim_watch(NULL, NULL);
    *ret_allocations = mem_count() - *ret_allocations;
    buf_init(&journal, 64u << 20);
    (void)sim_file(world_journal(), &journal);
    *ret_journal = journal.len;
    buf_free(&journal);
    if (choice->one && strcmp(choice->one, "uninterrupted") == 0)
        world_show_journal();
    judge_reference();
}

void history_run(const struct scenario *s, enum sim_switch w, const struct choice *c, struct tally *t)
{
    struct tally was = *t;
    struct sim_snapshot *start;
    unsigned long allocations;
    struct end again;
    size_t journal;

    scenario = s;
    misbehaves = w;
    choice = c;
    tally = t;
    shown = journal_seen = 0;
    world_begin(s, w);
    start = sim_snapshot();
    run_uninterrupted(&journal, &allocations);
    set_rates(journal);
    sim_restore(start);
    sim_watch(watch_first, NULL);
    world_finish(&again);
    sim_watch(NULL, NULL);
    if (!c->one) /* being watched has changed nothing */
        judge(&again, "uninterrupted", "");
    end_free(&again);
    starve(allocations, start);
    printf("%-13s %-18s exit %d %4lu changes %6zu journal bytes %8lu cuts %8lu histories %4lu wrong %3lu stranded\n",
           s->name, sim_switch_names[w], reference.exit, changes, journal, t->cuts - was.cuts,
           t->histories - was.histories, t->wrong - was.wrong, t->stranded - was.stranded);
    fflush(stdout);
    end_free(&reference);
    sim_snapshot_free(start);
    world_over();
}
