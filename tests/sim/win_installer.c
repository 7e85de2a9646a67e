/*
 * Installers of the simulated Windows PC: Windows Installer's own phases for products that have a code, and installers
 * that only copy and return for the others. What a power cut interrupts Windows Installer takes back, and others begin
 * anew when they are asked again.
 */
#include "tests/sim/pc.h"

#include <stdio.h>
#include <string.h>

enum { NEXT = 0, HANGS = -1, DONE = 1, BACKGROUND_MS = 6000 };
enum { FAILED = 1603, REBOOT = 3010 };

static bool misbehaves(const struct pc_task *t, enum sim_switch s)
{
    int p = t->list[0];

    if (pc.setup.misbehaves != s || t->foreign)
        return false;
    return s == SIM_INSTALL_FAILS ? p != WIN_KES && p != WIN_AGENT : p == WIN_KES;
}

static const struct win_product_def *product(const struct pc_task *t)
{
    return &win_products[t->list[0]];
}

/* --- what a product brings ------------------------------------------------------------------------------------------- */

static void place_files(const struct win_product_def *p, unsigned half)
{
    char text[PC_PATH + 64], path[PC_PATH];

    for (size_t i = 0; p->files[i]; i++) {
        size_t n = strlen(p->files[i]);

        if (i % 2 != half)
            continue;
        win_unpend(p->files[i]);
        snprintf(path, sizeof path, "%.*s", (int)(text_ends(p->files[i], "/") ? n - 1 : n), p->files[i]);
        if (text_ends(p->files[i], "/")) {
            win_unpend(path);
            pc_folder(path, 0755, true);
            continue;
        }
        snprintf(text, sizeof text, "%s of %s %s\n", strrchr(path, '/') + 1, p->name, p->version);
        *strrchr(path, '/') = '\0';
        pc_folder(path, 0755, true);
        pc_put(p->files[i], OS_FILE, 0644, text, strlen(text), true);
    }
}

static void add_entry(const struct win_product_def *p, const char *name)
{
    const char *key = win_below(WIN_UNINSTALL, name);
    char command[WIN_DATA];
    bool view32 = !strstr(p->folder, "Program Files/");

    snprintf(command, sizeof command, p->code ? "MsiExec.exe /I%s" : "\"%s/uninstall.exe\"", p->code ? p->code : p->folder);
    win_set(key, view32, "DisplayName", WIN_SZ, p->name);
    win_set(key, view32, "DisplayVersion", WIN_SZ, p->version);
    win_set(key, view32, "Publisher", WIN_SZ, p->publisher);
    win_set(key, view32, "InstallLocation", WIN_SZ, p->folder);
    win_set(key, view32, "UninstallString", WIN_SZ, command);
}

static void register_product(const struct win_product_def *p)
{
    const char *key;
    char text[96];

    add_entry(p, p->entry);
    if (p->twin)
        add_entry(p, p->twin);
    if (!p->code)
        return;
    key = win_below(WIN_INSTALLER, p->code);
    snprintf(text, sizeof text, "MSI %s\n", p->code);
    win_set(key, false, "ProductName", WIN_SZ, p->name);
    pc_put(p->cached, OS_FILE, 0644, text, strlen(text), true);
}

static void add_service(const struct win_product_def *p)
{
    const char *key;

    key = win_below(WIN_SERVICES, p->service);
    win_set(key, false, "ImagePath", WIN_SZ, p->exe);
    win_set(key, false, "Start", WIN_DWORD, "2");
    win_set(key, false, "Type", WIN_DWORD, "16");
    if (p->delayed)
        win_set(key, false, "DelayedAutostart", WIN_DWORD, "1");
}

static void add_drivers(const struct win_product_def *p)
{
    for (const struct win_driver *d = p->drivers; d && d->name; d++) {
        const char *key = win_below(WIN_SERVICES, d->name);
        char list[WIN_DATA];

        win_set(key, false, "ImagePath", WIN_SZ, d->file);
        win_set(key, false, "Start", WIN_DWORD, "0");
        win_set(key, false, "Type", WIN_DWORD, "1");
        win_load_driver(d->name);
        snprintf(list, sizeof list, "kbdclass\n%s", d->name);
        if (d->filter_of)
            win_set(d->filter_of, false, "UpperFilters", WIN_MULTI, list);
    }
}

