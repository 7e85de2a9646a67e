/*
 * judge.h - what the files that judge conditions share. For them only; everybody else uses cond.h.
 */
#ifndef AVSWAP_CORE_MODEL_JUDGE_H
#define AVSWAP_CORE_MODEL_JUDGE_H

#include "core/model/cond.h"

struct judge {
    const struct facts *facts;
    struct arena *arena;
    bool fold; /* names and paths are compared without regard to case */
};

struct judge judge_of(const struct facts *f, struct arena *a);
/* For a probe of one kind: what only Windows has is compared as Windows does, whether or not the facts tell the system. */
struct judge judge_for(const struct judge *j, int probe);
/* A probe with the known folders in its path and program replaced. False: out of memory. */
bool judge_here(const struct judge *j, const struct cond *c, struct cond *ret);
bool judge_say(struct verdict *v, enum tri answer, const char *evidence);
bool judge_unknown(const struct judge *j, struct verdict *v, const char *what);
/* A value against the condition's op, value and values. */
enum tri judge_compare(const struct judge *j, const struct cond *c, int decode, const char *value);
/* < 0, 0, > 0 into *ret; false when one of them is not what decode says. */
bool judge_order(int decode, const char *a, const char *b, int *ret);

bool judge_name(const struct judge *j, const char *pattern, const char *name);
/* The same where Windows lists programs: quotes and blanks at either end are no part of the name. */
bool judge_listed(const struct judge *j, const char *pattern, const char *name);
/* '*' stays within one part. */
bool judge_path(const struct judge *j, const char *pattern, const char *path);

/* How far one fact is what a probe looks for; the greatest of all facts of that kind counts. */
enum fit {
    FIT_NONE,    /* something else */
    FIT_SILENT,  /* the thing asked, but it does not tell what is asked */
    FIT_OTHER,   /* it, and it tells otherwise */
    FIT_UNCLEAR, /* it, and what it tells cannot be compared */
    FIT_YES,
};
struct listing { /* of a probe kind that goes through a list of facts */
    const char *list; /* the key of struct facts; also the name of its gap */
    enum fit (*fit)(const struct judge *j, const struct cond *c, const void *row);
    const char *(*text)(struct arena *a, const void *row);
};
extern const struct listing judge_listings[PROBE_COUNT]; /* list NULL: no such kind */
bool judge_listing(const struct judge *j, const struct cond *c, struct verdict *v);
/* The rows of a list of the facts, s->size bytes each. */
const char *judge_rows(const struct facts *f, const char *list, size_t *n, const struct schema **s);
enum fit judge_unit_fit(const struct judge *j, const struct cond *c, const void *row);
enum fit judge_file_fit(const struct judge *j, const struct cond *c, const void *row);

/* The value of a general fact as text, NULL when it is not known; *decode is set to what the fact is by nature. */
const char *judge_fact_value(const struct judge *j, const char *name, int *decode);
/* The list's texts with spaces between; NULL when memory runs out. */
const char *judge_join(struct arena *a, const struct strs *list);

#endif
