/*
 * inventory.h - lists of PCs that people keep: CSV, JSON lines, Ansible's INI, YAML and `ansible-inventory --list`, plain
 * names. All become the same records.
 *
 * All or nothing: a source that is not as expected in one place is refused as a whole, with file, line and reason. So is a
 * PC that two places tell differently; told twice alike it counts once. Secrets in an inventory (ansible_password ...) are
 * never kept: a note names the variable.
 *
 * Calling order: a zeroed struct, fleet_inventory_text() or _file() or _name() as often as wanted, fleet_inventory_end(),
 * then the hosts (sorted by name); fleet_inventory_free() in any case. Everything belongs to the inventory until then.
 *
 * What Ansible's variables mean, and which of a host's groups wins: docs.ansible.com/ansible-core/2.14, "How to build your
 * inventory"; ansible/plugins/inventory/{ini,yaml}.py. The tests hold it against ansible-inventory itself.
 */
#ifndef AVSWAP_CORE_INVENTORY_INVENTORY_H
#define AVSWAP_CORE_INVENTORY_INVENTORY_H

#include "core/base/schema.h"
#include "core/model/rollout.h"

enum fleet_os { FLEET_LINUX, FLEET_WINDOWS };
enum fleet_transport { FLEET_SSH, FLEET_LOCAL };
extern const char *const fleet_os_names[], *const fleet_transport_names[];

struct fleet_host {
    const char *name;    /* unique; letters, digits, . _ : - and what is not ASCII; never begins with "-" */
    const char *address; /* the same letters; NULL: the name */
    const char *user;    /* NULL: as ssh's own configuration says */
    long long port;      /* 0: as ssh's own configuration says */
    int os;              /* enum fleet_os */
    int transport;       /* enum fleet_transport */
    bool become;         /* by sudo -n */
    const char *site;    /* NULL: none */
    const char *zone;    /* "Europe/Berlin", "+02:00"; NULL: UTC. Minutes at an instant: zone.h */
    const char *window;  /* its own, as "sat,sun 22:00-05:00"; NULL: the rollout's. See fleet_window() */
    const char *contact;
    struct strs groups;  /* all it is in, also by way of others; sorted */
    struct strs tags;    /* sorted */
};
extern const struct schema fleet_host_schema; /* no document by itself: rows of JSON lines, part of others */

enum inventory_format { INVENTORY_AUTO, INVENTORY_NAMES, INVENTORY_CSV, INVENTORY_JSONL, INVENTORY_INI, INVENTORY_YAML, INVENTORY_LIST };
extern const char *const inventory_format_names[]; /* NULL-terminated: "auto", "names", "csv", "jsonl", "ini", "yaml", "list" */

struct fleet_inventory {
    LIST(struct fleet_host) hosts;
    struct strs notes;      /* sentences for people: what was left out, and why */
    struct fleet_build *build; /* inventory_build.h */
    struct doc doc;
};

/* file: for messages, and its ending for the format. */
bool fleet_inventory_text(struct fleet_inventory *v, const char *file, const char *text, size_t len, int format,
                          struct err *e) MUST_CHECK;
bool fleet_inventory_file(struct fleet_inventory *v, const char *path, int format, struct err *e) MUST_CHECK;
/* One name, as given on a command line. */
bool fleet_inventory_name(struct fleet_inventory *v, const char *name, struct err *e) MUST_CHECK;
bool fleet_inventory_end(struct fleet_inventory *v, struct err *e) MUST_CHECK;
void fleet_inventory_free(struct fleet_inventory *v);

/* A host's own window, "[DAY,...] HH:MM-HH:MM", into one of the rollout's kind; days mon .. sun. */
bool fleet_window(struct arena *a, const char *text, struct window *ret, struct err *e) MUST_CHECK;
/* Makes its texts the arena's own. */
bool fleet_host_copy(struct arena *a, struct fleet_host *h, struct err *e) MUST_CHECK;
/* Do the two tell the same? The lists are compared as sorted. */
bool fleet_host_same(const struct fleet_host *x, const struct fleet_host *y);
/* What a host is to be reached by: its address, or its name. */
const char *fleet_host_address(const struct fleet_host *h);

#endif
