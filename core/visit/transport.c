#include "core/visit/transport.h"

#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
enum { NAME_MAX_BYTES = 255, PORT_MAX = 65535 };

const char *const target_os_names[] = {"linux", "windows", NULL};
const char *const link_names[] = {"ok", "silent", "login", "key", "setup", NULL};
const struct transport *const transports[] = {&transport_ssh, &transport_libssh, &transport_local, NULL};

const struct transport *transport_find(const char *name)
{
    for (size_t i = 0; transports[i]; i++)
        if (text_eq(transports[i]->name, name))
            return transports[i];
    return NULL;
}

void transport_arg(struct strs *args, const char *s)
{
    if (!s || args->n == TRANSPORT_ARGS)
        args->v = NULL;
    if (!args->v)
        return;
    args->v[args->n++] = s;
    args->v[args->n] = NULL;
}

static bool refuse(const char *what, const char *s, const char *why, struct err *e)
{
    struct buf shown;

    buf_init(&shown, 4 * NAME_MAX_BYTES + 64);
    text_show(&shown, s);
    err_set(e, ERR_INPUT, "%s '%.300s' %s", what, buf_str(&shown), why);
    buf_free(&shown);
    return false;
}

/* Of these characters only. */
static bool check(const char *what, const char *s, const char *others, struct err *e)
{
    char allowed[128] = LETTERS;
    size_t n = strlen(s), ok;

    memcpy(allowed + strlen(LETTERS), others, strlen(others) + 1);
    ok = strspn(s, allowed);
    if (!n)
        return refuse(what, s, "is empty", e);
    if (n > NAME_MAX_BYTES)
        return err_set(e, ERR_INPUT, "%s is longer than %d bytes", what, NAME_MAX_BYTES);
    if (*s == '-')
        return refuse(what, s, "begins with '-', as an option does", e);
    return ok == n || refuse(what, s, "holds a character that no such name needs and that a shell or ssh could act on", e);
}

/* DOMAIN\user is how Windows names users; elsewhere a backslash hides the next character. */
static bool check_user(const char *s, struct err *e)
{
    const char *back = strchr(s, '\\');

    if (!check("the user", s, "._-+@\\", e))
        return false;
    return !back || (back > s && back[1] && !strchr(back + 1, '\\')) || refuse("the user", s, "has a backslash out of place", e);
}

bool transport_check_target(const struct target *t, struct err *e)
{
    const char *address = t->address ? t->address : t->name;

    if (!address)
        return err_set(e, ERR_INPUT, "a PC without a name and address");
    if (!check("the address", address, "._-:", e) || (t->user && !check_user(t->user, e)))
        return false;
    if (t->port < 0 || t->port > PORT_MAX)
        return err_set(e, ERR_INPUT, "the port %lld is not one of 1 to %d", t->port, PORT_MAX);
    if (t->become && t->os == TARGET_WINDOWS)
        return err_set(e, ERR_INPUT, "'become' is for Linux: on Windows an administrator's login has all rights");
    if (t->state && t->os == TARGET_LINUX && *t->state != '/')
        return refuse("the state folder", t->state, "does not begin with '/'", e);
    return !t->state || check("the state folder", t->state, t->os == TARGET_WINDOWS ? "._-/\\: " : "._-/", e);
}
