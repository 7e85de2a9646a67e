/* Conditions as sentences for people. */
#include "core/model/judge.h"

static const char *const op_words[] = {"", "is", "is not", "is below", "is at most", "is above", "is at least",
                                       "is one of", "is like", "is not older in hours than"};

/* "is 5", "is one of a b"; "" when nothing is compared. */
static const char *compared(const struct cond *c, struct arena *a)
{
    const char *with = c->op == OP_IN ? judge_join(a, &c->values) : c->value;

    if (!c->op)
        return "";
    return with ? arena_printf(a, " %s %s", op_words[c->op], with) : NULL;
}

static const char *windows_text(const struct cond *c, struct arena *a)
{
    const char *than = compared(c, a);

    if (!than)
        return NULL;
    switch (c->probe) {
    case PROBE_UNINSTALL:
        return arena_printf(a, "the program %s%s%s is listed%s%s%s%s", c->key ? c->key : c->name, c->publisher ? " of " : "",
                            c->publisher ? c->publisher : "", c->state ? " (" : "", c->state ? c->state : "",
                            c->state ? ")" : "", than);
    case PROBE_MSI:
        return arena_printf(a, "Windows Installer knows %s%s%s%s", c->name, c->publisher ? " of " : "",
                            c->publisher ? c->publisher : "", than);
    case PROBE_DRIVER:
        return arena_printf(a, "driver %s is %s", c->name, c->state ? c->state : "there");
    case PROBE_REGISTRY:
        return c->name ? arena_printf(a, "registry value %s/%s%s", c->path, *c->name ? c->name : "(default)",
                                      c->op ? than : " exists")
                       : arena_printf(a, "registry key %s exists", c->path);
    case PROBE_CERTIFICATE:
        return arena_printf(a, "certificate %s stands in %s", c->name, c->path ? c->path : "a store of roots");
    case PROBE_TRUST_FILE:
        return arena_printf(a, "a setting names %s%s%s", c->path ? c->path : "a file", c->name ? " with the certificate " : "",
                            c->name ? c->name : "");
    case PROBE_SECURITY_CENTER:
        return arena_printf(a, "Security Center lists %s%s%s", c->name, c->state ? " as " : "",
                            c->state ? c->state : "");
    case PROBE_TASK:
        return c->path ? arena_printf(a, "scheduled task %s exists", c->path)
                       : arena_printf(a, "a scheduled task runs %s", c->exe);
    case PROBE_SIGNATURE:
        return arena_printf(a, "%s is signed%s%s (%s)", c->path, c->name ? " by " : "", c->name ? c->name : "",
                            c->state ? c->state : "valid");
    default:
        return arena_printf(a, "%s %s%s", c->class, c->name, than);
    }
}

static const char *probe_text(const struct cond *c, struct arena *a)
{
    const char *what = c->argv.n ? c->argv.v[0] : c->name ? c->name : c->exe ? c->exe : c->path;
    const char *than;

    if (c->probe >= PROBE_UNINSTALL)
        return windows_text(c, a);
    switch (c->probe) {
    case PROBE_PACKAGE:
        return arena_printf(a, "package %s is %s", what, c->state ? c->state : "there");
    case PROBE_UNIT:
        return arena_printf(a, "service %s is %s", what, c->state ? c->state : "there");
    case PROBE_PROCESS:
        return arena_printf(a, "%s runs", c->exe ? c->exe : what);
    case PROBE_FILE:
        return c->max_age_h ? arena_printf(a, "%s is not older than %lld h", c->path, c->max_age_h)
                            : arena_printf(a, "%s exists", c->path);
    case PROBE_FANOTIFY:
        return arena_printf(a, "%s watches files (fanotify)", c->exe ? c->exe : what);
    case PROBE_FIREWALL:
        return arena_printf(a, "a firewall rule has mark %s", c->mark);
    case PROBE_SELINUX:
        return arena_printf(a, "an SELinux file context %s exists", what);
    case PROBE_COMMAND:
        than = compared(c, a);
        return than ? arena_printf(a, "%s %s%s", what, c->json ? c->json : c->key ? c->key : "exit status", than) : NULL;
    case PROBE_FACT:
        than = compared(c, a);
        return than ? arena_printf(a, "%s%s", what, than) : NULL;
    default:
        return arena_printf(a, "%s %s exists", c->probe == PROBE_USER ? "user" : "group", what);
    }
}

const char *cond_text(const struct cond *c, struct arena *a)
{
    const struct cond *list = c->all.n ? c->all.v : c->any.v;
    size_t n = c->all.n ? c->all.n : c->any.n;
    const char *s = "", *one;

    if (c->not) {
        one = cond_text(c->not, a);
        return one ? arena_printf(a, "not (%s)", one) : NULL;
    }
    if (!n)
        return c->probe ? probe_text(c, a) : "anything";
    for (size_t i = 0; i < n; i++) {
        one = cond_text(&list[i], a);
        if (!one)
            return NULL;
        s = arena_printf(a, "%s%s%s", s, i ? (c->all.n ? " and " : " or ") : "", one);
        if (!s)
            return NULL;
    }
    return s;
}
