#include "core/model/facts.h"

#include <string.h>

const char *const package_state_names[] = {"absent",          "config-files", "half-installed", "unpacked",
                                           "half-configured", "triggers",     "installed",      NULL};

const char *const folder_names[] = {"ProgramData",  "ProgramFiles", "ProgramFiles(x86)", "CommonProgramFiles",
                                    "CommonProgramFiles(x86)", "SystemRoot", "Users", NULL};

static const struct field machine_fields[] = {
    FIELD(machine, STR, id, "stable id of the machine", .flags = FIELD_REQUIRED),
    FIELD(machine, STR, hostname, "its name"),
    FIELD(machine, STR, boot_id, "changes at every boot"),
    FIELD_END,
};
const struct schema machine_schema = {"machine", NULL, "which PC", sizeof(struct machine), machine_fields, NULL};

static const struct field os_fields[] = {
    FIELD(os_facts, STR, family, "linux, windows or macos", .flags = FIELD_REQUIRED),
    FIELD(os_facts, STR, id, "distribution, as os-release ID"),
    FIELD(os_facts, STRS, id_like, "related distributions, as os-release ID_LIKE"),
    FIELD(os_facts, STR, version_id, "its version, as os-release VERSION_ID"),
    FIELD(os_facts, STR, name, "its full name"),
    FIELD(os_facts, STR, kernel, "kernel release"),
    FIELD(os_facts, STR, arch, "x86_64, aarch64 ..."),
    FIELD(os_facts, STR, init, "systemd, sysv, scm or other"),
    FIELD(os_facts, STR, type, "Windows: client or server"),
    FIELD(os_facts, STR, edition, "Windows: EditionID"),
    FIELD_END,
};
static const struct schema os_schema = {"os", NULL, "operating system", sizeof(struct os_facts), os_fields, NULL};

static const struct field disk_fields[] = {
    FIELD(disk, STR, path, "folder asked about", .flags = FIELD_REQUIRED),
    FIELD(disk, INT, free_mib, "MiB free for the administrator", .flags = FIELD_REQUIRED),
    FIELD(disk, INT, total_mib, "MiB in all"),
    FIELD_END,
};
static const struct schema disk_schema = {"disk", NULL, "space of one folder", sizeof(struct disk), disk_fields, NULL};

static const struct field package_fields[] = {
    FIELD(package, STR, manager, "dpkg or rpm; a Mac: pkgutil", .flags = FIELD_REQUIRED),
    FIELD(package, STR, name, "package name", .flags = FIELD_REQUIRED),
    FIELD(package, STR, version, "its version"),
    FIELD(package, STR, arch, "its architecture"),
    FIELD(package, ENUM, state, "state in the package database", .flags = FIELD_REQUIRED, .names = package_state_names),
    FIELD_END,
};
static const struct schema package_schema = {"package", NULL, "a package", sizeof(struct package), package_fields,
                                             NULL};

static const struct field unit_fields[] = {
    FIELD(unit, STR, name, "service name", .flags = FIELD_REQUIRED),
    FIELD(unit, STR, manager, "systemd, sysv or scm; a Mac: launchd"),
    FIELD(unit, STR, load, "loaded, not-found, masked"),
    FIELD(unit, STR, active, "active, inactive, failed ..."),
    FIELD(unit, STR, enabled, "enabled, disabled, static ..."),
    FIELD(unit, STR, exe, "Windows: its program"),
    FIELD(unit, BOOL, delayed, "Windows: starts some time after the boot"),
    FIELD_END,
};
static const struct schema unit_schema = {"unit", NULL, "a service", sizeof(struct unit), unit_fields, NULL};

static const struct field process_fields[] = {
    FIELD(process, INT, pid, "process id", .flags = FIELD_REQUIRED),
    FIELD(process, INT, ppid, "its parent"),
    FIELD(process, INT, uid, "its user"),
    FIELD(process, STR, name, "short name", .flags = FIELD_REQUIRED),
    FIELD(process, STR, exe, "executable"),
    FIELD_END,
};
static const struct schema process_schema = {"process", NULL, "a process; its arguments are not recorded",
                                             sizeof(struct process), process_fields, NULL};

static const struct field file_fields[] = {
    FIELD(file_fact, STR, path, "absolute path", .flags = FIELD_REQUIRED),
    FIELD(file_fact, STR, kind, "file, dir, link or other", .flags = FIELD_REQUIRED),
    FIELD(file_fact, INT, size, "bytes"),
    FIELD(file_fact, INSTANT, mtime, "last change"),
    FIELD_END,
};
static const struct schema file_schema = {"file", NULL, "a file that the catalogue asked about",
                                          sizeof(struct file_fact), file_fields, NULL};

