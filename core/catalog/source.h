/*
 * source.h - where a catalogue comes from, as a person wrote it: a path, file://, https://, ssh:// or host:path.
 *
 * Nothing else: http:// and git:// say nothing about who answers. A password in an address would stand in the list of
 * processes, so it is refused. Pure but for the path, which is made whole.
 */
#ifndef AVSWAP_CORE_CATALOG_SOURCE_H
#define AVSWAP_CORE_CATALOG_SOURCE_H

#include "core/base/text.h"

enum source_kind { SOURCE_FILE, SOURCE_HTTPS, SOURCE_SSH };

struct source {
    enum source_kind kind;
    const char *url;  /* as it goes to libgit2, into records and before people's eyes */
    const char *user; /* ssh, https: NULL when none was given */
    const char *host; /* ssh, https */
    const char *port; /* ssh, https: NULL when none was given */
    const char *path; /* ssh, https: what stands behind the host */
};

bool source_read(const char *given, struct arena *a, struct source *ret, struct err *e) MUST_CHECK;

#endif
