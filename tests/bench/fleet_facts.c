/*
 * fleet_facts N SEED BASE...: facts of N PCs, one document a line, as a fleet would send them. The BASE documents say what
 * is of interest on a PC (an old product, its agent, ...); around it each PC gets what PCs have: an operating system with
 * its packages at some state of updates, services, processes with numbers of their own, programs, drivers, disks, users.
 * The same N and SEED give the same bytes.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

static unsigned below(unsigned n)
{
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned)((state >> 33) % n);
}

#define MAX_BASES 16
static struct base {
    json_t *doc;
    int windows;
} bases[MAX_BASES];
static int base_count;

static const struct system {
    const char *text; /* @: number of the kernel's update */
    int windows;
    const char *manager;
} systems[] = {
    {"{\"family\":\"linux\",\"id\":\"debian\",\"version_id\":\"11\",\"name\":\"Debian GNU/Linux 11 (bullseye)\",\"kernel\":"
     "\"5.10.0-@-amd64\",\"arch\":\"x86_64\",\"init\":\"systemd\"}", 0, "dpkg"},
    {"{\"family\":\"linux\",\"id\":\"debian\",\"version_id\":\"12\",\"name\":\"Debian GNU/Linux 12 (bookworm)\",\"kernel\":"
     "\"6.1.0-@-amd64\",\"arch\":\"x86_64\",\"init\":\"systemd\"}", 0, "dpkg"},
    {"{\"family\":\"linux\",\"id\":\"ubuntu\",\"id_like\":[\"debian\"],\"version_id\":\"20.04\",\"name\":\"Ubuntu 20.04.6 LTS\","
     "\"kernel\":\"5.4.0-1@-generic\",\"arch\":\"x86_64\",\"init\":\"systemd\"}", 0, "dpkg"},
    {"{\"family\":\"linux\",\"id\":\"ubuntu\",\"id_like\":[\"debian\"],\"version_id\":\"22.04\",\"name\":\"Ubuntu 22.04.4 LTS\","
     "\"kernel\":\"5.15.0-1@-generic\",\"arch\":\"x86_64\",\"init\":\"systemd\"}", 0, "dpkg"},
    {"{\"family\":\"linux\",\"id\":\"rhel\",\"id_like\":[\"fedora\"],\"version_id\":\"9.4\",\"name\":\"Red Hat Enterprise Linux 9.4\","
     "\"kernel\":\"5.14.0-427.@.1.el9_4.x86_64\",\"arch\":\"x86_64\",\"init\":\"systemd\"}", 0, "rpm"},
};

/* Names as distributions have them: a stem and what is made of it. */
static const char *const stems[] = {
    "apt", "bash", "curl", "dbus", "e2fsprogs", "fontconfig", "gcc-12", "glib2.0", "gnupg", "gnome-shell", "grub", "gtk-3", "icu", "krb5",
    "ldap-2.5", "llvm15", "lvm2", "mesa", "mutter", "network-manager", "nss", "openssh", "openssl", "pam", "perl", "pipewire", "polkit",
    "postgresql-15", "python3.11", "qt5", "readline", "samba", "sqlite3", "systemd", "tiff5", "udisks2", "util-linux", "vim", "wayland",
    "webkit2gtk", "x11", "xorg", "zlib", "zstd", "libreoffice", "firefox", "thunderbird", "evolution", "cups", "avahi"};
static const char *const forms[] = {"", "-common", "-data", "-bin", "-dev", "-doc", "-utils", "-client", "-server",
};
#define STEMS (sizeof stems / sizeof *stems)
#define FORMS 8

static void rows(const json_t *base, const char *list, int *first)
{
    json_t *row;
    size_t i;

    json_array_foreach(json_object_get(base, list), i, row)
    {
        char *s;

        if (json_object_get(row, "pid"))
            json_object_set_new(row, "pid", json_integer(300 + below(30000)));
        if (json_object_get(row, "mtime")) {
            char at[32];

            snprintf(at, sizeof at, "2024-%02u-%02uT%02u:%02u:%02uZ", 1 + below(9), 1 + below(28), below(24), below(60), below(60));
            json_object_set_new(row, "mtime", json_string(at));
        }
        s = json_dumps(row, JSON_COMPACT | JSON_ENCODE_ANY);
        printf("%s%s", *first ? "" : ",", s);
        *first = 0;
        free(s);
    }
}

