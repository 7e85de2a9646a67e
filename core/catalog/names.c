#include "core/catalog/names.h"
#include "core/base/text.h"

#include <string.h>
#include <strings.h>

#define MODE_FILE 0100644u
#define MODE_FOLDER 0040000u

static const char *const texts[] = {"README", "README.md", "LICENSE", "LICENSE.md", "LICENSE.txt", "COPYING", "NOTICE",
                                    "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", NULL};

/* learn.microsoft.com/windows/win32/fileio/naming-a-file: not even with something behind a dot. */
static bool reserved(const char *name)
{
    static const char *const devices[] = {"con", "prn", "aux", "nul"};
    size_t n = strcspn(name, ".");

    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
        if (n == 3 && strncasecmp(name, devices[i], 3) == 0)
            return true;
    return n == 4 && (strncasecmp(name, "com", 3) == 0 || strncasecmp(name, "lpt", 3) == 0) && name[3] >= '0' && name[3] <= '9';
}

static const char *odd(const char *name)
{
    for (const unsigned char *p = (const unsigned char *)name; *p; p++) {
        if (*p < 0x20 || *p == 0x7f)
            return "a control character";
        if (*p >= 0x80)
            return "a letter that is not ASCII";
        if (*p == '\\' || *p == ':')
            return "a character that parts paths on Windows";
        if (strchr("<>\"|?* /", *p))
            return "a character that not every system stores";
    }
    return NULL;
}

static bool check_name(const char *at, const char *name, struct err *e)
{
    const char *what = odd(name);

    if (!*name)
        return err_set(e, ERR_INPUT, "its tree has an entry without a name");
    if (what)
        return err_set(e, ERR_INPUT, "its tree has an odd name: '%.120s' has %s in it", at, what);
    if (strlen(name) > NAME_LONGEST)
        return err_set(e, ERR_LIMIT, "its tree has a name of %zu letters, at most %d are taken: '%.120s'", strlen(name),
                       NAME_LONGEST, at);
    if (*name == '.')
        return err_set(e, ERR_INPUT, "its tree has an odd name: '%.120s' begins with a dot", at);
    if (text_ends(name, "."))
        return err_set(e, ERR_INPUT, "its tree has an odd name: '%.120s' ends with a dot", at);
    return !reserved(name) || err_set(e, ERR_INPUT, "its tree has an odd name: '%.120s' is a device on Windows", at);
}

static bool check_mode(const char *at, unsigned mode, struct err *e)
{
    switch (mode) {
    case MODE_FILE:
    case MODE_FOLDER:
        return true;
    case 0100755:
        return err_set(e, ERR_INPUT, "its tree has an executable: '%.120s'", at);
    case 0120000:
        return err_set(e, ERR_INPUT, "its tree has a symbolic link: '%.120s'", at);
    case 0160000:
        return err_set(e, ERR_INPUT, "its tree has a submodule: '%.120s'", at);
    default:
        return err_set(e, ERR_INPUT, "its tree has something of mode %o: '%.120s'", mode, at);
    }
}

/* Ids of documents have the same letters. */
static bool plain(const char *name)
{
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == strlen(name);
}

static bool expected(const char *folder, const char *name, bool is_folder, enum name_use *ret)
{
    bool document = text_ends(name, ".json") && strlen(name) > 5 && plain(name);

    *ret = is_folder ? NAME_FOLDER : NAME_DOCUMENT;
    if (!*folder && is_folder)
        return strcmp(name, "vendors") == 0 || strcmp(name, "playbooks") == 0;
    if (!*folder) {
        *ret = NAME_TEXT;
        for (size_t i = 0; texts[i]; i++)
            if (strcmp(name, texts[i]) == 0)
                return true;
        return false;
    }
    if (strcmp(folder, "vendors") == 0)
        return is_folder && plain(name);
    return !is_folder && document;
}

bool names_check(const char *folder, const char *name, unsigned mode, enum name_use *ret, struct err *e)
{
    struct arena a = ARENA_INIT;
    const char *at = arena_printf(&a, "%s%s%s", folder, *folder ? "/" : "", name);
    bool ok = at ? check_name(at, name, e) && check_mode(at, mode, e) : err_nomem(e);

    if (ok && !expected(folder, name, mode == MODE_FOLDER, ret))
        ok = err_set(e, ERR_INPUT, "its tree has what no catalogue holds: '%.120s' (vendors/VENDOR/NAME.json, "
                                   "playbooks/NAME.json, README and LICENSE are expected, in small letters)", at);
    arena_free(&a);
    return ok;
}
