/*
 * inventory_build.h - what the readers of inventories share; everybody else uses inventory.h.
 *
 * A reader gets a text that is UTF-8 without NUL and byte order mark, and adds finished hosts one by one.
 */
#ifndef AVSWAP_CORE_INVENTORY_INVENTORY_BUILD_H
#define AVSWAP_CORE_INVENTORY_INVENTORY_BUILD_H

#include "core/inventory/inventory.h"

struct source { /* a text that is being read */
    struct fleet_inventory *v;
    const char *file;
    const char *text, *end;
    size_t line; /* at hand */
};

bool inventory_error(const struct source *s, struct err *e, const char *fmt, ...) __attribute__((format(__printf__, 3, 4)));
/* A note for people, once. */
bool inventory_note(struct source *s, struct err *e, const char *fmt, ...) __attribute__((format(__printf__, 3, 4))) MUST_CHECK;
/* One value into a host by the name of its field; "" leaves it as it is. Lists are separated by blanks, ',', ';' or '|'. */
bool inventory_set(struct source *s, struct fleet_host *h, const struct field *f, const char *value, struct err *e) MUST_CHECK;
bool inventory_bool(const char *value, bool *ret);
/* Checks it and takes it; its line is the source's. */
bool inventory_add(struct source *s, const struct fleet_host *h, struct err *e) MUST_CHECK;

bool inventory_read_names(struct source *s, struct err *e) MUST_CHECK;
bool inventory_read_csv(struct source *s, struct err *e) MUST_CHECK;
bool inventory_read_jsonl(struct source *s, struct err *e) MUST_CHECK;
bool inventory_read_ini(struct source *s, struct err *e) MUST_CHECK;
bool inventory_read_yaml(struct source *s, struct err *e) MUST_CHECK;
bool inventory_read_list(struct source *s, struct err *e) MUST_CHECK;
/* Which of them; by the ending of the file's name, else by the text. */
bool inventory_guess(const struct source *s, int *ret, struct err *e) MUST_CHECK;

#endif
