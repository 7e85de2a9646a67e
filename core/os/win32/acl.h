/*
 * acl.h - who may use a file, as the permission bits that file.h speaks of. Only for core/os/win32.
 *
 * Private means: SYSTEM, the administrators and the owner, nothing inherited from above. Bits for others
 * (044, 022) say that the access list gives reading or writing to anybody but these, the user who runs us and
 * TrustedInstaller; entries that deny are not counted, so the answer errs to the side of "others may".
 */
#ifndef AVSWAP_CORE_OS_WIN32_ACL_H
#define AVSWAP_CORE_OS_WIN32_ACL_H

#include "core/base/err.h"

#include <windows.h>

/* For creating private files and folders (what is made inside such a folder is private too); belongs to the
 * process. NULL: an err. */
SECURITY_ATTRIBUTES *acl_private(struct err *e) MUST_CHECK;
/* Permission bits of an open file; READ_CONTROL is needed. */
unsigned acl_mode(HANDLE h, DWORD attributes);
/* Does it belong to the system, the administrators or the user who runs us? */
bool acl_trusted(HANDLE h);
/* Makes an existing file or folder private; WRITE_DAC is needed. */
bool acl_set_private(HANDLE h, struct err *e) MUST_CHECK;
/* Gives `to`, which is private, the access list of `from`, but others no right to change it: the copy may be
 * what the system runs, and a folder that is closed does not close what is in it (traversing needs no right).
 * Where there is no list, as on a stick, or one that cannot be judged, it stays private. */
bool acl_copy(HANDLE from, HANDLE to, struct err *e) MUST_CHECK;

#endif
