/*
 * crash - what becomes of a migration that is interrupted at any moment.
 *
 *   crash                        every scenario and switch, sampled
 *   crash --sample N             about N histories a scenario and switch
 *   crash --all                  every first death; pairs, bytes of the journal and allocations more densely
 *   crash --case A/B/KIND/POINT[/KIND/POINT]   exactly one, with its journal and the difference it makes
 *   crash --scenario A --switch B --kind K --jobs N --seed N --catalog DIR --verbose
 *
 * The uninterrupted run is the reference. At every change that the worker makes, before and after it, the worker dies
 * and is started again, and the PC at the end is compared with the reference: packages, services, processes, files,
 * rules, accounts, exit status, result.
 *
 *   kill     kill -9; what it started goes on by itself; it is started again at once
 *   late     the same, started again a minute later
 *   tree     killed with all it started
 *   power    power cut: what is not on disk is lost
 *   journal  power cut that leaves so many bytes of the journal; each cut is opened, a part of them run to the end
 *   alloc    the N-th allocation of the first worker fails
 *   starve   that and every later one
 *
 * WRONG: the end is another one, or a change was asked for although its effect held, or the run would not have gone on
 * by itself after a boot. STRANDED: unprotected at the end, or after one more boot, without exit status 6. The last
 * line counts both; the exit status is 1 when there are any.
 */
#include "tests/crash/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct scenario scenarios[] = {
    {.name = "overlap", .playbook = "overlap", .setup = {.old = true}},
    {.name = "replace", .playbook = "replace", .setup = {.old = true}},
    {.name = "builtin", .playbook = "builtin", .setup = {.old = true, .other = true}},
    {.name = "cleanup", .playbook = "cleanup", .setup = {.leftovers = true, .other = true}},
    {.name = "overlap-sysv", .playbook = "overlap", .setup = {.old = true, .sysv = true}},
    {.name = "replace-rpm", .playbook = "replace", .setup = {.old = true, .rpm = true}},
    /* Windows: to Defender, which wakes up; to a product that comes by Windows Installer, with Defender below it, or
       where nobody may go back; to one with an installer of its own, on a server, where nothing is built in. */
    {.name = "win-handover", .playbook = "handover", .setup = {.windows = SIM_CLIENT, .old = true}},
    {.name = "win-replace", .playbook = "replace", .target = "eset.endpoint.windows",
     .setup = {.windows = SIM_CLIENT, .old = true}},
    {.name = "win-federal", .playbook = "replace", .target = "eset.endpoint.windows", .as = "federal",
     .setup = {.windows = SIM_CLIENT, .old = true}},
    {.name = "win-server", .playbook = "replace", .target = "bitdefender.best.windows",
     .setup = {.windows = SIM_SERVER, .old = true}},
    {.name = "win-alone", .playbook = "replace", .target = "bitdefender.best.windows", .as = "federal",
     .setup = {.windows = SIM_SERVER, .old = true}},
    {.name = "win-builtin", .playbook = "builtin", .target = "eset.endpoint.windows",
     .setup = {.windows = SIM_CLIENT, .old = true, .other = true}},
    {.name = "win-cleanup", .playbook = "cleanup", .setup = {.windows = SIM_CLIENT, .leftovers = true}},
};
enum { SCENARIOS = sizeof scenarios / sizeof *scenarios, JOBS_MAX = 64 };

static struct {
    const char *catalog, *scenario, *misbehaves;
    struct choice choice;
    int jobs;
} opt = {.catalog = ".", .choice = {.sample = 300, .seed = 1}, .jobs = 2};

/* Switches of a replacement say nothing where none is installed, and those of a removal nothing where only traces are. */
static bool applies(const struct scenario *s, enum sim_switch w)
{
    bool linux_only = w == SIM_COMES_BACK || w == SIM_FETCH_FAILS;
    bool windows_only = w == SIM_LEAVE_SERVICE || w == SIM_LEAVE_KEYS;

    if (s->setup.windows ? linux_only : windows_only)
        return false;
    if ((s->setup.other || strcmp(s->playbook, "handover") == 0) && (w == SIM_INSTALL_FAILS || w == SIM_ACTIVATE_FAILS || w == SIM_FETCH_FAILS))
        return false;
    return s->setup.old || w == SIM_NONE || w == SIM_MANAGER_BUSY;
}

