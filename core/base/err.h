/*
 * err.h - errors as values.
 *
 * A function that can fail returns false (or NULL) and fills the `struct err` its caller owns, which is always
 * the last argument and never NULL. On the way up each caller may put its own context in front with err_wrap().
 * The text is one line for people; the code decides the exit status. Every code stands in ERR_LIST with its
 * stable id, the process exit status, its meaning and what the person at the keyboard does next; avswap(1)
 * prints the same list.
 *
 * An err holds no memory: nothing is to be freed.
 */
#ifndef AVSWAP_CORE_BASE_ERR_H
#define AVSWAP_CORE_BASE_ERR_H

#include <stdbool.h>

/* Exit statuses: the whole list, see avswap(1). */
enum exit_status {
    EXIT_DONE = 0,
    EXIT_ERROR = 1,
    EXIT_USAGE = 2,
    EXIT_FOUND = 3,
    EXIT_REBOOT = 4,
    EXIT_ROLLED_BACK = 5,
    EXIT_UNPROTECTED = 6,
    EXIT_REFUSED = 7,
    EXIT_IN_DOUBT = 8,
    EXIT_FLEET_PARTIAL = 9,
};

/* code, id, exit status, meaning, what to do next */
#define ERR_LIST(X)                                                                                          \
    X(ERR_NONE, "none", EXIT_DONE, "no error", "nothing")                                                    \
    X(ERR_NOMEM, "no-memory", EXIT_ERROR, "memory ran out", "free memory and run the command again")         \
    X(ERR_USAGE, "usage", EXIT_USAGE, "the command line is wrong", "see the command's --help")               \
    X(ERR_INPUT, "bad-input", EXIT_ERROR, "a document or value from outside is malformed",                   \
      "correct the place that the message names")                                                            \
    X(ERR_LIMIT, "limit", EXIT_ERROR, "an input is larger than a fixed limit",                               \
      "check where the input comes from; see core/base/limits.h")                                            \
    X(ERR_IO, "io", EXIT_ERROR, "reading or writing failed", "check the disk, the path and the permissions") \
    X(ERR_NOT_FOUND, "not-found", EXIT_ERROR, "something named does not exist", "check the name")            \
    X(ERR_OS, "os", EXIT_ERROR, "the operating system refused or failed", "read the reason in the message")  \
    X(ERR_PRIVILEGE, "privilege", EXIT_ERROR, "administrator rights are needed",                                   \
      "run as root, on Windows as administrator")                                                            \
    X(ERR_TIMEOUT, "timeout", EXIT_ERROR, "something took longer than its limit",                            \
      "look at what hung, then run or resume again")                                                         \
    X(ERR_CHILD, "child", EXIT_ERROR, "a program that was run failed", "read its output in the message")     \
    X(ERR_BUSY, "busy", EXIT_REFUSED, "another run or package manager holds a lock",                         \
      "wait for the holder named in the message, then try again")                                            \
    X(ERR_POLICY, "policy", EXIT_REFUSED, "a policy or a law in force forbids it",                           \
      "change the policy file or choose another product")                                                    \
    X(ERR_PREFLIGHT, "preflight", EXIT_REFUSED, "a condition for a safe migration does not hold",            \
      "put right what the message names; nothing was changed")                                               \
    X(ERR_STALE, "stale-plan", EXIT_REFUSED, "the plan no longer fits this PC or this catalogue",            \
      "make a new plan")                                                                                     \
    X(ERR_UNVERIFIED, "unverified", EXIT_REFUSED, "facts of this product are not verified",                  \
      "test on one PC by hand, or allow it with --allow-unverified")                                         \
    X(ERR_PAYLOAD, "payload", EXIT_REFUSED, "an installer is missing or does not match its digest or signature", \
      "get the installer again from its vendor")                                                             \
    X(ERR_SECRET, "secret", EXIT_REFUSED, "a password or token is missing or was refused",                   \
      "say with --secret or in the policy where it is; it is tried once only")                                                \
    X(ERR_TAMPERED, "tampered", EXIT_IN_DOUBT, "a journal or plan is damaged or was changed",                \
      "keep the run folder and look at the record named in the message")                                     \
    X(ERR_UNSIGNED, "unsigned", EXIT_REFUSED, "a catalogue's commit is not signed by a key that is allowed to",  \
      "ask its maintainer; allow a key in the allowed signers file only when you know whose it is")           \
    X(ERR_HISTORY, "history", EXIT_REFUSED, "a catalogue's commit does not descend from the one accepted before", \
      "ask its maintainer why; --accept-rewrite COMMIT takes it all the same, and says so for good")          \
    X(ERR_DOUBT, "in-doubt", EXIT_IN_DOUBT, "the state of a step cannot be established",                     \
      "look at the PC, then resume or roll back")                                                            \
    X(ERR_BUG, "internal", EXIT_ERROR, "a defect in avswap", "report it with the support bundle")

enum err_code {
#define X(code, id, status, meaning, next) code,
    ERR_LIST(X)
#undef X
        ERR_COUNT
};

struct err {
    enum err_code code;
    int os;         /* errno or the system's own code, 0 when none */
    bool retryable; /* the same call may succeed later */
    char text[1024];
};

#define ERR_INIT                                                                                             \
    {                                                                                                        \
        .code = ERR_NONE                                                                                     \
    }

/* Sets the error; always returns false so that `return err_set(...)` reads well. */
bool err_set(struct err *e, enum err_code code, const char *fmt, ...) __attribute__((format(__printf__, 3, 4)));
/* The same with the system's error number appended as text. */
bool err_sys(struct err *e, enum err_code code, int os, const char *fmt, ...)
    __attribute__((format(__printf__, 4, 5)));
/* Puts "context: " in front of the text; returns false. */
bool err_wrap(struct err *e, const char *fmt, ...) __attribute__((format(__printf__, 2, 3)));
void err_clear(struct err *e);
/* Where much is looked at and one thing fails: keeps the first error. False when it ends everything (memory, a limit).
 */
bool err_keep(struct err *first, const struct err *e);
bool err_nomem(struct err *e);

const char *err_id(enum err_code code);
int err_exit(enum err_code code);
const char *err_meaning(enum err_code code);
const char *err_next(enum err_code code);
/* What an exit status says, for manuals and reports. NULL when the status is not one of ours. */
const char *exit_meaning(int status);

#define MUST_CHECK __attribute__((warn_unused_result))

#endif
