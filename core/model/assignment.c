#include "core/model/assignment.h"

static const struct field share_fields[] = {
    FIELD(assigned_share, STR, product, "product id", .flags = FIELD_REQUIRED),
    FIELD(assigned_share, STR, name, "for people", .flags = FIELD_REQUIRED),
    FIELD(assigned_share, STR, licence, "whose seats it takes; absent: nobody counts them"),
    FIELD(assigned_share, INT, hosts, "how many PCs", .flags = FIELD_REQUIRED),
    FIELD(assigned_share, INT, cost, "of their seats", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema share_schema = {"share", NULL, "PCs with one product", sizeof(struct assigned_share),
                                           share_fields, NULL};

static const struct field licence_fields[] = {
    FIELD(assigned_licence, STR, licence, "what the policy calls it", .flags = FIELD_REQUIRED),
    FIELD(assigned_licence, INT, seats, "how many there are; -1: no limit", .flags = FIELD_REQUIRED),
    FIELD(assigned_licence, INT, taken, "by PCs outside of this plan", .flags = FIELD_REQUIRED),
    FIELD(assigned_licence, INT, hosts, "PCs of this plan that take one", .flags = FIELD_REQUIRED),
    FIELD(assigned_licence, INT, price, "what one more seat would save"),
    FIELD(assigned_licence, STR, text, "the same for people"),
    FIELD_END,
};
static const struct schema licence_schema = {"licence", NULL, "seats of one licence", sizeof(struct assigned_licence),
                                             licence_fields, NULL};

static const struct field other_fields[] = {
    FIELD(assigned_other, STR, product, "product id", .flags = FIELD_REQUIRED),
    FIELD(assigned_other, STR, name, "for people", .flags = FIELD_REQUIRED),
    FIELD(assigned_other, BOOL, possible, "these PCs could have it", .flags = FIELD_REQUIRED),
    FIELD(assigned_other, INT, too_dear, "by how much a seat"),
    FIELD(assigned_other, STR, text, "what would have to change", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema other_schema = {"other", NULL, "a product that the class does not get",
                                           sizeof(struct assigned_other), other_fields, NULL};

static const struct field class_fields[] = {
    FIELD(assigned_class, STR, id, "c1, c2 ...", .flags = FIELD_REQUIRED | FIELD_ID),
    FIELD(assigned_class, INT, hosts, "how many PCs", .flags = FIELD_REQUIRED),
    FIELD(assigned_class, STR, group, "the policy's group they belong to"),
    FIELD(assigned_class, STR, client, "whose they are"),
    FIELD(assigned_class, STRS, from, "what goes, on the first of them"),
    FIELD(assigned_class, STR, os, "system of the first of them"),
    FIELD(assigned_class, STRS, examples, "some of their names"),
    FIELD(assigned_class, OBJS, gets, "what they get", .sub = &share_schema),
    FIELD(assigned_class, STR, why, "and why"),
    FIELD(assigned_class, OBJS, others, "what would have to change for another", .sub = &other_schema),
    FIELD_END,
};
static const struct schema class_schema = {"class", NULL, "PCs that can have the same products at the same costs",
                                           sizeof(struct assigned_class), class_fields, NULL};

static const struct field refusal_fields[] = {
    FIELD(assigned_refusal, INT, hosts, "how many PCs", .flags = FIELD_REQUIRED),
    FIELD(assigned_refusal, STR, group, "the policy's group they belong to"),
    FIELD(assigned_refusal, STR, code, "id of the error", .flags = FIELD_REQUIRED),
    FIELD(assigned_refusal, STR, text, "why no plan is possible", .flags = FIELD_REQUIRED),
    FIELD(assigned_refusal, STRS, examples, "some of their names"),
    FIELD_END,
};
static const struct schema refusal_schema = {"refusal", NULL, "PCs for which no plan is possible",
                                             sizeof(struct assigned_refusal), refusal_fields, NULL};

static const struct field bad_fields[] = {
    FIELD(assigned_bad, STR, where, "file and line", .flags = FIELD_REQUIRED),
    FIELD(assigned_bad, STR, text, "what is wrong", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema bad_schema = {"bad document", NULL, "a document that tells no facts",
                                         sizeof(struct assigned_bad), bad_fields, NULL};

static const struct field assignment_fields[] = {
    FIELD(assignment, INSTANT, made_at, "when", .flags = FIELD_REQUIRED),
    FIELD(assignment, STR, tool, "version of avswap", .flags = FIELD_REQUIRED),
    FIELD(assignment, STR, catalog_digest, "SHA-256 of the catalogue", .flags = FIELD_REQUIRED),
    FIELD(assignment, INT, hosts, "PCs whose facts were read", .flags = FIELD_REQUIRED),
    FIELD(assignment, INT, assigned, "of them get a product", .flags = FIELD_REQUIRED),
    FIELD(assignment, INT, cleanup, "need no product, only cleaning up", .flags = FIELD_REQUIRED),
    FIELD(assignment, INT, clean, "have nothing that must go", .flags = FIELD_REQUIRED),
    FIELD(assignment, INT, refused, "cannot be planned for", .flags = FIELD_REQUIRED),
    FIELD(assignment, INT, bad, "documents that tell no facts", .flags = FIELD_REQUIRED),
    FIELD(assignment, INT, doubles, "earlier documents of the same machine, which do not count", .flags = FIELD_REQUIRED),
    FIELD(assignment, INT, alike, "sets of PCs whose plans differ in nothing but the machine", .flags = FIELD_REQUIRED),
    FIELD(assignment, BOOL, feasible, "there are seats for all", .flags = FIELD_REQUIRED),
    FIELD(assignment, BOOL, proved, "no assignment costs less", .flags = FIELD_REQUIRED),
    FIELD(assignment, STR, currency, "what costs are counted in"),
    FIELD(assignment, INT, cost, "of all seats, of places further down in the PCs' own orders, and of further licences",
          .flags = FIELD_REQUIRED),
    FIELD(assignment, INT, fixed, "of it for further licences", .flags = FIELD_REQUIRED),
    FIELD(assignment, STRS, problem, "not feasible: the limits, and the smallest change that would do"),
    FIELD(assignment, STRS, notes, "to know"),
    FIELD(assignment, OBJS, products, "what is used", .sub = &share_schema),
    FIELD(assignment, OBJS, licences, "whose seats are counted", .sub = &licence_schema),
    FIELD(assignment, OBJS, classes, "who gets what and why", .sub = &class_schema),
    FIELD(assignment, OBJS, refusals, "for whom no plan is possible", .sub = &refusal_schema),
    FIELD(assignment, OBJS, bad_documents, "the first of them", .sub = &bad_schema),
    FIELD_END,
};
const struct schema assignment_schema = {"assignment", "avswap.assignment/1", "which PCs of a fleet get which product",
                                         sizeof(struct assignment), assignment_fields, NULL};
