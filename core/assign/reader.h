/*
 * reader.h - what the files of the reader share (reader.c, system.c); everybody else uses census.h.
 */
#ifndef AVSWAP_CORE_ASSIGN_READER_H
#define AVSWAP_CORE_ASSIGN_READER_H

#include "core/assign/census.h"

#define TABLE_BITS 17 /* rows remembered: 2 in each of 2^17 places */
#define MAX_FIELDS 64
#define MAX_SYSTEMS 1024

enum seen { SEEN_VALID = 1, SEEN_MATTERS = 2, SEEN_AGAIN = 4 /* what it adds may differ for a row alike */ };

struct row { /* what is known of a row's text */
    struct hash text;
    struct hash piece; /* what it adds to the class, where it matters */
    struct hash whole; /* the same where it matters by its link */
    uint64_t link;     /* 0: none */
    unsigned flags;
};

struct system { /* one operating system, as the facts tell it */
    struct hash text;
    struct hash piece;
    struct doc doc;
    struct os_facts os;
    struct relevance *relevance;
};

struct slice {
    const char *p;
    size_t n;
};

struct piece { /* a row of the document that is being read */
    size_t field;
    struct slice text;
    struct row row;
    bool kept;
};

struct census_reader {
    const struct catalog *catalog;
    struct hash_key key;
    struct row *table;
    struct system *systems;
    size_t systems_n, next_system;
    struct relevance relevances[3]; /* by family; the text is the catalogue's or ours */
    size_t relevances_n;
    struct arena arena;
    size_t fields_n;
    /* Of the document at hand: */
    struct slice member[MAX_FIELDS]; /* [fields_n]: "schema" */
    struct piece *pieces;
    size_t pieces_n, pieces_max;
    struct doc doc; /* what had to be parsed */
    struct facts here;
    struct system *system;
    struct hash salt;
    bool folders_read;
    struct buf scratch, seen;
    const char *where;
};

/* Which field of facts_schema. */
size_t reader_field(const char *name);
/* A member of the document at hand into `into`, as schema_read() would put it there; d owns it. */
bool reader_member(struct census_reader *r, struct doc *d, size_t field, struct facts *into, struct err *e) MUST_CHECK;
/* Sets r->system for the document at hand. */
bool reader_system(struct census_reader *r, struct err *e) MUST_CHECK;

#endif
