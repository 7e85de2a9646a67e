/*
 * winget.h - a manifest of winget as a candidate for the catalogue, or the reasons why it is none.
 *
 * A candidate is a product (avswap.product/1) with `import`: an installer for each kind of processor with its digest, its
 * switches as arguments, its exit codes as outcomes, and how the system lists it. What winget does not know (whether it
 * protects, whether its database is fresh, how it is removed, what it costs) is in import.todo, for the person who reviews
 * it. What the manifest itself states is confidence "field", what was concluded from it "unverified".
 *
 * Rejected is what could not be run unattended and safely: no installer by msi or exe for all users, switches that are none,
 * plain http, an address that moves unless who signs the file is given, and whatever would not pass lint.
 *
 * Calling order: winget_load() (or files from elsewhere), winget_import(). Everything lives in the document given.
 */
#ifndef AVSWAP_CORE_CATALOG_WINGET_H
#define AVSWAP_CORE_CATALOG_WINGET_H

#include "core/catalog/winget_manifest.h"
#include "core/lint/lint.h"
#include "core/model/import.h"

struct winget_files {
    LIST(struct winget_file) files;
};

struct winget_request {
    const struct winget_files *files;
    const struct catalog *catalog;        /* its vendors; the one of the package must be among them */
    const struct verb_def *const *verbs;  /* for lint */
    const char *vendor;                   /* id of the vendor; NULL: the one of the publisher's name */
    const char *signer;                   /* pattern of who signs the installers; NULL: not known */
    instant now;
};

/* The files of a manifest: `what` is a file, the folder of a version, or with `repository` (a copy of the community's, or its
 * folder `manifests`) the id of a package, whose newest version is taken. ERR_NOT_FOUND, ERR_LIMIT, ERR_IO. */
bool winget_load(const char *what, const char *repository, struct doc *d, struct winget_files *ret, struct err *e) MUST_CHECK;
/* A manifest that is none is rejected, not an error. ERR_USAGE: a signer that fits anybody. */
bool winget_import(const struct winget_request *r, struct doc *d, struct import_result *ret, struct err *e) MUST_CHECK;

/* winget's order of versions (its Versions.cpp): by the numbers between the dots, "1.2-rc" before "1.2", zeros at the end
 * count nothing; "latest" is after, "unknown" before all. */
int winget_version_compare(const char *a, const char *b);

#endif
