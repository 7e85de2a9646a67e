/*
 * folder_format.h - what stands in the files of folder.h: written by folder.c, read by folder_rebuild.c.
 */
#ifndef AVSWAP_CORE_STORE_FOLDER_FORMAT_H
#define AVSWAP_CORE_STORE_FOLDER_FORMAT_H

#include "core/base/schema.h"

struct folder_rollout {
    const json_t *document;
    const char *operator;
    instant begun, ended;
    bool stopped;
    long long members;
};
extern const struct schema folder_rollout_schema;

struct folder_member {
    const char *host;
    long long wave, urgency;
    const char *plan;
    long long expected_ms;
};
extern const struct schema folder_member_schema;

#endif
