/* The keys of the published schema. What is only known, not used, goes to `unused`. */
#include "core/catalog/winget_manifest.h"

const char *const winget_types[] = {"unset", "msix", "msi",  "appx", "exe",      "zip",  "inno", "nullsoft",
                                    "wix",   "burn", "pwa",  "portable", "font", NULL};
const char *const winget_archs[] = {"unset", "x86", "x64", "arm", "arm64", "neutral", NULL};
static const char *const scopes[] = {"unset", "user", "machine", NULL};
static const char *const elevations[] = {"unset", "elevationRequired", "elevationProhibited", "elevatesSelf", NULL};
static const char *const logins[] = {"unset", "none", "microsoftEntraId", "microsoftEntraIdForAzureBlobStorage", NULL};
static const char *const modes[] = {"interactive", "silent", "silentWithProgress", NULL};
static const char *const platforms[] = {"Windows.Desktop", "Windows.Universal", NULL};

#define KEY(structure, key, kind, member, ...)                                                               \
    {                                                                                                        \
        .name = key, .type = FIELD_##kind, .offset = offsetof(struct structure, member), __VA_ARGS__         \
    }
#define UNUSED(structure, key, ...) KEY(structure, key, JSON, unused, __VA_ARGS__)

static const struct field switch_keys[] = {
    KEY(winget_switches, "Silent", STR, silent, .max = 512),
    KEY(winget_switches, "SilentWithProgress", STR, with_progress, .max = 512),
    KEY(winget_switches, "Custom", STR, custom, .max = 2048),
    UNUSED(winget_switches, "Interactive"),
    UNUSED(winget_switches, "InstallLocation"),
    UNUSED(winget_switches, "Log"),
    UNUSED(winget_switches, "Upgrade"),
    UNUSED(winget_switches, "Repair"),
    FIELD_END,
};
static const struct schema switch_schema = {"InstallerSwitches", NULL, "", sizeof(struct winget_switches), switch_keys, NULL};

static const struct field return_keys[] = {
    KEY(winget_return, "InstallerReturnCode", INT, code, .min = -2147483648LL, .max = 4294967295LL, .flags = FIELD_REQUIRED),
    KEY(winget_return, "ReturnResponse", STR, response, .max = 64, .flags = FIELD_REQUIRED),
    KEY(winget_return, "ReturnResponseUrl", STR, url, .max = 2048),
    FIELD_END,
};
static const struct schema return_schema = {"ExpectedReturnCode", NULL, "", sizeof(struct winget_return), return_keys, NULL};

static const struct field entry_keys[] = {
    KEY(winget_entry, "DisplayName", STR, name, .max = 256),
    KEY(winget_entry, "Publisher", STR, publisher, .max = 256),
    KEY(winget_entry, "DisplayVersion", STR, version, .max = 128),
    KEY(winget_entry, "ProductCode", STR, product_code, .max = 255),
    UNUSED(winget_entry, "UpgradeCode"),
    UNUSED(winget_entry, "InstallerType"),
    FIELD_END,
};
static const struct schema entry_schema = {"AppsAndFeaturesEntry", NULL, "", sizeof(struct winget_entry), entry_keys, NULL};

static const struct field package_keys[] = {
    KEY(winget_package, "PackageIdentifier", STR, id, .max = 128, .flags = FIELD_REQUIRED),
    UNUSED(winget_package, "MinimumVersion"),
    FIELD_END,
};
static const struct schema package_schema = {"PackageDependency", NULL, "", sizeof(struct winget_package), package_keys, NULL};

static const struct field dependency_keys[] = {
    KEY(winget_dependencies, "WindowsFeatures", STRS, features, .max = 128),
    KEY(winget_dependencies, "WindowsLibraries", STRS, libraries, .max = 128),
    KEY(winget_dependencies, "PackageDependencies", OBJS, packages, .sub = &package_schema),
    KEY(winget_dependencies, "ExternalDependencies", STRS, external, .max = 128),
    FIELD_END,
};
static const struct schema dependency_schema = {"Dependencies", NULL, "", sizeof(struct winget_dependencies), dependency_keys,
                                                NULL};

