/*
 * census.h - the facts of a whole fleet as classes of PCs that plan alike.
 *
 * census_add() takes one facts document after the other and keeps of each PC a small record only: its names and the
 * number of its class. A class is a set of PCs of one group that differ in nothing a plan could see (relevant.h); of the
 * first of them the facts that can be seen are kept, and by them the class is planned.
 *
 * A row of facts is parsed and checked when its text comes for the first time; after that it is known by its hash, in a
 * table of fixed size. So a fleet is read at about the speed at which its bytes can be looked at, and as strictly as by
 * doc_read(): what is not as expected is given to that, for its message. A document that is no good is kept in `bad` and
 * the others go on; so is the earlier of two documents of one machine in `doubles`.
 *
 * Calling order: census_open, census_add..., census_end, then the results; census_free. Results live until then.
 */
#ifndef AVSWAP_CORE_ASSIGN_CENSUS_H
#define AVSWAP_CORE_ASSIGN_CENSUS_H

#include "core/base/hash.h"
#include "core/model/policy.h"
#include "core/model/relevant.h"
#include "core/plan/planner.h"

struct tagged { /* tags that somebody gave a host */
    const char *host;
    struct strs tags;
};

struct census_request {
    const struct catalog *catalog;
    const struct policy *policy;
    instant now;
    const struct verb_def *const *verbs;
    const char *tool;
    LIST(struct tagged) tags; /* sorted by host */
};

enum census_fate {
    CENSUS_CLEAN,   /* nothing to do */
    CENSUS_REFUSED, /* no plan is possible; `err` says why */
    CENSUS_CLEANUP, /* a plan, but no replacement is needed */
    CENSUS_CHOICE,  /* needs one of the eligible products */
};

struct census_class {
    struct hash key;
    size_t group;         /* index into groups[] */
    int fate;             /* enum census_fate */
    struct err err;
    size_t pcs;
    char *facts;          /* what a plan can see of them */
    size_t facts_len;
    size_t eligible_n;
    uint16_t *eligible;   /* indices of catalogue products, best first for these PCs */
};

struct census_pc {
    uint32_t class;
    uint32_t names;    /* offset into the names: id, host name and boot id, each ended by NUL; absent ones are empty */
    instant collected;
};

struct census_bad {
    const char *where;
    const char *text;
};

struct census_group {
    const struct group *group; /* NULL: the PCs of no group */
    const char *name;          /* "": of none */
    const char *client;
    struct policy policy;
    struct owner owner;
};

struct census {
    const struct census_request *r;
    LIST(struct census_class) classes;
    LIST(struct census_pc) pcs;
    LIST(struct census_group) groups;
    LIST(struct census_bad) bad; /* the first MAX of them */
    size_t bad_n, doubles_n;
    struct buf names;
    struct census_reader *reader;
    struct census_index *index; /* classes by key */
    struct doc doc;
};

bool census_open(struct census *c, const struct census_request *r, struct err *e) MUST_CHECK;
/* where: for messages. False only when memory runs out. */
bool census_add(struct census *c, const char *text, size_t len, const char *where, struct err *e) MUST_CHECK;
/* A document that could not even be taken in. */
bool census_add_bad(struct census *c, const char *where, const char *text, struct err *e) MUST_CHECK;
/* Drops the earlier of two documents of one machine. */
bool census_end(struct census *c, struct err *e) MUST_CHECK;
void census_free(struct census *c);

struct machine census_machine(const struct census *c, const struct census_pc *pc);

/*
 * The plan of a class. target: the product assigned (NULL: none is needed), why: the sentence; both as in planner.h.
 * ranked: only its candidates, as plan_rank(). d owns what it is made of. False with the error of plan_make().
 */
bool census_plan(const struct census *c, const struct census_class *k, const char *target, const char *why, bool ranked,
                 struct doc *d, struct plan *ret, struct findings *ret_findings, struct err *e) MUST_CHECK;

/* reader.c: for census.c only. What one document comes to. */
struct reading {
    struct hash key;
    struct machine machine; /* the reader's, until it reads the next */
    instant collected;
};
struct census_reader *reader_open(const struct catalog *c, struct err *e) MUST_CHECK;
void reader_free(struct census_reader *r);
/* ERR_INPUT or ERR_LIMIT: the document is no good. */
bool reader_read(struct census_reader *r, const char *text, size_t len, const char *where, struct reading *ret,
                 struct err *e) MUST_CHECK;
/* Of the document read last: what a plan can see of it, as a facts document. */
bool reader_reduced(struct census_reader *r, struct buf *out, struct err *e) MUST_CHECK;

#endif