static void add_rows(const struct win_product_def *p)
{
    for (const struct win_row *r = p->rows; r->key; r++)
        win_set(r->key, r->view32, r->name, r->type, r->data);
}

/* --- installing --------------------------------------------------------------------------------------------------------- */

static void drop_files(const struct win_product_def *p, unsigned half)
{
    size_t n = 0;

    for (; p->files[n]; n++)
        if (n % 2 == half && !text_ends(p->files[n], "/") && !text_ends(p->files[n], ".sys"))
            pc_drop(p->files[n], true);
    while (half == 1 && n--) {
        char path[PC_PATH];

        snprintf(path, sizeof path, "%.*s", (int)strlen(p->files[n]) - 1, p->files[n]);
        if (text_ends(p->files[n], "/") && !text_starts(path, "C:/ProgramData/"))
            pc_drop_if_empty(path, true);
    }
}

static void drop_parent(const struct win_product_def *p)
{
    char path[PC_PATH];

    snprintf(path, sizeof path, "%s", p->folder);
    *strrchr(path, '/') = '\0';
    if (!strstr(path, "Kaspersky")) /* that one's installer forgets it */
        pc_drop_if_empty(path, true);
}

int win_install_phase(struct pc_task *t)
{
    const struct win_product_def *p = product(t);

    switch (t->phase++) {
    case 0:
    case 1:
        place_files(p, t->phase - 1u);
        return NEXT;
    case 2:
        if (!misbehaves(t, SIM_INSTALL_FAILS))
            return NEXT;
        drop_files(p, 0);
        drop_files(p, 1);
        drop_parent(p);
        snprintf(t->said, sizeof t->said, "CustomAction InstallEngine returned actual error code 1603\n");
        t->exit = FAILED;
        return DONE;
    case 3:
        add_rows(p);
        add_drivers(p);
        add_service(p);
        return NEXT;
    case 4:
        (void)win_service_start(p->service);
        return NEXT;
    default:
        register_product(p);
        if (p->code)
            win_sync();
        return DONE;
    }
}

void win_install_now(enum win_product p)
{
    struct pc_task t = {.kind = TASK_WIN_INSTALL, .foreign = true, .rpm = true, .n = 1, .list = {(uint8_t)p}};

    while (win_install_phase(&t) == NEXT)
        ;
}

int win_installer_of(const char *path)
{
    const struct pc_file *f = pc_file_followed(path);
    char text[96];

    if (!f)
        return WIN_NO_PRODUCT;
    snprintf(text, sizeof text, "%.*s", (int)f->now.bytes.n, pc_bytes(f));
    text[strcspn(text, "\n")] = '\0';
    if (text_starts(text, "MSI "))
        return win_product_of_code(text + 4);
    return strcmp(text, "EXE Endpoint Security") == 0 ? WIN_BEST : WIN_NO_PRODUCT;
}

/* --- removing ------------------------------------------------------------------------------------------------------------ */

static void unregister(const struct win_product_def *p)
{
    const char *key;

    for (size_t i = 0; i < 2; i++) {
        const char *name = i ? p->twin : p->entry;

        if (!name)
            continue;
        key = win_below(WIN_UNINSTALL, name);
        win_drop_key(key, true);
        win_drop_key(key, false);
    }
    if (!p->code)
        return;
    key = win_below(WIN_INSTALLER, p->code);
    win_drop_key(key, false);
    pc_drop(p->cached, true);
}

static void drop_service(const char *name)
{
    const char *key;

    key = win_below(WIN_SERVICES, name);
    win_drop_key(key, false);
}

/* A driver that could not be unloaded stays until the next boot. */
static void drop_drivers(const struct win_product_def *p, bool at_boot)
{
    for (const struct win_driver *d = p->drivers; d && d->name; d++) {
        const char *key = win_below(WIN_SERVICES, d->name);

        if (d->filter_of)
            win_set(d->filter_of, false, "UpperFilters", WIN_MULTI, "kbdclass");
        win_pend(d->file); /* never earlier than the registry knows that nobody needs it */
        if (!at_boot) {
            win_drop_key(key, false);
            win_unload_driver(d->name);
        } else if (win_key_here(key, false)) {
            win_set(key, false, "DeleteFlag", WIN_DWORD, "1");
        }
    }
}