static const struct field login_keys[] = {
    KEY(winget_login, "AuthenticationType", ENUM, type, .names = logins, .flags = FIELD_REQUIRED),
    UNUSED(winget_login, "MicrosoftEntraIdAuthenticationInfo"),
    FIELD_END,
};
static const struct schema login_schema = {"Authentication", NULL, "", sizeof(struct winget_login), login_keys, NULL};

/* Of an installer, and of the root for all of them; what is required of an installer cannot stand in the root. */
static const struct field installer_keys[] = {
    KEY(winget_installer, "Architecture", ENUM, arch, .names = winget_archs, .flags = FIELD_REQUIRED),
    KEY(winget_installer, "InstallerUrl", STR, url, .max = 2048, .flags = FIELD_REQUIRED),
    KEY(winget_installer, "InstallerSha256", STR, sha256, .max = 64, .flags = FIELD_REQUIRED),
    KEY(winget_installer, "InstallerType", ENUM, type, .names = winget_types),
    KEY(winget_installer, "NestedInstallerType", ENUM, nested_type, .names = winget_types),
    KEY(winget_installer, "Scope", ENUM, scope, .names = scopes),
    KEY(winget_installer, "InstallerLocale", STR, locale, .max = 20),
    KEY(winget_installer, "Platform", STRS, platform, .names = platforms),
    KEY(winget_installer, "MinimumOSVersion", STR, minimum_os, .max = 23),
    KEY(winget_installer, "InstallModes", STRS, modes, .names = modes),
    KEY(winget_installer, "InstallerSwitches", OBJ, switches, .sub = &switch_schema),
    KEY(winget_installer, "InstallerSuccessCodes", STRS, success_codes, .max = 11),
    KEY(winget_installer, "ExpectedReturnCodes", OBJS, returns, .sub = &return_schema),
    KEY(winget_installer, "ProductCode", STR, product_code, .max = 255),
    KEY(winget_installer, "AppsAndFeaturesEntries", OBJS, entries, .sub = &entry_schema),
    KEY(winget_installer, "ElevationRequirement", ENUM, elevation, .names = elevations),
    KEY(winget_installer, "UnsupportedOSArchitectures", STRS, unsupported, .names = winget_archs),
    KEY(winget_installer, "Dependencies", OBJ, dependencies, .sub = &dependency_schema),
    KEY(winget_installer, "Authentication", OBJ, login, .sub = &login_schema),
    KEY(winget_installer, "InstallLocationRequired", BOOL, location_required),
    KEY(winget_installer, "DownloadCommandProhibited", BOOL, download_prohibited),
    KEY(winget_installer, "Markets", JSON, markets),
    UNUSED(winget_installer, "NestedInstallerFiles"),
    UNUSED(winget_installer, "SignatureSha256"),
    UNUSED(winget_installer, "UpgradeBehavior"),
    UNUSED(winget_installer, "Commands"),
    UNUSED(winget_installer, "Protocols"),
    UNUSED(winget_installer, "FileExtensions"),
    UNUSED(winget_installer, "PackageFamilyName"),
    UNUSED(winget_installer, "Capabilities"),
    UNUSED(winget_installer, "RestrictedCapabilities"),
    UNUSED(winget_installer, "InstallerAbortsTerminal"),
    UNUSED(winget_installer, "ReleaseDate"),
    UNUSED(winget_installer, "RequireExplicitUpgrade"),
    UNUSED(winget_installer, "DisplayInstallWarnings"),
    UNUSED(winget_installer, "UnsupportedArguments"),
    UNUSED(winget_installer, "InstallationMetadata"),
    UNUSED(winget_installer, "RepairBehavior"),
    UNUSED(winget_installer, "ArchiveBinariesDependOnPath"),
    UNUSED(winget_installer, "DesiredStateConfiguration"),
    FIELD_END,
};
const struct schema winget_installer_schema = {"installer", NULL, "", sizeof(struct winget_installer), installer_keys, NULL};

