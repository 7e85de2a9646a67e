#include "core/base/limits.h"
#include "core/base/list.h"
#include "core/os/trust.h"
#include "core/os/win32/certificate.h"
#include "core/os/win32/key.h"
#include "core/os/win32/wide.h"

#include <stdio.h>
#include <string.h>

enum { SHA1_BYTES = 20 };

static const char *thumbprint(PCCERT_CONTEXT c, struct arena *a)
{
    BYTE hash[SHA1_BYTES];
    DWORD n = sizeof hash;
    char text[2 * SHA1_BYTES + 1];

    if (!CertGetCertificateContextProperty(c, CERT_SHA1_HASH_PROP_ID, hash, &n) || n != sizeof hash)
        return arena_strdup(a, "");
    for (size_t i = 0; i < sizeof hash; i++)
        snprintf(text + 2 * i, 3, "%02X", hash[i]);
    return arena_strdup(a, text);
}

const char *certificate_name(const CERT_NAME_BLOB *name, struct arena *a)
{
    const DWORD how = CERT_X500_NAME_STR | CERT_NAME_STR_REVERSE_FLAG;
    CERT_NAME_BLOB blob = *name;
    DWORD n = CertNameToStrW(X509_ASN_ENCODING, &blob, how, NULL, 0);
    wchar_t *text;

    /* A longer one is cut. */
    if (n > LIMIT_PATH)
        n = LIMIT_PATH;
    text = ARENA_ARRAY(a, n + 1, wchar_t);
    if (!text)
        return NULL;
    CertNameToStrW(X509_ASN_ENCODING, &blob, how, text, n);
    return wide_utf8(text, n, a);
}

static bool add_certificate(PCCERT_CONTEXT c, const char *store, struct facts *f, struct arena *a)
{
    struct certificate *x = LIST_ADD(a, &f->certificates);

    if (!x)
        return false;
    x->store = store;
    x->subject = certificate_name(&c->pCertInfo->Subject, a);
    x->issuer = certificate_name(&c->pCertInfo->Issuer, a);
    x->thumbprint = thumbprint(c, a);
    return x->subject && x->issuer && x->thumbprint;
}

/* Takes the store over. */
static bool list_store(HCERTSTORE handle, const char *store, struct facts *f, struct arena *a, struct err *e)
{
    PCCERT_CONTEXT c = NULL;
    bool ok = true;

    while (ok && (c = CertEnumCertificatesInStore(handle, c)))
        if (f->certificates.n >= LIMIT_CERTIFICATES)
            ok = err_set(e, ERR_LIMIT, "more than %u root certificates", LIMIT_CERTIFICATES);
        else
            ok = add_certificate(c, store, f, a) || err_nomem(e);
    if (c && !ok)
        CertFreeCertificateContext(c);
    CertCloseStore(handle, 0);
    return ok;
}

/* Another user's store is read where it lies: a key of his hive. */
static bool list_user(const char *hive, struct facts *f, struct arena *a, struct err *e)
{
    const char *store = arena_printf(a, "user:%s/ROOT", hive + strlen("HKU/"));
    const char *path = arena_printf(a, "%s/Software/Microsoft/SystemCertificates/Root", hive);
    HCERTSTORE handle;
    void *key;

    if (!store || !path)
        return err_nomem(e);
    if (!key_open(path, "64", KEY_READ, &key, e))
        return false;
    if (!key)
        return true;
    handle = CertOpenStore(CERT_STORE_PROV_REG, 0, 0, CERT_STORE_READONLY_FLAG, key);
    key_close(key);
    if (!handle)
        return wide_error(e, ERR_OS, GetLastError(), "opening the store '%s'", store);
    return list_store(handle, store, f, a, e);
}

bool os_certificate_list(struct facts *f, struct arena *a, struct err *e)
{
    HCERTSTORE machine = CertOpenStore(
        CERT_STORE_PROV_SYSTEM_W, 0, 0,
        CERT_SYSTEM_STORE_LOCAL_MACHINE | CERT_STORE_READONLY_FLAG | CERT_STORE_OPEN_EXISTING_FLAG, L"ROOT");
    struct strs users = {NULL, 0};

    if (!machine)
        wide_error(e, ERR_OS, GetLastError(), "opening the machine's store of root certificates");
    else if (!list_store(machine, "machine/ROOT", f, a, e))
        return false;
    if (!key_users(a, &users, e))
        return false;
    for (size_t i = 0; i < users.n; i++) {
        struct err here = ERR_INIT;

        if (!list_user(users.v[i], f, a, &here) && !err_keep(e, &here))
            return false;
    }
    return e->code == ERR_NONE;
}
