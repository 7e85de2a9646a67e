/* The simulated PCs that tests begin with. */
#include "tests/sim/pc.h"

#include <string.h>

#define HOUR_MS (3600ll * 1000)

static void put(const char *path, unsigned mode, const char *text)
{
    pc_put(path, OS_FILE, mode, text, strlen(text), true);
}

static void base(void)
{
    static const char *const folders[] = {
        "/etc",      "/etc/init.d", "/etc/systemd/system", "/lib/systemd/system", "/opt",     "/root",    "/run",
        "/srv",      "/tmp",        "/usr/bin",            "/usr/sbin",           "/var/lib", "/var/log", "/var/opt",
        "/var/tmp",  "/etc/opt",    "/etc/default",        "/home",               "/usr/share/applications",
        "/usr/lib/x86_64-linux-gnu", "/etc/apparmor.d/local", "/sys/kernel/security/apparmor", "/srv/signatures"};

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        pc_folder(folders[i], 0755, true);
    put("/usr/bin/cp", 0755, "cp");
    put("/etc/default/clamav-daemon", 0640, "# from an earlier attempt of the administrator");
    put("/usr/sbin/avswap", 0755, "this program");
    put("/srv/signatures/bytecode.cvd", 0644, "CVD bytecode 335 END");
    put("/srv/signatures/daily.cvd", 0644, "CVD daily 27800 END");
    put("/srv/signatures/main.cvd", 0644, "CVD main 62 END");
    pc_name_add(pc.groups, &pc.n_groups, "root", true);
    pc_name_add(pc.users, &pc.n_users, "root", true);
}

static void install(enum package_id p, bool rpm)
{
    pc_place_files(p, 0, NULL);
    pc_place_files(p, 1, NULL);
    (void)pc_script_postinst(p);
    pc.packages[p].state = PACKAGE_INSTALLED;
    pc.packages[p].rpm = rpm;
}

static void old_product(const struct sim_setup *s)
{
    static const char changed[] = "LogBlocked=no\n# changed by the administrator\n";

    install(PKG_KESL, s->rpm);
    install(PKG_KESL_GUI, s->rpm);
    install(PKG_KLNAGENT, s->rpm);
    put("/etc/opt/kaspersky/kesl/kesl.conf", 0640, changed);
    put("/var/opt/kaspersky/kesl/private/quarantine.db", 0600, "what was found so far");
    if (s->misbehaves == SIM_AGENT_REINSTALLS)
        put(s->rpm ? "/var/opt/kaspersky/klnagent64/cache/kesl.rpm" : "/var/opt/kaspersky/klnagent64/cache/kesl.deb",
            0644, "avswap-sim kesl 12.1.0-1543\nend\n");
    pc_name_add(pc.contexts, &pc.n_contexts, "/opt/kaspersky/kesl/libexec/kesl kesl_exec_t", true);
}

static void traces(void)
{
    static const char *const groups[] = {"kesladmin", "kesluser", "keslaudit", "nokesl"};

    pc.packages[PKG_KESL].state = PACKAGE_CONFIG_FILES;
    pc_folder("/etc/opt/kaspersky/kesl", 0755, true);
    put("/etc/opt/kaspersky/kesl/kesl.conf", 0644, "left");
    pc_folder("/var/opt/kaspersky/kesl/common", 0750, true);
    put("/var/opt/kaspersky/kesl/common/kesl.ini", 0600, "left");
    pc_folder("/var/log/kaspersky/kesl", 0750, true);
    for (size_t i = 0; i < 4; i++)
        pc_name_add(pc.groups, &pc.n_groups, groups[i], true);
    pc_rule_add(0x400);
}

static void other_protection(void)
{
    static const enum package_id order[] = {PKG_LIBCLAMAV, PKG_CLAMAV_BASE, PKG_CLAMAV_FRESHCLAM, PKG_CLAMAV_DAEMON,
                                            PKG_CLAMDSCAN};

    pc_folder("/var/lib/clamav", 0755, true);
    put("/var/lib/clamav/daily.cvd", 0644, "CVD daily 27800 END");
    put("/var/lib/clamav/main.cvd", 0644, "CVD main 62 END");
    put("/var/lib/clamav/bytecode.cvd", 0644, "CVD bytecode 335 END");
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        install(order[i], false);
    put("/etc/clamav/clamonacc.conf", 0644, "OnAccessPrevention yes\n");
    if (pc.setup.sysv)
        put("/etc/init.d/clamav-clamonacc", 0755, "#!/bin/sh\n");
    pc.services[SVC_CLAMONACC].enabled = true;
    pc_service_start(SVC_CLAMONACC);
}

static void linux_setup(const struct sim_setup *s)
{
    base();
    if (s->old)
        old_product(s);
    if (s->leftovers)
        traces();
    if (s->other)
        other_protection();
}

void sim_reset(const struct sim_setup *s)
{
    memset(&pc, 0, offsetof(struct pc, pool));
    pc.setup = *s;
    pc.setup.misbehaves = SIM_NONE; /* what is here came here without trouble */
    pc.now = 1767261600000ll; /* 2026-01-01T10:00:00Z */
    pc.up = 5 * HOUR_MS;
    pc.boots = 1;
    pc.next_pid = 1000;
    if (s->windows)
        win_setup();
    else
        linux_setup(s);
    pc_timer(TIMER_WRITEBACK, 0, 30000);
    pc_advance(HOUR_MS);
    pc_sync();
    win_sync();
    pc.needless = 0;
    pc.setup.misbehaves = s->misbehaves;
    if (s->misbehaves == SIM_MANAGER_BUSY) {
        pc.manager_busy = true;
        pc_timer(TIMER_FREE, 0, 30000);
    }
    pc.changes = 0;
}
