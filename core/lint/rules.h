/*
 * rules.h - what the files of the linter share. For them only; everybody else uses lint.h.
 *
 * lint_structure() walks the JSON beside its schema and reports each key, value and check that fails on its own;
 * lint_document() then looks at what schemas cannot say, of a document that is structurally sound.
 */
#ifndef AVSWAP_CORE_LINT_RULES_H
#define AVSWAP_CORE_LINT_RULES_H

#include "core/lint/lint.h"

struct lint {
    const struct lint_with *with;
    struct doc *doc;
    const struct catalog_file *file; /* the document looked at */
    struct catalog here;             /* what the files define; an id alone of those that are not sound */
    const struct catalog_file **product_files; /* of here.products */
    struct problems *out;
    bool nomem;
};

/* Adds a problem of the document looked at. */
void lint_add(struct lint *l, enum problem_kind kind, const struct place *at, const char *fmt, ...)
    __attribute__((format(__printf__, 4, 5)));
/* Advice for the problem added last, where more can be said than its kind says. */
void lint_advise(struct lint *l, const char *fmt, ...) __attribute__((format(__printf__, 2, 3)));
/* "did you mean"; near may be NULL. */
void lint_near(struct lint *l, const char *word, const char *const *known, size_t n);
/* In which line of a JSON text the place stands; 0: in none. */
long long lint_line(const char *text, size_t len, const struct place *at);

/* Every structural problem of j as an object of schema s; refused: what a failure of its own check is. */
void lint_structure(struct lint *l, const struct schema *s, const json_t *j, enum problem_kind refused,
                    const struct place *at);
void lint_document(struct lint *l, const struct schema *s, const json_t *j, const struct place *at);

bool lint_known_vendor(const struct lint *l, const char *id);
bool lint_known_product(const struct lint *l, const char *id);
const struct verb_def *lint_verb(const struct lint *l, const char *name);
/* A verb and its arguments. */
void lint_verb_args(struct lint *l, const char *verb, const json_t *args, const struct place *at);
/* p NULL: of a playbook. */
void lint_steps(struct lint *l, const struct product *p, const struct step_def *v, size_t n, const struct place *at);
void lint_product(struct lint *l, const struct product *p, const json_t *j, const struct place *at);

/* Commands below j: none is a shell string. */
void lint_commands(struct lint *l, const json_t *j, const struct place *at);
/* ${name} in the texts below j against the product's variables (NULL: none) and the fields of the facts that the step is
 * for (NULL: none). */
void lint_names(struct lint *l, const struct product *p, const struct cond *each, const json_t *j, const struct place *at);
void lint_name(struct lint *l, const struct product *p, const struct cond *each, const char *text, const struct place *at);
/* Probes below j that a system of this family can answer. */
void lint_probes(struct lint *l, const char *family, const json_t *j, const struct place *at);

/* Of a product's step and of its installers: codes found and not written down, secrets that are some, what proves an
 * effect, who vouches for a download. */
void lint_installer_step(struct lint *l, const struct product *p, const struct step_def *s, const struct verb_def *v,
                         const struct place *at);
/* Of a product that a machine took over from elsewhere. */
void lint_import(struct lint *l, const struct product *p, const json_t *j, const struct place *at);
/* Edits that leave a PC worse off, and programs for whose work there is a verb: true when it is one of these. */
bool lint_forbidden(struct lint *l, const char *verb, const json_t *args, const struct place *at);
/* Whose schema has both `source` and `confidence` states both; a step inherits them from its section. */
void lint_sourced(struct lint *l, const struct schema *s, const json_t *j, const char *inherited, const struct place *at);
/* Between the products: whose detection takes a PC with another one for its own; which rows of an inventory are not theirs. */
void lint_overlaps(struct lint *l);
bool lint_inventory(struct lint *l, const struct catalog_file *inventory, struct err *e) MUST_CHECK;

#endif
