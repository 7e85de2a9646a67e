/* What all verbs share: their arguments, their probes, their effects. */
#include "core/base/json.h"
#include "core/detect/observe.h"
#include "core/os/trust.h"
#include "core/step/verb.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ${run}, ${payload} and ${backup} are known only now; everything else the planner has put in. */
static bool put_folders(const struct step_ctx *c, const char *s, struct buf *out)
{
    const struct {
        const char *name, *value;
    } known[] = {{"${run}", c->run}, {"${payload}", c->payload}, {"${backup}", c->backup}};

    while (*s) {
        size_t i = 0;

        while (i < 3 && !text_starts(s, known[i].name))
            i++;
        if (text_starts(s, "$${")) { /* a value's own (core/plan/expand.c) */
            buf_adds(out, "${");
            s += 3;
        } else if (i < 3) {
            buf_adds(out, known[i].value);
            s += strlen(known[i].name);
        } else {
            buf_addc(out, *s++);
        }
    }
    return !out->failed;
}

static json_t *with_folders(void *arg, const char *s)
{
    json_t *copy;
    struct buf b;

    buf_init(&b, 65536);
    copy = put_folders(arg, s, &b) ? json_string(buf_str(&b)) : NULL;
    buf_free(&b);
    return copy;
}

bool step_args(const struct verb *v, const struct step_ctx *c, void **ret, struct err *e)
{
    struct place at = {NULL, NULL, 0, c->step->id};
    json_t *args = json_map_texts(c->step->args, with_folders, (void *)(uintptr_t)c);

    return doc_keep(c->doc, args, e) && verb_args(&v->def, args, c->doc, &at, ret, e);
}

bool step_holds(const struct verb *v, const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    struct verdict also;

    if (!v->probe && !c->step->after) {
        ret->answer = TRI_UNKNOWN;
        ret->evidence = "this step leaves no trace to look for";
        return true;
    }
    if (v->probe && !v->probe(c, args, ret, e))
        return false;
    if (!c->step->after || (v->probe && ret->answer != TRI_YES))
        return true;
    if (!observe(c->step->after, c->doc, &also, e))
        return false;
    *ret = also;
    return true;
}

bool effect_set(const struct step_ctx *c, struct effect *ret, int outcome, struct err *e, const char *fmt, ...)
{
    char text[2048];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    ret->outcome = outcome;
    ret->text = arena_strdup(&c->doc->arena, text);
    return ret->text || err_nomem(e);
}

enum { OUTPUT_KEPT = 4000, LINES_SHOWN = 3, LINE_SHOWN = 160 };

/* The end of a child's output: where programs say why they failed. */
static const char *tail(const struct step_ctx *c, const struct os_exit *x)
{
    size_t n = x->out.len, skip = n > OUTPUT_KEPT ? n - OUTPUT_KEPT : 0;

    return text_from_bytes(&c->doc->arena, buf_str(&x->out) + skip, n - skip);
}

/* Its last lines as one, for the one line that people read. */
static const char *last_lines(const struct step_ctx *c, const char *s)
{
    const char *found[LINES_SHOWN], *cursor = s, *line, *ret = "";
    size_t n = 0, len;

    while (text_line(&cursor, s + strlen(s), &line, &len)) {
        const char *copy;

        while (len && strchr(" \t\r", line[len - 1]))
            len--;
        if (!len)
            continue;
        copy = arena_strndup(&c->doc->arena, line, len > LINE_SHOWN ? LINE_SHOWN : len);
        if (!copy)
            return NULL;
        found[n++ % LINES_SHOWN] = copy;
    }
    for (size_t i = n > LINES_SHOWN ? n - LINES_SHOWN : 0; ret && i < n; i++)
        ret = arena_printf(&c->doc->arena, "%s%s%s", ret, *ret ? " | " : "", found[i % LINES_SHOWN]);
    return ret;
}

/* By the product's own codes, else by the table. */
static void meaning(const struct step_ctx *c, enum exits table, int code, int *outcome, const char **text)
{
    const struct exits_row *row = exits_find(table, code);

    *outcome = row ? row->outcome : code == 0 ? OUTCOME_OK : OUTCOME_NONE;
    *text = row ? row->text : NULL;
    for (size_t i = 0; i < c->step->exit_codes.n; i++) {
        const struct exit_code *k = &c->step->exit_codes.v[i];

        if (!exits_same(k->code, code))
            continue;
        *outcome = k->outcome;
        *text = k->text ? k->text : outcome_names[k->outcome];
        return;
    }
}

bool effect_exit(const struct step_ctx *c, struct effect *ret, const char *what, enum exits table, struct os_exit *x,
                 struct err *e)
{
    const char *output = tail(c, x), *said = output ? last_lines(c, output) : NULL, *text = NULL;
    int outcome = OUTCOME_NONE;
    bool ok;

    ret->data = json_pack("{s:i, s:i, s:b, s:s*}", "exit", x->code, "signal", x->signal, "timed_out", x->timed_out,
                          "output", x->code || x->signal || x->timed_out ? output : NULL);
    if (!said || !doc_keep(c->doc, ret->data, e)) {
        buf_free(&x->out);
        return err_nomem(e);
    }
    if (!x->timed_out && !x->signal)
        meaning(c, table, x->code, &outcome, &text);
    if (x->timed_out)
        ok = effect_set(c, ret, OUTCOME_TIMEOUT, e, "%s: did not end within %lld s and was ended with all it started",
                        what, c->step->timeout_s);
    else
        ok = effect_set(c, ret, outcome, e, "%s: exit status %d%s%s%s%s", what, x->code,
                        text && x->code ? ": " : "", text && x->code ? text : "", *said && x->code ? ": " : "",
                        x->code ? said : "");
    buf_free(&x->out);
    return ok;
}

bool effect_signer(const struct step_ctx *c, struct effect *ret, const char *path, const char *signer, bool *ret_good,
                   struct err *e)
{
    struct signature s = {.status = NULL};

    *ret_good = true;
    if (!signer)
        return true;
    if (!os_signature(path, &c->doc->arena, &s, e))
        return err_wrap(e, "checking who signed %s", path);
    *ret_good = text_eq(s.status, "valid") && s.subject && text_glob_fold(signer, s.subject);
    return *ret_good || effect_set(c, ret, OUTCOME_CORRUPT, e, "%s is not what %s signed: its signature is %s%s%s", path,
                                   signer, s.status ? s.status : "not known", s.subject ? ", by " : "",
                                   s.subject ? s.subject : "");
}

bool step_path_fits(const char *pattern, const char *path)
{
    bool drive = *path && path[1] == ':';

    return drive ? text_glob_fold(pattern, path) : text_glob(pattern, path);
}
