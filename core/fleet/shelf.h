/*
 * shelf.h - the jump host's folder of installers, which are sent to PCs whose plans call them `sent`.
 *
 * A policy names one by its file's name alone, as "vars": {"eset_installer": "eea_nt64.msi"}; shelf_policy() puts its digest beside
 * that (NAME_sha256), from where it comes into every plan. Whatever is sent is looked up by that name and held against that digest.
 *
 * A file is read whole once, for its digest, and again when its size or time has changed. Memory: a record a file.
 *
 * Errors: ERR_PAYLOAD: there is no such file, or not the one that is meant, with a sentence for people; ERR_NOMEM.
 */
#ifndef AVSWAP_CORE_FLEET_SHELF_H
#define AVSWAP_CORE_FLEET_SHELF_H

#include "core/base/digest.h"
#include "core/base/instant.h"
#include "core/model/policy.h"

struct shelf_file {
    const char *name, *path;
    long long size;
    instant mtime;
    char sha256[DIGEST_TEXT];
};

struct shelf {
    const char *folder;
    struct arena arena;
    LIST(struct shelf_file) files;
};

void shelf_open(struct shelf *s, const char *folder);
void shelf_close(struct shelf *s);

/* sha256: which it must be; NULL: any. *ret lives until the next shelf_find(), its texts as long as the shelf. */
bool shelf_find(struct shelf *s, const char *name, const char *sha256, const struct shelf_file **ret, struct err *e) MUST_CHECK;
/* Puts the digests of the installers that the policy names into it, also into its groups. must: one that is not here, or another
 * than the policy or the catalogue says, is an error; else it is left as it stands, and the planner or the visit refuses the PC. */
bool shelf_policy(struct shelf *s, const struct catalog *c, bool must, struct doc *d, struct policy *p, struct err *e) MUST_CHECK;

#endif
