/*
 * lint.h - every problem of documents, each with its place and what to write instead.
 *
 * lint_files() takes documents as texts, wherever they come from: a folder, a git tree, an importer. Each is read strictly by the
 * schema that its key "schema" names; then comes what schemas cannot say: verbs and their arguments, shells, secrets, sources,
 * forbidden edits, references and overlaps. References may point at what the files themselves hold or at with->catalog.
 *
 * Pure. A problem is no error: false says that memory ran out or a limit was passed. The report and what it points at belong to
 * the doc given; file names and texts need not outlive the call.
 */
#ifndef AVSWAP_CORE_LINT_LINT_H
#define AVSWAP_CORE_LINT_LINT_H

#include "core/model/catalog.h"
#include "core/model/problem.h"
#include "core/model/verb.h"

struct lint_with {
    const struct verb_def *const *verbs; /* verb_defs() of core/step/verb.h */
    const struct catalog *catalog;       /* what references may point at besides the files; NULL: nothing else */
    /* JSON lines of software (display_name, publisher, version, os) of which `label` says whose it is: "kaspersky",
     * "kaspersky-component", or "not-kaspersky" for anybody else's. NULL: none. */
    const struct catalog_file *inventory;
};

bool lint_files(const struct catalog_file *files, size_t n, const struct lint_with *with, struct doc *d,
                struct problems *ret, struct err *e) MUST_CHECK;
/* "FILE:LINE: PATH: text (id)" and the advice on a line of its own, made harmless. */
void lint_text(const struct problem *p, struct buf *b);

#endif
