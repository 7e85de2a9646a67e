#include "core/step/guard.h"

#include <string.h>
#include <strings.h>

bool guard_open(const char *text)
{
    for (const char *s = text; (s = strstr(s, "${")); s += 2)
        if (s == text || s[-1] != '$')
            return true;
    return false;
}

/* --- parts of paths and keys ------------------------------------------------------------------------------------------ */

enum { PARTS_MAX = 64 };

struct parts {
    const char *v[PARTS_MAX];
    size_t len[PARTS_MAX];
    size_t n;
    size_t named; /* that many before the first one that begins with a wildcard */
};

/* False when a part is empty, "." or "..", or there are too many. */
static bool split(const char *s, struct parts *p)
{
    bool named = true;

    memset(p, 0, sizeof *p);
    for (;; s++) {
        size_t n = strcspn(s, "/");

        if (!n || p->n == PARTS_MAX || (n == 1 && *s == '.') || (n == 2 && memcmp(s, "..", n) == 0))
            return false;
        named = named && !strchr("*?[", *s);
        p->named += named;
        p->v[p->n] = s;
        p->len[p->n++] = n;
        s += n;
        if (!*s)
            return true;
    }
}

static bool part_is(const struct parts *p, size_t i, const char *name)
{
    return i < p->n && strlen(name) == p->len[i] && strncasecmp(p->v[i], name, p->len[i]) == 0;
}

/* Does a part of a path or pattern fit one of a table? '*' ends the latter and fits any rest; a pattern fits what it
 * would match. */
static bool part_fits(const char *part, size_t n, const char *known, size_t len)
{
    bool open = known[len - 1] == '*';
    char pattern[256], name[64];

    len -= open;
    if ((open ? n >= len : n == len) && strncasecmp(part, known, len) == 0)
        return true;
    if (n >= sizeof pattern || len >= sizeof name)
        return false;
    memcpy(pattern, part, n);
    memcpy(name, known, len);
    pattern[n] = name[len] = '\0';
    return strpbrk(pattern, "*?[") && text_glob_fold(pattern, name);
}

/* Does the beginning of p fit a table's prefix, "a/b*"? */
static bool prefixed(const struct parts *p, size_t from, const char *prefix)
{
    struct parts x;

    if (!*prefix)
        return true;
    if (!split(prefix, &x) || p->n < from + x.n)
        return false;
    for (size_t i = 0; i < x.n; i++)
        if (!part_fits(p->v[from + i], p->len[from + i], x.v[i], x.len[i]))
            return false;
    return true;
}

/* How deep something must lie to be one product's own, by where it lies; the first prefix that fits counts. */
struct depth {
    const char *prefix;
    size_t parts; /* 0: never */
};

static bool deep_enough(const struct parts *p, size_t from, const struct depth *table, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (prefixed(p, from, table[i].prefix))
            return table[i].parts && p->named >= from + table[i].parts;
    return false;
}

/* --- files -------------------------------------------------------------------------------------------------------------- */

static const struct depth posix_depths[] = {{"opt", 2}, {"run", 2}, {"", 3}};

/* Below a drive. Drivers are never removed as files: a class filter may still name them. */
static const struct depth drive_depths[] = {
    {"Windows/System32/drivers", 0},
    {"Windows/WinSxS", 0},
    {"Windows/Installer", 0},
    {"Windows/System32", 4},
    {"Windows/SysWOW64", 4},
    {"Windows", 3},
    {"Users/*/AppData", 5},
    {"Users", 4},
    {"Program Files/Common Files/Microsoft*", 0},
    {"Program Files (x86)/Common Files/Microsoft*", 0},
    {"Program Files/Common Files", 3},
    {"Program Files (x86)/Common Files", 3},
    {"Program Files/Windows*", 0},
    {"Program Files (x86)/Windows*", 0},
    {"Program Files/Microsoft*", 0},
    {"Program Files (x86)/Microsoft*", 0},
    {"ProgramData/Microsoft/Windows/Start Menu", 5},
    {"ProgramData/Microsoft", 0},
    {"ProgramData/avswap", 0},
    {"Boot", 0},
    {"EFI", 0},
    {"Recovery", 0},
    {"System Volume Information", 0},
    {"$*", 0},
    {"", 2},
};

/* Known folders, by where they lie as a rule. */
static const struct {
    const char *name, *path;
} known_folders[] = {
    {"%ProgramFiles%", "Program Files"},
    {"%ProgramFiles(x86)%", "Program Files (x86)"},
    {"%CommonProgramFiles%", "Program Files/Common Files"},
    {"%CommonProgramFiles(x86)%", "Program Files (x86)/Common Files"},
    {"%ProgramData%", "ProgramData"},
    {"%SystemRoot%", "Windows"},
    {"%Users%", "Users"},
};

static bool is_drive(const char *path)
{
    return ((*path | 32) >= 'a' && (*path | 32) <= 'z') && path[1] == ':' && path[2] == '/';
}

