#include "core/os/win32/command_split.h"
#include "core/base/limits.h"
#include "core/os/installer.h"
#include "core/os/win32/environment.h"
#include "core/os/win32/program.h"

#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* One argument into b; returns where it ends. n backslashes before a quote are n / 2 and, if n is odd, a
 * quote as such; elsewhere they are what they are. Two quotes inside of quotes are one (since Visual C++
 * 2008). */
static const char *one_argument(const char *s, struct buf *b)
{
    bool quoted = false;

    for (; *s && (quoted || !is_space(*s)); s++) {
        size_t slashes = strspn(s, "\\");

        if (slashes && s[slashes] == '"') {
            buf_add(b, s, slashes / 2);
            s += slashes;
            if (slashes % 2) {
                buf_addc(b, '"');
                continue;
            }
        }
        if (*s != '"') {
            buf_addc(b, *s);
        } else if (quoted && s[1] == '"') {
            buf_addc(b, '"');
            s++;
        } else {
            quoted = !quoted;
        }
    }
    return s;
}

static bool add(struct strs *ret, const char *text, struct arena *a, struct err *e)
{
    const char **slot = LIST_ADD(a, ret);

    if (slot)
        *slot = arena_strdup(a, text);
    return (slot && *slot) || err_nomem(e);
}

bool command_arguments(const char *s, struct arena *a, struct strs *ret, struct err *e)
{
    struct buf b;
    bool ok = true;

    buf_init(&b, PROGRAM_LINE);
    for (s += strspn(s, " \t"); ok && *s; s += strspn(s, " \t")) {
        buf_clear(&b);
        s = one_argument(s, &b);
        ok = buf_ok(&b, "an argument", e) && add(ret, buf_str(&b), a, e);
    }
    buf_free(&b);
    return ok;
}

/* --- the program --- */

/* The program that the first n characters name, with ".exe" if the name has no ending of its own. "": none;
 * NULL: memory ran out. What is no whole path is looked up in the system's folders, never where we happen to
 * be. */
static const char *program_in(const char *s, size_t n, struct arena *a)
{
    char *path = arena_printf(a, "%.*s", (int)n, s);
    const char *base, *found;

    for (char *p = path; p && *p; p++)
        if (*p == '\\')
            *p = '/';
    if (!path)
        return NULL;
    found = program_find(path, a);
    base = strrchr(path, '/');
    if (!found && base && base[1] && !strchr(base, '.')) {
        path = arena_printf(a, "%s.exe", path);
        if (!path)
            return NULL;
        found = program_find(path, a);
    }
    return found ? found : "";
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
    ret->path = program_in(s + 1, (size_t)(end - s - 1), a);
    ret->rest = end + 1;
    return ret->path || err_nomem(e);
}

/* Every beginning that ends before a space may be the program; a quote belongs to an argument. */
static bool bare_program(const char *s, struct arena *a, struct program_found *ret, struct err *e)
{
    enum { MOST = 64 };
    size_t n = 0, longest = strcspn(s, "\"");

    ret->path = "";
    for (int i = 0; i < MOST && n < longest; i++) {
        const char *path;

        n += strcspn(s + n, " \t");
        n = n < longest ? n : longest;
        path = program_in(s, n, a);
        if (!path)
            return err_nomem(e);
        if (*path && *ret->path)
            return err_set(e, ERR_INPUT, "without quotes it names '%.200s' and '%.200s'", ret->path, path);
        if (*path)
            *ret = (struct program_found){path, s + n};
        n += strspn(s + n, " \t");
    }
    return true;
}

static bool find_program(const char *s, struct arena *a, struct program_found *ret, struct err *e)
{
    s += strspn(s, " \t");
    if (!(*s == '"' ? quoted_program(s, a, ret, e) : bare_program(s, a, ret, e)))
        return false;
    if (!*ret->path)
        return err_set(e, ERR_INPUT, "there is no such program");
    if (text_starts(ret->path, "//"))
        return err_set(e, ERR_INPUT, "the program is on another computer");
    return true;
}

/* With the variables of the machine. A program of 32 bits means other folders by %ProgramFiles%, and the
 * command does not say which it is. */
static bool find_expanded(const char *command, struct arena *a, struct program_found *ret, struct err *e)
{
    struct environment here;

    if (!strchr(command, '%'))
        return find_program(command, a, ret, e);
    for (int bits32 = 0; bits32 < 2; bits32++) {
        const char *text;

        err_clear(e);
        if (!environment_open(bits32, a, &here, e))
            return false;
        text = environment_expand(&here, command, a, e);
        if (!text)
            return err_nomem(e);
        if (find_program(text, a, ret, e))
            return true;
        if (e->code != ERR_INPUT)
            return false;
    }
    return false;
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
    struct program_found p = {"", ""};
    struct buf shown;

    ret->v = NULL;
    ret->n = 0;
    if (check(command, e) && find_expanded(command, a, &p, e) && add(ret, p.path, a, e) &&
        command_arguments(p.rest, a, ret, e))
        return true;
    buf_init(&shown, 300);
    text_show(&shown, command);
    err_wrap(e, "the uninstall command '%s'", buf_str(&shown));
    buf_free(&shown);
    return false;
}
