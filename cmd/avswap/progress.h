/*
 * progress.h - a run as it happens: finished work as lines, the work in hand as one live line on a terminal.
 *
 * Calling order: progress_begin, progress_event as the engine's callback, progress_end. While it is open the first
 * interrupt (Ctrl-C) does not end the run but tells how to leave it; the second one does, and losing the terminal never
 * does: a run in the middle of a removal is safer finished than broken off. Failing to print never fails the run.
 */
#ifndef AVSWAP_CMD_AVSWAP_PROGRESS_H
#define AVSWAP_CMD_AVSWAP_PROGRESS_H

#include "cmd/cli/cli.h"

struct progress {
    const struct cli *cli;
    const struct style *style;
    int stream;
    bool live;         /* a terminal */
    bool drawn;        /* the live line stands on the screen */
    bool back;         /* undoing */
    bool apart;        /* another worker does it: this one only looks on */
    bool told;         /* of the first interrupt */
    const char *title; /* of the step in hand, NULL: none */
    size_t at;         /* its number, from 1 */
    long long limit_s;
    int64_t began_ms;  /* of the step */
    int64_t shown_s;
};

void progress_begin(struct progress *p, const struct cli *c);
void progress_event(void *arg, const struct plan *plan, const struct event *ev);
void progress_end(struct progress *p);

#endif
