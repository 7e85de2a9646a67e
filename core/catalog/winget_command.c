/* Switches are one text in a manifest; here they are arguments, cut by the rules by which the program itself will. */
#include "core/catalog/winget_parts.h"
#include "core/base/argv.h"

#include <string.h>
#include <strings.h>

#define MSI_SILENT "/quiet /norestart"
static const char not_here[] = "installed a user at a time and by the system's own store; this program takes msi and exe";

const struct winget_kind winget_kinds[WINGET_TYPES] = {
    [WINGET_NO_TYPE] = {.refused = "the type of the installer is not said"},
    [WINGET_MSIX] = {.refused = not_here},
    [WINGET_APPX] = {.refused = not_here},
    [WINGET_PWA] = {.refused = "a page of the web"},
    [WINGET_PORTABLE] = {.refused = "copied, not installed: nothing would run it"},
    [WINGET_FONT] = {.refused = "a font"},
    [WINGET_ZIP] = {.refused = "an archive: its installer is to be unpacked first, which a candidate cannot say"},
    [WINGET_MSI] = {NULL, true, ".msi", MSI_SILENT, NULL},
    [WINGET_WIX] = {NULL, true, ".msi", MSI_SILENT, NULL},
    [WINGET_BURN] = {NULL, false, ".exe", MSI_SILENT, "msi"},
    [WINGET_INNO] = {NULL, false, ".exe", "/SP- /VERYSILENT /SUPPRESSMSGBOXES /NORESTART", "inno"},
    [WINGET_NULLSOFT] = {NULL, false, ".exe", "/S", NULL},
    [WINGET_EXE] = {NULL, false, ".exe", NULL, NULL},
};

/* What is typed where there is nothing to type. */
static bool is_placeholder(const char *s)
{
    static const char *const words[] = {"false", "true", "no",      "yes", "off",  "on",  "none", "null",   "nil", "n/a",
                                        "na",    "-",    "--",      "/",   "?",    "/?",  "tbd",  "todo",   "xxx", "unknown",
                                        "0",     "1",    "default", "not supported",     "unsupported",     "not available"};

    s += strspn(s, " \t");
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strncasecmp(s, words[i], strlen(words[i])) == 0 && !s[strlen(words[i]) + strspn(s + strlen(words[i]), " \t")])
            return true;
    return !*s;
}

/* Nothing here is a shell, fills in <TOKENS>, or expands variables. */
static void check_text(struct winget_said *s, const char *key, const char *text)
{
    const char *percent = strchr(text, '%');

    if (is_placeholder(text))
        winget_say(s, &s->reasons, "InstallerSwitches.%s: '%.40s' is no switch; somebody filled in the place", key, text);
    if (text_glob_fold("*<LOGPATH>*", text) || text_glob_fold("*<INSTALLPATH>*", text))
        winget_say(s, &s->reasons, "InstallerSwitches.%s: '%.200s' has a token that only winget fills in", key, text);
    else if (strpbrk(text, "&|<>^`") || strstr(text, "$("))
        winget_say(s, &s->reasons, "InstallerSwitches.%s: '%.200s' is written for a shell, and none is used", key, text);
    if (strstr(text, "${") || (percent && strchr(percent + 1, '%')))
        winget_say(s, &s->reasons, "InstallerSwitches.%s: '%.200s' has a variable, and nobody would expand it", key, text);
    if (text_glob_fold("*uninst*", text) || text_glob_fold("*-remove*", text) || text_glob_fold("*/remove*", text))
        winget_say(s, &s->reasons, "InstallerSwitches.%s: '%.200s' uninstalls something", key, text);
    if (text_glob_fold("*passw*", text) || text_glob_fold("*pwd=*", text))
        winget_say(s, &s->reasons, "InstallerSwitches.%s: a password stands in it; every user of the PC could read it", key);
}

/* One switch of msiexec: what Windows Installer is asked for anyway goes, the rest does not come with us. Returns how many
 * arguments it takes. */
static size_t msi_switch(struct winget_said *s, const struct strs *argv, size_t i)
{
    static const char *const silent[] = {"quiet", "qn", "q", "qb", "qb!", "qb-", "qb-!", "qr", "passive", "norestart"};
    const char *name = argv->v[i] + 1;

    for (size_t k = 0; k < sizeof silent / sizeof silent[0]; k++)
        if (strcasecmp(name, silent[k]) == 0)
            return 1;
    if (strcasecmp(name, "log") == 0 || (strncasecmp(name, "l", 1) == 0 && strspn(name + 1, "iwearucmopvx+!*IWEARUCMOPVX") ==
                                                                              strlen(name + 1)))
        return 2; /* a log is written, by this program */
    winget_say(s, &s->reasons, "InstallerSwitches: '%.60s' is a switch of msiexec that is not carried over", argv->v[i]);
    return 1;
}

