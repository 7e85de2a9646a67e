#include "core/os/posix/tool.h"
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/os/posix/program.h"

#include <string.h>

bool tool_exists(const char *name)
{
    char path[LIMIT_PATH];

    return program_find(name, path, sizeof path);
}

bool tool_add(struct arena *a, struct strs *to, const struct strs *from, struct err *e)
{
    for (size_t i = 0; i < from->n; i++) {
        const char **slot = LIST_ADD(a, to);

        if (!slot)
            return err_nomem(e);
        *slot = from->v[i];
    }
    return true;
}

bool tool_run(const struct strs *argv, long long timeout_ms, struct os_exit *ret, struct err *e)
{
    struct os_child c = {.argv = *argv, .timeout_ms = timeout_ms};

    return os_run(&c, ret, e);
}

bool tool_ask(const struct strs *argv, struct buf *ret, struct err *e)
{
    struct os_exit x;

    if (!tool_run(argv, TOOL_MS, &x, e))
        return false;
    if (x.code != 0) {
        tool_failed(argv->v[0], &x, e);
        buf_free(&x.out);
        return false;
    }
    if (x.out.len == LIMIT_CHILD_OUTPUT) {
        err_set(e, ERR_LIMIT, "'%s' says more than %u bytes", argv->v[0], LIMIT_CHILD_OUTPUT);
        buf_free(&x.out);
        return false;
    }
    *ret = x.out;
    return true;
}

bool tool_do(const struct strs *argv, struct err *e)
{
    struct buf out;

    if (!tool_ask(argv, &out, e))
        return false;
    buf_free(&out);
    return true;
}

bool tool_failed(const char *name, const struct os_exit *x, struct err *e)
{
    enum { SAID = 300 };
    const char *said = buf_str(&x->out);
    size_t n = x->out.len;
    struct buf shown;

    while (n && (said[n - 1] == '\n' || said[n - 1] == ' '))
        n--;
    if (n > SAID) {
        said += n - SAID;
        n = SAID;
    }
    buf_init(&shown, 8 * SAID);
    if (n) {
        char tail[SAID + 1];

        memcpy(tail, said, n);
        tail[n] = '\0';
        text_show(&shown, tail);
    }
    if (x->timed_out)
        err_set(e, ERR_TIMEOUT, "'%s' took too long: %s", name, buf_str(&shown));
    else if (x->signal)
        err_set(e, ERR_CHILD, "'%s' was ended by signal %d: %s", name, x->signal, buf_str(&shown));
    else
        err_set(e, ERR_CHILD, "'%s' ended with status %d: %s", name, x->code, buf_str(&shown));
    buf_free(&shown);
    return false;
}
