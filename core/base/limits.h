/*
 * limits.h - every maximum in one place.
 *
 * Whatever comes from outside is read against one of these. All sizes are bytes unless the name says otherwise.
 */
#ifndef AVSWAP_CORE_BASE_LIMITS_H
#define AVSWAP_CORE_BASE_LIMITS_H

#define LIMIT_FLEET (256u << 20)         /* a report about all PCs of a fleet */
#define LIMIT_DOCUMENT (16u << 20)      /* facts, plan, outcome */
#define LIMIT_MANIFEST (1u << 20)       /* one product, playbook, timeline or policy file */
#define LIMIT_JOURNAL (64u << 20)       /* one run's journal */
#define LIMIT_RECORD (256u << 10)       /* one journal line */
#define LIMIT_STRING (64u << 10)        /* one string inside a document */
#define LIMIT_LIST 200000u              /* elements of one list in a document */
#define LIMIT_DEPTH 64u                 /* nesting of conditions */
#define LIMIT_ARENA (512u << 20)        /* one arena */
#define LIMIT_CHILD_OUTPUT (1u << 20)   /* stdout and stderr of a child, each */
#define LIMIT_ANSWER (256u << 10)       /* output of a product's own command kept in facts */
#define LIMIT_SYSFILE (64u << 20)       /* a file of the system, as the package database */
#define LIMIT_TREE 500000u              /* entries visited under one folder */
#define LIMIT_GLOB 4096u                /* matches of one file pattern */
#define LIMIT_SECRET (16u << 10)        /* one secret */
#define LIMIT_PAYLOAD (4ull << 30)      /* one installer */
#define LIMIT_BACKUP (16ull << 30)      /* a rebuilt package or state archive */
#define LIMIT_PATH 4096u
#define LIMIT_REGISTRY 20000u           /* registry values in the facts; keys or values below one key */
#define LIMIT_REGISTRY_DATA (16u << 10) /* one value */
#define LIMIT_TASKS 10000u              /* scheduled tasks */
#define LIMIT_CERTIFICATES 20000u       /* root certificates of all stores */
#define LIMIT_TRUST_FILES (2u << 20)    /* the files of certificates that users' settings name, all together */
#define LIMIT_ROW (256u << 10)          /* one row of an exported inventory */
#define LIMIT_HOSTS 500000u             /* PCs in one inventory */
#define LIMIT_WMI (4u << 20)            /* an answer of WMI */
#define LIMIT_FLEET (256u << 20)         /* one line each for all hosts of a fleet */

#endif
