/*
 * input.h - what commands read: files, the catalogue, the owner, the policy, the facts of this PC or saved ones.
 *
 * Everything read belongs to the cli (doc, catalog).
 */
#ifndef AVSWAP_CMD_CLI_INPUT_H
#define AVSWAP_CMD_CLI_INPUT_H

#include "cmd/cli/cli.h"
#include "core/model/finding.h"
#include "core/model/policy.h"

/* A file's bytes, or standard input for "-"; at most the buf's maximum. */
bool input_file(const char *path, struct buf *out, struct err *e) MUST_CHECK;
/* A whole document of ours from a file. */
bool input_doc(struct cli *c, const struct schema *s, const char *path, void *ret, struct err *e) MUST_CHECK;
bool input_now(struct cli *c, struct err *e) MUST_CHECK;
/* Loads the catalogue once; not whole: of the one inside, only what is about this PC's system. */
bool input_catalog(struct cli *c, bool whole, struct err *e) MUST_CHECK;
/* The same from this folder, NULL: the one inside; --overlay, linted, over it. */
bool input_catalog_from(struct cli *c, const char *dir, bool whole, struct err *e) MUST_CHECK;
/* --policy, or all defaults; then --jurisdiction, --as and the other options over it. Checks owner and variables. */
bool input_policy(struct cli *c, struct policy *ret, struct err *e) MUST_CHECK;
/* --secret over the policy, where it says where this PC has it. */
bool input_secrets(struct cli *c, struct policy *ret, struct err *e) MUST_CHECK;
/* Makes p that of the group which this PC belongs to, by its name, its id or --tag. */
bool input_group(struct cli *c, const struct machine *m, struct policy *p, struct err *e) MUST_CHECK;
/* Whose law, from a policy; empty jurisdictions become US. */
struct owner input_owner(const struct policy *p);
/* --from FILE, or this PC. */
bool input_facts(struct cli *c, struct facts *ret, struct err *e) MUST_CHECK;

#endif
