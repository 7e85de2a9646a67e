/*
 * inventory_ansible.h - an inventory of Ansible as its readers (INI, YAML, --list) find it: groups of groups and hosts, with
 * variables; and the hosts that it comes to.
 *
 * Kept are the variables that say how a host is reached, and those that begin with "avswap_". Which value wins is
 * as with Ansible: a host's own, else that of its deepest group, of those by ansible_group_priority, of those by name.
 */
#ifndef AVSWAP_CORE_INVENTORY_INVENTORY_ANSIBLE_H
#define AVSWAP_CORE_INVENTORY_INVENTORY_ANSIBLE_H

#include "core/base/hash.h"
#include "core/inventory/inventory_build.h"

enum { ANSIBLE_VARS = 24, ANSIBLE_ALL = 0 /* the group that all are in */ };

struct ansible_value {
    const char *text; /* NULL: none */
    size_t line;
};

struct ansible_numbers {
    size_t *v;
    size_t n;
};

struct ansible_node { /* a host or a group */
    const char *name;
    size_t line;                 /* where it was named first */
    struct ansible_value *vars;  /* ANSIBLE_VARS of them; NULL: none */
    struct ansible_numbers in;   /* groups that it is in */
    bool declared;               /* a group: there is a place that begins it */
    long long depth;             /* a group, in the end: 0 is all */
    int mark;
};

struct ansible_table { /* nodes by name */
    LIST(struct ansible_node) nodes;
    uint32_t *slots;
    size_t size;
};

struct ansible {
    struct source *s;
    struct hash_key key;
    struct ansible_table groups, hosts;
    LIST(size_t) named; /* hosts that the last pattern named */
};

bool ansible_begin(struct ansible *x, struct source *s, struct err *e) MUST_CHECK;
/* The group of that name, made where there is none. */
bool ansible_group(struct ansible *x, const char *name, size_t n, size_t *ret, struct err *e) MUST_CHECK;
bool ansible_child(struct ansible *x, size_t group, size_t child, struct err *e) MUST_CHECK;
/* A host name or a pattern with ranges, and perhaps a port, into a group: x->named. */
bool ansible_pattern(struct ansible *x, size_t group, const char *p, size_t n, struct err *e) MUST_CHECK;
/* One host, whose name is taken as it is: x->named. */
bool ansible_host(struct ansible *x, size_t group, const char *name, struct err *e) MUST_CHECK;
bool ansible_named_set(struct ansible *x, const char *key, const char *value, struct err *e) MUST_CHECK;
bool ansible_group_set(struct ansible *x, size_t group, const char *key, const char *value, struct err *e) MUST_CHECK;
/* Is it one that is read? What stands in others need not be understood. */
bool ansible_reads(struct ansible *x, const char *key, bool *ret, struct err *e) MUST_CHECK;
/* The hosts, into the inventory. */
bool ansible_end(struct ansible *x, struct err *e) MUST_CHECK;

#endif
