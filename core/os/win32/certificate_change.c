/*
 * Removing a certificate from a store, and putting it back. CertDeleteCertificateFromStore() may say yes and
 * leave it there (a store put together of others, Wine), so what counts is a look into the store opened anew.
 * What is still there then goes as what it is on the disk: a key named after its SHA-1.
 */
#include "core/base/limits.h"
#include "core/os/file.h"
#include "core/os/registry.h"
#include "core/os/trust.h"
#include "core/os/win32/key.h"
#include "core/os/win32/registry_change.h"
#include "core/os/win32/wide.h"

#include <stdio.h>
#include <string.h>
#include <windows.h>

#include <wincrypt.h>

enum { SHA1_BYTES = 20 };

struct store {
    const char *name;   /* as given: "machine/ROOT", "user:<SID>/ROOT" */
    const char *system; /* "ROOT" */
    const char *key;    /* where it lies */
    bool machine;
};

static bool name_ok(const char *s, const char *more)
{
    for (; *s; s++)
        if (!((*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9') ||
              strchr(more, *s)))
            return false;
    return true;
}

static bool parse(const char *name, struct arena *a, struct store *ret, struct err *e)
{
    const char *slash = strchr(name, '/'), *sid = NULL;

    *ret = (struct store){
        .name = name, .system = slash ? slash + 1 : "", .machine = text_starts(name, "machine/")};
    if (text_starts(name, "user:S-1-") && slash) {
        sid = arena_strndup(a, name + 5, (size_t)(slash - name - 5));
        if (!sid)
            return err_nomem(e);
    }
    if (!*ret->system || !name_ok(ret->system, "") || (!ret->machine && (!sid || !name_ok(sid, "-"))))
        return err_set(e, ERR_INPUT, "'%.100s' is no certificate store", name);
    ret->key = ret->machine
                   ? arena_printf(a, "HKLM/SOFTWARE/Microsoft/SystemCertificates/%s", ret->system)
                   : arena_printf(a, "HKU/%s/Software/Microsoft/SystemCertificates/%s", sid, ret->system);
    return ret->key || err_nomem(e);
}

/* *ret NULL: there is no such store. Another user's is opened where it lies. */
static bool open_store(const struct store *s, bool make, HCERTSTORE *ret, struct err *e)
{
    struct arena a = ARENA_INIT;
    wchar_t *w = wide_text(s->system, &a, e);
    void *key = NULL;
    bool ok = w;

    *ret = NULL;
    if (ok && s->machine) {
        *ret = CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, CERT_SYSTEM_STORE_LOCAL_MACHINE, w);
    } else if (ok) {
        if (make)
            ok = (key = registry_change_open(s->key, "64", e));
        else
            ok = key_open(s->key, "64", KEY_READ | KEY_WRITE, &key, e);
        if (ok && key)
            *ret = CertOpenStore(CERT_STORE_PROV_REG, 0, 0, 0, key);
    }
    if (ok && !*ret && (s->machine || key))
        ok = wide_error(e, ERR_OS, GetLastError(), "opening the store '%s'", s->name);
    key_close(key);
    arena_free(&a);
    return ok;
}

static bool close_store(HCERTSTORE h, const struct store *s, bool changed, struct err *e)
{
    void *key;
    bool ok = true;

    if (!h)
        return true;
    /* Some stores keep changes until they are told; others have no such call. */
    if (changed)
        CertControlStore(h, 0, CERT_STORE_CTRL_COMMIT, NULL);
    CertCloseStore(h, 0);
    if (changed && key_open(s->key, "64", KEY_READ, &key, e))
        ok = !key || registry_change_close(key, e);
    return ok;
}

static int digit(char hex)
{
    return hex <= '9' ? hex - '0' : (hex | 0x20) - 'a' + 10;
}

static bool parse_thumbprint(const char *hex, BYTE ret[SHA1_BYTES], struct err *e)
{
    if (strlen(hex) != 2 * SHA1_BYTES || strspn(hex, "0123456789ABCDEFabcdef") != 2 * SHA1_BYTES)
        return err_set(e, ERR_INPUT, "'%.60s' is no thumbprint", hex);
    for (int n = 0; n < SHA1_BYTES; n++)
        ret[n] = (BYTE)(digit(hex[2 * n]) << 4 | digit(hex[2 * n + 1]));
    return true;
}

static PCCERT_CONTEXT find(HCERTSTORE h, BYTE sha1[SHA1_BYTES])
{
    CRYPT_HASH_BLOB blob = {SHA1_BYTES, sha1};

    return h ? CertFindCertificateInStore(h, X509_ASN_ENCODING, 0, CERT_FIND_SHA1_HASH, &blob, NULL) : NULL;
}

