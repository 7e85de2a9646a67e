#include "core/base/argv.h"
#include "core/base/limits.h"
#include "core/os/installer.h"
#include "core/os/win32/environment.h"
#include "core/os/win32/program.h"

#include <string.h>

static bool add(struct strs *ret, const char *text, struct arena *a, struct err *e)
{
    const char **slot = LIST_ADD(a, ret);

    if (slot)
        *slot = arena_strdup(a, text);
    return (slot && *slot) || err_nomem(e);
}

/* --- the program --- */

/* The program that the first n characters name, with ".exe" if the name has no ending of its own; *ret NULL:
 * none. What is no whole path is looked up in the system's folders, never where we happen to be. */
static bool program_in(const char *s, size_t n, struct arena *a, const char **ret, struct err *e)
{
    char *path = arena_printf(a, "%.*s", (int)n, s);
    const char *base;

    for (char *p = path; p && *p; p++)
        if (*p == '\\')
            *p = '/';
    if (!path)
        return err_nomem(e);
    if (!program_find(path, a, ret, e))
        return false;
    base = strrchr(path, '/');
    if (*ret || !base || !base[1] || strchr(base, '.'))
        return true;
    path = arena_printf(a, "%s.exe", path);
    return path ? program_find(path, a, ret, e) : err_nomem(e);
}

struct program_found {
    const char *path;
    const char *rest;
};

static bool quoted_program(const char *s, struct arena *a, struct program_found *ret, struct err *e)
{
    const char *end = strchr(s + 1, '"');

    if (!end)
        return err_set(e, ERR_INPUT, "a quote in it has no end");
    ret->rest = end + 1;
    return program_in(s + 1, (size_t)(end - s - 1), a, &ret->path, e);
}

/* Every beginning that ends before a space may be the program; a quote belongs to an argument. */
static bool bare_program(const char *s, struct arena *a, struct program_found *ret, struct err *e)
{
    enum { MOST = 64 };
    size_t n = 0, longest = strcspn(s, "\"");

    for (int i = 0; i < MOST && n < longest; i++) {
        const char *path;

        n += strcspn(s + n, " \t");
        n = n < longest ? n : longest;
        if (!program_in(s, n, a, &path, e))
            return false;
        if (path && ret->path)
            return err_set(e, ERR_INPUT, "without quotes it names '%.200s' and '%.200s'", ret->path, path);
        if (path)
            *ret = (struct program_found){path, s + n};
        n += strspn(s + n, " \t");
    }
    return true;
}

/* ret->path NULL: there is none. */
static bool find_program(const char *s, struct arena *a, struct program_found *ret, struct err *e)
{
    *ret = (struct program_found){NULL, NULL};
    s += strspn(s, " \t");
    if (!(*s == '"' ? quoted_program(s, a, ret, e) : bare_program(s, a, ret, e)))
        return false;
    return !ret->path || !text_starts(ret->path, "//") ||
           err_set(e, ERR_INPUT, "the program is on another computer");
}

/* With the variables of the machine. A program of 32 bits means other folders by %ProgramFiles%, and the
 * command does not say which it is. */
static bool find_expanded(const char *command, struct arena *a, struct program_found *ret, struct err *e)
{
    int forms = strchr(command, '%') ? 2 : 1;

    *ret = (struct program_found){NULL, NULL};
    for (int bits32 = 0; bits32 < forms && !ret->path; bits32++) {
        const char *text = command;
        struct environment here;

        if (forms > 1 &&
            (!environment_open(bits32, a, &here, e) || !(text = environment_expand(&here, command, a, e))))
            return false;
        if (!find_program(text, a, ret, e))
            return false;
    }
    return ret->path || err_set(e, ERR_INPUT, "there is no such program");
}

static bool check(const char *command, struct err *e)
{
    if (strlen(command) >= PROGRAM_LINE)
        return err_set(e, ERR_INPUT, "it is too long");
    for (; *command; command++)
        if ((unsigned char)*command < 0x20 && *command != '\t')
            return err_set(e, ERR_INPUT, "it holds a control character");
    return true;
}

bool os_command_split(const char *command, struct arena *a, struct strs *ret, struct err *e)
{
    struct program_found p;
    struct buf shown;

    ret->v = NULL;
    ret->n = 0;
    if (check(command, e) && find_expanded(command, a, &p, e) && add(ret, p.path, a, e) &&
        argv_split(p.rest, PROGRAM_LINE, a, ret, e))
        return true;
    buf_init(&shown, 300);
    text_show(&shown, command);
    err_wrap(e, "the uninstall command '%s'", buf_str(&shown));
    buf_free(&shown);
    return false;
}
