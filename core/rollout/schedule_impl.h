/*
 * schedule_impl.h - what schedule.c and schedule_open.c share.
 */
#ifndef AVSWAP_CORE_ROLLOUT_SCHEDULE_IMPL_H
#define AVSWAP_CORE_ROLLOUT_SCHEDULE_IMPL_H

#include "core/rollout/schedule.h"

#define NOWHERE UINT32_MAX

/* Puts the PC into the heap of due visits by its time, or out of it. One that is being visited, or waits at a gate, is not in it. */
void schedule_settle(struct schedule *s, uint32_t host);
/* That wave's queued PCs are in the lines from now on; wave_count: there is none left. */
void schedule_open_wave(struct schedule *s, size_t wave);

#endif
