/*
 * waves.h - which wave and which window each PC of a rollout belongs to, by its name and groups. Pure.
 *
 * PCs that a wave names ("pc*", "@group") belong to the first that does; waves by number or part take from the rest, spread
 * over it evenly; who is left is in the wave behind the last one, "rest".
 */
#ifndef AVSWAP_CORE_ROLLOUT_WAVES_H
#define AVSWAP_CORE_ROLLOUT_WAVES_H

#include "core/rollout/schedule.h"

struct wave_name {
    const char *name;
    const struct strs *groups;
};

/* Fills members[i].wave; name_of() says who PC i is. */
void waves_assign(const struct rollout *r, struct member *members, size_t n, struct wave_name (*name_of)(const void *arg, size_t i),
                  const void *arg);
/* Index of the window that holds for a PC of these groups; SCHEDULE_ALWAYS: none. */
uint16_t waves_window(const struct rollout *r, const struct strs *groups);

#endif
