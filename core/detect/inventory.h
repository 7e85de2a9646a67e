/*
 * inventory.h - exported lists of programs and packages, read row by row from a stream of bytes.
 *
 * Formats: CSV (comma, semicolon or tab; quotes; "sep=;"), tables in columns (winget list, wmic product get), dpkg -l,
 * rpm -qa, and one JSON object a line. The format is found by what stands in the first 64 KiB. Text is UTF-8, or UTF-16
 * with a byte order mark; other character sets must be named. Keys and columns that are not known are ignored, as
 * exports differ. Memory does not grow with the file: a row may take LIMIT_ROW bytes.
 *
 * Calling order: inventory_open, inventory_feed for each block of bytes, inventory_end, inventory_close (also after an
 * error). Rows go to the callback; their strings live until it returns. Errors name file and line.
 */
#ifndef AVSWAP_CORE_DETECT_INVENTORY_H
#define AVSWAP_CORE_DETECT_INVENTORY_H

#include "core/base/charset.h"
#include "core/base/text.h"

enum inventory_format { INVENTORY_ANY, INVENTORY_CSV, INVENTORY_TABLE, INVENTORY_DPKG, INVENTORY_RPM, INVENTORY_JSON };
extern const char *const inventory_format_names[];

enum inventory_field { COLUMN_NAME, COLUMN_PUBLISHER, COLUMN_VERSION, COLUMN_CODE, COLUMN_HOST, COLUMN_OS, COLUMN_COUNT };
extern const char *const inventory_field_names[];

struct inventory_row {
    long long n;    /* from 1 */
    long long line;
    const char *field[COLUMN_COUNT]; /* "" where it has none */
    bool package;   /* from a package manager */
    bool residue;   /* removed; only its configuration is left (dpkg) */
};

typedef bool inventory_take(void *arg, const struct inventory_row *row, struct err *e);

struct inventory_options {
    const char *file;                   /* for messages */
    enum inventory_format format;       /* INVENTORY_ANY: find it */
    bool encoded;                       /* `encoding` was named */
    enum charset encoding;
    const char *header[COLUMN_COUNT];   /* CSV, tables, JSON: that column's header; NULL: as known */
};

#define COLUMNS_MAX 256

struct inventory { /* all private */
    struct inventory_options o;
    inventory_take *take;
    void *arg;
    enum inventory_format format;
    struct buf head;   /* bytes until the encoding is known, then none */
    struct buf text;   /* UTF-8 that is not yet rows */
    unsigned char half[4]; /* of a character that the next block ends */
    size_t half_n;
    bool begun;        /* encoding known */
    bool known;        /* format known */
    bool has_header;
    long long line, rows;
    char separator;
    size_t columns;                 /* of the header */
    int column[COLUMN_COUNT];       /* index, -1: none */
    size_t start[COLUMNS_MAX];      /* tables: where each column begins */
    bool cells;                     /* tables: counted in cells of a terminal, not in characters */
    struct buf row;                 /* the fields of a row, NUL-terminated each */
};

void inventory_open(struct inventory *v, const struct inventory_options *o, inventory_take *take, void *arg);
bool inventory_feed(struct inventory *v, const void *p, size_t n, struct err *e) MUST_CHECK;
bool inventory_end(struct inventory *v, struct err *e) MUST_CHECK;
void inventory_close(struct inventory *v);
/* "linux", "windows", "macos", or "" when the text says none: "Microsoft Windows 11 Pro", "Darwin". */
const char *inventory_os(const char *text);

#endif
