#include "core/model/finding.h"

const char *const finding_kind_names[] = {"product",  "half-removed", "leftover", "white-label", "moved-by-vendor",
                                          "database", "reinstaller",  "advice", NULL};
const char *const certainty_names[] = {"possible", "likely", "certain", NULL};

static const struct field health_facts_fields[] = {
    FIELD(health_facts, ENUM, installed, "it is installed", .names = tri_names, .flags = FIELD_REQUIRED),
    FIELD(health_facts, ENUM, running, "its engine runs", .names = tri_names, .flags = FIELD_REQUIRED),
    FIELD(health_facts, ENUM, realtime, "real-time protection is on", .names = tri_names, .flags = FIELD_REQUIRED),
    FIELD(health_facts, ENUM, fresh, "its signatures are fresh", .names = tri_names, .flags = FIELD_REQUIRED),
    FIELD(health_facts, ENUM, managed, "it is licensed and connected", .names = tri_names, .flags = FIELD_REQUIRED),
    FIELD(health_facts, STRS, evidence, "one line a fact"),
    FIELD_END,
};
const struct schema health_facts_schema = {"health facts", NULL, "five facts, each yes, no or unknown",
                                           sizeof(struct health_facts), health_facts_fields, NULL};

static const struct field report_value_fields[] = {
    FIELD(report_value, STR, name, "database_date, ksn ...", .flags = FIELD_REQUIRED),
    FIELD(report_value, STR, value, "what the product told", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema report_value_schema = {"report", NULL, "what the product told", sizeof(struct report_value),
                                                  report_value_fields, NULL};

static const struct field finding_fields[] = {
    FIELD(finding, ENUM, kind, "what it is", .names = finding_kind_names, .flags = FIELD_REQUIRED),
    FIELD(finding, STR, product, "product id"),
    FIELD(finding, STR, vendor, "vendor id"),
    FIELD(finding, STR, name, "for people"),
    FIELD(finding, STR, part, "id of a leftover, reinstaller or advice"),
    FIELD(finding, ENUM, role, "protection, component or agent", .names = product_role_names),
    FIELD(finding, STR, version, "its version"),
    FIELD(finding, ENUM, certainty, "possible, likely or certain", .names = certainty_names, .flags = FIELD_REQUIRED),
    FIELD(finding, BOOL, must_go, "a measure in force addresses this owner", .flags = FIELD_REQUIRED),
    FIELD(finding, STR, measure, "that measure"),
    FIELD(finding, STR, text, "one sentence"),
    FIELD(finding, STRS, evidence, "what led to it"),
    FIELD(finding, OBJ, health, "five health facts", .sub = &health_facts_schema),
    FIELD(finding, OBJS, reports, "what the product told", .sub = &report_value_schema),
    FIELD_END,
};
static const struct schema finding_schema = {"finding", NULL, "a finding", sizeof(struct finding), finding_fields,
                                             NULL};

static const struct field findings_fields[] = {
    FIELD(findings, STR, machine_id, "which PC"),
    FIELD(findings, STR, hostname, "its name"),
    FIELD(findings, STR, os_name, "its system"),
    FIELD(findings, INSTANT, collected_at, "when the facts were collected"),
    FIELD(findings, STRS, catalog_overlay, "what the site's own folders changed in the catalogue"),
    FIELD(findings, OBJS, findings, "the findings", .sub = &finding_schema, .flags = FIELD_REQUIRED),
    FIELD(findings, OBJS, gaps, "what could not be looked at", .sub = &gap_schema),
    FIELD_END,
};
const struct schema findings_schema = {"findings", "avswap.findings/1", "what the facts of a PC mean",
                                       sizeof(struct findings), findings_fields, NULL};

bool findings_must_go(const struct findings *f)
{
    for (size_t i = 0; i < f->findings.n; i++) {
        const struct finding *x = &f->findings.v[i];

        if (x->must_go &&
            (x->kind == FINDING_PRODUCT || x->kind == FINDING_HALF_REMOVED || x->kind == FINDING_WHITE_LABEL))
            return true;
    }
    return false;
}

/* Is a product of this vendor here that may stay? Then its vendor's traces are a matter for a person. */
static bool vendor_stays(const struct findings *f, const char *vendor)
{
    for (size_t i = 0; i < f->findings.n; i++)
        if (f->findings.v[i].kind == FINDING_PRODUCT && text_eq(f->findings.v[i].vendor, vendor))
            return true;
    return false;
}

bool findings_to_clean(const struct findings *f)
{
    if (findings_must_go(f))
        return true;
    for (size_t i = 0; i < f->findings.n; i++)
        if (f->findings.v[i].kind == FINDING_LEFTOVER && !vendor_stays(f, f->findings.v[i].vendor))
            return true;
    return false;
}
