/*
 * facts.h - facts.json: what was observed on one PC, and nothing concluded from it.
 *
 * Made by core/detect/collect.c; read by everybody else as const. A part that could not be read stands in `gaps`, so
 * that "not seen" and "could not look" stay apart: probes on a gap answer unknown. Arguments of processes are not
 * recorded, as they may hold secrets.
 */
#ifndef AVSWAP_CORE_MODEL_FACTS_H
#define AVSWAP_CORE_MODEL_FACTS_H

#include "core/base/schema.h"

enum package_state { /* dpkg's states (dpkg(1)); rpm has only "installed" */
    PACKAGE_ABSENT,
    PACKAGE_CONFIG_FILES,
    PACKAGE_HALF_INSTALLED,
    PACKAGE_UNPACKED,
    PACKAGE_HALF_CONFIGURED,
    PACKAGE_TRIGGERS, /* triggers-awaited or triggers-pending: works */
    PACKAGE_INSTALLED,
};
extern const char *const package_state_names[];

struct machine {
    const char *id; /* /etc/machine-id, or another stable id */
    const char *hostname;
    const char *boot_id;
};

struct os_facts {
    const char *family;     /* "linux", "windows", "macos" */
    const char *id;         /* os-release ID, as "debian" */
    struct strs id_like;    /* os-release ID_LIKE */
    const char *version_id; /* os-release VERSION_ID; NULL on rolling systems */
    const char *name;       /* PRETTY_NAME */
    const char *kernel;     /* uname -r */
    const char *arch;       /* "x86_64", "aarch64" */
    const char *init;       /* "systemd", "sysv", "scm", "other" */
    const char *type;       /* Windows: "client" or "server" */
    const char *edition;    /* Windows: EditionID, as "Professional", "Core" (Home), "ServerStandard" */
};

struct folder { /* Windows: %ProgramData% and its like differ between PCs; patterns name them so */
    const char *name; /* "ProgramData" */
    const char *path; /* "C:/ProgramData" */
};

extern const char *const folder_names[];

struct disk {
    const char *path; /* the folder asked about */
    long long free_mib;
    long long total_mib;
};

struct package {
    const char *manager; /* "dpkg", "rpm"; macOS: "pkgutil" (receipts) */
    const char *name;
    const char *version;
    const char *arch;
    int state; /* enum package_state */
};

struct unit {
    const char *name;    /* with suffix: "kesl.service"; a sysv script and a Windows service have none */
    const char *manager; /* "systemd", "sysv", "scm" */
    const char *load;    /* systemd: loaded, not-found, masked */
    const char *active;  /* active, inactive, failed, activating ... */
    const char *enabled; /* enabled, disabled, static ...; Windows also "manual"; NULL unknown */
    const char *exe;     /* Windows: the program of its ImagePath, without arguments */
    bool delayed;        /* Windows: starts about two minutes after the boot */
};

struct process {
    long long pid;
    long long ppid;
    long long uid;
    const char *name; /* comm */
    const char *exe;  /* NULL when it may not be seen */
};

struct file_fact {
    const char *path;
    const char *kind; /* "file", "dir", "link", "other" */
    long long size;
    instant mtime;
};

struct fanotify_holder {
    long long pid;
    const char *exe;
    const char *name;
    long long marks;
};

struct firewall_rule {
    const char *tool; /* "iptables", "ip6tables", "nft", "ip-rule" */
    const char *text; /* the rule as the tool prints it */
    long long mark;
};

struct answer { /* of a command that a product manifest asked for */
    struct strs argv;
    long long exit; /* -1: could not be started or was killed */
    bool timed_out;
    const char *out;
};

/* --- Windows. Registry views: "64", "32" (WOW6432Node). Hives: "HKLM", "HKU/<SID>" (every loaded user). --------- */

struct uninstall_entry { /* a subkey of ...\\CurrentVersion\\Uninstall; macOS: an application, key its bundle id */
    const char *hive, *view;
    const char *key;       /* the subkey's name: "{GUID}", "InstallWIX_{GUID}" or a word */
    const char *name;      /* DisplayName, as it stands there; NULL: none */
    const char *publisher; /* may be localised, quoted or missing */
    const char *version;
    const char *location;  /* InstallLocation; NULL: none */
    bool location_exists;
    const char *command;   /* UninstallString, as it stands there; NULL: none */
    const char *quiet;     /* QuietUninstallString */
    bool command_missing;  /* the program that `command` (without one: `quiet`) names is not there */
    const char *code;      /* the product code when Windows Installer installed it */
};

struct msi_product { /* as the Windows Installer itself lists it */
    const char *code;
    const char *name;
    const char *publisher;
    const char *version;
    const char *context; /* "machine", "user" */
    const char *package; /* the cached .msi */
    bool package_exists; /* without it Windows Installer cannot uninstall (1612) */
};

struct driver { /* macOS: a system extension */
    const char *name;
    const char *path;  /* of its file, as far as the service entry names one */
    const char *start; /* "boot", "system", "auto", "manual", "disabled" */
    const char *state; /* "running", "stopped" */
};

struct registry_value {
    const char *key;  /* "HKLM/SOFTWARE/KasperskyLab/KES/environment": '/' between the parts */
    const char *view;
    const char *name; /* NULL: the key itself; "": its default value */
    const char *type; /* "sz", "expand", "multi", "dword", "qword", "binary", "broken" */
    const char *data; /* numbers in decimal, binary as hex digits, the parts of multi with '\n' between */
    const char *expanded; /* %Name% replaced by values of the same key or the environment; NULL: nothing to replace */
};

