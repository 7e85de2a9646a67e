/*
 * fixture.h - what the unit tests share: rows as tests, documents from short texts, a small catalogue.
 *
 * JSON in test sources is written with ' for ", so that it can be read. What a function gives belongs to the doc or
 * arena it was given; a text that does not parse ends the test with the reason.
 *
 * A program adds its tests and calls fixture_run() from main(). A row is a struct whose first member is its name; each
 * row counts as a test of its own and is handed over as *state.
 */
#ifndef AVSWAP_TESTS_UNIT_FIXTURE_H
#define AVSWAP_TESTS_UNIT_FIXTURE_H

#include "core/model/catalog.h"
#include "core/model/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void fixture_add(const char *name, CMUnitTestFunction f, const void *row);
int fixture_run(const char *group);

#define ADD(f) fixture_add(#f, f, NULL)
#define ADD_ROWS(rows, f)                                                                                              \
    do {                                                                                                               \
        for (size_t row_ = 0; row_ < sizeof(rows) / sizeof((rows)[0]); row_++)                                         \
            fixture_add((rows)[row_].name, f, &(rows)[row_]);                                                          \
    } while (0)

/* The error has this code and its text contains every one of `parts`, separated by '|'. */
void expect_err(const struct err *e, enum err_code code, const char *parts);
void expect_contains(const char *text, const char *part);
void expect_lacks(const char *text, const char *part);

/* A copy with ' turned into ". */
char *fixture_json(struct arena *a, const char *text);
/* A document: its schema key and `members`. */
char *fixture_document(struct arena *a, const struct schema *s, const char *members);
void fixture_read(struct doc *d, const struct schema *s, const char *members, void *ret);
struct cond *fixture_cond(struct doc *d, const char *text);
/* The pretty text of any schema's object. */
char *fixture_text(struct arena *a, const struct schema *s, const void *obj);
/* A file of this repository. */
char *fixture_file(struct arena *a, const char *path, size_t *len);

/* A Debian 12 PC at FIXTURE_NOW with 4 GiB; `members` say what else is there: "'packages':[...]", or "". */
#define FIXTURE_NOW "2026-03-01T12:00:00Z"
instant fixture_instant(const char *text);
void fixture_facts(struct doc *d, const char *members, struct facts *ret);

/*
 * The small catalogue of tests/unit/catalog: vendor "old" with a timeline against it and the products old.av, old.agent
 * and old.gui; the replacements alpha.av (passive, tested, from a repository), beta.av (documented; needs a token and a
 * file), gamma.av (unverified), delta.edr (may block nothing) and white.av (old's engine inside).
 *
 * An edit changes the first `find` in the file of that path to `put`; find NULL: the whole file is put, put NULL: the
 * file is left out. Edits end with path NULL; none: NULL.
 */
struct edit {
    const char *path;
    const char *find;
    const char *put;
};
#define EDITS(...)                                                                                                     \
    (const struct edit[])                                                                                              \
    {                                                                                                                  \
        __VA_ARGS__,                                                                                                   \
        {                                                                                                              \
            NULL, NULL, NULL                                                                                           \
        }                                                                                                              \
    }
size_t fixture_catalog_files(struct arena *a, const struct edit *edits, struct catalog_file **ret);
void fixture_catalog(struct arena *a, const struct edit *edits, struct catalog *ret);

#endif
