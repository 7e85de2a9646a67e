/*
 * state.h - what commands of the jump host read of its state: the accepted catalogues, and who may sign them.
 */
#ifndef AVSWAP_CMD_AVSWAP_FLEET_STATE_H
#define AVSWAP_CMD_AVSWAP_FLEET_STATE_H

#include "cmd/avswap-fleet/fleet.h"
#include "core/catalog/signer.h"
#include "core/catalog/vault.h"
#include "core/os/file.h"
#include "core/store/store.h"

/* --state, or where avswap keeps its state on this system. NULL on failure. */
const char *state_dir(struct cli *c, struct err *e);
/* What the jump host remembers: fleet.db of its state, made where there is none. Close with store_close(). */
struct store *state_store(struct cli *c, struct err *e) MUST_CHECK;
/* The same where it is there already; NULL without an error: it is not. */
struct store *state_store_there(struct cli *c, struct err *e) MUST_CHECK;
/* Nobody else visits PCs or makes the store anew meanwhile. ERR_BUSY names who does. */
struct os_lock *state_lock(struct cli *c, const char *dir, const char *note, struct err *e) MUST_CHECK;
/* The records of what was accepted. Close with vault_close(). */
bool state_vault(struct cli *c, struct vault *ret, struct err *e) MUST_CHECK;
/* --signers and --revoked; `work` is left to who checks. */
bool state_signers(struct cli *c, struct signers *ret, struct err *e) MUST_CHECK;
/* Loads the catalogue into cli->catalog: --catalog DIR; else the one accepted last; where none ever was, the one inside the
 * program. --overlay over it. */
bool state_catalog(struct cli *c, struct err *e) MUST_CHECK;

#endif
