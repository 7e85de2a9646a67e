/*
 * msi.h - Windows Installer, for the verbs msi.remove, msi.install and msi.save.
 *
 * A change waits for other installations until the step's time is over. A password is handed over once: what form of it
 * is on record before (step_ctx.mark), a refused form is never handed over again, and one whose try was interrupted
 * once more only when the installer's own log does not say that it was refused.
 */
#ifndef AVSWAP_CORE_STEP_MSI_H
#define AVSWAP_CORE_STEP_MSI_H

#include "core/step/verb.h"

/* Arguments of several verbs. */
struct msi_args {
    const char *code; /* remove, save */
    const char *name;
    const char *file; /* install */
    const char *to;   /* save */
    const char *signer;
    const json_t *properties;        /* MAP */
    const json_t *secret_properties; /* MAP property -> name of a secret */
    struct strs hex_utf16; /* of secret_properties: handed over as hex digits of its UTF-16LE bytes */
    struct strs hex_ascii; /* when that is refused, as hex digits of its ASCII codes */
    const char *restore;   /* undo of remove */
    const json_t *restore_properties;
};

/* For the schemas' checks: properties and how they are handed over. */
bool msi_check(const struct msi_args *a, const struct place *at, struct err *e);
/* Removes a->code or installs a->file. */
bool msi_change(const struct step_ctx *c, const struct msi_args *a, bool install, struct effect *ret,
                struct err *e) MUST_CHECK;
/* For undo: the log of an interrupted try may still hold its secrets. */
bool msi_forget(const struct step_ctx *c, struct err *e) MUST_CHECK;
/* Windows Installer's products. ERR_OS when they cannot be listed. */
bool msi_list(struct doc *d, struct facts *ret, struct err *e) MUST_CHECK;
const struct msi_product *msi_find(const struct facts *f, const char *code);

#endif
