/*
 * problem.h - what the linter finds: avswap.lint/1.
 *
 * Every kind of problem has a stable id and says what to do about it; avswap-formats(5) lists the ids.
 */
#ifndef AVSWAP_CORE_MODEL_PROBLEM_H
#define AVSWAP_CORE_MODEL_PROBLEM_H

#include "core/base/schema.h"

/* kind, stable id, what to write instead */
#define PROBLEM_LIST(X)                                                                                               \
    X(PROBLEM_NONE, "none", "")                                                                                       \
    X(PROBLEM_JSON, "json", "write one JSON document in UTF-8, each key once")                                        \
    X(PROBLEM_FORMAT, "format", "name the document's format in the key 'schema'; avswap-formats(5) has them all")     \
    X(PROBLEM_UNKNOWN_KEY, "unknown-key", "leave it out, or write the key that is meant")                             \
    X(PROBLEM_MISSING_KEY, "missing-key", "add the key; avswap-formats(5) tells what it means")                       \
    X(PROBLEM_VALUE, "value", "write a value of the type and range that avswap-formats(5) tells")                     \
    X(PROBLEM_DUPLICATE, "duplicate", "leave one of them out, or give it a name of its own")                          \
    X(PROBLEM_DEAD_REFERENCE, "dead-reference", "write the name of something that exists, or add it")                 \
    X(PROBLEM_UNUSED, "unused", "use it, or leave it out: administrators are asked for it in vain")                   \
    X(PROBLEM_UNSOURCED, "unsourced", "say where the fact comes from and how sure it is; 'unverified' is an answer")  \
    X(PROBLEM_UNMARKED, "unmarked",                                                                                   \
      "write \"confidence\": \"unverified\": it runs only where the administrator allows that")                       \
    X(PROBLEM_STEP_FORM, "step-form", "see avswap-formats(5) for what a step of this document has")                   \
    X(PROBLEM_UNKNOWN_VERB, "unknown-verb", "write one of the verbs that 'avswap verbs' lists")                       \
    X(PROBLEM_ARGUMENTS, "arguments", "see avswap-verbs(7) for what the verb takes and what it refuses to touch")     \
    X(PROBLEM_UNKNOWN_NAME, "unknown-name",                                                                           \
      "declare the variable in 'vars', or write ${run}, ${payload} or ${backup}")                                     \
    X(PROBLEM_SHELL_STRING, "shell-string", "write the program and its arguments as separate texts of 'argv'")        \
    X(PROBLEM_FORBIDDEN_EDIT, "forbidden-edit", "leave it to its owner; the text says what does it properly")         \
    X(PROBLEM_USE_VERB, "use-verb", "use the verb: it looks before and after, and can be undone")                     \
    X(PROBLEM_SECRET_EXPOSED, "secret-exposed",                                                                       \
      "hand it over by 'input', 'secret_properties' or file.secret: what stands in arguments every user can read")    \
    X(PROBLEM_SECRET_WRITTEN, "secret-written", "say where it is: file:/path or env:NAME; it never stands in a file") \
    X(PROBLEM_WRONG_SYSTEM, "wrong-system", "use what that system has, or put it into another product's file")        \
    X(PROBLEM_PRODUCT_CODE, "product-code", "find it on the PC: 'each' with a probe of kind msi or uninstall")        \
    X(PROBLEM_WIDE_PATTERN, "wide-pattern", "name the maker in 'publisher', or begin the pattern with the name")      \
    X(PROBLEM_FOREIGN_MATCH, "foreign-match", "make the pattern narrower, or name the maker in 'publisher'")          \
    X(PROBLEM_OVERLAP, "overlap", "make one of them narrower, or except the other's PCs with 'not'")                  \
    X(PROBLEM_UNPROVED_EFFECT, "unproved-effect", "say in 'after' what holds once the step had its effect")           \
    X(PROBLEM_NO_UNDO, "no-undo", "say what undoes it ('undo' of command.run), or in 'no_undo' why nothing does")     \
    X(PROBLEM_INTERACTIVE, "interactive",                                                                             \
      "add the option by which it runs unattended; without one it is work for a person: 'notes'")                     \
    X(PROBLEM_NO_TIMEOUT, "no-timeout",                                                                               \
      "say how long it may take; what hangs would hold up the run as long as the verb's general limit")               \
    X(PROBLEM_NO_EXIT_CODES, "no-exit-codes",                                                                         \
      "list them in 'exit_codes', name their table in 'exits', or say \"exits\": \"none\" where nothing is known")    \
    X(PROBLEM_UNDECLARED_REBOOT, "undeclared-reboot", "let reboot.if_needed do it: a run must know of every restart") \
    X(PROBLEM_HEALTH_GAP, "health-gap", "say when it holds, or in 'absent' why nothing on the PC tells it")           \
    X(PROBLEM_UNPROVED_DOWNLOAD, "unproved-download", "give its 'sha256', or its 'signer' where the file changes")    \
    X(PROBLEM_UNREVIEWED, "unreviewed",                                                                               \
      "leave 'candidate' in until a person has answered for every fact and 'todo' is empty")                          \
    X(PROBLEM_PLAYBOOK, "playbook", "see avswap-formats(5) for the stages of a playbook")                             \
    X(PROBLEM_TIMELINE, "timeline", "use a group that one of the timeline's personas has among its tags")             \
    X(PROBLEM_CHANGED_PLAN, "changed-plan", "make a new plan: nobody edits one")

enum problem_kind {
#define X(kind, id, advice) kind,
    PROBLEM_LIST(X)
#undef X
        PROBLEM_COUNT
};
extern const char *const problem_names[];

struct problem {
    const char *file;
    long long line;   /* 0: not known */
    const char *path; /* "remove.steps[2].args"; NULL: the whole document */
    int kind;         /* enum problem_kind */
    const char *text;
    const char *advice;
};

struct problems {
    long long files; /* how many were looked at */
    LIST(struct problem) problems;
};
extern const struct schema problems_schema;

/* What to write instead, in general. */
const char *problem_advice(int kind);

#endif
