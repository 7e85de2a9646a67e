/*
 * fleet.h - the commands of avswap-fleet, one file each.
 */
#ifndef AVSWAP_CMD_AVSWAP_FLEET_FLEET_H
#define AVSWAP_CMD_AVSWAP_FLEET_FLEET_H

#include "cmd/cli/cli.h"

extern const struct command cmd_fleet_plan, cmd_seats, cmd_seats_release, cmd_rehearse, cmd_import_winget;

#endif
