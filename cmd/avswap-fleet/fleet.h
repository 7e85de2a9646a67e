/*
 * fleet.h - the commands of avswap-fleet, one file each.
 */
#ifndef AVSWAP_CMD_AVSWAP_FLEET_FLEET_H
#define AVSWAP_CMD_AVSWAP_FLEET_FLEET_H

#include "cmd/cli/cli.h"

#define OPTION_STATE {"state", 0, "DIR", "the jump host's state is in DIR, not where avswap keeps it on this system", false}
#define OPTION_SIGNERS {"signers", 0, "FILE", "who may sign: an allowed signers file (/etc/avswap/allowed_signers)", false}
#define OPTION_REVOKED {"revoked", 0, "FILE", "keys that count no more: a list of public keys, or a KRL of ssh-keygen", false}

extern const struct command cmd_catalog_sync;
extern const struct command cmd_catalog_log;
extern const struct command cmd_catalog_diff;
extern const struct command cmd_catalog_show;
extern const struct command cmd_catalog_verify;
extern const struct command cmd_fleet_status, cmd_fleet_watch, cmd_fleet_notice;
extern const struct command cmd_fleet_plan, cmd_seats, cmd_seats_release, cmd_rehearse, cmd_import_winget;
extern const struct command cmd_hosts, cmd_hosts_import, cmd_hosts_add, cmd_hosts_remove, cmd_rebuild;
extern const struct command cmd_fleet_run, cmd_fleet_stop, cmd_fleet_ack, cmd_fleet_detect, cmd_fleet_prove;

#endif
