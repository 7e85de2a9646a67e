/*
 * sim.h - the simulated PC, as tests see it: a third implementation of core/os (tests/sim/os) and of what core/payload
 * does to a PC, linked in place of the real ones. Nothing of the machine that runs the test is looked at or changed.
 *
 * The whole PC is one flat struct: a snapshot is a copy of its bytes. A run on it is deterministic: the same state and
 * the same calls give the same states, clock and process ids included.
 *
 * Every change that a worker makes (a file written, a log record added or made durable, each phase of a package
 * manager, a service, an account, a rule, a lock ...) is announced to the watcher twice, before it is applied and
 * after. A worker that dies at such a point leaves exactly the PC as it is then; so the watcher takes a snapshot, lets
 * the worker die (sim_die), runs on with a new one, looks at the end, and puts the snapshot back. The interrupted
 * worker itself never notices: no jump leaves its stack and no memory is lost.
 *
 * What is on disk and what is only in memory are kept apart. os_file_write, os_log_sync and the package managers make
 * what they write durable, and with it the names, links and accounts of everything before, as file systems with a
 * journal do; the bytes that other programs wrote (downloads, copies, maintainer scripts) are there only after
 * os_sync() or the kernel's own write-back, half a minute later: until then a power cut leaves such files empty.
 *
 * Calling order: sim_reset(), then core/'s functions; sim_worker() before each run_go().
 */
#ifndef AVSWAP_TESTS_SIM_SIM_H
#define AVSWAP_TESTS_SIM_SIM_H

#include "core/base/mem.h"

/* How the products of the PC misbehave; the same as the stand-in products' switches (tests/products/README.md). */
enum sim_switch {
    SIM_NONE,
    SIM_REFUSE_REMOVAL,
    SIM_REMOVAL_FAILS,
    SIM_REMOVAL_BACKGROUND,
    SIM_LEAVE_FILES,
    SIM_WANTS_REBOOT,
    SIM_HANG,
    SIM_COMES_BACK,
    SIM_AGENT_REINSTALLS,
    SIM_INSTALL_FAILS,  /* the replacement's installation script */
    SIM_ACTIVATE_FAILS, /* its on-access scanner ends at once */
    SIM_FETCH_FAILS,    /* no network */
    SIM_MANAGER_BUSY,   /* another package manager is at work for the first half minute */
    SIM_LEAVE_SERVICE,  /* Windows: the removal leaves an entry of its service */
    SIM_LEAVE_KEYS,     /* Windows: and one its keys, driver and class filter */
    SIM_SWITCHES
};
extern const char *const sim_switch_names[];

enum sim_system { SIM_LINUX, SIM_CLIENT, SIM_SERVER };

struct sim_setup {
    enum sim_system windows; /* which Windows; Linux else */
    bool old;       /* kesl, its GUI and the agent are installed and running; Windows: Kaspersky Endpoint Security, agent */
    bool leftovers; /* traces of an earlier removal */
    bool other;     /* ClamAV is installed and protects already; Windows: ESET, which is registered */
    bool sysv;      /* init scripts instead of systemd */
    bool rpm;       /* the old product came as rpm packages */
    enum sim_switch misbehaves;
};

void sim_reset(const struct sim_setup *s);

struct sim_snapshot;
/* Memory of the test's own (not counted as the program's); ends the test when there is none. */
struct sim_snapshot *sim_snapshot(void);
void sim_restore(const struct sim_snapshot *s);
void sim_snapshot_free(struct sim_snapshot *s);

struct sim_point {
    unsigned long n; /* of the change, from 1, counted since sim_reset() */
    bool after;
    const char *what;   /* "file write", "log append", "dpkg files" ... */
    const char *target; /* path or name */
};
/* NULL: nobody watches. A watcher may call anything here, as long as it restores the PC before it returns. */
void sim_watch(void (*watcher)(void *arg, const struct sim_point *p), void *arg);
/* Changes announced since sim_reset(). */
unsigned long sim_changes(void);

/* A new worker process begins. */
void sim_worker(void);
enum sim_death {
    SIM_DEATH_KILL,  /* kill -9: what it started goes on by itself */
    SIM_DEATH_TREE,  /* with all that it started */
    SIM_DEATH_POWER, /* power cut: what is not on disk is lost; ends with the PC up again */
};
extern const char *const sim_death_names[];
void sim_die(enum sim_death how);
/* Orderly, everything reaches the disk. */
void sim_reboot(void);
bool sim_reboot_asked(void);
/* The boot would start avswap again. */
bool sim_armed(void);
/* The command line that was armed or detached last, "" none. */
const char *sim_worker_line(void);
/* The PC, just booted, was off for so long before. */
void sim_off(long long ms);
/* Lets time pass. */
void sim_live(long long ms);

/* Changes that were asked for although what they aim at held already: how many, and the first of them. */
unsigned long sim_needless(void);
const char *sim_needless_text(void);
/* Somebody blocks: holds fanotify marks, or the engine has loaded. */
bool sim_protected(void);
/*
 * What a person would see, one fact a line: packages, services, processes, holders of marks, files with the digest of
 * their content, rules, accounts, reboot reasons, resume armed. Leaves out what is different for each run: journal,
 * outcome, lock note, times, process ids.
 */
void sim_describe(struct buf *out);
/* The bytes of a file now and on disk; false when there is none. For tests that damage them. */
bool sim_file(const char *path, struct buf *out);
void sim_file_set(const char *path, const void *p, size_t n);

#endif
