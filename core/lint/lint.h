/*
 * lint.h - every problem of a document, not only the first.
 *
 * lint_structure() walks the JSON beside its schema and reports each key, value and check that fails on its own;
 * lint_rules() then looks at what schemas cannot say: verbs and their arguments, shells, secrets, references. Problems
 * are texts with file and place. Everything lives in the document given.
 */
#ifndef AVSWAP_CORE_LINT_LINT_H
#define AVSWAP_CORE_LINT_LINT_H

#include "core/model/catalog.h"
#include "core/model/verb.h"

struct lint {
    struct doc *doc;
    const struct verb_def *const *verbs;
    const struct catalog *catalog; /* what references may point at besides `here`; NULL: none */
    struct catalog here;           /* vendors and products of the files being looked at; ids only */
    struct strs problems;
    size_t max; /* room in problems */
    bool nomem;
};

/* Adds a problem; "PLACE: text". */
void lint_add(struct lint *l, const struct place *at, const char *fmt, ...) __attribute__((format(__printf__, 3, 4)));
void lint_add_err(struct lint *l, const struct err *e);
/* Every structural problem of j as an object of schema s. */
void lint_structure(struct lint *l, const struct schema *s, const json_t *j, const struct place *at);
/* What a schema cannot say, of a document that is structurally sound. */
void lint_rules(struct lint *l, const struct schema *s, const json_t *j, const struct place *at);

/* Commands below j: none is a shell string. */
void lint_commands(struct lint *l, const json_t *j, const struct place *at);
/* ${name} in the texts below j against the product's variables (NULL: none) and the fields of the facts that the step is
 * for (NULL: none). */
void lint_texts(struct lint *l, const struct product *p, const struct cond *each, const json_t *j, const struct place *at);
void lint_text(struct lint *l, const struct product *p, const struct cond *each, const char *text,
               const struct place *at);
/* Probes below j that a system of this family can answer. */
void lint_probes(struct lint *l, const char *family, const json_t *j, const struct place *at);

/* Of a product's step and of its installers: codes found and not written down, secrets that are some, what proves an
 * effect, who vouches for a download. */
void lint_installer_step(struct lint *l, const struct product *p, const struct step_def *s, const struct verb_def *v,
                         const struct place *at);
void lint_artifacts(struct lint *l, const struct product *p, const struct place *at);

#endif
