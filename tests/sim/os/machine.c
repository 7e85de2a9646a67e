/* The simulated PC's identity, accounts, firewall, reboots and clocks. */
#include "core/os/machine.h"
#include "core/base/list.h"
#include "tests/sim/pc.h"

#include <stdio.h>
#include <string.h>

static struct machine machine = {"5f1e0c2b7a9d4f3e8b6c1d2e3f405162", "simulated-pc", NULL};
#define DEBIAN                                                                                               \
    .family = "linux", .id = "debian", .version_id = "12", .name = "Debian GNU/Linux 12 (simulated)",        \
    .kernel = "6.1.0-28-amd64", .arch = "x86_64"
static const struct os_facts systemd_facts = {DEBIAN, .init = "systemd"};
static const struct os_facts sysv_facts = {DEBIAN, .init = "sysv"};

#define WINDOWS .family = "windows", .id = "windows", .arch = "x86_64", .init = "scm"
static const struct os_facts client_facts = {WINDOWS, .version_id = "10.0.19045", .name = "Windows 10 Pro (simulated)",
                                             .type = "client", .edition = "Professional"};
static const struct os_facts server_facts = {WINDOWS, .version_id = "10.0.17763",
                                             .name = "Windows Server 2019 (simulated)", .type = "server",
                                             .edition = "ServerStandard"};

const char *os_family(void)
{
    return pc.setup.windows ? "windows" : "linux";
}

static bool windows_machine(struct facts *f, struct arena *a, struct err *e)
{
    static struct folder folders[] = {
        {"ProgramData", "C:/ProgramData"},          {"ProgramFiles", "C:/Program Files"},
        {"ProgramFiles(x86)", "C:/Program Files (x86)"}, {"CommonProgramFiles", "C:/Program Files/Common Files"},
        {"CommonProgramFiles(x86)", "C:/Program Files (x86)/Common Files"},
        {"SystemRoot", "C:/Windows"},               {"Users", "C:/Users"}};

    f->folders.v = folders;
    f->folders.n = sizeof folders / sizeof *folders;
    f->disks.v = ARENA_NEW(a, struct disk);
    if (!f->disks.v)
        return err_nomem(e);
    f->disks.v[f->disks.n++] = (struct disk){"C:/", 20000, 40000};
    *f->os = pc.setup.windows == SIM_CLIENT ? client_facts : server_facts;
    return true;
}

static bool linux_machine(struct facts *f, struct arena *a, struct err *e)
{
    static const char *const paths[] = {"/", "/var", "/opt", "/var/lib/avswap"};

    f->disks.v = ARENA_ARRAY(a, 4, struct disk);
    if (!f->disks.v)
        return err_nomem(e);
    *f->os = pc.setup.sysv ? sysv_facts : systemd_facts;
    for (size_t i = 0; i < 4; i++)
        f->disks.v[f->disks.n++] = (struct disk){paths[i], 20000, 40000};
    return true;
}

bool os_machine(struct facts *f, struct arena *a, struct err *e)
{
    char boot[64];

    f->machine = ARENA_NEW(a, struct machine);
    f->os = ARENA_NEW(a, struct os_facts);
    if (!f->machine || !f->os)
        return err_nomem(e);
    *f->machine = machine;
    if (pc.setup.windows ? !windows_machine(f, a, e) : !linux_machine(f, a, e))
        return false;
    if (!os_boot_id(boot, sizeof boot, e))
        return false;
    f->machine->boot_id = arena_strdup(a, boot);
    f->memory_mib = 8000;
    f->cpus = 2;
    return f->machine->boot_id || err_nomem(e);
}

static bool names(const struct pc_name *list, uint32_t n, struct arena *a, struct strs *ret, struct err *e)
{
    ret->n = 0;
    ret->v = ARENA_ARRAY(a, n + 1, const char *);
    if (!ret->v)
        return err_nomem(e);
    for (uint32_t i = 0; i < n; i++) {
        if (!list[i].here)
            continue;
        ret->v[ret->n] = arena_strdup(a, list[i].name);
        if (!ret->v[ret->n++])
            return err_nomem(e);
    }
    return true;
}

bool os_accounts(struct facts *f, struct arena *a, struct err *e)
{
    return names(pc.users, pc.n_users, a, &f->users, e) && names(pc.groups, pc.n_groups, a, &f->groups, e);
}

/* The tools that do this leave it to the kernel when it reaches the disk. */
static bool remove_name(const char *what, struct pc_name *list, uint32_t n, const char *name)
{
    struct pc_name *x = pc_name_find(list, n, name);

    pc_advance(20);
    if (!x || !x->here) {
        pc_needless(what, name);
        return true;
    }
    pc_before(what, name);
    x->here = false;
    pc_after(what, name);
    return true;
}

bool os_group_remove(const char *name, struct err *e)
{
    (void)e;
    return remove_name("group removed", pc.groups, pc.n_groups, name);
}

bool os_user_remove(const char *name, struct err *e)
{
    (void)e;
    return remove_name("user removed", pc.users, pc.n_users, name);
}

