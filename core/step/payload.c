#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/payload/fetch.h"
#include "core/step/sent.h"
#include "core/step/table.h"

struct args {
    const char *file;
    const char *from;
    const char *url;
    const char *sent;
    const char *sha256;
    const char *signer;
};

static const struct field fields[] = {
    FIELD(args, STR, file, "where it is wanted", .flags = FIELD_REQUIRED),
    FIELD(args, STR, from, "path on this PC to take it from"),
    FIELD(args, STR, url, "or where to download it"),
    FIELD(args, STR, sent, "or its name at the jump host, which sends it; by its digest it lies here"),
    FIELD(args, STR, sha256, "its digest"),
    FIELD(args, STR, signer, "Windows: name or pattern of who must have signed it", .flags = FIELD_PATTERN),
    FIELD_END,
};
static const struct schema args_schema = {"payload.get", NULL, "", sizeof(struct args), fields, NULL};

static bool probe(const struct step_ctx *c, const void *args, struct verdict *ret, struct err *e)
{
    const struct args *a = args;
    struct effect found;
    char hex[65];
    bool good;

    ret->answer = TRI_NO;
    ret->evidence = "not here yet";
    if (!os_file_exists(a->file))
        return true;
    if (!os_file_digest(a->file, hex, e))
        return false;
    ret->evidence = "a file is here with a wrong digest";
    if (a->sha256 && !text_eq(hex, a->sha256))
        return true;
    if (!effect_signer(c, &found, a->file, a->signer, &good, e))
        return false;
    ret->answer = good ? TRI_YES : TRI_NO;
    ret->evidence = !good ? found.text : a->signer ? "it is here and its digest and signature are right"
                                                   : "it is here and its digest is right";
    return true;
}

/* It is moved, not copied: an installer may be as large as what is free. A second try finds it where it is wanted (probe). */
static bool take_sent(const struct step_ctx *c, const struct args *a, char hex[65], struct err *e)
{
    const char *path = a->sha256 ? sent_file(a->sha256, &c->doc->arena, e) : NULL;

    if (!a->sha256)
        return err_set(e, ERR_PAYLOAD, "its digest is not known");
    return path && os_file_digest(path, hex, e) && (!text_eq(hex, a->sha256) || os_file_rename(path, a->file, e));
}

static bool bring(const struct step_ctx *c, const struct args *a, char hex[65], struct err *e)
{
    struct fetch f = {.url = a->url, .to = a->file, .sha256 = a->sha256, .max_bytes = (long long)LIMIT_PAYLOAD,
                      .timeout_s = c->step->timeout_s};

    if (a->sent)
        return take_sent(c, a, hex, e) || err_wrap(e, "taking the installer %s that was sent", a->sent);
    if (a->from)
        return (os_file_copy(a->from, a->file, e) && os_file_digest(a->file, hex, e)) ||
               err_wrap(e, "taking the installer from %s", a->from);
    if (a->url)
        return fetch_file(&f, hex, e);
    return err_set(e, ERR_PAYLOAD, "neither 'from' nor 'url' nor 'sent' says where %s comes from", a->file);
}

static bool apply(const struct step_ctx *c, const void *args, struct effect *ret, struct err *e)
{
    const struct args *a = args;
    char hex[65];
    bool good;

    /* The system's own tools read installers as another user; what undo needs is nobody's business. */
    if (!os_dir_make(text_starts(a->file, c->backup) ? c->backup : c->payload,
                     text_starts(a->file, c->backup) ? 0700 : 0755, e))
        return false;
    if (!bring(c, a, hex, e))
        return false;
    if (a->sha256 && !text_eq(hex, a->sha256))
        return effect_set(c, ret, OUTCOME_CORRUPT, e, "%s has digest %s, expected %s", a->sent ? a->sent : a->from, hex, a->sha256);
    if (!effect_signer(c, ret, a->file, a->signer, &good, e))
        return false;
    if (!good)
        return true;
    ret->data = json_pack("{s:s, s:s, s:s*}", "file", a->file, "sha256", hex, "signer", a->signer);
    return doc_keep(c->doc, ret->data, e) && effect_set(c, ret, OUTCOME_OK, e, "%s is here, SHA-256 %s", a->file, hex);
}

const struct verb verb_payload_get = {
    .def = {.name = "payload.get",
            .doc = "Gets one installer file, from this PC or by download, and checks its digest and who signed it.",
            .args = &args_schema,
            .flags = VERB_NETWORK | VERB_AFTER_CRASH,
            .timeout_s = 3600,
            .no_undo = "changes nothing on the PC"},
    .probe = probe,
    .apply = apply,
};
