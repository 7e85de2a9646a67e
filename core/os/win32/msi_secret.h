/*
 * msi_secret.h - secrets on their way through Windows Installer: how they are spelled, and wiping them from
 * what it writes. Only for core/os/win32.
 */
#ifndef AVSWAP_CORE_OS_WIN32_MSI_SECRET_H
#define AVSWAP_CORE_OS_WIN32_MSI_SECRET_H

#include "core/base/list.h"
#include "core/base/secret.h"
#include "core/model/facts.h"

/* A buffer of fixed size for secrets: growing would leave copies behind. Freed by msi_wipe(), which wipes it.
 */
bool msi_room(struct buf *b, size_t size, struct err *e) MUST_CHECK;
void msi_wipe(struct buf *b);

/* The hex digits (upper case) of its UTF-16LE bytes. */
bool msi_secret_hex(const struct secret *s, struct secret *ret, struct err *e) MUST_CHECK;

/* How secrets may stand in a log. Starts zeroed. */
struct msi_form {
    struct secret text;
    bool wide; /* UTF-16LE */
};
struct msi_forms {
    struct msi_form *v;
    size_t n;
    size_t longest; /* bytes */
    struct arena arena;
};

/* As it is, with quotes doubled, in the system's code page, as hex digits of its UTF-16LE and of its UTF-8
 * bytes in both cases; each as bytes and as UTF-16LE. */
bool msi_forms_add(struct msi_forms *f, const struct secret *s, struct err *e) MUST_CHECK;
void msi_forms_clear(struct msi_forms *f);
/* Puts stars over every form within n bytes; true when there was one. */
bool msi_forms_cover(const struct msi_forms *f, char *p, size_t n);

#endif
