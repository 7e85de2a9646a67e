/* The machine's own accounts. A directory's (LDAP, AD) are not asked for: no product makes its groups there.
 */
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/machine.h"
#include "core/base/list.h"
#include "core/os/posix/tool.h"

#include <string.h>

/* The first field of every line: passwd(5), group(5). */
static bool read_names(const char *path, struct arena *a, struct strs *ret, struct err *e)
{
    const char *cursor, *line;
    struct buf text;
    bool ok;
    size_t n;

    buf_init(&text, LIMIT_SYSFILE);
    ok = os_file_read(path, &text, e);
    cursor = buf_str(&text);
    while (ok && text_line(&cursor, buf_str(&text) + text.len, &line, &n)) {
        const char *colon = memchr(line, ':', n);

        /* '+' and '-' lines belong to NIS, not to the file. */
        if (colon && colon != line && *line != '#' && *line != '+' && *line != '-')
            ok = list_add_text(a, ret, line, (size_t)(colon - line), e);
    }
    buf_free(&text);
    return ok;
}

bool os_accounts(struct facts *f, struct arena *a, struct err *e)
{
    return read_names("/etc/passwd", a, &f->users, e) && read_names("/etc/group", a, &f->groups, e);
}

static bool remove_name(const char *path, const char *tool, const char *name, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct strs names = {NULL, 0};
    bool ok = false, there;

    if (*name == '-' || text_eq(name, "root")) {
        err_set(e, ERR_INPUT, "refusing to remove the account '%s'", name);
    } else if (read_names(path, &a, &names, e)) {
        there = text_in(&names, name);
        ok = !there || tool_do(&ARGV(tool, name), e);
    }
    arena_free(&a);
    return ok;
}

bool os_group_remove(const char *name, struct err *e)
{
    return remove_name("/etc/group", "groupdel", name, e);
}

bool os_user_remove(const char *name, struct err *e)
{
    return remove_name("/etc/passwd", "userdel", name, e);
}
