/*
 * rebuild.h - a package made again from what is installed, so that a product can be restored although nobody
 * has its installer: the files, the maintainer scripts, the dependencies and the changed configuration files.
 *
 * dpkg: control data from /var/lib/dpkg/info and the status file; the package is an ar of two tar members
 * (deb(5)), written by libarchive. rpm: the header as queries of the database give it, the files as a cpio
 * payload (rpm's file format, "lead, signature, header, payload", rpm.org manual "RPM v4 file format"). Files
 * go in as they are now, changed configuration included; what differs from the recorded digest is counted as
 * changed, what is gone is left out and counted as missing. Paths of the package database that are not plain
 * and absolute are refused (ERR_INPUT), so are names and versions that could not stand in a file name.
 *
 * Not kept: what the formats or the databases do not have. A .deb holds no extended attributes (dpkg sets
 * none; scripts that do run again), and after a restore the package manager takes a changed configuration
 * file for the original one. The result carries digests, but no vendor's signature. Needs about the size of
 * the result once more in `dir` while it is being made. The files are streamed, never held.
 */
#ifndef AVSWAP_CORE_PAYLOAD_REBUILD_H
#define AVSWAP_CORE_PAYLOAD_REBUILD_H

#include "core/base/text.h"

struct rebuilt {
    const char *path; /* "<dir>/<name>_<version>_<arch>.deb" or ".rpm", ':' as "%3a"; in the arena */
    char digest[65];
    long long bytes;
    long long files;   /* packed, folders not counted */
    long long changed; /* files that differ from what the package brought */
    long long missing; /* listed, but not on disk */
};

/*
 * manager: "dpkg" or "rpm". name: as the manager takes it ("kesl", dpkg's "kesl:i386", rpm's
 * "kesl-12.1.0-1543.x86_64"); ERR_INPUT when it is installed more than once and the name does not say which.
 * dir: absolute, made when absent. ERR_NOT_FOUND when the package is not installed. err.retryable when a file
 * changed while it was read.
 */
bool rebuild_package(const char *manager, const char *name, const char *dir, struct arena *a,
                     struct rebuilt *ret, struct err *e) MUST_CHECK;

#endif
