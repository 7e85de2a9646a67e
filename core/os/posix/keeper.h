/*
 * keeper.h - a small process that stands between us and a child, so that the child's whole tree is known.
 *
 * The keeper is the tree's subreaper (prctl(2), PR_SET_CHILD_SUBREAPER): whoever loses its parent becomes the
 * keeper's child, so the tree is empty exactly when the keeper has no children left; then it ends. Nothing of
 * this touches the state of our own process: no zombies of strangers, no other child's status taken. When we
 * stop waiting (or die) the keeper is killed, and what still lives goes to init as any daemon does.
 *
 * Order: keeper_start(), keeper_read() whenever `status` is readable, keeper_end() once.
 */
#ifndef AVSWAP_CORE_OS_POSIX_KEEPER_H
#define AVSWAP_CORE_OS_POSIX_KEEPER_H

#include "core/os/posix/program.h"

#include <sys/types.h>

struct keeper {
    pid_t pid;
    int status;  /* readable: something happened */
    pid_t child; /* leads its own session */
    int exec_error;
    bool exited; /* the child has ended: */
    int wait_status;
    bool empty; /* nothing of the tree is left, or the keeper is gone */
};

/* in and out become the child's standard input and its output and error. */
bool keeper_start(struct keeper *k, const struct program *p, const char *dir, int in, int out,
                  struct err *e) MUST_CHECK;
void keeper_read(struct keeper *k);
void keeper_end(struct keeper *k);

#endif
