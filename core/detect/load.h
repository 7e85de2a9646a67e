/*
 * load.h - the catalogue's files: from a folder with vendors/ and playbooks/, or the copy inside the program; and those of
 * the site's own folders above it.
 *
 * A folder with an accepted.json (core/model/accepted.h) was written by a jump host that had verified it: the catalogue then
 * has that commit, and files that no longer fit the digest recorded there are ERR_TAMPERED.
 */
#ifndef AVSWAP_CORE_DETECT_LOAD_H
#define AVSWAP_CORE_DETECT_LOAD_H

#include "core/model/catalog.h"

/*
 * dir NULL: the embedded catalogue. Only names ending in .json are read; anything else there is an error. family: of the embedded
 * catalogue, products of another OS family are left out, as reading them would be most of what a start costs; NULL: all.
 */
bool catalog_load(const char *dir, const char *family, struct catalog *ret, struct err *e) MUST_CHECK;
/* The same with the site's folders above it, each with a vendors/, a playbooks/ or both; the last one is on top. */
bool catalog_load_over(const char *dir, const struct strs *overlays, const char *family, struct catalog *ret,
                       struct err *e) MUST_CHECK;
/* The files of such a folder: vendors/ and playbooks/, of an overlay (layer > 0) what is there of the two. Texts and paths live
 * in a. */
bool catalog_files(const char *dir, int layer, struct arena *a, struct catalog_file **ret, size_t *ret_n,
                   struct err *e) MUST_CHECK;

/* The copy inside the program, which embedded_plain.c or embedded_packed.c opens; its texts belong to the program or to a. */
bool embedded_open(struct arena *a, const struct catalog_file **ret, size_t *ret_n, struct err *e) MUST_CHECK;

/* Generated at build time from vendors/ and playbooks/ (cmd/embed.sh); the second pair only in a packed build, where files have no
 * text. */
extern const struct catalog_file embedded_files[];
extern const size_t embedded_count;
extern const unsigned char embedded_packed[];
extern const size_t embedded_packed_size;

#endif
