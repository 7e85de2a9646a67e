/*
 * world.h - one migration on the simulated PC: from a PC as it stands, through plan and run, to its end; and going on
 * after a death.
 *
 * Calling order: world_load; for each migration world_begin, any number of snapshots and world_finish, world_over;
 * world_unload.
 */
#ifndef AVSWAP_TESTS_CRASH_WORLD_H
#define AVSWAP_TESTS_CRASH_WORLD_H

#include "core/model/catalog.h"
#include "tests/sim/sim.h"

struct scenario {
    const char *name;     /* of the playbook, with what is special */
    const char *playbook;
    const char *target;   /* NULL: the planner chooses */
    struct sim_setup setup; /* without the misbehaviour */
    const char *as;       /* whose PC it is; NULL: a business */
    bool no_reboot;       /* the policy wants none */
};

struct end { /* of a run, after the PC has lived on for a while and was rebooted once more */
    int exit;
    char result[72];
    bool protected_now, protected_later; /* when the run ended; after the reboot */
    bool unarmed; /* the run was not armed to go on when the PC came up */
    unsigned long needless;
    struct buf text; /* the whole, for comparing */
};

/* The catalogue in the repository's folders; ends the program when it cannot be read. */
void world_load(const char *folder);
void world_unload(void);
/* Resets the PC and makes the plan; ends the program when that fails. */
void world_begin(const struct scenario *s, enum sim_switch misbehaves);
void world_over(void);
/* Prepares and runs, or goes on, until nothing is left to do. */
void world_finish(struct end *ret);
/* Like world_finish, with the n-th allocation of the first run failing; false when it has fewer. */
bool world_finish_starved(unsigned long n, bool sticky, struct end *ret, char *said, size_t size);
void end_free(struct end *e);
/* Is the end what its exit status says: the old product gone (0), else the PC as it was? ret: what is not so. */
bool world_sound(const struct end *e, char *ret, size_t size);
/* A step was begun and the run is not at its end. */
bool world_underway(void);
/* Opening the journal now leaves so many bytes of it. */
bool world_opens_like(size_t bytes);
/* What the run did, record for record, on standard output. */
void world_show_journal(void);
/* The catalogue, and the plan that world_begin() made, as text. */
const struct catalog *world_catalog(void);
const char *world_plan(size_t *ret_len);
const char *world_run(void); /* its id */
/* The journal's path on the PC. */
const char *world_journal(void);

#endif