static void msi_property(struct winget_said *s, const char *text, json_t *properties)
{
    size_t n = strcspn(text, "=");
    char name[73];

    if (!text[n] || !n || n >= sizeof name ||
        strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.") < n) {
        winget_say(s, &s->reasons, "InstallerSwitches: '%.60s' is no public property of Windows Installer", text);
        return;
    }
    memcpy(name, text, n);
    name[n] = '\0';
    if (strcmp(name, "TRANSFORMS") == 0 || strcmp(name, "PATCH") == 0)
        winget_say(s, &s->reasons, "InstallerSwitches: %s names a file that does not come with the installer", name);
    if (json_object_get(properties, name))
        winget_say(s, &s->notes, "InstallerSwitches: %s is there twice; the last one counts", name);
    if (json_object_set_new(properties, name, json_string(text + n + 1)))
        s->nomem = true;
}

static void msi_properties(struct winget_said *s, struct winget_command *c)
{
    json_t *properties = json_object();
    struct err e = ERR_INIT;
    size_t i = 0;

    if (!doc_keep(s->doc, properties, &e)) {
        s->nomem = true;
        return;
    }
    while (i < c->argv.n) {
        bool is_switch = *c->argv.v[i] == '/' || *c->argv.v[i] == '-';

        if (!is_switch)
            msi_property(s, c->argv.v[i], properties);
        i += is_switch ? msi_switch(s, &c->argv, i) : 1;
    }
    c->properties = json_object_size(properties) ? properties : NULL;
    c->argv.n = 0;
}

/* A quote behind the beginning of an argument. */
static bool quotes_inside(const char *s)
{
    bool quoted = false;

    for (const char *p = s; *p; p++) {
        if (*p == '"' && !quoted && p > s && p[-1] != ' ' && p[-1] != '\t')
            return true;
        if (*p == '"')
            quoted = !quoted;
    }
    return false;
}

static bool has_mode(const struct winget_installer *i, const char *mode)
{
    return !i->modes.n || text_in(&i->modes, mode);
}

/* The silent switches: stated, or progress at least, or winget's own. */
static const char *silent_of(struct winget_said *s, const struct winget_installer *i, bool *stated)
{
    static const struct winget_switches none = {NULL, NULL, NULL, NULL};
    const struct winget_switches *w = i->switches ? i->switches : &none;

    *stated = w->silent != NULL;
    if (w->silent)
        check_text(s, "Silent", w->silent);
    if (!has_mode(i, "silent") && !has_mode(i, "silentWithProgress"))
        winget_say(s, &s->reasons, "InstallModes: the installer is interactive only");
    if (w->silent || winget_kinds[i->type].silent)
        return w->silent ? w->silent : winget_kinds[i->type].silent;
    *stated = w->with_progress != NULL;
    if (!w->with_progress)
        winget_say(s, &s->reasons, "InstallerSwitches.Silent is missing, and an installer of type %s has no switch that all of them "
                   "know: it would ask questions that nobody answers", winget_types[i->type]);
    else {
        check_text(s, "SilentWithProgress", w->with_progress);
        winget_say(s, &s->notes, "no Silent switch; SilentWithProgress is used");
    }
    return w->with_progress;
}

bool winget_command(struct winget_said *s, const struct winget_installer *i, struct winget_command *ret, struct err *e)
{
    enum { LONGEST = 4096 };
    const char *silent, *custom = i->switches ? i->switches->custom : NULL;

    memset(ret, 0, sizeof *ret);
    silent = silent_of(s, i, &ret->stated);
    if (custom)
        check_text(s, "Custom", custom);
    if (!silent || s->reasons.n)
        return true;
    ret->quoted_inside = quotes_inside(silent) || (custom && quotes_inside(custom));
    if (!argv_split(silent, LONGEST, &s->doc->arena, &ret->argv, e) ||
        (custom && !argv_split(custom, LONGEST, &s->doc->arena, &ret->argv, e)))
        return false;
    if (winget_kinds[i->type].msi)
        msi_properties(s, ret);
    return true;
}
