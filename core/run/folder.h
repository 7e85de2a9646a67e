/*
 * folder.h - run folders: <state>/runs/<id>/, where they are and what is in them.
 */
#ifndef AVSWAP_CORE_RUN_FOLDER_H
#define AVSWAP_CORE_RUN_FOLDER_H

#include "core/model/plan.h"
#include "core/os/file.h"

/* "<state>/runs/<id>/<name>", name NULL: the folder itself. NULL when memory runs out. */
const char *folder_path(const char *id, const char *name, struct arena *a);
/* Ids are safe as file names; anything else is ERR_USAGE. */
bool folder_check_id(const char *id, struct err *e) MUST_CHECK;
/* Takes the lock of this PC's one worker; ERR_BUSY names who holds it. */
struct os_lock *folder_lock(const char *note, struct err *e) MUST_CHECK;
bool folder_read_plan(const char *id, struct doc *d, struct plan *ret, struct err *e) MUST_CHECK;
bool folder_write_json(const char *id, const char *name, const struct schema *s, const void *obj,
                       struct err *e) MUST_CHECK;

#endif
