/*
 * names.h - which names a catalogue's tree may hold, and of which type. Pure.
 *
 * A closed list: vendors/VENDOR/NAME.json and playbooks/NAME.json, which are the catalogue, and at the top what people read
 * (README, LICENSE and such), which is never taken out. The names are those that every system stores alike.
 */
#ifndef AVSWAP_CORE_CATALOG_NAMES_H
#define AVSWAP_CORE_CATALOG_NAMES_H

#include "core/base/err.h"

#define NAME_LONGEST 100

enum name_use { NAME_FOLDER, NAME_DOCUMENT, NAME_TEXT };

/* folder: "" at the top, "vendors", "vendors/x" ...; mode: as git stores it. */
bool names_check(const char *folder, const char *name, unsigned mode, enum name_use *ret, struct err *e) MUST_CHECK;

#endif
