#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/win32/guid.h"
#include "core/os/win32/msi_change.h"
#include "core/os/win32/run.h"
#include "core/os/win32/wide.h"

#include <string.h>

/* --- the line of properties --- */

/* Public properties are in upper case; others cannot be set from outside. */
static bool name_ok(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!((s[i] >= 'A' && s[i] <= 'Z') || s[i] == '_' ||
              (i && ((s[i] >= '0' && s[i] <= '9') || s[i] == '.'))))
            return false;
    return n && n < 256;
}

static bool add_property(struct buf *b, const char *name, size_t name_n, const char *value, size_t n,
                         struct err *e)
{
    if (!name_ok(name, name_n))
        return err_set(e, ERR_INPUT, "'%.60s' is no public property of Windows Installer", name);
    buf_addc(b, ' ');
    buf_add(b, name, name_n);
    buf_adds(b, "=\"");
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)value[i] < 0x20)
            return err_set(e, ERR_INPUT, "the property %.*s holds a control character", (int)name_n, name);
        if (value[i] == '"')
            buf_addc(b, '"');
        buf_addc(b, value[i]);
    }
    buf_addc(b, '"');
    return true;
}

static bool add_secret(struct buf *b, const struct os_msi_secret *s, struct err *e)
{
    struct secret hex = {NULL, 0};
    bool ok = !s->hex_utf16 || msi_secret_hex(s->value, &hex, e);
    const struct secret *value = s->hex_utf16 ? &hex : s->value;

    ok = ok && add_property(b, s->property, strlen(s->property), value->bytes, value->len, e);
    secret_clear(&hex);
    return ok;
}

bool msi_properties(const struct os_msi_change *c, struct buf *out, struct err *e)
{
    for (size_t i = 0; i < c->properties.n; i++) {
        const char *p = c->properties.v[i];
        size_t n = strcspn(p, "=");

        if (!p[n])
            return err_set(e, ERR_INPUT, "'%.60s' is no property: NAME=value", p);
        if (!add_property(out, p, n, p + n + 1, strlen(p + n + 1), e))
            return false;
    }
    for (size_t i = 0; i < c->secrets.n; i++)
        if (!add_secret(out, &c->secrets.v[i], e))
            return false;
    return buf_ok(out, "the properties of an installation", e);
}

/* --- running it --- */

struct change {
    const struct os_msi_change *c;
    struct arena arena;
};

/* In Windows' spelling and quoted; wide_path() refuses what cannot stand between quotes. */
static bool add_path(struct change *x, struct buf *b, const char *path, struct err *e)
{
    wchar_t *w = wide_path(path, &x->arena, e);

    if (!w)
        return false;
    buf_adds(b, " \"");
    for (; *path; path++)
        buf_addc(b, *path == '/' ? '\\' : *path);
    buf_addc(b, '"');
    return true;
}

static struct os_child child_of(const struct os_msi_change *c)
{
    return (struct os_child){.timeout_ms = c->timeout_ms, .tick = c->tick, .arg = c->arg};
}

static bool by_msiexec(struct change *x, struct os_exit *ret, struct err *e)
{
    const struct os_msi_change *c = x->c;
    const struct os_child child = child_of(c);
    struct program p;
    struct buf line;
    bool ok;

    buf_init(&line, PROGRAM_LINE);
    ok = program_make("msiexec.exe", NULL, &x->arena, &p, e) &&
         program_line(p.name, &(struct strs){NULL, 0}, &line, e);
    if (ok && c->install) {
        buf_adds(&line, " /i");
        ok = add_path(x, &line, c->product, e);
    } else if (ok) {
        buf_printf(&line, " /x %s", c->product);
    }
    buf_adds(&line, " /qn /norestart REBOOT=ReallySuppress");
    if (ok && x->c->log) {
        buf_adds(&line, " /l*v");
        ok = add_path(x, &line, x->c->log, e);
    }
    ok = ok && msi_properties(c, &line, e) && (p.line = wide_text(buf_str(&line), &x->arena, e)) &&
         run_program(&child, &p, ret, e);
    buf_free(&line);
    return ok;
}

static void add_field(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text) + 1);
}

/* Four texts, each with its end: what to do, with what, the log ("": none), the properties. */
static bool request(struct change *x, struct buf *out, struct err *e)
{
    add_field(out, x->c->install ? "install" : "remove");
    add_field(out, x->c->product);
    add_field(out, x->c->log ? x->c->log : "");
    buf_adds(out, "REBOOT=ReallySuppress");
    if (!msi_properties(x->c, out, e))
        return false;
    buf_addc(out, '\0');
    return buf_ok(out, "the request of an installation", e);
}

static bool by_child(struct change *x, struct os_exit *ret, struct err *e)
{
    struct os_child child = child_of(x->c);
    struct secret input = {NULL, 0};
    const char *argv[2] = {NULL, OS_MSI_CHILD};
    struct buf self, text;
    bool ok;

    buf_init(&self, LIMIT_PATH);
    ok = msi_room(&text, LIMIT_SECRET, e);
    ok = ok && os_self_path(&self, e) && request(x, &text, e) && secret_set(&input, text.data, text.len, e);
    if (ok) {
        argv[0] = buf_str(&self);
        child.argv = (struct strs){argv, 2};
        child.input = &input;
        ok = os_run(&child, ret, e);
    }
    secret_clear(&input);
    msi_wipe(&text);
    buf_free(&self);
    if (!ok || ret->code != MSI_CHILD_FAILED)
        return ok;
    buf_free(&ret->out);
    return err_set(e, ERR_BUG, "the child that calls Windows Installer did not understand its request");
}

/* A log that cannot be cleaned does not stay. The change has happened or not, whatever becomes of its log. */
static void clean_log(const struct os_msi_change *c)
{
    struct err ignored = ERR_INIT;
    struct msi_forms forms;
    bool ok = true;

    if (!c->log || !c->secrets.n || !os_file_exists(c->log))
        return;
    memset(&forms, 0, sizeof forms);
    for (size_t i = 0; ok && i < c->secrets.n; i++)
        ok = msi_forms_add(&forms, c->secrets.v[i].value, &ignored);
    if (!ok || !msi_log_scrub(c->log, &forms, &ignored))
        (void)!os_tree_remove(c->log, &ignored);
    msi_forms_clear(&forms);
}

/* msiexec.exe reads quotes inside of values in ways of its own. */
static bool needs_child(const struct os_msi_change *c)
{
    for (size_t i = 0; i < c->properties.n; i++)
        if (strchr(c->properties.v[i], '"'))
            return true;
    return c->secrets.n;
}

static bool check(const struct os_msi_change *c, struct err *e)
{
    if (!c->install && !(guid_at(c->product) && strlen(c->product) == GUID_TEXT))
        return err_set(e, ERR_INPUT, "'%.60s' is no product code", c->product);
    return !c->install || os_file_exists(c->product) ||
           err_set(e, ERR_NOT_FOUND, "there is no file '%.300s'", c->product);
}

bool os_msi_run(const struct os_msi_change *c, struct os_exit *ret, struct err *e)
{
    struct change x = {c, ARENA_INIT};
    bool ok;

    memset(ret, 0, sizeof *ret);
    if (!check(c, e))
        return false;
    ok = (needs_child(c) ? by_child : by_msiexec)(&x, ret, e);
    clean_log(c);
    arena_free(&x.arena);
    return ok;
}
