/*
 * jump.h - what the commands that visit PCs have in common: the state folder with its store, the roster, the workers that
 * travel, how ssh is called, secrets, and the planner for one PC.
 */
#ifndef AVSWAP_CMD_AVSWAP_FLEET_JUMP_H
#define AVSWAP_CMD_AVSWAP_FLEET_JUMP_H

#include "cmd/avswap-fleet/fleet.h"
#include "core/base/secret.h"
#include "core/fleet/solo.h"
#include "core/fleet/survey.h"
#include "core/os/file.h"

#define OPTIONS_VISIT                                                                                                                  \
    {"ssh-config", 0, "FILE", "ssh reads this configuration instead of the user's", false},                                           \
        {"kex", 0, "NAME", "curve25519: this key exchange alone, which costs a fifth of OpenSSH's own choice and lacks its protection " \
                           "against recording now and decrypting later",                                                              \
         false},                                                                                                                       \
        {"client", 0, "NAME", "openssh, or libssh, which takes less CPU (default: libssh where it does all that OpenSSH would; -v tells why not)", \
         false},                                                                                                                       \
        {"workers", 0, "DIR", "the programs that travel: avswap-linux-x86_64, avswap.exe", false},                                   \
        {"at-once", 0, "N", "sessions at the same time", false},                                                                      \
        {"secret", 0, "NAME=file:PATH", "a password or token for the PCs whose policy says \"secrets\": {\"NAME\": \"sent\"} (may be given again)", true}

#define OPTION_PAYLOAD                                                                                                                 \
    {"payload", 0, "DIR", "the installers that the policy gives by their name alone (default: fleet/payload in the state folder)", false}

struct jump {
    struct cli *c;
    const char *state;
    struct store *store;
    struct os_lock *lock;
    struct roster roster;
    struct worker_file workers[2];
    struct buf worker_bytes[2];
    struct buf packed; /* that for Linux, once a PC has wanted it */
    struct shelf shelf;
    struct secret secrets; /* as a JSON object; no bytes: none */
    struct policy policy;
    struct owner owner;
    struct solo solo;
    size_t members, over; /* of the rollout under way: PCs, and those that have come to their end */
    struct drive_request request; /* state to planner are filled */
};

/* Opens it for visits. note: what the lock says of us. ERR_BUSY: another command visits. */
bool jump_open(struct jump *j, struct cli *c, const char *note, struct err *e) MUST_CHECK;
/* Catalogue and policy, for those that also plan: all that this process holds in memory is mapped again for every ssh that it starts. */
bool jump_plans(struct jump *j, struct err *e) MUST_CHECK;
/* --payload, or where it is without. NULL on failure. */
const char *jump_payload(struct cli *c, const char *state, struct err *e);
/* State, store and roster alone, without the lock. */
bool jump_look(struct jump *j, struct cli *c, struct err *e) MUST_CHECK;
void jump_close(struct jump *j);
/* Asks the PCs named, or all, for the secrets that their plans need; tells each that lacks one. */
bool jump_prove(struct jump *j, struct survey_result *ret, struct err *e) MUST_CHECK;
/* The policy that avswap fleet plan used last, for PCs that are planned for when they are visited. */
const char *jump_policy(struct cli *c, const char *state, struct err *e);

#endif
