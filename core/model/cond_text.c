/* Conditions as sentences for people. */
#include "core/model/judge.h"

static const char *const op_words[] = {"", "is", "is not", "is below", "is at most", "is above", "is at least",
                                       "is one of", "is like", "is not older in hours than"};

static const char *probe_text(const struct cond *c, struct arena *a)
{
    const char *what = c->argv.n ? c->argv.v[0] : c->name ? c->name : c->exe ? c->exe : c->path;

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
        return arena_printf(a, "%s %s %s %s", what, c->json ? c->json : c->key ? c->key : "exit status",
                            op_words[c->op], c->op == OP_IN ? judge_join(a, &c->values) : c->value);
    case PROBE_FACT:
        return arena_printf(a, "%s %s %s", what, op_words[c->op], c->op == OP_IN ? judge_join(a, &c->values) : c->value);
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
