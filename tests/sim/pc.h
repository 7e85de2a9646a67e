/*
 * pc.h - the state of the simulated PC; only for tests/sim.
 *
 * Everything is inside `struct pc`, pointers never; texts and file contents that have no fixed place lie in `pool`,
 * named by offset. pool is the last member, and only its used part is copied by a snapshot.
 */
#ifndef AVSWAP_TESTS_SIM_PC_H
#define AVSWAP_TESTS_SIM_PC_H

#include "core/model/facts.h"
#include "core/os/file.h"
#include "tests/sim/products.h"
#include "tests/sim/sim.h"
#include "tests/sim/windows.h"

enum {
    PC_PATH = 168,
    PC_FILES = 320,
    PC_PROCESSES = 24,
    PC_NAMES = 24,
    PC_RULES = 8,
    PC_TIMERS = 16,
    PC_TASK_ITEMS = 8,
    PC_POOL = 4 << 20,
};

struct pc_bytes {
    uint32_t at, n;
};

struct pc_side { /* a file as programs see it, or as the disk has it */
    bool here;
    uint8_t kind; /* enum os_kind */
    uint16_t mode;
    instant mtime;
    struct pc_bytes bytes; /* of a link: where it points */
};

struct pc_file {
    uint32_t hash;
    char path[PC_PATH];
    struct pc_side now, disk;
    uint32_t room; /* of now.bytes, for logs that grow in place */
};

struct pc_package {
    uint8_t state;  /* enum package_state */
    bool broken;    /* dpkg: unpacking was interrupted, only a new unpacking helps */
    bool rpm;
};

struct pc_service {
    bool enabled, enabled_disk;
    bool failed;
};

struct pc_process {
    int32_t pid; /* 0: a free slot */
    int32_t service; /* -1: none */
    char exe[96];
    bool deleted; /* its file is gone */
    bool marks;   /* holds fanotify marks */
    bool ready;   /* has loaded what it needs */
};

struct pc_name { /* a user, a group or a file context */
    char name[48];
    bool here, disk;
};

struct pc_rule {
    char text[80];
    uint32_t mark;
};

enum pc_timer_kind {
    TIMER_NONE,
    TIMER_WRITEBACK,  /* the kernel writes what is only in memory */
    TIMER_TASK,       /* arg: task */
    TIMER_BACKGROUND, /* a removal goes on by itself; arg: package */
    TIMER_SUPERVISOR, /* looks whether kesl runs */
    TIMER_AGENT,      /* looks whether kesl is there */
    TIMER_DAEMON,     /* arg: service; its next stage of starting */
    TIMER_BOOT,       /* arg: service; is started by the boot */
    TIMER_FREE,       /* the other package manager is done */
    TIMER_WIN_READY,  /* an engine has loaded; arg: product */
    TIMER_DEFENDER,   /* Defender looks who is registered */
};

struct pc_timer {
    uint8_t kind;
    uint8_t arg;
    int64_t at; /* wall clock */
};

/* A program that changes the PC in phases, so that it can be interrupted between them. */
enum pc_task_kind {
    TASK_PURGE,
    TASK_INSTALL,
    TASK_CONFIGURE,
    TASK_FETCH,
    TASK_COPY,
    TASK_WIN_REMOVE, /* list[0]: product of Windows */
    TASK_WIN_INSTALL,
};
struct pc_task {
    bool active;
    bool orphan; /* nobody waits for it */
    bool foreign; /* not started by a worker */
    int32_t pid;
    uint8_t kind;
    bool rpm;
    bool merges; /* dpkg: everything is done but the end of its own records */
    uint8_t n, phase;
    uint16_t item;
    uint8_t list[PC_TASK_ITEMS]; /* packages */
    uint8_t was[PC_TASK_ITEMS];  /* their states before */
    char files[PC_TASK_ITEMS][PC_PATH]; /* rebuilt packages; FETCH and COPY: folders */
    int32_t exit;
    char said[160];
};
enum { TASK_LOCKED, TASK_OTHER, TASKS }; /* who holds the package manager's lock, and who needs none */

