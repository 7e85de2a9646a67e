#include "core/model/outcome.h"

const char *const run_result_names[] = {"running",     "migrated", "nothing-to-do", "rolled-back", "other-protection",
                                        "unprotected", "refused",  "in-doubt",      "reboot-needed", NULL};

static const struct field step_result_fields[] = {
    FIELD(step_result, STR, id, "step id", .flags = FIELD_REQUIRED),
    FIELD(step_result, STR, verb, "verb", .flags = FIELD_REQUIRED),
    FIELD(step_result, STR, title, "for people", .flags = FIELD_REQUIRED),
    FIELD(step_result, ENUM, stage, "which stage", .names = stage_names, .flags = FIELD_REQUIRED),
    FIELD(step_result, ENUM, outcome, "how it ended", .names = outcome_names, .flags = FIELD_REQUIRED),
    FIELD(step_result, BOOL, undone, "it was undone"),
    FIELD(step_result, INT, ms, "milliseconds it took", .flags = FIELD_REQUIRED),
    FIELD(step_result, STR, text, "what happened"),
    FIELD_END,
};
static const struct schema step_result_schema = {"step result", NULL, "how a step ended", sizeof(struct step_result),
                                                 step_result_fields, NULL};

static const struct field check_fields[] = {
    FIELD(check_result, STR, what, "what was checked", .flags = FIELD_REQUIRED),
    FIELD(check_result, ENUM, answer, "does it hold", .names = tri_names, .flags = FIELD_REQUIRED),
    FIELD(check_result, STR, evidence, "what was seen"),
    FIELD_END,
};
static const struct schema check_schema = {"check", NULL, "one verification", sizeof(struct check_result),
                                           check_fields, NULL};

static const struct field gap_fields[] = {
    FIELD(gap_interval, INSTANT, from, "protection last seen", .flags = FIELD_REQUIRED),
    FIELD(gap_interval, INSTANT, to, "protection seen again"),
    FIELD(gap_interval, INT, ms, "milliseconds between", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema gap_interval_schema = {"gap", NULL, "a time without real-time protection",
                                                  sizeof(struct gap_interval), gap_fields, NULL};

static const struct field outcome_fields[] = {
    FIELD(outcome, STR, plan, "plan id", .flags = FIELD_REQUIRED),
    FIELD(outcome, STR, machine_id, "which PC"),
    FIELD(outcome, STR, hostname, "its name"),
    FIELD(outcome, STR, tool, "version of avswap"),
    FIELD(outcome, ENUM, result, "how the run ended", .names = run_result_names, .flags = FIELD_REQUIRED),
    FIELD(outcome, INT, exit, "exit status", .flags = FIELD_REQUIRED),
    FIELD(outcome, STR, rung, "safe state reached"),
    FIELD(outcome, STR, why, "what led to it"),
    FIELD(outcome, STR, next, "what a person does now"),
    FIELD(outcome, INSTANT, started, "first record"),
    FIELD(outcome, INSTANT, ended, "last record"),
    FIELD(outcome, STR, source_names, "what went"),
    FIELD(outcome, STR, target_name, "what came"),
    FIELD(outcome, STR, strategy, "playbook"),
    FIELD(outcome, INT, reboots, "how many", .flags = FIELD_REQUIRED),
    FIELD(outcome, INT, unprotected_ms, "milliseconds without real-time protection", .flags = FIELD_REQUIRED),
    FIELD(outcome, OBJS, gaps, "the times without real-time protection", .sub = &gap_interval_schema),
    FIELD(outcome, OBJS, steps, "the steps", .sub = &step_result_schema),
    FIELD(outcome, OBJS, checks, "the verification", .sub = &check_schema),
    FIELD(outcome, STR, eicar, "result of the EICAR test"),
    FIELD(outcome, STRS, notes, "settings that a person should change"),
    FIELD(outcome, STR, journal_head, "SHA-256 of the journal's last line"),
    FIELD_END,
};
const struct schema outcome_schema = {"outcome", "avswap.outcome/1", "how a run ended", sizeof(struct outcome),
                                      outcome_fields, NULL};
