/*
 * winget_manifest.h - a package manifest of winget, versions 1.0 to 1.28, as structs.
 *
 * winget_read() takes the files of one version of one package (version, installer, locales; or one singleton), checks each
 * against the tables of the published schema, and gives every installer what the root says for all of them. It is lenient
 * where the schema is: an unknown key is a note. What breaks the schema is a reason not to take the manifest; all reasons are
 * gathered, none is an error. Errors are memory only.
 *
 * Source of the keys, their values and maxima: schemas/JSON/manifests/v1.0.0 to v1.28.0 of github.com/microsoft/winget-cli;
 * of how roots are inherited: its ManifestYamlPopulator.cpp (an installer's key replaces the root's; InstallerSwitches are
 * replaced one by one).
 */
#ifndef AVSWAP_CORE_CATALOG_WINGET_MANIFEST_H
#define AVSWAP_CORE_CATALOG_WINGET_MANIFEST_H

#include "core/base/schema.h"

enum winget_type {
    WINGET_NO_TYPE,
    WINGET_MSIX,
    WINGET_MSI,
    WINGET_APPX,
    WINGET_EXE,
    WINGET_ZIP,
    WINGET_INNO,
    WINGET_NULLSOFT,
    WINGET_WIX,
    WINGET_BURN,
    WINGET_PWA,
    WINGET_PORTABLE,
    WINGET_FONT,
    WINGET_TYPES
};
extern const char *const winget_types[];

enum winget_arch { WINGET_NO_ARCH, WINGET_X86, WINGET_X64, WINGET_ARM, WINGET_ARM64, WINGET_NEUTRAL };
extern const char *const winget_archs[];

enum winget_scope { WINGET_NO_SCOPE, WINGET_USER, WINGET_MACHINE };
enum winget_elevation { WINGET_NO_ELEVATION, WINGET_REQUIRED, WINGET_PROHIBITED, WINGET_SELF };
enum winget_authentication { WINGET_NO_AUTHENTICATION, WINGET_NONE_NEEDED, WINGET_ENTRA, WINGET_ENTRA_BLOB };

struct winget_switches {
    const char *silent, *with_progress, *custom;
    const json_t *unused;
};

struct winget_return {
    long long code;
    const char *response;
    const char *url;
};

struct winget_entry { /* of Apps & Features */
    const char *name, *publisher, *version, *product_code;
    const json_t *unused;
};

struct winget_package {
    const char *id;
    const json_t *unused;
};

struct winget_dependencies {
    struct strs features, libraries, external;
    LIST(struct winget_package) packages;
};

struct winget_login {
    int type; /* enum winget_authentication */
    const json_t *unused;
};

struct winget_installer {
    int arch, type, nested_type, scope, elevation; /* enums of those names */
    const char *url, *sha256, *locale, *minimum_os, *product_code;
    struct strs platform, modes, unsupported, success_codes;
    struct winget_switches *switches;
    LIST(struct winget_return) returns;
    LIST(struct winget_entry) entries;
    struct winget_dependencies *dependencies;
    struct winget_login *login;
    bool location_required, download_prohibited;
    const json_t *markets;
    const json_t *unused;
};

struct winget_manifest {
    const char *id, *version;
    const char *type, *schema_version;
    const char *default_locale, *locale;
    const char *publisher, *name, *licence, *description;
    const json_t *agreements;
    LIST(struct winget_installer) installers;
    const json_t *unused;
};

struct winget_file {
    const char *name; /* without folders, for messages */
    const char *text;
    size_t len;
};

/* What is said about a manifest; each text once, and not without end. Lives in the document. */
struct winget_said {
    struct doc *doc;
    struct strs reasons; /* not to take it */
    struct strs notes;
    struct strs todo; /* for who reviews the candidate */
    bool nomem;
};

void winget_say(struct winget_said *s, struct strs *list, const char *fmt, ...) __attribute__((format(__printf__, 3, 4)));

/* *ret is whole where said->reasons stays empty; its id and version are never NULL. */
bool winget_read(const struct winget_file *files, size_t n, struct winget_said *said, struct winget_manifest *ret,
                 struct err *e) MUST_CHECK;
/* Is s formed as the id of a package: 2 to 8 parts with dots between? */
bool winget_is_id(const char *s);
/* Is s formed as a version (safe as the name of a folder)? */
bool winget_is_version(const char *s);

/* For winget_read(): the tables, and a tree of yaml_read() in the types that they name. `parts` says which keys of
 * winget_keys may be there; those of winget_installer_keys as well when `installer`. *ret NULL: a reason was said. */
enum { WINGET_IN_VERSION = 0x100, WINGET_IN_INSTALLER = 0x200, WINGET_IN_LOCALE = 0x400, WINGET_IN_ALL = 0x700 };
extern const struct schema winget_manifest_schema, winget_installer_schema;
const json_t *winget_fit(struct winget_said *said, unsigned parts, const json_t *tree, const struct place *at);

#endif
