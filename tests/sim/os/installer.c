/* Programs as the simulated PC lists them, and its Windows Installer. */
#include "core/os/installer.h"
#include "core/base/list.h"
#include "core/os/file.h"
#include "tests/sim/pc.h"
#include "tests/sim/wait.h"

#include <stdio.h>
#include <string.h>

static const char *value(struct arena *a, const char *key, bool view32, const char *name)
{
    const struct win_value *v = win_get(key, view32, name);

    return v ? arena_strdup(a, v->data) : NULL;
}

static bool add_entry(struct facts *f, struct arena *a, const char *name, bool view32, struct err *e)
{
    struct uninstall_entry *u = LIST_ADD(a, &f->uninstall);
    const char *key = win_below(WIN_UNINSTALL, name);

    if (!u)
        return err_nomem(e);
    memset(u, 0, sizeof *u);
    u->hive = "HKLM";
    u->view = view32 ? "32" : "64";
    u->key = arena_strdup(a, name);
    u->name = value(a, key, view32, "DisplayName");
    u->publisher = value(a, key, view32, "Publisher");
    u->version = value(a, key, view32, "DisplayVersion");
    u->location = value(a, key, view32, "InstallLocation");
    u->location_exists = u->location && os_file_exists(u->location);
    u->command = value(a, key, view32, "UninstallString");
    if (u->key && *name == '{')
        u->code = u->key;
    return u->key || err_nomem(e);
}

bool os_uninstall_list(struct facts *f, struct arena *a, struct err *e)
{
    char name[WIN_KEY];

    for (int view32 = 0; view32 < 2; view32++)
        for (size_t i = 0; win_child(WIN_UNINSTALL, view32, i, name, sizeof name); i++)
            if (!add_entry(f, a, name, view32, e))
                return false;
    return true;
}

bool os_msi_list(struct facts *f, struct arena *a, struct err *e)
{
    char code[WIN_KEY];

    for (size_t i = 0; win_child(WIN_INSTALLER, false, i, code, sizeof code); i++) {
        const struct win_product_def *p = &win_products[win_product_of_code(code)];
        struct msi_product *m = LIST_ADD(a, &f->msi);

        if (!m)
            return err_nomem(e);
        *m = (struct msi_product){p->code, p->name, p->publisher, p->version, "machine", p->cached,
                                  os_file_exists(p->cached)};
    }
    return true;
}

/* Is the password that the product's removal asks for among the secrets, in the form that it takes? */
static bool password_right(const struct os_msi_change *c, const struct win_product_def *p)
{
    for (size_t i = 0; i < c->secrets.n; i++) {
        const struct os_msi_secret *s = &c->secrets.v[i];

        if (text_eq(s->property, p->password))
            return s->hex_utf16 == p->password_hex && s->value->len == strlen(WIN_PASSWORD) &&
                   memcmp(s->value->bytes, WIN_PASSWORD, s->value->len) == 0;
    }
    return !p->password;
}

/* As the real one writes it, without the secrets. */
static void write_log(const struct os_msi_change *c, const char *said)
{
    char text[256];

    if (!c->log)
        return;
    snprintf(text, sizeof text, "=== Verbose logging started ===\n%s=== Verbose logging stopped ===\n", said);
    pc_put(c->log, OS_FILE, 0600, text, strlen(text), false);
}

static bool end(const struct os_msi_change *c, int code, const char *said, struct os_exit *ret)
{
    ret->code = code;
    write_log(c, said);
    return true;
}

bool os_msi_run(const struct os_msi_change *c, struct os_exit *ret, struct err *e)
{
    struct pc_task t = {.kind = c->install ? TASK_WIN_INSTALL : TASK_WIN_REMOVE, .rpm = true, .n = 1};
    int p = c->install ? win_installer_of(c->product) : win_product_of_code(c->product);
    bool here, ok;

    memset(ret, 0, sizeof *ret);
    ret->tree_empty = true;
    buf_init(&ret->out, 4096);
    pc_advance(100);
    if (p == WIN_NO_PRODUCT)
        return end(c, c->install ? 1620 : 1605, "", ret);
    here = win_key_here(win_below(WIN_INSTALLER, win_products[p].code), false);
    if (pc.manager_busy || pc.tasks[TASK_LOCKED].active)
        return end(c, 1618, "", ret);
    if (!c->install && !here)
        return end(c, 1605, "", ret);
    if (c->install && here)
        pc_needless("install", win_products[p].name);
    t.list[0] = (uint8_t)p;
    if (!c->install && !password_right(c, &win_products[p]))
        t.exit = 1; /* the first phase refuses */
    pc_task_start(&t);
    ok = wait_task(TASK_LOCKED, c->timeout_ms, c->tick, c->arg, ret, e);
    if (ok)
        write_log(c, pc.tasks[TASK_LOCKED].said);
    return ok;
}

const char *os_msi_cause(const char *log, struct arena *a)
{
    const struct pc_file *f = pc_file(log);
    const char *text = f ? arena_strndup(a, pc_bytes(f), f->now.bytes.n) : NULL;
    const char *at = text ? strstr(text, "CustomAction ") : NULL;

    return at ? arena_strndup(a, at, strcspn(at, "\n")) : NULL;
}

bool os_command_split(const char *command, struct arena *a, struct strs *ret, struct err *e)
{
    (void)a, (void)ret;
    return err_set(e, ERR_BUG, "the simulated PC has no uninstaller of its own: %s", command);
}

int os_msi_child(void)
{
    return EXIT_ERROR;
}