static bool is_there(const struct store *s, BYTE sha1[SHA1_BYTES], bool *ret, struct err *e)
{
    PCCERT_CONTEXT c;
    HCERTSTORE h;

    if (!open_store(s, false, &h, e))
        return false;
    c = find(h, sha1);
    *ret = c != NULL;
    if (c)
        CertFreeCertificateContext(c);
    return close_store(h, s, false, e);
}

static bool delete_by_store(const struct store *s, BYTE sha1[SHA1_BYTES], struct err *e)
{
    PCCERT_CONTEXT c;
    HCERTSTORE h;
    bool ok = true;

    if (!open_store(s, false, &h, e))
        return false;
    c = find(h, sha1);
    if (c && !CertDeleteCertificateFromStore(c)) /* frees it in any case */
        ok = wide_error(e, ERR_OS, GetLastError(), "deleting a certificate from the store '%s'", s->name);
    return close_store(h, s, ok && c, e) && ok;
}

static bool delete_by_key(const struct store *s, const char *thumbprint, struct arena *a, struct err *e)
{
    const char *key = arena_printf(a, "%s/Certificates/%s", s->key, thumbprint);

    return key ? os_registry_remove(key, "64", NULL, e) : err_nomem(e);
}

bool os_certificate_remove(const char *store, const char *thumbprint, struct err *e)
{
    struct arena a = ARENA_INIT;
    BYTE sha1[SHA1_BYTES];
    struct store s;
    bool there = false, ok;

    ok = parse(store, &a, &s, e) && parse_thumbprint(thumbprint, sha1, e) && is_there(&s, sha1, &there, e);
    if (ok && there)
        ok = delete_by_store(&s, sha1, e) && is_there(&s, sha1, &there, e);
    if (ok && there)
        ok = delete_by_key(&s, thumbprint, &a, e) && is_there(&s, sha1, &there, e);
    if (ok && there)
        ok = err_set(e, ERR_IO, "the certificate %s is still in the store '%s'", thumbprint, store);
    arena_free(&a);
    return ok;
}

bool os_certificate_save(const char *store, const char *thumbprint, const char *file, struct err *e)
{
    struct arena a = ARENA_INIT;
    BYTE sha1[SHA1_BYTES];
    HCERTSTORE h = NULL;
    PCCERT_CONTEXT c = NULL;
    struct store s;
    bool ok =
        parse(store, &a, &s, e) && parse_thumbprint(thumbprint, sha1, e) && open_store(&s, false, &h, e);

    if (ok) {
        c = find(h, sha1);
        ok = c ? os_file_write(file, c->pbCertEncoded, c->cbCertEncoded, 0600, e)
               : err_set(e, ERR_NOT_FOUND, "the certificate %s is not in the store '%s'", thumbprint, store);
    }
    if (c)
        CertFreeCertificateContext(c);
    if (h)
        CertCloseStore(h, 0);
    arena_free(&a);
    return ok;
}

static bool add(const struct store *s, const struct buf *der, BYTE sha1[SHA1_BYTES], struct err *e)
{
    PCCERT_CONTEXT c = NULL;
    DWORD n = SHA1_BYTES;
    HCERTSTORE h;
    bool ok;

    if (!open_store(s, true, &h, e))
        return false;
    ok = CertAddEncodedCertificateToStore(h, X509_ASN_ENCODING, (const BYTE *)buf_str(der), (DWORD)der->len,
                                          CERT_STORE_ADD_REPLACE_EXISTING, &c) &&
         CertGetCertificateContextProperty(c, CERT_SHA1_HASH_PROP_ID, sha1, &n);
    if (!ok)
        wide_error(e, ERR_INPUT, GetLastError(), "adding a certificate to the store '%s'", s->name);
    if (c)
        CertFreeCertificateContext(c);
    return close_store(h, s, ok, e) && ok;
}

bool os_certificate_add(const char *store, const char *file, struct err *e)
{
    struct arena a = ARENA_INIT;
    BYTE sha1[SHA1_BYTES];
    bool there = false, ok;
    struct store s;
    struct buf der;

    buf_init(&der, LIMIT_STRING);
    ok = parse(store, &a, &s, e) && os_file_read(file, &der, e) && add(&s, &der, sha1, e) &&
         is_there(&s, sha1, &there, e);
    if (ok && !there)
        ok = err_set(e, ERR_IO, "the certificate of '%s' did not come into the store '%s'", file, store);
    buf_free(&der);
    arena_free(&a);
    return ok;
}
