/*
 * reg_file.h - the file format of regedit, version 5 (learn.microsoft.com, "How to add, modify, or delete
 * registry subkeys and values by using a .reg file"). Pure: text in UTF-8, paths as the file has them
 * ("HKEY_LOCAL_MACHINE\SOFTWARE\x"). Only for core/os/win32.
 *
 * Reading is strict: what we do not write ourselves - deletions, other versions, other roots - is an error
 * that names the line, and nothing of the file is taken when any line is wrong.
 */
#ifndef AVSWAP_CORE_OS_WIN32_REG_FILE_H
#define AVSWAP_CORE_OS_WIN32_REG_FILE_H

#include "core/base/list.h"

struct reg_value {
    const char *name; /* "": the default value */
    unsigned long type;
    const unsigned char *bytes;
    size_t n;
};

struct reg_key {
    const char *path;
    struct reg_value *v; /* its values */
    size_t n;
};

struct reg_file {
    struct reg_key *v;
    size_t n;
};

void reg_put_head(struct buf *b, const char *comment);
void reg_put_key(struct buf *b, const char *path);
void reg_put_value(struct buf *b, const struct reg_value *v);
/* Can a name stand in the file? None with control characters. */
bool reg_name_ok(const char *name);

bool reg_parse(const char *text, size_t n, struct arena *a, struct reg_file *ret, struct err *e) MUST_CHECK;

#endif