/* What the product's own command answers: dates and numbers differ on every PC. */
static void answers(const json_t *base)
{
    json_t *row;
    size_t i;

    printf(",\"answers\":[");
    json_array_foreach(json_object_get(base, "answers"), i, row)
    {
        json_t *copy = json_deep_copy(row);
        const char *out = json_string_value(json_object_get(copy, "out"));
        char *s, *date = out ? strstr((char *)(uintptr_t)out, "2024-09-28 21:14") : NULL;

        if (date) {
            char *changed = strdup(out);

            snprintf(changed + (date - out) + 11, 6, "%02u:%02u", below(24), below(60));
            changed[date - out + 16] = out[date - out + 16];
            json_object_set_new(copy, "out", json_string(changed));
            free(changed);
        }
        s = json_dumps(copy, JSON_COMPACT);
        printf("%s%s", i ? "," : "", s);
        free(s);
        json_decref(copy);
    }
    printf("]");
}

static void packages(const json_t *base, const struct system *s, unsigned level)
{
    int first = 1;

    printf(",\"packages\":[");
    for (unsigned i = 0; i < STEMS * FORMS; i++) {
        /* Every fleet has its usual set; about two in three of the rest are here or there. */
        if (i % 4 && below(3) == 0)
            continue;
        printf("%s{\"manager\":\"%s\",\"name\":\"%s%s\",\"version\":\"%u.%u.%u-%u+deb%uu%u\",\"arch\":\"amd64\",\"state\":\"installed\"}",
               first ? "" : ",", s->manager, stems[i / FORMS], forms[i % FORMS], 1 + i % 9, i * 7 % 30, i * 3 % 12, 1 + i % 4,
               (unsigned)(s - systems), i % 5 ? 1 : level + below(2));
        first = 0;
    }
    rows(base, "packages", &first);
    printf("]");
}

static void units(const json_t *base, int windows, unsigned n)
{
    static const char *const states[] = {"active", "inactive", "active", "failed"};
    int first = 1;

    printf(",\"units\":[");
    for (unsigned i = 0; i < n; i++) {
        if (below(8) == 0)
            continue;
        if (windows)
            printf("%s{\"name\":\"%sSvc%u\",\"manager\":\"scm\",\"active\":\"%s\",\"enabled\":\"%s\",\"exe\":\"C:/Windows/System32/svchost.exe\"}",
                   first ? "" : ",", stems[i % STEMS], i, states[below(2)], i % 3 ? "manual" : "enabled");
        else
            printf("%s{\"name\":\"%s%s.service\",\"manager\":\"systemd\",\"load\":\"loaded\",\"active\":\"%s\",\"enabled\":\"%s\"}",
                   first ? "" : ",", stems[i % STEMS], forms[i / STEMS], below(40) ? states[i % 2] : states[3],
                   i % 3 ? "static" : "enabled");
        first = 0;
    }
    rows(base, "units", &first);
    printf("]");
}

static void processes(const json_t *base, int windows)
{
    int first = 1;

    printf(",\"processes\":[");
    for (unsigned i = 0; i < 60; i++) {
        if (below(6) == 0)
            continue;
        printf("%s{\"pid\":%u,\"ppid\":%u,\"uid\":%u,\"name\":\"%s%s\",\"exe\":\"%s/%s%s\"}", first ? "" : ",", 100 + i * 40 + below(40),
               1 + below(900), i % 5 ? 0 : 1000 + below(3), stems[i % STEMS], windows ? ".exe" : "",
               windows ? "C:/Windows/System32" : "/usr/lib", stems[i % STEMS], windows ? ".exe" : "");
        first = 0;
    }
    rows(base, "processes", &first);
    printf("]");
}

