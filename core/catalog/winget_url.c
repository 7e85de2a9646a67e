#include "core/catalog/winget_parts.h"

#include <string.h>
#include <strings.h>

/* Behind "https://host". */
static const char *path_of(const char *url)
{
    const char *s = strstr(url, "://");

    return s ? s + 3 + strcspn(s + 3, "/?#") : url;
}

void winget_url_check(struct winget_said *s, const char *url)
{
    const char *host = strstr(url, "://");
    size_t n = host ? strcspn(host + 3, "/?#") : 0;

    if (strncasecmp(url, "https://", 8) != 0 || !n) {
        winget_say(s, &s->reasons, "InstallerUrl: '%.200s' is not https: anybody on the way could change what comes", url);
        return;
    }
    if (memchr(host, '@', n + 3))
        winget_say(s, &s->reasons, "InstallerUrl: there is a user or password in it");
    if (strpbrk(url, " \"<>\\^`{|}") || strstr(url, "${"))
        winget_say(s, &s->reasons, "InstallerUrl: '%.200s' holds characters that no URL has", url);
}

/* A program of another kind than the manifest says, or a script: what would be run is not what was described. */
void winget_url_check_kind(struct winget_said *s, const char *url, const char *ending)
{
    static const char *const others[] = {".exe", ".msi", ".msp", ".msix", ".msixbundle", ".appx", ".appxbundle", ".zip", ".7z",
                                         ".bat", ".cmd", ".ps1", ".vbs", ".js",   ".wsf",        ".hta",  ".jar",  ".lnk",
                                         ".scr", ".com", ".pif", ".reg", ".iso"};
    const char *path = path_of(url);
    size_t n = strcspn(path, "?#");

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        size_t len = strlen(others[i]);

        if (n > len && strncasecmp(path + n - len, others[i], len) == 0 && strcmp(others[i], ending) != 0)
            winget_say(s, &s->reasons, "InstallerUrl: '%.200s' is a %s, not the %s that the InstallerType says", url, others[i],
                       ending);
    }
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Is the version in it, and not as a piece of a longer one? */
static bool has_version(const char *s, const char *version)
{
    size_t n = strlen(version);

    for (const char *p = s; (p = strstr(p, version)); p++) {
        bool before = p > s && (digit(p[-1]) || (p[-1] == '.' && p > s + 1 && digit(p[-2])));
        bool after = digit(p[n]) || (p[n] == '.' && digit(p[n + 1]));

        if (!before && !after)
            return true;
    }
    return false;
}

/* With another separator; without one only where that leaves enough to be told from any other number. */
static bool has_spelled(const char *s, const char *version)
{
    static const char separators[] = "._-";
    char text[160];
    size_t n = 0;

    if (strlen(version) >= sizeof text)
        return false;
    for (size_t i = 0; separators[i]; i++) {
        for (n = 0; version[n]; n++)
            text[n] = version[n] == '.' ? separators[i] : version[n];
        text[n] = '\0';
        if (has_version(s, text))
            return true;
    }
    n = 0;
    for (const char *p = version; *p; p++)
        if (*p != '.')
            text[n++] = *p;
    text[n] = '\0';
    return n >= 4 && has_version(s, text);
}

/* The first three of four numbers say which version as well. */
static bool names_version(const char *s, const char *version)
{
    const char *p = version;
    char shorter[160];
    int dots = 0;

    if (!strchr(version, '.') && strlen(version) < 4)
        return false;
    if (has_spelled(s, version))
        return true;
    for (; *p; p++)
        if (*p == '.' && ++dots == 3)
            break;
    if (dots < 3 || (size_t)(p - version) >= sizeof shorter)
        return false;
    memcpy(shorter, version, (size_t)(p - version));
    shorter[p - version] = '\0';
    return has_spelled(s, shorter);
}

/* A part of the path or of a name, as in "/latest/" or "agent-latest.exe". */
static bool has_word(const char *s, const char *word)
{
    static const char ends[] = "/-_.?&=";
    size_t n = strlen(word);

    for (const char *p = s; *p; p++)
        if (strncasecmp(p, word, n) == 0 && (p == s || strchr(ends, p[-1])) && (!p[n] || strchr(ends, p[n])))
            return true;
    return false;
}

const char *winget_url_rolls(const char *url, const char *version)
{
    const char *path = path_of(url);

    if (has_word(path, "latest"))
        return "it is the address of whatever is 'latest'";
    if (has_word(path, "current"))
        return "it is the address of whatever is 'current'";
    if (!names_version(path, version))
        return "the version is not in it";
    return NULL;
}

/* Windows opens a device by such a name, whatever its ending. */
static bool is_device(const char *name)
{
    static const char *const names[] = {"con", "prn", "aux", "nul", "com#", "lpt#"};
    size_t n = strcspn(name, ".");

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t len = strlen(names[i]), stem = len - (names[i][len - 1] == '#');

        if (n == len && strncasecmp(name, names[i], stem) == 0 && (stem == len || digit(name[stem])))
            return true;
    }
    return false;
}

const char *winget_url_name(struct arena *a, const char *url, const char *stem, const char *ending)
{
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    const char *path = path_of(url), *name = path;
    size_t n = strcspn(path, "?#"), end = strlen(ending);

    for (size_t i = 0; i < n; i++)
        if (path[i] == '/')
            name = path + i + 1;
    n -= (size_t)(name - path);
    if (n > end && n <= 100 && strspn(name, good) >= n && *name != '.' && *name != '-' && !is_device(name) &&
        strncasecmp(name + n - end, ending, end) == 0)
        return arena_strndup(a, name, n);
    return arena_printf(a, "%s%s", stem, ending);
}
