/* The files of a manifest put together as winget does it. */
#include "core/catalog/winget_manifest.h"
#include "core/catalog/yaml.h"
#include "core/base/list.h"

#include <string.h>

enum { MAX_FILES = 256 }; /* a locale each */

static bool all_of(const char *s, const char *set)
{
    return *s && strspn(s, set) == strlen(s);
}

/* No folder is called so on Windows, and no address is made of it. */
static bool is_name(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] <= 0x20 || strchr("\\/:*?\"<>|\x7f", s[i]))
            return false;
    return n > 0;
}

bool winget_is_id(const char *s)
{
    size_t parts = 0, n;

    if (strlen(s) > 512)
        return false;
    for (;; s += n + 1) {
        n = strcspn(s, ".");
        if (!is_name(s, n) || n > 128)
            return false;
        parts++;
        if (!s[n])
            return parts >= 2 && parts <= 8;
    }
}

bool winget_is_version(const char *s)
{
    if (strlen(s) > 128 || strcmp(s, ".") == 0 || strcmp(s, "..") == 0)
        return false;
    for (const char *p = s; *p; p++)
        if (*p != ' ' && !is_name(p, 1))
            return false;
    return *s != '\0';
}

/* --- one file ----------------------------------------------------------------------------------------------------------- */

struct part {
    const char *file;
    const char *type;
    const json_t *tree;
};

static const struct {
    const char *type;
    unsigned parts;
} types[] = {
    {"version", WINGET_IN_VERSION},
    {"installer", WINGET_IN_INSTALLER},
    {"defaultLocale", WINGET_IN_LOCALE},
    {"locale", WINGET_IN_LOCALE},
    {"singleton", WINGET_IN_INSTALLER | WINGET_IN_LOCALE},
};

/* "1.6.0" */
static void check_schema_version(struct winget_said *s, const char *file, const char *text)
{
    long long minor = -1;
    const char *dot = text_starts(text, "1.") ? text + 2 : NULL;
    size_t n = dot ? strcspn(dot, ".") : 0;
    char digits[8] = "";

    if (n > 0 && n < sizeof digits && strspn(dot, "0123456789") == n) {
        memcpy(digits, dot, n);
        if (!text_number(digits, &minor))
            minor = -1;
    }
    if (minor < 0 || !all_of(text, "0123456789."))
        winget_say(s, &s->reasons, "%s: ManifestVersion: '%.30s' is none of 1.0.0 to 1.28.0", file, text);
    else if (minor > 28)
        winget_say(s, &s->notes, "%s: ManifestVersion: %.30s is newer than 1.28.0, the newest that this program knows", file,
                   text);
}

static void read_part(struct winget_said *s, const struct winget_file *f, struct part *ret)
{
    struct place at = {NULL, NULL, 0, f->name};
    struct err e = ERR_INIT;
    const json_t *tree = yaml_read(s->doc, f->text, f->len, &e);
    const char *type = json_string_value(json_object_get(tree, "ManifestType"));
    const char *version = json_string_value(json_object_get(tree, "ManifestVersion"));

    *ret = (struct part){f->name, "", NULL};
    if (!tree && e.code == ERR_NOMEM)
        s->nomem = true;
    else if (!tree)
        winget_say(s, &s->reasons, "%s: %s", f->name, e.text);
    else if (!type || !version)
        winget_say(s, &s->reasons, "%s: no ManifestType or no ManifestVersion: no manifest of winget from 1.0.0 on", f->name);
    if (!tree || !type || !version)
        return;
    check_schema_version(s, f->name, version);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (text_eq_fold(types[i].type, type))
            *ret = (struct part){f->name, types[i].type, winget_fit(s, types[i].parts, tree, &at)};
    if (!*ret->type)
        winget_say(s, &s->reasons, "%s: ManifestType: '%.30s' is not known", f->name, type);
}

/* --- the files together ------------------------------------------------------------------------------------------------- */

static const char *text_of(const struct part *p, const char *key)
{
    const char *s = json_string_value(json_object_get(p->tree, key));

    return s ? s : "";
}

static const struct part *find(const struct part *v, size_t n, const char *type)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(v[i].type, type) == 0)
            return &v[i];
    return NULL;
}

static void check_same(struct winget_said *s, const struct part *v, size_t n)
{
    static const char *const keys[] = {"PackageIdentifier", "PackageVersion", "ManifestVersion"};

    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
        for (size_t i = 1; i < n; i++)
            if (!text_eq_fold(text_of(&v[0], keys[k]), text_of(&v[i], keys[k])))
                winget_say(s, &s->reasons, "%s: %s: '%.60s', but '%.60s' in %s", v[i].file, keys[k], text_of(&v[i], keys[k]),
                           text_of(&v[0], keys[k]), v[0].file);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(v[i].type, v[k].type) == 0 && strcmp(v[i].type, "locale") != 0)
                winget_say(s, &s->reasons, "%s: a second file of type %s beside %s", v[i].file, v[i].type, v[k].file);
}

