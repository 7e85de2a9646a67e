#include "core/model/problem.h"

const char *const problem_names[] = {
#define X(kind, id, advice) id,
    PROBLEM_LIST(X)
#undef X
        NULL,
};

static const struct field problem_fields[] = {
    FIELD(problem, STR, file, "in which document", .flags = FIELD_REQUIRED),
    FIELD(problem, INT, line, "in which line", .min = 0, .max = 1LL << 31),
    FIELD(problem, STR, path, "where in the document: remove.steps[2].args"),
    FIELD(problem, ENUM, kind, "what is wrong with it, by a word that stays the same", .names = problem_names, .flags = FIELD_REQUIRED),
    FIELD(problem, STR, text, "what is wrong", .flags = FIELD_REQUIRED),
    FIELD(problem, STR, advice, "what to write instead", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema problem_schema = {"problem", NULL, "a problem of a document", sizeof(struct problem),
                                             problem_fields, NULL};

static const struct field problems_fields[] = {
    FIELD(problems, INT, files, "how many documents were looked at", .flags = FIELD_REQUIRED),
    FIELD(problems, OBJS, problems, "the problems", .sub = &problem_schema, .flags = FIELD_REQUIRED),
    FIELD_END,
};
const struct schema problems_schema = {"problems", "avswap.lint/1", "what is wrong with documents",
                                       sizeof(struct problems), problems_fields, NULL};

const char *problem_advice(int kind)
{
    static const char *const advice[] = {
#define X(kind, id, advice) advice,
        PROBLEM_LIST(X)
#undef X
    };

    return advice[kind];
}