static void programs(const json_t *base)
{
    int first = 1;

    printf(",\"uninstall\":[");
    for (unsigned i = 0; i < 50; i++) {
        if (i % 3 && below(3) == 0)
            continue;
        printf("%s{\"hive\":\"HKLM\",\"view\":\"%s\",\"key\":\"{%08X-1111-2222-3333-%012X}\",\"name\":\"%s %s %u\",\"publisher\":\"%s Ltd\","
               "\"version\":\"%u.%u.%u\",\"location\":\"C:/Program Files/%s%u\",\"location_exists\":true,\"command\":\"MsiExec.exe "
               "/X{%08X-1111-2222-3333-%012X}\"}",
               first ? "" : ",", i % 2 ? "64" : "32", i * 77777u, i, stems[i % STEMS], forms[i % FORMS], i, stems[i % STEMS], 1 + i % 9,
               i % 20, below(4), stems[i % STEMS], i, i * 77777u, i);
        first = 0;
    }
    rows(base, "uninstall", &first);
    printf("],\"drivers\":[");
    first = 1;
    for (unsigned i = 0; i < 90; i++) {
        if (below(10) == 0)
            continue;
        printf("%s{\"name\":\"%s%u\",\"path\":\"C:/Windows/System32/drivers/%s%u.sys\",\"start\":\"%s\",\"state\":\"%s\"}", first ? "" : ",",
               stems[i % STEMS], i, stems[i % STEMS], i, i % 3 ? "manual" : "system", i % 4 ? "running" : "stopped");
        first = 0;
    }
    rows(base, "drivers", &first);
    printf("]");
}

static void others(const json_t *base)
{
    static const char *const lists[] = {"folders", "msi", "registry", "certificates", "security_center", "tasks", "signatures",
                                        "wmi", "files", "fanotify", "firewall", "groups", "gaps"};

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        int first = 1;

        if (!json_object_get(base, lists[i]))
            continue;
        printf(",\"%s\":[", lists[i]);
        rows(base, lists[i], &first);
        printf("]");
    }
    printf(",\"users\":[\"root\",\"daemon\",\"user%u\",\"user%u\"]", below(5000), below(5000));
}

static void disks(const json_t *base)
{
    json_t *row;
    size_t i;

    printf(",\"disks\":[");
    json_array_foreach(json_object_get(base, "disks"), i, row)
        printf("%s{\"path\":\"%s\",\"free_mib\":%u,\"total_mib\":256000}", i ? "," : "", json_string_value(json_object_get(row, "path")),
               below(50) ? 8000 + below(200000) : 300 + below(2000));
    printf("]");
}

static void pc(unsigned n)
{
    static const unsigned memory[] = {1900, 3800, 7800, 7900, 15900, 16000, 32000, 64000};
    const struct base *b = &bases[below(5) == 0 ? below((unsigned)base_count) : n % (unsigned)base_count];
    const struct system *s = &systems[below(sizeof systems / sizeof *systems)];
    unsigned level = below(6);

    printf("{\"schema\":\"avswap.facts/1\",\"collected_at\":\"2026-11-%02uT%02u:%02u:%02uZ\",\"tool\":\"0.1.0\",\"machine\":{\"id\":\"%08x%08x%08x%08x\","
           "\"hostname\":\"pc-%06u\",\"boot_id\":\"%08x-2222-3333-4444-%08x%04x\"},\"os\":",
           1 + below(20), below(24), below(60), below(60), n * 2654435761u, n, below(1u << 31), below(1u << 31), n, below(1u << 31),
           below(1u << 31), below(1u << 16));
    if (b->windows) {
        char *os = json_dumps(json_object_get(b->doc, "os"), JSON_COMPACT);

        printf("%s", os);
        free(os);
    } else {
        const char *at = strchr(s->text, '@');

        printf("%.*s%u%s", (int)(at - s->text), s->text, 10 + level * 2, at + 1);
    }
    printf(",\"memory_mib\":%u,\"cpus\":%u", memory[below(8)] + below(60), 2u << below(4));
    disks(b->doc);
    if (b->windows)
        programs(b->doc);
    else
        packages(b->doc, s, level);
    units(b->doc, b->windows, b->windows ? 120 : 90);
    processes(b->doc, b->windows);
    others(b->doc);
    answers(b->doc);
    printf(",\"reboot_pending\":%s,\"package_lock\":{\"held\":false}}\n", below(30) ? "false" : "true");
}

int main(int argc, char **argv)
{
    unsigned n = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;

    state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    for (int i = 3; i < argc && base_count < MAX_BASES; i++) {
        struct base *b = &bases[base_count++];
        const char *family;

        b->doc = json_load_file(argv[i], 0, NULL);
        family = json_string_value(json_object_get(json_object_get(b->doc, "os"), "family"));
        if (!family) {
            fprintf(stderr, "%s: no facts\n", argv[i]);
            return 1;
        }
        b->windows = strcmp(family, "windows") == 0;
    }
    if (!base_count)
        return 1;
    for (unsigned i = 0; i < n; i++)
        pc(i);
    return 0;
}
