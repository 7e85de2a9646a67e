#include "tests/sim/products.h"

#include <stddef.h>
#include <string.h>

static const struct product_path kesl_paths[] = {
    {'d', "/opt/kaspersky", NULL},
    {'d', "/opt/kaspersky/kesl", NULL},
    {'d', "/opt/kaspersky/kesl/bin", NULL},
    {'d', "/opt/kaspersky/kesl/libexec", NULL},
    {'d', "/opt/kaspersky/kesl/share", NULL},
    {'d', "/etc/opt/kaspersky", NULL},
    {'d', "/etc/opt/kaspersky/kesl", NULL},
    {'c', "/etc/opt/kaspersky/kesl/kesl.conf", NULL},
    {'f', "/opt/kaspersky/kesl/bin/kesl-control", NULL},
    {'f', "/opt/kaspersky/kesl/libexec/kesl", NULL},
    {'f', "/opt/kaspersky/kesl/libexec/kesl-supervisor", NULL},
    {'f', "/opt/kaspersky/kesl/share/kesl.ini", NULL},
    {'f', "/lib/systemd/system/kesl.service", NULL},
    {'f', "/etc/init.d/kesl", NULL},
    {'l', "/usr/bin/kesl-control", "/opt/kaspersky/kesl/bin/kesl-control"},
    {0, NULL, NULL},
};
static const struct product_path gui_paths[] = {
    {'d', "/opt/kaspersky", NULL},
    {'d', "/opt/kaspersky/kesl-gui", NULL},
    {'d', "/opt/kaspersky/kesl-gui/bin", NULL},
    {'f', "/opt/kaspersky/kesl-gui/bin/kesl-gui", NULL},
    {'f', "/usr/share/applications/kesl-gui.desktop", NULL},
    {'l', "/usr/bin/kesl-gui", "/opt/kaspersky/kesl-gui/bin/kesl-gui"},
    {0, NULL, NULL},
};
static const struct product_path agent_paths[] = {
    {'d', "/opt/kaspersky", NULL},
    {'d', "/opt/kaspersky/klnagent64", NULL},
    {'d', "/opt/kaspersky/klnagent64/bin", NULL},
    {'d', "/opt/kaspersky/klnagent64/sbin", NULL},
    {'d', "/etc/opt/kaspersky", NULL},
    {'d', "/etc/opt/kaspersky/klnagent64", NULL},
    {'c', "/etc/opt/kaspersky/klnagent64/klnagent.conf", NULL},
    {'f', "/opt/kaspersky/klnagent64/bin/klnagchk", NULL},
    {'f', "/opt/kaspersky/klnagent64/sbin/klnagent", NULL},
    {'f', "/lib/systemd/system/klnagent64.service", NULL},
    {'f', "/etc/init.d/klnagent64", NULL},
    {0, NULL, NULL},
};
static const struct product_path libclamav_paths[] = {
    {'f', "/usr/lib/x86_64-linux-gnu/libclamav.so.12", NULL},
    {0, NULL, NULL},
};
static const struct product_path base_paths[] = {
    {'d', "/etc/clamav", NULL},
    {'d', "/var/lib/clamav", NULL},
    {'d', "/var/log/clamav", NULL},
    {0, NULL, NULL},
};
static const struct product_path freshclam_paths[] = {
    {'c', "/etc/clamav/freshclam.conf", NULL},
    {'f', "/usr/bin/freshclam", NULL},
    {'f', "/lib/systemd/system/clamav-freshclam.service", NULL},
    {'c', "/etc/init.d/clamav-freshclam", NULL},
    {0, NULL, NULL},
};
static const struct product_path clamd_paths[] = {
    {'c', "/etc/clamav/clamd.conf", NULL},
    {'f', "/usr/sbin/clamd", NULL},
    {'f', "/usr/sbin/clamonacc", NULL},
    {'f', "/lib/systemd/system/clamav-daemon.service", NULL},
    {'f', "/lib/systemd/system/clamav-clamonacc.service", NULL},
    {'c', "/etc/init.d/clamav-daemon", NULL},
    {'c', "/etc/apparmor.d/usr.sbin.clamd", NULL},
    {0, NULL, NULL},
};
static const struct product_path clamdscan_paths[] = {
    {'f', "/usr/bin/clamdscan", NULL},
    {0, NULL, NULL},
};

static const char *const kesl_state[] = {"/var/opt/kaspersky/kesl/common", "/var/opt/kaspersky/kesl/private",
                                         "/var/log/kaspersky/kesl", "/var/log/kaspersky/kesl-user", NULL};
