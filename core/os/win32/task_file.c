#include "core/os/win32/task_file.h"
#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/os/file.h"
#include "core/os/win32/environment.h"
#include "core/os/win32/task_text.h"
#include "core/os/win32/wide.h"

#include <string.h>

struct walk {
    struct facts *f;
    struct arena *a;
    struct arena scratch;
    size_t root; /* how much of a path is not the task's name */
    struct err *e;
};

/* The Task Scheduler writes UTF-16 with its mark; others write UTF-8. */
static const char *text_of(const struct buf *b, struct arena *a)
{
    bool wide = b->len >= 2 && (unsigned char)b->data[0] == 0xFF && (unsigned char)b->data[1] == 0xFE;
    size_t n = wide ? b->len / 2 - 1 : 0;
    wchar_t *w = wide ? ARENA_ARRAY(a, n + 1, wchar_t) : NULL;

    if (!wide)
        return text_from_bytes(a, buf_str(b), b->len);
    if (!w)
        return NULL;
    memcpy(w, b->data + 2, n * sizeof *w);
    return wide_utf8(w, n, a);
}

static bool add_file(struct walk *w, const char *path)
{
    struct task *t = LIST_ADD(w->a, &w->f->tasks);
    const char *text;
    struct buf b;
    bool ok;

    if (!t)
        return err_nomem(w->e);
    buf_init(&b, LIMIT_MANIFEST);
    ok = os_file_read(path, &b, w->e);
    if (ok) {
        text = text_of(&b, &w->scratch);
        *t = (struct task){.path = arena_strdup(w->a, path + w->root)};
        t->command = text ? task_text_commands(text, w->a) : NULL;
        ok = (t->path && t->command) || err_nomem(w->e);
        if (ok && !*t->command)
            t->command = NULL;
    }
    buf_free(&b);
    return ok;
}

static bool walk_folder(struct walk *w, const char *folder, int depth)
{
    enum { DEPTH = 32 };
    struct strs names = {NULL, 0};

    if (depth > DEPTH)
        return err_set(w->e, ERR_LIMIT, "folders of scheduled tasks are more than %d deep", DEPTH);
    if (!os_dir_list(folder, &w->scratch, &names, w->e))
        return false;
    for (size_t i = 0; i < names.n; i++) {
        const char *path = arena_printf(&w->scratch, "%s/%s", folder, names.v[i]);
        struct os_stat st;

        if (!path)
            return err_nomem(w->e);
        if (w->f->tasks.n >= LIMIT_TASKS)
            return err_set(w->e, ERR_LIMIT, "more than %u scheduled tasks", LIMIT_TASKS);
        if (!os_file_stat(path, &st, w->e))
            return false;
        if ((st.kind == OS_DIR && !walk_folder(w, path, depth + 1)) ||
            (st.kind == OS_FILE && !add_file(w, path)))
            return false;
    }
    return true;
}

bool task_file_list(struct facts *f, struct arena *a, struct err *e)
{
    struct walk w = {.f = f, .a = a, .e = e};
    struct environment here;
    const char *root = NULL;
    bool ok = environment_open(false, &w.scratch, &here, e);

    if (ok) {
        root = arena_printf(&w.scratch, "%s/System32/Tasks", here.root);
        w.root = root ? strlen(root) : 0;
        ok = root ? walk_folder(&w, root, 0) : err_nomem(e);
    }
    arena_free(&w.scratch);
    return ok;
}
