/*
 * rpm_query.h - what rpm's database says of one installed package, as one table of values by tag.
 *
 * Values are asked with rpm's own query formats, in as many calls as keep each answer below the limit of a
 * child's output. \1 and \2 separate tags and values; a value that holds one is refused.
 */
#ifndef AVSWAP_CORE_PAYLOAD_RPM_QUERY_H
#define AVSWAP_CORE_PAYLOAD_RPM_QUERY_H

#include "core/payload/rebuild_impl.h"
#include "core/payload/rpm_header.h"
#include "core/payload/rpm_tags.h"

enum rpm_ask { RPM_HEAD, RPM_ALONE, RPM_EACH };

enum rpm_row_id {
#define X(name, number, type, ask) ROW_##name,
    RPM_TAGS(X)
#undef X
        ROW_COUNT
};

struct rpm_row {
    const char *name;
    unsigned tag;
    enum rpm_type type;
    enum rpm_ask ask;
};

extern const struct rpm_row rpm_rows[ROW_COUNT];

struct rpm_column {
    size_t n; /* 0: the package has no such tag */
    const char **text;
    long long *number; /* of the INT types */
};

struct rpm_package {
    struct rpm_column c[ROW_COUNT];
    size_t files;
};

/* ERR_NOT_FOUND when it is not installed. EACH columns have either `files` values or none. */
bool rpm_query(struct rebuild_job *j, struct rpm_package *ret, struct err *e) MUST_CHECK;
/* "" when there is none. */
const char *rpm_text(const struct rpm_package *p, enum rpm_row_id row);

#endif