/* What an uninstaller takes of its keys; its settings it leaves. */
static void drop_rows(const struct win_product_def *p, bool all)
{
    for (const struct win_row *r = p->rows; r->key; r++)
        if (all || text_ends(r->key, "/environment"))
            win_drop_key(r->key, r->view32);
}

static void go(struct pc_task *t, unsigned what)
{
    const struct win_product_def *p = product(t);

    switch (what) {
    case 1:
        win_service_stop(p->service);
        break;
    case 2:
    case 3:
        drop_files(p, what - 2);
        break;
    case 4:
        if (!misbehaves(t, SIM_LEAVE_KEYS)) {
            drop_rows(p, t->list[0] != WIN_KES);
            drop_drivers(p, misbehaves(t, SIM_WANTS_REBOOT));
        }
        if (!misbehaves(t, SIM_LEAVE_SERVICE))
            drop_service(p->service);
        break;
    default:
        win_register((enum win_product)t->list[0], false);
        break;
    }
}

static int refused(struct pc_task *t)
{
    if (misbehaves(t, SIM_HANG))
        return HANGS;
    if (t->exit || misbehaves(t, SIM_REFUSE_REMOVAL)) {
        snprintf(t->said, sizeof t->said, "CustomAction CheckPassword: wrong password, error code 1603\n");
        t->exit = FAILED;
        return DONE;
    }
    if (misbehaves(t, SIM_REMOVAL_BACKGROUND)) { /* it leaves everything to a copy of itself and ends well */
        unregister(product(t));
        win_set(WIN_RUN_ONCE, true, "uninstall", WIN_SZ, "goes on after a boot");
        win_sync();
        pc_timer(TIMER_BACKGROUND, t->list[0], BACKGROUND_MS);
        return DONE;
    }
    return NEXT;
}

static void leave_files(const struct win_product_def *p)
{
    char path[PC_PATH];

    snprintf(path, sizeof path, "%s/rollback", p->folder);
    pc_folder(path, 0755, true);
    snprintf(path, sizeof path, "%s/rollback/avp.old", p->folder);
    pc_put(path, OS_FILE, 0644, "copy", 4, true);
}

static int end_removal(struct pc_task *t)
{
    const struct win_product_def *p = product(t);

    if (misbehaves(t, SIM_LEAVE_FILES))
        leave_files(p);
    if (misbehaves(t, SIM_WANTS_REBOOT)) {
        char path[PC_PATH];

        snprintf(path, sizeof path, "%s/klif.dll", p->folder);
        pc_folder(p->folder, 0755, true);
        pc_put(path, OS_FILE, 0644, "in use", 6, true);
        win_pend(path);
        win_pend(p->folder);
        t->exit = REBOOT;
    }
    unregister(p);
    drop_parent(p);
    if (p->code)
        win_sync();
    return DONE;
}

int win_remove_phase(struct pc_task *t)
{
    const struct win_product_def *p = product(t);
    unsigned phase = t->phase++;

    if (phase == 0)
        return refused(t);
    if (phase == 2 && misbehaves(t, SIM_REMOVAL_FAILS)) {
        snprintf(t->said, sizeof t->said, "CustomAction RemoveDrivers returned actual error code 1603\n");
        t->exit = FAILED;
        (void)win_service_start(p->service); /* rolled back */
        return DONE;
    }
    if (phase <= 5) {
        go(t, phase);
        return NEXT;
    }
    return end_removal(t);
}

/* Windows Installer keeps what it deletes until its end; the registry is older anyway. */
void win_roll_back(const struct pc_task *t)
{
    const struct win_product_def *p = product(t);

    if (!t->active || !p->code || !win_key_here(win_below(WIN_INSTALLER, p->code), false) ==
                                      (t->kind == TASK_WIN_REMOVE))
        return;
    for (unsigned half = 0; half < 2; half++) {
        if (t->kind == TASK_WIN_REMOVE)
            place_files(p, half);
        else
            drop_files(p, half);
    }
    if (t->kind == TASK_WIN_INSTALL)
        drop_parent(p);
}

void win_background_removal(enum win_product p)
{
    struct pc_task t = {.foreign = true, .n = 1, .list = {(uint8_t)p}};

    for (unsigned what = 1; what <= 5; what++)
        go(&t, what);
    drop_parent(&win_products[p]);
    win_drop_key(WIN_RUN_ONCE, true);
}
