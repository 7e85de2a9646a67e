/*
 * accepted.h - accepted.json: what a catalogue folder of a jump host came from, and who vouched for it.
 *
 * It stands beside vendors/ and playbooks/ and is written with them, before the folder gets its name. catalog_load()
 * compares `digest` with what the files are now: a folder that was changed after it was accepted is refused.
 */
#ifndef AVSWAP_CORE_MODEL_ACCEPTED_H
#define AVSWAP_CORE_MODEL_ACCEPTED_H

#include "core/base/schema.h"

#define ACCEPTED_FILE "accepted.json"

struct accepted {
    long long n;         /* 1 for the first that this jump host accepted, then one more each */
    const char *commit;  /* 40 hex digits */
    const char *tree;    /* the same of its tree */
    const char *digest;  /* of the catalogue: what plans carry */
    long long files, bytes;
    const char *signer;  /* principal of the allowed signers file */
    const char *key;     /* fingerprint: "SHA256:..." */
    instant committed_at, accepted_at;
    const char *subject; /* first line of the commit's message */
    const char *source;  /* where it was fetched from */
    const char *branch;  /* the source's name of it */
    long long commits;   /* since the one accepted before; 0 on the first */
    const char *previous;        /* commit accepted before; NULL: none */
    const char *previous_record; /* SHA-256 of that one's accepted.json */
    bool rewrite;        /* it does not descend from the one before: a person allowed that */
};
extern const struct schema accepted_schema;

#endif
