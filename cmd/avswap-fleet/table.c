#include "cmd/avswap-fleet/fleet.h"

static const struct command *const commands[] = {
    &cmd_catalog_sync, &cmd_catalog_log, &cmd_catalog_diff, &cmd_catalog_show, &cmd_catalog_verify,
    &cmd_hosts, &cmd_hosts_import, &cmd_hosts_add, &cmd_hosts_remove, &cmd_fleet_detect, &cmd_fleet_plan, &cmd_fleet_prove, &cmd_fleet_notice, &cmd_fleet_run,
    &cmd_fleet_status, &cmd_fleet_watch, &cmd_fleet_stop, &cmd_fleet_ack, &cmd_rebuild, &cmd_seats, &cmd_seats_release, &cmd_rehearse,
    &cmd_import_winget, &cmd_docs,
    NULL,
};

static const char *const about[] = {
    "avswap fleet is what a jump host does for many PCs: it keeps the catalogue that all of them plan by, chooses a replacement "
    "for each under the seats there are, and sends avswap to do the work.",
    NULL,
};

const struct program program = {
    .name = "avswap-fleet",
    .call = "avswap fleet",
    .summary = "move many PCs from one antivirus to another, from one jump host",
    .about = about,
    .commands = commands,
};