static void run_share(int job, struct tally *t)
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
                history_run(&scenarios[i], w, &opt.choice, t);
        }
    }
    world_unload();
}

/* The shares in processes of their own; false when one of them was lost. */
static bool run_jobs(struct tally *sum)
{
    bool whole = true;
    int ends[JOBS_MAX];

    for (int j = 0; j < opt.jobs; j++) {
        int p[2];

        if (pipe(p) != 0 || fflush(stdout) != 0)
            return false;
        if (fork() == 0) {
            struct tally t = {0, 0, 0, 0};

            close(p[0]);
            run_share(j, &t);
            exit(write(p[1], &t, sizeof t) == sizeof t ? 0 : 2);
        }
        close(p[1]);
        ends[j] = p[0];
    }
    for (int j = 0; j < opt.jobs; j++) {
        struct tally t = {0, 0, 0, 0};
        int status;

        whole = read(ends[j], &t, sizeof t) == sizeof t && whole;
        close(ends[j]);
        sum->histories += t.histories;
        sum->wrong += t.wrong;
        sum->stranded += t.stranded;
        sum->cuts += t.cuts;
        whole = wait(&status) > 0 && status == 0 && whole;
    }
    return whole;
}

/* --- the command line -------------------------------------------------------------------------------------------------- */

/* "overlap/none/kill/17-" -> scenario, switch and the rest. */
static bool parse_case(char *text)
{
    char *a = strchr(text, '/'), *b = a ? strchr(a + 1, '/') : NULL;

    if (!b)
        return false;
    *a = *b = '\0';
    opt.scenario = text;
    opt.misbehaves = a + 1;
    opt.choice.one = b + 1;
    opt.jobs = 1;
    return true;
}

static bool parse_value(const char *option, char *value)
{
    if (strcmp(option, "--sample") == 0)
        opt.choice.sample = strtoul(value, NULL, 10);
    else if (strcmp(option, "--seed") == 0)
        opt.choice.seed = strtoul(value, NULL, 10);
    else if (strcmp(option, "--jobs") == 0)
        opt.jobs = (int)strtol(value, NULL, 10);
    else if (strcmp(option, "--scenario") == 0)
        opt.scenario = value;
    else if (strcmp(option, "--switch") == 0)
        opt.misbehaves = value;
    else if (strcmp(option, "--kind") == 0)
        opt.choice.kind = value;
    else if (strcmp(option, "--catalog") == 0)
        opt.catalog = value;
    else
        return strcmp(option, "--case") == 0 && parse_case(value);
    return true;
}

static bool parse(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--all") == 0)
            opt.choice.all = true;
        else if (strcmp(argv[i], "--verbose") == 0)
            opt.choice.verbose = true;
        else if (i + 1 == argc || !parse_value(argv[i], argv[i + 1]))
            return false;
        else
            i++;
    }
    return opt.jobs > 0 && opt.jobs <= JOBS_MAX;
}

int main(int argc, char **argv)
{
    struct tally sum = {0, 0, 0, 0};
    bool whole = true;

    if (!parse(argc, argv)) {
        fprintf(stderr, "usage: crash [--sample N | --all | --case A/B/KIND/POINT] [--scenario A] [--switch B] [--kind K]\n"
                        "             [--jobs N] [--seed N] [--catalog DIR] [--verbose]\n");
        return 2;
    }
    mem_setup();
    if (opt.jobs == 1)
        run_share(0, &sum);
    else
        whole = run_jobs(&sum);
    if (!whole)
        printf("crash: a part of the histories was lost\n");
    printf("crash: seed %lu, %s; %lu cuts of the journal opened\n", opt.choice.seed,
           opt.choice.all ? "every first death" : "sampled", sum.cuts);
    printf("crash: %lu histories, %lu wrong, %lu stranded\n", sum.histories, sum.wrong, sum.stranded);
    return sum.wrong || sum.stranded || !sum.histories || !whole;
}