bool os_firewall_list(struct facts *f, struct arena *a, struct err *e)
{
    f->firewall.n = 0;
    f->firewall.v = ARENA_ARRAY(a, PC_RULES, struct firewall_rule);
    if (!f->firewall.v)
        return err_nomem(e);
    for (uint32_t i = 0; i < pc.n_rules; i++) {
        struct firewall_rule *r = &f->firewall.v[f->firewall.n++];

        r->tool = "iptables";
        r->text = arena_strdup(a, pc.rules[i].text);
        r->mark = pc.rules[i].mark;
        if (!r->text)
            return err_nomem(e);
    }
    return true;
}

bool os_firewall_remove(const struct firewall_rule *r, struct err *e)
{
    uint32_t before = pc.n_rules;

    (void)e;
    pc_advance(10);
    pc_before("rule removed", r->text);
    pc_rule_remove((uint32_t)r->mark);
    if (pc.n_rules == before)
        pc_needless("rule removed", r->text);
    pc_after("rule removed", r->text);
    return true;
}

bool os_selinux(struct facts *f, struct arena *a, struct err *e)
{
    return names(pc.contexts, pc.n_contexts, a, &f->selinux_contexts, e);
}

bool os_selinux_context_remove(const char *pattern, struct err *e)
{
    size_t n = strlen(pattern);

    (void)e;
    for (uint32_t i = 0; i < pc.n_contexts; i++)
        if (pc.contexts[i].here && strncmp(pc.contexts[i].name, pattern, n) == 0 &&
            pc.contexts[i].name[n] == ' ')
            return remove_name("context removed", pc.contexts, pc.n_contexts, pc.contexts[i].name);
    pc_needless("context removed", pattern);
    return true;
}

static bool pending_deletes(struct facts *f, struct arena *a, struct err *e)
{
    for (size_t i = 0; i < WIN_PENDING; i++) {
        const char *path = pc.win.now.pending[i];

        if (!*path)
            continue;
        f->reboot_pending = true;
        if (!list_add_text(a, &f->reboot_reasons, path, strlen(path), e))
            return false;
    }
    return true;
}

bool os_reboot_pending(struct facts *f, struct arena *a, struct err *e)
{
    f->reboot_pending = pc.n_reasons > 0;
    for (uint32_t i = 0; i < pc.n_reasons; i++)
        if (!list_add_text(a, &f->reboot_reasons, pc.reasons[i], strlen(pc.reasons[i]), e))
            return false;
    return pending_deletes(f, a, e);
}

bool os_reboot(struct err *e)
{
    (void)e;
    pc_before("reboot", "");
    pc.reboot_asked = true;
    pc_after("reboot", "");
    return true;
}

const char *os_resume_program(void)
{
    return pc.setup.windows ? "C:/ProgramData/avswap/avswap.exe" : "/var/lib/avswap/avswap";
}

bool os_resume_arm(const struct strs *argv, struct err *e)
{
    if (!argv->n || !strchr(argv->v[0], '/') || !pc_file(argv->v[0]))
        return err_set(e, ERR_INPUT, "what is to run after the reboot needs the whole path of a program");
    pc_before("resume armed", argv->v[0]);
    pc.armed = pc.armed_disk = true;
    pc_note_worker(argv);
    pc_after("resume armed", argv->v[0]);
    return true;
}

bool os_resume_disarm(struct err *e)
{
    (void)e;
    if (!pc.armed)
        return true;
    pc_before("resume disarmed", "");
    pc.armed = pc.armed_disk = false;
    pc_after("resume disarmed", "");
    return true;
}

bool os_resume_armed(bool *ret, struct err *e)
{
    (void)e;
    *ret = pc.armed;
    return true;
}

bool os_boot_id(char *ret, size_t size, struct err *e)
{
    (void)e;
    snprintf(ret, size, "00000000-0000-4000-8000-%012u", pc.boots);
    return true;
}

instant os_now(void)
{
    return pc.now;
}

int64_t os_up_ms(void)
{
    return pc.up;
}

void os_sleep_ms(long long ms)
{
    pc_advance(ms);
}

int os_utc_offset(instant t)
{
    (void)t;
    return 0;
}

const char *os_state_dir(void)
{
    return pc.setup.windows ? "C:/ProgramData/avswap" : "/var/lib/avswap";
}

/* Every engine here blocks what begins like the EICAR test file, once it holds marks. */
bool os_touch(const char *path, const void *p, size_t n, enum os_touch *ret, struct err *e)
{
    bool eicar = n > 4 && memcmp(p, "X5O!", 4) == 0;

    if (!pc_parent_here(path))
        return err_set(e, ERR_IO, "testing with '%s': there is no such folder", path);
    pc_advance(5);
    pc_before("touch", path);
    pc_put(path, OS_FILE, 0600, p, n, false);
    pc_after("touch", path);
    *ret = eicar && sim_protected() ? OS_TOUCH_DENIED : OS_TOUCH_ALLOWED;
    return true;
}