/* "%Name%/rest" as it would be below a drive, into buf. */
static bool known_folder(const char *path, char *buf, size_t size)
{
    for (size_t i = 0; i < sizeof known_folders / sizeof known_folders[0]; i++) {
        size_t n = strlen(known_folders[i].name), m = strlen(known_folders[i].path);

        if (strncasecmp(path, known_folders[i].name, n) != 0 || path[n] != '/' || m + strlen(path + n) >= size)
            continue;
        memcpy(buf, known_folders[i].path, m);
        memcpy(buf + m, path + n, strlen(path + n) + 1);
        return true;
    }
    return false;
}

/* Other names of the same thing: short ones (PROGRA~1), streams, blanks and dots that Windows drops. */
static bool plain(const struct parts *p)
{
    for (size_t i = 0; i < p->n; i++) {
        char last = p->v[i][p->len[i] - 1];

        if (last == '.' || last == ' ' || memchr(p->v[i], '~', p->len[i]) || memchr(p->v[i], ':', p->len[i]))
            return false;
    }
    return true;
}

/* Everybody's folder of one program: C:/Users/STAR/AppData/... counts as if the user were named. */
static void name_users(struct parts *p)
{
    if (part_is(p, 0, "Users") && p->n > 1 && p->named == 1) {
        p->named = 2;
        while (p->named < p->n && !strchr("*?[", *p->v[p->named]))
            p->named++;
    }
}

bool guard_own_path(const char *path)
{
    char buf[1024];
    struct parts p;

    if (*path == '/')
        return split(path + 1, &p) &&
               deep_enough(&p, 0, posix_depths, sizeof posix_depths / sizeof posix_depths[0]);
    if (is_drive(path))
        path += 3;
    else if (known_folder(path, buf, sizeof buf))
        path = buf;
    else
        return false;
    if (!split(path, &p) || !plain(&p))
        return false;
    name_users(&p);
    return deep_enough(&p, 0, drive_depths, sizeof drive_depths / sizeof drive_depths[0]);
}

/* --- the registry ------------------------------------------------------------------------------------------------------- */

/* Below HKLM, and below HKU/<SID>. */
static const struct depth key_depths[] = {
    {"SOFTWARE/WOW6432Node/Microsoft/Edge/NativeMessagingHosts", 6},
    {"SOFTWARE/WOW6432Node/Microsoft", 7},
    {"SOFTWARE/WOW6432Node/Policies", 4},
    {"SOFTWARE/WOW6432Node/Classes/CLSID", 5},
    {"SOFTWARE/WOW6432Node/Classes", 7},
    {"SOFTWARE/WOW6432Node/Google", 5},
    {"SOFTWARE/WOW6432Node/Mozilla", 4},
    {"SOFTWARE/WOW6432Node", 3},
    {"SOFTWARE/Microsoft/SystemCertificates", 0}, /* certificate.remove */
    {"SOFTWARE/Microsoft/Windows Defender", 0},
    {"SOFTWARE/Policies/Microsoft/Windows Defender", 0},
    {"SOFTWARE/Microsoft/Edge/NativeMessagingHosts", 5}, /* as Google's and Mozilla's */
    {"SOFTWARE/Microsoft", 6},
    {"SOFTWARE/Policies", 3},
    {"SOFTWARE/Classes/CLSID", 4},
    {"SOFTWARE/Classes/Interface", 4},
    {"SOFTWARE/Classes/TypeLib", 4},
    {"SOFTWARE/Classes/AppID", 4},
    {"SOFTWARE/Classes/Installer", 0},
    {"SOFTWARE/Classes", 6}, /* a handler of a kind of files */
    {"SOFTWARE/Clients", 4},
    {"SOFTWARE/Google", 5},
    {"SOFTWARE/Mozilla", 4},
    {"SOFTWARE", 2},
    {"SYSTEM/CurrentControlSet/Services/EventLog", 5},
    {"SYSTEM/CurrentControlSet/Services", 4},
    {"SYSTEM/CurrentControlSet/Control/Class", 0},
    {"SYSTEM/CurrentControlSet/Control", 6},
};

/* Where single values may be changed. */
static const struct depth value_depths[] = {
    {"SYSTEM/CurrentControlSet/Control/Class", 0}, /* registry.filter_remove */
    {"SYSTEM/CurrentControlSet", 4},
    {"SOFTWARE", 2},
};

static const char *const event_logs[] = {"Application", "Security", "System", "Setup"};

/* A key's parts; *from is where they begin below its hive. No patterns; but the class of all files is called '*'. */
static bool split_key(const char *key, struct parts *p, size_t *from)
{
    if (!split(key, p))
        return false;
    *from = part_is(p, 0, "HKLM") ? 1 : part_is(p, 0, "HKU") ? 2 : PARTS_MAX;
    for (size_t i = 0; i < p->n; i++)
        if ((memchr(p->v[i], '*', p->len[i]) || memchr(p->v[i], '?', p->len[i])) &&
            !(p->len[i] == 1 && i > *from && part_is(p, i - 1, "Classes")))
            return false;
    p->named = p->n;
    return p->n > *from;
}

