#include "core/model/accepted.h"
#include "core/base/digest.h"

#include <string.h>

static bool commit_id(const char *s)
{
    return !s || (strlen(s) == 40 && strspn(s, "0123456789abcdef") == 40);
}

static bool check(void *obj, const struct place *at, struct err *e)
{
    const struct accepted *a = obj;

    if (!commit_id(a->commit) || !commit_id(a->tree) || !commit_id(a->previous))
        return place_error(e, at, "'commit', 'tree' and 'previous' have 40 hex digits");
    if (!digest_is(a->digest) || (a->previous_record && !digest_is(a->previous_record)))
        return place_error(e, at, "'digest' and 'previous_record' have 64 hex digits");
    if (!a->previous != !a->previous_record || !a->previous != (a->n == 1))
        return place_error(e, at, "'previous' and 'previous_record' stand in all but the first");
    return true;
}

static const struct field fields[] = {
    FIELD(accepted, INT, n, "which one that this jump host accepted", .min = 1, .max = 1000000, .flags = FIELD_REQUIRED),
    FIELD(accepted, STR, commit, "the commit", .flags = FIELD_REQUIRED),
    FIELD(accepted, STR, tree, "its tree", .flags = FIELD_REQUIRED),
    FIELD(accepted, STR, digest, "SHA-256 of the catalogue, as plans carry it", .flags = FIELD_REQUIRED),
    FIELD(accepted, INT, files, "documents in it", .min = 0, .max = 1000000, .flags = FIELD_REQUIRED),
    FIELD(accepted, INT, bytes, "their size", .min = 0, .max = 1ll << 40, .flags = FIELD_REQUIRED),
    FIELD(accepted, STR, signer, "who signed, by the allowed signers file", .flags = FIELD_REQUIRED),
    FIELD(accepted, STR, key, "fingerprint of the key", .flags = FIELD_REQUIRED),
    FIELD(accepted, INSTANT, committed_at, "the commit's date", .flags = FIELD_REQUIRED),
    FIELD(accepted, INSTANT, accepted_at, "when it was accepted here", .flags = FIELD_REQUIRED),
    FIELD(accepted, STR, subject, "first line of the commit's message"),
    FIELD(accepted, STR, source, "where it was fetched from", .flags = FIELD_REQUIRED),
    FIELD(accepted, STR, branch, "which branch"),
    FIELD(accepted, INT, commits, "commits since the one before", .min = 0, .max = 1000000000),
    FIELD(accepted, STR, previous, "the commit accepted before"),
    FIELD(accepted, STR, previous_record, "SHA-256 of that one's accepted.json"),
    FIELD(accepted, BOOL, rewrite, "it does not descend from the one before; a person allowed that"),
    FIELD_END,
};
const struct schema accepted_schema = {"accepted catalogue", "avswap.accepted/1",
                                       "a commit of a catalogue that a jump host accepted", sizeof(struct accepted), fields,
                                       check};
