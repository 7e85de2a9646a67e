/*
 * pending.h - the files that MoveFileEx() left to the next boot: pairs of names in a value of the session
 * manager, the second one empty for a removal (learn.microsoft.com, MoveFileEx, MOVEFILE_DELAY_UNTIL_REBOOT).
 * Only for core/os/win32.
 *
 *   pending_read(pending_names[i], &p, e); while (pending_next(&p, &pair)) ...; pending_free(&p);
 */
#ifndef AVSWAP_CORE_OS_WIN32_PENDING_H
#define AVSWAP_CORE_OS_WIN32_PENDING_H

#include "core/base/err.h"

#include <stddef.h>
#include <wchar.h>

#define PENDING_VALUES 2
extern const wchar_t *const pending_names[PENDING_VALUES];

struct pending {
    wchar_t *w; /* NULL: there is no such value */
    size_t n, at;
};

struct pending_pair {
    size_t begin, end; /* where it stands in p->w */
    const wchar_t *path;
    size_t path_n;
    bool removal;
};

/* ERR_LIMIT for more than LIMIT_MANIFEST bytes. */
bool pending_read(const wchar_t *name, struct pending *ret, struct err *e) MUST_CHECK;
bool pending_next(struct pending *p, struct pending_pair *ret);
/* The value becomes the first n units of w, without the end of the list, which is added; n 0: no value. w has
 * room for it. */
bool pending_write(const wchar_t *name, wchar_t *w, size_t n, struct err *e) MUST_CHECK;
void pending_free(struct pending *p);

#endif