/* Of all files together; the flags say which of them a key belongs into. */
static const struct field manifest_keys[] = {
    KEY(winget_manifest, "PackageIdentifier", STR, id, .max = 128, .flags = FIELD_REQUIRED | WINGET_IN_ALL),
    KEY(winget_manifest, "PackageVersion", STR, version, .max = 128, .flags = FIELD_REQUIRED | WINGET_IN_ALL),
    KEY(winget_manifest, "ManifestType", STR, type, .max = 32, .flags = FIELD_REQUIRED | WINGET_IN_ALL),
    KEY(winget_manifest, "ManifestVersion", STR, schema_version, .max = 23, .flags = FIELD_REQUIRED | WINGET_IN_ALL),
    KEY(winget_manifest, "DefaultLocale", STR, default_locale, .max = 20, .flags = WINGET_IN_VERSION),
    KEY(winget_manifest, "Installers", OBJS, installers, .sub = &winget_installer_schema, .flags = WINGET_IN_INSTALLER),
    UNUSED(winget_manifest, "Channel", .flags = WINGET_IN_INSTALLER),
    KEY(winget_manifest, "PackageLocale", STR, locale, .max = 20, .flags = WINGET_IN_LOCALE),
    KEY(winget_manifest, "Publisher", STR, publisher, .max = 256, .flags = WINGET_IN_LOCALE),
    KEY(winget_manifest, "PackageName", STR, name, .max = 256, .flags = WINGET_IN_LOCALE),
    KEY(winget_manifest, "License", STR, licence, .max = 512, .flags = WINGET_IN_LOCALE),
    KEY(winget_manifest, "ShortDescription", STR, description, .max = 256, .flags = WINGET_IN_LOCALE),
    KEY(winget_manifest, "Agreements", JSON, agreements, .flags = WINGET_IN_LOCALE),
    UNUSED(winget_manifest, "PublisherUrl", .flags = WINGET_IN_LOCALE),
    UNUSED(winget_manifest, "PublisherSupportUrl", .flags = WINGET_IN_LOCALE),
    UNUSED(winget_manifest, "PrivacyUrl", .flags = WINGET_IN_LOCALE),
    UNUSED(winget_manifest, "Author", .flags = WINGET_IN_LOCALE),
    UNUSED(winget_manifest, "PackageUrl", .flags = WINGET_IN_LOCALE),
    UNUSED(winget_manifest, "LicenseUrl", .flags = WINGET_IN_LOCALE),
    UNUSED(winget_manifest, "Copyright", .flags = WINGET_IN_LOCALE),
    UNUSED(winget_manifest, "CopyrightUrl", .flags = WINGET_IN_LOCALE),
    UNUSED(winget_manifest, "Description", .flags = WINGET_IN_LOCALE),
    UNUSED(winget_manifest, "Moniker", .flags = WINGET_IN_LOCALE),
    UNUSED(winget_manifest, "Tags", .flags = WINGET_IN_LOCALE),
    UNUSED(winget_manifest, "ReleaseNotes", .flags = WINGET_IN_LOCALE),
    UNUSED(winget_manifest, "ReleaseNotesUrl", .flags = WINGET_IN_LOCALE),
    UNUSED(winget_manifest, "PurchaseUrl", .flags = WINGET_IN_LOCALE),
    UNUSED(winget_manifest, "InstallationNotes", .flags = WINGET_IN_LOCALE),
    UNUSED(winget_manifest, "Documentations", .flags = WINGET_IN_LOCALE),
    UNUSED(winget_manifest, "Icons", .flags = WINGET_IN_LOCALE),
    FIELD_END,
};
const struct schema winget_manifest_schema = {"manifest", NULL, "", sizeof(struct winget_manifest), manifest_keys, NULL};