static const char *const kesl_groups[] = {"kesladmin", "kesluser", "keslaudit", "nokesl", NULL};
static const char *const agent_state[] = {"/var/opt/kaspersky/klnagent64/cache", "/var/log/kaspersky/klnagent64",
                                          NULL};
static const char *const clamav_state[] = {"/var/lib/clamav", NULL};
static const char *const clamav_groups[] = {"clamav", NULL};

const struct product_package product_packages[PACKAGE_COUNT] = {
    [PKG_KESL] = {.name = "kesl",
                  .version = "12.1.0-1543",
                  .arch = "amd64",
                  .paths = kesl_paths,
                  .state = kesl_state,
                  .state_file = "/var/opt/kaspersky/kesl/common/kesl.ini",
                  .groups = kesl_groups,
                  .service = SVC_KESL,
                  .root = "/opt/kaspersky/kesl",
                  .needs = {-1}},
    [PKG_KESL_GUI] = {.name = "kesl-gui",
                      .version = "12.1.0-1543",
                      .arch = "amd64",
                      .paths = gui_paths,
                      .service = SVC_NONE,
                      .root = "/opt/kaspersky/kesl-gui",
                      .needs = {PKG_KESL, -1}},
    [PKG_KLNAGENT] = {.name = "klnagent64",
                      .version = "15.0.0-20",
                      .arch = "amd64",
                      .paths = agent_paths,
                      .state = agent_state,
                      .service = SVC_KLNAGENT,
                      .root = "/opt/kaspersky/klnagent64",
                      .needs = {-1}},
    [PKG_LIBCLAMAV] = {.name = "libclamav12",
                       .version = "1.4.3+dfsg-1~deb12u1",
                       .arch = "amd64",
                       .paths = libclamav_paths,
                       .service = SVC_NONE,
                       .needs = {-1}},
    [PKG_CLAMAV_BASE] = {.name = "clamav-base",
                         .version = "1.4.3+dfsg-1~deb12u1",
                         .arch = "all",
                         .paths = base_paths,
                         .groups = clamav_groups,
                         .user = "clamav",
                         .service = SVC_NONE,
                         .purge_takes_accounts = true,
                         .needs = {-1}},
    [PKG_CLAMAV_FRESHCLAM] = {.name = "clamav-freshclam",
                              .version = "1.4.3+dfsg-1~deb12u1",
                              .arch = "amd64",
                              .paths = freshclam_paths,
                              .state = clamav_state,
                              .service = SVC_FRESHCLAM,
                              .needs = {PKG_LIBCLAMAV, PKG_CLAMAV_BASE, -1}},
    [PKG_CLAMAV_DAEMON] = {.name = "clamav-daemon",
                           .version = "1.4.3+dfsg-1~deb12u1",
                           .arch = "amd64",
                           .paths = clamd_paths,
                           .service = SVC_CLAMD,
                           .needs = {PKG_LIBCLAMAV, PKG_CLAMAV_BASE, PKG_CLAMAV_FRESHCLAM, -1}},
    [PKG_CLAMDSCAN] = {.name = "clamdscan",
                       .version = "1.4.3+dfsg-1~deb12u1",
                       .arch = "amd64",
                       .paths = clamdscan_paths,
                       .service = SVC_NONE,
                       .needs = {PKG_LIBCLAMAV, -1}},
};

const struct product_service product_services[SERVICE_COUNT] = {
    [SVC_KESL] = {"kesl", "/opt/kaspersky/kesl/libexec/kesl", "/lib/systemd/system/kesl.service", "/etc/init.d/kesl"},
    [SVC_KLNAGENT] = {"klnagent64", "/opt/kaspersky/klnagent64/sbin/klnagent",
                      "/lib/systemd/system/klnagent64.service", "/etc/init.d/klnagent64"},
    [SVC_CLAMD] = {"clamav-daemon", "/usr/sbin/clamd", "/lib/systemd/system/clamav-daemon.service",
                   "/etc/init.d/clamav-daemon"},
    [SVC_FRESHCLAM] = {"clamav-freshclam", "/usr/bin/freshclam", "/lib/systemd/system/clamav-freshclam.service",
                       "/etc/init.d/clamav-freshclam"},
    [SVC_CLAMONACC] = {"clamav-clamonacc", "/usr/sbin/clamonacc", "/lib/systemd/system/clamav-clamonacc.service",
                       "/etc/init.d/clamav-clamonacc"},
};

int product_package_named(const char *name)
{
    for (int i = 0; i < PACKAGE_COUNT; i++)
        if (strcmp(product_packages[i].name, name) == 0)
            return i;
    return -1;
}
