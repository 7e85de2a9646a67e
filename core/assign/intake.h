/*
 * intake.h - facts documents out of files, folders and standard input, one after the other into a census.
 *
 * A file holds one document, or many: one a line, or one below the other as avswap writes them (the last line of each is a
 * "}" of its own). A folder stands for all its files that end in .json or .jsonl and for the facts.json of each folder
 * in it. What cannot be taken for a document is one for `bad` of the census.
 */
#ifndef AVSWAP_CORE_ASSIGN_INTAKE_H
#define AVSWAP_CORE_ASSIGN_INTAKE_H

#include "core/assign/census.h"

struct intake {
    struct census *census;
    const char *file; /* for messages */
    size_t line;      /* number of the line at hand */
    size_t first;     /* line on which the document began */
    struct buf part;  /* a line that is not whole yet */
    struct buf doc;   /* lines of a document that is not whole yet */
    bool skip;        /* the rest of a line that is too long */
};

void intake_open(struct intake *x, struct census *c);
void intake_free(struct intake *x);
bool intake_path(struct intake *x, const char *path, struct err *e) MUST_CHECK;
/* Any part of a file; then intake_end(). */
bool intake_bytes(struct intake *x, const char *p, size_t n, struct err *e) MUST_CHECK;
bool intake_end(struct intake *x, struct err *e) MUST_CHECK;

#endif
