/*
 * deb_query.h - what dpkg keeps of one installed package. Sources: deb(5), deb-control(5), dpkg(1) FILES, and
 * dpkg's own lib/dpkg/{fields,db-fsys-divert}.c for the status and diversions files.
 *
 * The caller sets `j`; all else is in the job's arena.
 */
#ifndef AVSWAP_CORE_PAYLOAD_DEB_QUERY_H
#define AVSWAP_CORE_PAYLOAD_DEB_QUERY_H

#include "core/payload/rebuild_impl.h"

#define DPKG "/var/lib/dpkg"

struct deb_package {
    struct rebuild_job *j;
    const char *stanza; /* of the status file */
    size_t stanza_len;
    const char *package, *arch, *version;
    const char *info;      /* DPKG "/info/NAME" or "/info/NAME:ARCH" */
    struct pairs list;     /* path -> NULL, in dpkg's order */
    struct pairs parents;  /* folders that hold something listed, sorted */
    struct pairs recorded; /* path -> MD5 the package brought, sorted */
    struct pairs diverted; /* path -> where another's diversion put our file, sorted */
};

/* ERR_NOT_FOUND when it is not installed; ERR_INPUT when the database says what cannot be. */
bool deb_query(struct deb_package *d, struct err *e) MUST_CHECK;
/* The package's file DPKG "/info/NAME.<extension>" as text. */
const char *deb_info(struct deb_package *d, const char *extension, bool absent_ok, size_t *ret_len,
                     struct err *e);
/* Letters, digits and `more` only, not empty, no dot in front: fit for a file name. */
bool deb_word(const char *s, const char *more);

#endif
