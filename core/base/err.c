#include "core/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *id;
    int status;
    const char *meaning;
    const char *next;
} rows[ERR_COUNT] = {
#define X(code, id, status, meaning, next) [code] = {id, status, meaning, next},
    ERR_LIST(X)
#undef X
};

static const char *const statuses[] = {
    [EXIT_DONE] = "done, or nothing to do",
    [EXIT_ERROR] = "error, nothing changed",
    [EXIT_USAGE] = "wrong use of the command line",
    [EXIT_FOUND] = "detect: a product that must go is here",
    [EXIT_REBOOT] = "a reboot is needed to go on",
    [EXIT_ROLLED_BACK] = "rolled back, protected",
    [EXIT_UNPROTECTED] = "UNPROTECTED, needs hands",
    [EXIT_REFUSED] = "refused by policy or preflight, nothing changed",
    [EXIT_IN_DOUBT] = "in doubt, a person must look",
    [EXIT_FLEET_PARTIAL] = "fleet: some hosts not done",
};

bool err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
    va_list ap;

    e->code = code;
    e->os = 0;
    e->retryable = false;
    va_start(ap, fmt);
    vsnprintf(e->text, sizeof e->text, fmt, ap);
    va_end(ap);
    return false;
}

bool err_sys(struct err *e, enum err_code code, int os, const char *fmt, ...)
{
    va_list ap;
    size_t n;

    e->code = code;
    e->os = os;
    e->retryable = false;
    va_start(ap, fmt);
    vsnprintf(e->text, sizeof e->text, fmt, ap);
    va_end(ap);
    n = strlen(e->text);
    snprintf(e->text + n, sizeof e->text - n, ": %s", strerror(os));
    return false;
}

bool err_wrap(struct err *e, const char *fmt, ...)
{
    char old[sizeof e->text];
    va_list ap;
    size_t n;

    memcpy(old, e->text, sizeof old);
    va_start(ap, fmt);
    vsnprintf(e->text, sizeof e->text, fmt, ap);
    va_end(ap);
    n = strlen(e->text);
    snprintf(e->text + n, sizeof e->text - n, ": %s", old);
    return false;
}

void err_clear(struct err *e)
{
    e->code = ERR_NONE;
    e->os = 0;
    e->retryable = false;
    e->text[0] = '\0';
}

bool err_keep(struct err *first, const struct err *e)
{
    bool ends = e->code == ERR_NOMEM || e->code == ERR_LIMIT;

    if (first->code == ERR_NONE || ends)
        *first = *e;
    return !ends;
}

bool err_nomem(struct err *e)
{
    return err_set(e, ERR_NOMEM, "out of memory");
}

const char *err_id(enum err_code code)
{
    return code < ERR_COUNT ? rows[code].id : "unknown";
}

int err_exit(enum err_code code)
{
    return code < ERR_COUNT ? rows[code].status : EXIT_ERROR;
}

const char *err_meaning(enum err_code code)
{
    return code < ERR_COUNT ? rows[code].meaning : "unknown error";
}

const char *err_next(enum err_code code)
{
    return code < ERR_COUNT ? rows[code].next : "";
}

const char *exit_meaning(int status)
{
    if (status < 0 || (size_t)status >= sizeof statuses / sizeof statuses[0])
        return NULL;
    return statuses[status];
}
