/*
 * keeper.h - a small process that stands between us and a child, so that the child's whole tree is known.
 *
 * The keeper is the tree's subreaper (prctl(2), PR_SET_CHILD_SUBREAPER): whoever loses its parent becomes the
 * keeper's child, so the tree is empty exactly when the keeper has no children left; then it ends. Nothing of
 * this touches the state of our own process: no zombies of strangers, no other child's status taken.
 *
 * When we let go (or die) while something of the tree still runs, it goes to init as any daemon does. What it
 * prints must go on being read, or the next line would end it by SIGPIPE - an installer in the middle, or the
 * new protection itself. So the keeper leaves a reader behind, which ends with the last process that holds
 * the output.
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
    int life;    /* its end tells the keeper that we are gone */
    pid_t child; /* leads its own session */
    int exec_error;
    bool exited; /* the child has ended: */
    int wait_status;
    bool empty; /* nothing of the tree is left, or the keeper is gone */
};

/* `in` becomes the child's standard input, out[1] its output and error; out[0] is read by us, later by the
 * keeper. */
bool keeper_start(struct keeper *k, const struct program *p, const char *dir, int in, const int out[2],
                  struct err *e) MUST_CHECK;
void keeper_read(struct keeper *k);
void keeper_end(struct keeper *k);

#endif
