/*
 * vault.h - the catalogues that this jump host has accepted, in <state>/catalog:
 *
 *     lock            held while anything here is changed
 *     source.git/     bare repository: what was fetched (core/catalog/repo.h)
 *     accepted/NNNNNN-COMMIT/   vendors/, playbooks/ and accepted.json; the highest number is in use
 *     work/           what is not finished; emptied by whoever takes the lock
 *
 * A folder is written and synced in work/ and then gets its name under accepted/ in one rename: it is accepted or it is not,
 * whenever the power fails. Folders are never changed and never removed. Each record holds the digest of the one before.
 *
 * Calling order: vault_open, vault_lock to change something, vault_accept; vault_close.
 */
#ifndef AVSWAP_CORE_CATALOG_VAULT_H
#define AVSWAP_CORE_CATALOG_VAULT_H

#include "core/model/accepted.h"
#include "core/model/catalog.h"

struct stored {
    struct accepted record;
    const char *folder;
    char digest[65]; /* of accepted.json */
};

struct vault {
    struct doc doc;
    const char *dir, *repo, *work;
    LIST(struct stored) all; /* in the order of their numbers */
    struct os_lock *lock;
};

/* state: a folder; the vault is <state>/catalog. Reads the records; a record that is damaged is ERR_TAMPERED. */
bool vault_open(const char *state, struct vault *ret, struct err *e) MUST_CHECK;
/* ERR_BUSY when another one works here. Reads the records again. */
bool vault_lock(struct vault *s, struct err *e) MUST_CHECK;
void vault_close(struct vault *s);

/* The one in use; NULL: none was accepted yet. */
const struct stored *vault_last(const struct vault *s);
/* By number, or by the first digits (4 and more) of a commit; of several with that commit the last. NULL with the err filled. */
const struct stored *vault_find(const struct vault *s, const char *name, struct err *e);
/* Fills record->n, previous and previous_record; then the folder is in use. */
bool vault_accept(struct vault *s, const struct catalog_file *files, size_t n, struct accepted *record, struct err *e) MUST_CHECK;

#endif