struct pc {
    struct sim_setup setup;
    int64_t now, up; /* milliseconds */
    unsigned boots;
    int32_t next_pid, worker; /* 0: none runs */
    bool lock_held;
    bool reboot_asked;
    bool dpkg_interrupted; /* its database holds updates that were not merged */
    bool manager_busy;
    bool armed, armed_disk;
    unsigned long changes, needless;
    char needless_text[160];
    uint32_t n_files, n_groups, n_users, n_contexts, n_rules, n_reasons;
    struct pc_package packages[PACKAGE_COUNT];
    struct pc_service services[SERVICE_COUNT];
    struct pc_process processes[PC_PROCESSES];
    struct pc_name groups[PC_NAMES], users[PC_NAMES], contexts[PC_NAMES];
    struct pc_rule rules[PC_RULES];
    char reasons[PC_RULES][48];
    struct pc_timer timers[PC_TIMERS];
    struct pc_task tasks[TASKS];
    struct pc_windows win;
    struct pc_file files[PC_FILES];
    uint32_t pool_used;
    char pool[PC_POOL];
};
extern struct pc pc;

/* A test that asks for more than the model has room for is wrong: says so and ends. */
void pc_broken(const char *what, const char *name) __attribute__((noreturn));

/* --- announcing changes --- */
void pc_before(const char *what, const char *target);
void pc_after(const char *what, const char *target);
/* Asked for by the worker although it holds already. */
void pc_needless(const char *what, const char *target);

/* --- files (files.c) --- */
/* For sim_worker_line(). */
void pc_note_worker(const struct strs *argv);
struct pc_file *pc_file(const char *path); /* NULL when it is not here now; links are not followed */
struct pc_file *pc_file_followed(const char *path);
const char *pc_bytes(const struct pc_file *f);
/* Makes or replaces; parents must exist (pc_folder). durable: on disk at once. */
struct pc_file *pc_put(const char *path, enum os_kind kind, unsigned mode, const void *p, size_t n, bool durable);
void pc_folder(const char *path, unsigned mode, bool durable); /* with its parents */
void pc_drop(const char *path, bool durable);                  /* with all below it */
void pc_drop_if_empty(const char *path, bool durable);
bool pc_parent_here(const char *path);
void pc_append(struct pc_file *f, const void *p, size_t n);
void pc_make_durable(struct pc_file *f);
void pc_cut_power_files(void);
void pc_drop_below_on_boot(const char *path);

/* --- time (time.c) --- */
void pc_timer(enum pc_timer_kind kind, unsigned arg, int64_t in_ms);
void pc_timer_stop(enum pc_timer_kind kind, int arg); /* arg -1: all of the kind */
bool pc_timer_runs(enum pc_timer_kind kind, unsigned arg);
void pc_advance(int64_t ms);
void pc_sync(void);
/* Names, links and accounts of all that happened so far are on disk, contents are not: the order that file systems with
 * a journal keep when anything at all is made durable. */
void pc_order(void);

/* --- services and processes (daemons.c) --- */
bool pc_service_here(enum service_id s);
struct pc_process *pc_process_of(enum service_id s);
struct pc_process *pc_spawn(const char *exe, int service);
void pc_service_start(enum service_id s);
void pc_service_stop(enum service_id s);
void pc_end_process(struct pc_process *p);
void pc_daemon_stage(enum service_id s);  /* TIMER_DAEMON */
void pc_supervisor_looks(void);           /* TIMER_SUPERVISOR */
void pc_agent_looks(void);                /* TIMER_AGENT */
void pc_boot_services(void);
void pc_rule_add(uint32_t mark);
void pc_rule_remove(uint32_t mark);
const char *pc_exe_shown(const struct pc_process *p, struct arena *a);

/* --- packages (tasks.c, scripts.c) --- */
void pc_task_start(struct pc_task *t); /* filled but for `active` */
void pc_task_step(unsigned which);     /* TIMER_TASK */
void pc_task_abort(struct pc_task *t);
bool pc_switch(enum package_id p, enum sim_switch s);
void pc_place_files(enum package_id p, unsigned half, const char *rebuilt);
void pc_remove_files(enum package_id p, unsigned half);
void pc_remove_conffiles(enum package_id p);
/* Maintainer scripts; the result is the exit status, -1: it hangs. */
int pc_script_prerm(enum package_id p);
void pc_script_postrm(enum package_id p);
void pc_script_purge(enum package_id p);
int pc_script_postinst(enum package_id p);
void pc_background_removal(enum package_id p); /* TIMER_BACKGROUND */

/* --- names --- */
void pc_name_add(struct pc_name *list, uint32_t *n, const char *name, bool durable);
struct pc_name *pc_name_find(struct pc_name *list, uint32_t n, const char *name);

#endif