struct certificate {
    const char *store; /* "machine/ROOT", "user:<SID>/ROOT" */
    const char *subject; /* as "CN=..., O=..." */
    const char *issuer;
    const char *thumbprint; /* SHA-1, 40 upper-case hex digits: the name of its registry key */
};

struct trust_file { /* a file of certificates that a program trusts because a setting names it */
    const char *setting; /* where that stands: "HKU/<SID>/Environment/NODE_EXTRA_CA_CERTS", ".../pip.ini: cert" */
    const char *file;    /* as it names it, with %Name% replaced; perhaps not there */
    struct strs subjects; /* of the certificates in it, as far as it could be read; as in struct certificate */
};

struct security_product { /* what is registered with Security Center; clients only */
    const char *kind; /* "antivirus", "firewall" */
    const char *name;
    long long state;  /* productState, decoded in core/model/judge_windows.c */
    const char *exe;
};

struct task { /* a scheduled task */
    const char *path; /* "/Folder/Name" */
    const char *command;
};

struct signature { /* of a file that the catalogue asked about */
    const char *path;
    const char *status;  /* "valid", "untrusted", "broken", "unsigned" */
    const char *subject; /* the signer's common name */
};

struct wmi_value {
    const char *space, *class; /* "root/microsoft/windows/defender", "MSFT_MpComputerStatus" */
    long long row;
    const char *name, *value;
};

struct gap {
    const char *what; /* a collector's name: "packages", "fanotify", ... */
    const char *why;
};

struct package_lock { /* of dpkg or rpm; Windows: an installation in progress */
    bool held;
    long long pid; /* 0: unknown */
    const char *holder;
    const char *path;
    bool ours;        /* the holder is a program that a run of avswap started; that run may have been killed */
    bool interrupted; /* dpkg left updates that it has to merge before anything else works */
};

struct facts {
    instant collected_at;
    const char *tool; /* version of avswap */
    struct machine *machine;
    struct os_facts *os;
    long long memory_mib;
    long long cpus;
    LIST(struct disk) disks;
    LIST(struct package) packages;
    LIST(struct unit) units;
    LIST(struct process) processes;
    LIST(struct file_fact) files;
    struct strs users;
    struct strs groups;
    LIST(struct fanotify_holder) fanotify;
    LIST(struct firewall_rule) firewall;
    const char *selinux_mode; /* "enforcing", "permissive", "disabled"; NULL: none */
    struct strs selinux_contexts; /* local file contexts ("PATTERN TYPE"), of semanage's store */
    bool reboot_pending;
    struct strs reboot_reasons;
    struct package_lock *package_lock;
    LIST(struct answer) answers;
    LIST(struct folder) folders;
    LIST(struct uninstall_entry) uninstall;
    LIST(struct msi_product) msi;
    LIST(struct driver) drivers;
    LIST(struct registry_value) registry;
    LIST(struct certificate) certificates;
    LIST(struct trust_file) trust_files;
    LIST(struct security_product) security_center;
    LIST(struct task) tasks;
    LIST(struct signature) signatures;
    LIST(struct wmi_value) wmi;
    LIST(struct gap) gaps;
};

extern const struct schema facts_schema;
extern const struct schema machine_schema;
extern const struct schema gap_schema;

/* What the catalogue needs to know of a PC beyond the general facts. Pure data; filled by question.h. */
struct question_command {
    struct strs argv;
    long long timeout_s;
};

struct question_wmi {
    const char *space, *class;
};

struct questions {
    struct strs paths; /* file patterns */
    struct strs units; /* service names; a full collection lists all services anyway */
    struct strs registry;   /* key patterns: each part may hold '*'; all values of the keys that match are read */
    struct strs signatures; /* file patterns */
    LIST(struct question_wmi) wmi;
    LIST(struct question_command) commands;
};

/* Which parts of the facts to collect: a probe during a run asks only for what it needs. */
enum facts_part {
    FACTS_OS = 1 << 0, /* machine, os, memory, disks */
    FACTS_PACKAGES = 1 << 1,
    FACTS_UNITS = 1 << 2,
    FACTS_PROCESSES = 1 << 3,
    FACTS_FILES = 1 << 4,
    FACTS_ACCOUNTS = 1 << 5,
    FACTS_FANOTIFY = 1 << 6,
    FACTS_FIREWALL = 1 << 7,
    FACTS_SELINUX = 1 << 8,
    FACTS_REBOOT = 1 << 9,
    FACTS_LOCK = 1 << 10,
    FACTS_COMMANDS = 1 << 11,
    FACTS_UNINSTALL = 1 << 12,
    FACTS_MSI = 1 << 13,
    FACTS_DRIVERS = 1 << 14,
    FACTS_REGISTRY = 1 << 15,
    FACTS_CERTIFICATES = 1 << 16,
    FACTS_SECURITY_CENTER = 1 << 17,
    FACTS_TASKS = 1 << 18,
    FACTS_SIGNATURES = 1 << 19,
    FACTS_WMI = 1 << 20,
    FACTS_TRUST_FILES = 1 << 21,
    FACTS_ALL = (1 << 22) - 1,
};

bool facts_has_gap(const struct facts *f, const char *what);
const struct package *facts_package(const struct facts *f, const char *name);
const struct unit *facts_unit(const struct facts *f, const char *name);
/* A path or pattern with the known folder at its beginning ("%ProgramData%/...") replaced by where it is on this PC;
 * one that is not known stays as it stands and matches nothing. NULL: out of memory. */
const char *facts_path(const struct facts *f, struct arena *a, const char *path) MUST_CHECK;

#endif
