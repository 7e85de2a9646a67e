/*
 * world.h - one migration on the simulated PC: from a PC as it stands, through plan and run, to its end; and going on
 * after a death.
 */
#ifndef AVSWAP_TESTS_CRASH_WORLD_H
#define AVSWAP_TESTS_CRASH_WORLD_H

#include "core/model/catalog.h"
#include "tests/sim/sim.h"

struct scenario {
    const char *name;     /* of the playbook, with what is special */
    const char *playbook;
    struct sim_setup setup; /* without the misbehaviour */
};

struct end { /* of a run, after the PC has lived on for a while and was rebooted once more */
    int exit;
    char result[32];
    bool protected_now, protected_later; /* when the run ended; after the reboot */
    bool unarmed; /* a worker that had begun was not armed to go on when the power came back */
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
/* What the run did, record for record, on standard output. */
void world_show_journal(void);
/* The journal's path on the PC. */
const char *world_journal(void);

#endif