/* The service that a key belongs to. */
static bool service_key(const struct parts *p, size_t from, char *name, size_t size)
{
    if (!prefixed(p, from, "SYSTEM/CurrentControlSet/Services") || p->n < from + 4 || p->len[from + 3] >= size)
        return false;
    memcpy(name, p->v[from + 3], p->len[from + 3]);
    name[p->len[from + 3]] = '\0';
    return true;
}

static bool is_shared_log(const struct parts *p, size_t from)
{
    for (size_t i = 0; i < sizeof event_logs / sizeof event_logs[0]; i++)
        if (prefixed(p, from, "SYSTEM/CurrentControlSet/Services/EventLog") && p->n == from + 5 &&
            part_is(p, from + 4, event_logs[i]))
            return true;
    return false;
}

bool guard_own_key(const char *key)
{
    char service[64];
    struct parts p;
    size_t from;

    if (!split_key(key, &p, &from) || !deep_enough(&p, from, key_depths, sizeof key_depths / sizeof key_depths[0]))
        return false;
    if (is_shared_log(&p, from))
        return false;
    return !service_key(&p, from, service, sizeof service) || strcasecmp(service, "EventLog") == 0 ||
           !guard_system_service(service);
}

bool guard_value(const char *key, const char *name)
{
    char service[64];
    struct parts p;
    size_t from;

    if (!split_key(key, &p, &from) ||
        !deep_enough(&p, from, value_depths, sizeof value_depths / sizeof value_depths[0]))
        return false;
    if (strcasecmp(name, "UpperFilters") == 0 || strcasecmp(name, "LowerFilters") == 0)
        return false;
    return !service_key(&p, from, service, sizeof service) || !guard_system_service(service);
}

bool guard_filter(const char *key, const char *value, const char *name)
{
    struct parts p;
    size_t from;

    if (!split_key(key, &p, &from) || !prefixed(&p, from, "SYSTEM/CurrentControlSet/Control/Class") ||
        p.n != from + 5)
        return false;
    if (strcasecmp(value, "UpperFilters") != 0 && strcasecmp(value, "LowerFilters") != 0)
        return false;
    return !guard_system_service(name);
}

/* --- services and programs ---------------------------------------------------------------------------------------------- */

static const char *const defender[] = {"wdboot", "wdfilter", "wdnisdrv", "wdnissvc", "windefend"};

/* What Windows cannot do without, or what stands in class filters of its own. */
static const char *const windows_own[] = {
    "sense",     "wscsvc",   "securityhealthservice", "mpssvc",  "bfe",      "eventlog",  "rpcss",    "rpceptmapper",
    "dcomlaunch", "lsm",     "samss",    "netlogon",  "schedule", "winmgmt",  "msiserver", "trustedinstaller",
    "cryptsvc",  "profsvc",  "plugplay", "power",     "dhcp",    "dnscache", "nsi",       "lanmanworkstation",
    "lanmanserver", "termservice", "winrm", "sshd",   "disk",    "partmgr",  "volmgr",    "volsnap",  "mountmgr",
    "ntfs",      "refs",     "fltmgr",   "fileinfo",  "kbdclass", "mouclass", "kbdhid",   "mouhid",   "i8042prt",
    "hidusb",    "usbhub",   "usbxhci",  "tcpip",     "afd",     "ndis",     "netbt",     "fvevol",   "rdyboost",
    "iorate",    "classpnp", "storport", "storahci",  "stornvme", "acpi",    "pci",       "ehstorclass", "ksthunk",
    "pcw",       "cng",      "ksecdd",   "ksecpkg",   "wof",     "clfs",
};

static bool among(const char *const *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(list[i], name) == 0)
            return true;
    return false;
}

bool guard_defender(const char *service)
{
    return among(defender, sizeof defender / sizeof defender[0], service);
}

bool guard_system_service(const char *service)
{
    return !*service || strpbrk(service, "*?[]/\\\"") || guard_defender(service) ||
           among(windows_own, sizeof windows_own / sizeof windows_own[0], service);
}

bool guard_interpreter(const char *program)
{
    static const char *const names[] = {"msiexec", "cmd",    "powershell", "pwsh", "wscript", "cscript",
                                        "mshta",   "rundll32", "regsvr32", "wmic", "forfiles", "reg", "sc", "net"};
    const char *slash = strrchr(program, '/'), *back = strrchr(program, '\\');
    char name[64];
    size_t n;

    if (back && (!slash || back > slash))
        slash = back;
    if (slash)
        program = slash + 1;
    n = strlen(program);
    if (n > 4 && strcasecmp(program + n - 4, ".exe") == 0)
        n -= 4;
    if (n >= sizeof name)
        return false;
    memcpy(name, program, n);
    name[n] = '\0';
    return among(names, sizeof names / sizeof names[0], name);
}

bool guard_product_code(const char *code)
{
    static const char form[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";

    if (strlen(code) != sizeof form - 1)
        return false;
    for (size_t i = 0; form[i]; i++)
        if (form[i] == 'x' ? !strchr("0123456789abcdefABCDEF", code[i]) : form[i] != code[i])
            return false;
    return true;
}
