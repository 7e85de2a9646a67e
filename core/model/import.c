#include "core/model/import.h"

static const char *const fates[] = {"unset", "candidate", "rejected", NULL};

static const struct field import_fields[] = {
    FIELD(import_result, ENUM, result, "candidate or rejected", .names = fates, .flags = FIELD_REQUIRED),
    FIELD(import_result, STR, id, "the package's id", .flags = FIELD_REQUIRED),
    FIELD(import_result, STR, version, "its version", .flags = FIELD_REQUIRED),
    FIELD(import_result, STRS, reasons, "why it was rejected"),
    FIELD(import_result, STRS, notes, "worth knowing"),
    FIELD(import_result, STRS, todo, "what the candidate's reviewer has to find out"),
    FIELD(import_result, JSON, product, "the candidate, an avswap.product/1"),
    FIELD_END,
};
const struct schema import_result_schema = {"import", "avswap.import/1", "what became of a package that somebody else describes",
                                            sizeof(struct import_result), import_fields, NULL};