static const struct field holder_fields[] = {
    FIELD(fanotify_holder, INT, pid, "process id", .flags = FIELD_REQUIRED),
    FIELD(fanotify_holder, STR, exe, "executable"),
    FIELD(fanotify_holder, STR, name, "short name"),
    FIELD(fanotify_holder, INT, marks, "marks it holds"),
    FIELD_END,
};
static const struct schema holder_schema = {"fanotify holder", NULL, "a process that watches files",
                                            sizeof(struct fanotify_holder), holder_fields, NULL};

static const struct field rule_fields[] = {
    FIELD(firewall_rule, STR, tool, "iptables, ip6tables, nft or ip-rule", .flags = FIELD_REQUIRED),
    FIELD(firewall_rule, STR, text, "the rule as its tool prints it", .flags = FIELD_REQUIRED),
    FIELD(firewall_rule, INT, mark, "the mark in it", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema rule_schema = {"firewall rule", NULL, "a rule that carries a mark",
                                          sizeof(struct firewall_rule), rule_fields, NULL};

static const struct field answer_fields[] = {
    FIELD(answer, STRS, argv, "the command", .flags = FIELD_REQUIRED),
    FIELD(answer, INT, exit, "its exit status; -1: not started or killed", .flags = FIELD_REQUIRED),
    FIELD(answer, BOOL, timed_out, "it took too long"),
    FIELD(answer, STR, out, "what it printed"),
    FIELD_END,
};
static const struct schema answer_schema = {"answer", NULL, "what a product's own command said", sizeof(struct answer),
                                            answer_fields, NULL};

static const struct field folder_fields[] = {
    FIELD(folder, STR, name, "as ProgramData", .flags = FIELD_REQUIRED),
    FIELD(folder, STR, path, "where it is on this PC", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema folder_schema = {"folder", NULL, "a known folder of Windows", sizeof(struct folder),
                                            folder_fields, NULL};

static const struct field uninstall_fields[] = {
    FIELD(uninstall_entry, STR, hive, "HKLM or HKU/<SID>; a Mac: Applications", .flags = FIELD_REQUIRED),
    FIELD(uninstall_entry, STR, view, "64 or 32", .flags = FIELD_REQUIRED),
    FIELD(uninstall_entry, STR, key, "name of the subkey; a Mac: bundle id", .flags = FIELD_REQUIRED),
    FIELD(uninstall_entry, STR, name, "DisplayName"),
    FIELD(uninstall_entry, STR, publisher, "Publisher"),
    FIELD(uninstall_entry, STR, version, "DisplayVersion"),
    FIELD(uninstall_entry, STR, location, "InstallLocation"),
    FIELD(uninstall_entry, BOOL, location_exists, "that folder exists"),
    FIELD(uninstall_entry, STR, command, "UninstallString"),
    FIELD(uninstall_entry, STR, quiet, "QuietUninstallString"),
    FIELD(uninstall_entry, BOOL, command_missing, "the program of that command is not there"),
    FIELD(uninstall_entry, STR, code, "product code of Windows Installer"),
    FIELD_END,
};
static const struct schema uninstall_schema = {"uninstall entry", NULL, "a program as Windows lists it",
                                               sizeof(struct uninstall_entry), uninstall_fields, NULL};

static const struct field msi_fields[] = {
    FIELD(msi_product, STR, code, "product code", .flags = FIELD_REQUIRED),
    FIELD(msi_product, STR, name, "product name"),
    FIELD(msi_product, STR, publisher, "publisher"),
    FIELD(msi_product, STR, version, "version"),
    FIELD(msi_product, STR, context, "machine or user"),
    FIELD(msi_product, STR, package, "cached package"),
    FIELD(msi_product, BOOL, package_exists, "the cached package is there"),
    FIELD_END,
};
static const struct schema msi_schema = {"msi product", NULL, "a product as Windows Installer lists it",
                                         sizeof(struct msi_product), msi_fields, NULL};

static const struct field driver_fields[] = {
    FIELD(driver, STR, name, "service entry", .flags = FIELD_REQUIRED),
    FIELD(driver, STR, path, "its file"),
    FIELD(driver, STR, start, "boot, system, auto, manual or disabled"),
    FIELD(driver, STR, state, "running or stopped"),
    FIELD_END,
};
static const struct schema driver_schema = {"driver", NULL, "a kernel driver", sizeof(struct driver), driver_fields,
                                            NULL};

static const struct field registry_fields[] = {
    FIELD(registry_value, STR, key, "HKLM/... or HKU/<SID>/...", .flags = FIELD_REQUIRED),
    FIELD(registry_value, STR, view, "64 or 32", .flags = FIELD_REQUIRED),
    FIELD(registry_value, STR, name, "name of the value; absent: the key itself"),
    FIELD(registry_value, STR, type, "sz, expand, multi, dword, qword, binary or broken"),
    FIELD(registry_value, STR, data, "the value as text"),
    FIELD(registry_value, STR, expanded, "with %Name% replaced"),
    FIELD_END,
};
static const struct schema registry_schema = {"registry value", NULL, "a value that the catalogue asked about",
                                              sizeof(struct registry_value), registry_fields, NULL};

static const struct field certificate_fields[] = {
    FIELD(certificate, STR, store, "machine/ROOT or user:<SID>/ROOT", .flags = FIELD_REQUIRED),
    FIELD(certificate, STR, subject, "whom it names", .flags = FIELD_REQUIRED),
    FIELD(certificate, STR, issuer, "who signed it"),
    FIELD(certificate, STR, thumbprint, "SHA-1 in hex digits", .flags = FIELD_REQUIRED),
    FIELD_END,
};
static const struct schema certificate_schema = {"certificate", NULL, "a certificate in a store",
                                                 sizeof(struct certificate), certificate_fields, NULL};

static const struct field trust_file_fields[] = {
    FIELD(trust_file, STR, setting, "where it is named", .flags = FIELD_REQUIRED),
    FIELD(trust_file, STR, file, "its path as named there", .flags = FIELD_REQUIRED),
    FIELD(trust_file, STRS, subjects, "whom its certificates name"),
    FIELD_END,
};
static const struct schema trust_file_schema = {"trust file", NULL, "a file of trusted certificates that a setting names",
                                                sizeof(struct trust_file), trust_file_fields, NULL};

static const struct field security_fields[] = {
    FIELD(security_product, STR, kind, "antivirus or firewall", .flags = FIELD_REQUIRED),
    FIELD(security_product, STR, name, "its name", .flags = FIELD_REQUIRED),
    FIELD(security_product, INT, state, "productState", .flags = FIELD_REQUIRED),
    FIELD(security_product, STR, exe, "its program"),
    FIELD_END,
};
static const struct schema security_schema = {"security product", NULL, "what Security Center knows",
                                              sizeof(struct security_product), security_fields, NULL};

static const struct field task_fields[] = {
    FIELD(task, STR, path, "its name in the folders of tasks", .flags = FIELD_REQUIRED),
    FIELD(task, STR, command, "what it runs"),
    FIELD_END,
};
static const struct schema task_schema = {"task", NULL, "a scheduled task", sizeof(struct task), task_fields, NULL};

static const struct field signature_fields[] = {
    FIELD(signature, STR, path, "the file", .flags = FIELD_REQUIRED),
    FIELD(signature, STR, status, "valid, untrusted, broken or unsigned", .flags = FIELD_REQUIRED),
    FIELD(signature, STR, subject, "the signer's common name"),
    FIELD_END,
};
static const struct schema signature_schema = {"signature", NULL, "who signed a file", sizeof(struct signature),
                                               signature_fields, NULL};

static const struct field wmi_fields[] = {
    FIELD(wmi_value, STR, space, "name space", .flags = FIELD_REQUIRED),
    FIELD(wmi_value, STR, class, "class", .flags = FIELD_REQUIRED),
    FIELD(wmi_value, INT, row, "number of the instance"),
    FIELD(wmi_value, STR, name, "property", .flags = FIELD_REQUIRED),
    FIELD(wmi_value, STR, value, "its value"),
    FIELD_END,
};
static const struct schema wmi_schema = {"wmi value", NULL, "an answer of WMI", sizeof(struct wmi_value), wmi_fields,
                                         NULL};

static const struct field gap_fields[] = {
    FIELD(gap, STR, what, "the part of the facts", .flags = FIELD_REQUIRED),
    FIELD(gap, STR, why, "the reason", .flags = FIELD_REQUIRED),
    FIELD_END,
};
const struct schema gap_schema = {"gap", NULL, "something that could not be looked at", sizeof(struct gap), gap_fields,
                                  NULL};

static const struct field lock_fields[] = {
    FIELD(package_lock, BOOL, held, "a package manager works now", .flags = FIELD_REQUIRED),
    FIELD(package_lock, INT, pid, "of the holder"),
    FIELD(package_lock, STR, holder, "its name"),
    FIELD(package_lock, STR, path, "the lock"),
    FIELD(package_lock, BOOL, ours, "the holder was started by avswap"),
    FIELD(package_lock, BOOL, interrupted, "dpkg was interrupted and has to finish first"),
    FIELD_END,
};
static const struct schema lock_schema = {"package lock", NULL, "the package manager's lock",
                                          sizeof(struct package_lock), lock_fields, NULL};

static const struct field facts_fields[] = {
    FIELD(facts, INSTANT, collected_at, "when", .flags = FIELD_REQUIRED),
    FIELD(facts, STR, tool, "version of avswap"),
    FIELD(facts, OBJ, machine, "which PC", .sub = &machine_schema),
    FIELD(facts, OBJ, os, "operating system", .sub = &os_schema),
    FIELD(facts, INT, memory_mib, "MiB of memory"),
    FIELD(facts, INT, cpus, "processors"),
    FIELD(facts, OBJS, disks, "disk space", .sub = &disk_schema),
    FIELD(facts, OBJS, packages, "installed packages", .sub = &package_schema),
    FIELD(facts, OBJS, units, "services", .sub = &unit_schema),
    FIELD(facts, OBJS, processes, "processes", .sub = &process_schema),
    FIELD(facts, OBJS, files, "files asked about", .sub = &file_schema),
    FIELD(facts, STRS, users, "local users"),
    FIELD(facts, STRS, groups, "local groups"),
    FIELD(facts, OBJS, fanotify, "who holds fanotify marks", .sub = &holder_schema),
    FIELD(facts, OBJS, firewall, "rules with marks", .sub = &rule_schema),
    FIELD(facts, STR, selinux_mode, "enforcing, permissive or disabled"),
    FIELD(facts, STRS, selinux_contexts, "local file contexts"),
    FIELD(facts, BOOL, reboot_pending, "a reboot is pending"),
    FIELD(facts, STRS, reboot_reasons, "and why"),
    FIELD(facts, OBJ, package_lock, "the package manager's lock", .sub = &lock_schema),
    FIELD(facts, OBJS, answers, "what the products' commands said", .sub = &answer_schema),
    FIELD(facts, OBJS, folders, "Windows: known folders", .sub = &folder_schema),
    FIELD(facts, OBJS, uninstall, "Windows: installed programs; Macs: applications", .sub = &uninstall_schema),
    FIELD(facts, OBJS, msi, "Windows: products of Windows Installer", .sub = &msi_schema),
    FIELD(facts, OBJS, drivers, "Windows: kernel drivers; Macs: system extensions", .sub = &driver_schema),
    FIELD(facts, OBJS, registry, "Windows: registry values asked about", .sub = &registry_schema),
    FIELD(facts, OBJS, certificates, "Windows: root certificates", .sub = &certificate_schema),
    FIELD(facts, OBJS, trust_files, "Windows: files of trusted certificates that settings name", .sub = &trust_file_schema),
    FIELD(facts, OBJS, security_center, "Windows: products in Security Center", .sub = &security_schema),
    FIELD(facts, OBJS, tasks, "Windows: scheduled tasks", .sub = &task_schema),
    FIELD(facts, OBJS, signatures, "Windows: signers of files asked about", .sub = &signature_schema),
    FIELD(facts, OBJS, wmi, "Windows: answers of WMI", .sub = &wmi_schema),
    FIELD(facts, OBJS, gaps, "what could not be looked at", .sub = &gap_schema),
    FIELD_END,
};
const struct schema facts_schema = {"facts", "avswap.facts/1", "what was observed on one PC", sizeof(struct facts),
                                    facts_fields, NULL};

bool facts_has_gap(const struct facts *f, const char *what)
{
    for (size_t i = 0; i < f->gaps.n; i++)
        if (text_eq(f->gaps.v[i].what, what))
            return true;
    return false;
}

const struct package *facts_package(const struct facts *f, const char *name)
{
    for (size_t i = 0; i < f->packages.n; i++)
        if (text_glob(name, f->packages.v[i].name))
            return &f->packages.v[i];
    return NULL;
}

const struct unit *facts_unit(const struct facts *f, const char *name)
{
    for (size_t i = 0; i < f->units.n; i++)
        if (text_eq(f->units.v[i].name, name))
            return &f->units.v[i];
    return NULL;
}

const char *facts_path(const struct facts *f, struct arena *a, const char *path)
{
    const char *end = *path == '%' ? strchr(path + 1, '%') : NULL;
    const char *name = end ? arena_strndup(a, path + 1, (size_t)(end - path) - 1) : "";

    for (size_t i = 0; name && end && i < f->folders.n; i++)
        if (text_eq_fold(f->folders.v[i].name, name))
            return arena_printf(a, "%s%s", f->folders.v[i].path, end + 1);
    return name ? path : NULL;
}
