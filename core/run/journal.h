/*
 * journal.h - the run's journal on disk: append-only, one JSON record a line, chained by SHA-256.
 *
 * Open reads and checks everything: numbers without gaps, each `prev` the digest of the line before. A last line
 * without newline is what a crash leaves: it is cut. Damage anywhere else is ERR_TAMPERED; the file is not touched.
 * An append returns when the record is on disk.
 */
#ifndef AVSWAP_CORE_RUN_JOURNAL_H
#define AVSWAP_CORE_RUN_JOURNAL_H

#include "core/model/event.h"
#include "core/os/file.h"

struct journal {
    struct os_log *log; /* NULL: kept in memory only (dry run) */
    char head[65];      /* digest of the last line */
    char boot[64];      /* this boot: no worker outlives it */
    long long n;        /* its number */
    size_t size;        /* bytes */
    LIST(struct event) events;
    size_t max;
    struct doc *doc; /* lifetime of the events */
};

/* Parses journal text. *ret_whole is the length without a torn last line. */
bool journal_parse(const char *file, const char *text, size_t len, struct doc *d, struct journal *ret, size_t *ret_whole,
                   struct err *e) MUST_CHECK;
/* The same for what follows the lines before: `j` is as journal_parse() left it, or {.n, .head} as they say; its events may have
 * been dropped, and its doc be another. */
bool journal_continue(const char *file, const char *text, size_t len, struct journal *j, size_t *ret_whole, struct err *e) MUST_CHECK;
/* path NULL: in memory. */
bool journal_open(const char *path, struct doc *d, struct journal *ret, struct err *e) MUST_CHECK;
/* Fills n, at, boot, up_ms and prev, keeps a copy in `events`, and returns it. */
bool journal_append(struct journal *j, const struct event *ev, const struct event **ret, struct err *e) MUST_CHECK;
void journal_close(struct journal *j);

#endif
