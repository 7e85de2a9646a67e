/*
 * rebuild.h - a package made again from what is installed, so that a product can be restored although nobody has its
 * installer: the files, the maintainer scripts, the dependencies and the changed configuration files.
 *
 * dpkg: control data from /var/lib/dpkg/info and the status file; the package is an ar of two tar members
 * (deb(5)), written by libarchive. rpm: the header as `rpm -q --xml` gives it, the files as a cpio payload (rpm's
 * file format, "lead, signature, header, payload", rpm.org manual "RPM v4 file format").
 * What a file's recorded digest disagrees with is kept as it is now and counted as changed.
 */
#ifndef AVSWAP_CORE_PAYLOAD_REBUILD_H
#define AVSWAP_CORE_PAYLOAD_REBUILD_H

#include "core/base/text.h"

struct rebuilt {
    const char *path; /* "<dir>/<name>_<version>_<arch>.deb" or ".rpm"; in the arena */
    char digest[65];
    long long bytes;
    long long files;
    long long changed; /* files that differ from what the package brought */
    long long missing; /* listed, but not on disk */
};

/* manager: "dpkg" or "rpm". ERR_NOT_FOUND when the package is not installed. */
bool rebuild_package(const char *manager, const char *name, const char *dir, struct arena *a, struct rebuilt *ret,
                     struct err *e) MUST_CHECK;

#endif
