/*
 * catalog.h - the catalogue: every vendor, product, timeline, playbook and laboratory's test, parsed and checked.
 *
 * Calling order: catalog_make, once, with the texts of all files; catalog_free drops all. Pure: the files' texts come
 * from core/detect/load.h (a folder, or the catalogue inside the program).
 *
 * Above the catalogue itself (layer 0) a site may lay folders of its own (layers 1, 2 ...). A document there adds to what
 * is below, or takes the place of the document of the same kind and id. What a layer changes stands in `overlay`, and the
 * digest is over the files of all layers, so that a plan cannot hide where its knowledge came from.
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
    int layer;          /* 0: the catalogue; above it those of the site, in their order */
};

struct catalog_change { /* what a layer above the catalogue does */
    const char *kind; /* "product", "vendor", "timeline", "playbook", "evidence" */
    const char *id;
    const char *path;
    int layer;
    bool overrides; /* a document below has this id; else it is added */
};

struct catalog {
    struct doc doc;
    LIST(struct vendor) vendors;
    LIST(struct product) products;   /* sorted by id */
    LIST(struct timeline) timelines;
    LIST(struct playbook) playbooks;
    LIST(struct evidence) evidence;  /* in the order of their paths */
    char digest[65]; /* over the sorted paths and the digests of their texts */
    const char *commit; /* that was accepted with these files; NULL: the one inside the program, or a folder of somebody's */
    LIST(struct catalog_change) overlay;
    struct strs overlay_texts; /* the same as sentences, in that order */
};

/* All files at once: parses, sorts, checks references between them. */
bool catalog_make(const struct catalog_file *files, size_t n, struct catalog *ret, struct err *e) MUST_CHECK;
void catalog_free(struct catalog *c);
/* The digest alone, of files in any order. */
bool catalog_digest(const struct catalog_file *files, size_t n, char hex[65], struct err *e) MUST_CHECK;

const struct product *catalog_product(const struct catalog *c, const char *id);
const struct vendor *catalog_vendor(const struct catalog *c, const char *id);
const struct timeline *catalog_timeline(const struct catalog *c, const char *vendor);
const struct playbook *catalog_playbook(const struct catalog *c, const char *id);
const struct evidence *catalog_evidence(const struct catalog *c, const char *id);
struct catalog_doc { /* any document of a catalogue */
    const char *kind;
    const char *id;
    const struct schema *schema;
    const void *obj;
};
/* All of them, kind after kind. NULL: memory ran out. */
struct catalog_doc *catalog_docs(const struct catalog *c, struct arena *a, size_t *ret_n) MUST_CHECK;
/* Everything the catalogue wants to know of a PC of this OS family. */
bool catalog_questions(const struct catalog *c, const char *family, struct arena *a, struct questions *q,
                       struct err *e) MUST_CHECK;

#endif
