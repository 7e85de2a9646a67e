/* What packages put on the simulated PC and take from it, and what their maintainer scripts do. */
#include "tests/sim/pc.h"
#include "tests/sim/bundle.h"

#include <stdio.h>
#include <string.h>

enum { BACKGROUND_MS = 5000 };

/* Switches of removals are kesl's, the one of installations is the replacement's. */
bool pc_switch(enum package_id p, enum sim_switch s)
{
    if (pc.setup.misbehaves != s)
        return false;
    return s == SIM_INSTALL_FAILS ? p == PKG_CLAMAV_DAEMON : p == PKG_KESL;
}

/* --- files ------------------------------------------------------------------------------------------------------------- */

static bool in_half(size_t i, unsigned half)
{
    return i % 2 == half;
}

static void place_one(enum package_id p, const struct product_path *x)
{
    char text[PC_PATH + 64];
    unsigned mode = text_starts(x->path, "/etc/init.d/") || strstr(x->path, "/bin/") || strstr(x->path, "/sbin/") ||
                            strstr(x->path, "/libexec/")
                        ? 0755
                        : 0644;

    if (x->kind == 'd') {
        pc_folder(x->path, 0755, true);
        return;
    }
    if (x->kind == 'c' && pc_file(x->path)) /* configuration that people changed is kept */
        return;
    snprintf(text, sizeof text, "%s", x->path);
    *strrchr(text, '/') = '\0';
    pc_folder(text, 0755, true);
    if (x->kind == 'l') {
        pc_put(x->path, OS_LINK, 0777, x->to, strlen(x->to), true);
        return;
    }
    snprintf(text, sizeof text, "%s of %s %s\n", x->path, product_packages[p].name, product_packages[p].version);
    pc_put(x->path, OS_FILE, mode, text, strlen(text), true);
}

/* The package managers make what they unpack durable themselves. */
void pc_place_files(enum package_id p, unsigned half, const char *rebuilt)
{
    const struct product_path *x = product_packages[p].paths;

    for (size_t i = 0; x[i].path; i++)
        if (in_half(i, half))
            place_one(p, &x[i]);
    if (half == 1 && rebuilt && *rebuilt)
        bundle_unpack(rebuilt, NULL, true);
}

static void drop_folders(const struct product_path *x, size_t n)
{
    while (n--)
        if (x[n].kind == 'd')
            pc_drop_if_empty(x[n].path, true);
}

void pc_remove_files(enum package_id p, unsigned half)
{
    const struct product_path *x = product_packages[p].paths;
    size_t n = 0;

    for (; x[n].path; n++)
        if (in_half(n, half) && (x[n].kind == 'f' || x[n].kind == 'l'))
            pc_drop(x[n].path, true);
    if (half == 1)
        drop_folders(x, n);
}

void pc_remove_conffiles(enum package_id p)
{
    const struct product_path *x = product_packages[p].paths;
    size_t n = 0;

    for (; x[n].path; n++)
        if (x[n].kind == 'c')
            pc_drop(x[n].path, true);
    drop_folders(x, n);
}

/* --- scripts: what they write reaches the disk by itself, later ----------------------------------------------------------- */

int pc_script_prerm(enum package_id p)
{
    int s = product_packages[p].service;

    if (pc_switch(p, SIM_REFUSE_REMOVAL) || pc_switch(p, SIM_REMOVAL_FAILS))
        return 1;
    if (pc_switch(p, SIM_HANG))
        return -1;
    if (pc_switch(p, SIM_LEAVE_FILES)) {
        pc_folder("/opt/kaspersky/kesl.kept", 0755, false);
        pc_put("/opt/kaspersky/kesl.kept/kesl", OS_FILE, 0755, "copy", 4, false);
    }
    if (pc_switch(p, SIM_REMOVAL_BACKGROUND)) {
        pc_folder("/opt/kaspersky/kesl/uninstall", 0755, false);
        pc_put("/opt/kaspersky/kesl/uninstall/stop", OS_FILE, 0755, "copy", 4, false);
        pc_timer(TIMER_BACKGROUND, p, BACKGROUND_MS);
    } else if (s >= 0) {
        pc_service_stop(s);
    }
    if (p == PKG_CLAMAV_DAEMON)
        pc_service_stop(SVC_CLAMONACC);
    return 0;
}

void pc_background_removal(enum package_id p)
{
    pc_service_stop(product_packages[p].service);
    pc_drop(product_packages[p].root, false);
    pc_drop_if_empty("/opt/kaspersky", false);
}

static void reboot_wanted(const char *by)
{
    if (pc.n_reasons == PC_RULES)
        pc_broken("too many reasons", by);
    snprintf(pc.reasons[pc.n_reasons++], sizeof pc.reasons[0], "%s", by);
}

static void drop_signatures(void)
{
    pc_drop("/var/lib/clamav/main.cvd", false);
    pc_drop("/var/lib/clamav/daily.cvd", false);
    pc_drop("/var/lib/clamav/bytecode.cvd", false);
}

void pc_script_purge(enum package_id p)
{
    const struct product_package *k = &product_packages[p];

    if (p == PKG_CLAMAV_BASE)
        drop_signatures();
    if (p == PKG_CLAMAV_DAEMON)
        pc_drop("/etc/apparmor.d/local/usr.sbin.clamd", false);
    for (size_t i = 0; k->purge_takes_accounts && k->groups[i]; i++)
        pc_name_find(pc.groups, pc.n_groups, k->groups[i])->here = false;
    if (k->purge_takes_accounts && k->user)
        pc_name_find(pc.users, pc.n_users, k->user)->here = false;
}

void pc_script_postrm(enum package_id p)
{
    int s = product_packages[p].service;

    if (p == PKG_CLAMAV_FRESHCLAM)
        drop_signatures();
    if (s >= 0)
        pc.services[s].enabled = false;
    if (p == PKG_CLAMAV_DAEMON)
        pc.services[SVC_CLAMONACC].enabled = false;
    if (pc_switch(p, SIM_LEAVE_FILES)) {
        pc_drop("/opt/kaspersky/kesl.kept", false);
        pc_folder("/opt/kaspersky/kesl/share", 0755, false);
        pc_put("/opt/kaspersky/kesl/share/kept", OS_FILE, 0755, "copy", 4, false);
    }
    if (pc_switch(p, SIM_WANTS_REBOOT))
        reboot_wanted(product_packages[p].name);
}

static void make_state(const struct product_package *k)
{
    static const char settings[] = "[settings as they come]\n";

    for (size_t i = 0; k->groups && k->groups[i]; i++)
        pc_name_add(pc.groups, &pc.n_groups, k->groups[i], false);
    if (k->user)
        pc_name_add(pc.users, &pc.n_users, k->user, false);
    for (size_t i = 0; k->state && k->state[i]; i++)
        if (!pc_file(k->state[i]))
            pc_folder(k->state[i], 0750, false);
    if (k->state_file && !pc_file(k->state_file))
        pc_put(k->state_file, OS_FILE, 0600, settings, sizeof settings - 1, false);
}

int pc_script_postinst(enum package_id p)
{
    const struct product_package *k = &product_packages[p];

    make_state(k);
    if (pc_switch(p, SIM_INSTALL_FAILS))
        return 1;
    if (k->service < 0)
        return 0;
    pc.services[k->service].enabled = true;
    pc_service_stop(k->service);
    pc_service_start(k->service);
    return 0;
}
