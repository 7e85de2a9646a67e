/*
 * SELinux: the mode, and the file contexts that an administrator or a product added with semanage(8). They
 * stand in file_contexts.local, "PATTERN [-TYPE] CONTEXT", CONTEXT being user:role:type:level or <<none>>.
 */
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/os/posix/fd.h"
#include "core/base/list.h"
#include "core/os/posix/tool.h"

#include <fcntl.h>
#include <string.h>

struct context {
    const char *pattern, *kind, *type; /* kind: "--", "-d" ...; NULL: all */
};

static const char *mode(void)
{
    char text[8];

    if (fd_read_small(AT_FDCWD, "/sys/fs/selinux/enforce", text, sizeof text) > 0)
        return *text == '1' ? "enforcing" : "permissive";
    return os_file_exists("/etc/selinux/config") ? "disabled" : NULL;
}

/* The third part of a context. */
static const char *type_of(const char *context, struct arena *a)
{
    const char *begin = context;

    for (int i = 0; i < 2; i++) {
        begin = strchr(begin, ':');
        if (!begin)
            return context;
        begin++;
    }
    return arena_strndup(a, begin, strcspn(begin, ":"));
}

/* False when the line holds no context, or when memory ran out (then e says so). */
static bool parse(const char *line, size_t n, struct arena *a, struct context *ret, struct err *e)
{
    const char *words[3];
    size_t count = 0;

    for (size_t i = 0; i < n && count < 3;) {
        size_t begin;

        while (i < n && (line[i] == ' ' || line[i] == '\t'))
            i++;
        begin = i;
        while (i < n && line[i] != ' ' && line[i] != '\t')
            i++;
        if (i == begin)
            break;
        words[count] = text_from_bytes(a, line + begin, i - begin);
        if (!words[count++])
            return err_nomem(e);
    }
    if (count < 2 || *words[0] == '#')
        return false;
    ret->pattern = words[0];
    ret->kind = count == 3 ? words[1] : NULL;
    ret->type = type_of(words[count - 1], a);
    return ret->type || err_nomem(e);
}

static bool each(bool (*f)(void *arg, const struct context *c, struct err *e), void *arg, struct arena *a,
                 struct err *e)
{
    struct strs files;
    bool ok = true;

    if (!os_file_glob("/etc/selinux/*/contexts/files/file_contexts.local", a, &files, e))
        return false;
    for (size_t i = 0; ok && i < files.n; i++) {
        const char *cursor, *line;
        struct context c;
        struct buf text;
        size_t n;

        buf_init(&text, LIMIT_SYSFILE);
        ok = os_file_read(files.v[i], &text, e);
        cursor = buf_str(&text);
        while (ok && text_line(&cursor, buf_str(&text) + text.len, &line, &n)) {
            err_clear(e);
            ok = parse(line, n, a, &c, e) ? f(arg, &c, e) : e->code == ERR_NONE;
        }
        buf_free(&text);
    }
    return ok;
}

struct adding {
    struct facts *f;
    struct arena *a;
};

static bool add(void *arg, const struct context *c, struct err *e)
{
    struct adding *to = arg;
    const char **slot = LIST_ADD(to->a, &to->f->selinux_contexts);

    if (slot)
        *slot = arena_printf(to->a, "%s %s", c->pattern, c->type);
    return (slot && *slot) || err_nomem(e);
}

bool os_selinux(struct facts *f, struct arena *a, struct err *e)
{
    struct adding to = {f, a};

    f->selinux_mode = mode();
    return each(add, &to, a, e);
}

/* semanage wants the kind of file that the context was made for: its letters are those of file_contexts but
 * for '-'. */
static bool remove_one(void *arg, const struct context *c, struct err *e)
{
    const char *kind = "a";
    char letter[2] = "";

    if (!text_eq(c->pattern, arg))
        return true;
    if (c->kind) {
        letter[0] = c->kind[1] == '-' ? 'f' : c->kind[1];
        kind = letter;
    }
    return tool_do(&ARGV("semanage", "fcontext", "-d", "-f", kind, c->pattern), e);
}

bool os_selinux_context_remove(const char *pattern, struct err *e)
{
    struct arena a = ARENA_INIT;
    char *wanted = arena_strdup(&a, pattern);
    bool ok = wanted ? each(remove_one, wanted, &a, e) : err_nomem(e);

    arena_free(&a);
    return ok;
}
