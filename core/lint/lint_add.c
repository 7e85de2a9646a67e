#include "core/base/list.h"
#include "core/lint/rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* "remove.steps[2].args"; NULL: the whole document. */
static const char *path_of(struct lint *l, const struct place *at)
{
    struct place up[64];
    struct err e = ERR_INIT;
    const char *path;
    size_t n = 0;

    for (; at && n < 64; at = at->up)
        up[n++] = *at;
    if (n <= 1)
        return NULL;
    up[n - 1].file = NULL; /* place_error() begins with it */
    for (size_t i = 0; i + 1 < n; i++)
        up[i].up = &up[i + 1];
    place_error(&e, &up[0], "%s", "");
    path = arena_strndup(&l->doc->arena, e.text, strlen(e.text) - 2); /* ": " */
    l->nomem = l->nomem || !path;
    return path;
}

static const char *shown(struct lint *l, const char *fmt, va_list ap)
{
    const char *copy;
    struct buf b;
    char text[768];

    vsnprintf(text, sizeof text, fmt, ap);
    buf_init(&b, 2048);
    text_show(&b, text);
    copy = arena_strdup(&l->doc->arena, buf_str(&b));
    buf_free(&b);
    l->nomem = l->nomem || !copy;
    return copy;
}

void lint_add(struct lint *l, enum problem_kind kind, const struct place *at, const char *fmt, ...)
{
    struct problem *p = LIST_ADD(&l->doc->arena, &l->out->problems);
    va_list ap;

    if (!p) {
        l->nomem = true;
        return;
    }
    memset(p, 0, sizeof *p);
    p->kind = kind;
    p->file = arena_strdup(&l->doc->arena, l->file->path);
    p->line = lint_line(l->file->text, l->file->len, at);
    p->path = path_of(l, at);
    va_start(ap, fmt);
    p->text = shown(l, fmt, ap);
    va_end(ap);
    p->advice = problem_advice(kind);
    l->nomem = l->nomem || !p->file;
}

void lint_advise(struct lint *l, const char *fmt, ...)
{
    va_list ap;

    if (!l->out->problems.n)
        return;
    va_start(ap, fmt);
    l->out->problems.v[l->out->problems.n - 1].advice = shown(l, fmt, ap);
    va_end(ap);
}

void lint_near(struct lint *l, const char *word, const char *const *known, size_t n)
{
    const char *near = text_nearest(word, known, n);

    if (near)
        lint_advise(l, "did you mean '%s'?", near);
}

void lint_text(const struct problem *p, struct buf *b)
{
    text_show(b, p->file);
    if (p->line)
        buf_printf(b, ":%lld", p->line);
    buf_printf(b, ": %s%s%s (%s)\n    %s\n", p->path ? p->path : "", p->path ? ": " : "", p->text, problem_names[p->kind],
               p->advice);
}
