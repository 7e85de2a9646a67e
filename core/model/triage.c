#include "core/model/triage.h"

const char *const triage_class_names[] = {"none", "product", "component", "white-label", NULL};

static const struct field row_fields[] = {
    FIELD(triage_row, INT, n, "which row, from 1", .flags = FIELD_REQUIRED),
    FIELD(triage_row, ENUM, class, "product, component, white-label or none", .names = triage_class_names,
          .flags = FIELD_REQUIRED),
    FIELD(triage_row, STR, vendor, "vendor id, or empty", .flags = FIELD_REQUIRED),
    FIELD(triage_row, STR, product, "product id, or empty", .flags = FIELD_REQUIRED),
    FIELD(triage_row, ENUM, confidence, "possible, likely or certain; none and possible: a person should look",
          .names = certainty_names, .flags = FIELD_REQUIRED),
    FIELD(triage_row, STR, reason, "why", .flags = FIELD_REQUIRED),
    FIELD(triage_row, STR, name, "the program's name as the inventory gives it"),
    FIELD(triage_row, STR, publisher, "its publisher"),
    FIELD(triage_row, STR, version, "its version"),
    FIELD(triage_row, STR, host, "the PC"),
    FIELD(triage_row, STR, os, "its system"),
    FIELD(triage_row, INT, line, "line of the file where the row begins"),
    FIELD(triage_row, BOOL, must_go, "a measure in force addresses this owner", .flags = FIELD_REQUIRED),
    FIELD(triage_row, STR, measure, "that measure"),
    FIELD_END,
};
const struct schema triage_row_schema = {"triage row", NULL, "a row of an inventory", sizeof(struct triage_row),
                                         row_fields, NULL};

static const struct field host_fields[] = {
    FIELD(triage_host, STR, host, "the PC; empty: the inventory names none", .flags = FIELD_REQUIRED),
    FIELD(triage_host, INT, rows, "how many rows it has", .flags = FIELD_REQUIRED),
    FIELD(triage_host, STRS, products, "products found", .flags = FIELD_REQUIRED),
    FIELD(triage_host, STRS, components, "parts found", .flags = FIELD_REQUIRED),
    FIELD(triage_host, STRS, white_labels, "products of other makers with the engine inside", .flags = FIELD_REQUIRED),
    FIELD(triage_host, INT, doubtful, "rows that a person should look at", .flags = FIELD_REQUIRED),
    FIELD(triage_host, BOOL, must_go, "something must go", .flags = FIELD_REQUIRED),
    FIELD_END,
};
const struct schema triage_host_schema = {"triage host", NULL, "a PC of an inventory", sizeof(struct triage_host),
                                          host_fields, NULL};

static const struct field triage_fields[] = {
    FIELD(triage, OBJS, rows, "one for each row of the inventory, in its order", .sub = &triage_row_schema,
          .flags = FIELD_REQUIRED),
    FIELD(triage, OBJS, hosts, "one for each PC", .sub = &triage_host_schema, .flags = FIELD_REQUIRED),
    FIELD(triage, STR, error, "the inventory could not be read further"),
    FIELD_END,
};
const struct schema triage_schema = {"triage", "avswap.triage/1", "what the rows of an inventory are",
                                     sizeof(struct triage), triage_fields, NULL};
