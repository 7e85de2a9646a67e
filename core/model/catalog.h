/*
 * catalog.h - the catalogue: every vendor, product, timeline, playbook and laboratory's test, parsed and checked.
 *
 * Calling order: catalog_init, catalog_add for each file, catalog_end; catalog_free drops all. Pure: the files'
 * texts come from core/detect/load.h (a folder, or the catalogue inside the program).
 */
#ifndef AVSWAP_CORE_MODEL_CATALOG_H
#define AVSWAP_CORE_MODEL_CATALOG_H

#include "core/model/evidence.h"
#include "core/model/playbook.h"
#include "core/model/timeline.h"

struct catalog_file { /* what a catalogue is made of */
    const char *path; /* "vendors/kaspersky/kesl.json" */
    const char *text;
    size_t len;
    const char *digest; /* SHA-256 of the text; NULL when nobody has computed it */
    const char *os;     /* the only OS family that the file is about; NULL: any, or not known */
    bool unread;        /* counts in the digest only */
};

struct catalog {
    struct doc doc;
    LIST(struct vendor) vendors;
    LIST(struct product) products;   /* sorted by id */
    LIST(struct timeline) timelines;
    LIST(struct playbook) playbooks;
    LIST(struct evidence) evidence;  /* in the order of their paths */
    char digest[65]; /* over the sorted paths and the digests of their texts */
};

/* All files at once: parses, sorts, checks references between them. */
bool catalog_make(const struct catalog_file *files, size_t n, struct catalog *ret, struct err *e) MUST_CHECK;
void catalog_free(struct catalog *c);

const struct product *catalog_product(const struct catalog *c, const char *id);
const struct vendor *catalog_vendor(const struct catalog *c, const char *id);
const struct timeline *catalog_timeline(const struct catalog *c, const char *vendor);
const struct playbook *catalog_playbook(const struct catalog *c, const char *id);
const struct evidence *catalog_evidence(const struct catalog *c, const char *id);
/* Everything the catalogue wants to know of a PC of this OS family. */
bool catalog_questions(const struct catalog *c, const char *family, struct arena *a, struct questions *q,
                       struct err *e) MUST_CHECK;

#endif
