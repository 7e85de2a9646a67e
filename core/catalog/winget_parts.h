/*
 * winget_parts.h - what an installer of a winget manifest says, in our terms: its address, its switches, its exit codes.
 *
 * Each part says in `said` why it cannot be taken; the caller looks whether reasons were added. For core/catalog only.
 */
#ifndef AVSWAP_CORE_CATALOG_WINGET_PARTS_H
#define AVSWAP_CORE_CATALOG_WINGET_PARTS_H

#include "core/catalog/winget_manifest.h"

/* Says why nothing is downloaded from there. */
void winget_url_check(struct winget_said *s, const char *url);
/* Says so when the file's name ends otherwise than a file of that kind (".msi"). */
void winget_url_check_kind(struct winget_said *s, const char *url, const char *ending);
/* Why what the URL gives may change while it stays the same, so that no digest can be pinned; NULL: it is about this
 * version only. */
const char *winget_url_rolls(const char *url, const char *version);
/* The file's name below ${payload}: the URL's where that is one, else made of stem, with this ending. NULL: no memory. */
const char *winget_url_name(struct arena *a, const char *url, const char *stem, const char *ending);

/* How a type of installer is carried over. */
struct winget_kind {
    const char *refused; /* why not */
    bool msi;            /* by Windows Installer, with properties instead of arguments */
    const char *ending;
    const char *silent; /* winget's own switches where the manifest says none (ManifestCommon.cpp, GetDefaultKnownSwitches) */
    const char *exits;  /* whose exit codes it has: command.run's `exits` */
};
extern const struct winget_kind winget_kinds[WINGET_TYPES];

struct winget_command {
    struct strs argv;         /* arguments of an executable */
    const json_t *properties; /* of Windows Installer, NULL: none */
    bool stated;              /* the manifest itself has the silent switch */
    bool quoted_inside;       /* an argument such as /v"/qn" */
};
bool winget_command(struct winget_said *s, const struct winget_installer *i, struct winget_command *ret,
                    struct err *e) MUST_CHECK;

struct winget_choice { /* an installer that is taken */
    const struct winget_installer *i;
    struct winget_command command;
    const char *rolls;    /* see winget_url_rolls() */
    const char *name;     /* of its file */
    struct strs machines; /* processors that it is for, as facts call them */
};

struct winget_candidate {
    struct winget_said *said;
    const struct winget_manifest *m;
    const char *id;     /* of the product */
    const char *vendor;
    const char *signer; /* NULL: not known */
    const char *source; /* where its facts come from */
    instant now;
    LIST(struct winget_choice) choices; /* at least one */
};
/* The product as JSON; NULL: memory ran out. Says what is left to do. */
json_t *winget_product(struct winget_candidate *c) MUST_CHECK;

/* Adds {code, outcome, text} for what the installer states to list; a code that is there with another outcome is a reason. */
void winget_exits(struct winget_said *s, const struct winget_installer *i, json_t *list);

#endif
