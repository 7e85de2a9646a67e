/*
 * inventory_impl.h - what the parts of the inventory reader share; see inventory.h.
 *
 * A reader takes one record (a line, or of CSV several) without its end and calls inventory_row_out() for each row in it.
 */
#ifndef AVSWAP_CORE_DETECT_INVENTORY_IMPL_H
#define AVSWAP_CORE_DETECT_INVENTORY_IMPL_H

#include "core/detect/inventory.h"

/* "FILE:LINE: ..."; returns false. */
bool inventory_error(const struct inventory *v, struct err *e, enum err_code code, const char *fmt, ...)
    __attribute__((format(__printf__, 4, 5)));
/* Hands a row to the callback; field members NULL become "". */
bool inventory_row_out(struct inventory *v, struct inventory_row *row, struct err *e) MUST_CHECK;

/* Which field a header or key names, and how well (1: best); false: none. */
bool inventory_header(const struct inventory *v, const char *header, int *ret_field, int *ret_rank);
/* The headers of a table: fills v->column. False: none of them names programs. */
bool inventory_columns(struct inventory *v, const char *const *headers, size_t n);

/* Where the record that begins at s ends (its '\n' or end), quotes heeded. NULL: not within n bytes. */
const char *inventory_csv_end(const struct inventory *v, const char *s, size_t n);
bool inventory_csv_sniff(struct inventory *v, const char *s, size_t n);
bool inventory_csv_record(struct inventory *v, char *s, struct err *e) MUST_CHECK;

bool inventory_table_sniff(struct inventory *v, const char *s, size_t n);
bool inventory_table_record(struct inventory *v, char *s, struct err *e) MUST_CHECK;

bool inventory_dpkg_sniff(const char *s, size_t n);
bool inventory_dpkg_record(struct inventory *v, char *s, struct err *e) MUST_CHECK;
bool inventory_rpm_sniff(const char *s, size_t n);
bool inventory_rpm_record(struct inventory *v, char *s, struct err *e) MUST_CHECK;
bool inventory_json_record(struct inventory *v, char *s, struct err *e) MUST_CHECK;

#endif
