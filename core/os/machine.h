/*
 * machine.h - who and what this machine is; accounts; firewall and SELinux leftovers; reboots; clocks.
 */
#ifndef AVSWAP_CORE_OS_MACHINE_H
#define AVSWAP_CORE_OS_MACHINE_H

#include "core/model/facts.h"

/* machine, os, memory, cpus, disks ("/", "/var", "/opt", the state folder). */
bool os_machine(struct facts *f, struct arena *a, struct err *e) MUST_CHECK;
bool os_accounts(struct facts *f, struct arena *a, struct err *e) MUST_CHECK;
bool os_group_remove(const char *name, struct err *e) MUST_CHECK;
bool os_user_remove(const char *name, struct err *e) MUST_CHECK;
/* Rules that carry a mark. Where no tool is installed there are none. */
bool os_firewall_list(struct facts *f, struct arena *a, struct err *e) MUST_CHECK;
bool os_firewall_remove(const struct firewall_rule *r, struct err *e) MUST_CHECK;
bool os_selinux(struct facts *f, struct arena *a, struct err *e) MUST_CHECK;
bool os_selinux_context_remove(const char *pattern, struct err *e) MUST_CHECK;
bool os_reboot_pending(struct facts *f, struct arena *a, struct err *e) MUST_CHECK;

/* Starts a reboot and returns; the caller journals and ends. */
bool os_reboot(struct err *e) MUST_CHECK;
/* Where the copy of this program lives that a reboot starts: the one at work may be on a stick. */
const char *os_resume_program(void);
/* Arms `argv` to run once the machine is up again, by a unit or boot script; disarm removes it. Idempotent.
 */
bool os_resume_arm(const struct strs *argv, struct err *e) MUST_CHECK;
bool os_resume_disarm(struct err *e) MUST_CHECK;
bool os_resume_armed(bool *ret, struct err *e) MUST_CHECK;

bool os_boot_id(char *ret, size_t size, struct err *e) MUST_CHECK;
const char *os_family(void); /* as in struct os_facts: "linux" */
instant os_now(void);
int64_t os_up_ms(void); /* monotonic, includes sleep, since this boot */
#define OS_BOOT_MS 180000 /* so long after a boot services may still be starting: Windows delays some by two minutes */
void os_sleep_ms(long long ms);
/* Minutes east of UTC at t, for the screen. */
int os_utc_offset(instant t);
/* Where runs live: "/var/lib/avswap". */
const char *os_state_dir(void);
/* Writes p where on-access protection looks (plain create, write, close), then opens and reads it. */
enum os_touch { OS_TOUCH_ALLOWED, OS_TOUCH_DENIED, OS_TOUCH_GONE };
bool os_touch(const char *path, const void *p, size_t n, enum os_touch *ret, struct err *e) MUST_CHECK;

#endif
