#include "core/os/win32/guid.h"

#include <string.h>

bool guid_at(const char *s)
{
    static const char form[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";

    for (size_t i = 0; i < GUID_TEXT; i++) {
        if (form[i] == 'x' ? !s[i] || !strchr("0123456789abcdefABCDEF", s[i]) : s[i] != form[i])
            return false;
    }
    return true;
}

const char *guid_find(const char *s, struct arena *a, struct err *e)
{
    for (s = strchr(s, '{'); s; s = strchr(s + 1, '{')) {
        char *code;

        if (!guid_at(s))
            continue;
        code = arena_strndup(a, s, GUID_TEXT);
        if (!code)
            err_nomem(e);
        for (char *p = code; p && *p; p++)
            if (*p >= 'a' && *p <= 'f')
                *p = (char)(*p - 'a' + 'A');
        return code;
    }
    return NULL;
}

static bool runs_msiexec(const char *command)
{
    return command && (text_glob_fold("msiexec *", command) || text_glob_fold("msiexec.exe*", command) ||
                       text_glob_fold("*\\msiexec*", command) || text_glob_fold("\"msiexec*", command));
}

const char *guid_of_entry(const char *key, bool windows_installer, const char *command, struct arena *a,
                          struct err *e)
{
    bool by_name = guid_at(key) && strlen(key) == GUID_TEXT;

    if (by_name && (windows_installer || runs_msiexec(command)))
        return guid_find(key, a, e);
    return runs_msiexec(command) ? guid_find(command, a, e) : NULL;
}
