#include "core/base/list.h"
#include "core/os/file.h"
#include "core/os/trust.h"
#include "core/os/win32/verdict.h"
#include "core/os/win32/wide.h"

#include <string.h>
#include <windows.h>
#include <wintrust.h>
#include <softpub.h>

/* One verification; the state that it leaves tells the signer and is closed by end(). */
struct check {
    WINTRUST_FILE_INFO file;
    WINTRUST_DATA data;
    LONG hash;           /* what WinVerifyTrust says */
    unsigned long chain; /* what the policy says of the signer's chain; 0: trusted */
    PCCERT_CONTEXT signer;
    FILETIME as_of; /* when the signature is known to have existed; zero: now */
};

static void verify(struct check *c, DWORD action)
{
    GUID policy = WINTRUST_ACTION_GENERIC_VERIFY_V2;

    c->data.dwStateAction = action;
    c->hash = WinVerifyTrust(INVALID_HANDLE_VALUE, &policy, &c->data);
}

/* The file stays open, so that nobody changes it between the two halves. Nothing is fetched from the network.
 */
static void begin(struct check *c, const wchar_t *path, HANDLE file)
{
    c->file = (WINTRUST_FILE_INFO){.cbStruct = sizeof c->file, .pcwszFilePath = path, .hFile = file};
    c->data = (WINTRUST_DATA){.cbStruct = sizeof c->data,
                              .dwUIChoice = WTD_UI_NONE,
                              .fdwRevocationChecks = WTD_REVOKE_NONE,
                              .dwUnionChoice = WTD_CHOICE_FILE,
                              .pFile = &c->file,
                              .dwProvFlags = WTD_CACHE_ONLY_URL_RETRIEVAL};
    verify(c, WTD_STATEACTION_VERIFY);
}

static void find_signer(struct check *c)
{
    CRYPT_PROVIDER_DATA *provider = WTHelperProvDataFromStateData(c->data.hWVTStateData);
    CRYPT_PROVIDER_SGNR *signer = provider ? WTHelperGetProvSignerFromChain(provider, 0, FALSE, 0) : NULL;
    CRYPT_PROVIDER_CERT *certificate = signer ? WTHelperGetProvCertFromChain(signer, 0) : NULL;

    if (!certificate)
        return;
    c->signer = certificate->pCert;
    c->as_of = signer->sftVerifyAsOf;
}

/* Does the signer's chain end in a root that is trusted, and is it one for signing code? The policy alone is
 * not enough: Wine's passes a chain whose root is missing. */
static void check_chain(struct check *c)
{
    static char code_signing[] = szOID_PKIX_KP_CODE_SIGNING;
    bool dated = c->as_of.dwLowDateTime || c->as_of.dwHighDateTime;
    CERT_CHAIN_PARA how = {.cbSize = sizeof how};
    CERT_CHAIN_POLICY_PARA policy = {.cbSize = sizeof policy};
    CERT_CHAIN_POLICY_STATUS status = {.cbSize = sizeof status};
    PCCERT_CHAIN_CONTEXT chain;

    how.RequestedUsage.dwType = USAGE_MATCH_TYPE_AND;
    how.RequestedUsage.Usage.cUsageIdentifier = 1;
    how.RequestedUsage.Usage.rgpszUsageIdentifier = &(char *){code_signing};
    if (!CertGetCertificateChain(NULL, c->signer, dated ? &c->as_of : NULL, c->signer->hCertStore, &how,
                                 CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL, NULL, &chain))
        return;
    if (chain->TrustStatus.dwErrorStatus == CERT_TRUST_NO_ERROR &&
        CertVerifyCertificateChainPolicy(CERT_CHAIN_POLICY_AUTHENTICODE, chain, &policy, &status))
        c->chain = status.dwError;
    CertFreeCertificateChain(chain);
}

static bool signer_name(PCCERT_CONTEXT signer, struct arena *a, const char **ret)
{
    char oid[] = szOID_COMMON_NAME;
    DWORD n = CertGetNameStringW(signer, CERT_NAME_ATTR_TYPE, 0, oid, NULL, 0);
    wchar_t *name = ARENA_ARRAY(a, n + 1, wchar_t);

    if (!name)
        return false;
    CertGetNameStringW(signer, CERT_NAME_ATTR_TYPE, 0, oid, name, n);
    *ret = wide_utf8(name, n, a);
    if (*ret && !**ret)
        *ret = NULL;
    return !*name || *ret;
}

static bool check_file(const wchar_t *path, HANDLE file, struct arena *a, struct signature *ret)
{
    struct check c = {.chain = (unsigned long)CERT_E_CHAINING};
    bool ok = true;

    begin(&c, path, file);
    find_signer(&c);
    if (c.signer) {
        check_chain(&c);
        ok = signer_name(c.signer, a, &ret->subject);
    }
    ret->status = verdict_of((unsigned long)c.hash, c.chain);
    verify(&c, WTD_STATEACTION_CLOSE);
    return ok;
}

bool os_signature(const char *path, struct arena *a, struct signature *ret, struct err *e)
{
    wchar_t *w = wide_path(path, a, e);
    HANDLE file;
    bool ok;

    *ret = (struct signature){.path = path};
    if (!w)
        return false;
    file = CreateFileW(w, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return wide_error(e, ERR_IO, GetLastError(), "reading '%s'", path);
    ok = check_file(w, file, a, ret) || err_nomem(e);
    CloseHandle(file);
    return ok;
}

static bool list_pattern(const char *pattern, struct facts *f, struct arena *a, struct err *e)
{
    struct strs paths = {NULL, 0};

    if (!os_file_glob(pattern, a, &paths, e))
        return false;
    for (size_t i = 0; i < paths.n; i++) {
        struct err here = ERR_INIT;
        struct signature found, *slot;
        struct os_stat st;

        if (!os_file_stat(paths.v[i], &st, &here) || st.kind != OS_FILE)
            continue;
        /* One that cannot be opened does not hide the others. */
        if (!os_signature(paths.v[i], a, &found, &here)) {
            if (!err_keep(e, &here))
                return false;
            continue;
        }
        slot = LIST_ADD(a, &f->signatures);
        if (!slot)
            return err_nomem(e);
        *slot = found;
    }
    return true;
}

bool os_signature_list(const struct strs *patterns, struct facts *f, struct arena *a, struct err *e)
{
    for (size_t i = 0; i < patterns->n; i++)
        if (!list_pattern(patterns->v[i], f, a, e))
            return false;
    return e->code == ERR_NONE;
}
