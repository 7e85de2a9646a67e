#include "core/os/win32/image.h"

#include <string.h>

static bool has_drive(const char *s)
{
    return ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z')) && s[1] == ':';
}

const char *image_path(const char *text, const char *root, struct arena *a)
{
    static const char system_root[] = "/SystemRoot/";
    static const char kernel[] = "\\??\\";
    char *s = arena_strdup(a, text + (text_starts(text, kernel) ? strlen(kernel) : 0));

    if (!s)
        return NULL;
    for (char *p = s; *p; p++)
        if (*p == '\\')
            *p = '/';
    if (strncasecmp(s, system_root, strlen(system_root)) == 0)
        return arena_printf(a, "%s/%s", root, s + strlen(system_root));
    /* Below a device, on a share, or found by searching. */
    if (*s == '/' || has_drive(s) || !strchr(s, '/'))
        return s;
    return arena_printf(a, "%s/%s", root, s);
}

/* The length of the program at the beginning of an unquoted command, by what is on disk. */
static const char *by_file(const char *command, const char *root, bool (*exists)(const char *path),
                           struct arena *a)
{
    for (size_t n = strcspn(command, " \t");; n += 1 + strcspn(command + n + 1, " \t")) {
        char *prefix = arena_strndup(a, command, n);
        const char *path = prefix ? image_path(prefix, root, a) : NULL;
        const char *exe = path ? arena_printf(a, "%s.exe", path) : NULL;

        if (!exe)
            return NULL;
        if (exists(path))
            return path;
        if (exists(exe))
            return exe;
        if (!command[n])
            return "";
    }
}

/* The same by the look of it. */
static size_t by_name(const char *command)
{
    static const char ending[] = ".exe";

    for (const char *p = command; *p; p++) {
        const char *behind = p + strlen(ending);

        if (strncasecmp(p, ending, strlen(ending)) == 0 && strchr(" \t", *behind))
            return (size_t)(behind - command);
    }
    return strcspn(command, " \t");
}

const char *image_program(const char *command, const char *root, bool (*exists)(const char *path),
                          struct arena *a)
{
    const char *found;
    char *text;

    command += strspn(command, " \t");
    if (*command == '"') {
        text = arena_strndup(a, command + 1, strcspn(command + 1, "\""));
        return text ? image_path(text, root, a) : NULL;
    }
    found = by_file(command, root, exists, a);
    if (!found || *found)
        return found;
    text = arena_strndup(a, command, by_name(command));
    return text ? image_path(text, root, a) : NULL;
}
