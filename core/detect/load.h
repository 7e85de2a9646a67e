/*
 * load.h - the catalogue's files: from a folder with vendors/ and playbooks/, or the copy inside the program.
 */
#ifndef AVSWAP_CORE_DETECT_LOAD_H
#define AVSWAP_CORE_DETECT_LOAD_H

#include "core/model/catalog.h"

/*
 * dir NULL: the embedded catalogue. Only names ending in .json are read; anything else there is an error. family: of the embedded
 * catalogue, products of another OS family are left out, as reading them would be most of what a start costs; NULL: all.
 */
bool catalog_load(const char *dir, const char *family, struct catalog *ret, struct err *e) MUST_CHECK;

/* The copy inside the program, which embedded_plain.c or embedded_packed.c opens; its texts belong to the program or to a. */
bool embedded_open(struct arena *a, const struct catalog_file **ret, size_t *ret_n, struct err *e) MUST_CHECK;

/* Generated at build time from vendors/ and playbooks/ (cmd/embed.sh); the second pair only in a packed build, where files have no
 * text. */
extern const struct catalog_file embedded_files[];
extern const size_t embedded_count;
extern const unsigned char embedded_packed[];
extern const size_t embedded_packed_size;

#endif