/* A singleton alone; or a version, an installer and a default locale, with other locales or none. */
static void check_whole(struct winget_said *s, const struct part *v, size_t n)
{
    static const char *const needed[] = {"version", "installer", "defaultLocale"};
    const struct part *version = find(v, n, "version"), *locale = find(v, n, "defaultLocale");

    check_same(s, v, n);
    if (find(v, n, "singleton")) {
        if (n > 1)
            winget_say(s, &s->reasons, "a singleton manifest has no other files beside it");
        return;
    }
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (!find(v, n, needed[i]))
            winget_say(s, &s->reasons, "the file of type %s is missing; give the folder with all files of the version",
                       needed[i]);
    if (version && locale && !text_eq_fold(text_of(version, "DefaultLocale"), text_of(locale, "PackageLocale")))
        winget_say(s, &s->reasons, "%s: DefaultLocale: '%.20s', but '%.20s' is the PackageLocale of %s", version->file,
                   text_of(version, "DefaultLocale"), text_of(locale, "PackageLocale"), locale->file);
}

/* What the root says of all installers is each one's own unless it says otherwise. */
static json_t *inherit(const json_t *root, const json_t *own)
{
    const json_t *switches = json_object_get(root, "InstallerSwitches");
    json_t *ret = json_copy((json_t *)(uintptr_t)own), *all = json_copy((json_t *)(uintptr_t)switches);

    for (const struct field *f = winget_installer_schema.fields; f->name; f++)
        if (json_object_get(root, f->name) && !json_object_get(own, f->name))
            json_object_set(ret, f->name, json_object_get(root, f->name));
    if (all) {
        json_object_update(all, json_object_get(own, "InstallerSwitches"));
        json_object_set_new(ret, "InstallerSwitches", all);
    }
    return ret;
}

static json_t *together(const struct part *v, size_t n)
{
    const struct part *single = find(v, n, "singleton");
    const struct part *from[] = {single ? single : find(v, n, "defaultLocale"), single ? single : find(v, n, "installer"),
                                 single ? NULL : find(v, n, "version")};
    const json_t *installers = json_object_get(from[1]->tree, "Installers");
    json_t *ret = json_object(), *list = json_array();

    for (size_t i = 0; i < sizeof from / sizeof from[0]; i++)
        for (const struct field *f = winget_manifest_schema.fields; from[i] && f->name; f++)
            if (json_object_get(from[i]->tree, f->name))
                json_object_set(ret, f->name, json_object_get(from[i]->tree, f->name));
    for (size_t i = 0; i < json_array_size(installers); i++)
        json_array_append_new(list, inherit(from[1]->tree, json_array_get(installers, i)));
    json_object_set_new(ret, "Installers", list);
    return ret;
}

static void check_manifest(struct winget_said *s, const struct winget_manifest *m)
{
    if (!winget_is_id(m->id))
        winget_say(s, &s->reasons, "PackageIdentifier: '%.60s' is not formed like one: Publisher.Package", m->id);
    if (!winget_is_version(m->version))
        winget_say(s, &s->reasons, "PackageVersion: '%.60s' is not formed like one", m->version);
    if (!m->name)
        winget_say(s, &s->reasons, "PackageName is missing");
    if (!m->publisher)
        winget_say(s, &s->reasons, "Publisher is missing");
    if (!m->installers.n)
        winget_say(s, &s->reasons, "Installers: there is none");
}

/* One file after the other; *ret has n of them. */
static void read_parts(struct winget_said *s, const struct winget_file *files, size_t n, struct part *ret)
{
    if (!n || n > MAX_FILES)
        winget_say(s, &s->reasons, "%zu files; a manifest has 1 to %d", n, MAX_FILES);
    for (size_t i = 0; i < n && n <= MAX_FILES; i++)
        read_part(s, &files[i], &ret[i]);
    if (!s->reasons.n && !s->nomem)
        check_whole(s, ret, n);
}

bool winget_read(const struct winget_file *files, size_t n, struct winget_said *said, struct winget_manifest *ret,
                 struct err *e)
{
    unsigned long failures = mem_failures(); /* jansson does not tell everything */
    struct place at = {NULL, NULL, 0, n ? files[0].name : ""};
    struct part *parts = ARENA_ARRAY(&said->doc->arena, n ? n : 1, struct part);
    json_t *whole;

    memset(ret, 0, sizeof *ret);
    if (!parts)
        return err_nomem(e);
    read_parts(said, files, n, parts);
    ret->id = text_of(&parts[0], "PackageIdentifier"); /* of what is rejected, too */
    ret->version = text_of(&parts[0], "PackageVersion");
    if (said->nomem || mem_failures() != failures)
        return err_nomem(e);
    if (said->reasons.n)
        return true;
    whole = together(parts, n);
    if (!doc_keep(said->doc, whole, e) || mem_failures() != failures)
        return err_nomem(e);
    if (!schema_read(&winget_manifest_schema, whole, said->doc, &at, ret, e))
        return false;
    check_manifest(said, ret);
    return !said->nomem || err_nomem(e);
}
