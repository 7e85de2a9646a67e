#include "tests/sim/wait.h"
#include "tests/sim/pc.h"

#include <string.h>

enum { TICK_MS = 250, TERM_MS = 100 };

bool wait_task(unsigned which, long long timeout_ms, bool (*tick)(void *arg), void *arg, struct os_exit *ret,
               struct err *e)
{
    struct pc_task *t = &pc.tasks[which];
    int64_t until = pc.up + timeout_ms;
    bool stop = false;

    while (t->active && !stop) {
        pc_advance(TICK_MS);
        ret->timed_out = t->active && pc.up >= until;
        stop = t->active && (ret->timed_out || (tick && !tick(arg)));
    }
    if (stop) {
        pc_advance(TERM_MS);
        pc_before("program killed", "");
        pc_task_abort(t);
        pc_after("program killed", "");
        ret->code = -1;
        ret->signal = 15;
        return true;
    }
    ret->code = t->exit;
    buf_adds(&ret->out, t->said);
    if (!ret->out.failed)
        return true;
    buf_free(&ret->out);
    return err_nomem(e);
}
